#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct mail_head;

/* What the source of something POSTed begins with; its address follows. */
#define POSTED_SOURCE "https:"

/*
 * One thing to look at, as a source hands it to the pipeline.  All of it
 * belongs to the source and is gone when the call returns.
 */
struct message {
	const char *source; /* mailbox name or path, for people */
	int64_t mailbox;    /* the store's number of the folder; 0: a file */
	uint32_t uidvalidity, uid; /* RFC 9051 §2.3.1.1; 0 for a file */
	struct span bytes;	   /* the mail, or what a file holds */
	uint64_t size;		   /* of the whole, also where bytes is cut */
	bool too_large; /* over limits.message: bytes is the header block, or
			   empty where not even that was to be had */
	/* why the server does not hand it out, and bytes is empty; else NULL */
	const char *not_handed_out;
	/* its number in quarantine, where it waits for DNS, and which it leaves
	 * once it is settled; 0: it is not there */
	int64_t waiting;
	bool was_suspect; /* it was not handed out before: see ledger/suspects.h
			   */
	bool ruled_out;	  /* it holds no report: bytes is the header block */
	bool is_mail;  /* from an mbox or a Maildir; else a file's bytes tell */
	bool is_named; /* a person named this file, or it is standard input */
	bool has_arrival;
	int64_t arrival; /* INTERNALDATE, seconds since 1970 UTC */
	/* it was POSTed over HTTPS (RFC 8460 §5.4), where nobody signs: bytes
	 * is a report, never a mail */
	bool posted;
	/* domains whose signatures were valid, separated by blanks; of an
	 * attachment alone; "" when nobody knows.  Of what was POSTed: names of
	 * the host that sent it */
	const char *signed_by;
	/* where bytes is an attachment alone, taken out of its mail before, or
	 * was POSTed: the head of that mail, or what stands in for it; else
	 * NULL */
	const struct mail_head *attachment_of;
	const char *filename; /* the attachment's */
	const char *encoding; /* "base64" or "uuencode": it is still in that;
				 NULL: it is not */
};

enum {
	MESSAGE_PARTS = 8,
	MESSAGE_MAILS = 3 /* one mail, and those in it */
};

/* What the header fields of a mail leave open. */
enum message_need {
	MESSAGE_NEEDS_ALL,  /* it says that it holds a report, or is odd */
	MESSAGE_NEEDS_TEXT, /* one text: its first bytes tell */
	MESSAGE_NEEDS_PARTS /* the first bytes of each part tell */
};

/* What is known of a mail that was not fetched. */
struct message_front {
	size_t n_mails; /* the mail itself, which comes first, and those in it
			 */
	struct {
		/* those of its fields that tell, in one block */
		struct span header;
		bool is_multipart;
		struct span boundary; /* of that, as the server read it */
	} mail[MESSAGE_MAILS];
	size_t n; /* the leaves of all, none of them a mail */
	struct {
		struct span bytes; /* still encoded */
		bool is_all;
		uint64_t size; /* bytes, still encoded; at most */
		/* of its type and disposition, as in a header field; empty:
		 * those are in the header of the mail */
		struct span parameters;
	} part[MESSAGE_PARTS];
};

#endif
