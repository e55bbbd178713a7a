-- The CSV tables.  Sums go through total(), which cannot overflow: they are
-- exact up to 2^53 and stay at 2^63-1.  Those that look at more than one day take the days from
-- `days` and the organizations from `series` and `senders`, so that a reader
-- who puts a selection in place of these gets the table for that selection.

-- Sessions by day, policy and reporter; never to be added across policy types
-- but for the counted ones.
CREATE VIEW csv_daily AS
SELECT cal.date AS date, cal.week AS week, s.domain AS domain,
    s.policy_domain AS policy_domain, s.organization AS organization,
    s.reporter_domain AS reporter_domain, s.policy_type AS policy_type,
    s.policy_mode AS policy_mode, d.reports AS reports,
    d.successful_sessions AS successful_sessions,
    d.failed_sessions AS failed_sessions,
    min(d.successful_sessions + d.failed_sessions, 9223372036854775807)
	AS total_sessions, -- a sum past 2^63-1 is REAL
    d.counted_sessions AS counted_sessions,
    d.counted_failed AS counted_failed,
    CAST(d.failed_sessions AS REAL) / nullif(d.successful_sessions +
	d.failed_sessions, 0) AS failure_rate
FROM days AS cal CROSS JOIN rollup_daily AS d CROSS JOIN series AS s
WHERE d.day = cal.day AND s.id = d.series;

-- The same by week (date is its Monday) and by month (its first day).
CREATE VIEW csv_weekly AS
SELECT cal.monday AS date, cal.week AS week, s.domain AS domain,
    s.policy_domain AS policy_domain, s.organization AS organization,
    s.reporter_domain AS reporter_domain, s.policy_type AS policy_type,
    s.policy_mode AS policy_mode, CAST(total(d.reports) AS INTEGER) AS reports,
    CAST(total(d.successful_sessions) AS INTEGER) AS successful_sessions,
    CAST(total(d.failed_sessions) AS INTEGER) AS failed_sessions,
    CAST(total(d.successful_sessions) + total(d.failed_sessions) AS INTEGER)
	AS total_sessions,
    CAST(total(d.counted_sessions) AS INTEGER) AS counted_sessions,
    CAST(total(d.counted_failed) AS INTEGER) AS counted_failed,
    total(d.failed_sessions) / nullif(total(d.successful_sessions) +
	total(d.failed_sessions), 0.0) AS failure_rate
FROM days AS cal CROSS JOIN rollup_daily AS d CROSS JOIN series AS s
WHERE d.day = cal.day AND s.id = d.series
GROUP BY cal.monday, d.series;

CREATE VIEW csv_monthly AS
SELECT cal.month AS date,
    strftime('%Y-W', cal.month, '-3 days', 'weekday 4') || substr('0' ||
	((strftime('%j', cal.month, '-3 days', 'weekday 4') - 1) / 7 + 1), -2)
	AS week, s.domain AS domain,
    s.policy_domain AS policy_domain, s.organization AS organization,
    s.reporter_domain AS reporter_domain, s.policy_type AS policy_type,
    s.policy_mode AS policy_mode, CAST(total(d.reports) AS INTEGER) AS reports,
    CAST(total(d.successful_sessions) AS INTEGER) AS successful_sessions,
    CAST(total(d.failed_sessions) AS INTEGER) AS failed_sessions,
    CAST(total(d.successful_sessions) + total(d.failed_sessions) AS INTEGER)
	AS total_sessions,
    CAST(total(d.counted_sessions) AS INTEGER) AS counted_sessions,
    CAST(total(d.counted_failed) AS INTEGER) AS counted_failed,
    total(d.failed_sessions) / nullif(total(d.successful_sessions) +
	total(d.failed_sessions), 0.0) AS failure_rate
FROM days AS cal CROSS JOIN rollup_daily AS d CROSS JOIN series AS s
WHERE d.day = cal.day AND s.id = d.series
GROUP BY cal.month, d.series;

-- Findings, one a row.
CREATE VIEW csv_failures AS
SELECT cal.date AS date, cal.week AS week, p.domain AS domain,
    p.policy_domain AS policy_domain, p.organization AS organization,
    p.reporter_domain AS reporter_domain,
    p.policy_type AS policy_type, p.policy_mode AS policy_mode,
    f.result_type AS result_type, f.side AS side,
    f.receiving_mx_hostname AS receiving_mx_hostname,
    f.receiving_ip AS receiving_ip, f.sending_mta_ip AS sending_mta_ip,
    f.failure_reason_code AS failure_reason_code,
    f.failed_sessions AS failed_sessions,
    f.additional_information AS additional_information
