#include "scenes/stores.h"

#include "store/status.h"
#include "tables/table_list.h"
#include "tables/table_select.h"

#include <time.h>

/* Rows of a table as text: fields by '|', NULL as '-'. */
struct printed {
	char text[1 << 16];
	const struct column *columns;
	size_t rows;
};

__attribute__((format(printf, 2, 3))) static void
append(struct printed *t, const char *fmt, ...)
{
	size_t n = strlen(t->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->text + n, sizeof t->text - n, fmt, ap);
	va_end(ap);
}

static int
take_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct printed *t = arg;

	(void)n;
	(void)f;
	t->columns = columns;
	return 0;
}

static int
take_row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct printed *t = arg;
	size_t i;

	(void)f;
	t->rows++;
	for (i = 0; i < n; i++) {
		if (i > 0)
			append(t, "|");
		if (cells[i].null)
			append(t, "-");
		else if (t->columns[i].kind == COLUMN_NUMBER)
			append(t, "%" PRId64, cells[i].number);
		else if (t->columns[i].kind == COLUMN_RATE)
			append(t, "%.6f", cells[i].rate);
		else
			append(t, "%s", cells[i].text);
	}
	append(t, "\n");
	return 0;
}

static void
read_table(struct scene *s, const char *name, const struct store_filter *filter,
    struct printed *t)
{
	const struct store_filter all = { 0 };
	struct row_sink sink = { take_head, take_row, t };

	memset(t, 0, sizeof *t);
	assert_ok(s, store_read_table(s->st, name,
			 filter != NULL ? filter : &all, &sink, &s->f));
}

static void
assert_table(struct scene *s, const char *name,
    const struct store_filter *filter, const char *expected)
{
	struct printed *t = xmalloc(sizeof *t);

	read_table(s, name, filter, t);
	assert_string_equal(t->text, expected);
	free(t);
}

static struct policy
a_policy(const char *type, const char *domain, uint64_t good, uint64_t failed)
{
	struct policy p = some_policy;

	p.type = type;
	p.domain = p.recipient_domain = domain;
	p.mode = strcmp(type, "sts") == 0 ? "enforce" : "";
	p.successful_sessions = good;
	p.failed_sessions = failed;
	p.counted_sessions = good + failed;
	p.counted_failed = failed;
	return p;
}

