#include "scenes/sent.h"
#include "scenes/stores.h"

#include "tables/table_rows.h"
#include "tables/table_list.h"

/* Tables that are read by a quicker way than their views: with the same rows.
 */

struct print {
	const struct table *t;
	FILE *out;
};

static int
print_row(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	const struct print *p = arg;
	const struct table *t = p->t;
	FILE *out = p->out;
	size_t i;

	(void)f;
	for (i = 0; i < n; i++)
		if (c[i].null)
			fputs("-|", out);
		else if (t->columns[i].kind == COLUMN_NUMBER)
			fprintf(out, "%" PRId64 "|", c[i].number);
		else if (t->columns[i].kind == COLUMN_RATE)
			fprintf(out, "%a|", c[i].rate);
		else
			fprintf(out, "%.*s|", (int)c[i].len, c[i].text);
	fputc('\n', out);
	return 0;
}

/* The rows of a table, by its view or as it is exported. */
static char *
rows(struct scene *s, const struct table *t, const struct store_filter *filter,
    bool view)
{
	char *text = NULL;
	size_t len, n;
	struct print p = { t, open_memstream(&text, &len) };
	struct row_sink sink = { NULL, print_row, &p };
	struct arena a = { 0 };
	const struct value *v = filter_values(&a, filter, &n);

	if (view)
		assert_ok(s, read_rows(s->st, read_sql(&a, t->name, filter), v,
				 n, t->columns, t->n_columns, &sink, &s->f));
	else
		assert_ok(
		    s, store_read_table(s->st, t->name, filter, &sink, &s->f));
	arena_free(&a);
	fclose(p.out);
	return text;
}

static size_t
assert_as_views(struct scene *s, const struct store_filter *filter)
{
	const char *name;
	size_t i, len = 0;

	for (i = 0; (name = store_table_name(i)) != NULL; i++) {
		const struct table *t = table_find(name);
		char *expected = rows(s, t, filter, true);
		char *found = rows(s, t, filter, false);

		assert_string_equal(found, expected);
		len += strlen(found);
		free(expected);
		free(found);
	}
	return len;
}

/* Reports of two senders on all days from the 20th to the end. */
static void
send_many(struct scene *s)
{
	static const char *const types[] = { "tlsa", "sts", "no-policy-found" };
	static const char *const domains[] = { "b.example", "a.example",
		"a.example" };
	int day;

	for (day = 30; day >= 20; day--) {
		struct sent x;

		make(&x, day % 2 ? "Zeta" : "Alpha", day, (unsigned)day,
		    day % 3 ? (unsigned)day : 0);
		x.policy.type = types[day % 3];
		x.policy.domain = day % 5 ? "mx.example" : "a.example";
		x.policy.recipient_domain = domains[day % 3];
		x.failure.result_type = day % 4 > 1 ? "sts-webpki-invalid"
						    : "starttls-not-supported";
		x.policy.mode = day % 4 ? "enforce" : "";
		add(s, &x.report);
	}
	send_one(s, "Nobody", 25, 0, 0);
	for (day = 0; day < 9; day++)
		send_one(s, day % 3 ? "Gamma" : "Beta", 23, 9, 1);
	send_one(s, "Seldom", 20, 1, 0);
	send_one(s, "Seldom", 21, 1, 1);
	send_one(s, "Seldom", 29, 1, 0);
}

static void
rows_are_those_of_the_views(void **state)
{
	static const char *const names[] = { "a.example", "none.example" };
	static const char *const senders[] = { "Alpha" };
	static const struct store_filter filters[] = {
		{ 0 },
		{ .from = "2026-11-24" },
		{ .to = "2026-11-22" },
		{ .from = "2026-11-24", .to = "2026-11-24" },
		{ .domains = names, .n_domains = 2 },
		{ .from = "2026-11-21",
		    .to = "2026-11-28",
		    .domains = names,
		    .n_domains = 1,
		    .organizations = senders,
		    .n_organizations = 1 },
	};
	static const struct store_filter none = { .domains = names + 1,
		.n_domains = 1 };
	struct scene *s = *state;
	size_t i;

	assert_int_equal(assert_as_views(s, &filters[0]), 0);
	send_many(s);
	for (i = 0; i < sizeof filters / sizeof *filters; i++)
		assert_true(assert_as_views(s, &filters[i]) > 0);
	assert_int_equal(assert_as_views(s, &none), 0);
}

/* Names of 40 MB in all, on two days. */
static void
names_may_be_longer_than_is_kept(void **state)
{
	static const struct store_filter all = { 0 };
	struct scene *s = *state;

	send_many(s);
	assert_ok(s, sql_exec(s->st,
			 "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL"
			 " SELECT i - 1 FROM n WHERE i > 980)"
			 " INSERT INTO series (id, domain, policy_domain,"
			 " organization, reporter_domain, policy_type,"
			 " policy_mode) SELECT i, i % 7, replace(hex("
			 "zeroblob(1000000)), '0', i % 10), '', '', '', ''"
			 " FROM n;"
			 "INSERT INTO rollup_daily SELECT d.day, s.id, 1, 2, 3,"
			 " 4, 5 FROM days AS d, series AS s WHERE s.id >= 980"
			 " AND d.date >= '2026-11-29'",
			 &s->f));
	assert_true(assert_as_views(s, &all) > 40 * 1000 * 1000);
}

/* Bytes of text for every report of a day are more than is sorted in memory. */
static void
a_day_may_be_longer_than_is_kept(void **state)
{
	static const struct store_filter all = { 0 };
	static const struct store_filter some = { .from = "2026-11-22",
		.to = "2026-11-28" };
	struct scene *s = *state;
	int i;

	send_many(s);
	for (i = 12; i > 0; i--)
		send_one(s, i % 2 ? "Long" : "Longer", 26, 1, 5);
	assert_ok(s, sql_exec(s->st,
			 "UPDATE reports SET contact = hex(zeroblob(1000000))"
			 " WHERE date = '2026-11-26';"
			 "UPDATE failures SET additional_information ="
			 " hex(zeroblob(1000000)) WHERE date = '2026-11-26'",
			 &s->f));
	assert_true(assert_as_views(s, &all) > 40 * 1000 * 1000);
	assert_true(assert_as_views(s, &some) > 40 * 1000 * 1000);
}

static void
more_series_than_are_kept_are_read_by_the_view(void **state)
{
	static const struct store_filter all = { 0 };
	struct row_sink sink = { NULL, NULL, NULL };
	struct scene *s = *state;

	send_many(s);
	assert_ok(s, sql_exec(s->st,
			 "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL"
			 " SELECT i + 1 FROM n WHERE i < 264000)"
			 " INSERT INTO series (id, domain, policy_domain,"
			 " organization, reporter_domain, policy_type,"
			 " policy_mode) SELECT i, i, '', '', '', '', ''"
			 " FROM n",
			 &s->f));
	assert_int_equal(
	    sessions_read(s->st, table_find("daily"), &all, &sink, &s->f), 1);
	assert_true(assert_as_views(s, &all) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_are_those_of_the_views),
		TEST(names_may_be_longer_than_is_kept),
		TEST(a_day_may_be_longer_than_is_kept),
		TEST(more_series_than_are_kept_are_read_by_the_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
