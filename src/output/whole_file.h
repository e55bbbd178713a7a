#ifndef OUTPUT_WHOLE_FILE_H
#define OUTPUT_WHOLE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fault;
struct file_rights;
struct output_folder;
struct stat;

/*
 * A file that appears whole or not at all: it is written to a temporary file
 * beside `path`, fsynced and renamed.  It keeps mode, owner and group of the
 * file that it replaces; a new one has 0644 less umask, and made by root
 * belongs to the owner of its folder.  When nothing would change, the old file
 * is left untouched.
 */
struct whole_file;

/*
 * Begin the file `path`.  When that is a symbolic link, the file it leads to is
 * replaced; but in a folder that others may write no link is followed.  Returns
 * NULL with a fault of exit code 73 then, when the file cannot be created, or
 * when `path` is anything else than a file.
 */
struct whole_file *whole_file_open(const char *path, struct fault *);

/* The same in a folder that is open, and must be until the file is closed. */
struct whole_file *whole_file_open_in(
    const struct output_folder *, const char *name, struct fault *);

/* Give the file these rights when it is committed; they must outlive it. */
void whole_file_set_rights(struct whole_file *, const struct file_rights *);

/* The stream to write to; it belongs to the file. */
FILE *whole_file_stream(struct whole_file *);

/*
 * Append the bytes of the file `from` between two offsets.  The kernel copies
 * them; where the file system can, the two files share them.
 */
int whole_file_append(struct whole_file *, FILE *from, int64_t begin,
    int64_t end, struct fault *);

/*
 * Call it once everything is written to the stream: a large file begins to go
 * to the disk, which nobody waits for before the file is committed.
 */
int whole_file_written(struct whole_file *, struct fault *);

/*
 * Put the file in place of the old one, once it is on the disk.  -1 with exit
 * code 73, also when writing to the stream had failed; the old file is as it
 * was.
 */
int whole_file_commit(struct whole_file *, struct fault *);

/*
 * Commit several files, one after the other, and fsync their folder once, at
 * the end.  The first failure ends it.
 */
int whole_files_commit(struct whole_file *const *, size_t n, struct fault *);

/*
 * Write many files to the disk at once (syncfs()), before they are committed; a
 * commit alone waits for the disk for each file.  The commit then does not wait
 * for the new names: after a crash the old file may be there, whole.
 */
int whole_files_settle(struct whole_file *const *, size_t n, struct fault *);

/*
 * After the commit: what stat() says of the file that was written, by which it
 * can be told from another one in its place later.  -1 when somebody changed it
 * while it was committed.
 */
int whole_file_stat(const struct whole_file *, struct stat *);

/* Drop what was not committed, without a trace; NULL is legal. */
void whole_file_close(struct whole_file *);

#endif
