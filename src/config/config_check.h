#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include "config/config_options.h"

struct config;
struct config_mailbox;

/* A section of the file and what was given in it. */
struct config_section {
	struct config_section *next;
	const char *title; /* "[mailbox example]" */
	const char *kind;  /* as in the options: "mailbox" */
	unsigned line;
	unsigned given[CONFIG_OPTIONS]; /* the line of each option; 0: none */
	void *owner; /* struct config, or struct config_mailbox */
};

/* Where an error is said; `option` is NULL when it is about the section. */
struct config_complaints {
	void (*say)(void *arg, unsigned line, const struct config_section *,
	    const char *option, const char *reason);
	void *arg;
};

/*
 * What options demand of each other, once all are read; and the values that
 * follow from others, such as a port from tls.
 */
void config_check(const struct config *, const struct config_section *sections,
    const struct config_complaints *);

#endif
