#ifndef VIEWS_VIEW_FOLDERS_H
#define VIEWS_VIEW_FOLDERS_H

#include <stddef.h>

#include "base/arena.h"

struct config;
struct config_view;
struct fault;

/*
 * The folders that CSV files are written into.  No two views may have the same
 * one: the reader of the one would be shown the domains of the other.  Folders
 * are known by device and inode, since two paths may lead to one folder.
 * Initialize with { 0 }.
 */
struct view_folders {
	struct arena mem;
	struct view_folder *item;
	size_t n, room;
};

/* Add the folder of [export] dir, if it is there. */
void view_folders_add_main(struct view_folders *, const struct config *);

/*
 * Add the folder of a view, if it is there.  -1 with a fault of exit code 78
 * when it is one of those added before.
 */
int view_folders_add(
    struct view_folders *, const struct config_view *, struct fault *);

void view_folders_free(struct view_folders *);

#endif
