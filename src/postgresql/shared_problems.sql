-- The problems that were seen in a range of days, as a view and a function
-- beside those of shared_views.sql.

-- The causes seen in the range.  First day, last day, state and side tell of
-- the whole life of each.  What they mean is told in tlsrua(1): cured, new,
-- recurring and open; ours, theirs and unclear.
CREATE TYPE problem_row AS (problem bigint, domain text COLLATE "C",
    receiving_mx_hostname text COLLATE "C", result_type text COLLATE "C",
    policy_types text COLLATE "C", policy_mode text COLLATE "C",
    side text COLLATE "C", state text COLLATE "C", first_day date,
    last_day date, days bigint, organizations bigint,
    organization_names text COLLATE "C", failed_sessions bigint,
    failed_last_7_days bigint, remedy text COLLATE "C");

CREATE FUNCTION problems(first date, last date, domains text[],
    organizations text[]) RETURNS SETOF problem_row
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH newest AS MATERIALIZED (
    SELECT max(r.date) AS day FROM tlsrua.reports AS r
    WHERE r.status = 'counted'),
part AS MATERIALIZED ( -- what was seen in the range
    SELECT f.problem, f.organization, f.policy_type, f.policy_mode,
	max(f.date) AS last, sum(f.failed_sessions) AS failed,
	sum(f.failed_sessions) FILTER (WHERE f.date
	    > (SELECT n.day FROM newest AS n) - 7) AS lately
    FROM tlsrua.by_problem AS f
    WHERE ($1 IS NULL OR f.date >= $1) AND ($2 IS NULL OR f.date <= $2)
	AND ($3 IS NULL OR f.problem = ANY (ARRAY(SELECT b.id
	    FROM tlsrua.problems AS b WHERE b.domain = ANY ($3))))
	AND ($4 IS NULL OR f.organization = ANY ($4))
    GROUP BY f.problem, f.organization, f.policy_type, f.policy_mode),
chosen AS MATERIALIZED (
    SELECT p.problem, sum(p.failed) AS failed,
	coalesce(sum(p.lately), 0) AS lately
    FROM part AS p GROUP BY p.problem),
mode AS (
    SELECT DISTINCT ON (m.problem) m.problem, m.policy_mode
    FROM (SELECT p.problem, p.policy_mode, max(p.last) AS last
	FROM part AS p WHERE p.policy_mode <> ''
	GROUP BY p.problem, p.policy_mode) AS m
    ORDER BY m.problem, m.last DESC, m.policy_mode),
type AS (
    SELECT t.problem, string_agg(t.policy_type, ' ' ORDER BY t.policy_type)
	|| CASE WHEN max(t.n) > 20 THEN ' and ' || max(t.n) - 20 || ' more'
	    ELSE '' END AS list
    FROM (SELECT p.problem, p.policy_type, count(*) OVER (PARTITION BY
		p.problem) AS n, row_number() OVER (PARTITION BY p.problem
		ORDER BY sum(p.failed) DESC, p.policy_type) AS place
	FROM part AS p GROUP BY p.problem, p.policy_type) AS t
    WHERE t.place <= 20 GROUP BY t.problem),
name AS (
    SELECT o.problem, string_agg(o.organization, ' ' ORDER BY o.organization)
	|| CASE WHEN max(o.n) > 20 THEN ' and ' || max(o.n) - 20 || ' more'
	    ELSE '' END AS list, max(o.n) AS n
    FROM (SELECT p.problem, p.organization, count(*) OVER (PARTITION BY
		p.problem) AS n, row_number() OVER (PARTITION BY p.problem
		ORDER BY sum(p.failed) DESC, p.organization) AS place
	FROM part AS p GROUP BY p.problem, p.organization) AS o
    WHERE o.place <= 20 GROUP BY o.problem),
about AS MATERIALIZED (
    SELECT DISTINCT b.domain FROM chosen AS c
	JOIN tlsrua.problems AS b ON b.id = c.problem),
changed AS MATERIALIZED ( -- what the rollup has not, or not right
    SELECT tlsrua.dirty_days() AS days, ARRAY(SELECT a.domain FROM about AS a)
	AS domains, ARRAY(SELECT a.domain FROM about AS a WHERE NOT EXISTS
	(SELECT 1 FROM tlsrua.rollup_years AS y WHERE y.domain = a.domain))
	AS new),