static void
has_the_columns_that_are_promised(void **state)
{
	static const struct {
		const char *table, *columns;
	} cases[] = {
		{ "daily",
		    "date, week, domain, policy_domain, organization, "
		    "reporter_domain, policy_type, policy_mode, reports, "
		    "successful_sessions, failed_sessions, total_sessions, "
		    "counted_sessions, counted_failed, failure_rate" },
		{ "weekly",
		    "date, week, domain, policy_domain, organization, "
		    "reporter_domain, policy_type, policy_mode, reports, "
		    "successful_sessions, failed_sessions, total_sessions, "
		    "counted_sessions, counted_failed, failure_rate" },
		{ "monthly",
		    "date, week, domain, policy_domain, organization, "
		    "reporter_domain, policy_type, policy_mode, reports, "
		    "successful_sessions, failed_sessions, total_sessions, "
		    "counted_sessions, counted_failed, failure_rate" },
		{ "failures",
		    "date, week, domain, policy_domain, organization, "
		    "reporter_domain, policy_type, policy_mode, result_type, "
		    "side, receiving_mx_hostname, receiving_ip, "
		    "sending_mta_ip, failure_reason_code, failed_sessions, "
		    "additional_information" },
		{ "problems",
		    "problem, domain, receiving_mx_hostname, result_type, "
		    "policy_types, policy_mode, side, state, first_day, "
		    "last_day, days, organizations, organization_names, "
		    "failed_sessions, failed_last_7_days, remedy" },
		{ "mx",
		    "date, week, domain, policy_type, receiving_mx_hostname, "
		    "receiving_ip, result_type, organizations, "
		    "failed_sessions" },
		{ "domains", "domain, first_day, last_day, organizations, "
			     "counted_sessions, counted_failed, failure_rate, "
			     "policy_types, policy_mode, clean_days, "
			     "worst_result_type, silent_organizations" },
		{ "senders",
		    "organization, reporter_domain, domain, first_day, "
		    "last_day, days_reported, days_in_range, longest_gap, "
		    "silent_days, reports, counted_sessions, "
		    "counted_failed, verified_reports" },
		{ "reports",
		    "id, date, organization, reporter_domain, report_id, "
		    "start, end, domain, policy_domains, policy_types, "
		    "counted_sessions, counted_failed, contact, source, "
		    "message_id, received, dkim, warnings, status, "
		    "dkim_domain" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *query = xasprintf("SELECT group_concat(name, ', ')"
					" FROM pragma_table_info('csv_%s')",
		    cases[i].table);
		char *expected = xasprintf("%s\n", cases[i].columns);
		struct arena a = { 0 };
		struct store_filter all = { 0 };

		assert_string_equal(store_table_name(i), cases[i].table);
		assert_rows(s, query, expected);
		assert_non_null(
		    strstr(table_sql(&a, table_at(i), &all), cases[i].columns));
		arena_free(&a);
		free(expected);
		free(query);
	}
	assert_null(store_table_name(i));
}

static void
adds_up_by_day_and_policy(void **state)
{
	struct scene *s = *state;
	struct policy p[3] = { a_policy("sts", "a.example", 90, 10),
		a_policy("tlsa", "mx.a.example", 95, 5),
		a_policy("sts", "a.example", 5, 0) };
	struct report r = some_report(p, 3);

	p[1].recipient_domain = "a.example";
	p[1].counted_sessions = p[1].counted_failed = 0;
	add(s, &r); /* the two blocks of sts are added */
	r.report_id = "id-2";
	r.n_policies = 1;
	p[0] = a_policy("sts", "a.example", 0, 0);
	add(s, &r); /* nothing happened; the same day and policy */
	r.report_id = "id-3";
	r.start += UTC_DAY;
	p[0] = a_policy("no-policy-found", "b.example", 0, 0);
	add(s, &r);
	assert_table(s, "daily", NULL,
	    "2026-11-23|2026-W48|a.example|a.example|Example Inc.|example.net|"
	    "sts|enforce|2|95|10|105|105|10|0.095238\n"
	    "2026-11-23|2026-W48|a.example|mx.a.example|Example Inc.|"
	    "example.net|tlsa||1|95|5|100|0|0|0.050000\n"
	    "2026-11-24|2026-W48|b.example|b.example|Example Inc.|example.net|"
	    "no-policy-found||1|0|0|0|0|0|-\n");
	assert_totals(s);
}

static void
failures_never_sum_up_to_less_than_daily(void **state)
{
	static const struct {
		uint64_t total, details[2];
		const char *rows;
	} cases[] = {
		{ 0, { 0, 0 }, "t|0 t|0 " },
		{ 5, { 2, 3 }, "t|2 t|3 " },
		{ 5, { 2, 1 }, "not-detailed|2 t|1 t|2 " },
		{ 5, { 4, 4 }, "t|4 t|4 " }, /* types overlap */
		{ 5, { 0, 0 }, "not-detailed|5 t|0 t|0 " },
		{ UINT64_C(4000000000000000), { 1, 0 },
		    "not-detailed|3999999999999999 t|0 t|1 " },
	};
	struct scene *s = *state;
	struct failure failures[2] = { some_failure, some_failure };
	struct policy p;
	struct report r = some_report(&p, 1);
	char *query, *expected;
	char id[32];
	size_t i;

	failures[0].result_type = failures[1].result_type = "t";
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		p = a_policy("sts", "a.example", 1, cases[i].total);
		snprintf(id, sizeof id, "org-%zu", i);
		r.organization = id;
		p.failures = failures;
		p.n_failures = 2;
		failures[0].failed_sessions = cases[i].details[0];
		failures[1].failed_sessions = cases[i].details[1];
		add(s, &r);
		query = xasprintf("SELECT group_concat(x, '') FROM (SELECT"
				  " result_type || '|' || failed_sessions ||"
				  " ' ' AS x FROM csv_failures WHERE"
				  " organization = '%s' ORDER BY 1)",
		    id);
		expected = xasprintf("%s\n", cases[i].rows);
		assert_rows(s, query, expected);
		free(query);
		free(expected);
	}
	assert_totals(s);
}

