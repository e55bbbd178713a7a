#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/folder_status.h"
#include "imap/imap.h"
#include "imap/login.h"
#include "imap/open_folder.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap/special_use.h"
#include "imap_text/guard.h"
#include "imap_text/modified_utf7.h"

enum {
	ANSWER_BYTES = 1024 * 1024
};

static int
open_once(struct imap *im, const char *name, bool change, const char *what,
    struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ANSWER_BYTES };
	struct reply *r = &im->reply;
	char *quoted = session_quote(name);
	char *text = xasprintf("%s %s", change ? "SELECT" : "EXAMINE", quoted);
	int rc = session_send(im, text, f);

	free(quoted);
	free(text);
	if (rc == -1 || login_settle(im, f) == -1)
		return -1;
	reply_forget_folder(r);
	rc = session_hear(im, &limits, EX_NOPERM, what, f);
	if (rc == -1 && r->status == REPLY_BAD && f->status == EX_NOPERM &&
	    strstr(r->text, "not connected") == NULL)
		f->status = EX_PROTOCOL;
	return rc;
}

/* A server that first wants to know who we are (NetEase) is told. */
int
open_server_folder(struct imap *im, const char *name, bool change,
    const char *what, struct fault *f)
{
	struct fault refusal;

	if (open_once(im, name, change, what, &refusal) == 0)
		return 0;
	if (im->broken || strstr(im->reply.text, "Unsafe Login") == NULL) {
		*f = refusal;
		return -1;
	}
	if (login_send_id(im, f) == -1)
		return -1;
	return open_once(im, name, change, what, f);
}

/* As the server names it; allocated. */
static char *
server_name(struct imap *im, const char *folder, struct fault *f)
{
	const char *name;
	char *encoded;

	if (folder[0] == '\\') {
		name = special_find(im, folder, f);
		return name != NULL ? xstrdup(name) : NULL;
	}
	if ((encoded = folder_encode(folder)) == NULL)
		fault(f, FAULT_SESSION, EX_CONFIG,
		    "imap: folder %s is not UTF-8", folder);
	return encoded;
}

/*
 * UIDVALIDITY by STATUS; what else that tells is not always true of a folder
 * that is open.
 */
static int
ask_uidvalidity(struct imap *im, const char *name, struct fault *f)
{
	if (folder_status(im, name, f) == -1)
		return -1;
	im->reply.uidvalidity = im->reply.target_uidvalidity;
	return 0;
}

/* Open it in one way after the other until UIDVALIDITY is known. */
static int
open_numbered(struct imap *im, const char *name, bool change, const char *what,
    struct fault *f)
{
	const struct reply *r = &im->reply;

	if (open_server_folder(im, name, change, what, f) == -1)
		return -1;
	if (r->uidvalidity == 0 && !r->bad_number &&
	    ask_uidvalidity(im, name, f) == -1)
		return -1;
	/* all mails are fetched by PEEK, so that SELECT changes nothing */
	if (r->uidvalidity == 0 && !r->bad_number && !change)
		return open_server_folder(im, name, true, what, f);
	return 0;
}

static int
open_named(struct imap *im, const char *folder, bool change,
    struct imap_folder *out, struct fault *f)
{
	const struct reply *r = &im->reply;
	char *name = server_name(im, folder, f), *what;
	int rc;

	if (name == NULL)
		return -1;
	what = xasprintf("folder %s refused", folder);
	rc = open_numbered(im, name, change, what, f);
	free(what);
	free(im->folder);
	im->folder = name;
	if (rc == -1)
		return -1;
	free(im->known);
	im->known = NULL;
	im->n_known = 0;
	if (r->bad_number || r->uidvalidity == 0)
		return fault(f, FAULT_SESSION, EX_PROTOCOL,
		    "imap: folder %s: the server gives %s", folder,
		    r->bad_number ? "a number beyond 32 bits"
				  : "no UIDVALIDITY");
	out->uidvalidity = r->uidvalidity;
	out->uidnext = r->uidnext;
	out->exists = r->exists;
	return 0;
}

const char *
imap_folder_name(const struct imap *im)
{
	return im->folder;
}

int
imap_examine(struct imap *im, const char *folder, struct imap_folder *out,
    struct fault *f)
{
	return open_named(im, folder, false, out, f);
}

int
imap_select(struct imap *im, const char *folder, struct imap_folder *out,
    struct fault *f)
{
	return open_named(im, folder, true, out, f);
}
