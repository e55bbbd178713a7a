#ifndef PUBLISHED_JUDGE_DANE_H
#define PUBLISHED_JUDGE_DANE_H

#include <stddef.h>

struct judging;

/* DANE of the whole domain.  Sets whether senders can go by it everywhere. */
void judge_dane(struct judging *);

/* What the TLSA records of the MX host `i` come to. */
void judge_host_dane(struct judging *, size_t i);

#endif
