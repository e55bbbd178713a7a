-- What changes the tables of shared_schema.sql: functions that run with the
-- rights of their owner.

-- Make the partitions of a day's month; asked for before the transaction of a
-- batch.  A day beyond tomorrow gets none, so its report is refused.
CREATE FUNCTION need_month(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	first date := date_trunc('month', day);
	whole text;
	part text;
BEGIN
	IF first < '2018-01-01' OR day > current_date + 1 OR
	    to_regclass('failures' || to_char(first, '_YYYY_MM')) IS NOT NULL THEN
		RETURN;
	END IF;
	LOCK TABLE months IN EXCLUSIVE MODE;
	FOREACH whole IN ARRAY ARRAY['reports', 'report_bytes', 'policies',
	    'failures'] LOOP
		part := whole || to_char(first, '_YYYY_MM');
		CONTINUE WHEN to_regclass(part) IS NOT NULL;
		-- attached, for that waits for no reader
		EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS'
		    ' INCLUDING CONSTRAINTS INCLUDING STORAGE)', part, whole);
		EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES'
		    ' FROM (%L) TO (%L)', whole, part, first,
		    first + interval '1 month');
	END LOOP;
	INSERT INTO months (first) VALUES (first) ON CONFLICT DO NOTHING;
END $$;

