#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/*
 * Folders by descriptor, so that what is done in one is done there even when
 * somebody moves it or puts another in its place.
 */

/*
 * Open a folder, by a path from the folder `at` (or AT_FDCWD).  A symbolic link
 * on the way is followed only where nobody else could have made it: not in a
 * folder for which folder_is_shared() is true.  Returns a descriptor, or -1
 * with errno, ELOOP for such a link.
 */
int folder_open(int at, const char *path);

/*
 * Find the folder in which the file `path` lies, also when that is a symbolic
 * link: its target is looked for then, where folder_open() would follow a link.
 * Returns the folder, with the file's name there in `name` and its state in
 * `*sb` (st_mode 0: there is no such file); or -1 with errno, ENOENT for a link
 * that leads nowhere.
 */
int folder_find_file(
    int at, const char *path, char name[static NAME_MAX + 1], struct stat *sb);

/*
 * Make the folder `path` when its last part alone is missing, readable by
 * everybody less umask, and as root with the owner of the folder it is in.  0,
 * also when it is there; or -1 with errno, ENOENT where more is missing.
 */
int folder_make(const char *path);

/* Whether others than this user and root may make files in a folder. */
bool folder_is_shared(int folder);

/*
 * As root, give a file that was just made to the owner of `model`, its folder
 * or a file that belongs with it: the user that otherwise runs this program.
 * Does nothing for other users.  Returns 0, or -1 with errno.
 */
int folder_give_file(int file, int model);

/* The last part of a path: all behind its last '/'. */
const char *path_name(const char *path);

/* The folder that a path lies in, allocated: "." for a plain name. */
char *path_folder(const char *path);

#endif
