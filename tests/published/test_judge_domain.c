/* What is made of what was found: one thing wrong at a time, and some at once.
 */
#include "scenes/setups.h"

static int
begin(void **state)
{
	*state = setup_well();
	return 0;
}

static int
end(void **state)
{
	setup_free(*state);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#define assert_points(d, want) assert_string_equal(points_of(d), want)

/* The detail of the first point of that code. */
static const char *
detail_of(const struct setup *d, enum point_code code)
{
	size_t i;

	for (i = 0; i < d->v.n; i++)
		if (d->v.point[i].code == code)
			return d->v.point[i].detail;
	return "";
}

static const char *
remedy_of(const struct setup *d, enum point_code code)
{
	size_t i;

	for (i = 0; i < d->v.n; i++)
		if (d->v.point[i].code == code)
			return d->v.point[i].remedy;
	return "";
}

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
	struct policy_fetch *f = &d->s.policy, well = *f;

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

/* STARTTLS */

static void
each_result_of_smtp_is_told_apart(void **state)
{
	static const struct {
		enum smtp_result result;
		const char *points;
	} rows[] = {
		{ SMTP_NO_FAMILY, "smtp-no-family:u tlsa-unchecked:u" },
		{ SMTP_PRIVATE, "address-private:w tlsa-unchecked:u" },
		{ SMTP_UNREACHED, "smtp-late:w tlsa-unchecked:u" },
		{ SMTP_REFUSED, "smtp-connect:f tlsa-unchecked:u" },
		{ SMTP_LATE, "smtp-late:u tlsa-unchecked:u" },
		{ SMTP_TURNED_AWAY, "smtp-turned-away:u tlsa-unchecked:u" },
		{ SMTP_GARBAGE, "smtp-garbage:f tlsa-unchecked:u" },
		{ SMTP_NO_EHLO, "smtp-no-ehlo:f tlsa-unchecked:u" },
		{ SMTP_NO_STARTTLS, "starttls-missing:f tlsa-unchecked:u" },
		{ SMTP_STARTTLS_HIDDEN, "starttls-hidden:f tlsa-unchecked:u" },
		{ SMTP_STARTTLS_REFUSED,
		    "starttls-refused:f tlsa-unchecked:u" },
		{ SMTP_INJECTED, "starttls-injected:f tlsa-unchecked:u" },
		{ SMTP_TLS_FAILED, "tls-failed:f tlsa-unchecked:u" },
		{ SMTP_TLS_OLD, "tls-old:f tlsa-unchecked:u" },
	};
	struct setup *d = *state;
	size_t i;

	d->address[0][0].dane = DANE_NOT_COMPARED;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		d->address[0][0].result = rows[i].result;
		assert_points(d, rows[i].points);
	}
	d->address[0][0].result = SMTP_SILENT_AFTER;
	d->address[0][0].dane = DANE_MATCHES;
	assert_points(d, "smtp-after:w");
}

static void
port_25_is_blocked_when_nobody_answers(void **state)
{
	struct setup *d = *state;

	drop_dane(d);
	d->address[0][0].result = d->address[1][0].result = SMTP_UNREACHED;
	assert_points(d, "smtp-blocked:u dane-none:n dane-none:n");
	d->s.others_answered = true;
	assert_points(d, "smtp-late:w dane-none:n smtp-late:w dane-none:n");
	d->s.others_answered = false;
	d->address[1][0].result = SMTP_REFUSED; /* somebody did */
	assert_points(d, "smtp-late:w dane-none:n smtp-connect:f dane-none:n");
	assert_string_equal(detail_of(d, POINT_SMTP_LATE),
	    "192.0.2.1 does not answer on port 25 within 15 s");
}

/* A second address of the first host. */
static void
add_address(struct setup *d, enum smtp_result result)
{
	d->address[0][1] = d->address[0][0];
	d->address[0][1].address = "2001:db8::1";
	d->address[0][1].result = result;
	d->host[0].n_addresses = 2;
}

