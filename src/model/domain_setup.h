#ifndef MODEL_DOMAIN_SETUP_H
#define MODEL_DOMAIN_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * What was found out about the set-up of one domain, before anybody judges it:
 * answers of DNS, the policy host, MX hosts, the store.  It lives here because
 * the rooms that look and the room that judges do not know each other.  All is
 * zero-initialised; what was not looked at stays so.  Strings are terminated,
 * as received (hostile), and live in the arena of whoever fills it in; a NULL
 * string is the same as "".  Names are A-labels in lower case without the final
 * dot, addresses are canonical text.
 */

enum lookup_status {
	LOOKUP_NOT_ASKED,
	LOOKUP_FOUND,
	LOOKUP_NO_NAME, /* NXDOMAIN */
	LOOKUP_NO_DATA, /* the name is there, without a record of that type */
	LOOKUP_BOGUS,	/* DNSSEC says that it was changed or is broken */
	LOOKUP_REFUSED, /* SERVFAIL, REFUSED: somebody answered */
	LOOKUP_SILENT	/* nobody answered in time */
};

/* How a question to DNS ended. */
struct lookup {
	const char *name; /* that was asked for */
	enum lookup_status status;
	bool secure;	    /* DNSSEC vouches for the answer, or for there
			       being none */
	const char *reason; /* of BOGUS, REFUSED and SILENT, in words */
	const char *alias;  /* where CNAMEs lead to; "" without */
	double seconds;
};

/* One TXT record: its character-strings (RFC 1035 §3.3.14). */
struct txt_record {
	const struct span *string;
	size_t n;
};

struct txt_answer {
	struct lookup lookup;
	const struct txt_record *record;
	size_t n;
};

struct mx_record {
	unsigned preference;
	const char *host; /* "" for the root: a null MX (RFC 7505) */
};

/* A TLSA record (RFC 6698 §2.1). */
struct tlsa_record {
	unsigned usage, selector, matching;
	struct span data;
};

/* What a server's certificate is worth to a sender without DANE. */
enum certificate_fault {
	CERTIFICATE_GOOD,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_FUTURE,  /* not valid yet */
	CERTIFICATE_NAME,    /* for other names */
	CERTIFICATE_CN_ONLY, /* the name stands in the subject's CN alone */
	CERTIFICATE_CHAIN,   /* not from an issuer that is trusted */
	CERTIFICATE_WEAK     /* key or signature */
};

struct certificate_found {
	enum certificate_fault fault;
	int64_t not_before, not_after; /* seconds since 1970 */
	const char *names;  /* that it is for: "a.example, b.example" */
	const char *reason; /* of CHAIN and WEAK, in words */
	const char *remedy; /* of CHAIN: what to do; "" for the usual */
	const char *digest; /* SHA-256 of the key, as TLSA 3 1 1 has it */
};

enum dane_verdict {
	DANE_NOT_COMPARED,
	DANE_MATCHES,
	DANE_DIFFERS
};

/* How far a session of SMTP with one address came. */
enum smtp_result {
	SMTP_NOT_TRIED,
	SMTP_NO_FAMILY,	       /* this machine has no IPv6, or no IPv4 */
	SMTP_PRIVATE,	       /* an address of no Internet host: not tried */
	SMTP_UNREACHED,	       /* nothing came back: time-out, no route */
	SMTP_REFUSED,	       /* somebody refused the connection */
	SMTP_LATE,	       /* connected; then the answer did not come */
	SMTP_TURNED_AWAY,      /* 4xx or 5xx instead of a greeting */
	SMTP_GARBAGE,	       /* what came is no SMTP */
	SMTP_NO_EHLO,	       /* EHLO was refused */
	SMTP_NO_STARTTLS,      /* not offered */
	SMTP_STARTTLS_HIDDEN,  /* something overwrote it: XXXXXXXA */
	SMTP_STARTTLS_REFUSED, /* offered, then not taken */
	SMTP_INJECTED,	       /* more bytes behind the answer to STARTTLS */
	SMTP_TLS_FAILED,
	SMTP_TLS_OLD,	  /* TLS 1.1 or older at most */
	SMTP_TLS,	  /* all is well */
	SMTP_SILENT_AFTER /* TLS came about, and then no answer to EHLO */
};

struct smtp_found {
	const char *address;
	enum smtp_result result;
	const char *said; /* the server's words, or what went wrong */
	const char *tls;  /* "TLSv1.3"; of TLS_OLD the newest it speaks */
	unsigned waited;  /* UNREACHED and LATE: seconds */
	double seconds;
	/* of a handshake alone (from SMTP_TLS on) */
	struct certificate_found certificate;
	enum dane_verdict dane;
	size_t matched;	     /* DANE_MATCHES: index of the TLSA record */
	unsigned dane_usage; /* DANE_MATCHES: that record's usage */
};

