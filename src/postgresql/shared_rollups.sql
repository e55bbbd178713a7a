-- The rollups over the tables of shared_schema.sql.

-- The days whose rollups are not up to date, those whose are, and the day before
-- which failures were dropped; for readers of the views below, whatever they may
-- see.
CREATE FUNCTION dirty_days() RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT coalesce(array_agg(DISTINCT d.date), '{}') FROM dirty AS d
$$;
CREATE FUNCTION settled_days() RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT ARRAY(SELECT r.date FROM rollup_days AS r
    EXCEPT SELECT d.date FROM dirty AS d)
$$;
CREATE FUNCTION pruned_before() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT s.pruned FROM schema AS s
$$;

-- numeric to the bigint that the CSV has: sums stay at 2^63-1
CREATE FUNCTION whole(n numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT least(n, 9223372036854775807)::bigint
$$;

-- Of the days of a year those from `first` to `last` (NULL: no bound).
CREATE FUNCTION within(days bit, year date, first date, last date)
RETURNS bit
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT $1 & (~0::bit(366) >> greatest($3 - $2, 0))
    & (~0::bit(366) << greatest($2 + 365 - $4, 0))
$$;

-- The rollups counted from the rows themselves.
CREATE VIEW counted_days WITH (security_invoker) AS
SELECT p.date, p.organization, p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    whole(sum(p.successful_sessions)) AS successful_sessions,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed
FROM policies AS p WHERE p.counted
GROUP BY p.date, p.organization, p.policy_type, p.policy_mode;

CREATE VIEW counted_domains WITH (security_invoker) AS
SELECT p.date, p.domain, p.policy_type, p.policy_mode,
    count(DISTINCT p.organization)::int AS organizations,
    whole(sum(p.successful_sessions)) AS successful_sessions,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed
FROM policies AS p WHERE p.counted
GROUP BY p.date, p.domain, p.policy_type, p.policy_mode;

CREATE VIEW counted_failures WITH (security_invoker) AS
SELECT f.date, f.problem, f.domain, f.organization, f.reporter_domain,
    f.policy_type, f.policy_mode, f.receiving_ip, count(*) AS findings,
    count(*) FILTER (WHERE f.verified) AS verified_findings,
    whole(sum(f.failed_sessions)) AS failed_sessions
FROM failures AS f WHERE f.counted
GROUP BY f.date, f.problem, f.domain, f.organization, f.reporter_domain,
    f.policy_type, f.policy_mode, f.receiving_ip;

-- The rollups as they are at this moment, for people and for Grafana: of a
-- dirty day the rows themselves are read.
CREATE VIEW by_day WITH (security_invoker) AS
SELECT r.* FROM rollup_days AS r
WHERE r.date <> ALL ((SELECT dirty_days())::date[])
UNION ALL
SELECT c.* FROM counted_days AS c
WHERE c.date = ANY ((SELECT dirty_days())::date[]);

CREATE VIEW by_domain WITH (security_invoker) AS
SELECT r.* FROM rollup_domains AS r
WHERE r.date <> ALL ((SELECT dirty_days())::date[])
UNION ALL
SELECT c.* FROM counted_domains AS c
WHERE c.date = ANY ((SELECT dirty_days())::date[]);

-- A sender has about one report on a domain a day, so a rollup by the three
-- would be as large as what it counts.
CREATE VIEW by_sender WITH (security_invoker) AS
SELECT p.date, p.domain, p.organization, p.reporter_domain,
    count(*) FILTER (WHERE p.of_sender) AS reports,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed,
    count(*) FILTER (WHERE p.of_sender AND p.verified) AS verified_reports
FROM policies AS p WHERE p.counted
GROUP BY p.date, p.domain, p.organization, p.reporter_domain;

CREATE VIEW by_problem WITH (security_invoker) AS
SELECT r.* FROM rollup_failures AS r
WHERE r.date <> ALL ((SELECT dirty_days())::date[])
    OR r.date < (SELECT pruned_before())
UNION ALL
SELECT c.* FROM counted_failures AS c
WHERE c.date = ANY ((SELECT dirty_days())::date[])
    AND c.date >= (SELECT pruned_before());

-- What rollup_years has of these days and domains, counted from the rest.
CREATE VIEW counted_senders WITH (security_invoker) AS
SELECT p.date, 0::bigint AS problem, p.domain, p.organization,
    p.reporter_domain, p.verified
FROM policies AS p WHERE p.counted
UNION ALL
SELECT f.date, f.problem, f.domain, f.organization, f.reporter_domain,
    f.verified_findings > 0
FROM by_problem AS f;

CREATE FUNCTION counted_years(days date[], domains text[])
RETURNS SETOF rollup_years
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT c.problem, y.year, c.domain, c.organization, c.reporter_domain,
    bit_or(set_bit(0::bit(366), c.date - y.year, 1))::bit(366),
    coalesce(bit_or(set_bit(0::bit(366), c.date - y.year, 1))
	FILTER (WHERE c.verified), 0::bit(366))::bit(366)
FROM tlsrua.counted_senders AS c CROSS JOIN LATERAL (SELECT
    date_trunc('year', c.date::timestamp)::date AS year) AS y
WHERE c.date = ANY ($1) AND c.domain IN (SELECT unnest($2))
GROUP BY c.problem, y.year, c.domain, c.organization, c.reporter_domain
$$;

-- Days as bits of their years.
CREATE FUNCTION years_of(days date[]) RETURNS TABLE (year date, days bit)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2 AS $$
SELECT y.year, bit_or(set_bit(0::bit(366), d.date - y.year, 1))
FROM unnest($1) AS d (date) CROSS JOIN LATERAL (SELECT
    date_trunc('year', d.date::timestamp)::date AS year) AS y
GROUP BY y.year
$$;

-- Count these days again in rollup_years.  `touched` are the domains with
-- problems that have a report on one of them, or had.  Of a domain that is
-- there, all is there: with its first problem come all days of it that stand.
CREATE FUNCTION roll_up_years(again date[], touched text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	new text[] := ARRAY(SELECT d.domain
	    FROM (SELECT DISTINCT unnest(touched)) AS d (domain)
	    WHERE NOT EXISTS (SELECT 1 FROM rollup_years AS y
		WHERE y.domain = d.domain));
BEGIN
	IF new <> '{}' THEN
		INSERT INTO rollup_years
		    SELECT * FROM counted_years(settled_days(), new);
	END IF;
	WITH stored AS (
	    SELECT y.*, y.ctid AS place, y.days & ~m.days AS other_days,
		y.verified & ~m.days AS other_verified
	    FROM rollup_years AS y JOIN years_of(again) AS m ON m.year = y.year
	    WHERE y.domain IN (SELECT unnest(touched))),
	whole AS (
	    SELECT problem, year, domain, organization, reporter_domain,
		s.place, s.days AS old_days, s.verified AS old_verified,
		coalesce(s.other_days, 0::bit(366))
		    | coalesce(f.days, 0::bit(366)) AS days,
		coalesce(s.other_verified, 0::bit(366))
		    | coalesce(f.verified, 0::bit(366)) AS verified
	    FROM stored AS s FULL JOIN counted_years(again, touched) AS f
		USING (problem, year, domain, organization, reporter_domain)),
	changed AS MATERIALIZED (
	    SELECT * FROM whole AS w WHERE w.place IS NULL
		OR (w.days, w.verified) <> (w.old_days, w.old_verified)),
	updated AS (
	    UPDATE rollup_years AS y SET days = c.days, verified = c.verified
	    FROM changed AS c WHERE y.ctid = c.place)
	INSERT INTO rollup_years
	    SELECT problem, year, domain, organization, reporter_domain, days,
		verified FROM changed AS c WHERE c.place IS NULL;
END $$;

-- Count again the days that changed, at most so many, the oldest first.  Ask
-- until it says false: there are none, another is at it, or the last time is
-- less than `rest` ago.
CREATE FUNCTION roll_up(rest interval DEFAULT '0', most int DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	days date[];
	touched text[]; -- domains that had a problem and are in those days
BEGIN
	PERFORM 1 FROM counting WHERE id = 1
	    AND (done IS NULL OR done <= now() - rest)
	    FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	-- what is noted behind this statement stays noted and is counted again
	WITH gone AS (DELETE FROM dirty WHERE date IN (SELECT DISTINCT d.date
	    FROM dirty AS d ORDER BY d.date LIMIT most) RETURNING date)
	SELECT array_agg(DISTINCT date) INTO days FROM gone;
	IF days IS NULL THEN
		RETURN false;
	END IF;
	UPDATE counting SET done = clock_timestamp();
	DELETE FROM rollup_days WHERE date = ANY (days);
	INSERT INTO rollup_days
	    SELECT * FROM counted_days WHERE date = ANY (days);
	WITH gone AS (DELETE FROM rollup_domains WHERE date = ANY (days)
	    RETURNING domain)
	SELECT array_agg(DISTINCT g.domain) INTO touched
	    FROM gone AS g JOIN problems AS b ON b.domain = g.domain;
	WITH added AS (INSERT INTO rollup_domains
	    SELECT * FROM counted_domains WHERE date = ANY (days)
	    RETURNING domain)
	SELECT array_agg(DISTINCT n.domain) || touched INTO touched
	    FROM added AS n JOIN problems AS b ON b.domain = n.domain;
	DELETE FROM rollup_failures WHERE date = ANY (days)
	    AND date >= (SELECT pruned FROM schema);
	INSERT INTO rollup_failures SELECT * FROM counted_failures
	    WHERE date = ANY (days) AND date >= (SELECT pruned FROM schema);
	PERFORM roll_up_years(days, touched);
	RETURN true;
END $$;
