#include "scenes/reports.h"

#include "base/hex.h"

static void
r58_knows_the_same_content_in_another_form(void **state)
{
	static const char plain[] = HEAD
	    "\"policies\":[" POLICY(",\"policy-string\":[\"a\",\"b\"]") "]}";
	static const char other[] =
	    "{ \"policies\" : [ {\"failure-details\":[{"
	    "\"failed-session-count\":1.0,\"x\":[1,2],"
	    "\"result-type\":\"validation\\u002dfailure\"}],"
	    "\"summary\":{\"total-failure-session-count\":1,"
	    "\"total-successful-session-count\":5},\"policy\":{"
	    "\"policy-string\":[\"\\u0061\",\"b\"],"
	    "\"policy-domain\":\"a.example\",\"policy-type\":\"sts\"}}],\n"
	    "\"report-id\":\"7\",\"contact-info\":\"tls@bergpost.example\","
	    "\"date-range\":{\"end-datetime\":\"2026-03-02T23:59:59Z\","
	    "\"start-datetime\":\"2026-03-02T00:00:00Z\"},"
	    "\"organization-name\":\"Bergpost GmbH\"}";
	struct scene *s = *state;
	unsigned char content[REPORT_DIGEST];

	parse(s, span_of(plain));
	assert_string_equal(verdict(s), "accept");
	memcpy(content, s->report.content, sizeof content);
	s->context.report_domain = "other.example";
	s->context.has_arrival = false;
	parse(s, span_of(other));
	assert_memory_equal(content, s->report.content, sizeof content);
}

static void
r59_tells_contents_apart(void **state)
{
	static const char *const policies[] = { "", POLICY(""),
		POLICY("") "," POLICY(""), POLICY(",\"policy-string\":[]"),
		POLICY(",\"policy-string\":[\"ab\"]"),
		POLICY(",\"policy-string\":[\"a\",\"b\"]"),
		POLICY(",\"policy-string\":\"ab\""),
		POLICY(",\"mx-host\":[\"ab\"]"),
		DETAIL(EXPIRED "\"receiving-ip\":\"192.0.2.1\""),
		DETAIL(EXPIRED "\"sending-mta-ip\":\"192.0.2.1\""),
		DETAIL(EXPIRED "\"sending-mta-ip\":\"192.0.2.2\""),
		DETAIL(EXPIRED "\"failure-reason-code\":\"x\""),
		DETAIL(EXPIRED "\"receiving-mx-helo\":\"x\"") };
	unsigned char content[LENGTH(policies)][REPORT_DIGEST];
	struct scene *s = *state;
	size_t i, j;

	for (i = 0; i < LENGTH(policies); i++) {
		assert_int_equal(parse_policies(s, policies[i]), 0);
		memcpy(content[i], s->report.content, REPORT_DIGEST);
		for (j = 0; j < i; j++)
			if (memcmp(content[i], content[j], REPORT_DIGEST) == 0)
				fail_msg("%s and %s", policies[i], policies[j]);
	}
}

static void
assert_digest(struct scene *s, const char *expected)
{
	char text[2 * REPORT_DIGEST + 1];

	assert_int_equal(s->rc, 0);
	hex_format(s->report.content, REPORT_DIGEST, text);
	assert_string_equal(text, expected);
}

/* Stores hold digests: what they are made of must not change by accident. */
static void
r58_keeps_the_digest_of_a_release(void **state)
{
	struct scene *s = *state;

	parse_policies(s, DETAIL(EXPIRED "\"sending-mta-ip\":\"192.0.2.1\","
					 "\"receiving-mx-host-name\":\"mx\""));
	assert_digest(s,
	    "338a97551e13afb160899d255c4027cc390b429ceb097547b2ebbf161a7658af");
	parse(s,
	    span_of("{\"organization-name\":\"Gr\\u00fcn\",\"date-range\":{"
		    "\"start-datetime\":\"2026-03-02T00:00:00Z\","
		    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},"
		    "\"report-id\":\"7\",\"policies\":[null,{\"policy\":{"
		    "\"policy-type\":\"STS\",\"policy-string\":["
		    "\"a\",\"\\ud836\\udc00\",null],"
		    "\"policy-domain\":\"A.example.\",\"mx-host\":\"x\\ny\"},"
		    "\"summary\":{\"total-successful-session-count\":\"007\","
		    "\"total-failure-session-count\":1.2e1},"
		    "\"failure-details\":[{"
		    "\"result-type\":\"validation-failure\","
		    "\"receiving-ip\":\"\",\"receiving-mx-host-name\":\"mx\","
		    "\"failed-session-count\":12,\"additional-info-uri\":\"u\","
		    "\"failure-error-code\":\"e\"},null]},{"
		    "\"policy\":{\"policy-type\":\"tlsa\"},\"summary\":{},"
		    "\"failure-details\":{\"failed-session-count\":-0}}]}"));
	assert_digest(s,
	    "ba15c4ef3fe2f983620636e1659b9f0673e98d50803d1d44e3ff82321d9da65a");
}

