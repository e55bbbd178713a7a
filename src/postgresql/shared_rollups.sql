-- The rollups over the tables of shared_schema.sql.

-- The days whose rollups are not up to date, and the day before which
-- failures were dropped; for readers of the views below, whatever they may see.
CREATE FUNCTION dirty_days() RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
SELECT coalesce(array_agg(DISTINCT d.date), '{}') FROM dirty AS d
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

-- Count again the days that changed, at most so many, the oldest first.  Ask
-- until it says false: there are none, another is at it, or the last time is
-- less than `rest` ago.
CREATE FUNCTION roll_up(rest interval DEFAULT '0', most int DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	days date[];
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
	DELETE FROM rollup_domains WHERE date = ANY (days);
	INSERT INTO rollup_days
	    SELECT * FROM counted_days WHERE date = ANY (days);
	INSERT INTO rollup_domains
	    SELECT * FROM counted_domains WHERE date = ANY (days);
	SELECT array_agg(d) INTO days FROM unnest(days) AS d
	    WHERE d >= (SELECT pruned FROM schema);
	DELETE FROM rollup_failures WHERE date = ANY (days);
	INSERT INTO rollup_failures
	    SELECT * FROM counted_failures WHERE date = ANY (days);
	RETURN true;
END $$;

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
