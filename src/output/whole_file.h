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

/* Give it these rights, which live as long as the file, when it is committed.
 */
void whole_file_set_rights(struct whole_file *, const struct file_rights *);

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

/*
 * Before the commit of many files, which would wait for the disk for each: have
 * it write all of them at once, with whatever else waits for that file system.
 * That the names are on the disk is then not waited for: after a crash the old
 * file may be there, whole.
 */
int whole_files_settle(struct whole_file *const *, size_t n, struct fault *);

/*
 * After the commit: by what the file can be known again, whoever has put
 * another one in its place since.  -1 when somebody changed it while it was
 * committed.
 */
int whole_file_stat(const struct whole_file *, struct stat *);

/* Drop what was not committed, without a trace; NULL is legal. */
void whole_file_close(struct whole_file *);

#endif