FROM days AS cal CROSS JOIN failures AS f CROSS JOIN policies AS p
WHERE f.date = cal.date AND p.report = f.report AND p.n = f.policy
    AND p.counted = 1;

-- Every report, conflicts too, which count nothing.
CREATE VIEW csv_reports AS
SELECT r.id AS id, r.date AS date, r.organization AS organization,
    r.reporter_domain AS reporter_domain, r.report_id AS report_id,
    r.start AS start, r.end AS end, r.domain AS domain,
    r.policy_domains AS policy_domains, r.policy_types AS policy_types,
    iif(r.status = 'counted', r.counted_sessions, 0) AS counted_sessions,
    iif(r.status = 'counted', r.counted_failed, 0) AS counted_failed,
    r.contact AS contact,
    iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder) AS source,
    m.message_id AS message_id, ifnull(r.arrived, m.received) AS received,
    r.dkim AS dkim,
    r.warnings AS warnings, r.status AS status,
    r.dkim_domain AS dkim_domain
FROM reports AS r JOIN messages AS m ON m.id = r.message
    LEFT JOIN mailboxes AS b ON b.id = m.mailbox;

-- Findings by day, host and type.
CREATE VIEW csv_mx AS
SELECT cal.date AS date, cal.week AS week, b.domain AS domain,
    s.policy_type AS policy_type,
    b.receiving_mx_hostname AS receiving_mx_hostname,
    f.receiving_ip AS receiving_ip, b.result_type AS result_type,
    count(DISTINCT s.organization) AS organizations,
    CAST(total(f.failed_sessions) AS INTEGER) AS failed_sessions
FROM days AS cal CROSS JOIN rollup_failures AS f CROSS JOIN problems AS b
    CROSS JOIN series AS s
WHERE f.day = cal.day AND b.id = f.problem AND s.id = f.series
GROUP BY cal.date, f.problem, s.policy_type, f.receiving_ip;

-- The causes seen on those days.  First day, last day, state and side tell of
-- the whole life of each, the rest of those days alone.  Cured: since the last
-- day some organization that saw it reported on the domain on at least two
-- days.  Recurring: the same held once before, and it came back.  New: first
-- seen in the week up to the newest day stored.
-- What a report that somebody vouches for has seen, is cured alone by such
-- reports of the same reporter, and organizations without any do not count
-- among those that reported.
-- Side: that of the result type; where that is unclear, ours if two
-- organizations saw it and those are at least half of the ones that reported
-- on the domain between its first and last day, theirs if one alone saw it and
-- two others or more reported.  A list names the twenty with most failed sessions
-- and counts the rest.
CREATE VIEW csv_problems AS
WITH span AS MATERIALIZED (
    SELECT (SELECT min(day) FROM days) AS first_day,
	(SELECT max(day) FROM days) AS last_day,
	(SELECT max(day) FROM rollup_daily) - 7 AS week_ago),
chosen AS MATERIALIZED (
    -- what is alike in all rows is known without a list of them
    SELECT b.id AS problem,
	min(s.policy_type) AS least_type, max(s.policy_type) AS most_type,
	min(s.policy_mode) AS least_mode, max(s.policy_mode) AS most_mode,
	CAST(total(f.failed_sessions) AS INTEGER) AS failed_sessions,
	CAST(total(iif(f.day > (SELECT week_ago FROM span),
	    f.failed_sessions, 0)) AS INTEGER) AS failed_last_7_days,
	(SELECT min(a.day) FROM rollup_failures AS a
	    WHERE a.problem = b.id) AS first_day,
	(SELECT max(a.day) FROM rollup_failures AS a
	    WHERE a.problem = b.id) AS last_day,
	(SELECT max(a.verified_findings > 0) FROM rollup_failures AS a
	    WHERE a.problem = b.id) AS verified -- 1 or 0
    FROM problems AS b CROSS JOIN rollup_failures AS f
	CROSS JOIN series AS s
    WHERE f.problem = b.id AND s.id = f.series
	AND f.day BETWEEN (SELECT first_day FROM span)
	AND (SELECT last_day FROM span)
    GROUP BY b.id),
