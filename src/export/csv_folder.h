#ifndef EXPORT_CSV_FOLDER_H
#define EXPORT_CSV_FOLDER_H

#include <stddef.h>

struct config;
struct fault;
struct file_rights;
struct store;

/* A CSV folder that is kept up to date. */
struct csv_target {
	const char *dir;
	const char *const *domains; /* those alone that it is about */
	size_t n_domains;	    /* 0: all that are stored */
	const char *options; /* what else its bytes depend on, in a text; "" */
	const struct file_rights *rights; /* of its files; NULL: as usual */
};

/*
 * Bring a folder, which exists, up to date with the store: each table as far
 * back as [export] since says.  Files that are current are left alone, and of
 * the others the days that did not change are copied.  A fault has exit code 73
 * for the folder, or that of the store.
 */
int csv_folder_write(struct store *, const struct config *,
    const struct csv_target *, struct fault *);

/*
 * Whether all files of a folder are still those that were written: 1, 0, or -1
 * with a fault.
 */
int csv_folder_is_noted(struct store *, const struct config *,
    const struct csv_target *, struct fault *);

/*
 * csv_folder_write() for the folder of [export] dir, which is made when it is
 * missing. Without one only the words for result types are written into the
 * store.
 */
int csv_folder_refresh(struct store *, const struct config *, struct fault *);

#endif
