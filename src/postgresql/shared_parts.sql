-- The rows of each part of a mirror, as a shared store gives them
-- (shared_parts.c).  $1 and $2 are the first and the last day of the range, $3
-- the domains, or NULL for all, $4 the present time, $5 the number of a report or
-- a problem, or 0 for all, $6 the domains and $7 the problems that are listed.
-- What begins with "--" and another sign is read by scripts/statements.awk.

-- The domains whose policy was seen in more than one way in the week of which
-- overviews tell how reporters see it.
--+ differing
differing AS MATERIALIZED (SELECT b.domain FROM tlsrua.by_domain AS b
    WHERE b.date BETWEEN $2::date - 6 AND $2::date
    AND ($3::text[] IS NULL OR b.domain = ANY ($3::text[]))
    AND (b.policy_type = 'sts' AND b.policy_mode <> ''
	OR b.policy_type = 'no-policy-found')
    GROUP BY b.domain
    HAVING count(DISTINCT CASE b.policy_type WHEN 'sts' THEN b.policy_mode
	ELSE '' END) > 1)

--: ends
SELECT e.date::text FROM (SELECT min(r.date) FROM tlsrua.reports AS r
    UNION SELECT max(r.date) FROM tlsrua.reports AS r) AS e (date)
WHERE e.date IS NOT NULL

--: known
SELECT DISTINCT s.domain FROM tlsrua.senders AS s
WHERE s.domain = ANY ($3::text[])

--: days
SELECT d.date::text FROM (SELECT $1::date + i AS date
    FROM generate_series(0, $2::date - $1::date) AS i) AS d
WHERE EXISTS (SELECT 1 FROM tlsrua.reports AS r WHERE r.date = d.date)

--: judged
-- Those of the range that are about the domains, and those of the last thirty
-- days of all: a row for each kind, dated so that it is in the range and in
-- these days exactly if its reports are.  Kinds are told apart by what is read of
-- them alone: names of those that were judged, reporters of those that nobody
-- vouches for, signing domains of the others.
WITH report AS (
	SELECT r.date, r.dkim,
	    CASE WHEN r.dkim <> '' THEN r.organization ELSE '' END
	    AS organization,
	    CASE WHEN r.dkim <> '' AND r.vouched < 2 THEN r.reporter_domain
		ELSE '' END AS reporter_domain,
	    CASE WHEN r.vouched >= 2 THEN r.dkim_domain ELSE '' END
	    AS dkim_domain,
	    r.vouched, r.warnings,
	    r.identity IN (SELECT c.identity FROM tlsrua.reports AS c
		WHERE c.status = 'conflict'
		AND c.date BETWEEN $1::date AND $2::date) AS contested,
	    r.date BETWEEN $1::date AND $2::date AND ($3::text[] IS NULL
		OR string_to_array(r.domain, ' ') && $3::text[]
		OR r.domain LIKE '% more' AND EXISTS (SELECT 1
		    FROM tlsrua.policies AS p WHERE p.date = r.date
		    AND p.report = r.id AND p.domain = ANY ($3::text[])
		    AND NOT p.skipped)) AS own, count(*) AS copies
	FROM tlsrua.reports AS r
	WHERE r.status = 'counted' AND r.date >= least($1::date,
	    (SELECT max(x.date) FROM tlsrua.reports AS x) - 29)
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), kind AS (
	SELECT r.date, r.own, r.copies, r.date
	    > (SELECT max(x.date) FROM tlsrua.reports AS x) - 30 AS lately,
	    r.dkim,
	    CASE WHEN r.own THEN r.organization ELSE '' END AS organization,
	    CASE WHEN r.own THEN r.reporter_domain ELSE '' END
	    AS reporter_domain,
	    CASE WHEN r.own THEN r.dkim_domain ELSE '' END AS dkim_domain,
	    CASE WHEN r.own THEN concat_ws(' ', nullif(r.warnings, ''),
		CASE WHEN r.vouched = 0 AND r.dkim <> ''
		    THEN 'unauthenticated' END,
		CASE WHEN r.contested THEN 'report-id-conflict' END)
	    ELSE '' END AS warnings
	FROM report AS r
)
SELECT min(k.date)::text, k.organization, k.reporter_domain,
    CASE WHEN k.own THEN coalesce(($3::text[])[1], '') ELSE '' END,
    k.dkim, k.dkim_domain, k.warnings, sum(k.copies)::int8
