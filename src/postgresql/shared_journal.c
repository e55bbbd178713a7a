#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/stop_signal.h"
#include "base/timing.h"
#include "model/shipment.h"
#include "postgresql/connection.h"
#include "postgresql/shared_journal.h"
#include "postgresql/shared_key.h"
#include "postgresql/shared_poller.h"
#include "postgresql/shared_schema.h"

enum {
	GHOST_MS = 500, /* for each second of the time-out */
	FIRST_DAYS = 8, /* whose rollups are counted at once, at first */
	MOST_DAYS = 64
};

static const double quick = 1; /* seconds; then it may be more days at once */
static const double slow = 3;  /* then it must be fewer */

/*
 * A ghost is a connection that broke without the server noticing it.  It may
 * hold the lock on the journal's row for hours.
 */
static const char end_ghosts[] =
    "SELECT count(pg_terminate_backend(pid, $2)) FROM pg_stat_activity"
    " WHERE application_name = $1 AND pid <> pg_backend_pid()"
    " AND datname = current_database() AND usename = current_user";

static const char find_version[] = "SELECT version, oldest FROM tlsrua.schema";

static const char open_journal[] =
    "SELECT id, position, mark FROM tlsrua.open_journal($1, $2)";

void
shared_journal_forget(struct shared_journal *j)
{
	key_set_free(&j->days);
}

int
shared_journal_open(struct pg *p, const char *application,
    const unsigned char id[SHIPMENT_KEY], const char *name,
    const struct poller_state *state, struct shared_journal *j, struct fault *f)
{
	char room[8];
	/* wait for its end, but less long than for a silent server */
	struct pg_value ghosts[] = { pg_text(application),
		pg_int8((int64_t)p->timeout * GHOST_MS, room) };
	struct pg_value what[] = { pg_uuid(id), pg_text(name) };
	PGresult *r[4];
	int rc;

	if (pg_send(p, end_ghosts, ghosts, 2, f) == -1 ||
	    pg_send(p, find_version, NULL, 0, f) == -1 ||
	    pg_send(p, open_journal, what, 2, f) == -1 ||
	    shared_poller_send(p, id, state, f) == -1 ||
	    pg_answers(p, r, 4, f) == -1)
		return -1;
	rc = shared_schema_judge(p, (int)pg_column_int(r[1], 0, 0),
	    (int)pg_column_int(r[1], 0, 1), f);
	j->id = (int)pg_column_int(r[2], 0, 0);
	j->position = pg_column_int(r[2], 0, 1);
	j->has_mark = PQgetlength(r[2], 0, 2) == SHIPMENT_KEY;
	if (j->has_mark)
		memcpy(j->mark, pg_column_bytes(r[2], 0, 2), SHIPMENT_KEY);
	pg_clear(r, 4);
	return rc;
}

int
shared_journal_restart(struct pg *p, struct shared_journal *j, struct fault *f)
{
	char room[8];
	struct pg_value id = pg_int4(j->id, room);
	PGresult *result =
	    pg_ask(p, "SELECT tlsrua.restart_journal($1)", &id, 1, f);

	if (result == NULL)
		return -1;
	PQclear(result);
	j->position = 0;
	j->has_mark = false;
	return 0;
}

int
shared_journal_refuse(struct pg *p, const struct shared_journal *j,
    const struct shipment *s, const char *sqlstate, const char *words,
    struct fault *f)
{
	const struct shipped_report *r = &s->reports[0];
	char room[4][8];
	struct pg_value lock[] = { pg_int4(j->id, room[0]),
		pg_int8(s->from, room[1]) };
	struct pg_value add[] = { lock[0], pg_int8(r->seq, room[2]),
		pg_text(r->organization), pg_text(r->report_id),
		pg_text(sqlstate), pg_text(words) };
	struct pg_value advance[] = { lock[0], pg_int8(s->to, room[3]),
		pg_uuid(s->mark) };
	PGresult *result[5];

	if (pg_send(p, "BEGIN", NULL, 0, f) == -1 ||
	    pg_send(p, "SELECT tlsrua.lock_journal($1, $2)", lock, 2, f) ==
		-1 ||
	    pg_send(p,
		"INSERT INTO tlsrua.unshipped (journal, position,"
		" organization, report_id, sqlstate, error)"
		" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
		add, 6, f) == -1 ||
	    pg_send(p,
		"SELECT tlsrua.advance_journal($1, $2, $3, 0, 0, 0, 0, 1)",
		advance, 3, f) == -1 ||
	    pg_send(p, "COMMIT", NULL, 0, f) == -1 ||
	    pg_answers(p, result, 5, f) == -1)
		return -1;
	pg_clear(result, 5);
	return 0;
}

/* At most so many of the days: 1 when there may be more of them. */
static int
roll_up_some(struct pg *p, int most, struct fault *f)
{
	char room[8];
	struct pg_value days = pg_int4(most, room);
	/* a crash that takes back the sums takes back that they are up to date
	 */
	PGresult *result = pg_ask(p,
	    "SELECT tlsrua.roll_up(most => $1),"
	    " set_config('synchronous_commit', 'off', true)",
	    &days, 1, f);
	int more;

	if (result == NULL)
		return -1;
	more = pg_column_int(result, 0, 0) != 0;
	PQclear(result);
	return more;
}

/*
 * The sums over years are written anew each time, so the more days at once the
 * better, as long as the server answers soon.
 */
int
shared_journal_roll_up(struct pg *p, struct fault *f)
{
	int more = 1, days = FIRST_DAYS;
	double began = timing_now(), seconds;

	while (more == 1 && !stop_requested()) {
		more = roll_up_some(p, days, f);
		seconds = timing_now() - began;
		began += seconds;
		if (seconds < quick && days < MOST_DAYS)
			days *= 2;
		else if (seconds >= slow && days > 1)
			days /= 2;
	}
	return more == -1 ? -1 : 0;
}

static const char list_journals[] =
    "SELECT replace(j.journal::text, '-', ''), j.name, j.position, j.reports,"
    " j.duplicates, j.conflicts, j.better, j.refused,"
    " coalesce(to_char(j.shipped AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ''),"
    " (SELECT count(*) FROM tlsrua.unshipped AS u WHERE u.journal = j.id),"
    " coalesce((SELECT u.error FROM tlsrua.unshipped AS u"
    " WHERE u.journal = j.id ORDER BY u.position LIMIT 1), '')"
    " FROM tlsrua.journals AS j ORDER BY j.name, j.journal";

int
shared_journal_list(struct pg *p,
    void (*line)(void *arg, const struct shared_status *), void *arg,
    struct fault *f)
{
	PGresult *r = pg_ask(p, list_journals, NULL, 0, f);
	int i;

	if (r == NULL)
		return -1;
	for (i = 0; i < PQntuples(r); i++) {
		struct shared_status s = {
			.journal = pg_column_bytes(r, i, 0),
			.name = pg_column_bytes(r, i, 1),
			.position = pg_column_int(r, i, 2),
			.reports = pg_column_int(r, i, 3),
			.duplicates = pg_column_int(r, i, 4),
			.conflicts = pg_column_int(r, i, 5),
			.better = pg_column_int(r, i, 6),
			.refused = pg_column_int(r, i, 7),
			.shipped = pg_column_bytes(r, i, 8),
			.waiting_reports = pg_column_int(r, i, 9),
			.error = pg_column_bytes(r, i, 10),
		};

		line(arg, &s);
	}
	PQclear(r);
	return 0;
}
