/*
 * The mails and keys of a folder of vectors, when there is one beside the
 * project: what each signature comes to for its reporter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/utc.h"
#include "codes/findings.h"
#include "dkim/verdict.h"

static const char folder[] = "../shared/dkim/vectors";

enum {
	RECORDS = 200,
	ROWS = 200,
	COLUMNS = 8
};

/* The keys of a zone file: TXT and CNAME, one a line. */
struct zone {
	struct {
		char *name, *alias, *text;
	} record[RECORDS];
	size_t n;
};

static char *
read_whole(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (f == NULL)
		return NULL;
	assert_int_equal(0, fseek(f, 0, SEEK_END));
	size = ftell(f);
	rewind(f);
	text = xmalloc((size_t)size + 1);
	*n = fread(text, 1, (size_t)size, f);
	text[*n] = '\0';
	fclose(f);
	return text;
}

/* The strings of a TXT record, joined. */
static char *
join_strings(const char *p)
{
	char *out = xmalloc(strlen(p) + 1);
	size_t n = 0;

	while ((p = strchr(p, '"')) != NULL) {
		for (p++; *p != '"'; p++) {
			if (*p == '\\')
				p++;
			out[n++] = *p;
		}
		p++;
	}
	out[n] = '\0';
	return out;
}

static void
read_zone(struct zone *z)
{
	size_t n;
	char *text = read_whole("../shared/dkim/vectors/keys.zone", &n);
	char *save = NULL, *line, *space, *dot;

	assert_non_null(text);
	z->n = 0;
	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		space = strchr(line, ' ');
		if (space == NULL || strstr(line, "_domainkey") == NULL)
			continue;
		*space = '\0';
		if ((dot = strrchr(line, '.')) != NULL && dot[1] == '\0')
			*dot = '\0';
		z->record[z->n].name = xstrdup(line);
		z->record[z->n].alias = NULL;
		z->record[z->n].text = NULL;
		if (strncmp(space + 1, "CNAME ", 6) == 0) {
			z->record[z->n].alias = xstrdup(space + 7);
			dot = strrchr(z->record[z->n].alias, '.');
			*dot = '\0';
		} else
			z->record[z->n].text = join_strings(space + 1);
		z->n++;
	}
	free(text);
}

static void
free_zone(struct zone *z)
{
	while (z->n-- > 0) {
		free(z->record[z->n].name);
		free(z->record[z->n].alias);
		free(z->record[z->n].text);
	}
}

/* A loop of aliases stands for a name that cannot be asked for. */
static void
answer(const struct zone *z, const char *name, struct key_answer *a)
{
	unsigned aliases = 0;
	size_t i;

	*a = (struct key_answer){ .state = KEY_ANSWERED };
	for (i = 0; i < z->n; i++) {
		if (strcmp(z->record[i].name, name) != 0)
			continue;
		if (z->record[i].alias != NULL) {
			if (++aliases > 5) {
				a->state = KEY_UNKNOWN;
				return;
			}
			name = z->record[i].alias;
			i = (size_t)-1;
		} else if (a->n < KEY_RECORDS_MAX)
			a->record[a->n++] = span_of(z->record[i].text);
	}
}

static size_t
columns(char *line, char *column[COLUMNS])
{
	size_t n = 0;
	char *tab;

	while (n < COLUMNS) {
		column[n++] = line;
		if ((tab = strchr(line, '\t')) == NULL)
			break;
		*tab = '\0';
		line = tab + 1;
	}
	return n;
}

/* The mail inside, where one was forwarded as an attachment. */
static struct span
innermost(struct span mail)
{
	size_t at = span_find(mail, "Content-Type: message/rfc822"), begin, end;
	struct span rest;

	if (at == mail.n)
		return mail;
	rest = span_skip(mail, at);
	begin = span_find(rest, "\r\n\r\n");
	if (begin == rest.n)
		begin = span_find(rest, "\n\n") + 2;
	else
		begin += 4;
	rest = span_skip(rest, begin);
	for (end = rest.n; end > 0; end--)
		if (rest.p[end - 1] == '\n' &&
		    strncmp(rest.p + end, "--", 2) == 0)
			break;
	/* back from the last boundary of the outer mail to the one that ends
	 * the inner one */
	rest.n = end > 2 && rest.p[end - 2] == '\r' ? end - 2 : end - 1;
	return rest;
}

/* "-" or the warnings, sorted as they are listed. */
static const char *
warnings(const struct verdict *v)
{
	static char text[200];
	struct findings found = { 0 };

	if (v->vouched != VOUCHED_BY_SIGNATURE)
		return "-";
	verdict_warn(v, &found);
	findings_names(&found, CLASS_WARN, text, sizeof text);
	return text[0] != '\0' ? text : "-";
}