FROM kind AS k WHERE k.own OR k.lately
GROUP BY k.own, k.lately, k.date BETWEEN $1::date AND $2::date, k.organization,
    k.reporter_domain, k.dkim, k.dkim_domain, k.warnings

--: reporters
-- In one reading of the entries who reported, behind a number that tells the kind
-- of the row: 0 the days of senders that are listed, 1 each organization's senders
-- that are not, 2 each domain.  Listed are as many as an overview lists, in its
-- order (gathering.h, gather_senders.c).  A sender may be silent when it has five
-- days and was not heard of for four; of these alone the gaps are looked at.  The
-- entries of listed senders are found by their domains (OFFSET and IS TRUE leave
-- the planner no choice), for all entries would be sorted by names else.
WITH newest AS MATERIALIZED (
	SELECT max(r.date) AS day FROM tlsrua.reports AS r
	WHERE r.date BETWEEN $1::date AND $2::date
), sender AS MATERIALIZED (
	SELECT p.domain, p.organization, p.reporter_domain,
	    count(*) AS entries, max(p.date) AS last,
	    tlsrua.whole(sum(p.counted_sessions)) AS sessions,
	    count(*) FILTER (WHERE p.of_sender AND p.verified) AS vouched,
	    max(p.date) FILTER (WHERE p.of_sender AND p.verified)
	    AS vouched_last,
	    sum(p.counted_sessions) FILTER (WHERE p.verified)
	    AS vouched_sessions,
	    sum(p.counted_failed) FILTER (WHERE p.verified) AS vouched_failed
	FROM tlsrua.policies AS p
	WHERE p.counted AND p.date BETWEEN $1::date AND $2::date
	AND ($3::text[] IS NULL OR p.domain = ANY ($3::text[]))
	GROUP BY p.domain, p.organization, p.reporter_domain
), suspect AS MATERIALIZED (
	SELECT s.domain, s.organization, s.reporter_domain, s.vouched > 0
	    AS known, n.day - coalesce(s.vouched_last, s.last) AS silent_days
	FROM sender AS s CROSS JOIN newest AS n
	WHERE n.day - coalesce(s.vouched_last, s.last) > 3
	AND CASE s.vouched WHEN 0 THEN s.entries ELSE s.vouched END >= 5
), suspected AS MATERIALIZED (
	SELECT p.domain, p.organization, p.reporter_domain, p.date,
	    bool_or(p.of_sender AND p.verified) AS known
	FROM tlsrua.policies AS p
	WHERE p.counted AND p.date BETWEEN $1::date AND $2::date
	AND p.domain IN (SELECT s.domain FROM suspect AS s)
	GROUP BY p.domain, p.organization, p.reporter_domain, p.date
), silent AS MATERIALIZED (
	SELECT d.domain, d.organization, d.reporter_domain
	FROM (SELECT s.*, p.date - lag(p.date) OVER (PARTITION BY s.domain,
		s.organization, s.reporter_domain ORDER BY p.date) - 1 AS gap
	    FROM suspect AS s JOIN suspected AS p ON p.domain = s.domain
		AND p.organization = s.organization
		AND p.reporter_domain = s.reporter_domain
	    WHERE p.known OR NOT s.known) AS d
	GROUP BY d.domain, d.organization, d.reporter_domain, d.silent_days
	HAVING count(*) >= 5 AND d.silent_days > 3 + 2 * coalesce(max(d.gap), 0)
), listed AS MATERIALIZED (
	SELECT s.domain, s.organization, s.reporter_domain
	FROM sender AS s LEFT JOIN silent AS q ON q.domain = s.domain
	    AND q.organization = s.organization
	    AND q.reporter_domain = s.reporter_domain
	ORDER BY q.domain IS NULL, s.sessions DESC, s.organization,
	    s.reporter_domain, s.domain
	LIMIT least(5000, 1048576 / ($2::date - $1::date + 1))
), other AS (
	SELECT a.organization, a.n - coalesce(l.n, 0) AS senders,
	    l.n IS NOT NULL AS listed
	FROM (SELECT s.organization, count(*) AS n FROM sender AS s
	    GROUP BY s.organization) AS a
	LEFT JOIN (SELECT s.organization, count(*) AS n FROM listed AS s
	    GROUP BY s.organization) AS l ON l.organization = a.organization
), reported AS (
	SELECT s.domain, count(*) AS organizations,
	    count(*) FILTER (WHERE s.vouched > 0) AS vouched,
	    sum(s.vouched_sessions) AS vouched_sessions,
	    sum(s.vouched_failed) AS vouched_failed
	FROM (SELECT s.domain, s.organization, max(s.vouched) AS vouched,
		sum(s.vouched_sessions) AS vouched_sessions,
		sum(s.vouched_failed) AS vouched_failed
	    FROM sender AS s GROUP BY s.domain, s.organization) AS s
	GROUP BY s.domain
), kind AS MATERIALIZED (
	SELECT b.domain, b.policy_type, b.policy_mode,
	    min(b.date) FILTER (WHERE b.date >= $1::date) AS first,
	    max(b.date) AS last,
	    max(b.date) FILTER (WHERE b.date >= $1::date
		AND b.failed_sessions > 0) AS bad,
	    sum(b.counted_sessions) FILTER (WHERE b.date >= $1::date)
	    AS sessions,
	    sum(b.counted_failed) FILTER (WHERE b.date >= $1::date) AS failed,
	    sum(b.counted_sessions) FILTER (WHERE b.date < $1::date)
	    AS sessions_before,
	    sum(b.counted_failed) FILTER (WHERE b.date < $1::date)
	    AS failed_before
	FROM tlsrua.by_domain AS b
	WHERE b.date BETWEEN $1::date - ($2::date - $1::date + 1) AND $2::date
	AND ($3::text[] IS NULL OR b.domain = ANY ($3::text[]))
	GROUP BY b.domain, b.policy_type, b.policy_mode
), whole AS (
	SELECT k.domain, min(k.first) AS first, max(k.last) AS last,
	    max(k.bad) AS bad, sum(k.sessions) AS sessions,
	    sum(k.failed) AS failed, sum(k.sessions_before) AS sessions_before,
	    sum(k.failed_before) AS failed_before,
	    string_agg(DISTINCT k.policy_type, ' ' ORDER BY k.policy_type)
	    FILTER (WHERE k.last >= $1::date) AS policy_types,
	    (array_agg(k.policy_mode ORDER BY k.last DESC, k.policy_mode)
	    FILTER (WHERE k.policy_mode <> '' AND k.last >= $1::date))[1]
	    AS policy_mode
	FROM kind AS k GROUP BY k.domain
)
(SELECT 0::int8, s.domain, s.organization, s.reporter_domain, '', '',
    (s.date - DATE '1970-01-01')::int8,
    count(*) FILTER (WHERE s.of_sender),
    tlsrua.whole(sum(s.counted_sessions)),
    tlsrua.whole(sum(s.counted_failed)),
    tlsrua.whole(sum(s.failed_sessions)),
    count(*) FILTER (WHERE s.of_sender AND s.verified),
    tlsrua.whole(coalesce(sum(s.counted_sessions)
	FILTER (WHERE s.verified), 0)),
    tlsrua.whole(coalesce(sum(s.counted_failed)
	FILTER (WHERE s.verified), 0)), 0::int8
FROM (SELECT DISTINCT l.domain FROM listed AS l) AS d
    CROSS JOIN LATERAL (SELECT p.* FROM tlsrua.policies AS p
	WHERE p.domain = d.domain AND p.counted
	AND p.date BETWEEN $1::date AND $2::date OFFSET 0) AS s
WHERE ((s.domain, s.organization, s.reporter_domain) IN (SELECT l.domain,
    l.organization, l.reporter_domain FROM listed AS l)) IS TRUE
GROUP BY s.domain, s.organization, s.reporter_domain, s.date
ORDER BY s.domain, s.organization, s.reporter_domain)
UNION ALL
SELECT 1, o.organization, '', '', '', '', o.senders, o.listed::int,
    (o.organization IN (SELECT q.organization FROM silent AS q))::int,
    0, 0, 0, 0, 0, 0
