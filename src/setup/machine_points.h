#ifndef SETUP_MACHINE_POINTS_H
#define SETUP_MACHINE_POINTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "output/checklist.h"

struct config;

/* The machine while it is looked at, point by point. */
struct machine_points {
	const struct config *config;
	struct checklist *out;
	struct arena arena; /* of all that is said */
	double began;	    /* of the present point, as timing_now() */
};

/*
 * Begin a point, and add it to the list with what came of it.  The strings live
 * in the arena or are constant.
 */
void machine_point_begin(struct machine_points *);
void machine_point_end(struct machine_points *, const char *name,
    enum check_state, const char *detail, const char *remedy);

/* The user that runs this, for messages. */
const char *machine_user(struct machine_points *);

/* The folder that a path lies in. */
const char *parent_folder(struct machine_points *, const char *path);

/* Whether files can be made in a folder; if not, `*why` says why. */
bool folder_is_writable(const char *folder, const char **why);

/* The command by which root makes a folder for the user that runs this. */
const char *command_to_make_folder(struct machine_points *, const char *folder);

/*
 * Set state, detail and remedy of a point about a CSV folder: whether it and
 * its files can be written; while it is missing, whether it can be made.
 */
void look_at_csv_folder(
    struct machine_points *, const char *dir, struct check_point *);

/* The same of a file. */
void look_at_output_file(
    struct machine_points *, const char *path, struct check_point *);

#endif
