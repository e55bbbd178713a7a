-- The rows of each part of a mirror, as a shared store gives them
-- (shared_parts.c).  $1 and $2 are the first and the last day of the range, $3
-- the domains, or NULL for all, $4 the present time, $5 the number of a report or
-- a problem, or 0 for all.  What begins with "--" and another sign is read by scripts/statements.awk.

-- The problems that were seen on those days.
--+ seen
seen AS MATERIALIZED (SELECT DISTINCT f.problem, f.domain
    FROM tlsrua.by_problem AS f WHERE f.date BETWEEN $1::date AND $2::date
    AND ($3::text[] IS NULL OR f.domain = ANY ($3::text[])))

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
-- these days exactly if its reports are.
WITH contested AS MATERIALIZED (
	SELECT DISTINCT c.date, c.identity FROM tlsrua.reports AS c
	WHERE c.status = 'conflict' AND c.date BETWEEN $1::date AND $2::date
), report AS (
	SELECT r.*, c.date IS NOT NULL AS contested,
	    r.date > (SELECT max(x.date) FROM tlsrua.reports AS x) - 30
	    AS lately,
	    r.date BETWEEN $1::date AND $2::date AND ($3::text[] IS NULL
		OR string_to_array(r.domain, ' ') && $3::text[]
		OR r.domain LIKE '% more' AND EXISTS (SELECT 1
		    FROM tlsrua.policies AS p WHERE p.date = r.date
		    AND p.report = r.id AND p.domain = ANY ($3::text[])
		    AND NOT p.skipped)) AS own
	FROM tlsrua.reports AS r LEFT JOIN contested AS c
	    ON c.date = r.date AND c.identity = r.identity
	WHERE r.status = 'counted' AND r.date >= least($1::date,
	    (SELECT max(x.date) FROM tlsrua.reports AS x) - 29)
), kind AS (
	SELECT r.date, r.own, r.lately, r.dkim,
	    CASE WHEN r.own THEN r.organization ELSE '' END AS organization,
	    CASE WHEN r.own THEN r.reporter_domain ELSE '' END
	    AS reporter_domain,
	    CASE WHEN r.own THEN r.dkim_domain ELSE '' END AS dkim_domain,
	    CASE WHEN r.own THEN concat_ws(' ', nullif(r.warnings, ''),
		CASE WHEN r.vouched = 0 AND r.dkim <> ''
		    THEN 'unauthenticated' END,
		CASE WHEN r.contested THEN 'report-id-conflict' END)
	    ELSE '' END AS warnings
	FROM report AS r WHERE r.own OR r.lately
)
SELECT min(k.date)::text, k.organization, k.reporter_domain,
    CASE WHEN k.own THEN coalesce(($3::text[])[1], '') ELSE '' END,
    k.dkim, k.dkim_domain, k.warnings, count(*)
FROM kind AS k
GROUP BY k.own, k.lately, k.date BETWEEN $1::date AND $2::date, k.organization,
    k.reporter_domain, k.dkim, k.dkim_domain, k.warnings

-- Each sender's days, counted from the entries.
--+ sender_days
SELECT s.domain, s.organization, s.reporter_domain,
    (s.date - DATE '1970-01-01')::int8,
    count(*) FILTER (WHERE s.of_sender),
    tlsrua.whole(sum(s.counted_sessions)),
    tlsrua.whole(sum(s.counted_failed)),
    tlsrua.whole(sum(s.failed_sessions)),
    count(*) FILTER (WHERE s.of_sender AND s.verified),
    tlsrua.whole(coalesce(sum(s.counted_sessions)
	FILTER (WHERE s.verified), 0)),
    tlsrua.whole(coalesce(sum(s.counted_failed)
	FILTER (WHERE s.verified), 0))
FROM tlsrua.policies AS s

--+ by_sender
GROUP BY s.domain, s.organization, s.reporter_domain, s.date
ORDER BY s.domain, s.organization, s.reporter_domain, s.date

--: senders
--= sender_days
WHERE s.counted AND s.date BETWEEN $1::date AND $2::date
AND ($3::text[] IS NULL OR s.domain = ANY ($3::text[]))
--= by_sender