FROM other AS o WHERE o.senders > 0
UNION ALL
(SELECT 2, w.domain, w.first::text, w.last::text, w.policy_types,
    coalesce(w.policy_mode, ''), r.organizations, tlsrua.whole(w.sessions),
    tlsrua.whole(w.failed), coalesce(w.bad, w.first - 1) - DATE '1970-01-01',
    tlsrua.whole(coalesce(w.sessions_before, 0)),
    tlsrua.whole(coalesce(w.failed_before, 0)),
    r.vouched, tlsrua.whole(coalesce(r.vouched_sessions, 0)),
    tlsrua.whole(coalesce(r.vouched_failed, 0))
FROM whole AS w JOIN reported AS r ON r.domain = w.domain
ORDER BY w.domain)

--: any_vouched
-- One row says that there is any.
SELECT '', '', '', 0::int8, 1::int8, 0::int8, 0::int8, 0::int8, 1::int8,
    0::int8, 0::int8
WHERE EXISTS (SELECT 1 FROM tlsrua.policies AS p WHERE p.counted AND p.verified)

--: views
-- Who found no policy counts if it ever found one, of which a row tells that is
-- of no day.
WITH
--= differing
, view AS MATERIALIZED (
	SELECT p.domain, p.organization, p.policy_type, p.policy_mode,
	    max(p.date) AS date
	FROM differing AS d JOIN tlsrua.policies AS p ON p.domain = d.domain
	WHERE p.date BETWEEN $2::date - 6 AND $2::date AND p.counted
	AND (p.policy_type = 'sts' AND p.policy_mode <> ''
	    OR p.policy_type = 'no-policy-found')
	GROUP BY p.domain, p.organization, p.policy_type, p.policy_mode
)
SELECT v.domain, v.organization, '', v.policy_type, v.policy_mode,
    (v.date - DATE '1970-01-01')::int8, 0::int8, 0::int8
