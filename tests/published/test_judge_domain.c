/* A domain as a whole: what DNS says, what it adds up to, what strangers say.
 */
#include "scenes/setups.h"

static void
nothing_is_wrong_where_all_is_well(void **state)
{
	struct setup *d = *state;

	assert_points(d, "");
	assert_string_equal(d->v.about, "all well");
	assert_string_equal(detail_of(d, POINT_RUA_POLLED),
	    "mailto:tls@alder.example is polled: [mailbox reports]");
	assert_string_equal(detail_of(d, POINT_STS_POLICY_FOUND),
	    "enforce, max_age 7 days, *.alder.example");
	assert_string_equal(detail_of(d, POINT_MX_FOUND),
	    "10 mx1.alder.example, 20 mx2.alder.example");
	assert_string_equal(
	    detail_of(d, POINT_STARTTLS_FOUND), "192.0.2.1, TLSv1.3");
	assert_string_equal(detail_of(d, POINT_CERT_GOOD),
	    "for mx1.alder.example, 59 days left");
	assert_string_equal(
	    detail_of(d, POINT_DANE_MATCH), "TLSA 3 1 1 matches");
}

static void
a_domain_that_is_not_there_is_all_that_is_said(void **state)
{
	struct setup *d = *state;

	d->s.soa.status = LOOKUP_NO_NAME;
	assert_points(d, "dns-no-domain:f");
}

static void
broken_signatures_are_all_that_is_said(void **state)
{
	struct setup *d = *state;

	d->s.soa.status = d->s.mx_lookup.status = LOOKUP_BOGUS;
	d->s.soa.reason = "signature expired";
	assert_points(d, "dnssec-bogus:f");
	assert_string_equal(detail_of(d, POINT_DNSSEC_BOGUS),
	    "DNSSEC of alder.example is broken: signature expired");
}

static void
no_answer_is_never_nothing(void **state)
{
	struct setup *d = *state;

	d->s.tlsrpt.lookup.status = LOOKUP_SILENT;
	d->s.tlsrpt.n = 0;
	assert_points(d, "dns-temperror:u");
	assert_true(d->v.no_answer);
	d->s.mx_lookup.status = LOOKUP_REFUSED;
	d->s.sts.lookup.status = LOOKUP_SILENT;
	assert_points(d, "dns-temperror:u dns-temperror:u dns-temperror:u");
	d->s.soa.status = LOOKUP_SILENT;
	d->s.mx_lookup.status = LOOKUP_SILENT;
	assert_points(d, "dns-temperror:u"); /* the domain's servers */
}

static void
signatures_that_are_not_there_to_see_judge_nothing(void **state)
{
	struct setup *d = *state;

	d->s.dnssec = DNSSEC_STRIPPED;
	assert_points(d, "dnssec-unavailable:u");
	d->s.dnssec = DNSSEC_OFF;
	assert_points(d, "");
	assert_string_equal(detail_of(d, POINT_DANE_MATCH), "");
}

/* MX */

static void
each_state_of_the_mx_records_is_told_apart(void **state)
{
	struct setup *d = *state;

	d->mx[0].host = "";
	d->s.n_mx = 1;
	d->s.n_hosts = 0;
	assert_points(d, "mx-null:n");
	d->mx[1].host = "mx2.alder.example";
	d->s.n_mx = 2;
	assert_points(d, "mx-null-mixed:f");
	d->mx[0].host = "192.0.2.1";
	assert_points(d, "mx-is-address:f");
	d->mx[0].host = "MX2.alder.example";
	assert_points(d, "mx-duplicate:n");
}

static void
without_mx_records_the_domain_takes_mail_itself(void **state)
{
	struct setup *d = *state;

	drop_sts(d);
	d->s.mx_lookup.status = LOOKUP_NO_DATA;
	d->s.n_mx = 0;
	d->host[0].name = "alder.example";
	d->s.n_hosts = 1;
	d->s.a.status = LOOKUP_FOUND;
	assert_points(d, "sts-none-dane:n mx-implicit:n");
	d->s.a.status = LOOKUP_NO_DATA;
	d->s.n_hosts = 0;
	assert_points(d, "mx-none:f");
	d->s.aaaa.status = LOOKUP_SILENT;
	assert_points(d, "dns-temperror:u");
}

