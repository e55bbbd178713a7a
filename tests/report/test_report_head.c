#include "scenes/reports.h"

static void
r26_takes_null_as_absent(void **state)
{
	static const struct row rows[] = {
		{ POLICY(",\"mx-host\":null"), "warn null-field" },
		{ POLICY(",\"policy-string\":[null,\"a\"]"),
		    "warn null-field" },
		{ "null", "warn null-field policies-empty" },
		{ "null," POLICY(""), "warn null-field" },
		{ DETAIL(EXPIRED "\"receiving-ip\":null"), "warn null-field" },
		{ DETAIL("\"result-type\":null"), "warn result-type-missing" },
		{ POLICY(",\"x\":null"), "accept" },
	};
	struct scene *s = *state;

	check_policies(s, rows, LENGTH(rows));
	parse_policies(s, POLICY(",\"policy-string\":[null,\"a\"]"));
	assert_int_equal(policy(s)->n_strings, 1);
	parse(s, span_of("[]"));
	assert_string_equal(verdict(s), "reject not-object");
}

static void
r27_names_the_organization_byte_for_byte(void **state)
{
	struct scene *s = *state;

	parse_head(s,
	    "\"date-range\":{\"start-datetime\":\"2026-03-02T00:00:00Z\","
	    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},"
	    "\"contact-info\":\"a@b.example\",\"report-id\":\"1\","
	    "\"organization-name\":\" Gr\\u00fcn  \",");
	assert_string_equal(verdict(s), "accept");
	assert_string_equal(s->report.organization, " Gr\xc3\xbcn  ");
	parse_head(s,
	    "\"date-range\":{\"start-datetime\":\"2026-03-02T00:00:00Z\","
	    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},"
	    "\"contact-info\":\"a@b.example\",\"report-id\":\"1\",");
	assert_string_equal(verdict(s), "warn org-missing");
	assert_string_equal(s->report.organization, "");
	assert_string_equal(s->report.reporter_domain, "b.example");
}

static void
r28_reads_the_range(void **state)
{
	struct scene *s = *state;

	parse_range(s, "2026-03-02T00:00:00Z", "2026-03-02T23:59:59Z");
	assert_string_equal(verdict(s), "accept");
	assert_int_equal(s->report.start, utc_of(2026, 3, 2, 0, 0, 0));
	assert_int_equal(s->report.end, utc_of(2026, 3, 2, 23, 59, 59));
	parse_range(s, "2026-03-02T00:00:00Z", "2026-03-01T23:59:59Z");
	assert_string_equal(verdict(s), "reject date-range-reversed");
	parse_range(s, "2026-02-30T00:00:00Z", "2026-03-01T23:59:59Z");
	assert_string_equal(verdict(s), "reject date-invalid");
	assert_string_equal(
	    place_of(s, CODE_DATE_INVALID), "date-range.start-datetime");
	parse(s, span_of("{\"policies\":[]}"));
	assert_string_equal(verdict(s), "reject date-range-missing");
}

static void
r29_reads_the_contact(void **state)
{
	struct scene *s = *state;

	parse_head(s, RANGE "\"organization-name\":\"B\",\"report-id\":\"1\","
			    "\"contact-info\":\"TLS <tls@B.example>\",");
	assert_string_equal(verdict(s), "warn contact-format");
	assert_string_equal(s->report.contact, "TLS <tls@B.example>");
	assert_string_equal(s->report.reporter_domain, "b.example");
	parse_head(s, RANGE "\"organization-name\":\"B\",\"report-id\":\"1\","
			    "\"contact-info\":null,");
	assert_string_equal(verdict(s), "warn contact-missing");
	assert_string_equal(s->report.contact, "");
	assert_string_equal(s->report.reporter_domain, "");
}

static void
r30_makes_an_id_of_the_content(void **state)
{
	struct scene *s = *state;
	char first[100];

	parse_head(s, RANGE "\"organization-name\":\"B\","
			    "\"contact-info\":\"a@b.example\",");
	assert_string_equal(verdict(s), "warn report-id-missing");
	assert_int_equal(strlen(s->report.report_id), 7 + 64);
	assert_memory_equal(s->report.report_id, "sha256:", 7);
	snprintf(first, sizeof first, "%s", s->report.report_id);
	parse_head(s,
	    RANGE "\"contact-info\":\"a@b.example\","
		  "\"organization-name\":\"\\u0042\",\"report-id\":null,");
	assert_string_equal(s->report.report_id, first);
	parse_head(s, RANGE "\"organization-name\":\"C\","
			    "\"contact-info\":\"a@b.example\",");
	assert_string_not_equal(s->report.report_id, first);
}

static void
r31_wants_an_array_of_policies(void **state)
{
	struct scene *s = *state;

	start_text(s);
	addf(s, "%s\"policies\":%s}", HEAD, POLICY(""));
	parse_text(s);
	assert_string_equal(verdict(s), "reject policies-not-array");
	start_text(s);
	addf(s, "%s\"x\":0}", HEAD);
	parse_text(s);
	assert_string_equal(verdict(s), "reject policies-missing");
	parse_policies(s, "");
	assert_string_equal(verdict(s), "warn policies-empty");
	assert_int_equal(s->report.n_policies, 0);
}