static void
a_failure_has_all_its_fields_and_the_rest_has_none(void **state)
{
	struct scene *s = *state;
	struct failure failure = some_failure;
	struct policy p = a_policy("sts", "a.example", 1, 4);
	struct report r = some_report(&p, 1);

	p.failures = &failure;
	p.n_failures = 1;
	add(s, &r);
	assert_table(s, "failures", NULL,
	    "2026-11-23|2026-W48|a.example|a.example|Example Inc.|example.net|"
	    "sts|enforce|certificate-expired|ours|mx1.example.com|"
	    "198.51.100.7|192.0.2.1|X509_V_ERR_CERT_HAS_EXPIRED|3|"
	    "https://example.net/1\n"
	    "2026-11-23|2026-W48|a.example|a.example|Example Inc.|example.net|"
	    "sts|enforce|not-detailed|unclear|||||1|\n");
}

static void
what_is_skipped_counts_nowhere(void **state)
{
	struct scene *s = *state;
	struct failure failure = some_failure;
	struct policy p[2] = { a_policy("sts", "theirs.example", 50, 50),
		a_policy("sts", "ours.example", 1, 0) };
	struct report r = some_report(p, 2);

	p[0].skipped = true;
	p[0].failures = &failure;
	p[0].n_failures = 1;
	add(s, &r);
	assert_rows(s, "SELECT domain, counted_sessions FROM csv_daily",
	    "ours.example|1\n");
	assert_number(s, "SELECT count(*) FROM csv_failures", 0);
	assert_rows(s,
	    "SELECT domain, policy_domains, policy_types, counted_sessions,"
	    " counted_failed FROM csv_reports",
	    "ours.example|ours.example|sts|1|0\n");
	assert_number(s, "SELECT sum(skipped) FROM policies", 1);
	assert_totals(s);
}

static void
lists_every_report_with_its_mail(void **state)
{
	struct scene *s = *state;
	struct policy p[4] = { a_policy("tlsa", "mx2.example", 1, 0),
		a_policy("sts", "b.example", 2, 1),
		a_policy("sts", "a.example", 3, 0),
		a_policy("sts", "b.example", 4, 0) };
	struct report r = some_report(p, 4);
	struct store_mailbox mb;
	struct message file = { .source = "x/\xc3\xa9.json", .size = 9 };

	p[0].recipient_domain = "a.example";
	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	add_report_of(s, add_message(s, mb.id), &r);
	r.report_id = "another";
	r.end += 1;
	r.warnings = "x y";
	p[0] = a_policy("", "", 0, 0);
	r.n_policies = 1;
	{
		int64_t id;

		assert_ok(s, store_add_message(
				 s->st, &file, &mail_head_empty, &id, &s->f));
		add_report_of(s, id, &r);
	}
	assert_ok(s, store_commit(s->st, &s->f));
	assert_table(s, "reports", NULL,
	    "2|2026-11-23|Example Inc.|example.net|another|"
	    "2026-11-23T00:00:00Z|2026-11-24T00:00:00Z||||0|0|"
	    "tls@example.net|x/\xc3\xa9.json||-||x y|counted|\n"
	    "1|2026-11-23|Example Inc.|example.net|id-1|"
	    "2026-11-23T00:00:00Z|2026-11-23T23:59:59Z|a.example b.example|"
	    "a.example b.example mx2.example|sts tlsa|11|1|tls@example.net|"
	    "example: INBOX|<1@example.net>|2026-11-24T03:04:05Z|||counted|\n");
}

static void
a_report_without_policies_is_listed(void **state)
{
	struct scene *s = *state;
	struct report r = some_report(NULL, 0);

	add(s, &r);
	assert_rows(s,
	    "SELECT domain, policy_types, counted_sessions FROM csv_reports",
	    "||0\n");
	assert_number(s, "SELECT count(*) FROM csv_daily", 0);
	assert_totals(s);
}

/* Hundreds of reports in a row, of all sorts, and what they come to. */
struct sums {
	int64_t good, failed, counted, counted_failed, details, reports;
};

/* The content that an id came with first, and how many came. */
enum {
	IDS = 150
};
struct sent {
	unsigned char first[IDS]; /* 0: none came */
	unsigned char n;
};

static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void
count_policy(const struct policy *p, struct sums *sums)
{
	uint64_t details = 0;
	size_t i;

	for (i = 0; i < p->n_failures; i++)
		details += p->failures[i].failed_sessions;
	sums->good += (int64_t)p->successful_sessions;
	sums->failed += (int64_t)p->failed_sessions;
	sums->counted += (int64_t)p->counted_sessions;
	sums->counted_failed += (int64_t)p->counted_failed;
	sums->details +=
	    (int64_t)(details > p->failed_sessions ? details
						   : p->failed_sessions);
}