-- Refuse a release that knows `known`, where the schema takes none so old.  The
-- functions that it writes by ask for it, those of a batch behind the lock of
-- the journal: who migrates takes all rows of `journals` first, so no batch is
-- written by a program that does not know what it writes to.
CREATE FUNCTION require_version(known int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	s schema;
BEGIN
	SELECT * INTO s FROM schema;
	IF s.oldest > known THEN
		RAISE feature_not_supported USING MESSAGE = format(
		    'the shared store has schema version %s, which takes'
		    ' releases that know version %s; this one knows %s:'
		    ' install a newer one', s.version, s.oldest, known);
	END IF;
END $$;

-- Find a journal by what its poller calls it, or make it.
CREATE FUNCTION open_journal(uuid, text)
RETURNS TABLE (id int, "position" bigint, mark uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT require_version(1);
-- a new one waits for who has stopped those that are there
SELECT 1 FROM schema
    WHERE NOT EXISTS (SELECT 1 FROM journals AS j WHERE j.journal = $1)
    FOR SHARE;
INSERT INTO journals (journal, name) SELECT $1, $2
    WHERE NOT EXISTS (SELECT 1 FROM journals AS j WHERE j.journal = $1)
    ON CONFLICT DO NOTHING;
UPDATE journals AS j SET name = $2
    WHERE j.journal = $1 AND j.login = session_user AND j.name <> $2;
SELECT j.id, j.position, j.mark FROM journals AS j WHERE j.journal = $1
$$;

-- Have all shippers wait for the end of this transaction, also those whose
-- journal is not there yet.  Whatever they ship then, they see what it did.
CREATE FUNCTION stop_shippers() RETURNS void
LANGUAGE plpgsql SET search_path = tlsrua, pg_temp AS $$
BEGIN
	PERFORM 1 FROM schema FOR UPDATE;
	PERFORM 1 FROM journals ORDER BY id FOR UPDATE;
END $$;

-- Lock a journal for a batch: nobody else ships it until the end of the
-- transaction.  Its position must be the one that the batch begins at.
CREATE FUNCTION lock_journal(int, expected bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	j journals;
BEGIN
	SELECT * INTO j FROM journals AS r WHERE r.id = $1 FOR UPDATE;
	PERFORM require_version(1);
	IF j.login IS DISTINCT FROM session_user THEN
		RAISE insufficient_privilege USING MESSAGE = format(
		    'journal %s belongs to the role %s', $1, j.login);
	ELSIF j.position <> $2 THEN
		RAISE serialization_failure USING MESSAGE = format(
		    'journal %s is at %s, not at %s', $1, j.position, $2);
	END IF;
END $$;

-- The end of a batch: what came of it, and how far the journal is now.
CREATE FUNCTION advance_journal(journal int, reached bigint, digest uuid,
    new bigint, duplicate bigint, conflict bigint, better bigint,
    refused bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
UPDATE journals AS j SET position = $2, mark = $3, reports = j.reports + $4,
    duplicates = j.duplicates + $5, conflicts = j.conflicts + $6,
    better = j.better + $7, refused = j.refused + $8, shipped = now()
WHERE j.id = $1 AND j.login = session_user AND j.position < $2
$$;

-- Ship a journal from its start again.  What it could not ship is forgotten.
CREATE FUNCTION restart_journal(journal int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT require_version(1);
UPDATE journals AS j SET position = 0, mark = NULL
    WHERE j.id = $1 AND j.login = session_user;
DELETE FROM unshipped AS u USING journals AS j
    WHERE j.id = $1 AND u.journal = j.id AND j.login = session_user
$$;

-- The copies of an identity, by the two indexes that there are.
CREATE FUNCTION copies(date, uuid) RETURNS SETOF reports
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT r.* FROM tlsrua.reports AS r
    WHERE r.date = $1 AND r.identity = $2 AND r.status = 'counted'
UNION ALL
SELECT r.* FROM tlsrua.reports AS r
    WHERE r.date = $1 AND r.identity = $2 AND r.status = 'conflict'
$$;

-- The copy that counts: the one decided for last, else the best vouched for,
-- else the first to arrive, else that of the smallest content.
CREATE FUNCTION best_copy(date, uuid) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT c.id FROM tlsrua.copies($1, $2) AS c
ORDER BY coalesce(c.decided, '-infinity') DESC, c.vouched DESC,
    coalesce(c.received, 'infinity'), c.content LIMIT 1
$$;

-- Lock all copies of these identities, in order; then let the batch improve
-- what is known of its own.  (Two statements: the snapshot of the second has
-- what the first waited for.)  A better verdict, an earlier arrival and a later
-- decision stand.  Of verdicts worth the same a judgement stands before none,
-- then the smaller text, as in the pollers' stores; so the order in which
-- journals come does not matter.
CREATE FUNCTION improve_copies(dates date[], identities uuid[],
    contents bytea[], vouched int[], dkim text[], dkim_domain text[],
    dkim_selector text[], received timestamptz[], decided timestamptz[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
BEGIN
	PERFORM 1 FROM (SELECT DISTINCT d, i FROM unnest($1, $2) AS u (d, i)) AS n
	    CROSS JOIN LATERAL copies(n.d, n.i) AS c
	    JOIN reports AS r ON r.date = c.date AND r.id = c.id
	    ORDER BY r.date, r.identity, r.content FOR UPDATE OF r;
	UPDATE reports AS r SET
	    (vouched, dkim, dkim_domain, dkim_selector) = (
		SELECT b.vouched, b.dkim, b.domain, b.selector
		WHERE (-b.vouched, b.dkim = '', b.dkim, b.domain, b.selector)
		    < (-r.vouched, r.dkim = '', r.dkim, r.dkim_domain,
			r.dkim_selector)
		UNION ALL
		SELECT r.vouched, r.dkim, r.dkim_domain, r.dkim_selector LIMIT 1),
	    received = least(r.received, b.received),
	    decided = greatest(r.decided, b.decided)
	FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS b (date, identity,
	    content, vouched, dkim, domain, selector, received, decided)
	    CROSS JOIN LATERAL copies(b.date, b.identity) AS c
	WHERE c.content = b.content AND r.date = c.date AND r.id = c.id;
END $$;

-- Of these identities let the best copy count.  A copy steps down before
-- another steps up, for the index knows one that counts at a time.
CREATE FUNCTION choose_copies(dates date[], identities uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
BEGIN
	UPDATE reports AS r SET status = 'conflict'
	FROM (SELECT DISTINCT d, i FROM unnest($1, $2) AS u (d, i)) AS n
	WHERE r.date = n.d AND r.identity = n.i AND r.status = 'counted'
	    AND r.id <> best_copy(n.d, n.i);
	UPDATE reports AS r SET status = 'counted'
	FROM (SELECT DISTINCT d, i FROM unnest($1, $2) AS u (d, i)) AS n
	WHERE r.date = n.d AND r.identity = n.i AND r.status = 'conflict'
	    AND r.id = best_copy(n.d, n.i);
	UPDATE policies AS p SET counted = r.status = 'counted' AND NOT p.skipped,
	    verified = r.vouched >= 2
	FROM (SELECT DISTINCT d, i FROM unnest($1, $2) AS u (d, i)) AS n
	    CROSS JOIN LATERAL copies(n.d, n.i) AS r
	WHERE p.date = r.date AND p.report = r.id AND (p.counted, p.verified)
	    <> (r.status = 'counted' AND NOT p.skipped, r.vouched >= 2);
	UPDATE failures AS f SET counted = p.counted, verified = p.verified
	FROM (SELECT DISTINCT d, i FROM unnest($1, $2) AS u (d, i)) AS n
	    CROSS JOIN LATERAL copies(n.d, n.i) AS r
	    JOIN policies AS p ON p.date = r.date AND p.report = r.id
	WHERE f.date = p.date AND f.report = p.report AND f.policy = p.n
	    AND (f.counted, f.verified) <> (p.counted, p.verified);
END $$;

-- Take copies out.  All shippers wait for the end of this transaction, and see
-- what was dropped in their next statement.  `teller` is the journal that tells
-- of it, NULL for somebody who does it here.
CREATE FUNCTION drop_copies(teller int, dates date[], identities uuid[],
    contents bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	gone bigint;
	days date[];
	ids bigint[];
BEGIN
	IF NOT (CASE WHEN teller IS NULL
	    THEN pg_has_role(session_user, 'tlsrua_operate', 'MEMBER')
	    ELSE EXISTS (SELECT 1 FROM journals AS j WHERE j.id = teller
		AND j.login = session_user) END) THEN
		RAISE insufficient_privilege USING MESSAGE =
		    'only tlsrua_operate and the journal''s own role may drop';
	END IF;
	PERFORM stop_shippers();
	PERFORM require_version(1);
	INSERT INTO dropped (date, identity, content, journal)
	    SELECT b.d, b.i, b.c, teller FROM unnest($2, $3, $4) AS b (d, i, c)
	    ORDER BY b.d, b.i, b.c ON CONFLICT DO NOTHING;
	SELECT array_agg(c.date), array_agg(c.id) INTO days, ids
	    FROM unnest($2, $3, $4) AS b (d, i, c)
	    CROSS JOIN LATERAL copies(b.d, b.i) AS c WHERE c.content = b.c;
	DELETE FROM failures AS f USING unnest(days, ids) AS k (d, i)
	    WHERE f.date = k.d AND f.report = k.i;
	DELETE FROM policies AS p USING unnest(days, ids) AS k (d, i)
	    WHERE p.date = k.d AND p.report = k.i;
	DELETE FROM report_bytes AS o USING unnest(days, ids) AS k (d, i)
	    WHERE o.date = k.d AND o.report = k.i;
	DELETE FROM reports AS r USING unnest(days, ids) AS k (d, i)
	    WHERE r.date = k.d AND r.id = k.i;
	GET DIAGNOSTICS gone = ROW_COUNT;
	PERFORM choose_copies($2, $3);
	INSERT INTO dirty (date, journal, position)
	    SELECT b.d, 0, nextval('report_ids')
	    FROM (SELECT DISTINCT d FROM unnest($2) AS u (d)) AS b;
	RETURN gone;
END $$;

-- Decide for a copy, now: it counts until somebody decides for another.
CREATE FUNCTION decide_copy(date, uuid, bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
BEGIN
	PERFORM stop_shippers();
	PERFORM require_version(1);
	UPDATE reports AS r SET decided = greatest(r.decided, clock_timestamp())
	    FROM copies($1, $2) AS c
	    WHERE c.content = $3 AND r.date = c.date AND r.id = c.id;
	PERFORM choose_copies(ARRAY[$1], ARRAY[$2]);
	INSERT INTO dirty (date, journal, position)
	    VALUES ($1, 0, nextval('report_ids'));
END $$;
