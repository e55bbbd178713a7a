/* A body to its texts; the first byte is the transfer encoding it claims. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/part_body.h"
#include "model/limits.h"
#include "unpack/gzip_pack.h"
#include "unpack/unpack.h"

enum {
	TEXT_MAX = 64 * 1024
};

static void
check(int holds)
{
	if (!holds)
		abort();
}

/* What is packed must come back the same. */
static void
check_packing(struct span text)
{
	static struct findings fs;
	struct buf packed = { .max = TEXT_MAX * 2 };
	struct buf again = { .max = TEXT_MAX };
	struct unpack *u;

	memset(&fs, 0, sizeof fs);
	check(pack_gzip(text, &packed) == 0);
	u = unpack_open(buf_span(&packed), &limits_default);
	check(unpack_next(u, &again, &fs) == 1);
	check(again.len == text.n);
	check(text.n == 0 || memcmp(again.data, text.p, text.n) == 0);
	check(fs.n == 0);
	unpack_close(u);
	buf_free(&packed);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct findings fs;
	struct span body = { (const char *)data, size }, bytes;
	enum mime_encoding label = MIME_IDENTITY;
	struct buf room = { .max = size + 3 }, text = { .max = TEXT_MAX };
	struct unpack *u;
	unsigned n = 0;
	int got;

	if (size > 0 && data[0] <= MIME_OTHER) {
		label = (enum mime_encoding)data[0];
		body = span_skip(body, 1);
	}
	memset(&fs, 0, sizeof fs);
	part_body_is_report(body, label, 10);
	part_body_has_uuencode(body, &bytes);
	if (part_body_decode(body, label, &room, &bytes, &fs) == 0) {
		check(bytes.n <= body.n);
		u = unpack_open(bytes, &limits_default);
		while ((got = unpack_next(u, &text, &fs)) != 0) {
			check(text.len <= TEXT_MAX && text.cap <= TEXT_MAX);
			check(got == 1 || text.len == 0);
			check(got == 1 || fs.reject.code != CODE_NONE);
			check(++n <= limits_default.reports);
			if (got == 1 && text.len < 1000)
				check_packing(buf_span(&text));
			fs.reject.code = CODE_NONE;
		}
		unpack_close(u);
	} else {
		check(fs.reject.code == CODE_TRANSFER_ENCODING ||
		      fs.reject.code == CODE_UUENCODE);
	}
	buf_free(&room);
	buf_free(&text);
	return 0;
}
