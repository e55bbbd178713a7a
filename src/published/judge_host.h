#ifndef PUBLISHED_JUDGE_HOST_H
#define PUBLISHED_JUDGE_HOST_H

struct judging;

/* Each MX host: addresses, STARTTLS, certificate, DANE. */
void judge_hosts(struct judging *);

#endif
