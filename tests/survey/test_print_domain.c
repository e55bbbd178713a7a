/* A domain judged, as people and as programs read it. */
#include <json-c/json.h>

#include "base/printable.h"
#include "scenes/setups.h"
#include "survey/print_domain.h"

struct scene {
	struct setup *d;
	struct domain_printer to;
	char *text;
	size_t n;
};

static int
begin(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->d = setup_well();
	s->to.out = open_memstream(&s->text, &s->n);
	assert_non_null(s->to.out);
	*state = s;
	return 0;
}

static int
end(void **state)
{
	struct scene *s = *state;

	fclose(s->to.out);
	free(s->text);
	setup_free(s->d);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* What is printed of the domain as it is now. */
static const char *
print(struct scene *s)
{
	judge_domain(&s->d->s, &s->d->mem, &s->d->v);
	rewind(s->to.out);
	print_domain(&s->to, &s->d->s, &s->d->v);
	fputc('\0', s->to.out);
	fflush(s->to.out);
	return s->text;
}

static void
a_point_is_a_line_and_hosts_have_blocks(void **state)
{
	struct scene *s = *state;

	s->d->address[1][0].result = SMTP_NO_STARTTLS;
	s->d->address[1][0].dane = DANE_NOT_COMPARED;
	assert_string_equal(print(s),
	    "alder.example: 1 failed, 1 unknown\n"
	    "  DNS      ok   alder.example is DNSSEC-signed\n"
	    "  TLS-RPT  ok   \"v=TLSRPTv1; rua=mailto:tls@alder.example\"\n"
	    "  rua      ok   mailto:tls@alder.example is polled: [mailbox "
	    "reports]\n"
	    "  MTA-STS  ok   \"v=STSv1; id=20261101;\"\n"
	    "  policy   ok   enforce, max_age 7 days, *.alder.example\n"
	    "  MX       ok   10 mx1.alder.example, 20 mx2.alder.example\n"
	    "  mx1.alder.example\n"
	    "    STARTTLS ok   192.0.2.1, TLSv1.3\n"
	    "    cert     ok   for mx1.alder.example, 59 days left\n"
	    "    DANE     ok   TLSA 3 1 1 matches\n"
	    "  mx2.alder.example\n"
	    "    STARTTLS FAIL 192.0.2.2 offers no STARTTLS (reports:\n"
	    "                  starttls-not-supported)\n"
	    "        to do: switch TLS on, with a certificate, at every "
	    "address\n"
	    "    DANE     ?    1 TLSA record, not compared: no TLS came about "
	    "on port 25\n");
}

static void
quiet_says_what_is_wrong_alone(void **state)
{
	struct scene *s = *state;

	s->to.quiet = true;
	assert_string_equal(print(s), "");
	s->to.json = true;
	assert_string_equal(print(s), "");
	s->to.json = false;
	s->d->mailbox.user = "other@alder.example";
	s->d->s.soa.secure = false; /* a note */
	assert_string_equal(print(s),
	    "alder.example: 1 warning\n"
	    "  rua      WARN no [mailbox] polls mailto:tls@alder.example, and "
	    "no report on\n"
	    "                alder.example is stored\n"
	    "        to do: add a [mailbox] for it, or publish an address that "
	    "one polls; if\n"
	    "               it forwards to one, wait for the first report\n");
}

static void
domains_are_apart_by_a_line(void **state)
{
	struct scene *s = *state;

	assert_memory_equal(print(s), "alder.example: all well\n", 24);
	assert_memory_equal(print(s), "\nalder.example: all well\n", 25);
}

/* A digest, or a URI, is copied from the screen. */
static void
no_word_is_broken_and_no_control_passes(void **state)
{
	struct scene *s = *state;

	s->to.quiet = true;
	s->d->address[0][0].dane = DANE_DIFFERS;
	assert_non_null(strstr(print(s), " " SETUP_KEY ";\n"));
	s->d->s.policy.result = FETCH_FAILED;
	s->d->s.policy.reason = "bad \033[31m\r\nword";
	assert_non_null(strstr(print(s), "fetched: bad\n"));
	assert_non_null(strstr(s->text, "?[31m??word\n"));
}

static struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, name, &value));
	return value;
}

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(member(o, name));
}

static void
programs_get_an_object_on_a_line(void **state)
{
	struct scene *s = *state;
	struct json_object *o, *point, *host;

	s->to.json = true;
	s->d->address[0][0].certificate.fault = CERTIFICATE_EXPIRED;
	o = json_tokener_parse(print(s));
	assert_non_null(o);
	assert_ptr_equal(strchr(s->text, '\n') + 1, s->text + s->n - 1);
	assert_string_equal(text_of(o, "domain"), "alder.example");
	assert_string_equal(text_of(o, "about"), "1 failed");
	assert_int_equal(
	    json_object_array_length(member(o, "points")), s->d->v.n);
	point = json_object_array_get_idx(member(o, "points"), 7);
	assert_string_equal(text_of(point, "name"), "certificate");
	assert_string_equal(text_of(point, "subject"), "mx1.alder.example");
	assert_string_equal(text_of(point, "code"), "cert-expired");
	assert_string_equal(text_of(point, "state"), "failed");
	assert_string_equal(text_of(o, "tlsrpt"),
	    "[ \"v=TLSRPTv1; rua=mailto:tls@alder.example\" ]");
	assert_string_equal(text_of(o, "sts"), "[ \"v=STSv1; id=20261101;\" ]");
	assert_string_equal(text_of(o, "policy"),
	    "{ \"mode\": \"enforce\", \"max_age\": 604800, \"mx\": [ "
	    "\"*.alder.example\" ] }");
	host = json_object_array_get_idx(member(o, "mx"), 1);
	assert_string_equal(json_object_get_string(host),
	    "{ \"preference\": 20, \"host\": \"mx2.alder.example\", "
	    "\"addresses\": [ \"192.0.2.2\" ], \"tls\": \"TLSv1.3\", "
	    "\"expires\": \"2027-01-26T12:01:00Z\", \"tlsa\": [ \"3 1 "
	    "1 " SETUP_KEY "\" ] }");
	assert_true(json_object_get_boolean(member(o, "dnssec")));
	assert_false(json_object_get_boolean(member(o, "ok")));
	json_object_put(o);
}

static void
a_record_with_nul_stays_whole(void **state)
{
	struct scene *s = *state;

	s->to.json = true;
	s->d->string[0] = (struct span){ "v=TLSRPTv1;\0x", 13 };
	assert_non_null(
	    strstr(print(s), "\"tlsrpt\":[\"v=TLSRPTv1;\\u0000x\"]"));
	assert_non_null(strstr(s->text, "\"policy\":{"));
	s->d->s.policy.status = 404;
	assert_non_null(strstr(print(s), "\"policy\":null"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_point_is_a_line_and_hosts_have_blocks),
		TEST(quiet_says_what_is_wrong_alone),
		TEST(domains_are_apart_by_a_line),
		TEST(no_word_is_broken_and_no_control_passes),
		TEST(programs_get_an_object_on_a_line),
		TEST(a_record_with_nul_stays_whole),
	};

	printable_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