year AS MATERIALIZED (
    SELECT y.problem, y.year, y.domain, y.organization, y.reporter_domain,
	y.days & ~coalesce(d.days, 0::bit(366)) AS days,
	y.verified & ~coalesce(d.days, 0::bit(366)) AS verified
    FROM tlsrua.rollup_years AS y LEFT JOIN tlsrua.years_of(
	    (SELECT n.days FROM changed AS n)) AS d ON d.year = y.year
    WHERE y.domain IN (SELECT a.domain FROM about AS a)
	AND ($3 IS NULL OR y.domain = ANY ($3))
    UNION ALL
    SELECT y.* FROM tlsrua.counted_years((SELECT n.days FROM changed AS n),
	(SELECT n.domains FROM changed AS n)) AS y
    WHERE (SELECT n.days FROM changed AS n) <> '{}'
    UNION ALL
    SELECT y.* FROM tlsrua.counted_years(tlsrua.settled_days(),
	(SELECT n.new FROM changed AS n)) AS y
    WHERE (SELECT n.new FROM changed AS n) <> '{}'),
seen AS MATERIALIZED (
    SELECT y.problem, y.year, bit_or(y.days) AS days,
	bit_or(y.days) FILTER (WHERE $4 IS NULL OR y.organization = ANY ($4))
	    AS chosen, bool_or(y.verified <> 0::bit(366)) AS verified
    FROM year AS y WHERE y.problem <> 0 AND y.days <> 0::bit(366)
    GROUP BY y.problem, y.year),
life AS MATERIALIZED ( -- the whole one, of which the range may be a part
    SELECT b.id, b.domain, min(s.year + position(B'1' IN s.days) - 1) AS first,
	max(s.year + length(rtrim(s.days::text, '0')) - 1) AS last,
	sum(bit_count(tlsrua.within(s.chosen, s.year, $1, $2))) AS days,
	bool_or(s.verified) AS verified,
	b.result_type <> 'not-detailed' AND coalesce(t.side, 'unclear')
	    = 'unclear' AS unclear -- whose side it is follows from who sees it
    FROM seen AS s JOIN tlsrua.problems AS b ON b.id = s.problem
	LEFT JOIN tlsrua.result_types AS t ON t.name = b.result_type
    GROUP BY b.id, t.side),
who AS MATERIALIZED (
    SELECT y.problem, y.domain, y.organization FROM year AS y
    WHERE y.problem <> 0 AND y.days <> 0::bit(366)
	AND ($4 IS NULL OR y.organization = ANY ($4))
    GROUP BY y.problem, y.domain, y.organization),
heard AS MATERIALIZED ( -- the days on which an organization reported
    SELECT y.domain, y.organization, y.year, bit_or(y.days) AS days,
	bit_or(y.verified) AS verified
    FROM year AS y
    WHERE y.problem = 0 AND ($4 IS NULL OR y.organization = ANY ($4))
    GROUP BY y.domain, y.organization, y.year),
reported AS ( -- how many did, from the first day to the last
    SELECT l.id, count(DISTINCT h.organization) AS n
    FROM life AS l JOIN heard AS h ON h.domain = l.domain
    WHERE l.unclear AND bit_count(tlsrua.within(CASE WHEN l.verified
	THEN h.verified ELSE h.days END, h.year, l.first, l.last)) > 0
    GROUP BY l.id),
met AS MATERIALIZED ( -- how often who saw it reported without it
    SELECT l.id, w.domain, w.organization, l.verified, l.first,
	sum(bit_count(tlsrua.within(h.days, h.year, l.last + 1, NULL)))
	    AS later,
	sum(bit_count(tlsrua.within(h.days & ~coalesce(s.days, 0::bit(366)),
	    h.year, l.first, l.last))) AS between
    FROM who AS w JOIN life AS l ON l.id = w.problem
	JOIN heard AS h ON h.domain = w.domain
	    AND h.organization = w.organization
	LEFT JOIN seen AS s ON s.problem = l.id AND s.year = h.year
    GROUP BY l.id, w.domain, w.organization, l.verified, l.first),
