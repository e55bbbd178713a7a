-- The CSV tables, with the columns of the pollers' own: a view of all of it,
-- and a function for a range of days, domains and organizations (NULL: all).
-- (Functions return rows of named types: those of RETURNS TABLE would lose
-- COLLATE "C", and with it every index.)

CREATE VIEW csv_daily WITH (security_invoker) AS
SELECT p.date AS date, to_char(p.date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    whole(sum(p.successful_sessions)) AS successful_sessions,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM policies AS p WHERE p.counted
GROUP BY p.date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode;

CREATE FUNCTION daily(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_daily
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT p.date AS date, to_char(p.date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    tlsrua.whole(sum(p.successful_sessions)) AS successful_sessions,
    tlsrua.whole(sum(p.failed_sessions)) AS failed_sessions,
    tlsrua.whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    tlsrua.whole(sum(p.counted_sessions)) AS counted_sessions,
    tlsrua.whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM tlsrua.policies AS p WHERE p.counted
    AND (first IS NULL OR p.date >= first)
    AND (last IS NULL OR p.date <= last)
    AND (domains IS NULL OR p.domain = ANY (domains))
    AND (organizations IS NULL OR p.organization = ANY (organizations))
GROUP BY p.date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode
$$;

-- Weeks and months are whole, also where the range cuts them.
CREATE VIEW csv_weekly WITH (security_invoker) AS
SELECT date_trunc('week', p.date)::date AS date, to_char(date_trunc('week', p.date)::date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    whole(sum(p.successful_sessions)) AS successful_sessions,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM policies AS p WHERE p.counted
GROUP BY date_trunc('week', p.date)::date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode;

CREATE FUNCTION weekly(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_weekly
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT date_trunc('week', p.date)::date AS date, to_char(date_trunc('week', p.date)::date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    tlsrua.whole(sum(p.successful_sessions)) AS successful_sessions,
    tlsrua.whole(sum(p.failed_sessions)) AS failed_sessions,
    tlsrua.whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    tlsrua.whole(sum(p.counted_sessions)) AS counted_sessions,
    tlsrua.whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM tlsrua.policies AS p WHERE p.counted
    AND (first IS NULL OR p.date >= date_trunc('week', first)::date)
    AND (last IS NULL OR p.date < date_trunc('week', last)::date + 7)
    AND (domains IS NULL OR p.domain = ANY (domains))
    AND (organizations IS NULL OR p.organization = ANY (organizations))
GROUP BY date_trunc('week', p.date)::date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode
$$;

CREATE VIEW csv_monthly WITH (security_invoker) AS
SELECT date_trunc('month', p.date)::date AS date, to_char(date_trunc('month', p.date)::date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    whole(sum(p.successful_sessions)) AS successful_sessions,
    whole(sum(p.failed_sessions)) AS failed_sessions,
    whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    whole(sum(p.counted_sessions)) AS counted_sessions,
    whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM policies AS p WHERE p.counted
GROUP BY date_trunc('month', p.date)::date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode;

CREATE FUNCTION monthly(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_monthly
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT date_trunc('month', p.date)::date AS date, to_char(date_trunc('month', p.date)::date, 'IYYY-"W"IW') COLLATE "C" AS week,
    p.domain, p.policy_domain, p.organization, p.reporter_domain,
    p.policy_type, p.policy_mode,
    count(*) FILTER (WHERE p.of_series) AS reports,
    tlsrua.whole(sum(p.successful_sessions)) AS successful_sessions,
    tlsrua.whole(sum(p.failed_sessions)) AS failed_sessions,
    tlsrua.whole(sum(p.successful_sessions) + sum(p.failed_sessions))
	AS total_sessions,
    tlsrua.whole(sum(p.counted_sessions)) AS counted_sessions,
    tlsrua.whole(sum(p.counted_failed)) AS counted_failed,
    sum(p.failed_sessions)::float8 / nullif(sum(p.successful_sessions)
	+ sum(p.failed_sessions), 0)::float8 AS failure_rate
FROM tlsrua.policies AS p WHERE p.counted
    AND (first IS NULL OR p.date >= date_trunc('month', first)::date)
    AND (last IS NULL OR p.date < (date_trunc('month', last)
	+ interval '1 month')::date)
    AND (domains IS NULL OR p.domain = ANY (domains))
    AND (organizations IS NULL OR p.organization = ANY (organizations))
GROUP BY date_trunc('month', p.date)::date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode
$$;

CREATE VIEW csv_failures WITH (security_invoker) AS
SELECT f.date, to_char(f.date, 'IYYY-"W"IW') COLLATE "C" AS week, f.domain,
    f.policy_domain, f.organization, f.reporter_domain, f.policy_type,
    f.policy_mode, f.result_type, f.side, f.receiving_mx_hostname,
    f.receiving_ip, f.sending_mta_ip, f.failure_reason_code,
    f.failed_sessions, f.additional_information
FROM failures AS f WHERE f.counted;

CREATE FUNCTION failures(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_failures
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT * FROM tlsrua.csv_failures AS t
WHERE (first IS NULL OR t.date >= first) AND (last IS NULL OR t.date <= last)
    AND (domains IS NULL OR t.domain = ANY (domains))
    AND (organizations IS NULL OR t.organization = ANY (organizations))
$$;

CREATE VIEW csv_mx WITH (security_invoker) AS
SELECT f.date, to_char(f.date, 'IYYY-"W"IW') COLLATE "C" AS week, b.domain,
    f.policy_type, b.receiving_mx_hostname, f.receiving_ip, b.result_type,
    count(DISTINCT f.organization) AS organizations,
    whole(sum(f.failed_sessions)) AS failed_sessions
FROM by_problem AS f JOIN problems AS b ON b.id = f.problem
GROUP BY f.date, b.domain, f.policy_type, b.receiving_mx_hostname,
    f.receiving_ip, b.result_type;

CREATE FUNCTION mx(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_mx
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT f.date, to_char(f.date, 'IYYY-"W"IW') COLLATE "C" AS week, b.domain,
    f.policy_type, b.receiving_mx_hostname, f.receiving_ip, b.result_type,
    count(DISTINCT f.organization) AS organizations,
    tlsrua.whole(sum(f.failed_sessions)) AS failed_sessions
FROM tlsrua.by_problem AS f JOIN tlsrua.problems AS b ON b.id = f.problem
WHERE ($1 IS NULL OR f.date >= $1) AND ($2 IS NULL OR f.date <= $2)
    AND ($3 IS NULL OR f.domain = ANY ($3))
    AND ($4 IS NULL OR f.organization = ANY ($4))
GROUP BY f.date, b.domain, f.policy_type, b.receiving_mx_hostname,
    f.receiving_ip, b.result_type
$$;

-- Warnings that follow from what else is stored are added here.
CREATE VIEW csv_reports WITH (security_invoker) AS
SELECT r.id, r.date, r.organization, r.reporter_domain, r.report_id, r.start,
    r."end", r.domain, r.policy_domains, r.policy_types,
    CASE r.status WHEN 'counted' THEN r.counted_sessions ELSE 0 END
	AS counted_sessions,
    CASE r.status WHEN 'counted' THEN r.counted_failed ELSE 0 END
	AS counted_failed,
    r.contact, r.source, r.message_id, r.received, r.dkim,
    concat_ws(' ', nullif(r.warnings, ''), CASE WHEN r.vouched = 0
	AND r.dkim <> '' THEN 'unauthenticated' END,
	CASE WHEN r.status = 'conflict' OR EXISTS (SELECT 1 FROM reports AS c
	    WHERE c.date = r.date AND c.identity = r.identity
		AND c.status = 'conflict') THEN 'report-id-conflict' END) COLLATE "C" AS warnings,
    r.status, r.dkim_domain
FROM reports AS r;

CREATE FUNCTION reports(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF csv_reports
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT * FROM tlsrua.csv_reports AS r
WHERE (first IS NULL OR r.date >= first) AND (last IS NULL OR r.date <= last)
    AND (domains IS NULL OR string_to_array(r.domain, ' ') && domains)
    AND (organizations IS NULL OR r.organization = ANY (organizations))
$$;

-- What each sender's reports of those days come to.  A gap is of days without
-- a report between two with one; silent days are those behind the last one.
-- Where somebody vouches for any of its reports, the others do not break a
-- silence, for anybody can send them.  A sender is silent when it reported on
-- five days or more and is missing for more than three days and twice its
-- longest gap.
CREATE TYPE sender_life AS (organization text COLLATE "C",
    reporter_domain text COLLATE "C", domain text COLLATE "C",
    first_day date, last_day date, days bigint, longest_gap int,
    silent_days int, bad_day date, silent boolean, reports bigint,
    counted_sessions bigint, counted_failed bigint, verified_reports bigint);

CREATE FUNCTION sender_lives(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF sender_life
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH year AS ( -- its days as bits
    SELECT p.domain, p.organization, p.reporter_domain, y.year,
	min(p.date) AS first, max(p.date) AS last,
	bit_or(set_bit(0::bit(366), p.date - y.year, 1)) AS days,
	min(p.date) FILTER (WHERE p.verified) AS known_first,
	max(p.date) FILTER (WHERE p.verified) AS known_last,
	bit_or(set_bit(0::bit(366), p.date - y.year, 1))
	    FILTER (WHERE p.verified) AS known_days,
	max(p.date) FILTER (WHERE p.failed_sessions > 0) AS bad,
	count(*) FILTER (WHERE p.of_sender) AS reports,
	count(*) FILTER (WHERE p.of_sender AND p.verified) AS verified,
	sum(p.counted_sessions) AS sessions, sum(p.counted_failed) AS failed
    FROM tlsrua.policies AS p CROSS JOIN LATERAL (SELECT
	date_trunc('year', p.date::timestamp)::date AS year) AS y
    WHERE p.counted AND ($1 IS NULL OR p.date >= $1)
	AND ($2 IS NULL OR p.date <= $2)
	AND ($3 IS NULL OR p.domain = ANY ($3))
	AND ($4 IS NULL OR p.organization = ANY ($4))
    GROUP BY p.domain, p.organization, p.reporter_domain, y.year),
gap AS ( -- before the year's days, or the longest between them
    SELECT y.*, greatest(y.first - lag(y.last) OVER sender - 1,
	    CASE WHEN y.last - y.first >= bit_count(y.days) THEN
	    (SELECT max(length(z)) FROM unnest(string_to_array(trim('0'
		FROM y.days::text), '1')) AS z) END) AS gap,
	greatest(y.known_first - max(y.known_last) OVER (sender ROWS BETWEEN
		UNBOUNDED PRECEDING AND 1 PRECEDING) - 1,
	    CASE WHEN y.known_last - y.known_first >= bit_count(y.known_days)
	    THEN (SELECT max(length(z)) FROM unnest(string_to_array(trim('0'
		FROM y.known_days::text), '1')) AS z) END) AS known_gap
    FROM year AS y WINDOW sender AS (PARTITION BY y.domain, y.organization,
	y.reporter_domain ORDER BY y.year)),
life AS (
    SELECT g.domain, g.organization, g.reporter_domain,
	min(g.first) AS first, max(g.last) AS last, max(g.bad) AS bad,
	sum(bit_count(g.days))::bigint AS days, sum(g.reports) AS reports,
	sum(g.sessions) AS sessions, sum(g.failed) AS failed,
	sum(g.verified) AS verified,
	coalesce(max(g.known_last), max(g.last)) AS heard,
	coalesce(sum(bit_count(g.known_days)), sum(bit_count(g.days)))
	    AS heard_days,
	coalesce(CASE WHEN max(g.known_last) IS NULL THEN max(g.gap)
	    ELSE max(g.known_gap) END, 0) AS gap
    FROM gap AS g GROUP BY g.domain, g.organization, g.reporter_domain),
newest AS MATERIALIZED (
    SELECT max(r.date) AS day FROM tlsrua.reports AS r
    WHERE $2 IS NULL OR r.date <= $2)
SELECT l.organization, l.reporter_domain, l.domain, l.first, l.last, l.days,
    l.gap, n.day - l.heard, l.bad,
    l.heard_days >= 5 AND n.day - l.heard > 3 + 2 * l.gap,
    tlsrua.whole(l.reports), tlsrua.whole(l.sessions), tlsrua.whole(l.failed),
    tlsrua.whole(l.verified)
FROM life AS l CROSS JOIN newest AS n
$$;

-- Who reports, since when, and with what gaps.
CREATE TYPE sender_row AS (organization text COLLATE "C",
    reporter_domain text COLLATE "C", domain text COLLATE "C",
    first_day date, last_day date, days_reported bigint, days_in_range int,
    longest_gap int, silent_days int, reports bigint,
    counted_sessions bigint, counted_failed bigint, verified_reports bigint);

CREATE FUNCTION senders(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF sender_row
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT l.organization, l.reporter_domain, l.domain, l.first_day, l.last_day,
    l.days, (SELECT max(r.date) FROM tlsrua.reports AS r
	WHERE $2 IS NULL OR r.date <= $2) - (SELECT min(r.date)
	FROM tlsrua.reports AS r WHERE $1 IS NULL OR r.date >= $1) + 1,
    l.longest_gap, l.silent_days, l.reports, l.counted_sessions,
    l.counted_failed, l.verified_reports
FROM tlsrua.sender_lives($1, $2, $3, $4) AS l
$$;

-- Each domain on one line.  Clean days: days with a report behind the last one
-- on which any failed.  An organization is silent when all of its senders are,
-- or all of those that somebody vouches for.
CREATE TYPE domain_row AS (domain text COLLATE "C", first_day date,
    last_day date, organizations bigint, counted_sessions bigint,
    counted_failed bigint, failure_rate double precision,
    policy_types text COLLATE "C", policy_mode text COLLATE "C",
    clean_days bigint, worst_result_type text COLLATE "C",
    silent_organizations bigint);

CREATE FUNCTION domains(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF domain_row
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH organization AS (
    SELECT l.domain, l.organization, min(l.first_day) AS first,
	max(l.last_day) AS last, sum(l.counted_sessions) AS sessions,
	sum(l.counted_failed) AS failed, max(l.bad_day) AS bad,
	coalesce(bool_and(l.silent) FILTER (WHERE l.verified_reports > 0),
	    bool_and(l.silent)) AS silent
    FROM tlsrua.sender_lives($1, $2, $3, $4) AS l
    GROUP BY l.domain, l.organization),
whole AS (
    SELECT o.domain, min(o.first) AS first, max(o.last) AS last,
	count(*) AS organizations, sum(o.sessions) AS sessions,
	sum(o.failed) AS failed, max(o.bad) AS bad,
	count(*) FILTER (WHERE o.silent) AS silent
    FROM organization AS o GROUP BY o.domain),
entry AS (
    SELECT p.domain, p.date, p.policy_type, p.policy_mode,
	p.successful_sessions, p.failed_sessions
    FROM tlsrua.by_domain AS p
    WHERE $4 IS NULL AND ($1 IS NULL OR p.date >= $1)
	AND ($2 IS NULL OR p.date <= $2)
	AND ($3 IS NULL OR p.domain = ANY ($3))
    UNION ALL
    SELECT p.domain, p.date, p.policy_type, p.policy_mode,
	p.successful_sessions, p.failed_sessions
    FROM tlsrua.policies AS p
    WHERE $4 IS NOT NULL AND p.counted AND ($1 IS NULL OR p.date >= $1)
	AND ($2 IS NULL OR p.date <= $2)
	AND ($3 IS NULL OR p.domain = ANY ($3))
	AND p.organization = ANY ($4)),
kind AS MATERIALIZED (
    SELECT e.domain, e.policy_type, e.policy_mode, y.year,
	max(e.date) AS last,
	bit_or(set_bit(0::bit(366), e.date - y.year, 1)) AS days,
	sum(e.successful_sessions) + sum(e.failed_sessions) AS sessions
    FROM entry AS e CROSS JOIN LATERAL (SELECT
	date_trunc('year', e.date::timestamp)::date AS year) AS y
    GROUP BY e.domain, e.policy_type, e.policy_mode, y.year),
mode AS (
    SELECT DISTINCT ON (k.domain) k.domain, k.policy_mode FROM kind AS k
    WHERE k.policy_mode <> ''
    ORDER BY k.domain, k.last DESC, k.policy_mode),
type AS (
    SELECT k.domain, k.policy_type, row_number() OVER (PARTITION BY k.domain
	    ORDER BY sum(k.sessions) DESC, k.policy_type) AS place,
	count(*) OVER (PARTITION BY k.domain) AS n
    FROM kind AS k GROUP BY k.domain, k.policy_type),
used AS (
    SELECT t.domain, string_agg(t.policy_type, ' ' ORDER BY t.policy_type)
	|| CASE WHEN max(t.n) > 20 THEN ' and ' || max(t.n) - 20 || ' more'
	    ELSE '' END AS types
    FROM type AS t WHERE t.place <= 20 GROUP BY t.domain),
clean AS (
    SELECT d.domain, sum(bit_count(tlsrua.within(d.days, d.year,
	coalesce(w.bad + 1, w.first), NULL)))::bigint AS days
    FROM (SELECT k.domain, k.year, bit_or(k.days) AS days FROM kind AS k
	GROUP BY k.domain, k.year) AS d JOIN whole AS w ON w.domain = d.domain
    GROUP BY d.domain),
failing AS (
    SELECT b.domain, b.result_type, sum(f.failed_sessions) AS failed
    FROM tlsrua.by_problem AS f JOIN tlsrua.problems AS b ON b.id = f.problem
    WHERE ($1 IS NULL OR f.date >= $1) AND ($2 IS NULL OR f.date <= $2)
	AND ($3 IS NULL OR f.domain = ANY ($3))
	AND ($4 IS NULL OR f.organization = ANY ($4))
    GROUP BY b.domain, b.result_type),
worst AS (
    SELECT DISTINCT ON (t.domain) t.domain, t.result_type FROM failing AS t
    ORDER BY t.domain, t.result_type = 'not-detailed', t.failed DESC,
	t.result_type)
SELECT w.domain, w.first, w.last, w.organizations,
    tlsrua.whole(w.sessions), tlsrua.whole(w.failed),
    w.failed::float8 / nullif(w.sessions, 0)::float8, u.types,
    coalesce(m.policy_mode, ''), coalesce(c.days, 0),
    coalesce(t.result_type, ''), w.silent
FROM whole AS w LEFT JOIN used AS u ON u.domain = w.domain
    LEFT JOIN mode AS m ON m.domain = w.domain
    LEFT JOIN clean AS c ON c.domain = w.domain
    LEFT JOIN worst AS t ON t.domain = w.domain
$$;

CREATE VIEW csv_senders WITH (security_invoker) AS
    SELECT * FROM senders(NULL, NULL, NULL, NULL);
CREATE VIEW csv_domains WITH (security_invoker) AS
    SELECT * FROM domains(NULL, NULL, NULL, NULL);
