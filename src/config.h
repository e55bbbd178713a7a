#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "output/csv.h"
#include "source/imap.h"

struct fault;

enum {
	SINCE_ALL = 0
};

/* One [mailbox NAME] section; strings belong to the configuration. */
struct config_mailbox {
	const char *name;
	unsigned line;		     /* of its header, for messages */
	struct imap_account account; /* all but the secret */
	const char *password_file;   /* "" when not set, as the next two */
	const char *password_command;
	const char *token_command;
	const char **folders; /* UTF-8 */
	size_t n_folders;
	unsigned retries;
	unsigned grace; /* seconds */
};

struct config {
	const char *path; /* of the file it was read from */
	const char *store_path;
	bool keep_raw;
	unsigned parallel;
	const char *export_dir; /* "": none */
	unsigned export_since;	/* days; SINCE_ALL for everything */
	struct csv_style csv;
	const char *const *domains; /* our own; A-labels */
	size_t n_domains;
	struct limits limits;
	struct config_mailbox *mailboxes;
	size_t n_mailboxes;
	void *memory; /* what it all lives in */
};

/* The defaults, with no mailbox; config_free() it. */
void config_defaults(struct config *);

/*
 * Read a file.  Each error is logged as "FILE:LINE: [section] option: reason",
 * all of them in one run.  0; or -1 with exit code 78 (66 when the file does
 * not exist) and a fault that counts them.
 */
int config_load(const char *path, struct config *, struct fault *);
void config_free(struct config *);

/*
 * The secret of a mailbox, read now: from its file (refused when everybody can
 * read it), by its command, or from the systemd credential tlsrua.NAME.  One
 * trailing newline is dropped.  NULL with exit code 78 (77 when the command
 * fails).  secret_free() overwrites it.
 */
char *secret_read(const struct config_mailbox *, struct fault *);
void secret_free(char *secret);

#endif
