#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/copy_journal.h"
#include "imap/folder_status.h"
#include "imap/mail_action.h"
#include "imap/move_target.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/server_refusal.h"
#include "imap_text/uid_set.h"

enum {
	LINE_BYTES = 256, /* of what a server may say about each mail */
	LINES_SLACK = 64 * 1024,
	COPY_MAX = 100, /* mails a command, so that few are in doubt */
	REFUSED_MAX = 8 /* mails that are refused one by one */
};

/* "7:14:Done" */
static int
parse_copying(const char *text, struct imap_action *a)
{
	unsigned long long number[2];
	char *end;
	size_t i;

	for (i = 0; i < 2; i++) {
		number[i] = strtoull(text, &end, 10);
		if (end == text || *end != ':' || number[i] > UINT32_MAX)
			return -1;
		text = end + 1;
	}
	if (*text == '\0')
		return -1;
	*a = (struct imap_action){ IMAP_COPYING, text, (uint32_t)number[0],
		(uint32_t)number[1] };
	return 0;
}

int
imap_action_parse(const char *text, struct imap_action *a)
{
	static const struct {
		const char *name;
		enum imap_action_kind kind;
	} names[] = { { "seen", IMAP_SEEN }, { "flag", IMAP_FLAG },
		{ "delete", IMAP_DELETE }, { "expire", IMAP_DELETE },
		{ "copied", IMAP_BREAK_OFF } };
	static const char move[] = "move:", copying[] = "copying:";
	size_t i;

	if (strncmp(text, move, strlen(move)) == 0 && text[5] != '\0') {
		*a = (struct imap_action){ IMAP_MOVE, text + 5, 0, 0 };
		return 0;
	}
	if (strncmp(text, copying, strlen(copying)) == 0)
		return parse_copying(text + strlen(copying), a);
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i].name) == 0) {
			*a = (struct imap_action){ names[i].kind, "", 0, 0 };
			return 0;
		}
	return -1;
}

/* With the answer EXISTS, EXPUNGE, FETCH and the like may come. */
static int
command(struct imap *im, const char *text, size_t mails, const char *what,
    struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = LINES_SLACK + (uint64_t)mails * LINE_BYTES };

	return session_command(im, text, &limits, what, f);
}

/* "UID VERB SET REST" */
static int
uid_command(struct imap *im, const char *verb, const char *set,
    const char *rest, size_t mails, const char *what, struct fault *f)
{
	char *text = xasprintf("UID %s %s%s", verb, set, rest);
	int rc = command(im, text, mails, what, f);

	free(text);
	return rc;
}

/* What an action is about to do. */
struct acting {
	struct imap *im;
	const struct imap_action *action;
	const char *target; /* of a move, as the server names it, */
	char *quoted;	    /* and in quotes */
	imap_acted_fn *fn;
	void *arg;
	bool created; /* the target was made although it seemed to be there */
	/* mails whose action was refused, and how many were not */
	struct refused {
		uint32_t uid;
		char text[REPLY_TEXT];
	} refused[REFUSED_MAX];
	size_t n_refused, n_done;
};

static int
set_flag(struct acting *a, const char *flag, const char *set, size_t n,
    struct fault *f)
{
	char rest[40];

	snprintf(rest, sizeof rest, " +FLAGS.SILENT (%s)", flag);
	return uid_command(
	    a->im, "STORE", set, rest, n, "a flag cannot be set", f);
}

/* A flag that the folder does not keep is not set: it would look done. */
static int
act_flag(struct acting *a, enum reply_flag which, const char *set,
    const uint32_t *uids, size_t n, struct fault *f)
{
	const char *flag = which == REPLY_SEEN ? "\\Seen" : "\\Flagged";

	if (!reply_keeps(&a->im->reply, which))
		return a->fn(a->arg, uids, n,
		    which == REPLY_SEEN ? IMAP_ACTED_UNSEEN
					: IMAP_ACTED_UNFLAGGED,
		    NULL, f);
	if (set_flag(a, flag, set, n, f) == -1)
		return -1;
	return a->fn(a->arg, uids, n, IMAP_ACTED_DONE, NULL, f);
}

/* Only with UIDPLUS (RFC 4315) can just these be expunged. */
static int
act_delete(struct acting *a, const char *set, const uint32_t *uids, size_t n,
    struct fault *f)
{
	enum imap_acted acted = IMAP_ACTED_FLAG_ONLY;