FROM view AS v
UNION ALL
SELECT DISTINCT v.domain, v.organization, '', 'sts', '', -1000000::int8,
    0::int8, 0::int8
FROM view AS v
WHERE v.policy_type = 'no-policy-found' AND EXISTS (SELECT 1
    FROM tlsrua.policies AS x WHERE x.domain = v.domain
    AND x.organization = v.organization AND x.policy_type = 'sts'
    AND x.counted)

--: problems
SELECT t.problem, t.domain, t.receiving_mx_hostname, t.result_type,
    t.policy_types, t.policy_mode, t.side, t.state, t.first_day::text,
    t.last_day::text, t.days, t.organizations, t.organization_names,
    t.failed_sessions, t.failed_last_7_days
FROM tlsrua.problems($1::date, $2::date, $3::text[], NULL) AS t
ORDER BY t.domain, t.problem

--: domain_days
-- Of the domains that are listed, and of all others together.
SELECT CASE WHEN b.domain = ANY ($6::text[]) THEN b.domain ELSE '' END,
    (b.date - DATE '1970-01-01')::int8, tlsrua.whole(sum(b.counted_sessions)),
    tlsrua.whole(sum(b.counted_failed))
FROM tlsrua.by_domain AS b
WHERE b.date BETWEEN $1::date AND $2::date
AND ($3::text[] IS NULL OR b.domain = ANY ($3::text[]))
GROUP BY 1, b.date ORDER BY 1, b.date

--: listed_problems
SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type
FROM tlsrua.problems AS b WHERE b.id = ANY ($7::int8[])

--: listed_failures
-- Those of the range by organization and day, those that somebody vouches for
-- apart; and a row that is of no day for a problem that somebody vouches for.
(SELECT '', f.organization, '', '', '', CASE WHEN f.findings
	= f.verified_findings THEN 'vouched' ELSE '' END, f.problem,
    (f.date - DATE '1970-01-01')::int8, sum(f.findings)::int8,
    tlsrua.whole(sum(f.failed_sessions)), sum(f.verified_findings)::int8
FROM tlsrua.by_problem AS f
WHERE f.problem IN (SELECT unnest($7::int8[])) AND f.date BETWEEN $1::date AND $2::date
GROUP BY f.organization, f.problem, f.date, f.findings = f.verified_findings
ORDER BY f.problem, f.date)
UNION ALL
SELECT '', '', '', '', '', '', f.problem, -1000000, 1, 0, 1
FROM tlsrua.by_problem AS f
WHERE f.problem IN (SELECT unnest($7::int8[])) AND f.verified_findings > 0
GROUP BY f.problem

