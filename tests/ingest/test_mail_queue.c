#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "ingest/mail_queue.h"
#include "model/message.h"

enum {
	MANY = 5000
};

/* What the thread does: it writes down the mails, and fails at one. */
struct thread_notes {
	struct mail_queue *queue;
	struct buf text; /* source, bytes and context of each */
	unsigned n, fails_at;
	uint64_t waits_for; /* before each mail, for what is stored */
};

static int
note(void *arg, const struct message *m, void *context, struct fault *f)
{
	struct thread_notes *t = arg;

	mail_queue_wait_stored(t->queue, t->waits_for);
	if (++t->n == t->fails_at)
		return fault(f, FAULT_HOST, EX_IOERR, "mail %u", t->n);
	buf_append(&t->text, m->source, strlen(m->source));
	buf_append(&t->text, m->bytes.p, m->bytes.n);
	buf_append(&t->text, context, strlen(context));
	return 0;
}

static void
begin(struct thread_notes *t)
{
	t->text.max = SIZE_MAX / 2;
	t->queue = mail_queue_start(note, t);
	assert_non_null(t->queue);
}

static void
end(struct thread_notes *t)
{
	mail_queue_stop(t->queue);
	buf_free(&t->text);
}

static uint64_t
add(struct thread_notes *t, const char *source, const char *bytes)
{
	struct message m = { .source = source, .bytes = span_of(bytes) };
	static char context[] = "|";

	return mail_queue_add(t->queue, &m, context);
}

static void
assert_noted(const struct thread_notes *t, const char *expected)
{
	assert_int_equal(t->text.len, strlen(expected));
	assert_memory_equal(t->text.data, expected, t->text.len);
}

static void
works_in_order_on_copies(void **state)
{
	struct thread_notes t = { 0 };
	char source[] = "a", bytes[] = "one";
	struct fault f;

	(void)state;
	begin(&t);
	assert_int_equal(add(&t, source, bytes), 1);
	source[0] = 'b';
	memcpy(bytes, "two", 3);
	assert_int_equal(add(&t, source, bytes), 2);
	memset(bytes, 'x', 3);
	mail_queue_hand_over(t.queue);
	assert_int_equal(mail_queue_wait(t.queue, 2, &f), 0);
	assert_noted(&t, "aone|btwo|");
	assert_int_equal(add(&t, "c", ""), 3);
	mail_queue_hand_over(t.queue);
	mail_queue_hand_over(t.queue); /* nothing more */
	assert_int_equal(mail_queue_wait(t.queue, 3, &f), 0);
	assert_noted(&t, "aone|btwo|c|");
	end(&t);
}

static void
hands_over_by_itself_what_is_much(void **state)
{
	struct thread_notes t = { 0 };
	char kilobyte[1024];
	struct fault f;
	int i;

	(void)state;
	memset(kilobyte, 'x', sizeof kilobyte - 1);
	kilobyte[sizeof kilobyte - 1] = '\0';
	begin(&t);
	for (i = 0; i < MANY; i++)
		add(&t, "s", kilobyte);
	/* all but those of the last portion, which has room for more */
	assert_int_equal(mail_queue_wait(t.queue, MANY - 100, &f), 0);
	mail_queue_hand_over(t.queue);
	assert_int_equal(mail_queue_wait(t.queue, MANY, &f), 0);
	assert_int_equal(t.n, MANY);
	assert_int_equal(t.text.len, MANY * (1 + 1023 + 1));
	end(&t);
}

static void
works_on_nothing_behind_a_failure(void **state)
{
	struct thread_notes t = { .fails_at = 2 };
	struct fault f = { 0 };

	(void)state;
	begin(&t);
	add(&t, "a", "");
	add(&t, "b", "");
	add(&t, "c", "");
	mail_queue_hand_over(t.queue);
	assert_int_equal(mail_queue_wait(t.queue, 3, &f), -1);
	assert_string_equal(f.text, "mail 2");
	assert_int_equal(f.scope, FAULT_HOST);
	add(&t, "d", "");
	mail_queue_hand_over(t.queue);
	assert_int_equal(mail_queue_wait(t.queue, 4, &f), -1);
	assert_string_equal(f.text, "mail 2");
	assert_noted(&t, "a|");
	assert_int_equal(t.n, 2);
	end(&t);
}

static void
waits_for_what_is_stored(void **state)
{
	struct thread_notes t = { .waits_for = 7 };
	struct fault f;

	(void)state;
	begin(&t);
	add(&t, "a", "");
	mail_queue_hand_over(t.queue);
	mail_queue_tell_stored(t.queue, 6);
	mail_queue_tell_stored(t.queue, 7);
	assert_int_equal(mail_queue_wait(t.queue, 1, &f), 0);
	assert_noted(&t, "a|");
	end(&t);
}

/* Also while the thread waits for what never is stored. */
static void
ends_with_mails_that_wait(void **state)
{
	struct thread_notes t = { .waits_for = 7 };

	(void)state;
	begin(&t);
	add(&t, "a", "");
	mail_queue_hand_over(t.queue);
	add(&t, "b", "");
	end(&t);
	mail_queue_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_in_order_on_copies),
		cmocka_unit_test(hands_over_by_itself_what_is_much),
		cmocka_unit_test(works_on_nothing_behind_a_failure),
		cmocka_unit_test(waits_for_what_is_stored),
		cmocka_unit_test(ends_with_mails_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