cured AS MATERIALIZED (
    SELECT m.id FROM met AS m WHERE NOT m.verified AND m.later > 1
    UNION
    SELECT s.id
    FROM (SELECT DISTINCT l.id, l.domain, y.organization, y.reporter_domain,
	    l.last FROM life AS l JOIN year AS y ON y.problem = l.id
	WHERE l.verified AND y.verified <> 0::bit(366)
	    AND ($4 IS NULL OR y.organization = ANY ($4))) AS s
	JOIN year AS h ON h.problem = 0 AND h.domain = s.domain
	    AND h.organization = s.organization
	    AND h.reporter_domain = s.reporter_domain
    GROUP BY s.id, s.organization, s.reporter_domain
    HAVING sum(bit_count(tlsrua.within(h.verified, h.year, s.last + 1, NULL)))
	> 1),
asked AS MATERIALIZED (
    SELECT m.id, m.domain, m.organization
    FROM (SELECT m.*, bool_or(NOT m.verified AND m.later > 1) OVER
	    (PARTITION BY m.id) AS cured FROM met AS m) AS m
    WHERE NOT m.cured AND m.between > 1
	AND m.first <= (SELECT n.day FROM newest AS n) - 7),
event AS ( -- 1: a day with a report and without it, 2 and 3: with it
    SELECT e.id, e.organization, e.year,
	replace(sum(e.digits)::text, '0', '') AS word
    FROM (SELECT a.id, a.organization, s.year,
	    2 * s.days::text::numeric AS digits
	FROM asked AS a JOIN seen AS s ON s.problem = a.id
	UNION ALL
	SELECT a.id, a.organization, h.year, h.days::text::numeric
	FROM asked AS a JOIN heard AS h ON h.domain = a.domain
	    AND h.organization = a.organization) AS e
    GROUP BY e.id, e.organization, e.year),
recurring AS ( -- two days of one organization between two that it was seen
    SELECT DISTINCT r.id
    FROM (SELECT e.id, string_agg(e.word, '' ORDER BY e.year) AS word
	FROM event AS e GROUP BY e.id, e.organization) AS r
    WHERE trim('1' FROM r.word) LIKE '%11%'),
told AS MATERIALIZED ( -- full joins, for these are never nested loops
    SELECT c.problem, c.failed, c.lately, l.first, l.last, l.days,
	m.policy_mode, p.list AS policy_types, n.list AS names, n.n AS organizations,
	v.n AS seen_by, e.n AS reported_by
    FROM chosen AS c FULL JOIN life AS l ON l.id = c.problem
	FULL JOIN (SELECT w.problem, count(*) AS n FROM who AS w
	    GROUP BY w.problem) AS v ON v.problem = c.problem
	FULL JOIN reported AS e ON e.id = c.problem
	FULL JOIN mode AS m ON m.problem = c.problem
	FULL JOIN type AS p ON p.problem = c.problem
	FULL JOIN name AS n ON n.problem = c.problem)
SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type, d.policy_types,
    coalesce(d.policy_mode, ''),
    CASE WHEN b.result_type = 'not-detailed' THEN 'unclear'
	WHEN t.side <> 'unclear' THEN t.side
	WHEN d.seen_by > 1 AND 2 * d.seen_by >= coalesce(d.reported_by, 0)
	    THEN 'ours'
	WHEN d.seen_by = 1 AND d.reported_by > 2 THEN 'theirs'
	ELSE 'unclear' END,
    CASE WHEN b.id IN (SELECT c.id FROM cured AS c) THEN 'cured'
	WHEN d.first > (SELECT n.day FROM newest AS n) - 7 THEN 'new'
	WHEN b.id IN (SELECT r.id FROM recurring AS r) THEN 'recurring'
	ELSE 'open' END,
    d.first, d.last, d.days::bigint, d.organizations, d.names,
    tlsrua.whole(d.failed), tlsrua.whole(d.lately),
    coalesce(replace(replace(t.remedy, 'MX', CASE b.receiving_mx_hostname
	WHEN '' THEN 'every MX host' ELSE b.receiving_mx_hostname END),
	'DOMAIN', b.domain), '')
FROM told AS d JOIN tlsrua.problems AS b ON b.id = d.problem
    LEFT JOIN tlsrua.result_types AS t ON t.name = b.result_type
$$;

CREATE VIEW csv_problems WITH (security_invoker) AS
    SELECT * FROM problems(NULL, NULL, NULL, NULL);