--: witnesses
-- Of domains with problems all days since the first began, for what became of
-- them is seen by who reported.
WITH
--= seen
, life AS MATERIALIZED (SELECT f.domain,
    least(min(f.date), $1::date - ($2::date - $1::date + 1)) AS first
    FROM seen AS n JOIN tlsrua.by_problem AS f ON f.problem = n.problem
    GROUP BY f.domain)
--= sender_days
JOIN life AS l ON s.domain = l.domain AND s.date >= l.first
WHERE s.counted AND NOT s.date BETWEEN $1::date AND $2::date
--= by_sender

--: all_witnesses
-- The same of all that ever had any.
--= sender_days
WHERE s.counted AND s.domain IN (SELECT b.domain FROM tlsrua.problems AS b)
--= by_sender

--: before
-- Of the others the days before the range, as many, added up on the last.
WITH
--= seen
SELECT b.domain, '', '', ($1::date - 1 - DATE '1970-01-01')::int8, 0::int8,
    tlsrua.whole(sum(b.counted_sessions)), tlsrua.whole(sum(b.counted_failed)),
    0::int8, 0::int8, 0::int8, 0::int8
FROM tlsrua.by_domain AS b
WHERE b.date BETWEEN $1::date - ($2::date - $1::date + 1) AND $1::date - 1
AND ($3::text[] IS NULL OR b.domain = ANY ($3::text[]))
AND b.domain NOT IN (SELECT n.domain FROM seen AS n)
GROUP BY b.domain

--: any_vouched
-- One row says that there is any.
SELECT '', '', '', 0::int8, 1::int8, 0::int8, 0::int8, 0::int8, 1::int8,
    0::int8, 0::int8
WHERE EXISTS (SELECT 1 FROM tlsrua.policies AS p WHERE p.counted AND p.verified)

--: series
-- Of all reporters together, but for what `views` gives one by one.
WITH
--= differing
SELECT b.domain, '', '', b.policy_type, b.policy_mode,
    (max(b.date) - DATE '1970-01-01')::int8,
    tlsrua.whole(sum(b.successful_sessions)),
    tlsrua.whole(sum(b.failed_sessions))
FROM tlsrua.by_domain AS b
WHERE b.date BETWEEN $1::date AND $2::date
AND ($3::text[] IS NULL OR b.domain = ANY ($3::text[]))
AND NOT ((b.policy_type = 'sts' AND b.policy_mode <> ''
	OR b.policy_type = 'no-policy-found')
    AND b.date > $2::date - 7
    AND b.domain IN (SELECT d.domain FROM differing AS d))
GROUP BY b.domain, b.policy_type, b.policy_mode

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
WITH
--= seen
SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type
FROM seen AS n JOIN tlsrua.problems AS b ON b.id = n.problem ORDER BY b.id

--: failures
WITH
--= seen
SELECT f.domain, f.organization, f.reporter_domain, f.policy_type,
    f.policy_mode, f.receiving_ip, f.problem,
    (f.date - DATE '1970-01-01')::int8, f.findings, f.failed_sessions,
    f.verified_findings
FROM seen AS n JOIN tlsrua.by_problem AS f ON f.problem = n.problem
ORDER BY f.domain, f.organization, f.reporter_domain, f.policy_type,
    f.policy_mode

--: mutes
SELECT m.problem, m.until::text, m.note FROM tlsrua.mutes AS m

--: result_types
SELECT t.name, t.side, t.remedy FROM tlsrua.result_types AS t

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

--: totals
-- What was pruned of failures is in the rollups alone.
SELECT (SELECT count(*) FROM tlsrua.reports AS r WHERE r.status = 'counted'),
    (SELECT count(*) FROM tlsrua.reports AS r WHERE r.status = 'conflict'),
    (SELECT coalesce(tlsrua.whole(sum(b.counted_sessions)), 0)
	FROM tlsrua.by_domain AS b),
    (SELECT coalesce(sum(f.findings), 0)::int8 FROM tlsrua.by_problem AS f
	WHERE f.date >= tlsrua.pruned_before())

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
