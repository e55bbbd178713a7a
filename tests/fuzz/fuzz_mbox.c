#include <stdlib.h>
#include <string.h>

#include "files/mbox.h"
#include "files/sliding_window.h"
#include "model/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A file that is read a few bytes at a time. */
struct drip {
	struct span left;
	size_t step;
};

static ssize_t
drip_read(void *arg, void *p, size_t n)
{
	struct drip *d = arg;

	n = n < d->step ? n : d->step;
	n = n < d->left.n ? n : d->left.n;
	memcpy(p, d->left.p, n);
	d->left = span_skip(d->left, n);
	return (ssize_t)n;
}

static uint64_t
mix(uint64_t hash, const void *p, size_t n)
{
	const unsigned char *u = p;

	for (; n > 0; n--)
		hash = (hash ^ *u++) * 1099511628211U;
	return hash;
}

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* All mails of the text as one number. */
static uint64_t
read_mails(struct span text, const struct limits *limits, size_t step)
{
	struct window w = { .buf.max = mbox_window_max(limits) };
	struct drip drip = { text, step };
	uint64_t hash = 14695981039346656037U, total = 0, number = 0;
	struct mbox_mail mail;
	struct mbox m;

	window_begin(&w, drip_read, &drip);
	mbox_begin(&m, &w, limits);
	while (mbox_next(&m, &mail) == 1) {
		require(mail.number == ++number);
		require(mail.too_large == (mail.size > limits->message));
		require(mail.bytes.n <=
			(mail.too_large ? limits->header : limits->message));
		require(mail.too_large || mail.size == mail.bytes.n);
		total += mail.size;
		hash = mix(hash, &mail.size, sizeof mail.size);
		hash = mix(hash, mail.bytes.p, mail.bytes.n);
	}
	require(total <= text.n && number > 0);
	mbox_end(&m);
	window_free(&w);
	return hash;
}

/* Whatever the steps in which it is read, the mails are the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct limits limits = limits_default;
	struct span text;
	size_t step, before;

	if (n < 3)
		return 0;
	limits.message = 1 + data[0] * 16U;
	limits.header = 1 + data[1];
	step = 1 + data[2];
	text = (struct span){ (const char *)data + 3, n - 3 };
	if (!mbox_is(text, &before))
		return 0;
	text = span_skip(text, before);
	require(read_mails(text, &limits, step) ==
		read_mails(text, &limits, SIZE_MAX));
	return 0;
}
