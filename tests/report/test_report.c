#include "scenes/reports.h"

/* Names of tests begin with the requirement they are about. */

static void
r21_takes_utf_8_alone(void **state)
{
	static const struct row rows[] = {
		{ "", "reject json-empty" },
		{ "\xef\xbb\xbf", "reject json-empty" },
		{ "{\"a\":\"\xff\"", "reject json-encoding" },
		{ "{'a':1}", "reject json-syntax" },
	};
	struct scene *s = *state;

	check_texts(s, rows, LENGTH(rows));
	start_text(s);
	addf(s, "\xef\xbb\xbf%s\"policies\":[%s]}", HEAD, POLICY(""));
	parse_text(s);
	assert_string_equal(verdict(s), "warn json-bom");
}

static void
r21_tells_where_the_text_breaks(void **state)
{
	struct scene *s = *state;

	parse(s, span_of("{\n  \"a\": tru\n}"));
	assert_string_equal(place_of(s, CODE_JSON_SYNTAX),
	    "line 2, column 11, byte 13: not a JSON value");
	parse(s, span_of("{\"a\":1,\"a\":2}"));
	assert_string_equal(place_of(s, CODE_JSON_DUPLICATE_KEY),
	    "line 1, column 8, byte 8: a name for the second time");
}

static void
r22_refuses_a_second_document(void **state)
{
	struct scene *s = *state;

	start_text(s);
	addf(s, "%s\"policies\":[]}\n{}", HEAD);
	parse_text(s);
	assert_string_equal(verdict(s), "reject json-trailing-data");
}

static void
r23_refuses_names_that_stand_twice(void **state)
{
	static const struct row rows[] = {
		{ POLICY(",\"policy-type\":\"tlsa\""),
		    "reject json-duplicate-key" },
		{ POLICY(",\"policy-t\\u0079pe\":\"tlsa\""),
		    "reject json-duplicate-key" },
		{ POLICY(",\"Policy-Type\":\"tlsa\""), "accept" },
		{ POLICY(",\"x\":{\"y\":[{\"z\":1,\"z\":1}]}"),
		    "reject json-duplicate-key" },
	};

	check_policies(*state, rows, LENGTH(rows));
}

static void
r24_keeps_unsafe_text_and_warns(void **state)
{
	static const struct row rows[] = {
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\\ud800\""),
		    "reject json-surrogate" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\\u0000\""),
		    "reject json-nul" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"a\\r\\n\\tb\""),
		    "accept" },
		{ DETAIL(EXPIRED "\"receiving-mx-helo\":\"a\\tb\""),
		    "warn text-unsafe" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\\u001b[2J\""),
		    "warn text-unsafe" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\\u009b\""),
		    "warn text-unsafe" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\xe2\x80\x8f\""),
		    "warn text-unsafe" },
		{ DETAIL(EXPIRED "\"failure-reason-code\":\"\\ufffe\""),
		    "warn text-unsafe" },
		{ DETAIL(EXPIRED "\"x\":\"\\u001b\\u202e\""), "accept" },
	};
	struct scene *s = *state;

	check_policies(s, rows, LENGTH(rows));
	parse_policies(s,
	    DETAIL(EXPIRED "\"failure-reason-code\":\"\\u001b\\u200f=1+1\""));
	assert_string_equal(failure(s)->failure_reason_code, "\x1b\xe2\x80\x8f"
							     "=1+1");
	assert_string_equal(place_of(s, CODE_TEXT_UNSAFE),
	    "policies[0].failure-details[0].failure-reason-code");
}

/* A member whose value is `n` times `c`, and what the verdict is. */
static void
assert_long(struct scene *s, const char *name, size_t n, const char *expected)
{
	size_t i;

	start_text(s);
	addf(s, "{\"%s\":\"", name);
	for (i = 0; i < n; i++)
		addf(s, "o");
	addf(s,
	    "\",\"%s\":\"x\",\"contact-info\":\"a@b.example\","
	    "\"date-range\":{\"start-datetime\":\"2026-03-02T00:00:00Z\","
	    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},\"policies\":[%s]}",
	    strcmp(name, "report-id") == 0 ? "organization-name" : "report-id",
	    POLICY(""));
	parse_text(s);
	assert_verdict(s, name, expected);
}

