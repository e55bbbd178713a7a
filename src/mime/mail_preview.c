#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/mail_preview.h"
#include "mime/parameter.h"
#include "mime/part_body.h"
#include "mime/part_header.h"
#include "mime/report_front.h"
#include "model/message.h"

static bool
is_multipart(const struct part_header *e)
{
	return span_is_nocase(e->type, "multipart");
}

/* A mail of people has one of them; else the server read another header. */
static bool
has_usual_fields(const struct head *h)
{
	return h->count[HEAD_FROM] + h->count[HEAD_SUBJECT] +
		   h->count[HEAD_MESSAGE_ID] >
	       0;
}

/*
 * A text with the subject of a report (RFC 8460 §5.3) may have it in uuencode
 * anywhere.
 */
static bool
has_subject_of_report(const struct head *h)
{
	struct span s = h->value[HEAD_SUBJECT];

	for (; s.n > 0; s = span_skip(s, 1))
		if (span_begins_nocase(s, "Report Domain:"))
			return true;
	return false;
}

static enum message_need
need_of(const struct head *h, struct arena *mem)
{
	struct part_header e;

	part_header_read(h, false, &e);
	if (h->count[HEAD_CONTENT_TYPE] > 1 || h->count[HEAD_DISPOSITION] > 1 ||
	    !has_usual_fields(h) || head_claims(h, mem) ||
	    part_header_is_mail(&e) ||
	    is_report_file_name(span_of(part_header_filename(&e, mem))))
		return MESSAGE_NEEDS_ALL;
	if (is_multipart(&e) || !span_is_nocase(e.type, "text"))
		return MESSAGE_NEEDS_PARTS;
	return has_subject_of_report(h) ? MESSAGE_NEEDS_ALL
					: MESSAGE_NEEDS_TEXT;
}

enum message_need
preview_need(struct span fields)
{
	struct arena mem = { 0 };
	struct head h;
	enum message_need need;

	head_read(field_block(fields), &h);
	need = need_of(&h, &mem);
	arena_free(&mem);
	return need;
}

/* Whether the header of mail `k` and the server divide that mail alike. */
static bool
agrees_with_header(const struct message_front *front, size_t k,
    const struct head *h, struct arena *mem)
{
	struct part_header e;
	struct span charset, boundary, theirs = front->mail[k].boundary;

	part_header_read(h, false, &e);
	if (is_multipart(&e) != front->mail[k].is_multipart)
		return false;
	if (!is_multipart(&e))
		return true;
	boundary = parameter_bytes(e.media, "boundary", mem, &charset);
	return boundary.n > 0 && boundary.n == theirs.n &&
	       memcmp(boundary.p, theirs.p, theirs.n) == 0;
}

/* Of a mail in the mail the same fields are known, or those that count. */
static bool
mail_may_be_report(
    const struct message_front *front, size_t k, struct arena *mem)
{
	struct head h;

	head_read(field_block(front->mail[k].header), &h);
	return need_of(&h, mem) == MESSAGE_NEEDS_ALL ||
	       !agrees_with_header(front, k, &h, mem);
}

/* By its disposition or by its type; either is one too many. */
static bool
is_named_as_report(struct span parameters, struct arena *mem)
{
	struct part_header both = { .media = parameters,
		.disposition = parameters },
			   type = { .media = parameters };

	return is_report_file_name(span_of(part_header_filename(&both, mem))) ||
	       is_report_file_name(span_of(part_header_filename(&type, mem)));
}

static bool
part_may_be_report(
    const struct message_front *front, size_t i, struct arena *mem)
{
	struct part_front part = { .bytes = front->part[i].bytes,
		.is_all = front->part[i].is_all,
		.size = front->part[i].size };
	struct span name;

	return part_body_may_be_report(&part) ||
	       part_body_has_uuencode(part.bytes, &name) ||
	       is_named_as_report(front->part[i].parameters, mem);
}

bool
preview_may_hold(const struct message_front *front)
{
	struct arena mem = { 0 };
	bool may = false;
	size_t i;

	for (i = 0; i < front->n_mails && !may; i++)
		may = mail_may_be_report(front, i, &mem);
	for (i = 0; i < front->n && !may; i++)
		may = part_may_be_report(front, i, &mem);
	arena_free(&mem);
	return may;
}
