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
#include "imap/fetch_answer.h"
#include "imap/imap.h"
#include "imap/list_mails.h"
#include "imap/newest_headers.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/server_refusal.h"

enum {
	SLICE = 100000,	       /* mails a command, so that it has a bound */
	SLICE_MAX = 4 * SLICE, /* where they lie closer than those before */
	WIDEST = 64 * SLICE,   /* UIDs a command */
	SLACK = 20000,	       /* mails that may have arrived since EXAMINE */
	LINE_BYTES = 100,      /* of an answer */
	DATE_BYTES = 50,       /* more with INTERNALDATE */
	MAILS_MAX = 2 * 1000 * 1000, /* whatever the server says it has */
	SAMPLE_MOST = 80,   /* mails; their numbers make up one command */
	GUESSES_MAX = 10000 /* UIDs, of mails that nobody listed */
};

struct sizes {
	struct imap_size *list;
	size_t n, cap, max;
	/* of the present command: UIDs, whether sizes are asked for, how many
	 * mails it told, and whether the server refused it */
	uint32_t from, to;
	bool sized;
	size_t told;
	bool refused;
	bool any;      /* some command told a mail, of this slice of UIDs */
	int64_t since; /* 0: dates are of no interest */
	bool too_many;
	struct imap_sample sample; /* to be asked for; n 0: none, or it was */
	size_t heard;		   /* heads of it */
};

static bool
is_early(const struct sizes *s, const struct fetch_answer *a)
{
	int64_t date;

	return s->since != 0 && fetch_answer_date(a, &date) && date < s->since;
}

static void
add(struct sizes *s, const struct imap_size *mail)
{
	if (s->n == s->max) {
		s->too_many = true;
		return;
	}
	s->list = xgrow(s->list, s->n, &s->cap, sizeof *s->list);
	s->list[s->n++] = *mail;
}

static void
take_answer(struct sizes *s, const struct fetch_answer *a)
{
	struct imap_size mail = { .uid = a->uid,
		.size = a->size,
		.unsized = !a->has_size,
		.skip = is_early(s, a) };

	if (a->uid == 0 || (s->sized && !a->has_size))
		return;
	s->told++;
	s->any = true;
	/* "n:*" is answered with the last mail even when n is beyond it */
	if (a->uid >= s->from && a->uid <= s->to)
		add(s, &mail);
}

static const char *
items(const struct sizes *s)
{
	if (!s->sized)
		return s->since != 0 ? "(UID INTERNALDATE)" : "(UID)";
	return s->since != 0 ? "(UID RFC822.SIZE INTERNALDATE)"
			     : "(UID RFC822.SIZE)";
}

/* How many bytes the list may have from UID `from` to `to`, 0 being the end. */
static uint64_t
lines_max(
    const struct imap *im, const struct sizes *s, uint32_t from, uint32_t to)
{
	uint32_t mails = im->reply.exists;

	if (to > 0 && to - from < mails)
		mails = to - from + 1;
	if (mails > SLICE_MAX)
		mails = SLICE_MAX;
	return ((uint64_t)mails + SLACK) *
	       (s->since != 0 ? LINE_BYTES + DATE_BYTES : LINE_BYTES);
}

/*
 * Hear the answer to a command, and of another one that is under way: a server
 * may answer both at once.
 */
static int
hear(struct imap *im, struct sizes *s, const struct guard_limits *limits,
    struct fault *f)
{
	struct fetch_reader reader = { .bytes.max = GUARD_LINE };
	struct fetch_answer answer;
	struct imap_head head;
	int rc;

	if (s->sample.n > 0)
		reader.bytes.max += im->account->header_max;
	session_expect(im, limits);
	while ((rc = fetch_next(im, &reader, &answer, f)) == 1)
		if (s->sample.n == 0 || !imap_head_of(&answer, &head))
			take_answer(s, &answer);
		else if (s->heard++ < s->sample.n)
			s->sample.fn(s->sample.arg, &head);
	buf_free(&reader.bytes);
	return rc == 0 ? session_end(im, EX_PROTOCOL, "FETCH refused", f) : rc;
}

