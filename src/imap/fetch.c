#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "imap/fetch.h"
#include "imap/fetch_answer.h"
#include "imap/imap.h"
#include "imap/known_uids.h"
#include "imap/list_mails.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/server_refusal.h"
#include "imap_text/uid_set.h"
#include "net/tls.h"

enum {
	COMMAND_MAX = 10000, /* mails a command; libetpan keeps the lines */
	LINE_BYTES = 512,    /* of an answer, literals apart */
	LINES_SLACK = 1024 * 1024,
	/* Literal budget of a mail: twice its RFC822.SIZE plus this, since
	 * servers under-report. */
	MAIL_SLACK = 64 * 1024,
	WITHHELD_MAX = 100, /* mails; beyond, it is the server */
	WITHHELD_ALONE = 20 /* the same, as long as none is handed out */
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

/* The mails of one command, from index `from` up to `to`. */
struct portion {
	size_t from, to;
	size_t asked, answered;
	char why[REPLY_TEXT]; /* the server refused it; "": it did not */
	struct guard_limits limits;
};

struct fetch {
	struct imap *im;
	struct imap_fetch *order;
	const struct imap_size *list; /* of the order */
	size_t n;
	unsigned char *state; /* of each */
	enum kind kind;	      /* of the present command */
	size_t limit;	      /* mails a command */
	size_t served, withheld;
	bool unsure; /* the server refused to say which mails it has */
	struct fetch_reader reader;
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
	return fe->list[i].unsized || fe->list[i].size > max / 2 ? KIND_NEAR
								 : KIND_WHOLE;
}

/* Index of a UID in the list, or its length. */
static size_t
find(const struct fetch *fe, uint32_t uid)
{
	const struct imap_size *mail = imap_size_find(fe->list, fe->n, uid);

	return mail != NULL ? (size_t)(mail - fe->list) : fe->n;
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
	if (fe->order->fn(fe->order->arg, mail, fe->fault) == 0)
		return;
	fe->stopped = true;
	fe->im->broken = true;
	tls_break(fe->im->low, fe->fault);
}

static void
take_body(
    struct fetch *fe, const struct fetch_answer *a, struct span body, size_t i)
{
	const struct imap_account *account = fe->im->account;
	struct imap_mail mail = {
		.uid = a->uid, .bytes = body, .size = fe->list[i].size
	};

	mail.has_date = fetch_answer_date(a, &mail.date);
	if (mail.size < body.n)
		mail.size = body.n;
	if (body.n > account->message_max || fe->kind == KIND_HEADER) {
		mail.too_large = true;
		mail.bytes = header_block(body, account->header_max);
	}
	fe->state[i] = STATE_DONE;
	fe->served++;
	hand_over(fe, &mail);
}

/* What was not asked for, or was handed over before, is passed over. */
static void
take_answer(struct fetch *fe, const struct fetch_answer *a)
{
	size_t i = a->uid != 0 ? find(fe, a->uid) : fe->n;
	const struct span *body =
	    fetch_answer_section(a, fe->kind == KIND_HEADER ? "HEADER" : "");

	if (i == fe->n)
		return;
	if (fe->kind == KIND_UID && fe->state[i] == STATE_MISSING)
		fe->state[i] = STATE_THERE;
	else if (fe->kind != KIND_UID && fe->state[i] == STATE_ASKED &&
		 body != NULL)
		take_body(fe, a, *body, i);
}

static size_t
count(const struct fetch *fe, const struct portion *p, enum state state)
{
	size_t i, n = 0;

	for (i = p->from; i < p->to; i++)
		n += fe->state[i] == state;
	return n;
}

/*
 * Put into the set what is in state `from`, and for a body of the kind in
 * force, as much as one command holds, from index p->from up to p->to.
 */
static void
collect(
    struct fetch *fe, enum state from, struct uidset *set, struct portion *p)
{
	size_t i, last = fe->n;
	uint32_t uid;

