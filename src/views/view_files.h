#ifndef VIEWS_VIEW_FILES_H
#define VIEWS_VIEW_FILES_H

struct fault;
struct store;
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
 * Write the page of a view, and its CSV folder as far as csv_folder_open()
 * does. A fault begins with the option; exit code 73, or that of the store.
 */
int view_write(struct view_job *, struct fault *);

/* Let the files of the folder appear. */
int view_publish(struct view_job *, struct fault *);

/* Note all of it, or that it is to be written by the next run; both in the open
 * transaction of a store. */
int view_note(struct view_job *, struct store *, struct fault *);
int view_forget(struct view_job *, struct store *, struct fault *);

/* Free what belongs to it; all else can still be read. */
void view_close(struct view_job *);

#endif
