#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "source/arrival.h"
#include "source/session.h"
#include "source/uidset.h"

enum {
	COMMAND_MAX = 10000, /* mails a command; libetpan keeps the lines */
	LINE_BYTES = 512,    /* of an answer, literals apart */
	LINES_SLACK = 1024 * 1024,
	MAIL_SLACK = 64 * 1024, /* by which RFC822.SIZE may be wrong, twice */
	UNREADABLE_MAX = 100	/* of one folder; beyond, it is the server */
};

/* What is asked of a mail. */
enum kind {
	KIND_WHOLE, /* BODY.PEEK[] */
	/* So large that a wrong RFC822.SIZE may lead past message_max, where
	 * the literal would be refused: BODY.PEEK[]<0.message_max + 1> */
	KIND_NEAR,
	KIND_HEADER, /* over message_max: BODY.PEEK[HEADER]<0.header_max> */
	KIND_UID     /* whether it is there */
};

enum state {
	STATE_WAITING,
	STATE_ASKED,   /* by the present command */
	STATE_MISSING, /* asked for, and not handed out */
	STATE_THERE,   /* the same, but the server says that it has it */
	STATE_DONE
};

struct fetch {
	struct imap *im;
	const struct imap_size *list;
	size_t n;
	unsigned char *state; /* of each */
	enum kind kind;	      /* of the present command */
	size_t limit;	      /* mails a command */
	size_t asked, answered;
	size_t unreadable;
	/* the literal that is coming in */
	struct buf body;
	const void *section; /* that it belongs to */
	unsigned sections;
	imap_mail_fn *fn;
	void *arg;
	bool stopped;
	struct fault *fault;
};

static uint64_t
literal_max(const struct fetch *fe)
{
	const struct imap_account *a = fe->im->account;

	if (fe->kind == KIND_UID)
		return 0;
	return fe->kind == KIND_HEADER ? a->header_max : a->message_max + 1;
}

static enum kind
kind_of(const struct fetch *fe, size_t i)
{
	uint64_t max = fe->im->account->message_max;

	if (fe->list[i].size > max)
		return KIND_HEADER;
	return fe->list[i].size > max / 2 ? KIND_NEAR : KIND_WHOLE;
}

static enum arrival_section
section_of(enum kind kind)
{
	if (kind == KIND_UID)
		return ARRIVAL_NONE;
	return kind == KIND_HEADER ? ARRIVAL_HEADER : ARRIVAL_WHOLE;
}

/* Index of a UID in the list, or its length. */
static size_t
find(const struct fetch *fe, uint32_t uid)
{
	size_t low = 0, high = fe->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (fe->list[mid].uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < fe->n && fe->list[low].uid == uid ? low : fe->n;
}

static bool
on_literal(void *arg, const struct mailimap_msg_att_body_section *section,
    struct span bytes)
{
	struct fetch *fe = arg;
	size_t room = fe->body.max - fe->body.len;

	if (fe->stopped)
		return false;
	if (!arrival_is_section(section, section_of(fe->kind)))
		return true;
	if (fe->section != section)
		fe->sections++;
	fe->section = section;
	buf_append(&fe->body, bytes.p, bytes.n < room ? bytes.n : room);
	return true;
}

/* The header block of a mail with the empty line behind it, if it is there. */
static struct span
header_block(struct span mail, uint64_t max)
{
	size_t i;

	if (mail.n > max)
		mail.n = (size_t)max;
	for (i = 0; i + 1 < mail.n; i++) {
		if (mail.p[i] != '\n')
			continue;
		if (mail.p[i + 1] == '\n')
			return (struct span){ mail.p, i + 2 };
		if (i + 2 < mail.n && mail.p[i + 1] == '\r' &&
		    mail.p[i + 2] == '\n')
			return (struct span){ mail.p, i + 3 };
	}
	return mail;
}

static void
hand_over(struct fetch *fe, const struct imap_mail *mail)
{
	if (fe->fn(fe->arg, mail, fe->fault) == 0)
		return;
	fe->stopped = true;
	fe->im->broken = true;
	tls_break(fe->im->low, fe->fault);
}

static void
take(struct fetch *fe, const struct arrival *a, size_t i)
{
	const struct imap_account *account = fe->im->account;
	struct imap_mail mail = { .uid = a->uid,
		.bytes = buf_span(&fe->body),
		.size = fe->list[i].size,
		.has_date = a->has_date,
		.date = a->date };

	if (mail.size < mail.bytes.n)
		mail.size = mail.bytes.n;
	if (mail.bytes.n > account->message_max || fe->kind == KIND_HEADER) {
		mail.too_large = true;
		mail.bytes = header_block(mail.bytes, account->header_max);
	}
	fe->state[i] = STATE_DONE;
	fe->answered++;
	hand_over(fe, &mail);
}

static void
on_message(void *arg, const struct mailimap_msg_att *att)
{
	struct fetch *fe = arg;
	struct arrival a = arrival_read(att, section_of(fe->kind));
	size_t i = a.has_uid ? find(fe, a.uid) : fe->n;

	if (i < fe->n && !a.odd && fe->sections <= 1 && !fe->stopped) {
		if (fe->kind == KIND_UID && fe->state[i] == STATE_MISSING)
			fe->state[i] = STATE_THERE;
		else if (fe->state[i] == STATE_ASKED && a.has_body)
			take(fe, &a, i);
	}
	buf_reset(&fe->body);
	fe->section = NULL;
	fe->sections = 0;
}

static bool
known_index(const struct imap *im, uint32_t uid, size_t *index)
{
	size_t low = 0, high = im->n_known, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (im->known[mid] < uid)
			low = mid + 1;
		else
			high = mid;
	}
	*index = low;
	return low < im->n_known && im->known[low] == uid;
}

