#include <string.h>

#include "base/span.h"
#include "mime/report_front.h"
#include "unpack/text_front.h"

bool
begins_as_object(struct span s)
{
	s = span_trim(span_skip_mark(s));
	return s.n >= 2 && s.p[0] == '{' && s.p[1] != '\0' &&
	       strchr("\" \t\r\n}", s.p[1]) != NULL;
}

/*
 * "policies" alone is not enough: other programs have policies too.  Where it
 * comes first, the other members of a policy follow at once.
 */
static bool
names_a_member(struct span front)
{
	static const char *const names[] = { "\"organization-name\"",
		"\"date-range\"", "\"contact-info\"", "\"report-id\"",
		"\"policy-type\"", "\"total-successful-session-count\"",
		"\"total-failure-session-count\"" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (span_find(front, names[i]) < front.n)
			return true;
	return false;
}

bool
begins_as_report(struct span bytes, unsigned entries)
{
	struct text_fronts fronts;
	struct span front;

	text_fronts_begin(&fronts, bytes, entries);
	while (text_fronts_next(&fronts, &front))
		if (begins_as_object(front) && names_a_member(front))
			return true;
	return false;
}

/* As the times in a file name do, whatever stands behind them. */
static bool
begins_with_digit(struct span s)
{
	return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

/*
 * "sender!domain!begin!end[!id].json[.gz]" (RFC 8460 §5.1).  Reports of DMARC
 * are named so too, but end in .xml, .xml.gz or .zip (RFC 7489 §7.2.1.1).
 */
bool
is_report_file_name(struct span name)
{
	struct span field[4];
	size_t i, at;

	if (!span_ends_nocase(name, ".json") &&
	    !span_ends_nocase(name, ".json.gz"))
		return false;
	for (i = 0; i < 4; i++) {
		at = span_find(name, "!");
		field[i] = (struct span){ name.p, at };
		name = span_skip(name, at + 1);
	}
	return field[0].n > 0 && field[1].n > 0 &&
	       begins_with_digit(field[2]) && begins_with_digit(field[3]);
}