	if (!session_can(a->im, "UIDPLUS") &&
	    !reply_keeps(&a->im->reply, REPLY_DELETED))
		return a->fn(a->arg, uids, n, IMAP_ACTED_UNDELETED, NULL, f);
	if (set_flag(a, "\\Deleted", set, n, f) == -1)
		return -1;
	if (session_can(a->im, "UIDPLUS")) {
		if (uid_command(a->im, "EXPUNGE", set, "", n,
			"mails cannot be expunged", f) == -1)
			return -1;
		acted = IMAP_ACTED_DONE;
	}
	return a->fn(a->arg, uids, n, acted, NULL, f);
}

static int
give_back(struct acting *a, const uint32_t *uids, size_t n, struct fault *f)
{
	char *left = xasprintf("move:%s", a->action->folder);
	enum imap_acted acted = a->action->kind == IMAP_COPYING
				    ? IMAP_ACTED_NOT_COPIED
				    : IMAP_ACTED_PUT_BACK;
	int rc = a->fn(a->arg, uids, n, acted, left, f);

	free(left);
	return rc;
}

/*
 * COPY or MOVE into the target.  A server that lists the target, and then says
 * that it must be created, is given its way once.
 */
static int
transfer(struct acting *a, const char *verb, const char *set, size_t n,
    struct fault *f)
{
	char *rest = xasprintf(" %s", a->quoted);
	int rc =
	    uid_command(a->im, verb, set, rest, n, "mails cannot be moved", f);

	if (rc == -1 && !a->im->broken && !a->created &&
	    strstr(a->im->reply.text, "[TRYCREATE]") != NULL) {
		a->created = true;
		rc = target_create(a->im, a->target, f);
		if (rc == 0)
			rc = uid_command(a->im, verb, set, rest, n,
			    "mails cannot be moved", f);
	}
	free(rest);
	return rc;
}

static int
delete_copied(struct acting *a, const char *set, const uint32_t *uids, size_t n,
    struct fault *f)
{
	if (a->fn(a->arg, uids, n, IMAP_ACTED_COPIED, "copied", f) == -1)
		return -1;
	return act_delete(a, set, uids, n, f);
}

/*
 * Without MOVE: note what is about to be done, and where in the target the
 * copies will be, for a run that is killed before it hears of them.
 */
static int
act_copy(struct acting *a, const char *set, const uint32_t *uids, size_t n,
    struct fault *f)
{
	struct fault refusal;
	char *left;
	int rc;

	if (folder_status(a->im, a->target, f) == -1)
		return -1;
	left = xasprintf("copying:%u:%u:%s",
	    (unsigned)a->im->reply.target_uidvalidity,
	    (unsigned)a->im->reply.target_uidnext, a->action->folder);
	rc = a->fn(a->arg, uids, n, IMAP_ACTED_COPYING, left, f);
	free(left);
	if (rc == -1)
		return -1;
	if (transfer(a, "COPY", set, n, &refusal) == 0)
		return delete_copied(a, set, uids, n, f);
	*f = refusal;
	if (!a->im->broken && give_back(a, uids, n, &refusal) == -1)
		*f = refusal;
	return -1;
}

/* RFC 6851, or what it replaces. */
static int
act_move(struct acting *a, const char *set, const uint32_t *uids, size_t n,
    struct fault *f)
{
	if (!session_can(a->im, "MOVE"))
		return act_copy(a, set, uids, n, f);
	if (transfer(a, "MOVE", set, n, f) == -1)
		return -1;
	return a->fn(a->arg, uids, n, IMAP_ACTED_DONE, NULL, f);
}

/* Each run of mails that were copied, or that were not. */
static int
settle_copies(struct acting *a, const uint32_t *uids, const bool *copied,
    size_t n, struct fault *f)
{
	struct uidset set;
	size_t i, some;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i += some) {
		for (some = 1; i + some < n && copied[i + some] == copied[i];
		     some++)
			continue;
		if (copied[i]) {
			some = uidset_of(&set, uids + i, some);
			rc = delete_copied(
			    a, uidset_text(&set), uids + i, some, f);
		} else {
			rc = give_back(a, uids + i, some, f);
		}
	}
	return rc;
}

