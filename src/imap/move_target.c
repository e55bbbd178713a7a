#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/list_folders.h"
#include "imap/move_target.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"
#include "imap_text/modified_utf7.h"

enum {
	ANSWER_BYTES = 64 * 1024
};

static int
command(struct imap *im, const char *text, const char *what, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ANSWER_BYTES };

	return session_command(im, text, &limits, what, f);
}

/* A folder that is looked for. */
struct sought {
	struct reply *reply;
	const char *name;
	bool found;
};

static void
on_folder(void *arg, const struct folders_entry *folder)
{
	struct sought *sought = arg;

	if (folder->separator != '\0')
		sought->reply->separator = folder->separator;
	sought->found |=
	    folder->selectable && strcmp(folder->name, sought->name) == 0;
}

/* Whether a folder of that name (modified UTF-7) is there: 1, 0 or -1. */
static int
look_up(struct imap *im, const char *name, struct fault *f)
{
	struct sought sought = { &im->reply, name, false };
	char *quoted = session_quote(name);
	char *text = xasprintf("LIST \"\" %s", quoted);
	int rc = folders_ask(im, text, on_folder, &sought, f);

	free(text);
	free(quoted);
	/* some servers refuse to list a folder that is not there */
	if (rc == -1 && !im->broken && f->status != EX_TEMPFAIL)
		return 0;
	return rc == -1 ? -1 : sought.found;
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
		if (command(im, "NAMESPACE", "NAMESPACE refused", &refusal) ==
			-1 &&
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

int
target_create(struct imap *im, const char *name, struct fault *f)
{
	char *quoted = session_quote(name),
	     *text = xasprintf("CREATE %s", quoted);
	struct fault ignored;
	int rc;

	rc = command(im, text, "the folder to move to cannot be made", f);
	/* somebody else was quicker, or LIST does not show it */
	if (rc == -1 && !im->broken &&
	    strstr(im->reply.text, "exist") == NULL &&
	    strstr(im->reply.text, "EXIST") == NULL)
		goto out;
	rc = im->broken ? -1 : 0;
	free(text);
	text = xasprintf("SUBSCRIBE %s", quoted);
	if (rc == 0 && command(im, text, "SUBSCRIBE refused", &ignored) == -1 &&
	    im->broken) {
		*f = ignored;
		rc = -1;
	}
out:
	free(text);
	free(quoted);
	return rc;
}

char *
target_folder(struct imap *im, const char *folder, struct fault *f)
{
	char *name = folder_encode(folder), *own;
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
		if (there == 0 && target_create(im, own, f) == -1)
			there = -1;
		free(name);
		name = own;
	}
	if (there == 1 && folder_is_same(name, im->folder))
		there = fault(f, FAULT_SESSION, EX_CONFIG,
		    "imap: mails of %s cannot be moved into it: name another "
		    "folder",
		    folder);
	if (there == -1) {
		free(name);
		return NULL;
	}
	return name;
}
