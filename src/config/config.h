#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"
#include "config/domain_list.h"
#include "dns/resolver.h"
#include "imap/imap.h"
#include "model/check_options.h"
#include "model/limits.h"
#include "model/vouching.h"
#include "output/csv.h"

struct arena;
struct fault;

enum {
	SINCE_ALL = 0
};

/* One [mailbox NAME] section; strings belong to the configuration. */
struct config_mailbox {
	const char *name;
	struct imap_account account; /* all but the secret */
	const char *password_file;   /* "" when not set, like the next two */
	const char *password_command;
	const char *token_command;
	const char *const *folders; /* UTF-8 */
	size_t n_folders;
	/* "seen", "flag", "move:FOLDER", "delete"; "" for keep */
	const char *after_import, *after_reject;
	unsigned delete_after; /* days; 0: never */
	int64_t import_since;  /* seconds since 1970 UTC; 0: all mails */
	unsigned retries;
	unsigned grace;		  /* seconds */
	struct vouching vouching; /* as in [reports] where not given here */
};

/* The shared store on PostgreSQL that what is stored here is shipped to. */
struct postgresql_settings {
	const char *service; /* a section of libpq's service file; "": none */
	const char *name;    /* of this poller there; "": that of the host */
	bool raw;	     /* the gzip files, too */
	unsigned timeout;    /* seconds, of every wait */
	unsigned grace; /* seconds after the last good shipping in which trouble
			   is not returned */
};

/* One [view NAME] section: what is written about some domains alone. */
struct config_view {
	const char *name;
	unsigned line;		    /* of its "[...]" */
	struct domain_list domains; /* given in the section; sorted */
	/* "" when not set, like all that follow; the file is read by those who
	   write the view, so that one that is lost stops no poll */
	const char *domains_file;
	const char *dir;
	const char *html;
	const char *mail; /* addresses with ", " between */
	mode_t mode;	  /* of the files written */
	const char *group;
};

struct config {
	const char *path; /* the file it was read from; "" for none */
	const char *store_path;
	const char *own_store_path; /* what -d has replaced; "": nothing */
	bool keep_raw;
	bool syslog; /* is told of each poll */
	unsigned parallel;
	unsigned poll_limit;	/* seconds that a mailbox may take */
	const char *export_dir; /* "": none */
	unsigned export_since;	/* days; SINCE_ALL for everything */
	struct csv_style csv;
	const char *notify_command; /* "": none */
	/* of summary --mail: an address, and some with ", " between; or "" */
	const char *report_from, *report_to;
	const char *sendmail; /* command that the mails of views are given to */
	struct domain_list domains; /* our own; empty: any */
	struct vouching vouching;   /* of what is no mailbox */
	struct dns_settings dns;
	struct check_options check;
	struct limits limits;
	bool verified_hosts;	  /* a host of the reporter vouches for what
				     it POSTs */
	unsigned receive_max;	  /* POSTs of an address in a day */
	unsigned receive_refresh; /* seconds between refreshes of the CSV folder
				     by POSTs; 0: none */
	struct postgresql_settings postgresql;
	struct config_mailbox *mailboxes; /* in the order of the file */
	size_t n_mailboxes;
	struct config_view *views; /* likewise */
	size_t n_views;
	struct arena *memory; /* owns all strings and lists; NULL: none */
};

/* Set the defaults, with no mailbox; allocates nothing. */
void config_defaults(struct config *);

/*
 * Read a configuration file.  Every error in it is logged, as "FILE:LINE:
 * [section] option: reason".  Returns 0, or -1 with a fault that counts them:
 * exit code 78, or 66 when the file does not exist.  config_free() the struct
 * in either case; it need not be initialized.
 */
int config_load(const char *path, struct config *, struct fault *);

/* Receives each error of config_parse(), in the words of config_load(). */
typedef void config_error_fn(void *arg, const char *text);

/* The same for text in memory; `path` is its name in messages. */
int config_parse(struct span text, const char *path, struct config *,
    config_error_fn *, void *arg, struct fault *);

/* Free what it allocated; also legal right after config_defaults(). */
void config_free(struct config *);

#endif
