#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Where to ask, and how long; section [dns] of the configuration. */
struct dns_settings {
	const char *const *servers; /* "ADDRESS" or "ADDRESS@PORT"; none: those
				       of /etc/resolv.conf */
	size_t n_servers;
	const char *trust_anchor; /* "auto", "none", or a file of keys */
	unsigned timeout;	  /* seconds, of a question */
	/* every question is asked and waited for, whoever stayed silent before:
	 * a person waits for the answers, and they are not strangers' names */
	bool patient;
	/* NULL, or set by a signal: all waiting ends */
	const volatile sig_atomic_t *stop;
};

enum dns_status {
	DNS_ANSWERED,
	DNS_NO_NAME,  /* NXDOMAIN */
	DNS_NO_DATA,  /* the name is there, without a record of that type */
	DNS_BOGUS,    /* DNSSEC says that the answer was changed or is broken */
	DNS_NO_ANSWER /* silence, SERVFAIL, refusal, or a stop */
};

struct dns_answer {
	enum dns_status status;
	bool secure;		   /* validated by DNSSEC */
	const struct span *record; /* wire format of each (RFC 1035 §3.3) */
	size_t n;
	const char *reason; /* of DNS_BOGUS and DNS_NO_ANSWER, in words; "" */
	/* of DNS_NO_ANSWER: it said that it failed (SERVFAIL; libunbound makes
	 * that of a refusal), where silence is false */
	bool has_failed;
	const char *canonical; /* where aliases lead (CNAME); "" without any */
	double seconds;	       /* from the question to the answer */
};

/* The types that are asked for (IANA registry "DNS Parameters"). */
enum dns_type {
	DNS_NO_TYPE = 0,
	DNS_A = 1,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_DNSKEY = 48,
	DNS_TLSA = 52
};

struct dns_question {
	const char *name; /* A-labels, without the final dot */
	enum dns_type type;
	/* whose name it is: of the names of one party that stays silent no more
	 * than two are waited for; NULL: nobody's, as a patient resolver has it
	 */
	const char *party;
	const struct dns_answer *answer; /* gets it; the resolver's own */
};

/*
 * Questions to DNS, by libunbound.  Each name is asked once in the resolver's
 * life, and answers and failures are remembered.  Nothing is opened before the
 * first question, and a process that forks must not have asked before.
 */
struct resolver;

struct resolver *resolver_new(const struct dns_settings *);
void resolver_free(struct resolver *); /* NULL is legal */

/*
 * Ask them side by side, a hundred at once at most, and wait for all answers,
 * `timeout` seconds for each.  Where nobody answers, later questions are not
 * waited for, unless the resolver is patient: when two names of a party, or
 * names of three parties in a row, stayed silent, or when a minute was spent
 * in waiting.  The answers are valid until the next call.
 */
void resolver_ask(struct resolver *, struct dns_question *, size_t n);

/* How far the answers of those it asks can be trusted. */
enum dns_trust {
	DNS_VALIDATED,	/* what is signed is validated */
	DNS_NO_ANCHOR,	/* nothing is: there is no trust anchor */
	DNS_STRIPPED,	/* nothing is: the resolver drops signatures */
	DNS_BAD_ANCHOR, /* the trust anchor cannot be read */
	DNS_DEAD	/* nobody answers */
};

/*
 * Ask for the keys of the root, before the first question, to find that out.
 * Behind a resolver that drops signatures no answer is secure from then on, and
 * none bogus, also where the settings name a trust anchor.
 */
enum dns_trust resolver_find_trust(struct resolver *);

/* Whom it asks, for messages: "192.0.2.53", "/etc/resolv.conf". */
const char *resolver_server(const struct resolver *);

#endif