static int
ask_sample(struct imap *im, const struct imap_sample *p, struct fault *f)
{
	uint32_t exists = im->reply.exists, all = p->of, number;
	size_t n = p->n < SAMPLE_MOST ? p->n : SAMPLE_MOST, i, len = 0;
	char set[SAMPLE_MOST * 11 + 1];

	if (all > exists)
		all = exists;
	for (i = n; i-- > 0;) {
		number = exists - (uint32_t)((uint64_t)all * i / n);
		len += (size_t)snprintf(set + len, sizeof set - len,
		    "%s%" PRIu32, len > 0 ? "," : "", number);
	}
	return imap_heads_ask(im, set, f);
}

/* The same for the sample; one that is refused is as good as none. */
static int
hear_sample(struct imap *im, struct sizes *s, const struct guard_limits *limits,
    struct fault *f)
{
	if (hear(im, s, limits, f) == 0)
		return 0;
	log_debug("%s: %s", im->account->name, f->text);
	return im->broken ? -1 : 0;
}

/*
 * List from UID `from` to `to`, 0 being the end.  What a server told before it
 * refused the rest is kept.
 */
static int
ask(struct imap *im, struct sizes *s, uint32_t from, uint32_t to, bool sized,
    struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.lines = lines_max(im, s, from, to) };
	char set[32];
	int rc;

	s->sized = sized;
	s->told = 0;
	if (to > 0)
		snprintf(set, sizeof set, "%" PRIu32 ":%" PRIu32, from, to);
	else
		snprintf(set, sizeof set, "%" PRIu32 ":*", from);
	if (s->sample.n > 0) {
		limits.literal_max = im->account->header_max;
		limits.literals =
		    (s->sample.n + 1) * (uint64_t)im->account->header_max;
		if (ask_sample(im, &s->sample, f) == -1)
			return -1;
	}
	if (session_send_fetch(im, set, items(s), f) == -1 ||
	    (s->sample.n > 0 && hear_sample(im, s, &limits, f) == -1))
		return -1;
	rc = hear(im, s, &limits, f);
	s->sample.n = 0;
	s->refused = rc == -1 && !im->broken &&
		     refusal_of(im->reply.text) != REFUSAL_LATER &&
		     refusal_of(im->reply.text) != REFUSAL_FORBIDDEN;
	if (s->refused)
		log_debug("%s: %s", im->account->name, f->text);
	return s->refused ? 0 : rc;
}

static int
by_uid(const void *a, const void *b)
{
	const struct imap_size *x = a, *y = b;

	return (x->uid > y->uid) - (x->uid < y->uid);
}

const struct imap_size *
imap_size_find(const struct imap_size *list, size_t n, uint32_t uid)
{
	struct imap_size key = { .uid = uid };

	return n > 0 ? bsearch(&key, list, n, sizeof key, by_uid) : NULL;
}

/*
 * A mail told of twice has the larger size of those told, and is skipped when
 * both say so.
 */
static void
merge(struct imap_size *kept, const struct imap_size *again)
{
	if (kept->size < again->size)
		kept->size = again->size;
	kept->unsized &= again->unsized;
	kept->skip &= again->skip;
}

/* Those from index `n` on in ascending order, each once. */
static void
settle(struct sizes *s, size_t n)
{
	size_t i;

	for (i = n + 1; i < s->n && s->list[i - 1].uid < s->list[i].uid; i++)
		continue;
	if (i >= s->n)
		return;
	qsort(s->list + n, s->n - n, sizeof *s->list, by_uid);
	for (i = n + 1; i < s->n; i++)
		if (s->list[n].uid != s->list[i].uid)
			s->list[++n] = s->list[i];
		else
			merge(&s->list[n], &s->list[i]);
	s->n = n + 1;
}

/* Whether the list has fewer mails than there must be. */
static bool
falls_short(const struct imap *im, const struct sizes *s, size_t before)
{
	if (s->to != UINT32_MAX || before > 0)
		return false; /* of one slice nobody knows */
	return s->told == 0 ||
	       (s->from == 1 && s->n < im->reply.exists && !s->too_many);
}

