#include "scenes/stores.h"

#include "ingest/batch.h"
#include "ingest/store_batch.h"
#include "ingest/writer.h"

enum {
	BATCHES = WRITER_QUEUE + 1,
	NO_MAILBOX = 99
};

struct work {
	struct recorder recorder;
	struct batch ring[BATCHES];
	int64_t mailbox;
	sqlite3 *other; /* that holds the writer up */
};

static void
run_sql(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void
begin(struct scene *s, struct work *w)
{
	struct store_mailbox mb;

	*w = (struct work){ .recorder.store = s->st };
	for (size_t i = 0; i < BATCHES; i++)
		batch_reset(&w->ring[i]);
	assert_ok(s, store_mailbox(s->st, "test", "INBOX", &mb, &s->f));
	w->mailbox = mb.id;
	assert_int_equal(sqlite3_open(s->path, &w->other), SQLITE_OK);
	run_sql(w->other, "BEGIN IMMEDIATE");
}

static void
end(struct work *w)
{
	sqlite3_close(w->other);
	for (size_t i = 0; i < BATCHES; i++)
		batch_free(&w->ring[i]);
}

/* The batch of one mail, with the cursor behind it. */
static const struct batch *
fill(struct work *w, uint32_t uid, int64_t mailbox)
{
	struct batch *b = &w->ring[uid % BATCHES];
	struct message m = { .source = "test",
		.mailbox = mailbox,
		.uidvalidity = 1,
		.uid = uid };

	batch_reset(b);
	batch_add(b, &m)->head = mail_head_empty;
	b->has_cursor = true;
	b->cursor = (struct store_mailbox){
		.id = w->mailbox, .uidvalidity = 1, .uid = uid
	};
	b->after_import = b->after_reject = "";
	return b;
}

static void
stores_all_in_the_order_given(void **state)
{
	struct scene *s = *state;
	struct writer *writer;
	struct work w;
	uint32_t uid = 0;

	begin(s, &w);
	writer = writer_start(&w.recorder);
	assert_non_null(writer);
	while (uid++ < WRITER_QUEUE) /* nobody waits for what is held up */
		assert_ok(
		    s, writer_give(writer, fill(&w, uid, w.mailbox), &s->f));
	run_sql(w.other, "ROLLBACK");
	for (; uid <= 20; uid++)
		assert_ok(
		    s, writer_give(writer, fill(&w, uid, w.mailbox), &s->f));
	assert_ok(s, writer_stop(writer, &s->f));
	assert_int_equal(w.recorder.counts.messages, 20);
	assert_number(s, "SELECT count(*) FROM messages WHERE uid = id", 20);
	assert_number(s, "SELECT uid FROM mailboxes", 20);
	end(&w);
}

static void
stores_nothing_behind_a_batch_that_failed(void **state)
{
	struct scene *s = *state;
	struct writer *writer;
	struct work w;

	begin(s, &w);
	writer = writer_start(&w.recorder);
	assert_non_null(writer);
	assert_ok(s, writer_give(writer, fill(&w, 1, NO_MAILBOX), &s->f));
	assert_ok(s, writer_give(writer, fill(&w, 2, w.mailbox), &s->f));
	run_sql(w.other, "ROLLBACK");
	assert_int_equal(
	    writer_give(writer, fill(&w, 3, w.mailbox), &s->f), -1);
	s->f.text[0] = '\0';
	assert_int_equal(writer_stop(writer, &s->f), -1);
	assert_non_null(strstr(s->f.text, "FOREIGN KEY"));
	assert_int_equal(w.recorder.counts.messages, 0);
	assert_number(s, "SELECT count(*) FROM messages", 0);
	assert_number(s, "SELECT uid FROM mailboxes", 0);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stores_all_in_the_order_given),
		TEST(stores_nothing_behind_a_batch_that_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