static void
r25_refuses_an_identity_that_cannot_be_kept(void **state)
{
	struct scene *s = *state;

	assert_long(s, "organization-name", 255, "accept");
	assert_long(s, "organization-name", 4096, "warn text-truncated");
	assert_int_equal(strlen(s->report.organization), 255);
	assert_long(s, "organization-name", 4097, "reject field-type");
	assert_long(s, "report-id", 4096, "accept");
	assert_long(s, "report-id", 4097, "reject field-type");
}

static void
r25_cuts_texts_between_characters(void **state)
{
	struct scene *s = *state;
	size_t i;

	start_text(s);
	addf(s,
	    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\",\"mx-host\":[\"",
	    HEAD);
	for (i = 0; i < 254; i++)
		addf(s, "A");
	addf(s,
	    "\xc3\xa9\"]},\"summary\":{\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":0}}]}");
	parse_text(s);
	assert_string_equal(verdict(s), "warn text-truncated");
	assert_int_equal(strlen(policy(s)->mx_hosts[0]), 254);
}

static void
r25_cuts_texts_of_any_length(void **state)
{
	static const char *const units[] = { "x", "\\u00e9", "\\ud83d\\ude00",
		"\xf0\x9f\x98\x80", "\\\\" };
	struct scene *s = *state;
	size_t i, unit, n;

	for (unit = 0; unit < LENGTH(units); unit++) {
		start_text(s);
		addf(s, "%s\"policies\":[", HEAD);
		addf(s,
		    "{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\"},\"summary\":{"
		    "\"total-successful-session-count\":1,"
		    "\"total-failure-session-count\":1},\"failure-details\":{"
		    "\"failed-session-count\":1," EXPIRED
		    "\"failure-reason-code\":\"");
		for (i = 0; i < 70000; i++)
			addf(s, "%s", units[unit]);
		addf(s, "\"}}]}");
		parse_text(s);
		assert_verdict(
		    s, units[unit], "warn text-truncated array-expected");
		n = strlen(failure(s)->failure_reason_code);
		assert_in_range(n, 4093, 4096);
	}
}

static void
r25_bounds_the_text(void **state)
{
	struct scene *s = *state;

	start_text(s);
	addf(s, "%s\"policies\":[%s]}", HEAD, POLICY(""));
	s->limits.report = s->text.len;
	parse_text(s);
	assert_string_equal(verdict(s), "accept");
	s->limits.report--;
	parse_text(s);
	assert_string_equal(verdict(s), "reject json-too-large");
}

static void
r25_bounds_the_depth_in_ignored_members_too(void **state)
{
	struct scene *s = *state;

	s->limits.json_depth = 6;
	parse_policies(s, POLICY(",\"x\":[[[]]]"));
	assert_string_equal(verdict(s), "reject json-too-deep");
	parse_policies(s, POLICY(",\"x\":[[]]"));
	assert_string_equal(verdict(s), "accept");
}

static void
parse_many(struct scene *s, const char *what, size_t policies, size_t failures)
{
	size_t i, f;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	for (i = 0; i < policies; i++) {
		addf(s,
		    "%s{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\"},\"summary\":{"
		    "\"total-successful-session-count\":1,"
		    "\"total-failure-session-count\":0},\"failure-details\":[",
		    i > 0 ? "," : "");
		for (f = 0; f < failures; f++)
			addf(s, "%s%s", f > 0 ? "," : "", what);
		addf(s, "]}");
	}
	addf(s, "]}");
	parse_text(s);
}

#define SINGLE                                             \
	"{\"policy\":{\"policy-type\":\"sts\","            \
	"\"policy-domain\":\"a.example\"},\"summary\":{}," \
	"\"failure-details\":{}}"

static void
r25_bounds_policies_and_failures(void **state)
{
	struct scene *s = *state;

	s->limits.policies = 3;
	s->limits.failures = 8;
	parse_many(s, "{}", 3, 2);
	assert_int_equal(s->rc, 0);
	assert_int_equal(s->report.n_policies, 3);
	parse_many(s, "{}", 4, 2);
	assert_string_equal(verdict(s), "reject too-many-policies");
	parse_many(s, "{}", 2, 4);
	assert_int_equal(s->rc, 0);
	parse_many(s, "{}", 3, 3);
	assert_string_equal(verdict(s), "reject too-many-failures");
	parse_many(s, "{}", 1, 9);
	assert_string_equal(verdict(s), "reject too-many-failures");
	/* single ones without their array count as well */
	s->limits.failures = 1;
	parse_policies(s, SINGLE);
	assert_int_equal(s->rc, 0);
	parse_policies(s, SINGLE "," SINGLE);
	assert_string_equal(verdict(s), "reject too-many-failures");
	/* whatever they are */
	s->limits.failures = 8;
	parse_many(s, "0", 1, 9);
	assert_string_equal(verdict(s), "reject too-many-failures");
}

