#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "mime/encoded_words.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/parameter.h"
#include "model/tls_report.h"

static const struct {
	const char *name;
	size_t len;
} wanted[HEAD_FIELDS] = {
	[HEAD_FROM] = { "From", 4 },
	[HEAD_SUBJECT] = { "Subject", 7 },
	[HEAD_MESSAGE_ID] = { "Message-ID", 10 },
	[HEAD_DATE] = { "Date", 4 },
	[HEAD_REPORT_DOMAIN] = { "TLS-Report-Domain", 17 },
	[HEAD_REPORT_SUBMITTER] = { "TLS-Report-Submitter", 20 },
	[HEAD_RECEIVED] = { "Received", 8 },
	[HEAD_CONTENT_TYPE] = { "Content-Type", 12 },
	[HEAD_DISPOSITION] = { "Content-Disposition", 19 },
	[HEAD_ENCODING] = { "Content-Transfer-Encoding", 25 },
};

/*
 * Count a field.  Returns where its value goes; NULL when it is not read or is
 * not the first of its name.
 */
static struct span *
place_of(struct head *h, struct span name)
{
	size_t i;

	for (i = 0; i < HEAD_FIELDS; i++)
		if (name.n == wanted[i].len &&
		    strncasecmp(name.p, wanted[i].name, name.n) == 0)
			return h->count[i]++ == 0 ? &h->value[i] : NULL;
	return NULL;
}

void
head_start(struct head_walk *w, struct head *h)
{
	*h = (struct head){ 0 };
	w->head = h;
	w->value = NULL;
}

static void
end_field(struct head_walk *w)
{
	if (w->value != NULL)
		*w->value = span_trim(*w->value);
	w->value = NULL;
}

bool
head_line(struct head_walk *w, struct span line)
{
	struct span name, value;

	if (field_continues(line)) {
		if (w->value != NULL)
			w->value->n += line.n;
		return true;
	}
	end_field(w);
	if (!field_begins(line, &name, &value))
		return false;
	if ((w->value = place_of(w->head, name)) != NULL)
		*w->value = value;
	return true;
}

void
head_end(struct head_walk *w, struct span block)
{
	end_field(w);
	w->head->block = block;
}

void
head_read(struct span header, struct head *h)
{
	char eol = field_eol(header);
	struct span rest = header;
	struct head_walk w;

	head_start(&w, h);
	while (rest.n > 0)
		head_line(&w, field_line(&rest, eol));
	head_end(&w, header);
}

void
head_text(const struct head *h, struct arena *arena, struct mail_head *head)
{
	const char *text[HEAD_RECEIVED];
	size_t i;

	for (i = 0; i < HEAD_RECEIVED; i++)
		text[i] = h->count[i] > 0
			      ? encoded_words_text(h->value[i], arena)
			      : "";
	*head = (struct mail_head){
		.from = text[HEAD_FROM],
		.subject = text[HEAD_SUBJECT],
		.message_id = text[HEAD_MESSAGE_ID],
		.date = text[HEAD_DATE],
		/* RFC 8460 §5.3 knows one of each; of two none is believed */
		.report_domain = h->count[HEAD_REPORT_DOMAIN] == 1
				     ? text[HEAD_REPORT_DOMAIN]
				     : "",
		.report_submitter = h->count[HEAD_REPORT_SUBMITTER] == 1
					? text[HEAD_REPORT_SUBMITTER]
					: "",
	};
}

void
head_text_of_mail(struct span mail, struct arena *arena, struct mail_head *head)
{
	struct head h;

	head_read(field_block(mail), &h);
	head_text(&h, arena, head);
}

/* The date behind the last semicolon (RFC 5322 §3.6.7). */
bool
head_arrival(struct span received, int64_t *arrival)
{
	size_t i = received.n;

	while (i > 0 && received.p[i - 1] != ';')
		i--;
	return i > 0 && utc_parse_mail(span_skip(received, i), arrival) == 0;
}

bool
head_is_tlsrpt(struct span subtype)
{
	return span_begins_nocase(subtype, "tlsrpt") ||
	       span_begins_nocase(subtype, "x-tlsrpt");
}

bool
head_claims(const struct head *h, struct arena *arena)
{
	struct span media = h->value[HEAD_CONTENT_TYPE], type, subtype;
	const char *kind;

	if (h->count[HEAD_REPORT_DOMAIN] > 0 ||
	    h->count[HEAD_REPORT_SUBMITTER] > 0)
		return true;
	if (!field_media_type(media, &type, &subtype))
		return false;
	if (!span_is_nocase(type, "multipart"))
		return head_is_tlsrpt(subtype);
	if (!span_is_nocase(subtype, "report"))
		return false;
	kind = parameter_text(media, "report-type", arena);
	return kind != NULL && span_is_nocase(span_of(kind), "tlsrpt");
}
