#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "source/arrival.h"
#include "source/session.h"

enum {
	FIELDS_BYTES = 16 * 1024, /* of a mail, on the average at most */
	LINE_BYTES = 512,	  /* of an answer, literals apart */
	LINES_SLACK = 64 * 1024
};

static const char *const fields[] = { "Subject", "Content-Type",
	"TLS-Report-Domain", "TLS-Report-Submitter" };

struct heads {
	imap_head_fn *fn;
	void *arg;
	size_t left;
	struct buf text;
};

static bool
on_literal(void *arg, const struct mailimap_msg_att_body_section *section,
    struct span bytes)
{
	struct heads *h = arg;

	/* what is over the bound is left out: a report's fields are short */
	if (arrival_is_section(section, ARRIVAL_FIELDS))
		(void)buf_append(&h->text, bytes.p, bytes.n);
	return true;
}

static void
on_message(void *arg, const struct mailimap_msg_att *att)
{
	struct arrival a = arrival_read(att, ARRIVAL_FIELDS);
	struct heads *h = arg;
	struct imap_head head = { .uid = a.uid,
		.fields = buf_span(&h->text),
		.has_date = a.has_date,
		.date = a.date };

	if (a.has_uid && !a.odd && a.has_body && h->left > 0) {
		h->left--;
		h->fn(h->arg, &head);
	}
	buf_reset(&h->text);
}

static struct mailimap_fetch_att *
fields_item(void)
{
	struct mailimap_header_list *names;
	struct mailimap_section *section;
	clist *list = clist_new();
	size_t i;

	if (list == NULL)
		out_of_memory();
	for (i = 0; i < sizeof fields / sizeof *fields; i++)
		if (clist_append(list, xstrdup(fields[i])) == -1)
			out_of_memory();
	if ((names = mailimap_header_list_new(list)) == NULL ||
	    (section = mailimap_section_new_header_fields(names)) == NULL)
		out_of_memory();
	return mailimap_fetch_att_new_body_peek_section(section);
}

static struct mailimap_fetch_type *
items(void)
{
	struct mailimap_fetch_type *type =
	    mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_fetch_att *att[] = { mailimap_fetch_att_new_uid(),
		mailimap_fetch_att_new_internaldate(), fields_item() };
	size_t i;

	if (type == NULL)
		out_of_memory();
	for (i = 0; i < sizeof att / sizeof *att; i++)
		if (att[i] == NULL ||
		    mailimap_fetch_type_new_fetch_att_list_add(type, att[i]) !=
			MAILIMAP_NO_ERROR)
			out_of_memory();
	return type;
}

/* By number, since nobody knows how many mails a range of UIDs holds. */
static int
fetch(struct imap *im, uint32_t first, size_t n, struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.literal_max = im->account->header_max,
		.literals = im->account->header_max + n * FIELDS_BYTES,
		.lines = LINES_SLACK + n * LINE_BYTES };
	struct mailimap_set *set = mailimap_set_new_interval(first, 0);
	struct mailimap_fetch_type *type = items();
	clist *none = NULL;
	int code;

	if (set == NULL)
		out_of_memory();
	session_begin(im, &limits, TLS_STEADY);
	code = mailimap_fetch(im->etpan, set, type, &none);
	mailimap_fetch_type_free(type);
	mailimap_set_free(set);
	if (code == MAILIMAP_NO_ERROR && none != NULL)
		mailimap_fetch_list_free(none);
	return session_end(im, code, EX_PROTOCOL, "FETCH refused", f);
}

int
imap_newest_heads(
    struct imap *im, size_t n, imap_head_fn *fn, void *arg, struct fault *f)
{
	struct heads h = { .fn = fn, .arg = arg, .left = n };
	struct session_listener listener = { on_message, on_literal, &h };
	uint32_t exists = im->reply.exists;
	int rc;

	if (exists == 0 || n == 0)
		return 0;
	h.text.max = FIELDS_BYTES;
	im->listener = &listener;
	rc = fetch(im, exists > n ? exists - (uint32_t)n + 1 : 1, n, f);
	im->listener = NULL;
	buf_free(&h.text);
	return rc;
}
