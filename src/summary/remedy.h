#ifndef SUMMARY_REMEDY_H
#define SUMMARY_REMEDY_H

#include <stddef.h>

struct arena;

/*
 * What is known of a result type, in words; whoever joins the rooms fills it.
 * In `brief`, `look` and what stands in backquotes in `remedy`, MX and DOMAIN
 * are placeholders.
 */
struct remedy {
	const char *result_type;
	const char *side;  /* "ours", "theirs", "unclear" */
	const char *words; /* "certificate expired" */
	const char *brief; /* the remedy in a clause */
	const char *look;  /* one command; "" */
	const char *meaning, *causes, *remedy, *section;
};

/* What a warning's code means. */
struct warning_words {
	const char *code;
	const char *meaning, *advice;
};

struct remedies {
	const struct remedy *item;
	size_t n;
	const struct warning_words *warning;
	size_t n_warnings;
};

/* That of a result type; NULL for one nobody knows. */
const struct remedy *remedy_find(const struct remedies *, const char *type);

const struct warning_words *remedy_warning(
    const struct remedies *, const char *code);

/*
 * `text` with MX and DOMAIN replaced.  The names come from strangers and the
 * text is to be pasted into a shell: what is no plain host name is not put in,
 * its placeholder stays.
 */
const char *remedy_command(
    struct arena *, const char *text, const char *mx, const char *domain);

/* The same for prose: any name, and "every MX host" for none. */
const char *remedy_prose(
    struct arena *, const char *text, const char *mx, const char *domain);

#endif
