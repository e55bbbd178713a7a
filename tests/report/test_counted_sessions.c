#include "scenes/reports.h"

/* An entry of policies, and what is to come of it. */
struct entry {
	const char *type, *domain; /* domain NULL: absent */
	unsigned long successful, failed;
	const char *recipient;
	unsigned long counted, counted_failed;
};

static void
parse_entries(struct scene *s, const struct entry *e, size_t n)
{
	size_t i;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	for (i = 0; i < n; i++) {
		addf(s, "%s", i > 0 ? "," : "");
		add_entry(
		    s, e[i].type, e[i].domain, e[i].successful, e[i].failed);
	}
	addf(s, "]}");
	parse_text(s);
}

#define assert_counted(s, ...)                                   \
	assert_entries(s, (const struct entry[]){ __VA_ARGS__ }, \
	    sizeof((const struct entry[]){ __VA_ARGS__ }) /      \
		sizeof(struct entry))

static void
assert_entries(struct scene *s, const struct entry *e, size_t n)
{
	const struct policy *p;
	size_t i;

	parse_entries(s, e, n);
	assert_int_equal(s->rc, 0);
	assert_int_equal(s->report.n_policies, n);
	for (i = 0; i < n; i++) {
		p = &s->report.policies[i];
		if (strcmp(p->recipient_domain, e[i].recipient) != 0 ||
		    p->counted_sessions != e[i].counted ||
		    p->counted_failed != e[i].counted_failed)
			fail_msg("entry %zu: %s, %ju sessions, %ju failed", i,
			    p->recipient_domain, (uintmax_t)p->counted_sessions,
			    (uintmax_t)p->counted_failed);
	}
}

static void
r48_counts_the_type_with_more_sessions(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "sts", "a.example", 9, 1, "a.example", 10, 1 },
	    { "tlsa", "mx.a.example", 9, 0, "a.example", 0, 0 });
	assert_counted(s, { "sts", "a.example", 8, 1, "a.example", 0, 0 },
	    { "tlsa", "mx.a.example", 10, 0, "a.example", 10, 0 });
}

static void
r48_counts_more_failures_where_sessions_are_equal(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "tlsa", "mx.a.example", 8, 2, "a.example", 10, 2 },
	    { "sts", "a.example", 9, 1, "a.example", 0, 0 });
	assert_counted(s, { "tlsa", "mx.a.example", 9, 1, "a.example", 0, 0 },
	    { "sts", "a.example", 8, 2, "a.example", 10, 2 });
}

static void
r48_counts_sts_where_all_is_equal(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "tlsa", "mx.a.example", 2, 0, "a.example", 0, 0 },
	    { "sts", "a.example", 2, 0, "a.example", 2, 0 });
}

static void
r48_adds_blocks_of_one_type_before_it_compares(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "sts", "a.example", 6, 0, "a.example", 6, 0 },
	    { "tlsa", "mx.a.example", 10, 0, "a.example", 0, 0 },
	    { "sts", "a.example", 5, 0, "a.example", 5, 0 });
	assert_counted(s, { "sts", "a.example", 10, 0, "a.example", 0, 0 },
	    { "tlsa", "mx1.a.example", 6, 0, "a.example", 6, 0 },
	    { "tlsa", "mx2.a.example", 5, 1, "a.example", 6, 1 });
}

static void
r48_counts_other_types_always(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "sts", "a.example", 10, 0, "a.example", 10, 0 },
	    { "no-policy-found", "a.example", 3, 1, "a.example", 4, 1 },
	    { "dane-ee", "a.example", 2, 2, "a.example", 4, 2 },
	    { "tlsa", "a.example", 4, 0, "a.example", 0, 0 });
}

static void
r48_compares_within_each_domain(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "sts", "a.example", 1, 0, "a.example", 0, 0 },
	    { "sts", "b.example", 9, 0, "b.example", 9, 0 },
	    { "tlsa", "mx.a.example", 2, 0, "a.example", 2, 0 },
	    { "tlsa", "mx.b.example", 2, 0, "b.example", 0, 0 });
	assert_true(findings_has(&s->fs, CODE_POLICY_DOMAIN_MIXED));
}

static void
r51_gives_tlsa_the_recipient_it_belongs_to(void **state)
{
	struct scene *s = *state;

	/* its own, the nearest above it, and of several none */
	s->context.report_domain = "Header.Example.";
	assert_counted(s, { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "no-policy-found", "x.a.example", 1, 0, "x.a.example", 1, 0 },
	    { "tlsa", "a.example", 1, 0, "a.example", 0, 0 },
	    { "tlsa", "mx.x.a.example", 1, 0, "x.a.example", 1, 0 },
	    { "tlsa", "mx.host.example", 1, 0, "header.example", 1, 0 },
	    { "future", "xa.example", 1, 0, "header.example", 1, 0 });
	s->context.report_domain = "";
	assert_counted(s, { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "sts", "b.example", 1, 0, "b.example", 1, 0 },
	    { "tlsa", "mx.host.example", 1, 0, "mx.host.example", 1, 0 });
}

static void
r51_gives_tlsa_the_only_recipient(void **state)
{
	struct scene *s = *state;

	s->context.report_domain = "header.example";
	assert_counted(s, { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "tlsa", "mx.host.example", 1, 0, "a.example", 0, 0 });
	assert_false(findings_has(&s->fs, CODE_POLICY_DOMAIN_MIXED));
}

static void
r51_takes_the_header_where_no_entry_names_a_recipient(void **state)
{
	struct scene *s = *state;

	s->context.report_domain = "header.example";
	assert_counted(
	    s, { "tlsa", "mx.host.example", 1, 0, "header.example", 1, 0 });
	s->context.report_domain = "not a domain";
	assert_counted(
	    s, { "tlsa", "mx.host.example", 1, 0, "mx.host.example", 1, 0 });
}

