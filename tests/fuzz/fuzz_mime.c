/* A mail to its candidates and their texts; the first byte picks limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mime/candidates.h"
#include "mime/part_body.h"
#include "unpack/unpack.h"

enum {
	TEXT_MAX = 64 * 1024
};

static const struct limits tight = {
	.message = 4096,
	.header = 400,
	.report = 4096,
	.mime_depth = 3,
	.parts = 5,
	.reports = 2,
	.json_depth = 32,
	.policies = 10,
	.failures = 10,
};

static void
check(int holds)
{
	if (!holds)
		abort();
}

static void
check_text(const char *s)
{
	size_t n = strlen(s), len;
	unsigned c;

	for (; n > 0; s += len, n -= len)
		check((len = text_utf8(s, n, &c)) > 0);
}

static void
check_head(const struct mail_head *h)
{
	check_text(h->from);
	check_text(h->subject);
	check_text(h->message_id);
	check_text(h->date);
	check_text(h->report_domain);
	check_text(h->report_submitter);
}

static void
read_part(const struct mime_part *p, const struct limits *limits)
{
	static struct findings fs;
	static struct buf room, text = { .max = TEXT_MAX };
	struct span bytes;
	struct unpack *u;
	int got;

	fs.reject.code = CODE_NONE;
	fs.n = 0;
	buf_reset(&room);
	room.max = p->body.n + 3 > room.cap ? p->body.n + 3 : room.cap;
	if (part_body_decode(p->body, p->encoding, &room, &bytes, &fs) == 0) {
		u = unpack_open(bytes, limits);
		while ((got = unpack_next(u, &text, &fs)) != 0) {
			check(text.len <= TEXT_MAX);
			check(got == 1 || text.len == 0);
			check(got == 1 || fs.reject.code != CODE_NONE);
			fs.reject.code = CODE_NONE;
		}
		unpack_close(u);
	}
}

/* Every leaf, whether it is a candidate or not. */
static void
walk(struct span mail, const struct limits *limits, struct arena *arena)
{
	static struct findings fs;
	struct mime *m = mime_open(mail, limits, arena);
	struct mime_part p;
	size_t bytes = 0;

	fs.reject.code = CODE_NONE;
	while (mime_next(m, &p, &fs) == 1) {
		check(p.depth <= limits->mime_depth);
		check(p.around.n <= limits->header);
		check_text(p.filename);
		bytes += p.body.n;
	}
	check(bytes <= 2 * mail.n);
	mime_close(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct findings fs;
	const struct limits *limits = &limits_default;
	struct span mail = { (const char *)data, size };
	static struct arena arena; /* reused, as by the pipeline */
	struct candidates c;
	size_t i;
	int rc;

	if (size > 0 && data[0] < ' ' && data[0] != '\n') {
		limits = &tight;
		mail = span_skip(mail, 1);
	}
	walk(mail, limits, &arena);
	fs.reject.code = CODE_NONE;
	fs.n = 0;
	rc = candidates_find(mail, limits, &arena, &c, &fs);
	check((rc == -1) == (fs.reject.code != CODE_NONE));
	check(rc == 0 || c.n == 0);
	check(c.n <= limits->reports);
	check_head(&c.head);
	for (i = 0; i < c.n; i++) {
		check_head(&c.head_of[i]);
		read_part(&c.part[i], limits);
	}
	arena_reset(&arena);
	return 0;
}
