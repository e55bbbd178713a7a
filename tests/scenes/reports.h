#ifndef TESTS_REPORTS_H
#define TESTS_REPORTS_H

/* What the tests of reports share. */

#include "scenes/mails.h"

#include "base/arena.h"
#include "base/utc.h"
#include "model/limits.h"
#include "report/report.h"

/* A report under test and what was read of it. */
struct scene {
	struct arena arena;
	struct findings fs;
	struct report_context context;
	struct report_parser *parser;
	struct limits limits;
	struct report report;
	struct buf text;
	int rc; /* of the last report_parse() */
};

static inline int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof *s);

	s->parser = report_parser_new();
	s->limits = limits_default;
	s->context.limits = &s->limits;
	s->context.has_arrival = true;
	s->context.arrival = utc_of(2026, 3, 3, 6, 0, 0);
	s->context.now = s->context.arrival;
	s->context.report_domain = "";
	s->text.max = SIZE_MAX / 2;
	*state = s;
	return 0;
}

static inline int
teardown(void **state)
{
	struct scene *s = *state;

	report_parser_free(s->parser);
	arena_free(&s->arena);
	buf_free(&s->text);
	free(s);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Read `text`, from a copy that ends where it ends. */
static inline int
parse(struct scene *s, struct span text)
{
	struct span copy = exact_copy(text);

	arena_reset(&s->arena);
	memset(&s->fs, 0, sizeof s->fs);
	memset(&s->report, 0xa5, sizeof s->report);
	s->rc = report_parse(
	    s->parser, copy, &s->context, &s->arena, &s->report, &s->fs);
	free_span(copy);
	return s->rc;
}

static inline void
start_text(struct scene *s)
{
	buf_reset(&s->text);
}

__attribute__((format(printf, 2, 3))) static inline void
addf(struct scene *s, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	to = buf_room(&s->text, (size_t)n + 1, &room);
	va_start(ap, fmt);
	vsnprintf(to, room, fmt, ap);
	va_end(ap);
	s->text.len += (size_t)n;
}

static inline int
parse_text(struct scene *s)
{
	return parse(s, buf_span(&s->text));
}

#define HEAD                                                        \
	"{\"organization-name\":\"Bergpost GmbH\",\"date-range\":{" \
	"\"start-datetime\":\"2026-03-02T00:00:00Z\","              \
	"\"end-datetime\":\"2026-03-02T23:59:59Z\"},"               \
	"\"contact-info\":\"tls@bergpost.example\",\"report-id\":\"7\","

/* A report of which the policies are `policies`, without brackets. */
static inline int
parse_policies(struct scene *s, const char *policies)
{
	start_text(s);
	addf(s, "%s\"policies\":[%s]}", HEAD, policies);
	return parse_text(s);
}

/* One entry of policies; `domain` NULL: none. */
static inline void
add_entry(struct scene *s, const char *type, const char *domain,
    unsigned long successful, unsigned long failed)
{
	addf(s, "{\"policy\":{\"policy-type\":\"%s\"", type);
	if (domain != NULL)
		addf(s, ",\"policy-domain\":\"%s\"", domain);
	addf(s,
	    "},\"summary\":{\"total-successful-session-count\":%lu,"
	    "\"total-failure-session-count\":%lu}}",
	    successful, failed);
}

/* The verdict and the codes, in one string: "warn alias-key json-bom". */
static inline const char *
verdict(struct scene *s)
{
	char names[4096];

	if (s->rc == -1)
		return arena_printf(&s->arena, "reject %s",
		    code_entry(s->fs.reject.code)->name);
	findings_names(&s->fs, CLASS_WARN, names, sizeof names);
	if (*names == '\0')
		return "accept";
	return arena_printf(&s->arena, "warn %s", names);
}

/* Where a code was found; "" when it was not. */
static inline const char *
place_of(const struct scene *s, enum code code)
{
	size_t i;

	if (s->fs.reject.code == code)
		return s->fs.reject.where;
	for (i = 0; i < s->fs.n; i++)
		if (s->fs.item[i].code == code)
			return s->fs.item[i].where;
	return "";
}

#define POLICY(members)                                                 \
	"{\"policy\":{\"policy-type\":\"sts\","                         \
	"\"policy-domain\":\"a.example\"" members                       \
	"},\"summary\":{\"total-successful-session-count\":5,"          \
	"\"total-failure-session-count\":1},"                           \
	"\"failure-details\":[{\"result-type\":\"validation-failure\"," \
	"\"failed-session-count\":1}]}"

#define DETAIL(members)                                      \
	"{\"policy\":{\"policy-type\":\"sts\","              \
	"\"policy-domain\":\"a.example\"},"                  \
	"\"summary\":{\"total-successful-session-count\":5," \
	"\"total-failure-session-count\":1},"                \
	"\"failure-details\":[{\"failed-session-count\":1," members "}]}"

#define EXPIRED "\"result-type\":\"certificate-expired\","

/* Rows that differ in a text alone: what is inside, and the verdict. */
struct row {
	const char *text, *verdict;
};

static inline void
assert_verdict(struct scene *s, const char *text, const char *expected)
{
	if (strcmp(verdict(s), expected) != 0)
		fail_msg("%s: %s, not %s", text, verdict(s), expected);
}

static inline void
check_texts(struct scene *s, const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		parse(s, span_of(rows[i].text));
		assert_verdict(s, rows[i].text, rows[i].verdict);
	}
}

static inline void
check_policies(struct scene *s, const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		parse_policies(s, rows[i].text);
		assert_verdict(s, rows[i].text, rows[i].verdict);
	}
}

#define LENGTH(rows) (sizeof(rows) / sizeof(rows)[0])

static inline const struct policy *
policy(const struct scene *s)
{
	assert_int_equal(s->rc, 0);
	assert_true(s->report.n_policies > 0);
	return &s->report.policies[0];
}

static inline const struct failure *
failure(const struct scene *s)
{
	assert_true(policy(s)->n_failures > 0);
	return &policy(s)->failures[0];
}

/* A report whose head is `head` and which has one policy. */
static inline void
parse_head(struct scene *s, const char *head)
{
	start_text(s);
	addf(s, "{%s\"policies\":[%s]}", head, POLICY(""));
	parse_text(s);
}

static inline void
parse_range(struct scene *s, const char *start, const char *end)
{
	start_text(s);
	addf(s,
	    "{\"organization-name\":\"B\",\"contact-info\":\"a@b.example\","
	    "\"report-id\":\"1\",\"date-range\":{\"start-datetime\":\"%s\","
	    "\"end-datetime\":\"%s\"},\"policies\":[%s]}",
	    start, end, POLICY(""));
	parse_text(s);
}

#define RANGE                                                          \
	"\"date-range\":{\"start-datetime\":\"2026-03-02T00:00:00Z\"," \
	"\"end-datetime\":\"2026-03-02T23:59:59Z\"},"

#endif