static void
add_random(
    struct scene *s, uint32_t *seed, struct sent *sent, struct sums *sums)
{
	static const char *const domains[] = { "a.example", "b.example",
		"c.example" };
	static const char *const types[] = { "sts", "tlsa", "no-policy-found" };
	struct failure failures[4];
	struct policy p[4];
	struct report r = some_report(p, 1 + next_random(seed) % 4);
	struct sums own = { .reports = 1 };
	unsigned number = next_random(seed) % IDS;
	char id[16];
	size_t i, j;

	snprintf(id, sizeof id, "%u", number);
	r.report_id = id;
	/* the same again, or one that comes behind it, for its digest is
	 * greater and all arrived at one time */
	if (sent->first[number] == 0)
		r.content[0] = sent->first[number] = ++sent->n;
	else
		r.content[0] = (unsigned char)(sent->first[number] +
					       next_random(seed) % 2);
	for (i = 0; i < r.n_policies; i++) {
		p[i] = a_policy(types[next_random(seed) % 3],
		    domains[next_random(seed) % 3], next_random(seed) % 1000,
		    next_random(seed) % 20);
		p[i].skipped = next_random(seed) % 8 == 0;
		p[i].failures = failures;
		p[i].n_failures = next_random(seed) % 4;
		for (j = 0; j < 4; j++) {
			failures[j] = some_failure;
			failures[j].failed_sessions = 5;
		}
		if (!p[i].skipped)
			count_policy(&p[i], &own);
	}
	if (add(s, &r).outcome != STORE_IMPORTED)
		return;
	sums->good += own.good;
	sums->failed += own.failed;
	sums->counted += own.counted;
	sums->counted_failed += own.counted_failed;
	sums->details += own.details;
	sums->reports++;
}

static void
every_table_adds_up_to_the_same_total(void **state)
{
	struct scene *s = *state;
	struct sums sums = { 0 };
	struct sent sent = { 0 };
	uint32_t seed = 2463534242;
	int i;

	for (i = 0; i < 400; i++)
		add_random(s, &seed, &sent, &sums);
	assert_true(number_of(s, "SELECT conflicts FROM totals") > 10);
	assert_number(
	    s, "SELECT sum(successful_sessions) FROM csv_daily", sums.good);
	assert_number(
	    s, "SELECT sum(failed_sessions) FROM csv_daily", sums.failed);
	assert_number(
	    s, "SELECT sum(counted_sessions) FROM csv_daily", sums.counted);
	assert_number(
	    s, "SELECT sum(counted_sessions) FROM csv_reports", sums.counted);
	assert_number(s, "SELECT sum(counted_failed) FROM csv_daily",
	    sums.counted_failed);
	assert_number(s, "SELECT sum(counted_failed) FROM csv_reports",
	    sums.counted_failed);
	assert_number(
	    s, "SELECT sum(failed_sessions) FROM csv_failures", sums.details);
	assert_number(s,
	    "SELECT count(*) FROM csv_reports WHERE status = 'counted'",
	    sums.reports);
	assert_totals(s);
}

static void
sums_beyond_64_bits_stop_no_export(void **state)
{
	struct scene *s = *state;
	enum {
		MANY = 1100
	};
	struct policy *p = xcalloc(MANY, sizeof *p);
	struct report r = some_report(p, MANY);
	struct printed *t = xmalloc(sizeof *t);
	size_t i;

	for (i = 0; i < MANY; i++)
		p[i] = a_policy("sts", "a.example", UINT64_C(9007199254740991),
		    UINT64_C(9007199254740991));
	add(s, &r);
	r.report_id = "id-2";
	add(s, &r);
	read_table(s, "daily", NULL, t);
	assert_int_equal(t->rows, 1);
	assert_non_null(strstr(t->text, "|9223372036854775807|"));
	read_table(s, "failures", NULL, t);
	assert_int_equal(t->rows, 2 * MANY);
	read_table(s, "reports", NULL, t);
	assert_int_equal(t->rows, 2);
	free(t);
	free(p);
}

