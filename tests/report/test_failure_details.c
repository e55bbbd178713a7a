#include "scenes/reports.h"

static void
r38_takes_one_detail_for_an_array(void **state)
{
	struct scene *s = *state;

	parse_policies(s,
	    "{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\"},\"summary\":{"
	    "\"total-successful-session-count\":3,"
	    "\"total-failure-session-count\":2},\"failure-details\":{" EXPIRED
	    "\"failed-session-count\":2}}");
	assert_string_equal(verdict(s), "warn array-expected");
	assert_int_equal(policy(s)->n_failures, 1);
	assert_int_equal(failure(s)->failed_sessions, 2);
	assert_string_equal(failure(s)->result_type, "certificate-expired");
}

static void
r39_reads_result_types(void **state)
{
	static const struct {
		const char *detail, *type, *side, *verdict;
	} rows[] = {
		{ DETAIL("\"result-type\":\"dnssec-invalid\""),
		    "dnssec-invalid", "ours", "accept" },
		{ DETAIL("\"result-type\":\"DNSSEC-invalid\""),
		    "dnssec-invalid", "ours", "warn value-case" },
		{ DETAIL("\"result-type\":\"New-One\""), "New-One", "unclear",
		    "warn unknown-result-type" },
		{ DETAIL("\"x\":0"), "", "unclear",
		    "warn result-type-missing" },
		{ DETAIL("\"result-type\":\"\""), "", "unclear",
		    "warn result-type-missing" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		parse_policies(s, rows[i].detail);
		assert_verdict(s, rows[i].detail, rows[i].verdict);
		assert_string_equal(failure(s)->result_type, rows[i].type);
		assert_string_equal(failure(s)->side, rows[i].side);
	}
}

static void
r40_keeps_what_is_no_address_as_text(void **state)
{
	struct scene *s = *state;

	parse_policies(
	    s, DETAIL(EXPIRED "\"sending-mta-ip\":\"[IPv6:2001:DB8::0:1]\","
			      "\"receiving-ip\":\"xxx.xxx.xxx.xxx\""));
	assert_string_equal(verdict(s), "warn ip-format ip-invalid");
	assert_string_equal(failure(s)->sending_mta_ip, "2001:db8::1");
	assert_string_equal(failure(s)->receiving_ip, "xxx.xxx.xxx.xxx");
	parse_policies(
	    s, DETAIL(EXPIRED "\"sending-mta-ip\":\"\","
			      "\"receiving-ip\":\"::ffff:192.0.2.1\""));
	assert_string_equal(verdict(s), "accept");
	assert_string_equal(failure(s)->sending_mta_ip, "");
	assert_string_equal(failure(s)->receiving_ip, "192.0.2.1");
}

static void
r41_reads_host_names(void **state)
{
	struct scene *s = *state;

	parse_policies(
	    s, DETAIL(EXPIRED "\"receiving-mx-hostname\":\"MX.a.example.\","
			      "\"receiving-mx-helo\":\"MX.a.example.\""));
	assert_string_equal(verdict(s), "accept");
	assert_string_equal(failure(s)->receiving_mx_hostname, "mx.a.example");
	assert_string_equal(failure(s)->receiving_mx_helo, "MX.a.example.");
	parse_policies(
	    s, DETAIL(EXPIRED "\"receiving-mx-host-name\":\"mx.a.example\""));
	assert_string_equal(verdict(s), "warn alias-key");
	assert_string_equal(failure(s)->receiving_mx_hostname, "mx.a.example");
}

static void
r42_counts_details_by_the_same_rules(void **state)
{
	static const struct row rows[] = {
		{ POLICY(""), "accept" },
		{ "{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
		  "\"a.example\"},\"summary\":{"
		  "\"total-successful-session-count\":3,"
		  "\"total-failure-session-count\":0},\"failure-details\":[{"
		  "\"result-type\":\"tlsa-invalid\"}]}",
		    "warn count-missing" },
		{ "{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
		  "\"a.example\"},\"summary\":{"
		  "\"total-successful-session-count\":3,"
		  "\"total-failure-session-count\":0},\"failure-details\":[{"
		  "\"result-type\":\"tlsa-invalid\","
		  "\"failed-session-count\":-1}]}",
		    "reject count-negative" },
		{ "{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
		  "\"a.example\"},\"summary\":{"
		  "\"total-successful-session-count\":3,"
		  "\"total-failure-session-count\":1},\"failure-details\":[{"
		  "\"result-type\":\"tlsa-invalid\","
		  "\"failed-session-count\":\"1\"}]}",
		    "warn count-string" },
	};

	check_policies(*state, rows, LENGTH(rows));
}

static void
r44_keeps_uris_and_warns_of_odd_ones(void **state)
{
	static const struct {
		const char *uri, *verdict;
	} rows[] = {
		{ "https://b.example/r?id=1#x", "accept" },
		{ "HTTP://b.example", "accept" },
		{ "https://b.example/a b", "warn uri-invalid" },
		{ "https://", "warn uri-invalid" },
		{ "https:///x", "warn uri-invalid" },
		{ "mailto:a@b.example", "warn uri-invalid" },
		{ "javascript:alert(1)", "warn uri-invalid" },
		{ "", "accept" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		start_text(s);
		addf(s,
		    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\"},\"summary\":{"
		    "\"total-successful-session-count\":5,"
		    "\"total-failure-session-count\":0},\"failure-details\":[{"
		    "\"failed-session-count\":0," EXPIRED
		    "\"additional-information\":\"%s\"}]}]}",
		    HEAD, rows[i].uri);
		parse_text(s);
		assert_verdict(s, rows[i].uri, rows[i].verdict);
		assert_string_equal(
		    failure(s)->additional_information, rows[i].uri);
	}
	parse_policies(
	    s, DETAIL(EXPIRED "\"additional-information\":{\"a\":[{}]}"));
	assert_string_equal(verdict(s), "warn information-not-text");
	assert_string_equal(failure(s)->additional_information, "");
	parse_policies(s,
	    DETAIL(EXPIRED "\"additional-info-uri\":[\"https://b.example/\"]"));
	assert_string_equal(verdict(s), "warn alias-key information-not-text");
	parse_policies(s,
	    DETAIL(EXPIRED "\"additional-info-uri\":\"https://b.example/\""));
	assert_string_equal(verdict(s), "warn alias-key");
	assert_string_equal(
	    failure(s)->additional_information, "https://b.example/");
}

static void
r45_prefers_the_name_to_its_alias(void **state)
{
	struct scene *s = *state;

	parse_policies(
	    s, DETAIL(EXPIRED "\"failure-error-code\":\"X509_V_ERR\""));
	assert_string_equal(verdict(s), "warn alias-key");
	assert_string_equal(failure(s)->failure_reason_code, "X509_V_ERR");
	parse_policies(s, DETAIL(EXPIRED "\"failure-error-code\":7,"
					 "\"failure-reason-code\":\"b\""));
	assert_string_equal(verdict(s), "accept");
	assert_string_equal(failure(s)->failure_reason_code, "b");
}

static void
r49_warns_where_details_do_not_fit_the_total(void **state)
{
	static const struct {
		unsigned total, first, second;
		bool warned;
	} rows[] = {
		{ 2, 1, 1, false },
		{ 2, 2, 2, false },
		{ 2, 2, 0, false },
		{ 2, 1, 0, true },
		{ 2, 3, 0, true },
		{ 0, 0, 0, false },
		{ 0, 1, 0, true },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		start_text(s);
		addf(s,
		    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\"},\"summary\":{"
		    "\"total-successful-session-count\":5,"
		    "\"total-failure-session-count\":%u},"
		    "\"failure-details\":[{" EXPIRED
		    "\"failed-session-count\":%u},{" EXPIRED
		    "\"failed-session-count\":%u}]}]}",
		    HEAD, rows[i].total, rows[i].first, rows[i].second);
		parse_text(s);
		assert_int_equal(s->rc, 0);
		if (findings_has(&s->fs, CODE_FAILURE_COUNT_MISMATCH) !=
		    rows[i].warned)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r38_takes_one_detail_for_an_array),
		TEST(r39_reads_result_types),
		TEST(r40_keeps_what_is_no_address_as_text),
		TEST(r41_reads_host_names),
		TEST(r42_counts_details_by_the_same_rules),
		TEST(r44_keeps_uris_and_warns_of_odd_ones),
		TEST(r45_prefers_the_name_to_its_alias),
		TEST(r49_warns_where_details_do_not_fit_the_total),
	};

	return cmocka_run_group_tests_name(
	    "report of failures", tests, NULL, NULL);
}