/* Whether the folder has no mail between these two UIDs. */
static bool
adjoins(const struct imap *im, uint32_t a, uint32_t b)
{
	size_t i, j;

	if (b == a + 1)
		return true;
	return known_index(im, a, &i) && known_index(im, b, &j) && j == i + 1;
}

/*
 * Put into the set what is in state `from`, and for a body of the kind in
 * force, as much as one command holds; `*next` is where to go on.
 */
static void
collect(struct fetch *fe, enum state from, struct uidset *set, size_t *next,
    struct guard_limits *limits)
{
	size_t i, last = fe->n;
	uint32_t uid;

	fe->asked = fe->answered = 0;
	for (i = *next; i < fe->n && fe->asked < fe->limit; i++) {
		if (fe->state[i] != from ||
		    (fe->kind != KIND_UID && kind_of(fe, i) != fe->kind))
			continue;
		uid = fe->list[i].uid;
		if (!uidset_add(set, uid,
			last < fe->n &&
			    adjoins(fe->im, fe->list[last].uid, uid)))
			break;
		last = i;
		fe->asked++;
		limits->literals +=
		    fe->kind == KIND_WHOLE
			? (uint64_t)fe->list[i].size * 2 + MAIL_SLACK
			: literal_max(fe);
		if (fe->kind != KIND_UID)
			fe->state[i] = STATE_ASKED;
	}
	*next = i;
	limits->command = GUARD_FETCH;
	limits->literal_max = literal_max(fe);
	limits->lines = LINES_SLACK + (uint64_t)fe->asked * LINE_BYTES;
}

static struct mailimap_fetch_att *
body_item(const struct fetch *fe)
{
	const struct imap_account *a = fe->im->account;
	struct mailimap_section *section = fe->kind == KIND_HEADER
					       ? mailimap_section_new_header()
					       : mailimap_section_new(NULL);
	uint64_t max = literal_max(fe);

	if (section == NULL)
		out_of_memory();
	if (fe->kind == KIND_WHOLE || a->message_max >= UINT32_MAX - 1)
		return mailimap_fetch_att_new_body_peek_section(section);
	return mailimap_fetch_att_new_body_peek_section_partial(
	    section, 0, (uint32_t)(max < UINT32_MAX ? max : UINT32_MAX));
}

static struct mailimap_fetch_type *
items_of(const struct fetch *fe)
{
	struct mailimap_fetch_type *type =
	    mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_fetch_att *att[3] = { mailimap_fetch_att_new_uid() };
	size_t i, n = 1;

	if (fe->kind != KIND_UID) {
		att[n++] = mailimap_fetch_att_new_internaldate();
		att[n++] = body_item(fe);
	}
	if (type == NULL)
		out_of_memory();
	for (i = 0; i < n; i++)
		if (att[i] == NULL ||
		    mailimap_fetch_type_new_fetch_att_list_add(type, att[i]) !=
			MAILIMAP_NO_ERROR)
			out_of_memory();
	return type;
}

/*
 * One command for what is in state `from`.  0 when it was answered, be it by
 * a NO that concerns these mails only: what is missing is looked into then.
 */
static int
ask(struct fetch *fe, enum state from, size_t *next, struct fault *f)
{
	struct guard_limits limits = { 0 };
	struct imap *im = fe->im;
	struct fault refusal;
	struct uidset set;
	int rc;

	uidset_init(&set);
	collect(fe, from, &set, next, &limits);
	rc = session_fetch(
	    im, uidset_get(&set), items_of(fe), &limits, &refusal);
	uidset_free(&set);
	if (fe->stopped)
		return -1; /* with the handler's fault */
	if (rc == -1 && !im->broken && im->reply.status == REPLY_NO &&
	    refusal.status == EX_PROTOCOL) {
		log_debug("%s: %s", im->account->name, refusal.text);
		return 0;
	}
	if (rc == -1)
		*f = refusal;
	return rc;
}

