#ifndef CONFIG_CONFIG_READER_H
#define CONFIG_CONFIG_READER_H

#include <stdbool.h>

#include "base/span.h"

enum {
	CONFIG_LINE_MAX = 198 /* bytes; libinih's own bound, silent there */
};

/* What is found in a configuration, in the order of its lines. */
struct config_events {
	/* "[NAME]"; when false, what stands under it is passed over. */
	bool (*section)(void *arg, struct span name);
	/*
	 * "NAME = VALUE", without the comment behind it; `rest` is what stands
	 * behind the sign, with the comment.
	 */
	void (*option)(
	    void *arg, const char *name, const char *value, struct span rest);
	/* A line that is neither these, nor a comment, nor empty. */
	void (*bad_line)(void *arg, const char *reason);
	void *arg;
};

/*
 * Read the text of a configuration: libinih for the grammar, a reader of ours
 * under it that counts lines and refuses those that libinih would cut, join or
 * pass over in silence.  `*line` is the present line, for the events.
 */
void config_read(
    struct span text, const struct config_events *, unsigned *line);

#endif