/* Add every UID that is not in the list, unless there are too many of them. */
static void
guess(struct sizes *s, size_t before, uint32_t last)
{
	struct imap_size mail = { .unsized = true };
	size_t listed = s->n - before, n = s->n;
	uint64_t uid;

	if (last < s->from || last - s->from >= GUESSES_MAX + listed)
		return;
	for (uid = s->from; uid <= last; uid++) {
		mail.uid = (uint32_t)uid;
		if (imap_size_find(s->list + before, n - before, mail.uid) ==
		    NULL)
			add(s, &mail);
	}
	settle(s, before);
}

/*
 * What a list with sizes lacks is asked for without; what no list tells, and
 * may be there, is added.
 */
static int
complete(struct imap *im, struct sizes *s, size_t before, uint32_t to,
    struct fault *f)
{
	uint32_t last = to > 0 ? to : im->reply.uidnext - 1;

	if (!s->refused && !falls_short(im, s, before))
		return 0;
	if (ask(im, s, s->from, to, false, f) == -1)
		return -1;
	settle(s, before);
	if ((s->refused || falls_short(im, s, before)) &&
	    (to > 0 || im->reply.uidnext > 0))
		guess(s, before, last);
	return 0;
}

static int
ask_slice(struct imap *im, struct sizes *s, uint64_t from, uint64_t to,
    struct fault *f)
{
	size_t before = s->n;

	s->any = false;
	s->from = (uint32_t)from;
	s->to = to > 0 ? (uint32_t)to : UINT32_MAX;
	if (ask(im, s, s->from, (uint32_t)to, true, f) == -1)
		return -1;
	if (!s->too_many)
		settle(s, before);
	if (!s->too_many && complete(im, s, before, (uint32_t)to, f) == -1)
		return -1;
	if (s->too_many)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: the server tells of more mails than it has");
	return 0;
}

/*
 * All at once when the folder is of common size; else in slices of UIDs, which
 * grow where there are few mails, until there is enough for one run.
 */
static int
ask_all(struct imap *im, struct sizes *s, uint32_t first, struct fault *f)
{
	uint32_t uidnext = im->reply.uidnext;
	uint64_t last = uidnext > 0 ? uidnext - 1 : UINT32_MAX;
	uint64_t from, to, width = SLICE;
	size_t before;

	if (im->reply.exists <= SLICE)
		return ask_slice(im, s, first, 0, f);
	for (from = first; from <= last && s->n < MAILS_MAX; from = to + 1) {
		before = s->n;
		to = last - from < width ? last : from + width - 1;
		if (ask_slice(im, s, from, to < last ? to : 0, f) == -1)
			return -1;
		if (s->n - before >= SLICE / 10)
			width = SLICE;
		else if (width < WIDEST)
			width *= 4;
	}
	return 0;
}

static void
keep_known(struct imap *im, const struct sizes *s)
{
	size_t i;

	im->known = xreallocarray(im->known, s->n, sizeof *im->known);
	for (i = 0; i < s->n; i++)
		im->known[i] = s->list[i].uid;
	im->n_known = s->n;
}

int
imap_sizes(struct imap *im, uint32_t first, int64_t since,
    struct imap_listing *listing, struct fault *f)
{
	struct imap_sample none = { 0 };

	return imap_sizes_and_sample(im, first, since, &none, listing, f);
}

int
imap_sizes_and_sample(struct imap *im, uint32_t first, int64_t since,
    struct imap_sample *sample, struct imap_listing *listing, struct fault *f)
{
	struct sizes s = { .since = since,
		.max = im->reply.exists + (size_t)SLACK,
		.sample = *sample };
	int rc;

	*listing = (struct imap_listing){ 0 };
	if (im->reply.exists == 0)
		return 0;
	rc = ask_all(im, &s, first > 0 ? first : 1, f);
	/* not even the last mail of the folder, which "n:*" always holds */
	listing->is_guess = s.to == UINT32_MAX && !s.any;
	if (rc == 0 && listing->is_guess && s.n == 0)
		rc = fault(f, FAULT_SESSION, EX_TEMPFAIL,
		    "imap: the server says that the folder holds %" PRIu32
		    " mails, and lists none",
		    im->reply.exists);
	if (rc == -1) {
		free(s.list);
		return -1;
	}
	keep_known(im, &s);
	listing->list = s.list;
	listing->n = s.n;
	return 0;
}
