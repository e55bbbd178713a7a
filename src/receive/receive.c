#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/span.h"
#include "base/utc.h"
#include "codes/codes.h"
#include "config/config.h"
#include "dns/host_names.h"
#include "dns/resolver.h"
#include "ingest/ingest.h"
#include "ledger/posts.h"
#include "mime/report_front.h"
#include "model/message.h"
#include "model/test_report.h"
#include "model/tls_report.h"
#include "model/vouching.h"
#include "net/wait.h"
#include "receive/cgi_answer.h"
#include "receive/cgi_body.h"
#include "receive/cgi_request.h"
#include "receive/receive.h"
#include "store/store.h"

enum {
	BODY_TIME = 300 * 1000, /* milliseconds for a body to come */
	RETRY_AFTER = 300,	/* seconds after trouble here */
	SHA256 = 32,		/* bytes */
	SOURCE = sizeof POSTED_SOURCE + CGI_ADDRESS
};

void
receive_init(struct receive *r, const struct config *c)
{
	*r = (struct receive){ .config = c,
		.body = { .max = (size_t)c->limits.message } };
	receive_fail(r);
}

void
receive_free(struct receive *r)
{
	buf_free(&r->body);
	arena_free(&r->memory);
}

/* Returns false, so that "return refuse()" reads well in receive_read(). */
static bool
refuse(struct receive *r, enum cgi_status status, enum code code)
{
	r->answer = (struct cgi_answer){ .status = status,
		.code = code != CODE_NONE ? code_entry(code)->name : NULL };
	return false;
}

void
receive_fail(struct receive *r)
{
	refuse(r, CGI_SERVICE_UNAVAILABLE, CODE_NONE);
	r->answer.retry_after = RETRY_AFTER;
}

/* Whether the body, or else the type that it is sent as, is that of a report.
 */
static bool
claims_to_be_report(const struct receive *r)
{
	return r->request.is_tlsrpt ||
	       begins_as_report(buf_span(&r->body), r->config->limits.reports);
}

bool
receive_read(struct receive *r, char *const *environment, int fd)
{
	struct cgi_request *q = &r->request;

	if (!cgi_request_read(environment, q) || !q->is_post)
		return refuse(r, CGI_METHOD_NOT_ALLOWED, CODE_HTTP_METHOD);
	switch (cgi_body_read(fd, q, wait_clock() + BODY_TIME, &r->body)) {
	case CGI_BODY_TOO_LARGE:
		return refuse(r, CGI_CONTENT_TOO_LARGE, CODE_HTTP_TOO_LARGE);
	case CGI_BODY_LATE:
		return refuse(r, CGI_REQUEST_TIMEOUT, CODE_HTTP_BODY);
	case CGI_BODY_BROKEN:
		return refuse(r, CGI_BAD_REQUEST, CODE_HTTP_BODY);
	case CGI_BODY_READ:
		break;
	}
	if (r->body.len == 0 && !q->has_length)
		return refuse(r, CGI_LENGTH_REQUIRED, CODE_HTTP_LENGTH);
	if (r->body.len == 0)
		return refuse(r, CGI_BAD_REQUEST, CODE_HTTP_BODY);
	if (!claims_to_be_report(r))
		return refuse(
		    r, CGI_UNSUPPORTED_MEDIA_TYPE, CODE_HTTP_MEDIA_TYPE);
	return true;
}

/* A POST has no Message-ID; its digest tells it from others of its size. */
static void
name_body(struct receive *r)
{
	unsigned char digest[SHA256];

	if (EVP_Digest(r->body.data, r->body.len, digest, NULL, EVP_sha256(),
		NULL) != 1)
		out_of_memory();
	strcpy(r->name, "sha256:");
	hex_format(digest, sizeof digest, r->name + strlen(r->name));
}

static struct ingest *
open_ingest(const struct config *c, struct store *st)
{
	struct ingest_settings settings = {
		.examine = { .limits = &c->limits,
		    .our_domains = c->domains.name,
		    .n_our_domains = c->domains.n },
		.keep_raw = c->keep_raw,
	};
	struct ingest *in = ingest_open(st, &settings);

	ingest_set_vouching(in, &c->vouching);
	return in;
}