/* A report with a string of `n` bytes, the last of which is `last`. */
static void
parse_long(struct scene *s, const char *policy, const char *detail, size_t n,
    char last)
{
	size_t i;

	start_text(s);
	addf(s,
	    "%s\"policies\":[{\"policy\":{\"policy-type\":\"sts\","
	    "\"policy-domain\":\"a.example\"%s",
	    HEAD, policy);
	if (*policy != '\0') {
		for (i = 1; i < n; i++)
			addf(s, "a");
		addf(s, "%c\"]", last);
	}
	addf(s,
	    "},\"summary\":{\"total-successful-session-count\":1,"
	    "\"total-failure-session-count\":1},\"failure-details\":[{"
	    "\"failed-session-count\":1%s",
	    detail);
	if (*detail != '\0') {
		for (i = 1; i < n; i++)
			addf(s, "a");
		addf(s, "%c\"", last);
	}
	addf(s, "}]}]}");
	parse_text(s);
	assert_int_equal(s->rc, 0);
}

static void
r59_tells_long_strings_apart_by_their_ends(void **state)
{
	static const struct {
		const char *policy, *detail;
	} rows[] = { { ",\"policy-string\":[\"", "" },
		{ "", ",\"failure-reason-code\":\"" } };
	static const size_t sizes[] = { 5000, 65536, 65537, 200000 };
	unsigned char content[REPORT_DIGEST];
	struct scene *s = *state;
	size_t i, n;

	for (i = 0; i < LENGTH(rows); i++)
		for (n = 0; n < LENGTH(sizes); n++) {
			parse_long(
			    s, rows[i].policy, rows[i].detail, sizes[n], 'a');
			memcpy(content, s->report.content, sizeof content);
			parse_long(
			    s, rows[i].policy, rows[i].detail, sizes[n], 'b');
			assert_memory_not_equal(
			    content, s->report.content, sizeof content);
			parse_long(
			    s, rows[i].policy, rows[i].detail, sizes[n], 'a');
			assert_memory_equal(
			    content, s->report.content, sizeof content);
		}
}

/* The note report-repeated rests on it. */
static void
r60_knows_the_same_content_under_another_report_id(void **state)
{
	static const char *const ids[] = { "\"report-id\":\"7\",",
		"\"report-id\":\"8\",", "" };
	unsigned char body[LENGTH(ids)][REPORT_DIGEST];
	unsigned char content[LENGTH(ids)][REPORT_DIGEST];
	struct scene *s = *state;
	char text[2048];
	size_t i;

	for (i = 0; i < LENGTH(ids); i++) {
		snprintf(text, sizeof text, "{%s%s", ids[i],
		    "\"organization-name\":\"x\",\"date-range\":{"
		    "\"start-datetime\":\"2026-03-02T00:00:00Z\","
		    "\"end-datetime\":\"2026-03-02T23:59:59Z\"},"
		    "\"policies\":[]}");
		parse(s, span_of(text));
		memcpy(body[i], s->report.body, REPORT_DIGEST);
		memcpy(content[i], s->report.content, REPORT_DIGEST);
		assert_memory_equal(body[0], body[i], REPORT_DIGEST);
		if (i > 0)
			assert_memory_not_equal(
			    content[0], content[i], REPORT_DIGEST);
	}
	parse_policies(s, POLICY(""));
	assert_memory_not_equal(body[0], s->report.body, REPORT_DIGEST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r58_knows_the_same_content_in_another_form),
		TEST(r58_keeps_the_digest_of_a_release),
		TEST(r59_tells_contents_apart),
		TEST(r59_tells_long_strings_apart_by_their_ends),
		TEST(r60_knows_the_same_content_under_another_report_id),
	};

	return cmocka_run_group_tests_name(
	    "report of content", tests, NULL, NULL);
}
