#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stdbool.h>

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
 * Open the folder that the file `path` lies in, likewise; `*name` points to the
 * file's name at the end of `path`.
 */
int folder_open_of(int at, const char *path, const char **name);

/* Whether others than this user and root may make files in a folder. */
bool folder_is_shared(int folder);

/*
 * As root, give a file that was just made to the owner of its folder, who may
 * be the user that runs this program otherwise.  Does nothing for other users.
 * Returns 0, or -1 with errno.
 */
int folder_give_to_owner(int folder, int file);

#endif
