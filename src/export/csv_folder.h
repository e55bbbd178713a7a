#ifndef EXPORT_CSV_FOLDER_H
#define EXPORT_CSV_FOLDER_H

struct config;
struct fault;
struct store;

/*
 * Bring the folder of [export] dir up to date with the store: each table as far
 * back as [export] since says.  Files that are current are left alone, and of
 * the others the days that did not change are copied.  Without a folder only
 * the words for result types are written into the store.  A fault has exit
 * code 73 for the folder, or that of the store.
 */
int csv_folder_refresh(struct store *, const struct config *, struct fault *);

#endif
