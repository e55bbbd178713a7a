#ifndef PUBLISHED_JUDGE_MX_H
#define PUBLISHED_JUDGE_MX_H

struct judging;

/* The MX records.  Sets whether the domain takes mail. */
void judge_mx(struct judging *);

#endif
