#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "config/config.h"
#include "dns/resolver.h"
#include "export/protected_files.h"
#include "output/checklist.h"
#include "output/terminal_text.h"
#include "setup/check_machine.h"
#include "ship/ship.h"
#include "store/status.h"
#include "store/store.h"
#include "tables/tables.h"
#include "upkeep/integrity.h"

struct machine_check {
	const struct config *config;
	struct checklist *out;
	struct arena arena;
	double began; /* of the present point, as timing_now() */
};

static void
begin(struct machine_check *m)
{
	m->began = timing_now();
}

static void
end(struct machine_check *m, const char *name, enum check_state state,
    const char *detail, const char *remedy)
{
	struct check_point point = { .name = name,
		.state = state,
		.seconds = timing_now() - m->began,
		.detail = detail,
		.remedy = remedy };

	checklist_add(m->out, &point);
}

/* The user that runs this, for messages. */
static const char *
own_name(struct machine_check *m)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL
		   ? arena_strdup(&m->arena, user->pw_name)
		   : arena_printf(&m->arena, "%lu", (unsigned long)geteuid());
}

/* The folder that a path lies in. */
static const char *
parent_of(struct machine_check *m, const char *path)
{
	size_t n = strlen(path);
	const char *plain, *folder;
	char *found;

	while (n > 1 && path[n - 1] == '/')
		n--;
	plain = arena_strndup(&m->arena, path, n);
	found = path_folder(plain);
	folder = arena_strdup(&m->arena, found);
	free(found);
	return folder;
}

/* Whether files can be made in a folder; if not, `*why` says why. */
static bool
is_writable(const char *folder, const char **why)
{
	struct stat sb;

	*why = "";
	if (stat(folder, &sb) == 0 && !S_ISDIR(sb.st_mode))
		errno = ENOTDIR;
	else if (faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) ==
		 0)
		return true;
	*why = strerror(errno);
	return false;
}

static const char *
make_folder(struct machine_check *m, const char *folder)
{
	return arena_printf(
	    &m->arena, "as root: install -d -o %s %s", own_name(m), folder);
}

/* -- the store */

static void
check_new_store(struct machine_check *m, const char *path)
{
	const char *folder = parent_of(m, path), *why;

	if (is_writable(folder, &why))
		end(m, "store", CHECK_OK,
		    arena_printf(&m->arena,
			"%s is not there yet: the first poll makes it", path),
		    "");
	else
		end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena, "%s cannot be made in %s: %s", path,
			folder, why),
		    make_folder(m, folder));
}

static void
check_pages(struct machine_check *m, struct store *st)
{
	struct store_status status;
	char reports[GROUPED];
	const char *damage;
	struct fault f;

	if (store_status(st, &status, &f) == -1 ||
	    store_integrity(st, &m->arena, &damage, &f) == -1)
		end(m, "store", CHECK_FAILED, f.text, "");
	else if (damage[0] != '\0')
		end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena, "%s is damaged: %s",
			m->config->store_path, damage),
		    "put the last copy in its place");
	else
		end(m, "store", CHECK_OK,
		    arena_printf(&m->arena, "%s: sound, %s report%s",
			m->config->store_path,
			text_grouped((uint64_t)status.reports, reports),
			status.reports == 1 ? "" : "s"),
		    "");
}

/* Opened as a poll does, but nothing stays; its folder takes log and lock. */
static void
check_store(struct machine_check *m)
{
	const char *path = m->config->store_path, *folder, *why;
	struct store *st;
	struct fault f = { 0 };

	begin(m);
	if (access(path, F_OK) == -1 && errno == ENOENT) {
		check_new_store(m, path);
		return;
	}
	if ((st = store_open(path, STORE_TRY, &f)) == NULL) {
		end(m, "store",
		    f.status == EX_TEMPFAIL ? CHECK_WARNING : CHECK_FAILED,
		    f.text, "");
		return;
	}
	folder = parent_of(m, path);
	if (is_writable(folder, &why))
		check_pages(m, st);
	else
		end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena,
			"%s: its log and lock cannot be made in %s: %s", path,
			folder, why),
		    make_folder(m, folder));
	store_close(st);
}

/* -- the CSV folder */

/* The file of a table that cannot be replaced, and why; NULL for none. */
static const char *
foreign_file(struct machine_check *m, const char *dir)
{
	const char *path, *table;
	struct fault f;
	struct stat sb;
	size_t i;

	for (i = 0; (table = store_table_name(i)) != NULL; i++) {
		path = arena_printf(&m->arena, "%s/%s.csv", dir, table);
		if (stat(path, &sb) == -1)
			continue;
		if (!S_ISREG(sb.st_mode))
			return arena_printf(&m->arena, "%s is no file", path);
		if (geteuid() != 0 && sb.st_uid != geteuid())
			return arena_printf(&m->arena,
			    "%s belongs to another user: chown %s %s", path,
			    own_name(m), path);
		if (protected_file_check(m->config, path, &f) == -1)
			return arena_strdup(&m->arena, f.text);
	}
	return NULL;
}

