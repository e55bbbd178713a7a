#ifndef REPORT_HOST_NAME_H
#define REPORT_HOST_NAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

/* The normal forms of domains and addresses, and how they compare. */
enum name_deviation {
	NAME_TRAILING_DOT = 1,
	NAME_NOT_ALABEL = 2, /* converted from Unicode (RFC 5891) */
	NAME_DECORATED = 4   /* brackets, "IPv6:" or a zone around an address */
};

enum {
	NAME_MAX_DOMAIN = 253, /* RFC 1035 §2.3.4, as text */
	NAME_MAX_LABEL = 63,
	NAME_IP_TEXT = 48 /* room for any address as text */
};

/*
 * A domain as A-labels in lower case without trailing dot, in `arena`; its
 * labels are letters, digits, hyphens inside, and underscores.  NULL when it
 * is none.  `*deviation` gets the or of what was overlooked.
 */
const char *name_domain(struct span, struct arena *, unsigned *deviation);

/*
 * A host name, or a pattern such as "*.example.com", in the same form as far
 * as that goes; what is no domain stays as it is but for lower case.
 * `*conversions` counts down those from Unicode, which are slow; at 0 such
 * names stay as they are too.
 */
const char *name_host(struct span, struct arena *, unsigned *conversions);

/*
 * An address in canonical text (RFC 5952); IPv4 mapped into IPv6 becomes IPv4.
 * -1 when it is none, with the out-parameters untouched.
 */
int name_ip(struct span, char out[NAME_IP_TEXT], unsigned *deviation);

/*
 * The domain of a mail address in normal form, "" when there is none to be
 * found.  `*valid` tells whether the whole is an addr-spec (RFC 5322 §3.4.1,
 * RFC 6532).
 */
const char *name_mail_domain(struct span, struct arena *, bool *valid);

/* Whether `domain` is `parent` or below it; both in normal form. */
bool name_is_within(const char *domain, const char *parent);

/* Whether two domains are equal or one is below the other; "" is like none. */
bool name_same(const char *, const char *);

#endif
