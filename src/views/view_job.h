#ifndef VIEWS_VIEW_JOB_H
#define VIEWS_VIEW_JOB_H

#include <stdbool.h>

#include "base/arena.h"
#include "export/csv_folder.h"
#include "output/file_rights.h"
#include "tables/known_domains.h"

struct config;
struct config_view;
struct protected_files;
struct store;

/* A view while it is written. */
struct view_job {
	const struct config *config;
	const struct config_view *view;
	struct store *store; /* to read; each worker has its own */
	const struct protected_files *protected;
	struct arena mem;
	struct known_domains domains; /* that it is about */
	struct file_rights rights;    /* of the files */
	const char *options; /* all that the files depend on but the store */
	struct csv_target target;
	struct csv_writing *folder; /* NULL: not written by this run */
	const char *page; /* file_mark() of its page; "" when there is none */
	bool due;	  /* it is written by this run */
	bool failed;	  /* that was logged, and the next run tries again */
};

#endif
