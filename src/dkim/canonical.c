#include <stdbool.h>
#include <stddef.h>

#include "base/ascii.h"
#include "base/sha256.h"
#include "base/span.h"
#include "dkim/canonical.h"
#include "mime/header_field.h"

void
canonical_begin(struct canonical *c, char eol, bool relaxed)
{
	c->eol = eol;
	c->relaxed = relaxed;
	sha256_begin(&c->hash);
}

void
canonical_line_end(struct canonical *c)
{
	sha256_put(&c->hash, "\r\n", 2);
}

static struct span
without_blanks_behind(struct span s)
{
	while (s.n > 0 && ascii_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* With each run of blanks as one. */
static void
put_relaxed(struct canonical *c, struct span s)
{
	size_t i = 0, from;

	while (i < s.n) {
		from = i;
		while (i < s.n && !ascii_is_blank(s.p[i]))
			i++;
		sha256_put(&c->hash, s.p + from, i - from);
		if (i < s.n)
			sha256_put(&c->hash, " ", 1);
		while (i < s.n && ascii_is_blank(s.p[i]))
			i++;
	}
}

/* Empty lines are held back until another line follows: at the end they are
 * not part of the form. */
void
canonical_body(struct canonical *c, struct span body)
{
	size_t empty = 0;
	struct span line;
	bool any = false;

	while (body.n > 0) {
		line = field_chomp(field_line(&body, c->eol), c->eol);
		if (c->relaxed)
			line = without_blanks_behind(line);
		if (line.n == 0) {
			empty++;
			continue;
		}
		for (; empty > 0; empty--)
			canonical_line_end(c);
		if (c->relaxed)
			put_relaxed(c, line);
		else
			sha256_put(&c->hash, line.p, line.n);
		canonical_line_end(c);
		any = true;
	}
	if (!any && !c->relaxed)
		canonical_line_end(c);
}

static void
field_simple(struct canonical *c, struct span name, struct span value)
{
	struct span line;

	/* the colon and any blanks before it stand between the two */
	sha256_put(&c->hash, name.p, (size_t)(value.p - name.p));
	while (value.n > 0) {
		line = field_chomp(field_line(&value, c->eol), c->eol);
		sha256_put(&c->hash, line.p, line.n);
		if (value.n > 0)
			canonical_line_end(c);
	}
}

static void
put_lower(struct canonical *c, struct span name)
{
	size_t i;
	char small;

	for (i = 0; i < name.n; i++) {
		small = name.p[i];
		if (small >= 'A' && small <= 'Z')
			small = (char)(small - 'A' + 'a');
		sha256_put(&c->hash, &small, 1);
	}
}

/* Blanks are put before the word that follows them, so that those at the end
 * of the value, folds between them or not, are left out. */
static void
field_relaxed(struct canonical *c, struct span name, struct span value)
{
	bool begun = false, blank = false;
	struct span line;
	size_t i, from;

	put_lower(c, name);
	sha256_put(&c->hash, ":", 1);
	while (value.n > 0) {
		line = field_chomp(field_line(&value, c->eol), c->eol);
		for (i = 0; i < line.n;) {
			if (ascii_is_blank(line.p[i])) {
				blank = true;
				i++;
				continue;
			}
			from = i;
			while (i < line.n && !ascii_is_blank(line.p[i]))
				i++;
			if (begun && blank)
				sha256_put(&c->hash, " ", 1);
			sha256_put(&c->hash, line.p + from, i - from);
			begun = true;
			blank = false;
		}
	}
}

void
canonical_field(struct canonical *c, struct span name, struct span value)
{
	if (c->relaxed)
		field_relaxed(c, name, value);
	else
		field_simple(c, name, value);
}

void
canonical_end(
    struct canonical *c, unsigned char digest[static CANONICAL_DIGEST])
{
	sha256_end(&c->hash, digest);
}

void
canonical_free(struct canonical *c)
{
	sha256_free(&c->hash);
}
