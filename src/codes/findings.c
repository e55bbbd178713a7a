#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "codes/codes.h"
#include "codes/findings.h"

__attribute__((format(printf, 3, 0))) static void
fill(struct finding *f, enum code code, const char *where, va_list ap)
{
	f->code = code;
	vsnprintf(f->where, sizeof f->where, where, ap);
	text_clean(f->where);
}

int
findings_reject(struct findings *fs, enum code code, const char *where, ...)
{
	va_list ap;

	va_start(ap, where);
	if (fs->reject.code == CODE_NONE)
		fill(&fs->reject, code, where, ap);
	va_end(ap);
	return -1;
}

bool
findings_has(const struct findings *fs, enum code code)
{
	size_t i;

	for (i = 0; i < fs->n; i++)
		if (fs->item[i].code == code)
			return true;
	return false;
}

void
findings_add(struct findings *fs, enum code code, const char *where, ...)
{
	va_list ap;

	if (findings_has(fs, code))
		return;
	va_start(ap, where);
	fill(&fs->item[fs->n++], code, where, ap);
	va_end(ap);
}

void
findings_merge(struct findings *to, const struct findings *from)
{
	size_t i;

	if (from->reject.code != CODE_NONE && to->reject.code == CODE_NONE)
		to->reject = from->reject;
	for (i = 0; i < from->n; i++)
		findings_add(to, from->item[i].code, "%s", from->item[i].where);
}

/* Of a class, the code that comes next in table order; CODE_NONE at the end. */
static enum code
next_code(const struct findings *fs, enum code_class class, enum code after)
{
	enum code next = CODE_NONE, c;
	size_t i;

	for (i = 0; i < fs->n; i++) {
		c = fs->item[i].code;
		if (c > after && (next == CODE_NONE || c < next) &&
		    code_entry(c)->class == class)
			next = c;
	}
	return next;
}

void
findings_names(
    const struct findings *fs, enum code_class class, char *out, size_t size)
{
	enum code c = CODE_NONE;
	size_t len = 0;
	int n;

	out[0] = '\0';
	while ((c = next_code(fs, class, c)) != CODE_NONE) {
		n = snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "",
		    code_entry(c)->name);
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}
