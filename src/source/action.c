#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "source/action.h"
#include "source/folder.h"
#include "source/session.h"

enum {
	SET_TEXT = 600,	  /* characters of a UID set */
	LINE_BYTES = 256, /* of what a server may say about each mail */
	LINES_SLACK = 64 * 1024,
	NAMES_LINES = 1024 * 1024
};

int
imap_action_parse(const char *text, struct imap_action *a)
{
	static const struct {
		const char *name;
		enum imap_action_kind kind;
	} names[] = { { "seen", IMAP_SEEN }, { "flag", IMAP_FLAG },
		{ "delete", IMAP_DELETE }, { "expire", IMAP_DELETE },
		{ "copied", IMAP_BREAK_OFF } };
	size_t i;

	if (strncmp(text, "move:", 5) == 0 && text[5] != '\0') {
		*a = (struct imap_action){ IMAP_MOVE, text + 5 };
		return 0;
	}
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i].name) == 0) {
			*a = (struct imap_action){ names[i].kind, "" };
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

static char *
quote(const char *s)
{
	char *quoted = xmalloc(2 * strlen(s) + 3), *p = quoted;

	*p++ = '"';
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
		*p++ = *s;
	}
	*p++ = '"';
	*p = '\0';
	return quoted;
}

/* The first UIDs, as many as one command holds, as a set; their number. */
static size_t
take_set(const uint32_t *uids, size_t n, char set[SET_TEXT])
{
	size_t len = 0, i = 0, last;

	while (i < n && len < SET_TEXT - 24) {
		for (last = i; last + 1 < n && uids[last + 1] == uids[last] + 1;
		     last++)
			;
		len += (size_t)snprintf(set + len, SET_TEXT - len, "%s%u",
		    i > 0 ? "," : "", (unsigned)uids[i]);
		if (last > i)
			len += (size_t)snprintf(set + len, SET_TEXT - len,
			    ":%u", (unsigned)uids[last]);
		i = last + 1;
	}
	return i;
}

/* Whether a folder of that name (modified UTF-7) is there: 1, 0 or -1. */
static int
look_up(struct imap *im, const char *name, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_NAMES,
		.lines = NAMES_LINES,
		.literals = NAMES_LINES };
	const struct mailimap_mailbox_list *folder;
	clist *folders = NULL;
	clistiter *it;
	int rc, found = 0;

	session_begin(im, &limits, TLS_STEADY);
	rc = session_end(im, mailimap_list(im->etpan, "", name, &folders),
	    EX_NOPERM, "LIST refused", f);
	for (it = folders != NULL ? clist_begin(folders) : NULL; it != NULL;
	     it = clist_next(it)) {
		folder = clist_content(it);
		if (folder->mb_delimiter != '\0')
			im->reply.separator = folder->mb_delimiter;
		found |= strcmp(folder->mb_name, name) == 0;
	}
	if (folders != NULL)
		mailimap_list_result_free(folders);
	return rc == -1 ? -1 : found;
}

/*
 * The name as the server builds names: in the namespace that is ours, with its
 * separator between the levels.
 */
static char *
server_name(struct imap *im, const char *name, struct fault *f)
{
	struct reply *r = &im->reply;
	struct fault refusal;
	size_t n;
	char *own, *p;

	if (session_can(im, "NAMESPACE")) {
		if (command(im, "NAMESPACE", 0, "NAMESPACE refused",
			&refusal) == -1 &&
		    im->broken) {
			*f = refusal;
			return NULL;
		}
	} else if (look_up(im, "", f) == -1) {
		return NULL; /* LIST "" "" tells the separator */
	}
	n = strlen(r->prefix);
	own = xasprintf("%s%s",
	    strncasecmp(name, r->prefix, n) == 0 ? "" : r->prefix, name);
	for (p = own; r->separator != '\0' && *p != '\0'; p++)
		if (*p == '/')
			*p = r->separator;
	return own;
}

static int
create(struct imap *im, const char *name, struct fault *f)
{
	char *quoted = quote(name), *text = xasprintf("CREATE %s", quoted);
	struct fault ignored;
	int rc;

	rc = command(im, text, 0, "the folder to move to cannot be made", f);
	/* somebody else was quicker, or LIST does not show it */
	if (rc == -1 && !im->broken &&
	    strstr(im->reply.text, "exist") == NULL &&
	    strstr(im->reply.text, "EXIST") == NULL)
		goto out;
	rc = im->broken ? -1 : 0;
	free(text);
	text = xasprintf("SUBSCRIBE %s", quoted);
	if (rc == 0 &&
	    command(im, text, 0, "SUBSCRIBE refused", &ignored) == -1 &&
	    im->broken) {
		*f = ignored;
		rc = -1;
	}
out:
	free(text);
	free(quoted);
	return rc;
}

