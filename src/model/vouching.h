#ifndef MODEL_VOUCHING_H
#define MODEL_VOUCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is done about who vouches for a report (RFC 8460 §3). */
enum dkim_mode {
	DKIM_UNSET,  /* of a mailbox: as in [reports] */
	DKIM_OFF,    /* nothing is read or asked */
	DKIM_RECORD, /* it is judged and shown; the report counts in any case */
	DKIM_REQUIRE /* a report that nobody vouches for is refused */
};

/* "off", "record" or "require"; DKIM_UNSET for anything else. */
enum dkim_mode dkim_mode_find(const char *);

/* A signing domain that may sign for a reporter of another organization. */
struct signer {
	const char *domain, *reporter; /* A-labels, lower case */
};

/* The settings of a mailbox, or of what is read from files. */
struct vouching {
	enum dkim_mode mode;
	/* mails that arrived before are not required to be vouched for;
	 * seconds since 1970 UTC */
	int64_t required_since;
	/* authserv-ids that are believed, in lower case: "mx.example.com",
	 * "*.example.com" for all below, "none" for a field without one */
	const char *const *trusted;
	size_t n_trusted;
	const struct signer *signers;
	size_t n_signers;
	/* a verdict that somebody overruled, to be kept with the reports, which
	 * count without being judged again; NULL: none */
	const char *decided;
};

#endif
