#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/side_by_side.h"
#include "base/span.h"
#include "model/check_options.h"
#include "model/domain_setup.h"
#include "model/test_report.h"
#include "net/wait.h"
#include "probe/https_fetch.h"
#include "probe/probe.h"
#include "published/rua_uri.h"
#include "published/tlsrpt_record.h"
#include "survey/domain_view.h"
#include "survey/look_at_web_targets.h"

enum {
	FETCH_TIMEOUTS = 4, /* that a request may take */
	PORT_MOST = UINT16_MAX,
	SERVERS = 4 /* of a domain: its record may be a stranger's */
};

struct web_targets {
	const struct probe *probe;
	struct domain_view **view;
	bool post;
};

/* What a URL leads to; its host was found sound when the record was read. */
static struct https_request
request_of(const struct web_targets *all, const struct rua_uri *uri,
    struct arena *arena)
{
	const char *authority = strstr(uri->text, "//") + 2;
	size_t n = strcspn(authority, "/?#");
	const char *path = authority + n, *at;
	unsigned long port = 0;

	for (at = path; at > authority && at[-1] != ':' && at[-1] != '@'; at--)
		continue;
	if (at > authority && at[-1] == ':')
		port = strtoul(at, NULL, 10);
	return (struct https_request){ .host = uri->host,
		.port = port > 0 && port <= PORT_MOST
			    ? (uint16_t)port
			    : all->probe->options->https_port,
		.path = arena_printf(arena, "%s%.*s", path[0] == '/' ? "" : "/",
		    (int)strcspn(path, "#"), path),
		.body = all->post ? test_report : NULL,
		.media_type = "application/tlsrpt+json" };
}

/* What is judged of an answer; its body is not, and may be large. */
static void
keep(struct web_fetch *web, struct arena *arena)
{
	web->reason =
	    arena_strdup(arena, web->reason != NULL ? web->reason : "");
	web->location =
	    arena_strdup(arena, web->location != NULL ? web->location : "");
	web->media_type = web->encoding = "";
	web->body = (struct span){ 0 };
}

static void
look_at_target(const struct web_targets *all, struct domain_view *v, size_t i)
{
	struct rua_target *t = &v->target[i];
	const struct address_list *to = &v->target_addresses[i];
	struct arena own = { 0 };
	struct https_request q = request_of(all, &v->record->uri[i], &own);
	int64_t until =
	    wait_clock() +
	    FETCH_TIMEOUTS * 1000 * (int64_t)all->probe->options->timeout;

	if (all->probe->stop == NULL || !*all->probe->stop)
		https_fetch(
		    all->probe, &q, to->item, to->n, until, &own, &t->web);
	keep(&t->web, &v->arena);
	arena_free(&own);
	t->posted = all->post;
	v->is_cut |= t->web.result == FETCH_NOT_TRIED;
}

static void
look(void *arg, size_t at)
{
	const struct web_targets *all = arg;
	struct domain_view *v = all->view[at];
	size_t i, n = 0;

	for (i = 0; i < v->setup.n_targets && n < SERVERS; i++)
		if (v->record->uri[i].kind == RUA_HTTPS &&
		    v->target_addresses[i].n > 0) {
			look_at_target(all, v, i);
			n++;
		}
}

void
look_at_web_targets(
    const struct probe *p, struct domain_view **view, size_t n, bool post)
{
	struct web_targets all = { p, view, post };

	side_by_side(p->options->parallel, n, look, &all);
}
