#ifndef PUBLISHED_JUDGE_RECORD_H
#define PUBLISHED_JUDGE_RECORD_H

struct judging;

/* TLS-RPT: the record, and where its URIs lead. */
void judge_tlsrpt(struct judging *);

#endif
