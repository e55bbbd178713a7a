#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "base/utf8.h"
#include "config/config.h"
#include "config/config_check.h"
#include "config/config_options.h"
#include "config/config_reader.h"
#include "config/domain_list.h"
#include "config/value_types.h"
#include "imap/imap.h"
#include "model/limits.h"
#include "model/vouching.h"
#include "net/tls.h"
#include "output/csv.h"

enum {
	FILE_MAX = 1 << 20,
	CHUNK = 16 << 10,
	SECTIONS_MAX = 4096,
	NAME_LENGTH_MAX = 64, /* bytes in the name of a mailbox */
	ERRORS_MAX = 100, /* errors that are logged; more are only counted */
	TYPO = 2	  /* letters by which a name may be mistyped */
};

static const char *const default_folders[] = { "INBOX" };

/* The sections of which there can be many, each with a name. */
static const char *const named_kinds[] = { "mailbox", "view" };

/* The state of reading a configuration. */
struct loading {
	struct config *config;
	struct arena *memory;
	const char *path;
	unsigned line; /* number of the line that is read */
	struct config_section *sections, **last, *current;
	size_t n_sections;
	config_error_fn *report;
	void *arg;
	unsigned errors;
};

void
config_defaults(struct config *c)
{
	*c = (struct config){
		.path = "",
		.store_path = "/var/lib/tlsrua/tlsrua.db",
		.own_store_path = "",
		.keep_raw = true,
		.parallel = 4,
		.poll_limit = 3600,
		.export_dir = "",
		.notify_command = "",
		.report_from = "",
		.report_to = "",
		.sendmail = "/usr/sbin/sendmail -t -i",
		.export_since = 400,
		.csv = csv_style_default,
		.vouching = { .mode = DKIM_RECORD },
		.dns = { .trust_anchor = "auto", .timeout = 5 },
		.check = { .ca_file = "",
		    .timeout = 15,
		    .parallel = 8,
		    .helo = "",
		    .smtp = true,
		    .https_port = 443,
		    .smtp_port = 25 },
		.limits = limits_default,
		.receive_max = 1000,
		.postgresql = { .service = "",
		    .name = "",
		    .timeout = 30,
		    .grace = 24 * 60 * 60 },
	};
}

static void
mailbox_defaults(struct config_mailbox *mb, const char *name)
{
	*mb = (struct config_mailbox) {
		.name = name,
		.account = {
			.name = name,
			.tls = { .host = "", .mode = TLS_IMPLICIT,
			    .ca_file = "", .fingerprint = "", .timeout = 60 },
			.auth = IMAP_AUTH_AUTO,
			.user = "",
			.secret = "",
		},
		.password_file = "",
		.password_command = "",
		.token_command = "",
		.folders = default_folders,
		.n_folders = 1,
		.after_import = "",
		.after_reject = "",
		.retries = 3,
		.grace = 24 * 60 * 60,
	};
}

static void
view_defaults(struct config_view *v, const char *name, unsigned line)
{
	*v = (struct config_view){
		.name = name,
		.line = line,
		.domains_file = "",
		.dir = "",
		.html = "",
		.mail = "",
		.mode = 0640,
		.group = "",
	};
}

void
config_free(struct config *c)
{
	if (c->memory != NULL)
		arena_free(c->memory);
	free(c->memory);
	config_defaults(c);
}

/* "FILE:LINE: [section] option: reason" */
static void
say(void *arg, unsigned line, const struct config_section *s,
    const char *option, const char *reason)
{
	struct loading *ld = arg;
	char *text;

	if (++ld->errors > ERRORS_MAX)
		return;
	text = xasprintf("%s:%u: %s%s%s%s%s", ld->path, line,
	    s != NULL ? s->title : "", s != NULL && option != NULL ? " " : "",
	    option != NULL ? option : "",
	    s != NULL || option != NULL ? ": " : "", reason);
	text_clean(text);
	ld->report(ld->arg, text);
	free(text);
}

static void
on_bad_line(void *arg, const char *reason)
{
	struct loading *ld = arg;

	say(ld, ld->line, NULL, NULL, reason);
}

/*
 * The option of a section that `name` was meant to be, or, with section NULL,
 * the section; NULL when none looks like it.
 */
static const char *
nearest(const char *name, const char *section)
{
	const char *names[CONFIG_OPTIONS];
	size_t i, n = 0;

	for (i = 0; i < CONFIG_OPTIONS; i++)
		if (section == NULL)
			names[n++] = config_options[i].section;
		else if (strcmp(config_options[i].section, section) == 0)
			names[n++] = config_options[i].name;
	return setting_nearest(name, names, n);
}