/* A run was killed when it copied these. */
static int
finish_copying(struct acting *a, const uint32_t *uids,
    const char *const *message_ids, size_t n, struct fault *f)
{
	bool *copied = xcalloc(n, sizeof *copied);
	int rc;

	rc = copies_find(a->im, a->target, a->action->uidvalidity,
	    a->action->uidnext, message_ids, n, copied, f);
	if (rc == 0)
		rc = settle_copies(a, uids, copied, n, f);
	free(copied);
	return rc;
}

static int
act_on_set(struct acting *a, const char *set, const uint32_t *uids, size_t n,
    struct fault *f)
{
	switch (a->action->kind) {
	case IMAP_SEEN:
		return act_flag(a, REPLY_SEEN, set, uids, n, f);
	case IMAP_FLAG:
		return act_flag(a, REPLY_FLAGGED, set, uids, n, f);
	case IMAP_MOVE:
		return act_move(a, set, uids, n, f);
	default:
		return act_delete(a, set, uids, n, f);
	}
}

/* Whether it may be one of the mails that makes the server refuse it. */
static bool
is_refused(const struct acting *a, const struct fault *f)
{
	const struct reply *r = &a->im->reply;

	return f->scope == FAULT_SESSION && !a->im->broken &&
	       (r->status == REPLY_NO || r->status == REPLY_BAD) &&
	       refusal_of(r->text) != REFUSAL_LATER &&
	       refusal_of(r->text) != REFUSAL_FORBIDDEN;
}

/* One mail is refused.  -1 when so many are that it is no matter of mails. */
static int
note_refused(struct acting *a, uint32_t uid)
{
	struct refused *one = &a->refused[a->n_refused];

	if (a->n_refused == REFUSED_MAX)
		return -1;
	one->uid = uid;
	snprintf(one->text, sizeof one->text, "%s", a->im->reply.text);
	a->n_refused++;
	return a->n_refused < REFUSED_MAX || a->n_done > 0 ? 0 : -1;
}

/* Act on so many mails that one command holds them, or on halves of them. */
static int
act_on_some(struct acting *a, const uint32_t *uids, size_t n, struct fault *f)
{
	struct uidset set;

	uidset_of(&set, uids, n);
	if (act_on_set(a, uidset_text(&set), uids, n, f) == 0) {
		a->n_done += n;
		return 0;
	}
	if (!is_refused(a, f))
		return -1;
	if (n == 1)
		return note_refused(a, uids[0]);
	if (act_on_some(a, uids, n / 2, f) == -1)
		return -1;
	return act_on_some(a, uids + n / 2, n - n / 2, f);
}

/* What single mails were refused, once it is known that others were not. */
static int
tell_refused(struct acting *a, struct fault *f)
{
	size_t i;

	for (i = 0; i < a->n_refused; i++)
		if (a->fn(a->arg, &a->refused[i].uid, 1, IMAP_ACTED_REFUSED,
			a->refused[i].text, f) == -1)
			return -1;
	return 0;
}

static int
act_on_all(struct acting *a, const uint32_t *uids, size_t n, struct fault *f)
{
	bool copies =
	    a->action->kind == IMAP_MOVE && !session_can(a->im, "MOVE");
	struct fault failed;
	struct uidset set;
	size_t i, some;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i += some) {
		some = copies && n - i > COPY_MAX ? COPY_MAX : n - i;
		some = uidset_of(&set, uids + i, some);
		rc = act_on_some(a, uids + i, some, f);
	}
	if (a->n_done == 0)
		return a->n_refused > 0 ? -1 : rc; /* f is of the last one */
	if (tell_refused(a, &failed) == -1) {
		*f = failed;
		return -1;
	}
	return rc;
}

int
imap_act(struct imap *im, const struct imap_action *action,
    const struct imap_acted_on *on, imap_acted_fn *fn, void *arg,
    struct fault *f)
{
	struct acting a = { .im = im, .action = action, .fn = fn, .arg = arg };
	char *folder = NULL;
	int rc;

	if (action->folder[0] != '\0') {
		if ((folder = target_folder(im, action->folder, f)) == NULL)
			return -1;
		a.target = folder;
		a.quoted = session_quote(folder);
	}
	rc = action->kind == IMAP_COPYING
		 ? finish_copying(&a, on->uids, on->message_ids, on->n, f)
		 : act_on_all(&a, on->uids, on->n, f);
	free(a.quoted);
	free(folder);
	return rc;
}
