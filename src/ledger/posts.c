#include <stdint.h>

#include "base/utc.h"
#include "ledger/posts.h"
#include "store/sql.h"

static const struct sql select_posts = {
	"SELECT posts FROM posts WHERE day = ?1 AND address = ?2"
};

int
store_count_posts(struct store *st, const char *address, int64_t now,
    int64_t *posts, struct fault *f)
{
	char day[UTC_TEXT];
	struct value v[] = { value_null(), value_text(address) };

	utc_format_date(now, day);
	v[0] = value_text(day);
	*posts = 0;
	return sql_number(st, &select_posts, v, 2, posts, f) == -1 ? -1 : 0;
}

static const struct sql upsert_post = {
	"INSERT INTO posts (day, address, posts) VALUES (?1, ?2, 1)"
	" ON CONFLICT DO UPDATE SET posts = posts + 1"
};

static const struct sql delete_days = { "DELETE FROM posts WHERE day < ?1" };

int
store_add_post(struct store *st, const char *address, int64_t now,
    int64_t *posts, struct fault *f)
{
	char day[UTC_TEXT];
	struct value v[] = { value_null(), value_text(address) };

	utc_format_date(now, day);
	v[0] = value_text(day);
	if (sql_run(st, &upsert_post, v, 2, f) == -1 ||
	    sql_run(st, &delete_days, v, 1, f) == -1)
		return -1;
	return store_count_posts(st, address, now, posts, f);
}

/* A time in the future is one of a clock that was wrong. */
static const struct sql update_refreshed = {
	"UPDATE totals SET refreshed = ?1"
	" WHERE id = 1 AND (refreshed <= ?2 OR refreshed > ?1)"
};

int
store_claim_refresh(
    struct store *st, int64_t now, unsigned every, struct fault *f)
{
	char text[UTC_TEXT], before[UTC_TEXT];
	struct value v[2];

	utc_format(now, text);
	utc_format(now - (int64_t)every, before);
	v[0] = value_text(text);
	v[1] = value_text(before);
	if (sql_run(st, &update_refreshed, v, 2, f) == -1)
		return -1;
	return sql_changes(st) > 0;
}
