#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "export/csv_sections.h"
#include "ledger/exports.h"
#include "model/row.h"
#include "output/csv.h"
#include "output/whole_file.h"
#include "tables/periods.h"
#include "tables/tables.h"

enum {
	LINE = 64 /* of the text: day, offset, rows */
};

static struct csv_section *
new_section(struct csv_section_writer *w, const char *first, size_t len)
{
	struct csv_sections *p = &w->sections;
	struct csv_section *section;

	p->item = arena_grow(w->mem, p->item, p->n, &p->room, sizeof *p->item);
	section = &p->item[p->n++];
	snprintf(
	    section->first, sizeof section->first, "%.*s", (int)len, first);
	section->offset = ftello(w->csv.out);
	section->rows = 0;
	return section;
}

/* Write the header row, unless the file begins with one already. */
static int
on_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct csv_section_writer *w = arg;
	struct row_sink sink = csv_sink(&w->csv);

	for (w->date = 0; strcmp(columns[w->date].name, "date") != 0;)
		w->date++;
	if (ftello(w->csv.out) == 0)
		return sink.head(sink.arg, columns, n, f);
	w->csv.columns = columns;
	return 0;
}

static int
on_row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct csv_section_writer *w = arg;
	struct row_sink sink = csv_sink(&w->csv);
	const struct cell *date = &cells[w->date];
	struct csv_section *section = NULL;

	if (w->sections.n > 0)
		section = &w->sections.item[w->sections.n - 1];
	if (section == NULL || strlen(section->first) != date->len ||
	    memcmp(section->first, date->text, date->len) != 0)
		section = new_section(w, date->text, date->len);
	section->rows++;
	return sink.row(sink.arg, cells, n, f);
}

int
csv_sections_write(struct csv_section_writer *w, struct fault *f)
{
	struct row_sink sink = { on_head, on_row, w };

	return store_read_table(w->store, w->table, w->filter, &sink, f);
}

/* Write the periods from `first` to `last` (included) from the store. */
static int
read_periods(struct csv_section_writer *w, const char *first, const char *last,
    struct fault *f)
{
	struct row_sink sink = { on_head, on_row, w };
	struct store_filter filter = *w->filter;

	filter.from = first;
	filter.to = last;
	return store_read_table(w->store, w->table, &filter, &sink, f);
}

/* The old file, and what was noted of it. */
struct before {
	FILE *file;
	int64_t generation, size;
	struct csv_sections sections;
	size_t at; /* index of the next section to copy or pass over */
};

/* Copy the periods from `first` to `last` (included) from the old file. */
static int
copy_periods(struct csv_section_writer *w, struct before *b, const char *first,
    const char *last, struct fault *f)
{
	const struct csv_section *p = b->sections.item;
	size_t n = b->sections.n, i, begin;
	int64_t end, moved;

	while (b->at < n && strcmp(p[b->at].first, first) < 0)
		b->at++;
	begin = b->at;
	while (b->at < n && strcmp(p[b->at].first, last) <= 0)
		b->at++;
	if (begin == b->at)
		return 0;
	end = b->at < n ? p[b->at].offset : b->size;
	moved = ftello(w->csv.out) - p[begin].offset;
	for (i = begin; i < b->at; i++) {
		struct csv_section *section =
		    new_section(w, p[i].first, strlen(p[i].first));

		section->offset = p[i].offset + moved;
		section->rows = p[i].rows;
		w->csv.rows += p[i].rows;
	}
	return whole_file_append(w->file, b->file, p[begin].offset, end, f);
}

/* Read what csv_sections_text() wrote. */
static int
parse(struct csv_section_writer *w, const char *text, struct before *b)
{
	struct csv_section_writer list = { .mem = w->mem, .csv.out = b->file };
	struct csv_section *section;
	char *end;

	for (; *text != '\0'; text = end + 1) {
		size_t len = strcspn(text, " ");

		section = new_section(&list, text, len);
		section->offset = strtoll(text + len, &end, 10);
		section->rows = strtoull(end, &end, 10);
		if (*end != '\n')
			return -1;
	}
	b->sections = list.sections;
	return b->sections.n > 0 ? 0 : -1;
}

/* Runs of periods that changed are read, the others copied. */
static int
write_runs(struct csv_section_writer *w, struct before *b,
    const struct store_period *p, size_t n, struct fault *f)
{
	size_t i, j;
	bool changed;
	int rc;

	for (i = 0; i < n; i = j) {
		changed = p[i].generation > b->generation;
		for (j = i + 1;
		     j < n && (p[j].generation > b->generation) == changed;)
			j++;
		rc = changed
			 ? read_periods(w, p[i].first, p[j - 1].first, f)
			 : copy_periods(w, b, p[i].first, p[j - 1].first, f);
		if (rc == -1)
			return -1;
	}
	return 0;
}

int
csv_sections_write_changes(struct csv_section_writer *w,
    const struct store_export *old, FILE *from, struct fault *f)
{
	struct before b = { .file = from, .generation = old->generation };
	struct store_period *periods;
	size_t n;

	if (fseeko(from, 0, SEEK_END) == -1 || (b.size = ftello(from)) == -1 ||
	    parse(w, old->parts, &b) == -1)
		return csv_sections_write(w, f);
	if (store_periods(
		w->store, w->table, w->filter, w->mem, &periods, &n, f) == -1 ||
	    whole_file_append(w->file, from, 0, b.sections.item[0].offset, f) ==
		-1)
		return -1;
	return write_runs(w, &b, periods, n, f);
}

const char *
csv_sections_text(const struct csv_sections *p, struct arena *mem)
{
	char *text = arena_alloc(mem, p->n * LINE + 1), *at = text;
	size_t i;

	for (i = 0; i < p->n; i++)
		at += snprintf(at, LINE, "%s %" PRId64 " %" PRIu64 "\n",
		    p->item[i].first, p->item[i].offset, p->item[i].rows);
	return text;
}