who AS MATERIALIZED (
    SELECT h.problem AS problem, s.organization AS organization,
	max(f.day BETWEEN (SELECT first_day FROM span)
	    AND (SELECT last_day FROM span)) AS chosen,
	total(iif(f.day BETWEEN (SELECT first_day FROM span)
	    AND (SELECT last_day FROM span), f.failed_sessions, 0)) AS failed
    FROM chosen AS h CROSS JOIN rollup_failures AS f CROSS JOIN series AS s
    WHERE f.problem = h.problem AND s.id = f.series
    GROUP BY h.problem, s.organization)
SELECT b.id AS problem, b.domain AS domain,
    b.receiving_mx_hostname AS receiving_mx_hostname,
    b.result_type AS result_type,
    iif(v.least_type = v.most_type, v.most_type,
	(SELECT group_concat(x.policy_type, ' ') || iif(max(x.n) > 20,
	    ' and ' || (max(x.n) - 20) || ' more', '') FROM (
	SELECT y.policy_type AS policy_type, y.n AS n FROM (
	    SELECT s.policy_type AS policy_type, count(*) OVER () AS n
	    FROM rollup_failures AS f CROSS JOIN series AS s
	    WHERE f.problem = b.id AND s.id = f.series
		AND f.day BETWEEN (SELECT first_day FROM span)
		AND (SELECT last_day FROM span)
	    GROUP BY s.policy_type
	    ORDER BY total(f.failed_sessions) DESC, s.policy_type
	    LIMIT 20) AS y
	ORDER BY y.policy_type) AS x)) AS policy_types,
    iif(v.least_mode = v.most_mode, v.most_mode,
	(SELECT s.policy_mode
	FROM rollup_failures AS f CROSS JOIN series AS s
	WHERE f.problem = b.id AND s.id = f.series AND s.policy_mode <> ''
	    AND f.day BETWEEN (SELECT first_day FROM span)
	    AND (SELECT last_day FROM span)
	ORDER BY f.day DESC, s.policy_mode LIMIT 1)) AS policy_mode,
    CASE
    WHEN b.result_type = 'not-detailed' THEN 'unclear'
    WHEN t.side <> 'unclear' THEN t.side
    ELSE (SELECT CASE
	WHEN seen > 1 AND 2 * seen >= reported THEN 'ours'
	WHEN seen = 1 AND reported > 2 THEN 'theirs'
	ELSE 'unclear' END
	FROM (SELECT (SELECT count(*) FROM who AS w
	    WHERE w.problem = b.id) AS seen,
	    (SELECT count(DISTINCT n.organization) FROM senders AS n
	    WHERE n.domain = b.domain AND EXISTS (
		SELECT 1 FROM rollup_senders AS r WHERE r.sender = n.id
		    AND r.day BETWEEN v.first_day AND v.last_day
		    AND r.verified_reports >= v.verified)) AS reported))
    END AS side,
    CASE
    WHEN EXISTS (SELECT 1 FROM who AS w CROSS JOIN senders AS n
	    CROSS JOIN rollup_senders AS r CROSS JOIN senders AS m
	    CROSS JOIN rollup_senders AS q
	WHERE w.problem = b.id
	    AND n.domain = b.domain AND n.organization = w.organization
	    AND r.sender = n.id AND r.day > v.last_day
	    AND m.domain = b.domain AND m.organization = w.organization
	    AND q.sender = m.id AND q.day > r.day
	    AND (v.verified = 0 OR (r.verified_reports > 0
		AND q.verified_reports > 0 AND n.id = m.id
		AND EXISTS (SELECT 1 FROM rollup_failures AS x
		    CROSS JOIN series AS y WHERE x.problem = b.id
			AND x.verified_findings > 0 AND y.id = x.series
			AND y.organization = n.organization
			AND y.reporter_domain = n.reporter_domain))))
	THEN 'cured'
    WHEN v.first_day > (SELECT week_ago FROM span) THEN 'new'
    WHEN EXISTS (SELECT 1 FROM (SELECT f.day AS day,
	    lag(f.day) OVER (ORDER BY f.day) AS before
	    FROM rollup_failures AS f WHERE f.problem = b.id) AS g
	CROSS JOIN who AS w CROSS JOIN senders AS n
	CROSS JOIN rollup_senders AS r CROSS JOIN senders AS m
	CROSS JOIN rollup_senders AS q
	WHERE g.day - g.before > 2 AND w.problem = b.id
	    AND n.domain = b.domain AND n.organization = w.organization
	    AND r.sender = n.id AND r.day > g.before
	    AND m.domain = b.domain AND m.organization = w.organization
	    AND q.sender = m.id AND q.day > r.day AND q.day < g.day)
	THEN 'recurring'
    ELSE 'open' END AS state,
    date(v.first_day * 86400, 'unixepoch') AS first_day,
    date(v.last_day * 86400, 'unixepoch') AS last_day,
    (SELECT count(*) FROM (SELECT DISTINCT f.day
	FROM rollup_failures AS f CROSS JOIN series AS s
	WHERE f.problem = b.id AND s.id = f.series
	    AND f.day BETWEEN (SELECT first_day FROM span)
	    AND (SELECT last_day FROM span))) AS days,
    (SELECT count(*) FROM who AS w WHERE w.problem = b.id AND w.chosen)
	AS organizations,
    (SELECT CASE WHEN count(*) <= 20 THEN group_concat(z.organization, ' ')
	ELSE (SELECT group_concat(x.organization, ' ') || ' and ' ||
		(max(x.n) - 20) || ' more' FROM (
	    SELECT y.organization AS organization, y.n AS n FROM (
		SELECT w.organization AS organization, count(*) OVER () AS n
		FROM who AS w WHERE w.problem = b.id AND w.chosen
		ORDER BY w.failed DESC, w.organization LIMIT 20) AS y
	    ORDER BY y.organization) AS x) END
	FROM (SELECT w.organization AS organization FROM who AS w
	    WHERE w.problem = b.id AND w.chosen
	    ORDER BY w.organization LIMIT 21) AS z) AS organization_names,
    v.failed_sessions AS failed_sessions,
    v.failed_last_7_days AS failed_last_7_days,
    ifnull(replace(replace(t.remedy, 'MX', iif(b.receiving_mx_hostname = '',
	'every MX host', b.receiving_mx_hostname)), 'DOMAIN', b.domain), '')
	AS remedy
