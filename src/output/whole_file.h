#ifndef OUTPUT_WHOLE_FILE_H
#define OUTPUT_WHOLE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fault;

/*
 * A file that appears whole or not at all: written beside `path`, fsynced and
 * renamed, keeping mode, owner and group of the one it replaces (a new one has
 * 0644 less umask); when nothing would change, the old one is left untouched.
 * A symbolic link is followed: the file it leads to is replaced.  NULL with a
 * fault of exit code 73 when it cannot be created, or when `path` is anything
 * but a file.
 */
struct whole_file;

struct whole_file *whole_file_open(const char *path, struct fault *);

/* Where to write it; belongs to the file. */
FILE *whole_file_stream(struct whole_file *);

/*
 * Append what the file `from` has between two offsets.  The system copies, and
 * where the file system lets files share what they have in common, they do.
 */
int whole_file_append(struct whole_file *, FILE *from, int64_t begin,
    int64_t end, struct fault *);

/*
 * All is written to the stream: the disk may begin, and nobody waits for it
 * before the file is committed.
 */
int whole_file_written(struct whole_file *, struct fault *);

/*
 * Publish it; -1 with exit code 73 and the old file as it was.  That writing
 * failed before, is found here at the latest.
 */
int whole_file_commit(struct whole_file *, struct fault *);

/*
 * Several, one after the other, but their folder, which is fsynced last, once.
 * The first that fails ends it.
 */
int whole_files_commit(struct whole_file *const *, size_t n, struct fault *);

/* Drop what was not committed, without a trace; NULL is legal. */
void whole_file_close(struct whole_file *);

#endif