	for (i = p->from; i < fe->n && p->asked < fe->limit; i++) {
		if (fe->state[i] != from ||
		    (fe->kind != KIND_UID && kind_of(fe, i) != fe->kind))
			continue;
		uid = fe->list[i].uid;
		if (!uidset_add(set, uid,
			last < fe->n &&
			    known_uids_adjoin(fe->im, fe->list[last].uid, uid)))
			break;
		last = i;
		p->asked++;
		p->limits.literals +=
		    fe->kind == KIND_WHOLE
			? (uint64_t)fe->list[i].size * 2 + MAIL_SLACK
			: literal_max(fe);
		if (fe->kind != KIND_UID)
			fe->state[i] = STATE_ASKED;
	}
	p->to = i;
	p->limits.command = GUARD_FETCH;
	p->limits.literal_max = literal_max(fe);
	p->limits.lines = LINES_SLACK + (uint64_t)p->asked * LINE_BYTES;
}

static void
write_items(const struct fetch *fe, char *out, size_t size)
{
	uint64_t max = literal_max(fe);
	size_t n;

	if (fe->kind == KIND_UID) {
		snprintf(out, size, "(UID)");
		return;
	}
	n = (size_t)snprintf(out, size, "(UID INTERNALDATE BODY.PEEK[%s]",
	    fe->kind == KIND_HEADER ? "HEADER" : "");
	if (fe->kind != KIND_WHOLE &&
	    fe->im->account->message_max < UINT32_MAX - 1)
		n += (size_t)snprintf(out + n, size - n, "<0.%" PRIu64 ">",
		    max < UINT32_MAX ? max : UINT32_MAX);
	snprintf(out + n, size - n, ")");
}

/*
 * Ask for what is in state `state` from index `from` on, as much as one command
 * holds; nothing is sent when there is none.
 */
static int
send_portion(struct fetch *fe, enum state state, size_t from, struct portion *p,
    struct fault *f)
{
	struct uidset set = { 0 };
	char items[80];

