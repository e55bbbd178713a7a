#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/timing.h"
#include "codes/codes.h"
#include "config/config.h"
#include "description/describe_voucher.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"
#include "imap/fetch.h"
#include "imap/list_mails.h"
#include "ingest/examine.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "model/vouching.h"
#include "output/checklist.h"
#include "setup/check_signature.h"

/* What big providers call themselves in Authentication-Results; the last one
 * stands for none, as at Microsoft 365. */
static const char *const providers[] = { "mx.google.com",
	"*.messagingengine.com", "*.yahoo.com", "mx.qq.com", "none" };

enum {
	PROVIDERS = sizeof providers / sizeof *providers
};

/* The verdict on the first report of a mail; strings are in the arena. */
struct heard {
	struct arena *memory;
	bool any;
	enum vouched vouched;
	enum code code;
	const char *sentence;
	const char *domain;   /* that signed; "" */
	const char *reporter; /* the domain of contact-info; "" */
};

/* The mail while it is judged. */
struct judging {
	const struct config_mailbox *mailbox;
	struct examine_settings settings;
	struct checklist *out;
	double began;
	struct arena memory;
};

static int
on_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct heard *h = arg;
	const struct verdict *v = c->verdict;

	(void)f;
	if (v == NULL || h->any)
		return 0;
	h->any = true;
	h->vouched = v->vouched;
	h->code = v->code;
	h->sentence = describe_voucher_sentence(v, h->memory);
	h->domain =
	    v->about != NULL ? arena_strdup(h->memory, v->about->domain) : "";
	h->reporter = c->report != NULL
			  ? arena_strdup(h->memory, c->report->reporter_domain)
			  : "";
	return 0;
}

/* Judge it as the mailbox would, or by a provider's word that is trusted. */
static void
hear(struct judging *j, const struct message *m, const char *const *trusted,
    struct heard *h)
{
	struct examiner *examiner = examiner_new(&j->settings);
	struct vouching how = j->mailbox->vouching;
	struct arena mail = { 0 }, reports = { 0 };
	struct mail_head head;
	struct fault ignored;

	how.mode = DKIM_RECORD; /* or a report that is refused is not shown */
	if (trusted != NULL) {
		how.trusted = trusted;
		how.n_trusted = 1;
	}
	*h = (struct heard){ .memory = &j->memory };
	examiner_set_vouching(examiner, &how);
	(void)examine(
	    examiner, m, &mail, &reports, &head, on_candidate, h, &ignored);
	examiner_free(examiner);
	arena_free(&mail);
	arena_free(&reports);
}

static bool
is_vouched(const struct heard *h)
{
	return h->vouched == VOUCHED_BY_SIGNATURE ||
	       h->vouched == VOUCHED_BY_PROVIDER;
}

/* How to believe a provider that found the signature valid; "" for none. */
static const char *
believe(struct judging *j, const struct message *m)
{
	struct heard h;
	size_t i;

	for (i = 0; i < PROVIDERS; i++) {
		hear(j, m, &providers[i], &h);
		if (h.any && h.vouched == VOUCHED_BY_PROVIDER)
			break;
	}
	if (i == PROVIDERS)
		return "";
	return arena_printf(&j->memory,
	    "your provider found the signature valid when the mail came in; "
	    "believe it by trust_authserv = %s in [mailbox %s]%s",
	    providers[i], j->mailbox->name,
	    i + 1 == PROVIDERS ? ", if all mail comes in through Microsoft 365"
			       : "");
}

/* What to do about a mail that nobody vouches for. */
static const char *
remedy_of(struct judging *j, const struct message *m, const struct heard *h)
{
	const char *provider = believe(j, m);

	if (provider[0] != '\0')
		return provider;
	if (h->vouched == VOUCHED_LATER)
		return "set resolver in [dns] to a server that answers";
	if (h->code == CODE_DKIM_NOT_ALIGNED && h->reporter[0] != '\0')
		return arena_printf(&j->memory,
		    "if that domain may sign for this reporter: signers = "
		    "%s:%s in [reports]",
		    h->domain, h->reporter);
	return arena_printf(
	    &j->memory, "tlsrua explain %s", code_entry(h->code)->name);
}

static int
on_mail(void *arg, const struct imap_mail *mail, struct fault *f)
{
	struct judging *j = arg;
	struct message m = { .source = j->mailbox->name,
		.is_mail = true,
		.bytes = mail->bytes,
		.size = mail->size,
		.has_arrival = mail->has_date,
		.arrival = mail->date };
	struct check_point point = {
		.name = "dkim", .state = CHECK_OK, .remedy = ""
	};
	struct heard h;

	(void)f;
	if (mail->too_large || mail->withheld != NULL)
		return 0;
	hear(j, &m, NULL, &h);
	if (!h.any)
		return 0;
	if (!is_vouched(&h)) {
		point.state = j->mailbox->vouching.mode == DKIM_REQUIRE
				  ? CHECK_FAILED
				  : CHECK_WARNING;
		point.remedy = remedy_of(j, &m, &h);
	}
	point.detail =
	    arena_printf(&j->memory, "newest report: %s", h.sentence);
	point.seconds = timing_now() - j->began;
	checklist_add(j->out, &point);
	return 0;
}

int
check_signature(struct imap *imap, uint32_t uid, const struct config *c,
    const struct config_mailbox *mailbox, struct resolver *resolver,
    struct checklist *out, struct fault *f)
{
	struct judging j = { .mailbox = mailbox,
		.settings = { .limits = &c->limits,
		    .our_domains = c->domains.name,
		    .n_our_domains = c->domains.n,
		    .resolver = resolver },
		.out = out,
		.began = timing_now() };
	struct imap_size size = { .uid = uid, .unsized = true };
	struct imap_fetch order = {
		.list = &size, .n = 1, .careful = true, .fn = on_mail, .arg = &j
	};
	int rc = 0;

	if (mailbox->vouching.mode != DKIM_OFF)
		rc = imap_fetch(imap, &order, f);
	arena_free(&j.memory);
	return rc;
}
