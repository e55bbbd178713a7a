#ifndef TESTS_PUBLISHED_VECTORS_H
#define TESTS_PUBLISHED_VECTORS_H

/*
 * Files of vectors: a line each, columns divided by tabs, "#" before comments;
 * what DNS or a policy host gives stands in JSON.  Each reader holds one line
 * against what the program makes of it.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/span.h"
#include "cmd/compose_record.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/sts_record.h"
#include "published/tlsa.h"
#include "published/tlsrpt_record.h"

enum {
	VECTOR_COLUMNS = 8,
	VECTOR_LINE = 256 * 1024,
	VECTOR_TEXT = 64 * 1024
};

struct vector {
	const char *path;
	unsigned line;
	char *column[VECTOR_COLUMNS];
	size_t n;
	struct arena *arena;
	unsigned wrong; /* columns that differ */
};

/* Say that a column is not what the program found. */
static inline void
vector_hold(
    struct vector *v, const char *what, const char *want, const char *got)
{
	if (strcmp(want, got) == 0)
		return;
	v->wrong++;
	printf("%s:%u: %s: %s: expected %s, got %s\n", v->path, v->line,
	    v->column[0], what, want, got);
}

static inline int
vector_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The codes of the flaws: a sorted set, with commas; "-" for none. */
static inline const char *
vector_codes(struct vector *v, const struct flaws *fs)
{
	const char *name[FLAWS_MAX], *out = "";
	size_t i;

	for (i = 0; i < fs->n; i++)
		name[i] = point_entry(fs->item[i].code)->name;
	qsort(name, fs->n, sizeof *name, vector_compare);
	for (i = 0; i < fs->n; i++)
		if (i == 0 || strcmp(name[i], name[i - 1]) != 0)
			out = arena_printf(
			    v->arena, "%s%s%s", out, i > 0 ? "," : "", name[i]);
	return fs->n > 0 ? out : "-";
}

