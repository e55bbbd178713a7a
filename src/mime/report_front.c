#include <stdint.h>
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

/*
 * Whether a zip is a document of an office program (ISO/IEC 29500-2, 26300-3),
 * or a package of Java: by the name of its first entry, at byte 30.  Those are
 * common, and nobody sends a report in one.
 */
static bool
is_document(struct span bytes)
{
	static const char *const names[] = { "[Content_Types].xml",
		"_rels/.rels", "mimetype", "docProps/", "META-INF/" };
	struct span name = span_skip(bytes, 30);
	size_t i;

	if (bytes.n < 4 || memcmp(bytes.p, "PK\3\4", 4) != 0)
		return false;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (span_begins_nocase(name, names[i]))
			return true;
	return false;
}

bool
begins_as_report(struct span bytes, unsigned entries)
{
	struct text_fronts fronts;
	struct span front;

	if (is_document(bytes))
		return false;
	text_fronts_begin(&fronts, bytes, entries);
	while (text_fronts_next(&fronts, &front))
		if (begins_as_object(front) && names_a_member(front))
			return true;
	return false;
}

enum {
	TELLING = 4, /* bytes of a text that tell whether it is an object */
	/* what a report adds at least as the second entry of a zip: a header,
	 * a byte of name and twenty of its own, and its place in the directory
	 * (PKWARE APPNOTE 4.3) */
	ZIP_SECOND = 30 + 1 + 20 + 46 + 1
};

bool
may_begin_as_report(struct span front, uint64_t size)
{
	struct text_fronts fronts;
	struct span text;

	if (is_document(front))
		return false;
	text_fronts_begin(&fronts, front, 1);
	if (!text_fronts_next(&fronts, &text) ||
	    span_trim(span_skip_mark(text)).n < TELLING ||
	    begins_as_object(text))
		return true;
	return fronts.end_at > 0 && size >= fronts.end_at + ZIP_SECOND;
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
