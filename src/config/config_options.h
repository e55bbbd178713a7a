#ifndef CONFIG_CONFIG_OPTIONS_H
#define CONFIG_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;

enum {
	SETTING_REASON = 160
};

struct config_option;

/* The value of an option, while it is checked and stored. */
struct setting {
	struct arena *memory;
	const char *text; /* without the comment behind it */
	struct span rest; /* the rest of the line, with the comment */
	char reason[SETTING_REASON]; /* why it was refused */
};

/* Check a value and store it in `field`.  0, or -1 with the reason set. */
typedef int config_set_fn(
    const struct config_option *, struct setting *, void *field);

/* Every option there is: what its value must be and where that goes. */
struct config_option {
	const char
	    *section; /* "store"; "mailbox" for each [mailbox NAME], "view" */
	const char *name;
	config_set_fn *set;
	size_t offset;	   /* of the field in its struct */
	uint64_t min, max; /* of numbers, sizes and durations */
	bool is_list; /* several words; quotes are kept, they group words */
};

enum {
	CONFIG_OPTIONS = 78
};

extern const struct config_option config_options[CONFIG_OPTIONS];

/* The index of an option in config_options; CONFIG_OPTIONS for none. */
size_t config_option_find(const char *section, const char *name);

/*
 * Set an option in a struct config, or in a struct config_mailbox or
 * config_view when its section is "mailbox" or "view".
 */
int config_option_set(
    const struct config_option *, struct setting *, void *owner);

#endif
