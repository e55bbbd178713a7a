-- The shared store, schema version 1, on PostgreSQL 15 or newer.
--
-- Many pollers ship what their own stores (SQLite) hold; this keeps each
-- report once.  Texts compare byte by byte (COLLATE "C"), whatever the
-- database's own collation.  Digests named `key`, `identity` and `mark` are the
-- first 128 bits of a SHA-256 over values with the length of each before it.
CREATE SCHEMA tlsrua;
SET LOCAL search_path = tlsrua;

-- One row.  Releases that know a version from `oldest` to `version` may write.
CREATE TABLE schema (
	id int PRIMARY KEY CHECK (id = 1),
	version int NOT NULL,
	oldest int NOT NULL,
	pruned date NOT NULL DEFAULT '0001-01-01' -- failures before it are gone
);
INSERT INTO schema (id, version, oldest) VALUES (1, 1, 1);

-- The journals that ship here and how far each is stored.  The position is
-- written in the transaction of what it tells of, so it is true after a crash,
-- a cut, a failover and a restore.
CREATE TABLE journals (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	journal uuid NOT NULL UNIQUE, -- drawn by the poller's store
	name text COLLATE "C" NOT NULL, -- of the poller, for people
	login name NOT NULL DEFAULT session_user, -- the role that may go on
	position bigint NOT NULL DEFAULT 0, -- all of it up to here is stored
	mark uuid, -- digest of the event there
	reports bigint NOT NULL DEFAULT 0, -- that were new here
	duplicates bigint NOT NULL DEFAULT 0,
	conflicts bigint NOT NULL DEFAULT 0,
	better bigint NOT NULL DEFAULT 0, -- that said more of a known one
	refused bigint NOT NULL DEFAULT 0, -- that this store would not take
	begun timestamptz NOT NULL DEFAULT now(),
	shipped timestamptz -- when something came last
);

-- The reports that this store would not take, one by one, with its words.
CREATE TABLE unshipped (
	journal int NOT NULL REFERENCES journals,
	position bigint NOT NULL, -- of its event
	organization text COLLATE "C" NOT NULL,
	report_id text COLLATE "C" NOT NULL,
	sqlstate text COLLATE "C" NOT NULL,
	error text COLLATE "C" NOT NULL,
	since timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (journal, position)
);

-- Each session takes a thousand numbers at once: gaps mean nothing.
CREATE SEQUENCE report_ids CACHE 1000;

-- A copy is one content of one identity: organization, report_id, start, end.
-- Of the copies of an identity one is counted, the others are conflicts.  The
-- day follows from the start, so a key in each partition is one of the whole.
CREATE TABLE reports (
	id bigint NOT NULL DEFAULT nextval('report_ids'),
	date date NOT NULL,
	identity uuid NOT NULL,
	content bytea NOT NULL, -- SHA-256
	status text COLLATE "C" NOT NULL
	    CHECK (status IN ('counted', 'conflict')),
	organization text COLLATE "C" NOT NULL,
	report_id text COLLATE "C" NOT NULL,
	start timestamptz NOT NULL,
	"end" timestamptz NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	contact text COLLATE "C" NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_domains text COLLATE "C" NOT NULL,
	policy_types text COLLATE "C" NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	source text COLLATE "C" NOT NULL,
	message_id text COLLATE "C" NOT NULL,
	received timestamptz, -- the first arrival that any journal knows
	decided timestamptz, -- when somebody decided for this copy last
	vouched int NOT NULL, -- what `dkim` is worth: 4 pass, 3 provider, 2 host,
	    -- 1 waiting, 0 others; it only rises
	dkim text COLLATE "C" NOT NULL,
	dkim_domain text COLLATE "C" NOT NULL,
	dkim_selector text COLLATE "C" NOT NULL,
	warnings text COLLATE "C" NOT NULL, -- but for those that csv_reports adds
	journal int NOT NULL, -- that brought it
	PRIMARY KEY (date, id)
) PARTITION BY RANGE (date);
CREATE UNIQUE INDEX reports_counted ON reports (date, identity)
    WHERE status = 'counted';
CREATE UNIQUE INDEX reports_conflict ON reports (date, identity, content)
    WHERE status = 'conflict';

