#ifndef VIEWS_VIEW_MAIL_H
#define VIEWS_VIEW_MAIL_H

struct fault;
struct view_job;

/*
 * Hand the weekly mail of a view to [report] sendmail, when it is due: it tells
 * of a week from Monday to Sunday, from the Tuesday behind it on, once.  A
 * fault begins with "mail" or is of the store; exit code 73 when the command
 * failed, and the next run tries again.
 */
int view_mail_if_due(struct view_job *, struct fault *);

#endif