static void
r46_wants_one_utc_day(void **state)
{
	static const struct {
		const char *start, *end, *verdict;
	} rows[] = {
		{ "2026-03-02T00:00:00Z", "2026-03-02T23:59:59Z", "accept" },
		{ "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "accept" },
		{ "2026-03-02T00:00:00Z", "2026-03-02T23:59:60Z", "accept" },
		{ "2026-03-02T00:00:00Z", "2026-03-02T23:59:58Z",
		    "warn date-range-not-day" },
		{ "2026-03-02T00:00:00Z", "2026-03-03T00:00:01Z",
		    "warn date-range-not-day" },
		{ "2026-03-02T00:00:01Z", "2026-03-03T00:00:00Z",
		    "warn date-range-not-day" },
		{ "2026-03-02T12:00:00Z", "2026-03-03T11:59:59Z",
		    "warn date-range-not-day" },
		{ "2026-02-23T00:00:00Z", "2026-03-01T23:59:59Z",
		    "warn date-range-not-day" },
		{ "2026-01-30T00:00:00Z", "2026-03-02T00:00:00Z",
		    "warn date-range-not-day" },
		{ "2026-01-30T00:00:00Z", "2026-03-02T00:00:01Z",
		    "reject date-range-too-long" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		parse_range(s, rows[i].start, rows[i].end);
		assert_verdict(s, rows[i].end, rows[i].verdict);
	}
}

static void
r47_compares_with_the_arrival(void **state)
{
	static const struct {
		const char *start, *end, *verdict;
	} rows[] = {
		{ "2026-03-04T06:00:00Z", "2026-03-04T07:00:00Z",
		    "warn date-range-not-day" },
		{ "2026-03-04T06:00:01Z", "2026-03-04T07:00:00Z",
		    "reject date-future" },
		{ "2026-02-01T05:00:00Z", "2026-02-01T06:00:00Z",
		    "warn date-range-not-day" },
		{ "2026-02-01T05:00:00Z", "2026-02-01T05:59:59Z",
		    "warn date-range-not-day date-stale" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		parse_range(s, rows[i].start, rows[i].end);
		assert_verdict(s, rows[i].start, rows[i].verdict);
	}
	/* without arrival: with the clock, and not with what is long ago */
	s->context.has_arrival = false;
	s->context.now = utc_of(2026, 3, 3, 6, 0, 0);
	parse_range(s, "2026-03-04T06:00:00Z", "2026-03-04T07:00:00Z");
	assert_string_equal(verdict(s), "warn date-range-not-day");
	parse_range(s, "2026-03-04T06:00:01Z", "2026-03-04T07:00:00Z");
	assert_string_equal(verdict(s), "reject date-future");
	parse_range(s, "2016-01-01T00:00:00Z", "2016-01-01T23:59:59Z");
	assert_string_equal(verdict(s), "accept");
}

static void
r47_refuses_what_was_never_or_is_not_yet(void **state)
{
	static const struct {
		const char *start, *end, *verdict;
	} rows[] = {
		{ "2015-12-31T23:59:59Z", "2016-01-01T23:59:59Z",
		    "reject date-too-old" },
		{ "1970-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z",
		    "reject date-too-old" },
		{ "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00",
		    "reject date-future" },
		{ "9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z",
		    "reject date-future" },
	};
	struct scene *s = *state;
	size_t i, claim;

	for (claim = 0; claim < 3; claim++) {
		/* an arrival that nobody saw moves nothing */
		s->context.has_arrival = claim > 0;
		s->context.arrival = claim > 1
					 ? utc_of(9999, 12, 31, 23, 59, 59)
					 : utc_of(2026, 3, 3, 6, 0, 0);
		for (i = 0; i < LENGTH(rows); i++) {
			parse_range(s, rows[i].start, rows[i].end);
			assert_verdict(s, rows[i].start, rows[i].verdict);
		}
	}
}

static void
r47_reads_dates_as_senders_write_them(void **state)
{
	struct scene *s = *state;

	parse_range(s, "2026-03-02T02:00:00+02:00", "2026-03-03T01:59:59+0200");
	assert_string_equal(verdict(s), "warn date-not-utc date-format");
	assert_int_equal(s->report.start, utc_of(2026, 3, 2, 0, 0, 0));
	parse_range(s, "2026-03-02T00:00:00", "2026-03-02 23:59:59");
	assert_string_equal(verdict(s), "warn date-no-timezone date-format");
	parse_range(s, "2026-03-02t00:00:00.5z", "2026-03-02T24:00:00Z");
	assert_string_equal(verdict(s), "warn date-format");
	assert_int_equal(s->report.end, utc_of(2026, 3, 3, 0, 0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r26_takes_null_as_absent),
		TEST(r27_names_the_organization_byte_for_byte),
		TEST(r28_reads_the_range),
		TEST(r29_reads_the_contact),
		TEST(r30_makes_an_id_of_the_content),
		TEST(r31_wants_an_array_of_policies),
		TEST(r46_wants_one_utc_day),
		TEST(r47_compares_with_the_arrival),
		TEST(r47_refuses_what_was_never_or_is_not_yet),
		TEST(r47_reads_dates_as_senders_write_them),
	};

	return cmocka_run_group_tests_name(
	    "the head of reports", tests, NULL, NULL);
}
