#ifndef EXPORT_PROTECTED_FILES_H
#define EXPORT_PROTECTED_FILES_H

struct config;
struct fault;

/*
 * What no output may replace, as it stands on the disk now: the store of the
 * configuration, the files that belong to the store, the configuration itself,
 * lists of domains, secrets and certificates.  Kept by who writes many files at
 * a time.
 */
struct protected_files;

struct protected_files *protected_files_of(const struct config *);
void protected_files_free(struct protected_files *); /* NULL is legal */

/*
 * Refuse to write the output file `path` when that is any of them, under this
 * or another name.  0, or -1 with a fault of exit code 73.
 */
int protected_files_check(
    const struct protected_files *, const char *path, struct fault *);

/* The same for one file. */
int protected_file_check(
    const struct config *, const char *path, struct fault *);

#endif
