#include "scenes/reports.h"

#include "report/amplification.h"

/* A report of `policies` entries with `details` each, of `mx` hosts. */
static void
parse_grid(struct scene *s, unsigned policies, unsigned details, unsigned mx)
{
	unsigned i, j;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	for (i = 0; i < policies; i++) {
		addf(s,
		    "%s{\"policy\":{\"policy-type\":\"sts\","
		    "\"policy-domain\":\"a.example\"},\"summary\":{"
		    "\"total-successful-session-count\":1,"
		    "\"total-failure-session-count\":%u},"
		    "\"failure-details\":[",
		    i > 0 ? "," : "", details);
		for (j = 0; j < details; j++)
			addf(s,
			    "%s{\"result-type\":\"certificate-expired\","
			    "\"receiving-mx-hostname\":\"mx%u.example\","
			    "\"failed-session-count\":1}",
			    j > 0 ? "," : "", j % mx);
		addf(s, "]}");
	}
	addf(s, "]}");
	parse_text(s);
}

/* What a report took off a budget that all fits in. */
static uint64_t
cost(struct scene *s, unsigned policies, unsigned details, unsigned mx)
{
	uint64_t left = UINT64_MAX;

	s->context.left = &left;
	parse_grid(s, policies, details, mx);
	assert_string_equal(verdict(s), "accept");
	return UINT64_MAX - left;
}

static void
r25_gives_a_mail_nine_times_its_size(void **state)
{
	(void)state;
	assert_int_equal(amplification_budget(0), 16384);
	assert_int_equal(amplification_budget(1000), 16384);
	assert_int_equal(amplification_budget(10000), 90000);
}

static void
r25_leaves_out_details_beyond_the_budget(void **state)
{
	struct scene *s = *state;
	unsigned char content[REPORT_DIGEST];
	uint64_t left = cost(s, 2, 100, 1);

	memcpy(content, s->report.content, sizeof content);
	s->context.left = &left;
	parse_grid(s, 2, 100, 1);
	assert_string_equal(verdict(s), "accept");
	assert_int_equal(left, 0);

	left = cost(s, 2, 100, 1) - 1;
	s->context.left = &left;
	parse_grid(s, 2, 100, 1);
	assert_string_equal(verdict(s), "warn details-left-out");
	assert_string_equal(s->report.warnings, "details-left-out");
	assert_string_equal(place_of(s, CODE_DETAILS_LEFT_OUT),
	    "policies[1].failure-details[99]");
	assert_int_equal(s->report.policies[0].n_failures, 100);
	assert_int_equal(s->report.policies[1].n_failures, 99);
	/* its totals and its identity stay */
	assert_int_equal(s->report.policies[1].failed_sessions, 100);
	assert_memory_equal(s->report.content, content, sizeof content);
}

static void
r25_refuses_policies_beyond_the_budget(void **state)
{
	struct scene *s = *state;
	uint64_t most = cost(s, 100, 0, 1), left = most;

	s->context.left = &left;
	parse_grid(s, 100, 0, 1);
	assert_string_equal(verdict(s), "accept");
	left = most - 1;
	parse_grid(s, 100, 0, 1);
	assert_string_equal(verdict(s), "reject report-inflated");
	assert_string_equal(place_of(s, CODE_REPORT_INFLATED), "policies");
	assert_int_equal(left, most - 1);
}

static void
r25_lets_the_reports_of_a_mail_share_the_budget(void **state)
{
	struct scene *s = *state;
	uint64_t left = cost(s, 1, 0, 1) * 5 / 2;

	s->context.left = &left;
	parse_grid(s, 1, 0, 1);
	parse_grid(s, 1, 0, 1);
	assert_string_equal(verdict(s), "accept");
	parse_grid(s, 1, 0, 1);
	assert_string_equal(verdict(s), "reject report-inflated");
}

/* Each cause is a row of several files, however many details it has. */
static void
r25_counts_a_cause_once(void **state)
{
	struct scene *s = *state;
	uint64_t none = cost(s, 1, 0, 1), one = cost(s, 1, 1, 1);
	uint64_t alike = cost(s, 1, 100, 1), various = cost(s, 1, 100, 100);

	assert_true(alike - none < 99 * (one - none));
	assert_true(various - alike > 99 * 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r25_gives_a_mail_nine_times_its_size),
		TEST(r25_leaves_out_details_beyond_the_budget),
		TEST(r25_refuses_policies_beyond_the_budget),
		TEST(r25_lets_the_reports_of_a_mail_share_the_budget),
		TEST(r25_counts_a_cause_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
