/* TLS-RPT and MTA-STS: one thing wrong at a time. */
#include "scenes/setups.h"

/* TLS-RPT */

static void
each_state_of_the_record_is_told_apart(void **state)
{
	static const struct {
		const char *text, *points;
	} rows[] = {
		{ "v=TLSRPTv1\\; rua=mailto:tls@alder.example",
		    "dns-backslash:f" },
		{ "v=spf1 -all", "dns-none:f dns-other-txt:n" },
		{ "v=TLSRPTv1; rua=http://alder.example/", "rua-http:f" },
		{ "v=TLSRPTv1; rua=mailto:tls@alder.example; x=1",
		    "ext-unknown:n" },
		{ "v=TLSRPTv1;rua=mailto:tls@alder.example,"
		  "mailto:tls@alder.example",
		    "rua-duplicate:w" },
	};
	struct setup *d = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		publish(
		    &d->s.tlsrpt, d->tlsrpt, 0, &d->string[0], rows[i].text);
		assert_points(d, rows[i].points);
	}
}

static void
a_record_at_another_name_is_found_there(void **state)
{
	struct setup *d = *state;

	unpublish(&d->s.tlsrpt);
	d->s.tlsrpt_misplaced = &d->misplaced;
	d->s.n_tlsrpt_misplaced = 1;
	misplace(d, "_tls._smtp.alder.example", "v=spf1 -all");
	assert_points(d, "dns-none:f");
	misplace(d, "_tls._smtp.alder.example",
	    "v=TLSRPTv1; rua=mailto:tls@alder.example");
	assert_points(d, "dns-wrong-name:f");
	assert_string_equal(remedy_of(d, POINT_DNS_WRONG_NAME),
	    "move it to _smtp._tls.alder.example");
}

static void
other_records_and_aliases_are_noted(void **state)
{
	struct setup *d = *state;

	publish(&d->s.tlsrpt, d->tlsrpt, 1, &d->string[1], "v=spf1 -all");
	d->s.tlsrpt.lookup.alias = "tlsrpt.provider.example";
	assert_points(d, "dns-other-txt:n dns-alias:n");
}

static void
whether_somebody_reads_the_reports_is_told(void **state)
{
	struct setup *d = *state;

	d->mailbox.user = "TLS@Alder.example";
	assert_points(d, "");
	d->mailbox.user = "tls"; /* no address */
	assert_points(d, "rua-not-polled:w");
	d->target[0].arrived_in = "old";
	d->target[0].arrived_on = "2026-11-27";
	assert_points(d, "");
	assert_string_equal(detail_of(d, POINT_RUA_ARRIVES),
	    "reports to mailto:tls@alder.example arrive: the newest in "
	    "[mailbox old] is of 2026-11-27");
	d->target[0].arrived_in = "";
	d->s.configured = false;
	assert_points(d, "");
}

static void
a_domain_that_takes_no_mail_gets_no_reports(void **state)
{
	struct setup *d = *state;

	d->target[0].null_mx = true;
	assert_points(d, "rua-no-mail:f");
	d->target[0].null_mx = false;
	d->target[0].mx.status = LOOKUP_NO_DATA;
	d->target[0].a = d->target[0].aaaa =
	    lookup_of("alder.example", LOOKUP_NO_DATA);
	assert_points(d, "rua-no-mail:f");
	d->target[0].a.status = LOOKUP_FOUND;
	assert_points(d, "");
}

static void
a_url_needs_a_host(void **state)
{
	struct setup *d = *state;

	publish(&d->s.tlsrpt, d->tlsrpt, 0, &d->string[0],
	    "v=TLSRPTv1; rua=https://in.alder.example/");
	d->target[0] = (struct rua_target){ .uri = "https://in.alder.example/",
		.a = lookup_of("in.alder.example", LOOKUP_NO_DATA),
		.aaaa = lookup_of("in.alder.example", LOOKUP_FOUND) };
	assert_points(d, "rua-web:n");
	d->target[0].aaaa.status = LOOKUP_NO_DATA;
	assert_points(d, "rua-no-host:f");
}