-- Copies that somebody took out; they are never taken again.
CREATE TABLE dropped (
	date date NOT NULL,
	identity uuid NOT NULL,
	content bytea NOT NULL,
	journal int, -- that told of it; NULL: it was done here
	dropped timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (date, identity, content)
);

-- The gzip files, when they are shipped at all.
CREATE TABLE report_bytes (
	date date NOT NULL,
	report bigint NOT NULL,
	bytes bytea NOT NULL,
	PRIMARY KEY (date, report)
) PARTITION BY RANGE (date);
ALTER TABLE report_bytes ALTER bytes SET STORAGE EXTERNAL;

-- What policies say, each text once.
CREATE TABLE policy_texts (
	key uuid PRIMARY KEY,
	policy_strings text COLLATE "C" NOT NULL,
	mx_hosts text COLLATE "C" NOT NULL
);

-- The entries of reports, with what the rollups need of the report itself.
CREATE TABLE policies (
	date date NOT NULL,
	report bigint NOT NULL,
	n int NOT NULL,
	counted boolean NOT NULL, -- neither skipped nor in a conflict
	skipped boolean NOT NULL,
	verified boolean NOT NULL, -- somebody vouches for the report
	of_series boolean NOT NULL, -- the report's first with these six names
	of_sender boolean NOT NULL, -- the report's first about this domain
	domain text COLLATE "C" NOT NULL,
	policy_domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	text uuid, -- of policy_texts; NULL: both are empty
	PRIMARY KEY (date, report, n)
) PARTITION BY RANGE (date);
CREATE INDEX policies_domain ON policies (domain, date);

-- Who ever reported on which domain; rows are only added.
CREATE TABLE senders (
	key uuid PRIMARY KEY,
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL
);
CREATE INDEX senders_domain ON senders (domain);

-- A number for a result type at an MX host of a domain, for ever.
CREATE TABLE problems (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key uuid NOT NULL UNIQUE,
	domain text COLLATE "C" NOT NULL,
	receiving_mx_hostname text COLLATE "C" NOT NULL,
	result_type text COLLATE "C" NOT NULL
);
CREATE INDEX problems_domain ON problems (domain);

-- Problems that somebody knows of and does not want to hear of until then.
CREATE TABLE mutes (
	problem bigint PRIMARY KEY REFERENCES problems,
	until date NOT NULL,
	note text COLLATE "C" NOT NULL
);

-- What is known of a result type.
CREATE TABLE result_types (
	name text COLLATE "C" PRIMARY KEY,
	side text COLLATE "C" NOT NULL,
	remedy text COLLATE "C" NOT NULL -- MX and DOMAIN stand for names
);

-- The findings, with what their reading needs of the entry.
CREATE TABLE failures (
	date date NOT NULL,
	report bigint NOT NULL,
	policy int NOT NULL,
	n int NOT NULL,
	counted boolean NOT NULL,
	verified boolean NOT NULL,
	problem bigint NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	result_type text COLLATE "C" NOT NULL,
	side text COLLATE "C" NOT NULL,
	receiving_mx_hostname text COLLATE "C" NOT NULL,
	receiving_mx_helo text COLLATE "C" NOT NULL,
	receiving_ip text COLLATE "C" NOT NULL,
	sending_mta_ip text COLLATE "C" NOT NULL,
	failure_reason_code text COLLATE "C" NOT NULL,
	additional_information text COLLATE "C" NOT NULL,
	failed_sessions bigint NOT NULL,
	PRIMARY KEY (date, report, policy, n)
) PARTITION BY RANGE (date);

-- The days whose rollups must be counted again.  A day is noted here by who
-- changes something in it, in the same transaction.
CREATE TABLE dirty (
	date date NOT NULL,
	journal int NOT NULL, -- 0: it was done here
	position bigint NOT NULL,
	since timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (date, journal, position)
);

-- The months that have partitions.
CREATE TABLE months (
	first date PRIMARY KEY,
	dropped boolean NOT NULL DEFAULT false -- their details
);

-- Who counts rollups: one at a time.
CREATE TABLE counting (
	id int PRIMARY KEY CHECK (id = 1),
	done timestamptz
);
INSERT INTO counting (id) VALUES (1);

