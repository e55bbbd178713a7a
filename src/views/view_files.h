#ifndef VIEWS_VIEW_FILES_H
#define VIEWS_VIEW_FILES_H

struct fault;
struct view_job;

/*
 * Whether the files of a view are those that were written when it was noted
 * last, with the same options: 1, 0, or -1 with a fault.
 */
int view_is_noted(struct view_job *, struct fault *);

/*
 * Make the CSV folder of a view when it is missing, as open as the files in it.
 * A fault has exit code 73.
 */
int view_make_folder(const struct view_job *, struct fault *);

/*
 * Write the CSV folder and the page of a view, and note them.  A fault begins
 * with the option; exit code 73, or that of the store.
 */
int view_write(struct view_job *, struct fault *);

/* Note that a view is to be written by the next run. */
int view_forget(struct view_job *, struct fault *);

#endif
