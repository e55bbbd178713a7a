#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/judge_domain.h"
#include "published/judging.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/txt_record.h"

/* Where the points of hosts and of reports stand, by what comes before. */
enum {
	PLACE_HOSTS = 100,
	PLACE_REPORTS = 1000000
};

const char *
judging_text(const char *s)
{
	return s != NULL ? s : "";
}

const char *
judging_join(struct arena *arena, const char *list, const char *separator,
    const char *item)
{
	return list[0] == '\0'
		   ? item
		   : arena_printf(arena, "%s%s%s", list, separator, item);
}

const char *
judging_list(struct arena *arena, const char *const *item, size_t n,
    const char *separator)
{
	const char *out = "";
	size_t i;

	for (i = 0; i < n && i < JUDGING_MOST; i++)
		out = judging_join(arena, out, separator, item[i]);
	if (i < n)
		out = arena_printf(
		    arena, "%s%sand %zu more", out, separator, n - i);
	return out;
}

const char *
judging_duration(struct arena *arena, uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" } };
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	seconds /= units[i].seconds;
	return arena_printf(
	    arena, "%u %s%s", seconds, units[i].name, seconds == 1 ? "" : "s");
}

const char *
judging_policy_words(struct arena *arena, const struct sts_policy *p)
{
	const char *mx = judging_list(arena, p->mx, p->n_mx, " ");

	return arena_printf(arena, "%s, max_age %s%s%s", sts_mode_name(p->mode),
	    judging_duration(arena, p->max_age), mx[0] != '\0' ? ", " : "", mx);
}

const char *
judging_misplaced(struct judging *j, const struct txt_answer *answer, size_t n,
    const char *prefix)
{
	const struct txt_record *record;
	size_t i;

	for (i = 0; i < n; i++)
		if (answer[i].lookup.status == LOOKUP_FOUND &&
		    txt_count(&answer[i], prefix, j->arena, &record) > 0)
			return judging_text(answer[i].lookup.name);
	return NULL;
}

bool
judging_is_same_host(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n > 0 && a[n - 1] == '.')
		n--;
	if (m > 0 && b[m - 1] == '.')
		m--;
	return n == m && strncasecmp(a, b, n) == 0;
}

/* Letters, digits, and what host names and addresses hold beside them. */
static bool
is_plain(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789.:_-") == strlen(s);
}

/* The value of the placeholder at `p`, "{x}" and its like; NULL for none. */
static const char *
value_at(const char *p, const char *domain, const struct saying *what)
{
	if (p[0] != '{' || p[1] == '\0' || p[2] != '}')
		return NULL;
	switch (p[1]) {
	case 'd':
		return domain;
	case 'h':
		return judging_text(what->h);
	case 'x':
		return judging_text(what->x);
	case 'y':
		return judging_text(what->y);
	default:
		return NULL;
	}
}

/*
 * Fill in a sentence or a remedy.  "1 days" becomes "1 day"; a host of odd
 * characters has no place in a command, so a remedy has HOST for it.
 */
static const char *
fill(const struct judging *j, const char *template, const struct saying *what,
    bool is_remedy)
{
	const char *out = "", *p, *value;
	size_t n;

	for (p = template; *p != '\0'; p += n) {
		if ((value = value_at(p, j->s->domain, what)) == NULL) {
			n = 1 + strcspn(p + 1, "{");
			out = arena_printf(j->arena, "%s%.*s", out, (int)n, p);
			continue;
		}
		n = 3;
		if (is_remedy && p[1] == 'h' && !is_plain(value))
			value = "HOST";
		out = arena_printf(j->arena, "%s%s", out, value);
		if (strcmp(value, "1") == 0 &&
		    strncmp(p + n, " days", strlen(" days")) == 0) {
			out = arena_printf(j->arena, "%s day", out);
			n += strlen(" days");
		}
	}
	return out;
}

static enum point_state
state_of(const struct judging *j, const struct point_entry *e,
    const struct saying *what)
{
	if (e->state != POINT_BY_POLICY)
		return what->lighter ? POINT_WARNING : e->state;
	if (j->mode == STS_ENFORCE)
		return POINT_FAILED;
	if (j->mode == STS_TESTING)
		return POINT_WARNING;
	return what->excused ? POINT_OK : POINT_NOTE;
}

static size_t
place_of(enum point_group group, const struct saying *what)
{
	if (what->host > 0)
		return PLACE_HOSTS + what->host;
	return group == GROUP_REPORTS ? PLACE_REPORTS : (size_t)group;
}

void
judging_say(struct judging *j, enum point_code code, const struct saying *what)
{
	const struct point_entry *e = point_entry(code);
	struct domain_verdict *v = j->v;
	struct point p = { .code = code,
		.state = state_of(j, e, what),
		.subject = judging_text(what->subject),
		.host = what->host,
		.seconds = what->seconds,
		.detail = fill(j, e->sentence, what, false),
		.place = place_of(e->group, what) };
	size_t i;

	if (judging_text(what->at)[0] != '\0')
		p.detail = arena_printf(j->arena, "%s: %s", what->at, p.detail);
	p.remedy = p.state == POINT_OK ? "" : fill(j, e->remedy, what, true);
	v->point =
	    arena_grow(j->arena, v->point, v->n, &v->room, sizeof *v->point);
	for (i = v->n++; i > 0 && v->point[i - 1].place > p.place; i--)
		v->point[i] = v->point[i - 1];
	v->point[i] = p;
	v->failed += p.state == POINT_FAILED;
	v->warnings += p.state == POINT_WARNING;
	v->unknown += p.state == POINT_UNKNOWN;
	v->no_answer |= code == POINT_DNS_TEMPERROR;
}

void
judging_say_flaw(struct judging *j, const struct flaw *flaw, double seconds)
{
	const char *name = point_entry(flaw->code)->name;

	judging_say(j, flaw->code,
	    &(struct saying){ .x = flaw->x,
		.y = flaw->y,
		.subject = strncmp(name, "rua-", 4) == 0 ? flaw->x : "",
		.seconds = seconds });
}

/* Whether a name's failure was said before. */
static bool
is_said(const struct judging *j, enum point_code code, const char *name)
{
	size_t i;

	for (i = 0; i < j->v->n; i++)
		if (j->v->point[i].code == code &&
		    strcmp(j->v->point[i].subject, name) == 0)
			return true;
	return false;
}

bool
judging_is_answered(struct judging *j, const struct lookup *l)
{
	const char *name = judging_text(l->name);
	enum point_code code = l->status == LOOKUP_BOGUS ? POINT_DNSSEC_BOGUS
							 : POINT_DNS_TEMPERROR;

	if (l->status == LOOKUP_NOT_ASKED)
		return false;
	if (l->status < LOOKUP_BOGUS)
		return true;
	if (!is_said(j, code, name))
		judging_say(j, code,
		    &(struct saying){ .subject = name,
			.h = name,
			.x = l->reason,
			.seconds = l->seconds });
	return false;
}

enum found_address
judging_address(
    struct judging *j, const struct lookup *a, const struct lookup *aaaa)
{
	bool known = judging_is_answered(j, a);

	known = judging_is_answered(j, aaaa) && known;
	if (a->status == LOOKUP_FOUND || aaaa->status == LOOKUP_FOUND)
		return ADDRESS_FOUND;
	return known ? ADDRESS_NONE : ADDRESS_UNKNOWN;
}