-- The roles of tenants, and the domains that each may see.
CREATE TABLE readers (
	role name NOT NULL,
	domain text COLLATE "C" NOT NULL,
	PRIMARY KEY (role, domain)
);

-- The rollups, of which roll_up() counts a day anew at a time.
CREATE TABLE rollup_days (
	date date NOT NULL,
	organization text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	reports bigint NOT NULL, -- with at least one such entry
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	PRIMARY KEY (date, organization, policy_type, policy_mode)
);

CREATE TABLE rollup_domains (
	date date NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	organizations int NOT NULL,
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	PRIMARY KEY (date, domain, policy_type, policy_mode)
);
CREATE INDEX rollup_domains_domain ON rollup_domains (domain, date);

CREATE TABLE rollup_senders (
	date date NOT NULL,
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	reports bigint NOT NULL,
	failed_sessions bigint NOT NULL, -- of every policy type
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	verified_reports bigint NOT NULL, -- of `reports`, those that somebody
	    -- vouches for
	PRIMARY KEY (domain, date, organization, reporter_domain)
);
CREATE INDEX rollup_senders_date ON rollup_senders (date);

CREATE TABLE rollup_failures (
	date date NOT NULL,
	problem bigint NOT NULL,
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	receiving_ip text COLLATE "C" NOT NULL,
	findings bigint NOT NULL,
	verified_findings bigint NOT NULL,
	failed_sessions bigint NOT NULL
);
CREATE INDEX rollup_failures_date ON rollup_failures (date);
CREATE INDEX rollup_failures_problem ON rollup_failures (problem, date);

-- Partitions are months, and all that is older than MTA-STS in one.
CREATE TABLE reports_early PARTITION OF reports
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE report_bytes_early PARTITION OF report_bytes
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE policies_early PARTITION OF policies
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE failures_early PARTITION OF failures
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');

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