static void
filters_by_day_domain_and_organization(void **state)
{
	static const char *const ab[] = { "a.example", "b.example" };
	static const char *const other[] = { "Other", "O'Neill" };
	struct scene *s = *state;
	struct policy p[2] = { a_policy("sts", "a.example", 1, 1),
		a_policy("sts", "c.example", 1, 1) };
	struct report r = some_report(p, 2);
	struct {
		struct store_filter filter;
		size_t daily, failures, reports;
	} cases[] = {
		{ { 0 }, 8, 8, 4 },
		{ { .from = "2026-11-24" }, 6, 6, 3 },
		{ { .to = "2026-11-24" }, 4, 4, 2 },
		{ { .from = "2026-11-24", .to = "2026-11-25" }, 4, 4, 2 },
		{ { .from = "2026-11-27" }, 0, 0, 0 },
		{ { .domains = ab, .n_domains = 2 }, 4, 4, 4 },
		{ { .domains = ab + 1, .n_domains = 1 }, 0, 0, 0 },
		{ { .organizations = other, .n_organizations = 2 }, 2, 2, 1 },
		{ { .from = "2026-11-26",
		      .to = "2026-11-26",
		      .domains = ab,
		      .n_domains = 2,
		      .organizations = other,
		      .n_organizations = 2 },
		    1, 1, 1 },
	};
	struct printed *t = xmalloc(sizeof *t);
	size_t i;

	for (i = 0; i < 4; i++) {
		if (i == 3)
			r.organization = "O'Neill";
		add(s, &r);
		r.start += UTC_DAY;
		r.end += UTC_DAY;
	}
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		read_table(s, "daily", &cases[i].filter, t);
		if (t->rows != cases[i].daily)
			fail_msg("daily %zu: %zu rows", i, t->rows);
		read_table(s, "failures", &cases[i].filter, t);
		if (t->rows != cases[i].failures)
			fail_msg("failures %zu: %zu rows", i, t->rows);
		read_table(s, "reports", &cases[i].filter, t);
		if (t->rows != cases[i].reports)
			fail_msg("reports %zu: %zu rows", i, t->rows);
	}
	free(t);
}

static void
knows_no_other_table(void **state)
{
	struct scene *s = *state;
	struct store_filter all = { 0 };
	struct row_sink sink = { take_head, take_row, NULL };

	assert_int_equal(
	    store_read_table(s->st, "sqlite_schema", &all, &sink, &s->f), -1);
	assert_string_equal(s->f.text, "sqlite_schema: no such table");
}

/* A report for each day from 2015 to 2035; failing on every one. */
static void
store_days(struct scene *s, time_t first, time_t last)
{
	struct policy p = a_policy("sts", "a.example", 1, 1);
	struct report r = some_report(&p, 1);
	int64_t message;

	assert_ok(s, store_begin(s->st, &s->f));
	message = add_message(s, 0);
	for (r.start = first; r.start <= last; r.start += UTC_DAY) {
		r.end = r.start + UTC_DAY - 1;
		add_report_of(s, message, &r);
	}
	assert_ok(s, store_commit(s->st, &s->f));
}

static void
weeks_are_those_of_iso_8601(void **state)
{
	struct scene *s = *state;
	time_t first = utc_of(2015, 1, 1, 0, 0, 0), t;
	time_t last = utc_of(2035, 12, 31, 0, 0, 0);
	sqlite3_stmt *row;
	char week[32], day[32];
	struct tm tm;
	int rc;

	store_days(s, first, last);
	rc = sqlite3_prepare_v2(s->st->db,
	    "SELECT d.date, d.week, f.week FROM csv_daily AS d"
	    " JOIN csv_failures AS f ON f.date = d.date ORDER BY d.date",
	    -1, &row, NULL);
	assert_int_equal(rc, SQLITE_OK);
	for (t = first; sqlite3_step(row) == SQLITE_ROW; t += UTC_DAY) {
		gmtime_r(&t, &tm);
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
		strftime(week, sizeof week, "%G-W%V", &tm);
		assert_string_equal(sql_column(row, 0), day);
		assert_string_equal(sql_column(row, 1), week);
		assert_string_equal(sql_column(row, 2), week);
	}
	sqlite3_finalize(row);
	assert_int_equal(t, last + UTC_DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_the_columns_that_are_promised),
		TEST(adds_up_by_day_and_policy),
		TEST(failures_never_sum_up_to_less_than_daily),
		TEST(a_failure_has_all_its_fields_and_the_rest_has_none),
		TEST(what_is_skipped_counts_nowhere),
		TEST(lists_every_report_with_its_mail),
		TEST(a_report_without_policies_is_listed),
		TEST(every_table_adds_up_to_the_same_total),
		TEST(sums_beyond_64_bits_stop_no_export),
		TEST(filters_by_day_domain_and_organization),
		TEST(knows_no_other_table),
		TEST(weeks_are_those_of_iso_8601),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
