#ifndef TESTS_CONTAINERS_H
#define TESTS_CONTAINERS_H

/* Making what reports are packed in. */

#include <zip.h>
#include <zlib.h>

#include "scenes/mails.h"

/* Append `data` in a format that windowBits names (zlib.h). */
static inline void
deflate_into(struct buf *out, int bits, const void *data, size_t n)
{
	z_stream zs = { .next_in = data, .avail_in = (uInt)n };
	size_t room;

	assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, bits, 8, 0), Z_OK);
	zs.next_out = (unsigned char *)buf_room(out, n + 1000, &room);
	zs.avail_out = (uInt)room;
	assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
	out->len += room - zs.avail_out;
	deflateEnd(&zs);
}

/* An entry of a zip to be made. */
struct entry {
	const char *name;
	const void *data;
	size_t n;
	bool stored, encrypted;
};

/* Make `*to` a zip of the entries up to one without a name. */
static inline void
zip_into(struct buf *to, const struct entry *e)
{
	zip_error_t error;
	zip_source_t *out, *in;
	zip_t *z;
	zip_int64_t i, got;
	size_t room;
	char *p;

	zip_error_init(&error);
	out = zip_source_buffer_create(NULL, 0, 0, &error);
	zip_source_keep(out);
	z = zip_open_from_source(out, ZIP_TRUNCATE, &error);
	assert_non_null(z);
	for (; e->name != NULL; e++) {
		in = zip_source_buffer(z, e->data, e->n, 0);
		i = zip_file_add(z, e->name, in, ZIP_FL_OVERWRITE);
		assert_true(i >= 0);
		zip_set_file_compression(z, (zip_uint64_t)i,
		    e->stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 9);
		if (e->encrypted)
			zip_file_set_encryption(
			    z, (zip_uint64_t)i, ZIP_EM_TRAD_PKWARE, "secret");
	}
	assert_int_equal(zip_close(z), 0);
	assert_int_equal(zip_source_open(out), 0);
	buf_reset(to);
	p = buf_room(to, 64 * 1024 * 1024, &room);
	got = zip_source_read(out, p, room);
	assert_true(got > 0);
	to->len = (size_t)got;
	zip_source_close(out);
	zip_source_free(out);
	zip_error_fini(&error);
}

#define ENTRY(called, text) \
	.name = (called), .data = (text), .n = sizeof(text) - 1

#endif