static void
the_web_server_of_a_url_is_judged_by_its_answer(void **state)
{
	static const struct {
		struct web_fetch web;
		bool posted;
		const char *points;
	} rows[] = {
		{ { .result = FETCH_ANSWERED, .status = 405 }, false, "" },
		{ { .result = FETCH_ANSWERED, .status = 200 }, false,
		    "rua-web-status:n" },
		{ { .result = FETCH_ANSWERED, .status = 301, .location = "x" },
		    false, "rua-web-redirect:f" },
		{ { .result = FETCH_FAILED, .reason = "silent" }, false,
		    "rua-web-fetch:f" },
		{ { .result = FETCH_TLS_OLD, .reason = "old" }, false,
		    "rua-web-fetch:f" },
		{ { .result = FETCH_CERTIFICATE, .reason = "it expired" },
		    false, "rua-web-cert:f" },
		{ { .result = FETCH_ANSWERED, .status = 200 }, true, "" },
		{ { .result = FETCH_ANSWERED, .status = 201 }, true, "" },
		{ { .result = FETCH_ANSWERED, .status = 405 }, true,
		    "rua-web-refused:f" },
		{ { .result = FETCH_ANSWERED, .status = 503 }, true,
		    "rua-web-refused:f" },
		{ { .result = FETCH_ANSWERED, .status = 302, .location = "x" },
		    true, "rua-web-redirect:f" },
	};
	struct setup *d = *state;
	size_t i;

	publish(&d->s.tlsrpt, d->tlsrpt, 0, &d->string[0],
	    "v=TLSRPTv1; rua=https://in.alder.example/");
	d->target[0] = (struct rua_target){ .uri = "https://in.alder.example/",
		.a = lookup_of("in.alder.example", LOOKUP_FOUND),
		.aaaa = lookup_of("in.alder.example", LOOKUP_NO_DATA) };
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		d->target[0].web = rows[i].web;
		d->target[0].posted = rows[i].posted;
		assert_points(d, rows[i].points);
	}
}

/* MTA-STS */

static void
a_domain_without_mta_sts_is_told_how_to_begin(void **state)
{
	struct setup *d = *state;

	drop_sts(d);
	assert_points(d, "sts-none-dane:n");
	drop_dane(d);
	assert_points(d, "sts-none:w dane-none:n dane-none:n");
	assert_string_equal(remedy_of(d, POINT_STS_NONE),
	    "begin with mode testing: TXT at _mta-sts.alder.example "
	    "\"v=STSv1; id=20261128T120000\"; at "
	    "https://mta-sts.alder.example/.well-known/mta-sts.txt the lines "
	    "`version: STSv1`, `mode: testing`, `mx: mx1.alder.example`, "
	    "`mx: mx2.alder.example`, `max_age: 604800`");
}

static void
a_policy_without_record_is_an_orphan(void **state)
{
	struct setup *d = *state;

	unpublish(&d->s.sts);
	assert_points(d, "sts-orphan:w");
	d->s.sts_misplaced = &d->misplaced;
	d->s.n_sts_misplaced = 1;
	misplace(d, "_mta_sts.alder.example", "v=STSv1; id=1");
	assert_points(d, "sts-wrong-name:f");
}

