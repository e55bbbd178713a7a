#ifndef EXPORT_PROTECTED_FILES_H
#define EXPORT_PROTECTED_FILES_H

struct config;
struct fault;

/*
 * Refuse to write the output file `path` when that is the store of the
 * configuration, a file that belongs to the store, the configuration itself, a
 * secret or a certificate, under this or another name.  0, or -1 with a fault
 * of exit code 73.
 */
int protected_file_check(
    const struct config *, const char *path, struct fault *);

#endif