--: other_failures
-- All other problems together, by type.
SELECT coalesce(($3::text[])[1], ''), b.result_type,
    (f.date - DATE '1970-01-01')::int8, tlsrua.whole(sum(f.failed_sessions))
FROM tlsrua.by_problem AS f JOIN tlsrua.problems AS b ON b.id = f.problem
WHERE f.date BETWEEN $1::date AND $2::date AND f.problem <> ALL ($7::int8[])
AND ($3::text[] IS NULL OR f.domain = ANY ($3::text[]))
GROUP BY b.result_type, f.date ORDER BY b.result_type

--: mutes
SELECT m.problem, m.until::text, m.note FROM tlsrua.mutes AS m

--: unjudged
-- They are told apart where others are vouched for.
SELECT least($2::date, (SELECT max(x.date) FROM tlsrua.reports AS x))::text,
    p.domain, p.organization, tlsrua.whole(sum(p.counted_sessions)),
    tlsrua.whole(sum(p.counted_failed))
FROM tlsrua.reports AS r JOIN tlsrua.policies AS p ON p.date = r.date
    AND p.report = r.id
WHERE r.date BETWEEN $1::date AND $2::date AND r.dkim = ''
AND r.status = 'counted' AND p.counted
AND ($3::text[] IS NULL OR p.domain = ANY ($3::text[]))
AND EXISTS (SELECT 1 FROM tlsrua.reports AS v WHERE v.vouched >= 2
    AND v.status = 'counted' AND v.date BETWEEN $1::date AND $2::date)
GROUP BY p.domain, p.organization

--: reasons
SELECT f.domain, f.receiving_mx_hostname, f.result_type, f.failure_reason_code,
    $2, tlsrua.whole(sum(f.failed_sessions))
FROM (SELECT * FROM tlsrua.failures AS x
    WHERE x.date BETWEEN $1::date AND $2::date
    ORDER BY x.date DESC, x.report DESC LIMIT 20000) AS f
WHERE f.counted AND f.failure_reason_code <> ''
GROUP BY f.domain, f.receiving_mx_hostname, f.result_type, f.failure_reason_code
ORDER BY f.domain

--: conflicts
SELECT 0::int8, count(*), 0::int8, 0::int8 FROM tlsrua.reports AS r
WHERE r.status = 'conflict'

-- What was pruned of failures is in the rollups alone.
--+ total_reports
SELECT (SELECT count(*) FROM tlsrua.reports AS r WHERE r.status = 'counted'),
    (SELECT count(*) FROM tlsrua.reports AS r WHERE r.status = 'conflict'),

--+ total_failures
    (SELECT coalesce(sum(f.findings), 0)::int8 FROM tlsrua.by_problem AS f
	WHERE f.date >= (SELECT tlsrua.pruned_before()))

--: totals
--= total_reports
    (SELECT coalesce(tlsrua.whole(sum(b.counted_sessions)), 0)
	FROM tlsrua.by_day AS b),
--= total_failures

--: own_totals
--= total_reports
    (SELECT coalesce(tlsrua.whole(sum(b.counted_sessions)), 0)
	FROM tlsrua.by_domain AS b),
--= total_failures

