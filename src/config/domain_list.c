#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "config/domain_list.h"
#include "config/value_types.h"

enum {
	LINE = 1024 /* room for a line, longer than any name */
};

int
domain_list_add(struct domain_list *l, const char *name, struct arena *memory)
{
	bool wild = strncmp(name, "*.", 2) == 0;
	const char *domain;

	if (setting_domain(name + (wild ? 2 : 0), memory, &domain) == -1)
		return -1;
	l->name = arena_grow(memory, l->name, l->n, &l->room, sizeof *l->name);
	l->name[l->n++] = wild ? arena_printf(memory, "*.%s", domain) : domain;
	return 0;
}

static int
read_lines(
    struct domain_list *l, FILE *file, struct arena *memory, struct fault *f)
{
	char line[LINE];
	unsigned number = 0;
	struct span text;

	while (fgets(line, sizeof line, file) != NULL) {
		number++;
		text = span_trim(span_of(line));
		if (text.n == 0 || text.p[0] == '#')
			continue;
		line[text.p - line + (ptrdiff_t)text.n] = '\0';
		if (domain_list_add(l, text.p, memory) == -1)
			return fault(f, FAULT_HOST, EX_CONFIG,
			    "line %u: \"%.80s\" is no domain name", number,
			    text.p);
	}
	if (ferror(file))
		return fault(f, FAULT_HOST, EX_CONFIG, "cannot be read: %s",
		    strerror(errno));
	return 0;
}

int
domain_list_read(struct domain_list *l, const char *path, struct arena *memory,
    struct fault *f)
{
	size_t before = l->n;
	struct stat st;
	FILE *file;
	int rc;

	l->file = path;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return fault(f, FAULT_HOST, EX_CONFIG, "is not a file");
	if ((file = fopen(path, "re")) == NULL)
		return fault(f, FAULT_HOST, EX_CONFIG, "cannot be read: %s",
		    strerror(errno));
	rc = read_lines(l, file, memory, f);
	fclose(file);
	if (rc == 0 && l->n == before)
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "holds no name: write one a line into it, or leave the "
		    "option out");
	return rc;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
domain_list_sort(struct domain_list *l)
{
	size_t i, n = 0;

	if (l->n == 0)
		return;
	qsort(l->name, l->n, sizeof *l->name, compare);
	for (i = 0; i < l->n; i++)
		if (n == 0 || strcmp(l->name[n - 1], l->name[i]) != 0)
			l->name[n++] = l->name[i];
	l->n = n;
}
