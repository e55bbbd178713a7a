#ifndef VIEWS_VIEW_FOLDERS_H
#define VIEWS_VIEW_FOLDERS_H

#include <stddef.h>

#include "base/arena.h"

struct config;
struct config_view;
struct fault;

/*
 * The folders that are written, each one's alone: two paths may lead to one
 * folder, and the owner of the second view would be shown the first's domains.
 * Initialize with { 0 }.
 */
struct view_folders {
	struct arena mem;
	struct view_folder *item;
	size_t n, room;
};

/* The folder of [export] is no view's. */
void view_folders_add_main(struct view_folders *, const struct config *);

/* The folder of a view, if it is there; a fault has exit code 78. */
int view_folders_add(
    struct view_folders *, const struct config_view *, struct fault *);

void view_folders_free(struct view_folders *);

#endif