/* The folder to move to, in quotes, as the server calls it; made if missing. */
static char *
target(struct imap *im, const char *folder, struct fault *f)
{
	char *name = folder_encode(folder), *own, *quoted = NULL;
	int there;

	if (name == NULL) {
		fault(f, FAULT_SESSION, EX_CONFIG,
		    "imap: folder %s is not UTF-8", folder);
		return NULL;
	}
	there = look_up(im, name, f);
	if (there == 0) {
		own = server_name(im, name, f);
		if (own == NULL)
			there = -1;
		else if (strcmp(own, name) != 0)
			there = look_up(im, own, f);
		if (there == 0 && create(im, own, f) == -1)
			there = -1;
		free(name);
		name = own;
	}
	if (there == 1 && folder_is_same(name, im->folder))
		there = fault(f, FAULT_SESSION, EX_CONFIG,
		    "imap: mails of %s cannot be moved into it: name another "
		    "folder",
		    folder);
	if (there != -1)
		quoted = quote(name);
	free(name);
	return quoted;
}

/* What an action is about to do. */
struct acting {
	struct imap *im;
	const char *target; /* of a move, in quotes */
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
		    f);
	if (set_flag(a, flag, set, n, f) == -1)
		return -1;
	return a->fn(a->arg, uids, n, IMAP_ACTED_DONE, f);
}

/* Only with UIDPLUS (RFC 4315) can just these be expunged. */
static int
act_delete(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
{
	enum imap_acted acted = IMAP_ACTED_FLAG_ONLY;

	if (!session_can(a->im, "UIDPLUS") &&
	    !reply_keeps(&a->im->reply, REPLY_DELETED))
		return a->fn(a->arg, uids, n, IMAP_ACTED_UNDELETED, f);
	if (set_flag(a, "\\Deleted", set, n, f) == -1)
		return -1;
	if (session_can(a->im, "UIDPLUS")) {
		if (uid_command(a->im, "EXPUNGE", set, "", n,
			"mails cannot be expunged", f) == -1)
			return -1;
		acted = IMAP_ACTED_DONE;
	}
	return a->fn(a->arg, uids, n, acted, f);
}

/* RFC 6851, or what it replaces. */
static int
act_move(const struct acting *a, const char *set, const uint32_t *uids,
    size_t n, struct fault *f)
{
	bool can_move = session_can(a->im, "MOVE");
	char *rest = xasprintf(" %s", a->target);
	int rc;

	rc = uid_command(a->im, can_move ? "MOVE" : "COPY", set, rest, n,
	    "mails cannot be moved", f);
	free(rest);
	if (rc == -1)
		return -1;
	if (can_move)
		return a->fn(a->arg, uids, n, IMAP_ACTED_DONE, f);
	if (a->fn(a->arg, uids, n, IMAP_ACTED_COPIED, f) == -1)
		return -1;
	return act_delete(a, set, uids, n, f);
}

int
imap_act(struct imap *im, const struct imap_action *action,
    const uint32_t *uids, size_t n, imap_acted_fn *fn, void *arg,
    struct fault *f)
{
	struct acting a = { im, NULL, fn, arg };
	char set[SET_TEXT], *folder = NULL;
	size_t i, some;
	int rc = 0;

	if (n > 0 && action->kind == IMAP_MOVE &&
	    (folder = target(im, action->folder, f)) == NULL)
		return -1;
	a.target = folder;
	for (i = 0; rc == 0 && i < n; i += some) {
		some = take_set(uids + i, n - i, set);
		if (action->kind == IMAP_MOVE)
			rc = act_move(&a, set, uids + i, some, f);
		else if (action->kind == IMAP_SEEN)
			rc = act_flag(&a, REPLY_SEEN, set, uids + i, some, f);
		else if (action->kind == IMAP_FLAG)
			rc =
			    act_flag(&a, REPLY_FLAGGED, set, uids + i, some, f);
		else
			rc = act_delete(&a, set, uids + i, some, f);
	}
	free(folder);
	return rc;
}
