#ifndef EXPORT_FILE_MARK_H
#define EXPORT_FILE_MARK_H

struct arena;
struct stat;

/*
 * A text by which a file is known to be the one that was written: replacing it
 * changes the inode, editing it the times.
 */
const char *file_mark(const struct stat *, struct arena *);

#endif