FROM chosen AS v CROSS JOIN problems AS b
    LEFT JOIN result_types AS t ON t.name = b.result_type
WHERE b.id = v.problem;

-- What each sender's reports of those days come to.  The days are numbers; a
-- gap is of days without a report between two with one, silent days are those
-- behind the last one.  A sender is silent when it reported on five days or more
-- and is missing for more than three days and twice its longest gap.
CREATE VIEW sender_lives AS
WITH each AS MATERIALIZED (
    SELECT n.id AS sender, min(r.day) AS first_day, max(r.day) AS last_day,
	count(*) AS days, total(r.reports) AS reports,
	total(r.counted_sessions) AS counted_sessions,
	total(r.counted_failed) AS counted_failed,
	max(r.day) FILTER (WHERE r.failed_sessions > 0) AS bad_day,
	-- a FILTER spares adding what is nothing
	total(r.verified_reports) FILTER (WHERE r.verified_reports > 0)
	    AS verified_reports,
	total(r.verified_sessions) FILTER (WHERE r.verified_reports > 0)
	    AS verified_sessions,
	total(r.verified_failed) FILTER (WHERE r.verified_reports > 0)
	    AS verified_failed,
	count(*) FILTER (WHERE r.verified_reports > 0) AS verified_days,
	min(r.day) FILTER (WHERE r.verified_reports > 0) AS verified_first,
	max(r.day) FILTER (WHERE r.verified_reports > 0) AS verified_last
    FROM senders AS n CROSS JOIN rollup_senders AS r
    WHERE r.sender = n.id AND r.day BETWEEN (SELECT min(day) FROM days)
	AND (SELECT max(day) FROM days)
    GROUP BY n.id),
-- Where somebody vouches for any of its reports, the others do not break a
-- silence: anybody can send them.
known AS MATERIALIZED (
    SELECT e.*, iif(verified_days > 0, verified_days, days) AS known_days,
	iif(verified_days > 0, verified_first, first_day) AS known_first,
	iif(verified_days > 0, verified_last, last_day) AS known_last,
	iif(verified_days > 0, 1, 0) AS least
    FROM each AS e),
