#ifndef OUTPUT_TEMPORARY_FILE_H
#define OUTPUT_TEMPORARY_FILE_H

#include <sys/types.h>

/*
 * A file that is written before it replaces another one.  Where the file system
 * allows it, it has no name, so that not even a kill leaves it behind; else it
 * has one that output_folder_clear() knows.  It is locked, so that this leaves
 * it alone while it is written.
 */

/*
 * Make one in a folder.  Returns its descriptor, open for reading and writing,
 * and in `*name` its name, allocated, or NULL for none; or -1 with errno.
 */
int temporary_file_open(int folder, mode_t, char **name);

/* Give one a name that had none: 0 with `*name` allocated, or -1 with errno. */
int temporary_file_link(int fd, int folder, char **name);

#endif
