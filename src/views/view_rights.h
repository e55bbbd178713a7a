#ifndef VIEWS_VIEW_RIGHTS_H
#define VIEWS_VIEW_RIGHTS_H

struct config_view;
struct fault;
struct file_rights;

/*
 * The mode and the group of what a view writes.  A fault has exit code 78:
 * there is no such group.
 */
int view_rights(
    const struct config_view *, struct file_rights *, struct fault *);

#endif
