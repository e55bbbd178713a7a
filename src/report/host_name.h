#ifndef REPORT_HOST_NAME_H
#define REPORT_HOST_NAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * The normal forms of domains and addresses, and how they compare.  What was
 * changed to get there:
 */
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
 * is no domain.  `*deviation` gets the bits of what was changed.
 */
const char *name_domain(struct span, struct arena *, unsigned *deviation);

/*
 * The same for a host name or a pattern such as "*.example.com"; what is no
 * domain is only put in lower case.  A conversion from Unicode is slow, so
 * each takes one off `*conversions`; at 0 such names are not converted.
 */
const char *name_host(struct span, struct arena *, unsigned *conversions);

/*
 * An address in canonical text (RFC 5952); IPv4 mapped into IPv6 becomes IPv4.
 * -1 when it is none, with the out-parameters untouched.
 */
int name_ip(struct span, char out[NAME_IP_TEXT], unsigned *deviation);

/*
 * The domain of a mail address in normal form; "" when no domain is found in
 * it.  `*valid` tells whether the text is an addr-spec and nothing else
 * (RFC 5322 §3.4.1, RFC 6532).
 */
const char *name_mail_domain(struct span, struct arena *, bool *valid);

/*
 * Whether two domains in normal form are equal or one is below the other; false
 * when one of them is "".
 */
bool name_same(const char *, const char *);

#endif