/* The section that an option of that name belongs to, or NULL. */
static const char *
home_of(const char *name)
{
	size_t i;

	for (i = 0; i < CONFIG_OPTIONS; i++)
		if (strcmp(config_options[i].name, name) == 0)
			return config_options[i].section;
	return NULL;
}

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Names become arguments of commands and parts of file names. */
static bool
is_section_name(const char *s)
{
	size_t n;

	if (!is_alphanumeric(s[0]))
		return false;
	for (n = 1; s[n] != '\0'; n++)
		if (!is_alphanumeric(s[n]) && strchr("._-", s[n]) == NULL)
			return false;
	return n <= NAME_LENGTH_MAX;
}

static bool
is_kind(const char *name)
{
	size_t i;

	for (i = 0; i < CONFIG_OPTIONS; i++)
		if (strcmp(config_options[i].section, name) == 0)
			return true;
	return false;
}

static bool
is_named_kind(const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof named_kinds / sizeof *named_kinds; i++)
		if (strcmp(named_kinds[i], kind) == 0)
			return true;
	return false;
}

/* The error for a section of which there is none, such as [Mailbox x]. */
static const char *
unknown_section(struct loading *ld, const char *kind, const char *name)
{
	const char *near = nearest(kind, NULL);

	if (near == NULL)
		return "no such section";
	if (!is_named_kind(near))
		name = NULL;
	return arena_printf(ld->memory,
	    "no such section; did you mean [%s%s%s]?", near,
	    name != NULL ? " " : "", name != NULL ? name : "");
}

/* Why a section is refused, or NULL. */
static const char *
refuse_section(
    struct loading *ld, const struct config_section *new, const char *name)
{
	bool is_named = is_named_kind(new->kind);
	const struct config_section *s;

	if (!is_kind(new->kind))
		return unknown_section(ld, new->kind, name);
	if (is_named && name == NULL)
		return arena_printf(
		    ld->memory, "needs a name: [%s NAME]", new->kind);
	if (is_named && !is_section_name(name))
		return arena_printf(ld->memory,
		    "a %s is named by up to 64 of A-Z a-z 0-9 . _ -, the "
		    "first a letter or digit",
		    new->kind);
	if (!is_named && name != NULL)
		return "takes no name";
	for (s = ld->sections; s != NULL; s = s->next)
		if (strcmp(s->title, new->title) == 0)
			return arena_printf(ld->memory,
			    "given twice, first on line %u: %s", s->line,
			    is_named
				? arena_printf(ld->memory,
				      "give each %s a name of its own", s->kind)
				: "put its options together");
	return ld->n_sections < SECTIONS_MAX ? NULL : "too many sections";
}

/* Where the options of a section go that has a name. */
static void *
new_named(struct loading *ld, const char *kind, const char *name)
{
	struct config_mailbox *mb;
	struct config_view *v;

	if (strcmp(kind, "view") == 0) {
		v = arena_alloc(ld->memory, sizeof *v);
		view_defaults(v, name, ld->line);
		ld->config->n_views++;
		return v;
	}
	mb = arena_alloc(ld->memory, sizeof *mb);
	mailbox_defaults(mb, name);
	ld->config->n_mailboxes++;
	return mb;
}

/* "store", "mailbox NAME" or "view NAME" */
static bool
on_section(void *arg, struct span text)
{
	struct loading *ld = arg;
	struct config_section *s = arena_alloc(ld->memory, sizeof *s);
	const char *name = NULL, *why;
	size_t n;

	text = span_trim(text);
	s->line = ld->line;
	s->kind = arena_strndup(ld->memory, text.p, text.n);
	if ((n = strcspn(s->kind, " \t")) < text.n) {
		name = s->kind + n + strspn(s->kind + n, " \t");
		s->kind = arena_strndup(ld->memory, s->kind, n);
	}
	s->title = arena_printf(ld->memory, "[%s%s%s]", s->kind,
	    name != NULL ? " " : "", name != NULL ? name : "");
	if ((why = refuse_section(ld, s, name)) != NULL) {
		say(ld, ld->line, s, NULL, why);
		return false;
	}
	s->owner = name != NULL ? new_named(ld, s->kind, name) : ld->config;
	ld->n_sections++;
	ld->current = *ld->last = s;
	ld->last = &s->next;
	return true;
}

