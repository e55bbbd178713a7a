#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/stop_signal.h"
#include "config/config.h"
#include "dns/resolver.h"
#include "export/protected_files.h"
#include "output/checklist.h"
#include "output/terminal_text.h"
#include "setup/check_machine.h"
#include "setup/check_written_views.h"
#include "setup/machine_points.h"
#include "ship/ship.h"
#include "store/status.h"
#include "store/store.h"
#include "tables/tables.h"
#include "upkeep/integrity.h"

/* -- the store */

static void
check_new_store(struct machine_points *m, const char *path)
{
	const char *folder = parent_folder(m, path), *why;

	if (folder_is_writable(folder, &why))
		machine_point_end(m, "store", CHECK_OK,
		    arena_printf(&m->arena,
			"%s is not there yet: the first poll makes it", path),
		    "");
	else
		machine_point_end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena, "%s cannot be made in %s: %s", path,
			folder, why),
		    command_to_make_folder(m, folder));
}

static void
check_pages(struct machine_points *m, struct store *st)
{
	struct store_status status;
	char reports[GROUPED];
	const char *damage;
	struct fault f;

	if (store_status(st, &status, &f) == -1 ||
	    store_integrity(st, &m->arena, &damage, &f) == -1)
		machine_point_end(m, "store", CHECK_FAILED, f.text, "");
	else if (damage[0] != '\0')
		machine_point_end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena, "%s is damaged: %s",
			m->config->store_path, damage),
		    "put the last copy in its place");
	else
		machine_point_end(m, "store", CHECK_OK,
		    arena_printf(&m->arena, "%s: sound, %s report%s",
			m->config->store_path,
			text_grouped((uint64_t)status.reports, reports),
			status.reports == 1 ? "" : "s"),
		    "");
}

/* Opened as a poll does, but nothing stays; its folder takes log and lock. */
static void
check_store(struct machine_points *m)
{
	const char *path = m->config->store_path, *folder, *why;
	struct store *st;
	struct fault f = { 0 };

	machine_point_begin(m);
	if (access(path, F_OK) == -1 && errno == ENOENT) {
		check_new_store(m, path);
		return;
	}
	if ((st = store_open(path, STORE_TRY, &f)) == NULL) {
		machine_point_end(m, "store",
		    f.status == EX_TEMPFAIL ? CHECK_WARNING : CHECK_FAILED,
		    f.text, "");
		return;
	}
	folder = parent_folder(m, path);
	if (folder_is_writable(folder, &why))
		check_pages(m, st);
	else
		machine_point_end(m, "store", CHECK_FAILED,
		    arena_printf(&m->arena,
			"%s: its log and lock cannot be made in %s: %s", path,
			folder, why),
		    command_to_make_folder(m, folder));
	store_close(st);
}

/* -- the CSV folder */

static void
check_folder(struct machine_points *m)
{
	struct check_point point = { .name = "folder" };

	machine_point_begin(m);
	if (m->config->export_dir[0] == '\0')
		return;
	look_at_csv_folder(m, m->config->export_dir, &point);
	machine_point_end(
	    m, point.name, point.state, point.detail, point.remedy);
}

/* -- the shared store */

static void
check_service(struct machine_points *m)
{
	const struct postgresql_settings *c = &m->config->postgresql;
	const struct ship_settings settings = {
		.service = c->service, .name = c->name, .timeout = c->timeout
	};
	struct ship_found found;
	struct fault f = { 0 };

	machine_point_begin(m);
	if (c->service[0] == '\0')
		return;
	if (ship_check(&settings, &found, &f) == -1)
		machine_point_end(m, "postgresql", CHECK_FAILED, f.text, "");
	else
		machine_point_end(m, "postgresql",
		    found.unshipped > 0 ? CHECK_WARNING : CHECK_OK, found.text,
		    found.remedy);
}

/* -- the resolver */

static bool
check_resolver(struct machine_points *m, const char *server)
{
	struct dns_settings set = m->config->dns;
	struct resolver *r;
	enum dns_trust trust;
	const char *whom;

	machine_point_begin(m);
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
		machine_point_end(m, "resolver", CHECK_OK,
		    arena_printf(&m->arena, "%s, answers are validated", whom),
		    "");
		break;
	case DNS_NO_ANCHOR:
		machine_point_end(m, "resolver", CHECK_OK,
		    arena_printf(&m->arena,
			"%s; without a trust anchor nothing is validated",
			whom),
		    "");
		break;
	case DNS_STRIPPED:
		machine_point_end(m, "resolver", CHECK_WARNING,
		    arena_printf(&m->arena,
			"%s drops DNSSEC signatures: DANE cannot be judged",
			whom),
		    "set resolver in [dns] to one that keeps them");
		break;
	case DNS_BAD_ANCHOR:
		machine_point_end(m, "resolver", CHECK_FAILED,
		    arena_printf(&m->arena, "trust_anchor %s cannot be read",
			set.trust_anchor),
		    "install dns-root-data, or set trust_anchor = none");
		break;
	case DNS_DEAD:
		machine_point_end(m, "resolver", CHECK_FAILED,
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
	struct machine_points m = { .config = c, .out = out };
	bool has_resolver;

	checklist_begin(out, "machine", "this machine", "what a poll needs");
	machine_point_begin(&m);
	machine_point_end(&m, "config",
	    c->n_mailboxes > 0 ? CHECK_OK : CHECK_FAILED,
	    arena_printf(&m.arena, "%s, %zu mailbox%s", c->path, c->n_mailboxes,
		c->n_mailboxes == 1 ? "" : "es"),
	    c->n_mailboxes > 0 ? "" : "add a section [mailbox NAME]");
	check_store(&m);
	check_folder(&m);
	check_written_views(&m);
	check_service(&m);
	has_resolver = check_resolver(&m, resolver);
	checklist_end(out);
	arena_free(&m.arena);
	return has_resolver;
}
