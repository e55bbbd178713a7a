#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/child.h"
#include "base/fault.h"
#include "base/utc.h"
#include "config/config.h"
#include "config/value_types.h"
#include "export/read_overview.h"
#include "ledger/view_progress.h"
#include "page/html_page.h"
#include "page/summary_mail.h"
#include "store/store.h"
#include "summary/summary.h"
#include "views/view_job.h"
#include "views/view_mail.h"

enum {
	WEEK = 7,
	THURSDAY = 3,	 /* 1970-01-01 was one; Monday is 0 */
	SECONDS = 60,	 /* that the command may take */
	MAIL_LINES = 200 /* of the text */
};

/* The Monday of the newest week whose mail is due. */
static int64_t
due_week(int64_t now)
{
	int64_t day = utc_day(now) - 1; /* it is due on Tuesday */

	return day - (day + THURSDAY) % WEEK - WEEK;
}

static const char *
date_of(struct arena *mem, int64_t day)
{
	char text[UTC_TEXT];

	utc_format_date(day * UTC_DAY, text);
	return arena_strdup(mem, text);
}

/* The mail, allocated; `*n` gets its length. */
static char *
compose(const struct view_job *j, const struct judged_overview *l, size_t *n)
{
	struct page_origin origin = { l->now, "", "" };
	struct mail_envelope envelope = { j->config->report_from, j->view->mail,
		j->view->name };
	struct summary_style style = { .lines = MAIL_LINES, .now = l->now };
	char *mail = NULL, *text = NULL;
	size_t text_size;
	FILE *out = open_memstream(&text, &text_size);

	if (out == NULL)
		out_of_memory();
	summary_print(out, &l->words, &style);
	if (fclose(out) == EOF || (out = open_memstream(&mail, n)) == NULL)
		out_of_memory();
	summary_mail_print(out, &l->words, &origin, &envelope, text);
	if (fclose(out) == EOF)
		out_of_memory();
	free(text);
	return mail;
}

static int
hand_over(struct view_job *j, const char *mail, size_t n, struct fault *f)
{
	struct child child = { .argv =
				   setting_argv(j->config->sendmail, &j->mem),
		.input = mail,
		.input_len = n,
		.seconds = SECONDS,
		.failed = EX_CANTCREAT };

	if (child.argv == NULL)
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "mail: sendmail in [report] is no command");
	if (child_run(&child, f) == 0)
		return 0;
	fault_prefix(f, "mail: sendmail of [report]");
	return -1;
}

static int
note(struct view_job *j, int64_t monday, struct fault *f)
{
	if (store_begin(j->store, f) == -1)
		return -1;
	if (view_mailed_note(j->store, j->view->name, monday, f) == 0)
		return store_commit(j->store, f);
	store_rollback(j->store);
	return -1;
}

int
view_mail_if_due(struct view_job *j, struct fault *f)
{
	int64_t due = due_week(read_overview_now()), last;
	struct overview_wish wish = { .from = date_of(&j->mem, due),
		.to = date_of(&j->mem, due + WEEK - 1),
		.domains = j->domains.name,
		.n_domains = j->domains.n,
		.alone = true,
		.percent = -1 };
	struct judged_overview l = { 0 };
	char *mail;
	size_t n;
	int rc;

	if (view_mailed_read(j->store, j->view->name, &last, f) == -1)
		return -1;
	if (last >= due)
		return 0;
	rc = read_overview(&l, j->store, &wish, f);
	if (rc == 0) {
		mail = compose(j, &l, &n);
		rc = hand_over(j, mail, n, f);
		free(mail);
	}
	judged_overview_free(&l);
	return rc == 0 ? note(j, due, f) : -1;
}
