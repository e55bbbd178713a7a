#ifndef CONFIG_SECRET_COMMAND_H
#define CONFIG_SECRET_COMMAND_H

#include <stddef.h>

struct fault;

enum {
	SECRET_MAX = 16 * 1024
};

/* What was read, in the place where it can be overwritten. */
struct secret_text {
	char bytes[SECRET_MAX + 1]; /* not terminated */
	size_t len;
};

/*
 * Run a command line without a shell: divided at blanks, double quotes keep
 * them, $PATH is searched; standard input is empty and no other descriptor is
 * passed on.  Put what it prints into `out`, which is empty before.  -1 with
 * scope FAULT_SESSION and exit code 77 when it fails, prints over SECRET_MAX,
 * or is not done within `seconds` (it is killed then), its standard error in
 * the text; 78 when it cannot be run at all; 75 when the system has no room.
 */
int secret_command(const char *line, unsigned seconds, struct secret_text *out,
    struct fault *);

#endif