static void
addresses_with_one_result_share_a_line(void **state)
{
	struct setup *d = *state;

	add_address(d, SMTP_TLS);
	assert_points(d, "");
	assert_string_equal(detail_of(d, POINT_STARTTLS_FOUND),
	    "192.0.2.1 2001:db8::1, TLSv1.3");
	d->address[0][1].result = SMTP_REFUSED;
	d->address[0][1].said = "Connection refused";
	assert_points(d, "smtp-connect:w");
	assert_string_equal(detail_of(d, POINT_SMTP_CONNECT),
	    "2001:db8::1 takes no connection on port 25: Connection refused");
}

/* Certificates */

static void
a_certificate_weighs_as_senders_weigh_it(void **state)
{
	static const struct {
		const char *mode;
		bool has_dane;
		const char *points;
	} rows[] = {
		{ "enforce", true, "cert-expired:f" },
		{ "testing", true, "sts-mode-testing:n cert-expired:w" },
		{ NULL, true, "sts-none-dane:n" },
		{ "enforce", false, "cert-expired:f dane-none:n dane-none:n" },
		{ NULL, false,
		    "sts-none:w cert-expired:n dane-none:n dane-none:n" },
	};
	struct setup *d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		d = setup_well();
		d->address[0][0].certificate.fault = CERTIFICATE_EXPIRED;
		d->address[0][0].certificate.not_after =
		    d->s.now - 10 * UTC_DAY;
		if (rows[i].mode != NULL)
			set_policy(d, rows[i].mode, "*.alder.example");
		else
			drop_sts(d);
		if (!rows[i].has_dane)
			drop_dane(d);
		assert_points(d, rows[i].points);
		assert_string_equal(detail_of(d, POINT_CERT_EXPIRED),
		    "the certificate expired 10 days ago");
		setup_free(d);
	}
}

static void
usage_2_excuses_no_certificate(void **state)
{
	struct setup *d = *state;

	drop_sts(d);
	d->record[0][0].usage = d->address[0][0].dane_usage = 2;
	d->address[0][0].certificate.fault = CERTIFICATE_NAME;
	assert_points(d, "sts-none-dane:n cert-name:n");
}

static void
a_certificate_warns_before_it_ends(void **state)
{
	struct setup *d = *state;
	struct certificate_found *c = &d->address[0][0].certificate;

	c->not_after = d->s.now + 14 * UTC_DAY;
	assert_points(d, "");
	c->not_after = d->s.now + UTC_DAY;
	assert_points(d, "cert-soon:w");
	assert_string_equal(
	    detail_of(d, POINT_CERT_SOON), "the certificate ends in 1 day");
}

static void
addresses_with_other_certificates_are_named(void **state)
{
	struct setup *d = *state;

	add_address(d, SMTP_TLS);
	d->address[0][1].certificate.fault = CERTIFICATE_WEAK;
	d->address[0][1].certificate.reason = "RSA 1024";
	assert_points(d, "cert-weak:f");
	assert_string_equal(detail_of(d, POINT_CERT_WEAK),
	    "2001:db8::1: key or signature too weak: RSA 1024");
}

/* DANE */

static void
each_state_of_tlsa_is_told_apart(void **state)
{
	struct setup *d = *state;

	d->record[0][0].usage = 1;
	assert_points(d, "tlsa-usage:w tlsa-unusable:f");
	d->record[0][0] = d->record[1][0];
	d->record[0][0].data.n = 20;
	assert_points(d, "tlsa-length:w tlsa-unusable:f");
	assert_string_equal(remedy_of(d, POINT_TLSA_UNUSABLE),
	    "publish "
	    "3 1 1 and the SHA-256 digest of the server's public key");
	d->record[0][0] = d->record[1][0];
	d->record[0][0].selector = 0;
	assert_points(d, "tlsa-whole-certificate:n");
	d->record[0][1] = d->record[0][0];
	d->record[0][1].matching = 3;
	d->host[0].n_records = 2;
	assert_points(d, "tlsa-whole-certificate:n tlsa-parameter:w");
}

