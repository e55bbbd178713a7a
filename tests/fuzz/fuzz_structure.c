/*
 * A FETCH answer, with what it tells of the parts of a mail, in which whoever
 * sent the mail has a say: all that is taken from it lies within it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "imap/fetch_answer.h"
#include "imap_text/bodystructure.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
assert_within(struct span s, struct span all)
{
	if (s.n > 0 &&
	    (s.p < all.p || s.n > all.n || s.p + s.n > all.p + all.n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span all = { (const char *)data, n };
	struct fetch_answer a;
	struct buf parameters = { .max = 2048 };
	struct structure st;
	int64_t date;
	size_t i;

	fetch_answer_read(all, &a);
	assert_within(a.internaldate, all);
	assert_within(a.bodystructure, all);
	if (a.n > FETCH_SECTIONS)
		abort();
	for (i = 0; i < a.n; i++) {
		assert_within(a.section[i].name, all);
		assert_within(a.section[i].bytes, all);
	}
	if (fetch_answer_section(&a, "HEADER") != NULL)
		assert_within(*fetch_answer_section(&a, "HEADER"), all);
	fetch_answer_date(&a, &date);
	structure_read(a.bodystructure.n > 0 ? a.bodystructure : all, &st);
	if (st.n > MESSAGE_PARTS || st.n_mails > MESSAGE_MAILS)
		abort();
	for (i = 0; i < st.n_mails; i++) {
		if (memchr(st.mail[i].section, '\0',
			sizeof st.mail[i].section) == NULL)
			abort();
		assert_within(st.mail[i].boundary, all);
	}
	for (i = 0; i < st.n; i++) {
		if (memchr(st.part[i].section, '\0',
			sizeof st.part[i].section) == NULL)
			abort();
		assert_within(st.part[i].of_type, all);
		assert_within(st.part[i].of_disposition, all);
		structure_write_parameters(&st.part[i], &parameters);
	}
	if (parameters.len > 0 &&
	    memchr(parameters.data, '\n', parameters.len) != NULL)
		abort(); /* a line of its own in a header field */
	buf_free(&parameters);
	return 0;
}