/* The error for a name that is no option of the section. */
static const char *
unknown_option(struct loading *ld, const char *name, const char *section)
{
	const char *home = home_of(name), *near = nearest(name, section);

	if (home != NULL)
		return arena_printf(
		    ld->memory, "is an option of [%s], not of this", home);
	if (near != NULL)
		return arena_printf(
		    ld->memory, "no such option; did you mean %s?", near);
	if (strncmp(name, "pass", 4) == 0 || strcmp(name, "secret") == 0 ||
	    strcmp(name, "token") == 0)
		return "a password never stands in the configuration: use "
		       "password_file";
	return "no such option";
}

static void
on_option(void *arg, const char *name, const char *value, struct span rest)
{
	struct loading *ld = arg;
	struct config_section *s = ld->current;
	size_t i = config_option_find(s->kind, name);
	struct setting setting = { .memory = ld->memory, .rest = rest };

	if (i == CONFIG_OPTIONS) {
		say(ld, ld->line, s, name, unknown_option(ld, name, s->kind));
		return;
	}
	if (s->given[i] != 0) {
		say(ld, ld->line, s, name,
		    arena_printf(ld->memory, "given twice, first on line %u",
			s->given[i]));
		return;
	}
	s->given[i] = ld->line;
	setting.text = arena_strdup(ld->memory, value);
	if (config_option_set(&config_options[i], &setting, s->owner) == -1)
		say(ld, ld->line, s, name, setting.reason);
}

static void
collect_named(struct loading *ld)
{
	struct config *c = ld->config;
	const struct config_section *s;
	size_t mailboxes = 0, views = 0;

	c->mailboxes = arena_alloc(
	    ld->memory, (c->n_mailboxes + 1) * sizeof *c->mailboxes);
	c->views = arena_alloc(ld->memory, (c->n_views + 1) * sizeof *c->views);
	for (s = ld->sections; s != NULL; s = s->next) {
		if (strcmp(s->kind, "mailbox") == 0)
			c->mailboxes[mailboxes++] =
			    *(const struct config_mailbox *)s->owner;
		else if (strcmp(s->kind, "view") == 0)
			c->views[views++] =
			    *(const struct config_view *)s->owner;
	}
}

int
config_parse(struct span text, const char *path, struct config *c,
    config_error_fn *report, void *arg, struct fault *f)
{
	struct loading ld = { .config = c, .report = report, .arg = arg };
	struct config_events events = { on_section, on_option, on_bad_line,
		&ld };
	struct config_complaints complaints = { say, &ld };

	config_defaults(c);
	ld.memory = c->memory = xcalloc(1, sizeof *c->memory);
	ld.path = c->path = arena_strdup(c->memory, path);
	ld.last = &ld.sections;
	config_read(text, &events, &ld.line);
	config_check(c, ld.sections, &complaints);
	domain_list_sort(&c->domains);
	collect_named(&ld);
	if (ld.errors == 0)
		return 0;
	return fault(f, FAULT_HOST, EX_CONFIG, "%s: %u error%s", path,
	    ld.errors, ld.errors == 1 ? "" : "s");
}

/* Exit code 66 for a file that does not exist, 78 for one that is unusable. */
static int
refuse_file(const char *path, struct fault *f)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "%s: %s: put the example tlsrua.conf there and edit it, or "
		    "name another file with -c",
		    path, strerror(errno));
	if (errno == EACCES)
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "%s: %s: it holds no secret, so: as root, chmod a+r %s",
		    path, strerror(errno), path);
	return fault(f, FAULT_HOST, EX_CONFIG, "%s: %s", path, strerror(errno));
}

static int
read_file(const char *path, struct buf *out, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;
	size_t room;
	ssize_t n;
	char *p;

	if (fd == -1)
		return refuse_file(path, f);
	while ((p = buf_room(out, CHUNK, &room)) != NULL && room > 0) {
		n = read(fd, p, room);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = n == 0 ? 0 : refuse_file(path, f);
			goto out;
		}
		out->len += (size_t)n;
	}
	rc = fault(f, FAULT_HOST, EX_CONFIG, "%s: over %u bytes", path,
	    (unsigned)FILE_MAX);
out:
	close(fd);
	return rc;
}

static void
log_report(void *arg, const char *text)
{
	(void)arg;
	log_error("%s", text);
}

int
config_load(const char *path, struct config *c, struct fault *f)
{
	struct buf text = { .max = FILE_MAX };
	int rc = -1;

	config_defaults(c);
	if (read_file(path, &text, f) == 0)
		rc =
		    config_parse(buf_span(&text), path, c, log_report, NULL, f);
	buf_free(&text);
	return rc;
}
