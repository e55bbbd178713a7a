#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include "config/config_options.h"

struct config;
struct config_mailbox;

/* A section of the file, and which options were given in it. */
struct config_section {
	struct config_section *next;
	const char *title;		/* "[mailbox example]" */
	const char *kind;		/* "mailbox", as in config_options */
	unsigned line;			/* of its "[...]" */
	unsigned given[CONFIG_OPTIONS]; /* line of each option; 0: not given */
	void *owner; /* struct config, config_mailbox or config_view */
};

/* Receives the errors; `option` is NULL when one is about the section. */
struct config_complaints {
	void (*say)(void *arg, unsigned line, const struct config_section *,
	    const char *option, const char *reason);
	void *arg;
};

/*
 * Check what options demand of each other, once all are read, and set the
 * values that follow from others, such as the port that follows from tls.
 */
void config_check(const struct config *, const struct config_section *sections,
    const struct config_complaints *);

#endif
