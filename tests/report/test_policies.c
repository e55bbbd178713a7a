#include "scenes/reports.h"

#include "report/report_parser.h"

static void
r32_wants_a_policy_in_each_element(void **state)
{
	static const struct row rows[] = {
		{ "{}", "reject policy-missing" },
		{ POLICY("") ",{\"summary\":{}}", "reject policy-missing" },
		{ "{\"policy\":[],\"summary\":{}}", "reject field-type" },
		{ "[]", "reject field-type" },
	};
	struct scene *s = *state;

	check_policies(s, rows, LENGTH(rows));
	parse_policies(s, POLICY("") ",{\"summary\":{}}");
	assert_string_equal(
	    place_of(s, CODE_POLICY_MISSING), "policies[1].policy");
}

static void
r33_reads_policy_types(void **state)
{
	static const struct {
		const char *sent, *type, *verdict;
	} rows[] = {
		{ "sts", "sts", "accept" },
		{ "tlsa", "tlsa", "accept" },
		{ "no-policy-found", "no-policy-found", "accept" },
		{ "TLSA", "tlsa", "warn value-case" },
		{ "Sts ", "Sts ", "warn unknown-policy-type" },
		{ "Future", "Future", "warn unknown-policy-type" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		start_text(s);
		addf(s, "%s\"policies\":[", HEAD);
		add_entry(s, rows[i].sent, "a.example", 1, 0);
		addf(s, "]}");
		parse_text(s);
		assert_verdict(s, rows[i].sent, rows[i].verdict);
		assert_string_equal(policy(s)->type, rows[i].type);
	}
	parse_policies(s, "{\"policy\":{},\"summary\":{}}");
	assert_string_equal(verdict(s), "reject policy-type-missing");
	parse_policies(s,
	    "{\"policy-type\":\"TLSA\",\"policy\":{\"policy-domain\":"
	    "\"a.example\"},\"summary\":{\"total-successful-session-count\":"
	    "1,\"total-failure-session-count\":0}}");
	assert_string_equal(
	    verdict(s), "warn value-case policy-type-misplaced");
	assert_string_equal(policy(s)->type, "tlsa");
}

/* The strings of the first policy with bars between them, and its mode. */
static void
assert_strings(struct scene *s, const char *member, const char *expected,
    const char *mode, const char *verdict_expected)
{
	char out[1000] = "";
	size_t i, n = 0;

	start_text(s);
	addf(s,
	    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\",\"policy-string\":%s},"
	    "\"summary\":{\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":0}}]}",
	    HEAD, member);
	parse_text(s);
	assert_verdict(s, member, verdict_expected);
	for (i = 0; i < policy(s)->n_strings; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s",
		    i > 0 ? "|" : "", policy(s)->strings[i]);
	assert_string_equal(out, expected);
	assert_string_equal(policy(s)->mode, mode);
}

static void
r34_reads_policy_strings(void **state)
{
	struct scene *s = *state;

	assert_strings(s, "[\"version: STSv1\",\"mode: testing\",\"\"]",
	    "version: STSv1|mode: testing|", "testing", "accept");
	assert_strings(s, "\"version: STSv1\\r\\nmode: none\\n\\nx\\r\"",
	    "version: STSv1|mode: none|x", "none", "warn string-not-array");
	assert_strings(s, "\"\"", "", "", "warn string-not-array");
	assert_strings(s, "[\"version: STSv1\\nmode:enforce\\n\",\"x\"]",
	    "version: STSv1|mode:enforce|x", "enforce",
	    "warn policy-string-lines");
	assert_strings(s, "[\"version: STSv1\\\\r\\\\nmode: none\\\\r\\\\n\"]",
	    "version: STSv1|mode: none", "none", "warn policy-string-lines");
	assert_strings(s, "\"version: STSv1\\\\r\\\\nmode: none\"",
	    "version: STSv1|mode: none", "none",
	    "warn string-not-array policy-string-lines");
	assert_strings(
	    s, "[\"a\\\\r\\\\b\\\\r\\\\\"]", "a\\r\\b\\r\\", "", "accept");
	assert_strings(s, "[\"mode: testing\",\"mode: none\"]",
	    "mode: testing|mode: none", "testing", "accept");
	assert_strings(s, "[\"mode: other\"]", "mode: other", "", "accept");
	assert_strings(s, "[\"[\\\"3 1 1 00\\\", \\\"2 \\\\u0031\\\"]\"]",
	    "3 1 1 00|2 1", "", "warn policy-string-nested");
	assert_strings(s, "\" [\\\"3 1 1 00\\\"]\\n\"", "3 1 1 00", "",
	    "warn string-not-array policy-string-nested");
	assert_strings(
	    s, "[\"a\",\"[]\",\"b\"]", "a|b", "", "warn policy-string-nested");
	assert_strings(s, "[\"[1]\",\"[\",\"[[]]\",\"[\\\"a\\\",]\"]",
	    "[1]|[|[[]]|[\"a\",]", "", "accept");
}

