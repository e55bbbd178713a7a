#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probe/smtp_reply.h"

enum {
	CODE = 3,	/* digits */
	OVERWRITTEN = 4 /* X at least, in the place of a keyword */
};

static void
refuse(struct smtp_reply *r, const char *why)
{
	r->state = REPLY_BROKEN;
	r->broken = why;
}

/* Whether a keyword was overwritten: "XXXXXXXA", "XXXXXXXX". */
static bool
is_overwritten(const char *word, size_t n)
{
	size_t i = 0;

	while (i < n && word[i] == 'X')
		i++;
	return i >= OVERWRITTEN && i + 1 >= n;
}

/* A line that says what the server can do: a keyword and its parameters. */
static void
read_keyword(struct smtp_reply *r, const char *text)
{
	size_t n = strcspn(text, " \t");

	if (n == strlen("STARTTLS") && strncasecmp(text, "STARTTLS", n) == 0)
		r->starttls = true;
	else if (is_overwritten(text, n))
		snprintf(r->hidden, sizeof r->hidden, "%s", text);
}

static bool
has_code(const char *line)
{
	return line[0] >= '2' && line[0] <= '5' &&
	       isdigit((unsigned char)line[1]) &&
	       isdigit((unsigned char)line[2]) &&
	       (line[3] == ' ' || line[3] == '-' || line[3] == '\0');
}

static unsigned
code_of(const char *line)
{
	return (unsigned)(line[0] - '0') * 100 +
	       (unsigned)(line[1] - '0') * 10 + (unsigned)(line[2] - '0');
}

static void
end_line(struct smtp_reply *r)
{
	r->line[r->n] = '\0';
	if (r->lines == 0)
		snprintf(r->said, sizeof r->said, "%.*s",
		    (int)sizeof r->said - 1, r->line);
	if (strlen(r->line) != r->n)
		refuse(r, "a NUL byte in a reply");
	else if (!has_code(r->line))
		refuse(r, "a line without a reply code");
	else if (r->lines > 0 && code_of(r->line) != r->code)
		refuse(r, "a reply with two codes");
	if (r->state == REPLY_BROKEN)
		return;
	r->code = code_of(r->line);
	if (r->lines > 0)
		read_keyword(r, r->n > CODE ? r->line + CODE + 1 : "");
	r->lines++;
	if (r->n <= CODE || r->line[CODE] == ' ')
		r->state = REPLY_WHOLE;
	else if (r->lines == SMTP_LINES_MAX)
		refuse(r, "a reply without end");
	r->n = 0;
}

size_t
smtp_reply_feed(struct smtp_reply *r, const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && r->state == REPLY_BEGUN) {
		if (bytes[i] == '\n') {
			if (r->n > 0 && r->line[r->n - 1] == '\r')
				r->n--;
			end_line(r);
		} else if (r->n < SMTP_LINE_MAX) {
			r->line[r->n++] = bytes[i];
		} else {
			refuse(r, "a line without end");
		}
		i++;
	}
	return i;
}