	*p = (struct portion){ .from = from };
	collect(fe, state, &set, p);
	if (p->asked == 0)
		return 0;
	write_items(fe, items, sizeof items);
	return session_send_fetch(fe->im, uidset_text(&set), items, f);
}

/* The mail whose FETCH was coming in, else the first that did not come. */
static uint32_t
culprit(const struct fetch *fe, const struct portion *p)
{
	const struct guard *g = &fe->im->guard;
	struct fetch_answer answer;
	size_t i;

	fetch_answer_read((struct span){ g->text, g->n }, &answer);
	i = answer.uid != 0 ? find(fe, answer.uid) : fe->n;
	if (i < fe->n && fe->state[i] == STATE_ASKED)
		return answer.uid;
	for (i = p->from; i < p->to; i++)
		if (fe->state[i] == STATE_ASKED)
			return fe->list[i].uid;
	return 0;
}

/* Whether a refusal may be about some of the mails only. */
static bool
is_about_mails(struct fetch *fe, struct portion *p)
{
	const struct reply *r = &fe->im->reply;

	if (fe->im->broken ||
	    (r->status != REPLY_NO && r->status != REPLY_BAD) ||
	    refusal_of(r->text) == REFUSAL_LATER)
		return false;
	snprintf(p->why, sizeof p->why, "%s",
	    r->text[0] != '\0' ? r->text : "no reason given");
	if (fe->kind == KIND_UID)
		fe->unsure = true;
	return true;
}

/*
 * Hear what was asked for.  0 when it was answered, be it by a refusal that
 * concerns some of these mails: what is missing is looked into then.
 */
static int
hear_portion(struct fetch *fe, struct portion *p, struct fault *f)
{
	struct imap *im = fe->im;
	struct fetch_answer answer;
	struct fault refusal;
	int rc;

	if (p->asked == 0)
		return 0;
	session_expect(im, &p->limits);
	while ((rc = fetch_next(im, &fe->reader, &answer, &refusal)) == 1 &&
	       !fe->stopped)
		take_answer(fe, &answer);
	if (rc == 0)
		rc = session_end(im, EX_TEMPFAIL, "FETCH refused", &refusal);
	p->answered = p->asked - count(fe, p, STATE_ASKED);
	if (fe->stopped)
		return -1; /* with the handler's fault */
	if (rc == -1 && is_about_mails(fe, p)) {
		log_debug("%s: %s", im->account->name, refusal.text);
		return 0;
	}
	if (rc == -1) {
		*f = refusal;
		if (im->broken && f->status != EX_TEMPFAIL)
			fe->order->broke_at = culprit(fe, p);
	}
	return rc;
}

/* One look at those that are missing: the server lists what it has of them. */
static int
look(struct fetch *fe, const struct portion *p, struct fault *f)
{
	struct portion part = { .to = p->from };

	do
		if (send_portion(fe, STATE_MISSING, part.to, &part, f) == -1 ||
		    hear_portion(fe, &part, f) == -1)
			return -1;
	while (part.to < p->to);
	return 0;
}

/*
 * Which of the missing ones does the server still have?  It may limit this
 * answer as well, so they are gone only when it lists none of them.
 */
static int
survey(struct fetch *fe, const struct portion *p, struct fault *f)
{
	struct fetch before = *fe;
	size_t there;
	int rc;

	fe->kind = KIND_UID;
	fe->limit = COMMAND_MAX;
	do {
		there = count(fe, p, STATE_THERE);
		rc = look(fe, p, f);
	} while (rc == 0 && count(fe, p, STATE_MISSING) > 0 &&
		 count(fe, p, STATE_THERE) > there);
	fe->kind = before.kind;
	fe->limit = before.limit;
	return rc;
}

/* A single mail that is there and was not handed out. */
static int
withhold(struct fetch *fe, size_t i, const char *why, struct fault *f)
{
	struct imap_mail mail = { .uid = fe->list[i].uid,
		.size = fe->list[i].size,
		.withheld = why[0] != '\0'
				? why
				: "the server has it, and answers without it" };

	if (++fe->withheld > WITHHELD_MAX ||
	    (fe->served == 0 && fe->withheld > WITHHELD_ALONE))
		return fault(f, FAULT_SESSION,
		    refusal_status(mail.withheld, EX_TEMPFAIL),
		    "imap: the server does not hand out its mails: %s",
		    mail.withheld);
	log_debug("%s: UID %u: not handed out: %s", fe->im->account->name,
	    (unsigned)mail.uid, mail.withheld);
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
recover(struct fetch *fe, const struct portion *p, struct fault *f)
{
	size_t i;

	if (p->answered >= p->asked)
		return 0;
	for (i = p->from; i < p->to; i++)
		if (fe->state[i] == STATE_ASKED)
			fe->state[i] = STATE_MISSING;
	fe->unsure = false;
	if (survey(fe, p, f) == -1)
		return -1;
	for (i = p->from; i < p->to; i++) {
		if (fe->state[i] == STATE_MISSING)
			fe->state[i] = fe->unsure ? STATE_THERE : STATE_DONE;
		if (fe->state[i] != STATE_THERE)
			continue;
		if (p->asked > 1)
			fe->state[i] = STATE_WAITING;
		else if (withhold(fe, i, p->why, f) == -1)
			return -1;
	}
	fe->limit = p->answered > 0 ? p->answered : p->asked / 2;
	if (fe->limit == 0)
		fe->limit = 1;
	return 0;
}

/*
 * While all is well, one command is under way behind the one that is answered,
 * so that the server need not wait for us between them.
 */
static int
fetch_kind(struct fetch *fe, enum kind kind, struct fault *f)
{
	struct portion now = { 0 }, next = { 0 };

	fe->kind = kind;
	if (!fe->order->careful)
		fe->limit = COMMAND_MAX;
	for (;;) {
		if (next.asked == 0 &&
		    send_portion(fe, STATE_WAITING, now.from, &next, f) == -1)
			return -1;
		if (next.asked == 0)
			return 0;
		now = next;
		next.asked = 0;
		if (fe->limit >= COMMAND_MAX && !fe->order->in_order &&
		    send_portion(fe, STATE_WAITING, now.to, &next, f) == -1)
			return -1;
		if (hear_portion(fe, &now, f) == -1)
			return -1;
		if (now.answered == now.asked) {
			if (fe->limit < COMMAND_MAX)
				fe->limit *= 2;
			continue;
		}
		if (hear_portion(fe, &next, f) == -1 ||
		    recover(fe, &now, f) == -1 || recover(fe, &next, f) == -1)
			return -1;
		next.asked = 0;
	}
}

int
imap_fetch(struct imap *im, struct imap_fetch *order, struct fault *f)
{
	struct fetch fe = { .im = im,
		.order = order,
		.list = order->list,
		.n = order->n,
		.limit = 1,
		.fault = f };
	size_t i;
	int rc;

	order->broke_at = 0;
	fe.state = xcalloc(fe.n, 1);
	for (i = 0; i < fe.n; i++)
		if (fe.list[i].skip)
			fe.state[i] = STATE_DONE;
	fe.reader.bytes.max =
	    (size_t)im->account->message_max + 1 + 2 * GUARD_LINE;
	rc = fetch_kind(&fe, KIND_WHOLE, f);
	if (rc == 0)
		rc = fetch_kind(&fe, KIND_NEAR, f);
	if (rc == 0)
		rc = fetch_kind(&fe, KIND_HEADER, f);
	buf_free(&fe.reader.bytes);
	free(fe.state);
	return rc;
}
