#include <openssl/evp.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/span.h"
#include "dkim/canonical.h"
#include "mime/header_field.h"

void
canonical_begin(struct canonical *c, char eol, bool relaxed)
{
	const EVP_MD *sha256 = NULL; /* as before: looking it up is slow */

	c->eol = eol;
	c->relaxed = relaxed;
	c->n = 0;
	if (c->hash == NULL) {
		sha256 = EVP_sha256();
		c->hash = EVP_MD_CTX_new();
	}
	if (c->hash == NULL || EVP_DigestInit_ex(c->hash, sha256, NULL) != 1)
		out_of_memory();
}

static void
put(struct canonical *c, const char *p, size_t n)
{
	if (n > sizeof c->hold - c->n) {
		if (EVP_DigestUpdate(c->hash, c->hold, c->n) != 1)
			out_of_memory();
		c->n = 0;
	}
	if (n > sizeof c->hold) {
		if (EVP_DigestUpdate(c->hash, p, n) != 1)
			out_of_memory();
		return;
	}
	if (n > 0)
		memcpy(c->hold + c->n, p, n);
	c->n += n;
}

void
canonical_line_end(struct canonical *c)
{
	put(c, "\r\n", 2);
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
		put(c, s.p + from, i - from);
		if (i < s.n)
			put(c, " ", 1);
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
			put(c, line.p, line.n);
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
	put(c, name.p, (size_t)(value.p - name.p));
	while (value.n > 0) {
		line = field_chomp(field_line(&value, c->eol), c->eol);
		put(c, line.p, line.n);
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
		put(c, &small, 1);
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
	put(c, ":", 1);
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
				put(c, " ", 1);
			put(c, line.p + from, i - from);
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
	if (EVP_DigestUpdate(c->hash, c->hold, c->n) != 1 ||
	    EVP_DigestFinal_ex(c->hash, digest, NULL) != 1)
		out_of_memory();
	c->n = 0;
}

void
canonical_free(struct canonical *c)
{
	EVP_MD_CTX_free(c->hash);
	c->hash = NULL;
}
