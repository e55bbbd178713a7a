#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/mail_action.h"
#include "imap/copy_journal.h"
#include "imap/modified_utf7.h"
#include "imap/session.h"
#include "imap/uid_set.h"
#include "imap/move_target.h"

enum {
	LINE_BYTES = 256, /* of what a server may say about each mail */
	LINES_SLACK = 64 * 1024,
	COPY_MAX = 100 /* mails a command, so that few are in doubt */
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
};

static int
set_flag(const struct acting *a, const char *flag, const char *set, size_t n,
    struct fault *f)
{
	char rest[40];

	snprintf(rest, sizeof rest, " +FLAGS.SILENT (%s)", flag);
	return uid_command(
	    a->im, "STORE", set, rest, n, "a flag cannot be set", f);
}

/* A flag that the folder does not keep is not set: it would look done. */
static int
act_flag(const struct acting *a, enum reply_flag which, const char *set,
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
act_delete(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
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
give_back(
    const struct acting *a, const uint32_t *uids, size_t n, struct fault *f)
{
	char *left = xasprintf("move:%s", a->action->folder);
	int rc = a->fn(a->arg, uids, n, IMAP_ACTED_NOT_COPIED, left, f);

	free(left);
	return rc;
}

static int
delete_copied(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
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
act_copy(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
{
	struct fault refusal;
	char *left, *rest;
	int rc;

	if (copies_expect(a->im, a->target, f) == -1)
		return -1;
	left = xasprintf("copying:%u:%u:%s",
	    (unsigned)a->im->reply.target_uidvalidity,
	    (unsigned)a->im->reply.target_uidnext, a->action->folder);
	rc = a->fn(a->arg, uids, n, IMAP_ACTED_COPYING, left, f);
	free(left);
	if (rc == -1)
		return -1;
	rest = xasprintf(" %s", a->quoted);
	rc = uid_command(
	    a->im, "COPY", set, rest, n, "mails cannot be moved", &refusal);
	free(rest);
	if (rc == 0)
		return delete_copied(a, set, uids, n, f);
	*f = refusal;
	if (!a->im->broken && give_back(a, uids, n, &refusal) == -1)
		*f = refusal;
	return -1;
}

/* RFC 6851, or what it replaces. */
static int
act_move(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
{
	char *rest;
	int rc;

	if (!session_can(a->im, "MOVE"))
		return act_copy(a, set, uids, n, f);
	rest = xasprintf(" %s", a->quoted);
	rc = uid_command(
	    a->im, "MOVE", set, rest, n, "mails cannot be moved", f);
	free(rest);
	if (rc == -1)
		return -1;
	return a->fn(a->arg, uids, n, IMAP_ACTED_DONE, NULL, f);
}

/* Each run of mails that were copied, or that were not. */
static int
settle_copies(const struct acting *a, const uint32_t *uids, const bool *copied,
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
finish_copying(const struct acting *a, const uint32_t *uids,
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
act_on_set(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
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

static int
act_on_all(
    const struct acting *a, const uint32_t *uids, size_t n, struct fault *f)
{
	bool copies =
	    a->action->kind == IMAP_MOVE && !session_can(a->im, "MOVE");
	struct uidset set;
	size_t i, some;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i += some) {
		some = copies && n - i > COPY_MAX ? COPY_MAX : n - i;
		some = uidset_of(&set, uids + i, some);
		rc = act_on_set(a, uidset_text(&set), uids + i, some, f);
	}
	return rc;
}

int
imap_act(struct imap *im, const struct imap_action *action,
    const struct imap_acted_on *on, imap_acted_fn *fn, void *arg,
    struct fault *f)
{
	struct acting a = { im, action, NULL, NULL, fn, arg };
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
