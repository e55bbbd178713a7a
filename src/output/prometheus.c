#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "output/prometheus.h"

void
prometheus_family(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* A line end would end the gauge, too; text_clean() leaves none. */
static void
put_label(FILE *out, const struct prometheus_label *label)
{
	char *clean = xstrdup(label->value), *p;

	text_clean(clean);
	fprintf(out, "%s=\"", label->name);
	for (p = clean; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			fputc('\\', out);
		fputc(*p, out);
	}
	fputc('"', out);
	free(clean);
}

static void
put_name(
    FILE *out, const char *name, const struct prometheus_label *label, size_t n)
{
	size_t i;

	fputs(name, out);
	for (i = 0; i < n; i++) {
		fputc(i == 0 ? '{' : ',', out);
		put_label(out, &label[i]);
	}
	fputs(n > 0 ? "} " : " ", out);
}

void
prometheus_number(FILE *out, const char *name,
    const struct prometheus_label *label, size_t n, int64_t value)
{
	put_name(out, name, label, n);
	fprintf(out, "%" PRId64 "\n", value);
}

void
prometheus_seconds(FILE *out, const char *name,
    const struct prometheus_label *label, size_t n, double value)
{
	put_name(out, name, label, n);
	fprintf(out, "%.3f\n", value);
}
