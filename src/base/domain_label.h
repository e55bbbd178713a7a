#ifndef BASE_DOMAIN_LABEL_H
#define BASE_DOMAIN_LABEL_H

struct arena;

/*
 * A domain as people read it, with U-labels in place of its A-labels (RFC 5890
 * §2.3.2.1).  Returns `domain` itself when it has none, when one cannot be
 * converted, or when the result holds a character that is not to be printed.
 */
const char *domain_label_shown(struct arena *, const char *domain);

#endif