--: newest
-- Of the last day on which a report counts, and of the last on which one does
-- that somebody vouches for, or that nobody judged.
SELECT r.date::text, r.dkim, to_char(max(CASE WHEN r."end" > $4::timestamptz
    THEN r.start ELSE r."end" END) AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM tlsrua.reports AS r
WHERE r.status = 'counted' AND r.date IN (
    (SELECT max(x.date) FROM tlsrua.reports AS x WHERE x.status = 'counted'),
    (SELECT max(x.date) FROM tlsrua.reports AS x WHERE x.status = 'counted'
	AND (x.dkim = '' OR x.vouched >= 2)))
GROUP BY r.date, r.dkim

--: last_ends
SELECT r.date::text, r.dkim, to_char(max(r."end") AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM tlsrua.reports AS r
WHERE r.status = 'counted'
AND r.date = (SELECT max(x.date) FROM tlsrua.reports AS x)
GROUP BY r.date, r.dkim

--: last_sessions
SELECT CASE WHEN p.verified THEN 'pass' ELSE '' END, p.date::text, p.domain,
    tlsrua.whole(sum(p.counted_sessions)), tlsrua.whole(sum(p.counted_failed))
FROM tlsrua.policies AS p
WHERE p.counted AND p.date = (SELECT max(x.date) FROM tlsrua.reports AS x)
GROUP BY p.verified, p.date, p.domain ORDER BY p.verified

--: last_failures
SELECT CASE WHEN f.verified THEN 'pass' ELSE '' END, f.domain,
    CASE WHEN f.verified THEN 'pass' ELSE '' END, f.result_type,
    tlsrua.whole(sum(f.failed_sessions))
FROM tlsrua.failures AS f
WHERE f.counted AND f.date = (SELECT max(x.date) FROM tlsrua.reports AS x)
GROUP BY f.verified, f.domain, f.result_type ORDER BY f.verified, f.domain

--: muted
SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type
FROM tlsrua.mutes AS m JOIN tlsrua.problems AS b ON b.id = m.problem

--: in_conflict
SELECT r.source, r.message_id, coalesce(to_char(r.received AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''), r.id
FROM tlsrua.reports AS r
WHERE r.status = 'conflict' AND (r.id = $5 OR $5 = 0) ORDER BY r.id

-- A copy in conflict, and the one that counts in its place.
--+ pair
pair AS MATERIALIZED (SELECT c.date, c.id FROM tlsrua.reports AS r
    JOIN tlsrua.reports AS c ON c.date = r.date AND c.identity = r.identity
    WHERE r.id = $5 AND (c.id = r.id OR c.status = 'counted'))

--: copies
WITH
--= pair
SELECT r.id, r.organization, r.report_id,
    to_char(r.start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    to_char(r."end" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    r.date::text, r.status, r.reporter_domain, r.contact, r.dkim,
    r.dkim_domain, r.dkim_selector
FROM pair AS b JOIN tlsrua.reports AS r ON r.date = b.date AND r.id = b.id

--: pruned
WITH
--= pair
SELECT DISTINCT b.date::text FROM pair AS b
WHERE b.date < tlsrua.pruned_before()

--: entries
WITH
--= pair
SELECT p.report, p.n::int8, p.skipped::int::int8, p.domain, p.policy_domain,
    p.policy_type, p.policy_mode, p.successful_sessions, p.failed_sessions,
    p.counted_sessions, p.counted_failed, coalesce(t.policy_strings, ''),
    coalesce(t.mx_hosts, '')
FROM pair AS b JOIN tlsrua.policies AS p ON p.date = b.date AND p.report = b.id
    LEFT JOIN tlsrua.policy_texts AS t ON t.key = p.text

--: findings
WITH
--= pair
SELECT f.report, f.policy::int8, f.n::int8, f.result_type, f.side,
    f.receiving_mx_hostname, f.receiving_mx_helo, f.receiving_ip,
    f.sending_mta_ip, f.failure_reason_code, f.additional_information,
    f.failed_sessions
FROM pair AS b JOIN tlsrua.failures AS f ON f.date = b.date AND f.report = b.id

--: bytes
SELECT o.report, o.bytes FROM tlsrua.report_bytes AS o WHERE o.report = $5

--: problem
SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type
FROM tlsrua.problems AS b WHERE b.id = $5

--: pollers
SELECT coalesce(sum(p.messages), 0)::int8,
    coalesce(sum(p.quarantined), 0)::int8,
    coalesce(sum(p.quarantine_bytes), 0)::int8
FROM tlsrua.pollers AS p

--: mailboxes
-- Behind the poller's name where there is more than one.
SELECT CASE WHEN (SELECT count(*) FROM tlsrua.pollers) > 1
    THEN j.name || ': ' || m.mailbox ELSE m.mailbox END, m.folder,
    m.uidvalidity, m.uid,
    to_char(m.last_poll AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    to_char(m.last_good AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    m.status, m.error, m.messages, m.reports, m.duration
FROM tlsrua.mailboxes AS m JOIN tlsrua.journals AS j ON j.id = m.journal
