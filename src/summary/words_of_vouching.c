#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "model/overview.h"
#include "output/terminal_text.h"
#include "summary/judge.h"
#include "summary/words.h"
#include "summary/words_of_vouching.h"

enum {
	FEWEST_TO_REQUIRE = 20, /* reports, before require is proposed */
	LONGEST_NAME = 60	/* columns of what a stranger named */
};

/* The first of an organization's senders in the list; NULL for none. */
static const struct overview_sender *
first_sender(const struct overview *o, const char *organization)
{
	size_t low = 0, high = o->n_senders, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(o->senders[middle].organization, organization) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < o->n_senders &&
		       strcmp(o->senders[low].organization, organization) == 0
		   ? &o->senders[low]
		   : NULL;
}

const char *
words_signed(const struct words *w, const char *organization)
{
	const struct overview_sender *s = first_sender(w->o, organization);
	const char *name = words_organization(organization);

	if (s == NULL || w->o->vouching.vouched == 0)
		return name;
	return arena_printf(w->mem, "%s (%s)", name,
	    s->signed_by[0] != '\0' ? s->signed_by : "nobody vouches");
}

const char *
words_vouched(const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;

	if (v->vouched + v->unvouched == 0)
		return "";
	return arena_printf(
	    w->mem, "%s vouched for", words_number(w, v->vouched));
}

/* "dkim-fail 9, dkim-missing 3, 2 wait for DNS" */
static const char *
doubts(const struct words *w, const struct overview_vouching *v)
{
	const char *text = "", *waiting = "";
	size_t i;

	for (i = 0; i < v->n_doubts; i++) {
		const struct overview_doubt *d = &v->doubts[i];

		if (strcmp(d->code, "waiting") == 0)
			waiting = arena_printf(w->mem, "%s waiting for DNS",
			    words_number(w, d->reports));
		else
			text = arena_printf(w->mem, "%s%s%s %s", text,
			    text[0] != '\0' ? ", " : "", d->code,
			    words_number(w, d->reports));
	}
	return arena_printf(w->mem, "%s%s%s", text,
	    text[0] != '\0' && waiting[0] != '\0' ? ", " : "", waiting);
}

/* The code that most of them have, to be explained. */
static const char *
commonest(const struct overview_vouching *v)
{
	size_t i = 0;

	while (i < v->n_doubts && strcmp(v->doubts[i].code, "waiting") == 0)
		i++;
	if (i == v->n_doubts)
		return "dkim-temperror";
	return strcmp(v->doubts[i].code, "https") == 0 ? "unauthenticated"
						       : v->doubts[i].code;
}

const char *
words_unvouched(const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;

	if (v->unvouched == 0)
		return "";
	return arena_printf(w->mem,
	    "%s of %s %s vouched for by nobody (%s): tlsrua explain %s",
	    words_number(w, v->unvouched),
	    words_count(w, w->o->reports, "report"),
	    v->unvouched == 1 ? "is" : "are", doubts(w, v), commonest(v));
}

const char *
words_unvouched_senders(const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;
	const char *text = "", *name;
	size_t i;

	for (i = 0; i < v->n_senders; i++) {
		const struct overview_unvouched *s = &v->senders[i];

		name = words_organization(s->organization);
		if (s->reporter_domain[0] != '\0')
			name = arena_printf(
			    w->mem, "%s, %s", name, s->reporter_domain);
		text =
		    arena_printf(w->mem, "%s%s%s (%s)", text, i > 0 ? "; " : "",
			text_clip(w->mem, name, LONGEST_NAME, w->ascii),
			words_number(w, s->reports));
	}
	if (v->senders_left_out > 0)
		text = arena_printf(w->mem, "%s; and %s more", text,
		    words_number(w, v->senders_left_out));
	return text[0] != '\0' ? arena_printf(w->mem, "they name %s", text)
			       : "";
}

const char *
words_signers(const struct words *w, const struct overview_signers *s)
{
	const char *names = "";
	size_t i;

	for (i = 0; i < s->n; i++)
		names = arena_printf(w->mem, "%s%s%s (%s)", names,
		    i > 0 ? ", " : "", s->domain[i],
		    words_count(w, s->reports[i], "report"));
	if (s->left_out > 0)
		names = arena_printf(w->mem, "%s and %s more", names,
		    words_number(w, s->left_out));
	return arena_printf(w->mem,
	    "%s: signed by %s domains, %s: anybody can use that name, so look "
	    "whether all of them are the sender's (tlsrua export -o - reports, "
	    "column dkim_domain)",
	    text_clip(w->mem, words_organization(s->organization), LONGEST_NAME,
		w->ascii),
	    words_number(w, s->n + s->left_out), names);
}

const char *
words_ready_to_require(const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;

	if (w->j->advice.is_required || v->lately < FEWEST_TO_REQUIRE ||
	    v->lately_vouched < v->lately)
		return "";
	return arena_printf(w->mem,
	    "All %s of the last 30 days are vouched for: ready for dkim = "
	    "require in [reports], which refuses what nobody vouches for",
	    words_count(w, v->lately, "report"));
}

const char *
words_refusing(const struct words *w, size_t i)
{
	const struct judge_refusing *r = &w->j->advice.refusing[i];

	return arena_printf(w->mem,
	    "%s: %s of %s in the last 30 days were refused, since nobody "
	    "vouches for them. Where the mail provider changes mails, set "
	    "trust_authserv in [mailbox %s] (tlsrua explain dkim-fail), then "
	    "tlsrua quarantine retry --all",
	    r->name, words_number(w, r->refused),
	    words_count(w, r->reports, "report"), r->name);
}
