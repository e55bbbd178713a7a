#ifndef PUBLISHED_JUDGE_POLICY_H
#define PUBLISHED_JUDGE_POLICY_H

struct judging;

/*
 * MTA-STS: the record and the policy.  Sets the mode in force; judge_mx() and
 * judge_dane() come before.
 */
void judge_sts(struct judging *);

#endif
