#include "scenes/reports.h"

#include "report/mail_comparison.h"

/* What is compared: a mail's head and file name with one report. */
struct mail {
	const char *domain, *submitter, *subject, *filename;
};

static const struct mail right = { "a.example", "bergpost.example",
	"Report Domain: a.example Submitter: bergpost.example "
	"Report-ID: <7.x@bergpost.example>",
	"bergpost.example!a.example!1772409600!1772495999!001.json.gz" };

static void
compare(struct scene *s, const struct mail *m)
{
	struct mail_head head = { .from = "",
		.subject = m->subject,
		.message_id = "",
		.date = "",
		.report_domain = m->domain,
		.report_submitter = m->submitter };

	memset(&s->fs, 0, sizeof s->fs);
	report_compare_mail(&s->report, &head, m->filename, &s->fs);
}

static void
assert_notes(struct scene *s, struct mail m, const char *expected)
{
	char notes[1000], warnings[1000];

	compare(s, &m);
	findings_names(&s->fs, CLASS_NOTE, notes, sizeof notes);
	findings_names(&s->fs, CLASS_WARN, warnings, sizeof warnings);
	if (strcmp(notes, expected) != 0 || *warnings != '\0')
		fail_msg("%s, %s, %s, %s: %s, not %s", m.domain, m.submitter,
		    m.subject, m.filename, notes, expected);
}

static int
setup_report(void **state)
{
	int rc = setup(state);

	parse_policies(*state, POLICY(""));
	return rc;
}

static void
a_mail_that_says_what_its_report_says_is_not_noted(void **state)
{
	struct scene *s = *state;
	struct mail m = right;

	assert_notes(s, m, "");
	m.domain = " A.Example. ";
	m.submitter = "mail.bergpost.example";
	assert_notes(s, m, "");
	m.filename = "Mail.Bergpost.example!a.example!1772409600!1772496000"
		     ".json";
	m.subject = "Report Domain:\r\n\ta.example  Submitter:\n "
		    "bergpost.example Report-ID: <1@b> ";
	assert_notes(s, m, "");
}

static void
r6_wants_both_fields(void **state)
{
	struct mail m = right;

	m.domain = "";
	assert_notes(*state, m, "header-domain-missing");
	m.submitter = "";
	assert_notes(*state, m, "header-domain-missing submitter-missing");
}

static void
r6_compares_the_submitter_with_the_contact(void **state)
{
	struct scene *s = *state;
	struct mail m = right;

	m.submitter = "corp.bergpost.example";
	assert_notes(s, m, "");
	m.submitter = "talpost.example";
	assert_notes(s, m, "submitter-mismatch");
	assert_string_equal(place_of(s, CODE_SUBMITTER_MISMATCH),
	    "TLS-Report-Submitter: talpost.example");
	m.submitter = "Berg Post";
	assert_notes(s, m, "submitter-mismatch");
	m.submitter = "talpost.example";
	s->report.reporter_domain = "";
	assert_notes(s, m, "");
}

static void
r7_wants_the_subject_in_form(void **state)
{
	static const char *const subjects[] = { "",
		"Report Domain: a.example Submitter: bergpost.example",
		"Report domain: a.example Submitter: bergpost.example "
		"Report-ID: <7@b>",
		"Report Domain: a.example Submitter: bergpost.example "
		"Report-ID: 7@b",
		"Report Domain: a.example Submitter: bergpost.example "
		"Report-ID: <7>",
		"Report Domain: a.example Submitter: bergpost.example "
		"Report-ID: <@b>",
		"Report Domain: a.example Submitter: bergpost.example "
		"Report-ID: <7@>",
		"Report Domain: a.example Submitter: bergpost.example "
		"Report-ID: <7@b> x",
		"TLS report", "Report Domain:", "Report Domain: a.example" };
	struct mail m = right;
	size_t i;

	for (i = 0; i < LENGTH(subjects); i++) {
		m.subject = subjects[i];
		assert_notes(*state, m, "subject-format");
	}
}