/* An MX host, or the domain itself in the place of one (RFC 5321 §5.1). */
struct mx_host {
	const char *name;
	unsigned preference;
	struct lookup a, aaaa; /* `alias` of each: where it leads */
	const struct smtp_found *address;
	size_t n_addresses;
	size_t addresses_left_out; /* past the limit */
	struct lookup tlsa;	   /* of _25._tcp and the TLSA base domain */
	const struct tlsa_record *record;
	size_t n_records;
	size_t records_left_out;
};

/* How a request to a web server ended. */
enum fetch_result {
	FETCH_NOT_TRIED,
	FETCH_ANSWERED,	   /* there is an HTTP status */
	FETCH_FAILED,	   /* no connection, no whole answer: `reason` */
	FETCH_TLS_OLD,	   /* no TLS 1.2 or newer: `reason` */
	FETCH_CERTIFICATE, /* refused: `reason` */
	FETCH_TOO_LARGE	   /* past 64 KiB */
};

/* What a web server answered. */
struct web_fetch {
	struct lookup a, aaaa; /* of its host, where it is a policy host */
	enum fetch_result result;
	const char *reason;
	unsigned status;	/* of HTTP */
	const char *location;	/* of a redirection */
	const char *media_type; /* Content-Type; "" without one */
	const char *encoding;	/* Content-Encoding; "" without one */
	struct span body;
	int64_t not_after; /* of its certificate; 0: unknown */
	double seconds;
};

/* Where the reports of one URI would go. */
struct rua_target {
	const char *uri;       /* as in the record */
	struct lookup mx;      /* of a mail address's domain */
	bool null_mx;	       /* it says that it takes no mail */
	struct lookup a, aaaa; /* of that domain, or of the URL's host */
	struct web_fetch web;  /* of a URL: the answer to a GET, or else */
	bool posted;	       /* to a test report */
	/* reports on the domain came by this mailbox in the last 30 days
	   stored; "" when none did */
	const char *arrived_in;
	const char *arrived_on; /* day of the newest of these */
};

/* A mailbox of the configuration. */
struct polled_mailbox {
	const char *name;
	const char *user;
};

/* The last policy of one type that a sender's reports name. */
struct sender_policy {
	const char *organization;
	const char *type; /* "sts", "tlsa", "no-policy-found" */
	const char *const *strings;
	size_t n_strings;
	const char *policy_domain; /* of tlsa it may be the MX host */
	const char *day;
};

struct open_problem {
	int64_t number;
	const char *mx;	   /* receiving-mx-hostname; "" */
	const char *words; /* what the summary says of it, shortly */
};

/* What the store holds of the domain. */
struct reports_found {
	bool looked;	    /* there is a store */
	const char *newest; /* day of the newest report on the domain; "" */
	/* by the reports of the newest 7 days stored */
	const struct sender_policy *sender; /* by organization */
	size_t n_senders;
	const char *const *mx; /* receiving-mx-hostnames in them */
	size_t n_mx;
	const struct open_problem *problem;
	size_t n_problems;
};

/* Whether answers carry DNSSEC signatures that can be judged. */
enum dnssec_view {
	DNSSEC_JUDGED,
	DNSSEC_OFF,	/* trust_anchor = none */
	DNSSEC_STRIPPED /* the resolver drops signatures */
};

struct domain_setup {
	const char *domain;
	int64_t now;	      /* seconds since 1970 */
	const char *resolver; /* whom was asked, for people */
	enum dnssec_view dnssec;
	struct lookup soa, a, aaaa; /* of the domain */

	struct txt_answer tlsrpt;		   /* at _smtp._tls */
	const struct txt_answer *tlsrpt_misplaced; /* at other names */
	size_t n_tlsrpt_misplaced;
	const struct rua_target *target; /* one a URI of the record */
	size_t n_targets;
	bool configured; /* there is a configuration: mailboxes are known */
	const struct polled_mailbox *mailbox;
	size_t n_mailboxes;

	struct txt_answer sts; /* at _mta-sts */
	const struct txt_answer *sts_misplaced;
	size_t n_sts_misplaced;
	struct web_fetch policy; /* RFC 8461 §3.3 */

	struct lookup mx_lookup;
	const struct mx_record *mx; /* as DNS gives them */
	size_t n_mx;
	/* each once, by preference; without MX records the domain itself when
	   it has an address; a name that is an address (mx-is-address) and the
	   root have no host here */
	const struct mx_host *host;
	size_t n_hosts;
	size_t hosts_left_out; /* past the limit */
	bool smtp_off;	       /* --no-smtp */
	/* in this run, a host of another domain answered on port 25 */
	bool others_answered;

	struct reports_found reports;
};

#endif
