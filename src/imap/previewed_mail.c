#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "imap/fetch_answer.h"
#include "imap/previewed_mail.h"
#include "imap_text/bodystructure.h"
#include "model/message.h"

enum {
	FIELDS = 8 * 1024,
	INNER_FIELDS = 2 * 1024,
	STRUCTURE = 8 * 1024,
	/* first bytes of a mail that is one text; of a part that says to be
	 * packed, whose text begins behind a file name and a table of codes;
	 * of any other part; and of a text in a mail with mails in it, whose
	 * structure has cost so much */
	FRONT_TEXT = 512,
	FRONT_PACKED = 400,
	FRONT_PART = 96,
	FRONT_SHORT = 40,
	HEADER = 32 * 1024, /* of a mail whose parts make up the rest */
	OVERHEAD = 2048,    /* of the header of a part */
	INNER_NAME = STRUCTURE_SECTION + 16,
	ITEMS = MESSAGE_PARTS * 50 + MESSAGE_MAILS * 140
};

#define FIELDS_THAT_TELL                                      \
	"Content-Type Content-Disposition TLS-Report-Domain " \
	"TLS-Report-Submitter"

const char previewed_fields[] =
    "UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (From Subject "
    "Message-ID " FIELDS_THAT_TELL ")]";
const char previewed_structure[] = "UID BODYSTRUCTURE";
/* of a mail in the mail, behind its section */
static const char fields_of_inner[] =
    "HEADER.FIELDS (Subject " FIELDS_THAT_TELL ")";

static struct span
keep(struct span s, struct arena *mem)
{
	return (struct span){ arena_strndup(mem, s.p, s.n), s.n };
}

/* Keep a section, unless it was told before or is larger than it may be. */
static void
learn_section(const struct fetch_answer *a, const char *name, size_t max,
    struct arena *mem, struct span *section)
{
	const struct span *bytes = fetch_answer_section(a, name);

	if (bytes != NULL && bytes->n <= max && section->p == NULL)
		*section = keep(*bytes, mem);
}

/* What an answer tells of the parts of a mail, and of the mails in it. */
static void
learn_parts(
    struct previewed_mail *m, const struct fetch_answer *a, struct arena *mem)
{
	const struct structure *st = &m->structure;
	char name[INNER_NAME];
	size_t i;

	for (i = 1; i < st->n_mails; i++) {
		snprintf(
		    name, sizeof name, "%s.HEADER.FIELDS", st->mail[i].section);
		learn_section(a, name, INNER_FIELDS, mem, &m->inner_fields[i]);
	}
	for (i = 0; i < st->n; i++)
		learn_section(
		    a, st->part[i].section, FRONT_TEXT, mem, &m->body[i]);
}

void
previewed_learn(
    struct previewed_mail *m, const struct fetch_answer *a, struct arena *mem)
{
	if (m->need == MESSAGE_NEEDS_PARTS && !m->has_structure &&
	    a->bodystructure.n > 0) {
		m->has_structure = true;
		if (a->bodystructure.n <= STRUCTURE)
			structure_read(
			    keep(a->bodystructure, mem), &m->structure);
	}
	if (m->fields.p == NULL) {
		learn_section(a, "HEADER.FIELDS", FIELDS, mem, &m->fields);
		m->has_date = fetch_answer_date(a, &m->date);
	}
	if (m->asked)
		learn_parts(m, a, mem);
}

/* A mail that is one text has one part, which goes by another name. */
void
previewed_set_need(struct previewed_mail *m, enum message_need need)
{
	struct structure_part *part = &m->structure.part[0];

	m->need = need;
	if (need != MESSAGE_NEEDS_TEXT)
		return;
	m->structure =
	    (struct structure){ .is_plain = true, .n_mails = 1, .n = 1 };
	snprintf(part->section, sizeof part->section, "TEXT");
	part->size = (uint32_t)m->size;
}

/* Whether it may be ruled out, should its parts begin as no report does. */
static bool
is_worth_asking(const struct previewed_mail *m)
{
	uint64_t all = HEADER * (uint64_t)m->structure.n_mails;
	size_t k;

	for (k = 0; k < m->structure.n; k++)
		all += m->structure.part[k].size + (uint64_t)OVERHEAD;
	return m->structure.is_plain && m->structure.n > 0 && all >= m->size;
}

/* How many bytes of part `k` are asked for. */
static unsigned
front_of(const struct previewed_mail *m, size_t k)
{
	const struct structure_part *part = &m->structure.part[k];

	if (m->need == MESSAGE_NEEDS_TEXT)
		return FRONT_TEXT;
	if (part->is_packed)
		return FRONT_PACKED;
	return part->is_text && m->structure.n_mails > 1 ? FRONT_SHORT
							 : FRONT_PART;
}

void
previewed_set_items(struct previewed_mail *m, struct arena *mem)
{
	const struct structure *st = &m->structure;
	char items[ITEMS] = "UID";
	size_t k, len = strlen(items);

	if (m->items != NULL || !is_worth_asking(m))
		return;
	for (k = 1; k < st->n_mails; k++)
		len += (size_t)snprintf(items + len, sizeof items - len,
		    " BODY.PEEK[%s.%s]", st->mail[k].section, fields_of_inner);
	for (k = 0; k < st->n; k++)
		len += (size_t)snprintf(items + len, sizeof items - len,
		    " BODY.PEEK[%s]<0.%u>", st->part[k].section,
		    front_of(m, k));
	m->items = arena_strndup(mem, items, len);
}

/*
 * Whether the front of part `k` is all of it: fewer bytes than were asked for,
 * and as many as the part should have.  Of a mail that is one text nobody knows
 * how large its header is.
 */
static bool
is_all(const struct previewed_mail *m, size_t k)
{
	uint64_t n = m->body[k].n, size = m->structure.part[k].size;

	if (m->need == MESSAGE_NEEDS_TEXT)
		size = size > HEADER ? size - HEADER : 0;
	return n < front_of(m, k) && n >= size;
}

static bool
fill_mails(const struct previewed_mail *m, struct message_front *front)
{
	const struct structure *st = &m->structure;
	size_t k;

	for (k = 0; k < front->n_mails; k++) {
		front->mail[k].header = k == 0 ? m->fields : m->inner_fields[k];
		if (front->mail[k].header.p == NULL)
			return false;
		front->mail[k].is_multipart = st->mail[k].is_multipart;
		front->mail[k].boundary = st->mail[k].boundary;
	}
	return true;
}

bool
previewed_front(const struct previewed_mail *m, struct buf *parameters,
    struct message_front *front)
{
	const struct structure *st = &m->structure;
	size_t k, from;

	*front = (struct message_front){ .n_mails = st->n_mails, .n = st->n };
	if (!m->asked || !fill_mails(m, front))
		return false;
	buf_reset(parameters);
	for (k = 0; k < front->n; k++) {
		from = parameters->len;
		if (m->body[k].p == NULL ||
		    !structure_write_parameters(&st->part[k], parameters))
			return false;
		front->part[k].bytes = m->body[k];
		front->part[k].is_all = is_all(m, k);
		front->part[k].size = st->part[k].size;
		front->part[k].parameters =
		    (struct span){ parameters->data + from,
			    parameters->len - from };
	}
	return true;
}

bool
previewed_is_told(const struct previewed_mail *m, struct buf *parameters)
{
	struct message_front front;

	return m->fields.p != NULL &&
	       (m->need != MESSAGE_NEEDS_PARTS || m->has_structure) &&
	       (!m->asked || previewed_front(m, parameters, &front));
}