static void
check_new_folder(struct machine_check *m, const char *dir)
{
	const char *around = parent_of(m, dir), *why;

	if (is_writable(around, &why))
		end(m, "folder", CHECK_OK,
		    arena_printf(&m->arena,
			"%s is not there yet: the first poll makes it", dir),
		    "");
	else
		end(m, "folder", CHECK_FAILED,
		    arena_printf(&m->arena, "%s cannot be made: %s: %s", dir,
			around, why),
		    make_folder(m, dir));
}

static void
check_folder(struct machine_check *m)
{
	const char *dir = m->config->export_dir, *why, *foreign;
	int fd;

	begin(m);
	if (dir[0] == '\0')
		return;
	if ((fd = folder_open(AT_FDCWD, dir)) != -1)
		close(fd);
	else if (errno == ENOENT) {
		check_new_folder(m, dir);
		return;
	}
	if (fd == -1 || !is_writable(dir, &why))
		end(m, "folder", CHECK_FAILED,
		    arena_printf(&m->arena, "%s: %s", dir,
			fd == -1 ? strerror(errno) : why),
		    arena_printf(&m->arena,
			"as root: chown %s %s && chmod u+rwx %s", own_name(m),
			dir, dir));
	else if ((foreign = foreign_file(m, dir)) != NULL)
		end(m, "folder", CHECK_FAILED, foreign, "");
	else
		end(m, "folder", CHECK_OK, dir, "");
}

/* -- the shared store */

static void
check_service(struct machine_check *m)
{
	const struct postgresql_settings *c = &m->config->postgresql;
	const struct ship_settings settings = {
		.service = c->service, .name = c->name, .timeout = c->timeout
	};
	struct ship_found found;
	struct fault f = { 0 };

	begin(m);
	if (c->service[0] == '\0')
		return;
	if (ship_check(&settings, &found, &f) == -1)
		end(m, "postgresql", CHECK_FAILED, f.text, "");
	else
		end(m, "postgresql",
		    found.unshipped > 0 ? CHECK_WARNING : CHECK_OK, found.text,
		    found.remedy);
}

/* -- the resolver */

static bool
check_resolver(struct machine_check *m, const char *server)
{
	struct dns_settings set = m->config->dns;
	struct resolver *r;
	enum dns_trust trust;
	const char *whom;

	begin(m);
	set.patient = true;
	set.stop = stop_flag();
	if (server != NULL) {
		set.servers = &server;
		set.n_servers = 1;
	}
	r = resolver_new(&set);
	whom = resolver_server(r);
	trust = resolver_find_trust(r);
	switch (trust) {
	case DNS_VALIDATED:
		end(m, "resolver", CHECK_OK,
		    arena_printf(&m->arena, "%s, answers are validated", whom),
		    "");
		break;
	case DNS_NO_ANCHOR:
		end(m, "resolver", CHECK_OK,
		    arena_printf(&m->arena,
			"%s; without a trust anchor nothing is validated",
			whom),
		    "");
		break;
	case DNS_STRIPPED:
		end(m, "resolver", CHECK_WARNING,
		    arena_printf(&m->arena,
			"%s drops DNSSEC signatures: DANE cannot be judged",
			whom),
		    "set resolver in [dns] to one that keeps them");
		break;
	case DNS_BAD_ANCHOR:
		end(m, "resolver", CHECK_FAILED,
		    arena_printf(&m->arena, "trust_anchor %s cannot be read",
			set.trust_anchor),
		    "install dns-root-data, or set trust_anchor = none");
		break;
	case DNS_DEAD:
		end(m, "resolver", CHECK_FAILED,
		    arena_printf(&m->arena, "%s does not answer", whom),
		    "see /etc/resolv.conf, or set resolver in [dns]");
		break;
	}
	resolver_free(r);
	return trust != DNS_BAD_ANCHOR && trust != DNS_DEAD;
}

bool
check_machine(
    const struct config *c, const char *resolver, struct checklist *out)
{
	struct machine_check m = { .config = c, .out = out };
	bool has_resolver;

	checklist_begin(out, "machine", "this machine", "what a poll needs");
	begin(&m);
	end(&m, "config", c->n_mailboxes > 0 ? CHECK_OK : CHECK_FAILED,
	    arena_printf(&m.arena, "%s, %zu mailbox%s", c->path, c->n_mailboxes,
		c->n_mailboxes == 1 ? "" : "es"),
	    c->n_mailboxes > 0 ? "" : "add a section [mailbox NAME]");
	check_store(&m);
	check_folder(&m);
	check_service(&m);
	has_resolver = check_resolver(&m, resolver);
	checklist_end(out);
	arena_free(&m.arena);
	return has_resolver;
}