/* Names of the host that sent it, if they can vouch for it; else "". */
static const char *
find_hosts(struct receive *r)
{
	const struct config *c = r->config;
	struct resolver *resolver;
	const char *names;

	if (!c->verified_hosts || c->vouching.mode == DKIM_OFF)
		return "";
	resolver = resolver_new(&c->dns);
	names = host_names_find(resolver, r->request.address, &r->memory);
	resolver_free(resolver);
	return names;
}

static int
judge(struct receive *r, struct ingest *in, int64_t now,
    struct ingest_verdict *verdict, struct fault *f)
{
	char source[SOURCE];
	struct mail_head head = mail_head_empty;
	struct message m = {
		.source = source,
		.bytes = buf_span(&r->body),
		.size = r->body.len,
		.has_arrival = true,
		.arrival = now,
		.posted = true,
		.signed_by = find_hosts(r),
		.attachment_of = &head,
		.filename = "",
	};

	snprintf(
	    source, sizeof source, "%s%s", POSTED_SOURCE, r->request.address);
	name_body(r);
	head.message_id = r->name;
	return ingest_message(in, &m, verdict, f);
}

static void
refuse_for_today(struct receive *r, int64_t now)
{
	refuse(r, CGI_TOO_MANY_REQUESTS, CODE_RATE_LIMITED);
	r->answer.retry_after = (unsigned)(UTC_DAY - now % UTC_DAY);
}

/* The answer once all is stored. */
static void
answer(struct receive *r, const struct ingest_counts *c,
    const struct ingest_verdict *verdict)
{
	r->answer = (struct cgi_answer){ .status = CGI_OK };
	if (c->rejected > 0)
		r->answer = (struct cgi_answer){ .status = CGI_BAD_REQUEST,
			.code = verdict->code };
	else if (c->imported > 0)
		r->answer.status = CGI_CREATED;
	else if (c->reports == 0)
		refuse(r, CGI_UNSUPPORTED_MEDIA_TYPE, CODE_HTTP_MEDIA_TYPE);
}

/*
 * All in one transaction: the count of the address, what it sent, and whose
 * turn it is to refresh.
 */
static int
commit(struct receive *r, struct store *st, struct ingest *in, int64_t now,
    struct fault *f)
{
	unsigned every = r->config->receive_refresh;
	int64_t posts;
	int due = 0;

	if (ingest_begin(in, f) == -1 ||
	    store_add_post(st, r->request.network, now, &posts, f) == -1)
		return -1;
	if (posts > (int64_t)r->config->receive_max) {
		refuse_for_today(r, now);
		return 0;
	}
	if (every > 0 && (due = store_claim_refresh(st, now, every, f)) == -1)
		return -1;
	if (ingest_commit(in, f) == -1)
		return -1;
	r->refresh = due == 1;
	return 1;
}

/* What `check --post` sends. */
static bool
is_test(const struct receive *r)
{
	return span_is(buf_span(&r->body), test_report);
}

/* All is done but to keep it: the store can be written. */
static int
answer_test(struct receive *r, struct store *st, int64_t now, struct fault *f)
{
	int64_t posts;
	int rc = store_begin(st, f);

	if (rc == 0)
		rc = store_add_post(st, r->request.network, now, &posts, f);
	store_rollback(st);
	if (rc == 0)
		r->answer = (struct cgi_answer){ .status = CGI_OK,
			.text = "a test report, not stored" };
	return rc;
}

int
receive_store(struct receive *r, struct store *st, struct fault *f)
{
	int64_t now = (int64_t)time(NULL), posts;
	struct ingest_verdict verdict;
	struct ingest *in;
	int rc;

	receive_fail(r);
	if (store_count_posts(st, r->request.network, now, &posts, f) == -1)
		return -1;
	if (posts >= (int64_t)r->config->receive_max) {
		refuse_for_today(r, now);
		return 0;
	}
	if (is_test(r))
		return answer_test(r, st, now, f);
	in = open_ingest(r->config, st);
	rc = judge(r, in, now, &verdict, f);
	if (rc == 0)
		rc = commit(r, st, in, now, f);
	if (rc == 1)
		answer(r, ingest_counts(in), &verdict);
	ingest_close(in);
	return rc == -1 ? -1 : 0;
}
