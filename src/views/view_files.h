#ifndef VIEWS_VIEW_FILES_H
#define VIEWS_VIEW_FILES_H

struct fault;
struct store;
struct view_job;

/*
 * Whether the page and CSV files of a view are still those that view_note()
 * last noted, and were written with the same options: 1, 0, or -1 with a fault.
 */
int view_is_noted(struct view_job *, struct fault *);

/*
 * Make the CSV folder of a view when it is missing.  Whoever may read the files
 * that go into it may enter it.  A fault has exit code 73.
 */
int view_make_folder(const struct view_job *, struct fault *);

/*
 * Write the page of a view, and its CSV files, which do not appear in the
 * folder yet (csv_folder_open()).  The text of a fault begins with the option;
 * exit code 73, or that of the store.
 */
int view_write(struct view_job *, struct fault *);

/* Let the CSV files appear in the folder. */
int view_publish(struct view_job *, struct fault *);

/*
 * Note in the store what was written; or, after a failure, that the next run
 * has to write it.  Both in the open transaction of that store.
 */
int view_note(struct view_job *, struct store *, struct fault *);
int view_forget(struct view_job *, struct store *, struct fault *);

/* Free the memory of the job and close its folder. */
void view_close(struct view_job *);

#endif