struct scene {
	struct zone zone;
	struct keyring *ring;
	struct canonical canonical;
	struct arena arena;
};

static void
judge(struct scene *s, const char *path, struct signature_context *context,
    const char *reporter, const char *const *trusted, size_t n_trusted,
    struct verdict *v)
{
	static struct signatures list;
	static struct auth_results provider;
	struct key_result key[SIGNATURES_MAX] = { 0 };
	struct key_answer a;
	bool ask[SIGNATURES_MAX], has_provider;
	char name[KEY_NAME], *text;
	struct span mail;
	size_t n, i;

	text = read_whole(path, &n);
	assert_non_null(text);
	mail = innermost((struct span){ text, n });
	signatures_read(mail, context, &s->canonical, &s->arena, &list);
	has_provider =
	    auth_results_read(mail, trusted, n_trusted, &s->arena, &provider);
	verdict_ask(&list, reporter, NULL, 0, ask);
	for (i = 0; i < list.n; i++)
		if (ask[i]) {
			key_name(&list.item[i], name);
			answer(&s->zone, name, &a);
			keyring_verify(s->ring, &list.item[i], &a, &key[i]);
		}
	free(text); /* none of it is needed any more */
	verdict_reach(
	    &list, reporter, NULL, 0, key, has_provider ? &provider : NULL, v);
}

static bool
row_fits(struct scene *s, char *column[COLUMNS])
{
	static const char *const states[] = { "pass", "pass", "pending",
		"fail" };
	struct signature_context context = { .header_max = 256 * 1024 };
	struct verdict v;
	const char *code, *domain;
	char path[300];
	unsigned odd;

	context.has_arrival =
	    utc_parse(span_of(column[1]), &context.arrival, &odd) == 0;
	snprintf(path, sizeof path, "%s/%s", folder, column[0]);
	judge(s, path, &context, column[6], NULL, 0, &v);
	code = v.code == CODE_NONE ? "-" : code_entry(v.code)->name;
	domain = v.about == NULL || v.about->domain[0] == '\0'
		     ? "-"
		     : v.about->domain;
	if (strcmp(states[v.vouched], column[2]) == 0 &&
	    strcmp(code, column[3]) == 0 &&
	    strcmp(warnings(&v), column[4]) == 0 &&
	    strcmp(domain, column[5]) == 0)
		return true;
	print_error("%s: %s %s %s %s, not %s %s %s %s\n", column[0],
	    states[v.vouched], code, warnings(&v), domain, column[2], column[3],
	    column[4], column[5]);
	return false;
}

static bool
provider_row_fits(struct scene *s, char *column[COLUMNS])
{
	struct signature_context context = { .header_max = 256 * 1024 };
	const char *trusted = column[1], *code;
	struct verdict v;
	char path[300];

	snprintf(path, sizeof path, "%s/authres/%s", folder, column[0]);
	judge(s, path, &context, column[2], &trusted,
	    strcmp(trusted, "-") == 0 ? 0 : 1, &v);
	code = v.vouched == VOUCHED_BY_PROVIDER ? "auth-results-only"
						: code_entry(v.code)->name;
	if (strcmp(v.vouched == VOUCHED_BY_PROVIDER ? "pass" : "fail",
		column[3]) == 0 &&
	    strcmp(code, column[4]) == 0)
		return true;
	print_error("%s: %s, not %s\n", column[0], code, column[4]);
	return false;
}

static void
every_row(const char *table, bool (*fits)(struct scene *, char **))
{
	struct scene s = { .ring = NULL };
	char *text, *save = NULL, *line, *column[COLUMNS];
	unsigned wrong = 0;
	size_t n;

	if ((text = read_whole(table, &n)) == NULL)
		skip();
	s.ring = keyring_new();
	read_zone(&s.zone);
	strtok_r(text, "\n", &save); /* the header */
	while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
		columns(line, column);
		if (!fits(&s, column))
			wrong++;
		arena_reset(&s.arena);
	}
	free(text);
	free_zone(&s.zone);
	keyring_free(s.ring);
	canonical_free(&s.canonical);
	arena_free(&s.arena);
	assert_int_equal(0, wrong);
}

static void
every_mail_comes_to_its_verdict(void **state)
{
	(void)state;
	every_row("../shared/dkim/vectors/EXPECT.tsv", row_fits);
}

static void
a_provider_is_believed_where_it_may_be(void **state)
{
	(void)state;
	every_row(
	    "../shared/dkim/vectors/authres/EXPECT.tsv", provider_row_fits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mail_comes_to_its_verdict),
		cmocka_unit_test(a_provider_is_believed_where_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
