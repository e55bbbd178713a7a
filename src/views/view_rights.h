#ifndef VIEWS_VIEW_RIGHTS_H
#define VIEWS_VIEW_RIGHTS_H

struct config_view;
struct fault;
struct file_rights;

/*
 * The mode and group that a view's section asks for.  -1 with a fault of exit
 * code 78 when there is no such group.
 */
int view_rights(
    const struct config_view *, struct file_rights *, struct fault *);

#endif
