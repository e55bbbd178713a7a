#ifndef PUBLISHED_JUDGE_CERTIFICATE_H
#define PUBLISHED_JUDGE_CERTIFICATE_H

#include <stddef.h>

struct judging;

/* The certificates that the addresses of the MX host `n` showed. */
void judge_certificates(struct judging *, size_t n);

#endif