static void
a_certificate_that_no_record_matches_is_said(void **state)
{
	struct setup *d = *state;

	d->address[0][0].dane = DANE_DIFFERS;
	assert_points(d, "tlsa-mismatch:f");
	assert_string_equal(remedy_of(d, POINT_TLSA_MISMATCH),
	    "add TLSA 3 1 1 " SETUP_KEY
	    "; drop the old one when two of its TTLs are over");
}

static void
dane_wants_every_host_and_every_signature(void **state)
{
	struct setup *d = *state;

	drop_sts(d);
	d->host[1].tlsa.status = LOOKUP_NO_NAME;
	d->host[1].n_records = 0;
	assert_points(d, "sts-none:w tlsa-partial:w");
	d->host[1].tlsa.status = LOOKUP_FOUND;
	d->host[1].n_records = 1;
	d->host[1].tlsa.secure = false;
	assert_points(d, "sts-none:w tlsa-insecure:w");
	d->host[1].tlsa.secure = true;
	d->host[1].a.secure = false;
	assert_points(d, "sts-none:w tlsa-insecure:w");
	d->host[1].a.secure = true;
	d->s.mx_lookup.secure = d->s.soa.secure = false;
	assert_points(d, "dnssec-unsigned:n sts-none:w mx-unsigned:w");
}

static void
servers_that_fail_for_tlsa_hold_mail_back(void **state)
{
	struct setup *d = *state;

	d->host[0].tlsa.status = LOOKUP_REFUSED;
	d->host[0].tlsa.reason = "SERVFAIL";
	assert_points(d, "tlsa-broken:f");
	d->host[0].tlsa.status = LOOKUP_SILENT;
	assert_points(d, "dns-temperror:u");
	d->host[0].tlsa.status = LOOKUP_REFUSED;
	d->host[0].a.secure = false; /* nobody asks then */
	assert_points(d, "");
}

static void
without_port_25_nothing_is_compared(void **state)
{
	struct setup *d = *state;

	d->s.smtp_off = true;
	d->address[0][0].result = d->address[1][0].result = SMTP_NOT_TRIED;
	d->address[0][0].dane = d->address[1][0].dane = DANE_NOT_COMPARED;
	assert_points(d, "tlsa-unchecked:u tlsa-unchecked:u");
	assert_string_equal(detail_of(d, POINT_ADDRESS_FOUND), "192.0.2.1");
	assert_string_equal(d->v.about, "2 unknown");
}

/* What senders report */

static const char *const same_policy[] = { "version: STSv1", "mode: enforce",
	"mx: *.ALDER.example", "max_age: 604800" };
static const char *const other_policy[] = { "version: STSv1", "mode: testing",
	"mx: *.alder.example", "max_age: 86400" };
static const char *const same_record[] = { "3 1 1 0123456789ABCDEF0123456789"
					   "ABCDEF 0123456789ABCDEF"
					   "0123456789ABCDEF" };

static void
report(struct setup *d, size_t i, const char *organization, const char *type,
    const char *const *strings, size_t n)
{
	d->sender[i] = (struct sender_policy){ .organization = organization,
		.type = type,
		.strings = strings,
		.n_strings = n,
		.policy_domain = "alder.example",
		.day = "2026-11-26" };
	d->s.reports.looked = true;
	d->s.reports.newest = "2026-11-26";
	d->s.reports.sender = d->sender;
	d->s.reports.n_senders = i + 1;
}

static void
what_senders_hold_is_compared_by_its_meaning(void **state)
{
	struct setup *d = *state;

	report(d, 0, "A", "sts", same_policy, 4);
	report(d, 1, "A", "tlsa", same_record, 1);
	report(d, 2, "B", "tlsa", same_record, 1);
	assert_points(d, "");
	assert_string_equal(detail_of(d, POINT_REPORTS_AGREE),
	    "2 senders hold the policy published now, the last on "
	    "2026-11-26");
	report(d, 1, "B", "sts", other_policy, 4);
	report(d, 2, "C", "no-policy-found", NULL, 0);
	assert_points(d, "reports-differ:n reports-no-policy:w");
	assert_string_equal(detail_of(d, POINT_REPORTS_AGREE),
	    "1 sender holds the policy published now, the last on "
	    "2026-11-26");
	assert_string_equal(detail_of(d, POINT_REPORTS_DIFFER),
	    "B held another policy on 2026-11-26: testing, max_age 1 day, "
	    "*.alder.example");
	report(d, 2, "C", "tlsa", other_policy, 1);
	assert_points(d, "reports-differ:n reports-differ:n");
}