static void
r25_bounds_memory(void **state)
{
	struct scene *s = *state;

	parse_many(s,
	    "{\"result-type\":\"validation-failure\","
	    "\"sending-mta-ip\":\"192.0.2.1\","
	    "\"receiving-mx-hostname\":\"mx.a.example\","
	    "\"failed-session-count\":0,\"x\":[{},{},{},{},{},{},{},{}]}",
	    1, limits_default.failures);
	assert_string_equal(verdict(s), "accept");
	assert_int_equal(policy(s)->n_failures, limits_default.failures);
	/* a failure, an address and a host name */
	assert_true(s->arena.total < limits_default.failures * 200U);
}

static void
j_refuses_alone_and_in_the_order_of_the_requirements(void **state)
{
	static const struct row rows[] = {
		/* structure before values, by requirement, then by place */
		{ "{\"policy\":{}},{}", "reject policy-missing" },
		{ "{\"policy\":{\"policy-type\":\"x\",\"policy-domain\":\"-\"},"
		  "\"summary\":{\"total-successful-session-count\":-1}},{}",
		    "reject policy-missing" },
		{ "{\"policy\":{\"policy-type\":\"x\"}},{\"policy\":{}}",
		    "reject policy-type-missing" },
		{ "{\"policy\":{\"policy-type\":\"x\",\"policy-domain\":\"-\"},"
		  "\"summary\":{\"total-successful-session-count\":-1}}",
		    "reject domain-invalid" },
		{ "{\"policy\":{\"policy-type\":\"x\"},"
		  "\"summary\":{\"total-successful-session-count\":-1}},"
		  "{\"policy\":{\"policy-type\":\"x\",\"policy-domain\":\"-\"},"
		  "\"summary\":{}}",
		    "reject domain-invalid" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		parse_policies(s, rows[i].text);
		assert_verdict(s, rows[i].text, rows[i].verdict);
		assert_int_equal(s->fs.n, 0);
	}
}

static void
j_collects_all_warnings(void **state)
{
	struct scene *s = *state;

	start_text(s);
	addf(s, "\xef\xbb\xbf{%s\"policies\":[%s]}", RANGE,
	    DETAIL("\"result-type\":\"x\",\"receiving-ip\":\"x\","
		   "\"helo\":1"));
	parse_text(s);
	assert_string_equal(s->report.warnings,
	    "json-bom org-missing contact-missing report-id-missing "
	    "unknown-result-type ip-invalid");
}

static void
j_keeps_what_was_found_before(void **state)
{
	struct scene *s = *state;
	struct span bad = span_of("{\"policies\":0}");

	findings_add(&s->fs, CODE_CONTAINER_ZIP, "entry 1");
	s->rc = report_parse(
	    s->parser, bad, &s->context, &s->arena, &s->report, &s->fs);
	assert_int_equal(s->rc, -1);
	assert_int_equal(s->fs.n, 1);
	assert_true(findings_has(&s->fs, CODE_CONTAINER_ZIP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r21_takes_utf_8_alone),
		TEST(r21_tells_where_the_text_breaks),
		TEST(r22_refuses_a_second_document),
		TEST(r23_refuses_names_that_stand_twice),
		TEST(r24_keeps_unsafe_text_and_warns),
		TEST(r25_refuses_an_identity_that_cannot_be_kept),
		TEST(r25_cuts_texts_between_characters),
		TEST(r25_cuts_texts_of_any_length),
		TEST(r25_bounds_the_text),
		TEST(r25_bounds_the_depth_in_ignored_members_too),
		TEST(r25_bounds_policies_and_failures),
		TEST(r25_bounds_memory),
		TEST(j_refuses_alone_and_in_the_order_of_the_requirements),
		TEST(j_collects_all_warnings),
		TEST(j_keeps_what_was_found_before),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