/* One look at those that are missing: the server lists what it has of them. */
static int
look(struct fetch *fe, size_t from, size_t to, struct fault *f)
{
	size_t next = from;

	while (next < to) {
		if (fe->state[next] != STATE_MISSING)
			next++;
		else if (ask(fe, STATE_MISSING, &next, f) == -1)
			return -1;
	}
	return 0;
}

static size_t
count(const struct fetch *fe, size_t from, size_t to, enum state state)
{
	size_t i, n = 0;

	for (i = from; i < to; i++)
		n += fe->state[i] == state;
	return n;
}

/*
 * Which of the missing ones does the server still have?  It may limit this
 * answer as well, so they are gone only when it lists none of them.
 */
static int
survey(struct fetch *fe, size_t from, size_t to, struct fault *f)
{
	struct fetch before = *fe;
	size_t there;
	int rc;

	fe->kind = KIND_UID;
	fe->limit = COMMAND_MAX;
	do {
		there = count(fe, from, to, STATE_THERE);
		rc = look(fe, from, to, f);
	} while (rc == 0 && count(fe, from, to, STATE_MISSING) > 0 &&
		 count(fe, from, to, STATE_THERE) > there);
	fe->kind = before.kind;
	fe->limit = before.limit;
	fe->asked = before.asked;
	fe->answered = before.answered;
	return rc;
}

static int
pass_over(struct fetch *fe, size_t i, struct fault *f)
{
	struct imap_mail mail = { .uid = fe->list[i].uid,
		.size = fe->list[i].size,
		.unreadable = true };

	if (++fe->unreadable > UNREADABLE_MAX)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: the server does not hand out its mails");
	log_debug("%s: UID %u: the server has this mail, but does not give it",
	    fe->im->account->name, (unsigned)mail.uid);
	fe->state[i] = STATE_DONE;
	hand_over(fe, &mail);
	return fe->stopped ? -1 : 0;
}

/*
 * Fewer mails came than were asked for: the server limits a command, or they
 * are gone, or cannot be read there.  What it still has is asked for again, in
 * smaller portions, down to single mails.
 */
static int
recover(struct fetch *fe, size_t from, size_t to, struct fault *f)
{
	size_t i;

	for (i = from; i < to; i++)
		if (fe->state[i] == STATE_ASKED)
			fe->state[i] = STATE_MISSING;
	if (survey(fe, from, to, f) == -1)
		return -1;
	for (i = from; i < to; i++) {
		if (fe->state[i] == STATE_MISSING)
			fe->state[i] = STATE_DONE; /* gone */
		if (fe->state[i] != STATE_THERE)
			continue;
		if (fe->asked > 1)
			fe->state[i] = STATE_WAITING;
		else if (pass_over(fe, i, f) == -1)
			return -1;
	}
	fe->limit = fe->answered > 0 ? fe->answered : fe->asked / 2;
	if (fe->limit == 0)
		fe->limit = 1;
	return 0;
}

static int
fetch_kind(struct fetch *fe, enum kind kind, struct fault *f)
{
	size_t from = 0, to;

	fe->kind = kind;
	fe->limit = COMMAND_MAX;
	for (;;) {
		while (from < fe->n && (fe->state[from] != STATE_WAITING ||
					   kind_of(fe, from) != kind))
			from++;
		if ((to = from) == fe->n)
			return 0;
		if (ask(fe, STATE_WAITING, &to, f) == -1)
			return -1;
		if (fe->answered < fe->asked) {
			if (recover(fe, from, to, f) == -1)
				return -1;
		} else if (fe->limit < COMMAND_MAX) {
			fe->limit *= 2;
		}
	}
}

int
imap_fetch(struct imap *im, const struct imap_size *list, size_t n,
    imap_mail_fn *fn, void *arg, struct fault *f)
{
	struct fetch fe = {
		.im = im, .list = list, .n = n, .fn = fn, .arg = arg, .fault = f
	};
	struct session_listener listener = { on_message, on_literal, &fe };
	uint64_t max = im->account->message_max;
	size_t i;
	int rc;

	fe.state = xcalloc(n, 1);
	for (i = 0; i < n; i++)
		if (list[i].skip)
			fe.state[i] = STATE_DONE;
	fe.body.max = (size_t)max + 1;
	im->listener = &listener;
	rc = fetch_kind(&fe, KIND_WHOLE, f);
	if (rc == 0)
		rc = fetch_kind(&fe, KIND_NEAR, f);
	if (rc == 0)
		rc = fetch_kind(&fe, KIND_HEADER, f);
	im->listener = NULL;
	buf_free(&fe.body);
	free(fe.state);
	return rc;
}
