/* MX hosts: STARTTLS, certificates, DANE; one thing wrong at a time. */
#include "scenes/setups.h"

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
	assert_string_equal(detail_of(d, POINT_TLSA_UNCHECKED),
	    "1 TLSA record, not compared: port 25 was not tried");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SETUP_TEST(each_result_of_smtp_is_told_apart),
		SETUP_TEST(port_25_is_blocked_when_nobody_answers),
		SETUP_TEST(addresses_with_one_result_share_a_line),
		SETUP_TEST(a_certificate_weighs_as_senders_weigh_it),
		SETUP_TEST(usage_2_excuses_no_certificate),
		SETUP_TEST(a_certificate_warns_before_it_ends),
		SETUP_TEST(addresses_with_other_certificates_are_named),
		SETUP_TEST(each_state_of_tlsa_is_told_apart),
		SETUP_TEST(a_certificate_that_no_record_matches_is_said),
		SETUP_TEST(dane_wants_every_host_and_every_signature),
		SETUP_TEST(servers_that_fail_for_tlsa_hold_mail_back),
		SETUP_TEST(without_port_25_nothing_is_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