lives AS MATERIALIZED (
    SELECT e.*, (SELECT max(day) FROM days) - e.known_last AS silent_days,
	iif(e.known_days = e.known_last - e.known_first + 1, 0,
	    (SELECT max(r.day - 1 - (SELECT max(q.day) FROM rollup_senders AS q
		WHERE q.sender = r.sender AND q.day < r.day
		AND q.verified_reports >= e.least))
	    FROM rollup_senders AS r WHERE r.sender = e.sender
		AND r.day > e.known_first AND r.day <= e.known_last
		AND r.verified_reports >= e.least
		AND NOT EXISTS (SELECT 1 FROM rollup_senders AS p
		    WHERE p.sender = r.sender AND p.day = r.day - 1
		    AND p.verified_reports >= e.least)))
	    AS longest_gap
    FROM known AS e)
SELECT n.id AS sender, n.organization AS organization,
    n.reporter_domain AS reporter_domain, n.domain AS domain,
    l.first_day AS first_day, l.last_day AS last_day, l.days AS days,
    l.known_last AS known_last, -- the last one that breaks a silence
    l.longest_gap AS longest_gap, l.silent_days AS silent_days,
    l.bad_day AS bad_day, -- the last one on which any session failed
    l.known_days >= 5 AND l.silent_days > 3 + 2 * l.longest_gap AS silent,
    CAST(l.reports AS INTEGER) AS reports,
    CAST(l.counted_sessions AS INTEGER) AS counted_sessions,
    CAST(l.counted_failed AS INTEGER) AS counted_failed,
    CAST(l.verified_reports AS INTEGER) AS verified_reports,
    CAST(l.verified_sessions AS INTEGER) AS verified_sessions,
    CAST(l.verified_failed AS INTEGER) AS verified_failed
FROM lives AS l CROSS JOIN senders AS n WHERE n.id = l.sender;

-- Who reports, since when, and with what gaps.
CREATE VIEW csv_senders AS
SELECT l.organization AS organization, l.reporter_domain AS reporter_domain,
    l.domain AS domain, date(l.first_day * 86400, 'unixepoch') AS first_day,
    date(l.last_day * 86400, 'unixepoch') AS last_day,
    l.days AS days_reported,
    (SELECT max(day) FROM days) - (SELECT min(day) FROM days) + 1
	AS days_in_range,
    l.longest_gap AS longest_gap, l.silent_days AS silent_days,
    l.reports AS reports, l.counted_sessions AS counted_sessions,
    l.counted_failed AS counted_failed, l.verified_reports AS verified_reports
FROM sender_lives AS l;

-- Each domain on one line.  Clean days: days with a report behind the last one
-- on which any failed.  An organization is silent when all of its senders are,
-- or all of those that somebody vouches for.
-- A list names twenty at most, of policy types those with most sessions on the
-- last day of each, and counts the rest.
CREATE VIEW csv_domains AS
WITH span AS MATERIALIZED (
    SELECT (SELECT min(day) FROM days) AS first_day,
	(SELECT max(day) FROM days) AS last_day),
whole AS MATERIALIZED (
    SELECT domain, min(first_day) AS first_day, max(last_day) AS last_day,
	count(*) AS organizations, sum(silent) AS silent,
	total(counted_sessions) AS counted_sessions,
	total(counted_failed) AS counted_failed, max(bad_day) AS bad_day
    FROM (SELECT domain, min(first_day) AS first_day,
	    max(last_day) AS last_day,
	    ifnull(min(iif(verified_reports > 0, silent, NULL)), min(silent))
		AS silent,
	    total(counted_sessions) AS counted_sessions,
	    total(counted_failed) AS counted_failed, max(bad_day) AS bad_day
	FROM sender_lives GROUP BY domain, organization)
    GROUP BY domain),
lately AS MATERIALIZED (
    SELECT s.id AS series, s.domain AS domain, s.policy_type AS policy_type,
	s.policy_mode AS policy_mode, (SELECT c.day FROM main.days AS c
	    WHERE c.day BETWEEN max(s.first_day, (SELECT first_day FROM span))
		AND min(s.last_day, (SELECT last_day FROM span))
		AND EXISTS (SELECT 1 FROM rollup_daily AS d
		    WHERE d.day = c.day AND d.series = s.id)
	    ORDER BY c.day DESC LIMIT 1) AS day
    FROM series AS s),