static void
r34_bounds_the_strings_of_a_report(void **state)
{
	struct scene *s = *state;
	size_t i, n = REPORT_STRINGS_MAX;

	for (; n <= REPORT_STRINGS_MAX + 1; n++) {
		start_text(s);
		addf(s,
		    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\",\"policy-string\":[",
		    HEAD);
		for (i = 0; i < n; i++)
			addf(s, "%s\"a\"", i > 0 ? "," : "");
		addf(s, "]},\"summary\":{\"total-successful-session-count\":1,"
			"\"total-failure-session-count\":0}}]}");
		parse_text(s);
		assert_string_equal(verdict(s),
		    n > REPORT_STRINGS_MAX ? "warn text-truncated" : "accept");
		assert_int_equal(policy(s)->n_strings, REPORT_STRINGS_MAX);
	}
}

static void
r35_reads_policy_domains(void **state)
{
	static const struct {
		const char *sent, *domain, *verdict;
	} rows[] = {
		{ "A.example", "a.example", "accept" },
		{ "a.example.", "a.example", "warn domain-format" },
		{ "\xc3\xa4.example", "xn--4ca.example",
		    "warn domain-not-alabel" },
		{ "", "", "warn policy-domain-missing" },
		{ "a..example", NULL, "reject domain-invalid" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		start_text(s);
		addf(s, "%s\"policies\":[", HEAD);
		add_entry(s, "sts", rows[i].sent, 1, 0);
		addf(s, "]}");
		parse_text(s);
		assert_verdict(s, rows[i].sent, rows[i].verdict);
		if (rows[i].domain != NULL)
			assert_string_equal(policy(s)->domain, rows[i].domain);
	}
}

static void
assert_hosts(struct scene *s, const char *members, const char *expected,
    const char *verdict_expected)
{
	char out[1000] = "";
	size_t i, n = 0;

	start_text(s);
	addf(s,
	    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\",%s},"
	    "\"summary\":{\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":0}}]}",
	    HEAD, members);
	parse_text(s);
	assert_verdict(s, members, verdict_expected);
	for (i = 0; i < policy(s)->n_mx_hosts; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s",
		    i > 0 ? "|" : "", policy(s)->mx_hosts[i]);
	assert_string_equal(out, expected);
}

static void
r36_reads_mx_hosts(void **state)
{
	struct scene *s = *state;

	assert_hosts(s, "\"mx-host\":[\"MX.a.example.\",\"*.a.example\"]",
	    "mx.a.example|*.a.example", "accept");
	assert_hosts(s, "\"mx-host\":\"mx.a.example\"", "mx.a.example",
	    "warn string-not-array");
	assert_hosts(s, "\"mx-host\":\"mx1.a.example\\r\\nmx2.a.example\"",
	    "mx1.a.example|mx2.a.example", "warn string-not-array");
	assert_hosts(s, "\"mx-host\":[\"mx: mx.a.example\",\"MX:x.example\"]",
	    "mx.a.example|x.example", "warn mx-host-prefix");
	assert_hosts(s, "\"mx-host-pattern\":[\"*.a.example\"]", "*.a.example",
	    "warn alias-key");
	assert_hosts(s, "\"mx-host-pattern\":[\"b\"],\"mx-host\":[\"a\"]", "a",
	    "accept");
	assert_hosts(s, "\"mx-host-pattern\":[\"b\"],\"mx-host\":null", "b",
	    "warn null-field alias-key");
	assert_hosts(s, "\"mx-host-pattern\":null", "", "warn null-field");
}

static void
r37_reads_the_summary(void **state)
{
	static const struct row rows[] = {
		{ "{\"policy\":{\"policy-type\":\"sts\","
		  "\"policy-domain\":\"a.example\"}}",
		    "reject summary-missing" },
		{ "{\"policy\":{\"policy-type\":\"sts\","
		  "\"policy-domain\":\"a.example\"},\"summary\":[]}",
		    "reject field-type" },
		{ "{\"policy\":{\"policy-type\":\"sts\","
		  "\"policy-domain\":\"a.example\"},"
		  "\"summary\":{\"total-successful-session-count\":3}}",
		    "warn count-missing" },
		{ "{\"policy\":{\"policy-type\":\"sts\","
		  "\"policy-domain\":\"a.example\"},"
		  "\"summary\":{\"total-successful-session-count\":3,"
		  "\"total-failure-session-count\":null}}",
		    "warn count-missing" },
	};
	struct scene *s = *state;

	check_policies(s, rows, LENGTH(rows));
	assert_int_equal(policy(s)->successful_sessions, 3);
	assert_int_equal(policy(s)->failed_sessions, 0);
}

