#ifndef BASE_DOMAIN_LABEL_H
#define BASE_DOMAIN_LABEL_H

struct arena;

/*
 * A domain as people read it: its A-labels (RFC 5890 §2.3.2.1) as U-labels.
 * `domain` itself where that cannot be done, or would put anything on the
 * screen that is not a letter for certain.
 */
const char *domain_label_shown(struct arena *, const char *domain);

#endif