-- Find a journal by what its poller calls it, or make it.
CREATE FUNCTION open_journal(uuid, text)
RETURNS TABLE (id int, "position" bigint, mark uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
INSERT INTO journals (journal, name) SELECT $1, $2
    WHERE NOT EXISTS (SELECT 1 FROM journals AS j WHERE j.journal = $1)
    ON CONFLICT DO NOTHING;
UPDATE journals AS j SET name = $2
    WHERE j.journal = $1 AND j.login = session_user AND j.name <> $2;
SELECT j.id, j.position, j.mark FROM journals AS j WHERE j.journal = $1
$$;

-- Lock a journal for a batch: nobody else ships it until the end of the
-- transaction.  Its position must be the one that the batch begins at.
CREATE FUNCTION lock_journal(int, expected bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	j journals;
BEGIN
	SELECT * INTO j FROM journals AS r WHERE r.id = $1 FOR UPDATE;
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
UPDATE journals AS j SET position = 0, mark = NULL
    WHERE j.id = $1 AND j.login = session_user;
DELETE FROM unshipped AS u USING journals AS j
    WHERE j.id = $1 AND u.journal = j.id AND j.login = session_user
$$;

-- The order in which copies of an identity are preferred: the one decided for
-- last, the best vouched for, the first to arrive, the smallest content.
CREATE FUNCTION best_copy(date, uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = tlsrua, pg_temp AS $$
SELECT r.id FROM reports AS r WHERE r.date = $1 AND r.identity = $2
ORDER BY coalesce(r.decided, '-infinity') DESC, r.vouched DESC,
    coalesce(r.received, 'infinity'), r.content LIMIT 1
$$;

-- Lock all copies of these identities, in order; then let the batch improve
-- what is known of its own.  (Two statements: the snapshot of the second has
-- what the first waited for.)  A better verdict, an earlier arrival and a later
-- decision stand; of equal verdicts the greater text, so that the order in
-- which journals come does not matter.
CREATE FUNCTION improve_copies(dates date[], identities uuid[],
    contents bytea[], vouched int[], dkim text[], dkim_domain text[],
    dkim_selector text[], received timestamptz[], decided timestamptz[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
BEGIN
	PERFORM 1 FROM reports AS r WHERE (r.date, r.identity) IN (
	    SELECT n.d, n.i FROM unnest($1, $2) AS n (d, i))
	    ORDER BY r.date, r.identity, r.content FOR UPDATE;
	UPDATE reports AS r SET
	    (vouched, dkim, dkim_domain, dkim_selector) = (
		SELECT b.vouched, b.dkim, b.domain, b.selector
		WHERE (b.vouched, b.dkim, b.domain, b.selector)
		    > (r.vouched, r.dkim, r.dkim_domain, r.dkim_selector)
		UNION ALL
		SELECT r.vouched, r.dkim, r.dkim_domain, r.dkim_selector LIMIT 1),
	    received = least(r.received, b.received),
	    decided = greatest(r.decided, b.decided)
	FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS b (date, identity,
	    content, vouched, dkim, domain, selector, received, decided)
	WHERE r.date = b.date AND r.identity = b.identity
	    AND r.content = b.content;
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
	WHERE r.date = n.d AND r.identity = n.i AND r.status <> 'counted'
	    AND r.id = best_copy(n.d, n.i);
	UPDATE policies AS p SET counted = r.status = 'counted' AND NOT p.skipped,
	    verified = r.vouched >= 2
	FROM reports AS r, (SELECT DISTINCT d, i FROM unnest($1, $2)
	    AS u (d, i)) AS n
	WHERE r.date = n.d AND r.identity = n.i AND p.date = r.date
	    AND p.report = r.id AND (p.counted, p.verified)
		<> (r.status = 'counted' AND NOT p.skipped, r.vouched >= 2);
	UPDATE failures AS f SET counted = p.counted, verified = p.verified
	FROM reports AS r, policies AS p, (SELECT DISTINCT d, i
	    FROM unnest($1, $2) AS u (d, i)) AS n
	WHERE r.date = n.d AND r.identity = n.i AND p.date = r.date
	    AND p.report = r.id AND f.date = p.date AND f.report = p.report
	    AND f.policy = p.n
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
BEGIN
	IF NOT (CASE WHEN teller IS NULL
	    THEN pg_has_role(session_user, 'tlsrua_operate', 'MEMBER')
	    ELSE EXISTS (SELECT 1 FROM journals AS j WHERE j.id = teller
		AND j.login = session_user) END) THEN
		RAISE insufficient_privilege USING MESSAGE =
		    'only tlsrua_operate and the journal''s own role may drop';
	END IF;
	PERFORM 1 FROM journals ORDER BY id FOR UPDATE;
	INSERT INTO dropped (date, identity, content, journal)
	    SELECT b.d, b.i, b.c, teller FROM unnest($2, $3, $4) AS b (d, i, c)
	    ORDER BY b.d, b.i, b.c ON CONFLICT DO NOTHING;
	DELETE FROM failures AS f USING reports AS r,
	    unnest($2, $3, $4) AS b (d, i, c)
	WHERE r.date = b.d AND r.identity = b.i AND r.content = b.c
	    AND f.date = r.date AND f.report = r.id;
	DELETE FROM policies AS p USING reports AS r,
	    unnest($2, $3, $4) AS b (d, i, c)
	WHERE r.date = b.d AND r.identity = b.i AND r.content = b.c
	    AND p.date = r.date AND p.report = r.id;
	DELETE FROM report_bytes AS o USING reports AS r,
	    unnest($2, $3, $4) AS b (d, i, c)
	WHERE r.date = b.d AND r.identity = b.i AND r.content = b.c
	    AND o.date = r.date AND o.report = r.id;
	DELETE FROM reports AS r USING unnest($2, $3, $4) AS b (d, i, c)
	WHERE r.date = b.d AND r.identity = b.i AND r.content = b.c;
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
	PERFORM 1 FROM journals ORDER BY id FOR UPDATE;
	UPDATE reports AS r SET decided = greatest(r.decided, clock_timestamp())
	    WHERE r.date = $1 AND r.identity = $2 AND r.content = $3;
	PERFORM choose_copies(ARRAY[$1], ARRAY[$2]);
	INSERT INTO dirty (date, journal, position)
	    VALUES ($1, 0, nextval('report_ids'));
END $$;
