#ifndef VIEWS_VIEW_MAIL_H
#define VIEWS_VIEW_MAIL_H

struct fault;
struct view_job;

/*
 * Hand the weekly mail of a view to [report] sendmail, if it is due: once for
 * each week from Monday to Sunday, from the Tuesday after it on, since reports
 * come a day late.  Exit code 73 when the command failed, and the next run
 * tries again; else that of the store.
 */
int view_mail_if_due(struct view_job *, struct fault *);

#endif