seen AS MATERIALIZED (
    SELECT domain, count(DISTINCT policy_type) AS types,
	min(policy_type) || iif(min(policy_type) = max(policy_type), '',
	    ' ' || max(policy_type)) AS policy_types, -- of one or two
	-- the mode of the last day that has any, of several the first by name
	max(iif(policy_mode = '', NULL, 8 * day +
	    instr(' tne', substr(policy_mode, 1, 1)))) % 8 AS mode
    FROM lately WHERE day IS NOT NULL GROUP BY domain),
kinds AS MATERIALIZED (
    SELECT l.domain AS domain, l.policy_type AS policy_type,
	total(d.successful_sessions) + total(d.failed_sessions) AS sessions
    FROM lately AS l CROSS JOIN rollup_daily AS d
    WHERE l.domain IN (SELECT domain FROM seen WHERE types > 2)
	AND d.day = l.day AND d.series = l.series
    GROUP BY l.domain, l.policy_type),
typed AS MATERIALIZED (
    SELECT DISTINCT domain, group_concat(policy_type, ' ') OVER (
	PARTITION BY domain ORDER BY policy_type
	ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ||
	iif(types > 20, ' and ' || (types - 20) || ' more', '') AS policy_types
    FROM (SELECT domain, policy_type, row_number() OVER (PARTITION BY domain
		ORDER BY sessions DESC, policy_type) AS place,
	    count(*) OVER (PARTITION BY domain) AS types
	FROM kinds)
    WHERE place <= 20),
worst AS MATERIALIZED (
    SELECT b.domain AS domain, b.result_type AS result_type,
	total(f.failed_sessions) AS failed
    FROM problems AS b CROSS JOIN rollup_failures AS f
	CROSS JOIN series AS s
    WHERE f.problem = b.id AND s.id = f.series
	AND f.day BETWEEN (SELECT first_day FROM span)
	AND (SELECT last_day FROM span)
    GROUP BY b.domain, b.result_type),
failing AS MATERIALIZED (
    SELECT domain, result_type FROM (SELECT domain, result_type,
	    row_number() OVER (PARTITION BY domain
		ORDER BY result_type = 'not-detailed', failed DESC, result_type)
		AS place
	FROM worst)
    WHERE place = 1),
-- one row a domain out of those above: no join, for SQLite makes no index for it
joined AS MATERIALIZED (
    SELECT domain, max(first_day) AS first_day, max(last_day) AS last_day,
	max(organizations) AS organizations, max(silent) AS silent,
	max(counted_sessions) AS counted_sessions,
	max(counted_failed) AS counted_failed, max(bad_day) AS bad_day,
	max(policy_types) AS policy_types, max(policy_mode) AS policy_mode,
	max(result_type) AS result_type
    FROM (SELECT *, NULL AS policy_types, NULL AS policy_mode,
	    NULL AS result_type FROM whole
	UNION ALL SELECT domain, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	    iif(types > 2, NULL, policy_types), CASE mode WHEN 2 THEN 'testing'
	    WHEN 3 THEN 'none' WHEN 4 THEN 'enforce' END, NULL FROM seen
	UNION ALL SELECT domain, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	    policy_types, NULL, NULL FROM typed
	UNION ALL SELECT domain, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	    NULL, NULL, result_type FROM failing)
    GROUP BY domain)
SELECT w.domain AS domain, date(w.first_day * 86400, 'unixepoch')
	AS first_day,
    date(w.last_day * 86400, 'unixepoch') AS last_day,
    w.organizations AS organizations,
    CAST(w.counted_sessions AS INTEGER) AS counted_sessions,
    CAST(w.counted_failed AS INTEGER) AS counted_failed,
    w.counted_failed / nullif(w.counted_sessions, 0.0) AS failure_rate,
    w.policy_types AS policy_types, ifnull(w.policy_mode, '') AS policy_mode,
    (SELECT count(DISTINCT r.day)
	FROM senders AS n CROSS JOIN rollup_senders AS r
	WHERE n.domain = w.domain AND r.sender = n.id
	    AND r.day > ifnull(w.bad_day, w.first_day - 1)
	    AND r.day <= w.last_day) AS clean_days,
    ifnull(w.result_type, '') AS worst_result_type,
    w.silent AS silent_organizations
FROM joined AS w WHERE w.first_day IS NOT NULL;

-- The same figures counted from scratch.
CREATE VIEW recount_days AS
SELECT r.date AS date, unixepoch(r.date) / 86400 AS day,
    count(*) AS reports
FROM reports AS r WHERE r.status = 'counted' GROUP BY r.date;

CREATE VIEW recount_daily AS
SELECT r.date AS date, unixepoch(r.date) / 86400 AS day, s.id AS series,
    count(DISTINCT p.report) AS reports,
    CAST(total(p.successful_sessions) AS INTEGER) AS successful_sessions,
    CAST(total(p.failed_sessions) AS INTEGER) AS failed_sessions,
    CAST(total(p.counted_sessions) AS INTEGER) AS counted_sessions,
    CAST(total(p.counted_failed) AS INTEGER) AS counted_failed
FROM reports AS r CROSS JOIN policies AS p LEFT JOIN series AS s
    ON s.domain = p.domain AND s.policy_domain = p.policy_domain
    AND s.organization = p.organization
    AND s.reporter_domain = p.reporter_domain
    AND s.policy_type = p.policy_type AND s.policy_mode = p.policy_mode
WHERE p.report = r.id AND p.counted = 1
GROUP BY r.date, s.id;

CREATE VIEW recount_senders AS
SELECT r.date AS date, unixepoch(r.date) / 86400 AS day, n.id AS sender,
    count(DISTINCT p.report) AS reports,
    CAST(total(p.counted_sessions) AS INTEGER) AS counted_sessions,
    CAST(total(p.counted_failed) AS INTEGER) AS counted_failed,
    CAST(total(p.failed_sessions) AS INTEGER) AS failed_sessions,
    count(DISTINCT iif(r.dkim IN ('pass', 'provider', 'host'),
	p.report, NULL)) AS verified_reports,
    CAST(total(iif(r.dkim IN ('pass', 'provider', 'host'),
	p.counted_sessions, 0)) AS INTEGER) AS verified_sessions,
    CAST(total(iif(r.dkim IN ('pass', 'provider', 'host'),
	p.counted_failed, 0)) AS INTEGER) AS verified_failed
FROM reports AS r CROSS JOIN policies AS p LEFT JOIN senders AS n
    ON n.domain = p.domain AND n.organization = p.organization
    AND n.reporter_domain = p.reporter_domain
WHERE p.report = r.id AND p.counted = 1
GROUP BY r.date, n.id;

CREATE VIEW recount_failures AS
SELECT r.date AS date, unixepoch(r.date) / 86400 AS day, q.id AS problem,
    s.id AS series, f.receiving_ip AS receiving_ip, count(*) AS findings,
    CAST(total(f.failed_sessions) AS INTEGER) AS failed_sessions,
    CAST(total(r.dkim IN ('pass', 'provider', 'host')) AS INTEGER)
	AS verified_findings
FROM reports AS r CROSS JOIN policies AS p CROSS JOIN failures AS f
    LEFT JOIN problems AS q ON q.domain = p.domain
    AND q.receiving_mx_hostname = f.receiving_mx_hostname
    AND q.result_type = f.result_type
    LEFT JOIN series AS s
    ON s.domain = p.domain AND s.policy_domain = p.policy_domain
    AND s.organization = p.organization
    AND s.reporter_domain = p.reporter_domain
    AND s.policy_type = p.policy_type AND s.policy_mode = p.policy_mode
WHERE p.report = r.id AND p.counted = 1
    AND f.report = p.report AND f.policy = p.n
GROUP BY r.date, q.id, s.id, f.receiving_ip;

CREATE VIEW recount_warnings AS
WITH RECURSIVE word (report, date, code, rest) AS (
    SELECT r.id, r.date, '', r.warnings || ' ' FROM reports AS r
    WHERE r.status = 'counted' AND r.warnings <> ''
    UNION ALL
    SELECT report, date, substr(rest, 1, instr(rest, ' ') - 1),
	substr(rest, instr(rest, ' ') + 1)
    FROM word WHERE rest <> '')
SELECT date, unixepoch(date) / 86400 AS day, code, count(*) AS reports
FROM word WHERE code <> '' GROUP BY date, code;
