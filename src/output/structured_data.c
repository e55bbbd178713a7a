#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "output/structured_data.h"

/* RFC 5424, section 6.3.3: what ends a value is escaped. */
static void
put_value(FILE *out, const char *value)
{
	char *clean = xstrdup(value);
	const char *p;

	text_clean(clean);
	for (p = clean; *p != '\0'; p++) {
		if (strchr("\"\\]", *p) != NULL)
			fputc('\\', out);
		fputc(*p, out);
	}
	free(clean);
}

char *
structured_data(const char *id, const struct data_param *param, size_t n)
{
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		out_of_memory();
	fprintf(out, "[%s", id);
	for (i = 0; i < n; i++) {
		fprintf(out, " %s=\"", param[i].name);
		put_value(out, param[i].value);
		fputc('"', out);
	}
	fputc(']', out);
	if (fclose(out) == EOF)
		out_of_memory();
	return text;
}