/* A list as the vectors write it: ["a", "b"]. */
static inline const char *
vector_list(struct vector *v, const char *const *item, size_t n)
{
	const char *out = "[";
	struct json_object *text;
	size_t i;

	for (i = 0; i < n; i++) {
		text = json_object_new_string(item[i]);
		out = arena_printf(v->arena, "%s%s%s", out, i > 0 ? ", " : "",
		    json_object_to_json_string_ext(
			text, JSON_C_TO_STRING_PLAIN |
				  JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(text);
	}
	return arena_printf(v->arena, "%s]", out);
}

static inline struct span
vector_string(struct vector *v, struct json_object *o)
{
	size_t n = (size_t)json_object_get_string_len(o);

	return (struct span){
		arena_strndup(v->arena, json_object_get_string(o), n), n
	};
}

/* The JSON of a column; a file that has none ends the test program. */
static inline struct json_object *
vector_json(struct vector *v, size_t column)
{
	struct json_object *o = json_tokener_parse(v->column[column]);

	if (o == NULL) {
		printf("%s:%u: no JSON: %s\n", v->path, v->line,
		    v->column[column]);
		exit(2);
	}
	return o;
}

/* TXT records: an array of arrays of character-strings. */
static inline struct txt_answer
vector_records(struct vector *v, size_t column)
{
	struct json_object *all = vector_json(v, column), *one;
	struct txt_answer answer = { .lookup = { .status = LOOKUP_FOUND } };
	struct txt_record *record;
	struct span *string;
	size_t i, j;

	answer.n = json_object_array_length(all);
	record = arena_alloc(v->arena, (answer.n + 1) * sizeof *record);
	for (i = 0; i < answer.n; i++) {
		one = json_object_array_get_idx(all, i);
		record[i].n = json_object_array_length(one);
		string =
		    arena_alloc(v->arena, (record[i].n + 1) * sizeof *string);
		for (j = 0; j < record[i].n; j++)
			string[j] =
			    vector_string(v, json_object_array_get_idx(one, j));
		record[i].string = string;
	}
	answer.record = record;
	json_object_put(all);
	return answer;
}

static inline const char *
vector_yes(bool yes)
{
	return yes ? "yes" : "no";
}

/* id records valid rua codes why */
static inline void
vector_tlsrpt(struct vector *v)
{
	struct txt_answer answer = vector_records(v, 1);
	struct tlsrpt_record r;
	const char *used[TLSRPT_URIS];
	size_t i, n = 0;

	tlsrpt_read(&answer, v->arena, &r);
	for (i = 0; i < r.n; i++)
		if (tlsrpt_is_used(&r, &r.uri[i]))
			used[n++] = r.uri[i].text;
	vector_hold(v, "valid", v->column[2], vector_yes(r.valid));
	vector_hold(v, "rua", v->column[3], vector_list(v, used, n));
	vector_hold(v, "codes", v->column[4], vector_codes(v, &r.flaws));
}

/* id records valid sts-id codes why */
static inline void
vector_sts(struct vector *v)
{
	struct txt_answer answer = vector_records(v, 1);
	struct sts_record r;

	sts_record_read(&answer, v->arena, &r);
	vector_hold(v, "valid", v->column[2], vector_yes(r.valid));
	vector_hold(v, "sts-id", v->column[3], r.id);
	vector_hold(v, "codes", v->column[4], vector_codes(v, &r.flaws));
}

/* id text valid mode max_age mx codes why */
static inline void
vector_policy(struct vector *v)
{
	struct json_object *text = vector_json(v, 1);
	struct sts_policy p;

	sts_policy_read(vector_string(v, text), v->arena, &p);
	json_object_put(text);
	vector_hold(v, "valid", v->column[2], vector_yes(p.valid));
	vector_hold(
	    v, "mode", v->column[3], p.valid ? sts_mode_name(p.mode) : "-");
	vector_hold(v, "max_age", v->column[4],
	    p.valid ? arena_printf(v->arena, "%u", p.max_age) : "-");
	vector_hold(v, "mx", v->column[5], vector_list(v, p.mx, p.n_mx));
	vector_hold(v, "codes", v->column[6], vector_codes(v, &p.flaws));
}

/* id pattern host matches why */
static inline void
vector_mx(struct vector *v)
{
	vector_hold(v, "matches", v->column[3],
	    vector_yes(sts_mx_matches(v->column[1], v->column[2])));
}

/* id record usable codes why */
static inline void
vector_tlsa(struct vector *v)
{
	char *p = v->column[1], *data;
	struct tlsa_record r = { 0 };
	enum point_code flaw;
	size_t n;

	r.usage = (unsigned)strtoul(p, &p, 10);
	r.selector = (unsigned)strtoul(p, &p, 10);
	r.matching = (unsigned)strtoul(p, &p, 10);
	p += strspn(p, " ");
	data = arena_alloc(v->arena, strlen(p) / 2 + 1);
	for (n = 0; hex_digit(p[2 * n]) != -1; n++)
		data[n] =
		    (char)(hex_digit(p[2 * n]) << 4 | hex_digit(p[2 * n + 1]));
	r.data = (struct span){ data, n };
	vector_hold(
	    v, "usable", v->column[2], vector_yes(tlsa_is_usable(&r, &flaw)));
	vector_hold(v, "codes", v->column[3],
	    flaw == POINT_NONE ? "-" : point_entry(flaw)->name);
}

/* A record that is printed is one that a strict sender takes without a word. */
static inline void
vector_read_back(struct vector *v, const struct composed_record *r)
{
	struct span *string =
	    arena_alloc(v->arena, (r->n_strings + 1) * sizeof *string);
	struct txt_record record = { string, r->n_strings };
	struct txt_answer answer = { .record = &record, .n = 1 };
	struct tlsrpt_record read;
	size_t i;

	for (i = 0; i < r->n_strings; i++)
		string[i] = span_of(r->strings[i]);
	tlsrpt_read(&answer, v->arena, &read);
	vector_hold(v, "read back", "yes", vector_yes(read.valid));
	vector_hold(v, "read back", "-", vector_codes(v, &read.flaws));
}

/* id domain ruas status output why */
static inline void
vector_record(struct vector *v)
{
	struct json_object *ruas = vector_json(v, 2);
	size_t i, n = json_object_array_length(ruas);
	const char **uri = arena_alloc(v->arena, (n + 1) * sizeof *uri);
	struct composed_record r;
	int status;

	for (i = 0; i < n; i++)
		uri[i] = vector_string(v, json_object_array_get_idx(ruas, i)).p;
	json_object_put(ruas);
	status = compose_record(v->column[1], uri, n, RECORD_TTL, v->arena, &r);
	vector_hold(
	    v, "status", v->column[3], arena_printf(v->arena, "%d", status));
	if (status == 0)
		vector_read_back(v, &r);
	vector_hold(v, "output", v->column[4],
	    status == 0 ? r.zone
	    : r.hint[0] != '\0'
		? arena_printf(v->arena, "%s: %s", r.code, r.hint)
		: r.code);
}

static const struct vector_kind {
	const char *name;
	size_t columns; /* without that of the reason */
	void (*hold)(struct vector *);
} vector_kinds[] = {
	{ "tlsrpt-txt", 5, vector_tlsrpt },
	{ "sts-txt", 5, vector_sts },
	{ "sts-policy", 7, vector_policy },
	{ "mx-match", 4, vector_mx },
	{ "tlsa", 4, vector_tlsa },
	{ "record-args", 5, vector_record },
};

static inline const struct vector_kind *
vector_kind(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof vector_kinds / sizeof *vector_kinds; i++)
		if (strcmp(vector_kinds[i].name, name) == 0)
			return &vector_kinds[i];
	return NULL;
}

/* Divide a line at its tabs. */
static inline void
vector_split(struct vector *v, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	for (v->n = 0; v->n < VECTOR_COLUMNS && line != NULL; v->n++) {
		v->column[v->n] = line;
		if ((line = strchr(line, '\t')) != NULL)
			*line++ = '\0';
	}
}

/*
 * Hold a file against the program and print what differs.  Returns how many
 * lines do; -1 when the file cannot be read or has no vector in it.
 */
static inline int
vectors_hold(const struct vector_kind *kind, const char *path, size_t *vectors)
{
	FILE *file = fopen(path, "re");
	char *line = xmalloc(VECTOR_LINE);
	struct arena arena = { 0 };
	struct vector v = { .path = path, .arena = &arena };
	int differ = 0;

	*vectors = 0;
	while (file != NULL && fgets(line, VECTOR_LINE, file) != NULL) {
		v.line++;
		v.wrong = 0;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		vector_split(&v, line);
		if (v.n < kind->columns) {
			printf("%s:%u: too few columns\n", path, v.line);
			differ++;
			continue;
		}
		kind->hold(&v);
		arena_reset(&arena);
		++*vectors;
		differ += v.wrong > 0;
	}
	if (file != NULL)
		fclose(file);
	free(line);
	arena_free(&arena);
	return *vectors > 0 ? differ : -1;
}

#endif