static void
a_host_without_address_weighs_less_beside_another(void **state)
{
	struct setup *d = *state;

	d->host[1].a.status = LOOKUP_NO_NAME;
	d->host[1].n_addresses = 0;
	assert_points(d, "mx-no-address:w");
	d->host[0].a.status = LOOKUP_NO_NAME;
	d->host[0].n_addresses = 0;
	assert_points(d, "mx-no-address:f mx-no-address:f");
	d->host[0].a.status = LOOKUP_SILENT;
	assert_points(d, "dns-temperror:u mx-no-address:f");
}

static void
an_alias_is_no_mx_host(void **state)
{
	struct setup *d = *state;

	d->host[0].a.alias = "real.alder.example";
	assert_points(d, "mx-alias:w");
}

/* What strangers can say */

static void
no_name_of_a_stranger_gets_into_a_command(void **state)
{
	struct setup *d = *state;

	d->host[0].name = "mx`reboot`.example";
	d->address[0][0].result = SMTP_TLS_FAILED;
	d->address[0][0].said = "closed";
	points_of(d);
	assert_string_equal(remedy_of(d, POINT_TLS_FAILED),
	    "`openssl s_client -starttls smtp -connect HOST:25 -servername "
	    "HOST`");
}

static void
placeholders_in_what_was_found_are_text(void **state)
{
	struct setup *d = *state;

	d->s.policy.result = FETCH_FAILED;
	d->s.policy.reason = "{d} {h} {";
	points_of(d);
	assert_string_equal(detail_of(d, POINT_STS_FETCH),
	    "https://mta-sts.alder.example cannot be fetched: {d} {h} {");
}

static void
what_it_adds_up_to_is_said_in_words(void **state)
{
	struct setup *d = *state;

	d->address[0][0].result = SMTP_NO_STARTTLS;
	d->mailbox.user = "x@alder.example";
	points_of(d);
	assert_string_equal(d->v.about, "1 failed, 1 warning");
	d->address[0][0].dane = DANE_NOT_COMPARED;
	d->target[0].null_mx = true;
	points_of(d);
	assert_string_equal(d->v.about, "2 failed, 1 unknown");
}

/* Each point has what a reader needs. */
static void
every_point_has_a_name_and_a_sentence(void **state)
{
	enum point_code c;

	(void)state;
	for (c = POINT_NONE + 1; c < POINT_COUNT; c++) {
		assert_non_null(point_entry(c)->name);
		assert_int_equal(point_find(point_entry(c)->name), c);
		assert_true(strlen(point_entry(c)->sentence) > 0);
		assert_non_null(point_entry(c)->remedy);
	}
	assert_int_equal(point_find("no-such-point"), POINT_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SETUP_TEST(nothing_is_wrong_where_all_is_well),
		SETUP_TEST(a_domain_that_is_not_there_is_all_that_is_said),
		SETUP_TEST(broken_signatures_are_all_that_is_said),
		SETUP_TEST(no_answer_is_never_nothing),
		SETUP_TEST(signatures_that_are_not_there_to_see_judge_nothing),
		SETUP_TEST(each_state_of_the_mx_records_is_told_apart),
		SETUP_TEST(without_mx_records_the_domain_takes_mail_itself),
		SETUP_TEST(a_host_without_address_weighs_less_beside_another),
		SETUP_TEST(an_alias_is_no_mx_host),
		SETUP_TEST(no_name_of_a_stranger_gets_into_a_command),
		SETUP_TEST(placeholders_in_what_was_found_are_text),
		SETUP_TEST(what_it_adds_up_to_is_said_in_words),
		SETUP_TEST(every_point_has_a_name_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
