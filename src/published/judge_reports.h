#ifndef PUBLISHED_JUDGE_REPORTS_H
#define PUBLISHED_JUDGE_REPORTS_H

struct judging;

/* What senders report beside what was found now. */
void judge_reports(struct judging *);

#endif
