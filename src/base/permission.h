#ifndef BASE_PERMISSION_H
#define BASE_PERMISSION_H

/*
 * What to do when a file or folder is missing or may not be used, as a command:
 * the last thing that a message about it says.  All are allocated.
 */

/* The user that this program runs as or, for root, is meant to run as. */
char *permission_user(void);

/* Make a folder that is not there. */
char *permission_to_make_folder(const char *path);

/*
 * Get at a file or folder whose permissions are in the way: by running as the
 * user that it belongs to, or by a command for root.
 */
char *permission_to_use(const char *path);

/* Get at the folder that `path` is in: make it, or use it. */
char *permission_for_new_file(const char *path);

#endif
