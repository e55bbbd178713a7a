#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/findings.h"

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

void
findings_names(
    const struct findings *fs, enum code_class class, char *out, size_t size)
{
	size_t len = 0;
	enum code c;
	int n;

	out[0] = '\0';
	for (c = CODE_NONE + 1; c < CODE_COUNT && fs->n > 0; c++) {
		if (!findings_has(fs, c) || code_entry(c)->class != class)
			continue;
		n = snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "",
		    code_entry(c)->name);
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}
