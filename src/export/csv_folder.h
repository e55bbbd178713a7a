#ifndef EXPORT_CSV_FOLDER_H
#define EXPORT_CSV_FOLDER_H

#include <stddef.h>

struct config;
struct fault;
struct file_rights;
struct protected_files;
struct store;
struct whole_file;

/* A CSV folder that is kept up to date. */
struct csv_target {
	const char *dir;
	const char *const *domains; /* those alone that it is about */
	size_t n_domains;	    /* 0: all that are stored */
	const char *options; /* what else its bytes depend on, in a text; "" */
	const struct file_rights *rights; /* of its files; NULL: as usual */
	const struct protected_files *protected; /* that none may replace */
};

enum {
	CSV_FOLDER_FILES = 16 /* the most that there are in one */
};

/*
 * Bring a folder, which exists, up to date with the store: each table as far
 * back as [export] since says.  Files that are current are left alone, and of
 * the others the days that did not change are copied.  In steps, so that the
 * files of several folders can go to the disk together:
 *
 * open writes the files beside those they replace; NULL with a fault, whose
 * exit code is 73 for the folder, or that of the store.  It must not run while
 * another of the same folder is open.  publish lets them appear, and note
 * remembers them, in the open transaction of a store.  `target` must live until
 * it is closed.
 */
struct csv_writing;

struct csv_writing *csv_folder_open(struct store *, const struct config *,
    const struct csv_target *, struct fault *);
int csv_folder_publish(struct csv_writing *, struct fault *);
int csv_folder_note(struct csv_writing *, struct store *, struct fault *);
void csv_folder_close(struct csv_writing *); /* NULL is legal */

/* Its files that are not current, for whole_files_settle(); how many. */
size_t csv_folder_files(
    const struct csv_writing *, struct whole_file *files[CSV_FOLDER_FILES]);

/*
 * Whether all files of a folder are still those that were written: 1, 0, or -1
 * with a fault.
 */
int csv_folder_is_noted(struct store *, const struct config *,
    const struct csv_target *, struct fault *);

/*
 * Bring the folder of [export] dir up to date: open, publish and note it.  It
 * is made when it is missing.  Without one only the words for result types are
 * written into the store.
 */
int csv_folder_refresh(struct store *, const struct config *, struct fault *);

#endif
