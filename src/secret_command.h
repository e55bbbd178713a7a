#ifndef SECRET_COMMAND_H
#define SECRET_COMMAND_H

#include <stddef.h>

struct fault;

/*
 * Run a command line without a shell: divided at blanks, double quotes keep
 * them, $PATH is searched; standard input is empty and no other descriptor is
 * passed on.  Put what it prints into `out`, at most `size` bytes.  -1 with
 * scope FAULT_SESSION and exit code 77 when it fails, prints more, or is not
 * done within `seconds` (it is killed then), its standard error in the text;
 * or with exit code 78 when it cannot be run at all.
 */
int secret_command(const char *line, unsigned seconds, char *out, size_t size,
    size_t *len, struct fault *);

#endif
