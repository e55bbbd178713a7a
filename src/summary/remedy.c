#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/result_types.h"
#include "summary/remedy.h"

enum {
	LONGEST_NAME = 253
};

/* What the store names failures that a sender totals and does not detail. */
static const struct result_type not_detailed = {
	.name = "not-detailed",
	.side = "unclear",
	.words = "failures without details",
	.brief = "look whether other senders detail theirs; if it lasts, ask "
		 "this one",
	.look = "",
	.meaning = "The sender counts failed sessions and says nothing about "
		   "them.",
	.causes = "The sender details only some kinds of failure, or a fault "
		  "in its reports.",
	.remedy = "See what other senders report on the same days. If this one "
		  "alone counts failures and it lasts, write to the "
		  "contact-info of its reports (`tlsrua export -o - reports`).",
	.section = "RFC 8460 §4.4",
};

const struct result_type *
remedy_at(size_t i)
{
	if (i == 0)
		return &not_detailed;
	return result_type_at(i - 1);
}

const struct result_type *
remedy_find(const char *type)
{
	if (strcmp(type, not_detailed.name) == 0)
		return &not_detailed;
	return result_type_find(span_of(type));
}

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

static bool
is_plain_name(const char *name)
{
	size_t n = strlen(name), i;

	if (n == 0 || n > LONGEST_NAME || name[0] == '-')
		return false;
	for (i = 0; i < n; i++)
		if (!is_name_character(name[i]))
			return false;
	return true;
}

static bool
is_word(const char *text, const char *at, const char *word)
{
	size_t n = strlen(word);

	return strncmp(at, word, n) == 0 &&
	       (at == text || !isalnum((unsigned char)at[-1])) &&
	       !isalnum((unsigned char)at[n]);
}

/* Whether "MX" is a word here: of a record ("dig MX DOMAIN") or a host. */
static bool
is_no_placeholder(const char *after)
{
	return strncmp(after, " DOMAIN", 7) == 0 ||
	       strncmp(after, " host", 5) == 0;
}

/* Put the names in the place of MX and DOMAIN; "" leaves its placeholder. */
static const char *
fill(struct arena *mem, const char *text, const char *mx, const char *domain)
{
	const char *at = text, *from = text, *name, *out = "";
	size_t len;

	for (; *at != '\0'; at += len) {
		name = "";
		len = 1;
		if (is_word(text, at, "MX") && !is_no_placeholder(at + 2)) {
			name = mx;
			len = 2;
		} else if (is_word(text, at, "DOMAIN")) {
			name = domain;
			len = 6;
		}
		if (name[0] == '\0')
			continue;
		out = arena_printf(
		    mem, "%s%.*s%s", out, (int)(at - from), from, name);
		from = at + len;
	}
	return arena_printf(mem, "%s%s", out, from);
}

const char *
remedy_command(
    struct arena *mem, const char *text, const char *mx, const char *domain)
{
	return fill(mem, text, is_plain_name(mx) ? mx : "",
	    is_plain_name(domain) ? domain : "");
}

const char *
remedy_prose(
    struct arena *mem, const char *text, const char *mx, const char *domain)
{
	return fill(mem, text, mx[0] != '\0' ? mx : "every MX host", domain);
}
