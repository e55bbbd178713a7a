#ifndef CONFIG_SECRET_COMMAND_H
#define CONFIG_SECRET_COMMAND_H

#include <stddef.h>

struct fault;

enum {
	SECRET_MAX = 16 * 1024
};

/* A secret in a buffer that can be overwritten after use. */
struct secret_text {
	char bytes[SECRET_MAX + 1]; /* not terminated */
	size_t len;
};

/*
 * Run a command line without a shell, and put what it prints into `out`, which
 * must be empty.  The line is split at blanks outside double quotes, and $PATH
 * is searched.  Its standard input is empty; other descriptors are closed.
 * Returns 0, or -1 with scope FAULT_SESSION and an exit code: 77 when the
 * command fails, prints over SECRET_MAX or is not done within `seconds` (it is
 * killed then), with its standard error in the text; 78 when it cannot be run;
 * 75 when the system has no room for a pipe.
 */
int secret_command(const char *line, unsigned seconds, struct secret_text *out,
    struct fault *);

#endif