static void
assert_sessions(struct scene *s, const char *number, uint64_t expected,
    const char *verdict_expected)
{
	start_text(s);
	addf(s,
	    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\"},"
	    "\"summary\":{\"total-successful-session-count\":%s,"
	    "\"total-failure-session-count\":0}}]}",
	    HEAD, number);
	parse_text(s);
	assert_verdict(s, number, verdict_expected);
	if (s->rc == 0 && policy(s)->successful_sessions != expected)
		fail_msg("%s: %ju", number,
		    (uintmax_t)policy(s)->successful_sessions);
}

static void
r43_reads_counts_digit_by_digit(void **state)
{
	struct scene *s = *state;

	assert_sessions(s, "0", 0, "accept");
	assert_sessions(s, "-0", 0, "accept");
	assert_sessions(s, "9007199254740991", 9007199254740991, "accept");
	assert_sessions(s, "4.12e2", 412, "warn count-float");
	assert_sessions(s, "41200e-2", 412, "warn count-float");
	assert_sessions(s, "0.412E+3", 412, "warn count-float");
	assert_sessions(s, "412.000", 412, "warn count-float");
	assert_sessions(s, "1e15", 1000000000000000, "warn count-float");
	assert_sessions(s, "0e0", 0, "warn count-float");
	assert_sessions(s, "-0.0", 0, "warn count-float");
	assert_sessions(s, "0e-999999999999999999999", 0, "warn count-float");
	assert_sessions(
	    s, "9007199254740991.0", 9007199254740991, "warn count-float");
	assert_sessions(
	    s, "900719925474099.1e1", 9007199254740991, "warn count-float");
	assert_sessions(s, "\"412\"", 412, "warn count-string");
	assert_sessions(
	    s, "\"000000000000000000000000412\"", 412, "warn count-string");
	assert_sessions(s, "\"\\u0034\\u00312\"", 412, "warn count-string");
	assert_sessions(s, "\"0\"", 0, "warn count-string");
}

static void
r43_refuses_what_cannot_be_counted(void **state)
{
	struct scene *s = *state;

	assert_sessions(s, "-1", 0, "reject count-negative");
	assert_sessions(s, "-1.5", 0, "reject count-negative");
	assert_sessions(s, "-1e-400", 0, "reject count-negative");
	assert_sessions(s, "-99999999999999999999", 0, "reject count-negative");
	assert_sessions(s, "0.5", 0, "reject count-fractional");
	assert_sessions(s, "412.00001", 0, "reject count-fractional");
	assert_sessions(s, "1e-1", 0, "reject count-fractional");
	assert_sessions(
	    s, "1e-99999999999999999999", 0, "reject count-fractional");
	assert_sessions(s, "9007199254740992.5", 0, "reject count-fractional");
	assert_sessions(s, "9007199254740992", 0, "reject count-overflow");
	assert_sessions(s, "9999999999999999", 0, "reject count-overflow");
	assert_sessions(s, "18446744073709551617", 0, "reject count-overflow");
	assert_sessions(s, "1e16", 0, "reject count-overflow");
	assert_sessions(s, "1e400", 0, "reject count-overflow");
	assert_sessions(
	    s, "1e99999999999999999999", 0, "reject count-overflow");
	assert_sessions(s, "\"9007199254740992\"", 0, "reject count-overflow");
	assert_sessions(s, "\"1e2\"", 0, "reject field-type");
	assert_sessions(s, "\"-1\"", 0, "reject field-type");
	assert_sessions(s, "\" 1\"", 0, "reject field-type");
	assert_sessions(s, "\"\"", 0, "reject field-type");
	assert_sessions(s, "\"\\u00e9\"", 0, "reject field-type");
	assert_sessions(s, "\"\\n\"", 0, "reject field-type");
	assert_sessions(s, "\"\xd9\xa1\"", 0, "reject field-type");
	assert_sessions(s, "true", 0, "reject field-type");
	assert_sessions(s, "[1]", 0, "reject field-type");
	assert_sessions(s, "{}", 0, "reject field-type");
}

static void
r50_takes_a_report_of_successes_alone(void **state)
{
	struct scene *s = *state;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	add_entry(s, "no-policy-found", "a.example", 7, 0);
	addf(s, "]}");
	parse_text(s);
	assert_string_equal(verdict(s), "accept");
	assert_int_equal(policy(s)->n_failures, 0);
	assert_int_equal(policy(s)->counted_sessions, 7);
	assert_string_equal(s->report.warnings, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r32_wants_a_policy_in_each_element),
		TEST(r33_reads_policy_types),
		TEST(r34_reads_policy_strings),
		TEST(r34_bounds_the_strings_of_a_report),
		TEST(r35_reads_policy_domains),
		TEST(r36_reads_mx_hosts),
		TEST(r37_reads_the_summary),
		TEST(r43_reads_counts_digit_by_digit),
		TEST(r43_refuses_what_cannot_be_counted),
		TEST(r50_takes_a_report_of_successes_alone),
	};

	return cmocka_run_group_tests_name(
	    "report of policies", tests, NULL, NULL);
}
