#ifndef CONFIG_CONFIG_READER_H
#define CONFIG_CONFIG_READER_H

#include <stdbool.h>

#include "base/span.h"

enum {
	CONFIG_LINE_MAX = 198 /* bytes; libinih cuts longer lines in silence */
};

/* Callbacks for what a configuration holds, in the order of its lines. */
struct config_events {
	/* "[NAME]"; returns false to have its options skipped. */
	bool (*section)(void *arg, struct span name);
	/*
	 * "NAME = VALUE", without the comment behind it; `rest` is all that
	 * follows the "=", the comment included.
	 */
	void (*option)(
	    void *arg, const char *name, const char *value, struct span rest);
	/* A line that is neither these, nor a comment, nor empty. */
	void (*bad_line)(void *arg, const char *reason);
	void *arg;
};

/*
 * Read the text of a configuration.  libinih parses the options; our own line
 * reader under it counts lines and refuses those that libinih would cut or
 * ignore in silence.  `*line` is the current line number while a callback runs.
 */
void config_read(
    struct span text, const struct config_events *, unsigned *line);

#endif