static void
r35_takes_a_missing_domain_from_the_header(void **state)
{
	struct scene *s = *state;

	s->context.report_domain = "B\xc3\xbc"
				   "cher.example";
	assert_counted(s,
	    { "no-policy-found", NULL, 1, 0, "xn--bcher-kva.example", 1, 0 },
	    { "sts", "a.example", 1, 0, "a.example", 1, 0 });
	assert_string_equal(
	    s->report.policies[0].domain, "xn--bcher-kva.example");
	assert_string_equal(
	    verdict(s), "warn policy-domain-missing policy-domain-mixed");
}

static void
r35_takes_a_missing_domain_from_its_only_sibling(void **state)
{
	struct scene *s = *state;

	assert_counted(s, { "no-policy-found", NULL, 1, 0, "a.example", 1, 0 },
	    { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "tlsa", "a.example", 1, 0, "a.example", 0, 0 });
	assert_counted(s, { "no-policy-found", NULL, 1, 0, "", 1, 0 },
	    { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "sts", "b.example", 1, 0, "b.example", 1, 0 });
	assert_counted(s, { "no-policy-found", NULL, 1, 0, "", 1, 0 });
	assert_string_equal(s->report.policies[0].domain, "");
	assert_string_equal(place_of(s, CODE_POLICY_DOMAIN_MISSING),
	    "policies[0].policy.policy-domain");
}

static void
r51_skips_what_is_about_others(void **state)
{
	static const char *const own[] = { "*.c.example", "a.example" };
	struct scene *s = *state;
	const struct policy *p;

	s->context.our_domains = own;
	s->context.n_our_domains = 2;
	assert_counted(s, { "sts", "a.example", 1, 0, "a.example", 1, 0 },
	    { "sts", "b.example", 9, 1, "b.example", 0, 0 },
	    { "tlsa", "mx.a.example", 1, 0, "a.example", 0, 0 },
	    { "tlsa", "mx.b.example", 9, 1, "b.example", 0, 0 },
	    { "no-policy-found", "c.example", 9, 1, "c.example", 0, 0 },
	    { "no-policy-found", "x.C.example", 2, 1, "x.c.example", 3, 1 },
	    { "no-policy-found", "y.a.example", 2, 0, "y.a.example", 0, 0 },
	    { "no-policy-found", "xa.example", 2, 0, "xa.example", 0, 0 });
	p = s->report.policies;
	assert_false(p[0].skipped);
	assert_true(p[1].skipped);
	assert_false(p[2].skipped);
	assert_true(p[3].skipped);
	assert_true(p[4].skipped);
	assert_false(p[5].skipped);
	assert_true(p[6].skipped);
	assert_true(p[7].skipped);
	assert_string_equal(verdict(s),
	    "warn policy-domain-mixed domain-skipped failure-count-mismatch");
	assert_string_equal(place_of(s, CODE_DOMAIN_SKIPPED),
	    "policies[1].policy.policy-domain");
}

static void
r51_refuses_a_report_that_is_all_about_others(void **state)
{
	static const char *const own[] = { "a.example" };
	static const struct entry foreign = { "sts", "b.example", 1, 0, "", 0,
		0 };
	struct scene *s = *state;

	s->context.our_domains = own;
	s->context.n_our_domains = 1;
	parse_entries(s, &foreign, 1);
	assert_string_equal(verdict(s), "reject domain-not-ours");
	parse_entries(s, &foreign, 0);
	assert_string_equal(verdict(s), "warn policies-empty");
}

static void
r51_knows_an_mx_host_of_ours_for_ours(void **state)
{
	static const char *const own[] = { "a.example" };
	struct scene *s = *state;

	s->context.our_domains = own;
	s->context.n_our_domains = 1;
	assert_counted(s, { "tlsa", "mx.a.example", 1, 0, "a.example", 1, 0 });
	assert_string_equal(verdict(s), "accept");
	s->context.report_domain = "a.example";
	assert_counted(
	    s, { "tlsa", "mx.host.example", 1, 0, "a.example", 1, 0 });
	assert_string_equal(verdict(s), "accept");
}

static void
r43_refuses_counts_that_do_not_add_up_in_64_bits(void **state)
{
	struct scene *s = *state;
	size_t i;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	for (i = 0; i < 513; i++) {
		addf(s, "%s", i > 0 ? "," : "");
		add_entry(s, "sts", "a.example", 9007199254740991,
		    i < 512 ? 9007199254740991 : 0);
	}
	addf(s, "]}");
	parse_text(s);
	assert_string_equal(verdict(s), "reject count-overflow");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r48_counts_the_type_with_more_sessions),
		TEST(r48_counts_more_failures_where_sessions_are_equal),
		TEST(r48_counts_sts_where_all_is_equal),
		TEST(r48_adds_blocks_of_one_type_before_it_compares),
		TEST(r48_counts_other_types_always),
		TEST(r48_compares_within_each_domain),
		TEST(r51_gives_tlsa_the_recipient_it_belongs_to),
		TEST(r51_gives_tlsa_the_only_recipient),
		TEST(r51_takes_the_header_where_no_entry_names_a_recipient),
		TEST(r35_takes_a_missing_domain_from_the_header),
		TEST(r35_takes_a_missing_domain_from_its_only_sibling),
		TEST(r51_skips_what_is_about_others),
		TEST(r51_refuses_a_report_that_is_all_about_others),
		TEST(r51_knows_an_mx_host_of_ours_for_ours),
		TEST(r43_refuses_counts_that_do_not_add_up_in_64_bits),
	};

	return cmocka_run_group_tests_name("counting", tests, NULL, NULL);
}