static void
reports_that_do_not_come_are_missed(void **state)
{
	struct setup *d = *state;

	d->s.reports.looked = true;
	d->s.reports.newest = "";
	assert_points(d, "reports-none:n");
	d->s.reports.newest = "2026-09-01";
	assert_points(d, "reports-stale:w");
}

static void
hosts_and_problems_of_reports_stand_where_they_belong(void **state)
{
	struct setup *d = *state;

	report(d, 0, "A", "sts", same_policy, 4);
	d->met[0] = "MX1.alder.example";
	d->met[1] = "old.alder.example";
	d->s.reports.mx = d->met;
	d->s.reports.n_mx = 2;
	d->problem[0] = (struct open_problem){ 12, "mx2.alder.example",
		"certificate expired" };
	d->problem[1] = (struct open_problem){ 13, "", "no policy" };
	d->s.reports.problem = d->problem;
	d->s.reports.n_problems = 2;
	assert_points(d, "reports-problem:n reports-mx:n reports-problem:n");
	assert_int_equal(d->v.point[d->v.n - 1].host, 0);
	assert_string_equal(detail_of(d, POINT_REPORTS_PROBLEM),
	    "open problem 12: certificate expired");
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
		TEST(nothing_is_wrong_where_all_is_well),
		TEST(a_domain_that_is_not_there_is_all_that_is_said),
		TEST(broken_signatures_are_all_that_is_said),
		TEST(no_answer_is_never_nothing),
		TEST(signatures_that_are_not_there_to_see_judge_nothing),
		TEST(each_state_of_the_record_is_told_apart),
		TEST(a_record_at_another_name_is_found_there),
		TEST(other_records_and_aliases_are_noted),
		TEST(whether_somebody_reads_the_reports_is_told),
		TEST(a_domain_that_takes_no_mail_gets_no_reports),
		TEST(a_url_needs_a_host),
		TEST(a_domain_without_mta_sts_is_told_how_to_begin),
		TEST(a_policy_without_record_is_an_orphan),
		TEST(each_fault_of_the_policy_host_is_told_apart),
		TEST(the_policy_is_held_against_the_mx_hosts),
		TEST(a_record_that_is_wrong_puts_no_policy_in_force),
		TEST(each_state_of_the_mx_records_is_told_apart),
		TEST(without_mx_records_the_domain_takes_mail_itself),
		TEST(a_host_without_address_weighs_less_beside_another),
		TEST(an_alias_is_no_mx_host),
		TEST(each_result_of_smtp_is_told_apart),
		TEST(port_25_is_blocked_when_nobody_answers),
		TEST(addresses_with_one_result_share_a_line),
		TEST(a_certificate_weighs_as_senders_weigh_it),
		TEST(usage_2_excuses_no_certificate),
		TEST(a_certificate_warns_before_it_ends),
		TEST(addresses_with_other_certificates_are_named),
		TEST(each_state_of_tlsa_is_told_apart),
		TEST(a_certificate_that_no_record_matches_is_said),
		TEST(dane_wants_every_host_and_every_signature),
		TEST(servers_that_fail_for_tlsa_hold_mail_back),
		TEST(without_port_25_nothing_is_compared),
		TEST(what_senders_hold_is_compared_by_its_meaning),
		TEST(reports_that_do_not_come_are_missed),
		TEST(hosts_and_problems_of_reports_stand_where_they_belong),
		TEST(no_name_of_a_stranger_gets_into_a_command),
		TEST(placeholders_in_what_was_found_are_text),
		TEST(what_it_adds_up_to_is_said_in_words),
		TEST(every_point_has_a_name_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