static void
r8_wants_the_file_name_in_form(void **state)
{
	static const char *const names[] = { "", "report.json",
		"bergpost.example!a.example!1772409600!1772495999",
		"bergpost.example!a.example!1772409600!1772495999.xml",
		"bergpost.example!a.example!1772409600!1772495999!.json",
		"bergpost.example!a.example!1772409600!1772495999!a-b.json",
		"bergpost.example!a.example!1772409600!1772495999!a!b.json",
		"bergpost.example!a.example!1772409600!2026-03-02.json",
		"bergpost.example!a.example!1772409600.json",
		"bergpost.example!!1772409600!1772495999.json",
		"!a.example!1772409600!1772495999.json",
		"bergpost.example!a.example!1772409600!.json",
		"b!a!1772409600!99999999999999999999.json", ".json.gz" };
	struct mail m = right;
	size_t i;

	for (i = 0; i < LENGTH(names); i++) {
		m.filename = names[i];
		assert_notes(*state, m, "filename-format");
	}
}

static void
r9_believes_the_report_where_they_differ(void **state)
{
	static const struct {
		const char *domain, *subject, *filename, *notes;
	} rows[] = {
		{ "b.example", NULL, NULL, "header-domain-mismatch" },
		{ "no domain", NULL, NULL, "header-domain-mismatch" },
		{ NULL,
		    "Report Domain: b.example Submitter: bergpost.example "
		    "Report-ID: <7@b>",
		    NULL, "subject-mismatch" },
		{ NULL,
		    "Report Domain: a.example Submitter: talpost.example "
		    "Report-ID: <7@b>",
		    NULL, "subject-mismatch" },
		{ NULL,
		    "Report Domain: b.example Submitter: bergpost.example "
		    "Report-ID: 7",
		    NULL, "subject-format subject-mismatch" },
		{ NULL, NULL,
		    "talpost.example!a.example!1772409600!1772495999.json",
		    "filename-mismatch" },
		{ NULL, NULL,
		    "bergpost.example!b.example!1772409600!1772495999.json",
		    "filename-mismatch" },
		{ NULL, NULL,
		    "bergpost.example!a.example!1772409601!1772495999.json",
		    "filename-mismatch" },
		{ NULL, NULL,
		    "bergpost.example!a.example!1772409600!1772495997.json",
		    "filename-mismatch" },
	};
	struct mail m;
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		m = right;
		if (rows[i].domain != NULL)
			m.domain = rows[i].domain;
		if (rows[i].subject != NULL)
			m.subject = rows[i].subject;
		if (rows[i].filename != NULL)
			m.filename = rows[i].filename;
		assert_notes(*state, m, rows[i].notes);
	}
}

static void
r9_knows_every_domain_of_the_report(void **state)
{
	struct scene *s = *state;
	struct mail m = right;

	start_text(s);
	addf(s, "%s\"policies\":[", HEAD);
	add_entry(s, "tlsa", "mx.host.example", 1, 0);
	addf(s, ",");
	add_entry(s, "sts", "a.example", 1, 0);
	addf(s, "]}");
	parse_text(s);
	assert_notes(s, m, "");
	m.domain = "mx.host.example";
	assert_notes(s, m, "");
	parse_policies(s, "");
	m.domain = "b.example";
	assert_notes(s, m, "");
}

static void
notes_are_fit_to_be_printed(void **state)
{
	struct scene *s = *state;
	struct mail m = right;

	m.filename = "a\x1b[2J\r\nb";
	assert_notes(s, m, "filename-format");
	assert_string_equal(
	    place_of(s, CODE_FILENAME_FORMAT), "file name: a?[2J??b");
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_report, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mail_that_says_what_its_report_says_is_not_noted),
		TEST(r6_wants_both_fields),
		TEST(r6_compares_the_submitter_with_the_contact),
		TEST(r7_wants_the_subject_in_form),
		TEST(r8_wants_the_file_name_in_form),
		TEST(r9_believes_the_report_where_they_differ),
		TEST(r9_knows_every_domain_of_the_report),
		TEST(notes_are_fit_to_be_printed),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
