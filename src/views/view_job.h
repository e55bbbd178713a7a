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

/* A view that is written. */
struct view_job {
	const struct config *config;
	const struct config_view *view;
	struct store *store; /* to read */
	const struct protected_files *protected;
	struct arena mem;
	struct known_domains domains; /* whose it is; may be none */
	struct file_rights rights;    /* of what is written */
	const char *options; /* all that its files depend on but the store */
	struct csv_target target;
	struct csv_writing *folder; /* NULL: not written by this run */
	const char *page;	    /* by what its page is known again; "" */
	bool due;		    /* it is written by this run */
	bool failed; /* it was said why, and the next run tries again */
};

#endif
