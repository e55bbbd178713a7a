#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/printable.h"
#include "base/saturating.h"
#include "base/utc.h"
#include "model/overview.h"
#include "output/mail_encoding.h"
#include "page/html_page.h"
#include "page/mail_body.h"
#include "page/summary_mail.h"
#include "summary/words.h"

enum {
	WEEK = 7,
	THURSDAY = 4 /* 1970-01-01 was one; Sunday is 0 */
};

/* No line of the parts begins like this, since they are encoded. */
#define MIXED "=_tlsrua_mixed"
#define ALTERNATIVE "=_tlsrua_alternative"

/* "24 Nov 2026 06:00:00 +0000" with the day of the week (RFC 5322 §3.3). */
static const char *
mail_date(struct arena *mem, int64_t t)
{
	static const char *const days[WEEK] = { "Sun", "Mon", "Tue", "Wed",
		"Thu", "Fri", "Sat" };
	char text[UTC_TEXT];

	utc_format(t, text);
	return arena_printf(mem, "%s, %.2s %s %.4s %.8s +0000",
	    days[(utc_day(t) + THURSDAY) % WEEK], text + 8,
	    utc_month_name((text[5] - '0') * 10 + text[6] - '0'), text,
	    text + 11);
}

/* "98.2 % verified"; "" where nothing was reported. */
static const char *
share_verified(const struct words *w)
{
	const struct overview *o = w->o;
	uint64_t bad = saturating_count(o->failed, w->j->unchecked);

	if (o->sessions == 0)
		return "no mail session reported";
	return arena_printf(w->mem, "%s verified",
	    words_share(
		w, o->sessions > bad ? o->sessions - bad : 0, o->sessions));
}

/* ", better than the week before"; "" when there is nothing to compare. */
static const char *
trend(const struct words *w)
{
	const struct overview *o = w->o;
	const char *word = words_trend(
	    o->failed, o->sessions, o->failed_before, o->sessions_before);
	const char *before = o->n_days == WEEK
				 ? "the week"
				 : arena_printf(w->mem, "the %s",
				       words_count(w, o->n_days, "day"));

	if (word[0] == '\0')
		return "";
	if (strcmp(word, "as before") == 0)
		return arena_printf(w->mem, ", as %s before", before);
	return arena_printf(w->mem, ", %s than %s before", word, before);
}

/* The verdict on one line of ASCII. */
static const char *
subject(const struct words *w)
{
	const char *tasks = words_tasks(w);
	char *clean;
	const char *text;

	if (w->o->n_domains == 0)
		return w->o->n_days == 0
			   ? "TLS reports: none is stored yet"
			   : arena_printf(w->mem, "TLS reports, %s: none",
				 words_range(w));
	text = arena_printf(w->mem, "TLS reports to %s: %s%s%.*s%s",
	    words_day(w, w->o->to), share_verified(w),
	    tasks[0] != '\0' ? ", " : "",
	    tasks[0] != '\0' ? (int)strlen(tasks) - 1 : 0, tasks, trend(w));
	clean = printable_in_ascii(text);
	text = arena_strdup(w->mem, clean);
	free(clean);
	return text;
}

static void
put_head(FILE *out, const struct words *w, const struct page_origin *origin,
    const struct mail_envelope *envelope)
{
	const char *at = strchr(envelope->from, '@');
	const char *host = origin->host[0] != '\0' ? origin->host
			   : at != NULL		   ? at + 1
						   : "localhost";

	fprintf(out, "From: %s\nTo: %s\nSubject: %s\nDate: %s\n",
	    envelope->from, envelope->to, subject(w),
	    mail_date(w->mem, origin->made));
	fprintf(out, "Message-ID: <tlsrua.summary.%" PRId64 "%s%s@%s>\n",
	    origin->made, envelope->view != NULL ? "." : "",
	    envelope->view != NULL ? envelope->view : "", host);
	fputs("Auto-Submitted: auto-generated\nMIME-Version: 1.0\n"
	      "Content-Type: multipart/mixed; boundary=\"" MIXED "\"\n\n",
	    out);
}

/* What a function prints, in memory; the caller frees it. */
static char *
printed(void (*print)(FILE *, const struct words *, const struct page_origin *),
    const struct words *w, const struct page_origin *origin, size_t *n)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, n);

	if (out == NULL)
		out_of_memory();
	print(out, w, origin);
	if (fclose(out) == EOF)
		out_of_memory();
	return text;
}

void
summary_mail_print(FILE *out, const struct words *w,
    const struct page_origin *origin, const struct mail_envelope *envelope,
    const char *text)
{
	const struct words in_unicode = { w->o, w->j, w->mem, false };
	size_t body_size, page_size;
	char *body = printed(html_mail_body, &in_unicode, origin, &body_size);
	char *page = printed(html_print, &in_unicode, origin, &page_size);

	put_head(out, w, origin, envelope);
	fputs("--" MIXED "\nContent-Type: multipart/alternative; "
	      "boundary=\"" ALTERNATIVE "\"\n\n--" ALTERNATIVE "\n"
	      "Content-Type: text/plain; charset=UTF-8\n"
	      "Content-Transfer-Encoding: quoted-printable\n\n",
	    out);
	mail_put_quoted(out, text);
	fputs("\n--" ALTERNATIVE "\n"
	      "Content-Type: text/html; charset=UTF-8\n"
	      "Content-Transfer-Encoding: quoted-printable\n\n",
	    out);
	mail_put_quoted(out, body);
	fprintf(out,
	    "\n--" ALTERNATIVE "--\n\n--" MIXED "\n"
	    "Content-Type: text/html; charset=UTF-8; "
	    "name=\"tls-reports%s%s.html\"\n"
	    "Content-Disposition: attachment; "
	    "filename=\"tls-reports%s%s.html\"\n"
	    "Content-Transfer-Encoding: base64\n\n",
	    w->o->to[0] != '\0' ? "-" : "", w->o->to,
	    w->o->to[0] != '\0' ? "-" : "", w->o->to);
	mail_put_base64(out, page, page_size);
	fputs("\n--" MIXED "--\n", out);
	free(body);
	free(page);
}