static void
each_fault_of_the_policy_host_is_told_apart(void **state)
{
	struct setup *d = *state;
	struct web_fetch *f = &d->s.policy, well = *f;

	f->status = 301;
	f->location = "https://www.alder.example/";
	assert_points(d, "sts-redirect:f");
	*f = well;
	f->status = 404;
	assert_points(d, "sts-http-status:f");
	*f = well;
	f->media_type = "text/html";
	assert_points(d, "sts-media-type:f");
	f->media_type = "";
	assert_points(d, "sts-media-type:f");
	assert_string_equal(detail_of(d, POINT_STS_MEDIA_TYPE),
	    "Content-Type is missing, and senders refuse what is not "
	    "text/plain");
	f->media_type = "Text/Plain ; charset=utf-8";
	assert_points(d, "");
	f->encoding = "gzip";
	assert_points(d, "sts-encoding:f");
	*f = well;
	f->result = FETCH_TOO_LARGE;
	assert_points(d, "sts-too-large:f");
	f->result = FETCH_CERTIFICATE;
	assert_points(d, "sts-cert:f");
	f->result = FETCH_TLS_OLD;
	assert_points(d, "sts-tls:f");
	f->result = FETCH_FAILED;
	assert_points(d, "sts-fetch:f");
	f->a.status = LOOKUP_NO_DATA;
	assert_points(d, "sts-no-host:f");
	*f = well;
	f->not_after = d->s.now + 14 * UTC_DAY - 1;
	assert_points(d, "sts-cert-soon:w");
	f->not_after++;
	assert_points(d, "");
}

static void
the_policy_is_held_against_the_mx_hosts(void **state)
{
	struct setup *d = *state;

	set_policy(d, "enforce", "mx1.alder.example\nmx: old.alder.example");
	assert_points(d, "sts-mx-uncovered:f sts-mx-unused:n");
	assert_string_equal(detail_of(d, POINT_STS_MX_UNCOVERED),
	    "the policy does not list mx2.alder.example: senders do not "
	    "deliver there");
	set_policy(d, "testing", "mx1.alder.example");
	assert_points(d, "sts-mode-testing:n sts-mx-uncovered:w");
	set_policy(d, "none", "mx1.alder.example");
	assert_points(d, "sts-mode-none:n");
}

static void
a_record_that_is_wrong_puts_no_policy_in_force(void **state)
{
	struct setup *d = *state;

	drop_dane(d);
	publish(&d->s.sts, d->sts, 0, &d->string[2], "v=STSv1; id=2026-11-01");
	d->address[0][0].certificate.fault = CERTIFICATE_EXPIRED;
	assert_points(d, "sts-id-invalid:f cert-expired:n dane-none:n "
			 "dane-none:n");
}

/* A policy host may list as many hosts as 64 KiB hold. */
static void
a_policy_of_many_hosts_is_told_shortly(void **state)
{
	struct setup *d = *state;
	static char body[65536];
	size_t n = (size_t)sprintf(
	    body, "version: STSv1\nmode: enforce\nmax_age: 604800\n");
	size_t hosts;

	for (hosts = 0; n < sizeof body - 16; hosts++)
		n += (size_t)sprintf(body + n, "mx: %zu\n", hosts);
	d->s.policy.body = (struct span){ body, n };
	points_of(d);
	assert_int_equal(d->v.policy.n_mx, hosts);
	assert_in_range(d->v.n, 20, 50);
	assert_true(strlen(detail_of(d, POINT_STS_POLICY_FOUND)) < 200);
	assert_in_range(d->mem.total, 1, 4 << 20);
	assert_string_equal(d->v.about, "2 failed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SETUP_TEST(each_state_of_the_record_is_told_apart),
		SETUP_TEST(a_record_at_another_name_is_found_there),
		SETUP_TEST(other_records_and_aliases_are_noted),
		SETUP_TEST(whether_somebody_reads_the_reports_is_told),
		SETUP_TEST(a_domain_that_takes_no_mail_gets_no_reports),
		SETUP_TEST(a_url_needs_a_host),
		SETUP_TEST(the_web_server_of_a_url_is_judged_by_its_answer),
		SETUP_TEST(a_domain_without_mta_sts_is_told_how_to_begin),
		SETUP_TEST(a_policy_without_record_is_an_orphan),
		SETUP_TEST(each_fault_of_the_policy_host_is_told_apart),
		SETUP_TEST(the_policy_is_held_against_the_mx_hosts),
		SETUP_TEST(a_record_that_is_wrong_puts_no_policy_in_force),
		SETUP_TEST(a_policy_of_many_hosts_is_told_shortly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
