-- The statements that write the rows of each part into a mirror.  ?1, ?2, ...
-- are the cells of a row, in the order that enum mirror_part tells.  Where the
-- first cells name an owner, one statement takes these and gives the owner's id,
-- and the other has that id in their place (struct part).  What begins with "--"
-- and another sign is read by scripts/statements.awk.

--: tables
-- What the views of these names show of other stores: `judged` the reports that
-- count (judged.c), csv_domains and csv_problems those of the range.  Beside
-- them the days of listed domains, "" for the others, and the senders that are
-- not listed, by organization.  Failures are found by their problem here.
DROP INDEX main.rollup_failures_day;
CREATE TEMP TABLE judged (
	id INTEGER,
	date TEXT NOT NULL,
	organization TEXT NOT NULL,
	reporter_domain TEXT NOT NULL,
	domain TEXT NOT NULL,
	dkim TEXT NOT NULL,
	dkim_domain TEXT NOT NULL,
	warnings TEXT NOT NULL,
	copies INTEGER NOT NULL
) STRICT;
CREATE TEMP TABLE csv_domains (
	domain TEXT PRIMARY KEY,
	first_day TEXT NOT NULL,
	last_day TEXT NOT NULL,
	organizations INTEGER NOT NULL,
	counted_sessions INTEGER NOT NULL,
	counted_failed INTEGER NOT NULL,
	failure_rate REAL,
	policy_types TEXT NOT NULL,
	policy_mode TEXT NOT NULL,
	clean_days INTEGER NOT NULL DEFAULT 0, -- of those that are listed
	worst_result_type TEXT,
	silent_organizations INTEGER,
	bad_day INTEGER NOT NULL,
	sessions_before INTEGER NOT NULL,
	failed_before INTEGER NOT NULL,
	vouched_organizations INTEGER NOT NULL,
	vouched_sessions INTEGER NOT NULL,
	vouched_failed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE csv_problems (
	problem INTEGER NOT NULL,
	domain TEXT NOT NULL,
	receiving_mx_hostname TEXT NOT NULL,
	result_type TEXT NOT NULL,
	policy_types TEXT NOT NULL,
	policy_mode TEXT NOT NULL,
	side TEXT NOT NULL,
	state TEXT NOT NULL,
	first_day TEXT NOT NULL,
	last_day TEXT NOT NULL,
	days INTEGER NOT NULL,
	organizations INTEGER NOT NULL,
	organization_names TEXT NOT NULL,
	failed_sessions INTEGER NOT NULL,
	failed_last_7_days INTEGER NOT NULL,
	remedy TEXT,
	PRIMARY KEY (domain, problem)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE domain_days (
	domain TEXT NOT NULL,
	day INTEGER NOT NULL,
	counted_sessions INTEGER NOT NULL,
	counted_failed INTEGER NOT NULL,
	PRIMARY KEY (domain, day)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE other_senders (
	organization TEXT PRIMARY KEY,
	senders INTEGER NOT NULL,
	listed INTEGER NOT NULL, -- 1: others of it are
	silent INTEGER NOT NULL -- 1: one of its senders, listed or not
) STRICT, WITHOUT ROWID;

-- A carrier: one report that stands for many whose entries are only added up.
-- Its id says for which: 1 for reports that nobody judged, 2 for the failures
-- that give reasons, 3 and 4 for the reports of the newest day without and with
-- somebody who vouches for them.
--+ carrier
INSERT OR IGNORE INTO reports (id, message, organization, report_id, start, end,
    date, status, content, body, reporter_domain, contact, domain,
    policy_domains, policy_types, counted_sessions, counted_failed, warnings,
    dkim)

-- The next entry of a carrier.
--+ entry
INSERT INTO policies (report, n, date, counted, skipped, domain, policy_domain,
    organization, reporter_domain, policy_type, policy_mode,
    successful_sessions, failed_sessions, counted_sessions, counted_failed,
    policy_strings, mx_hosts)

--+ finding
INSERT INTO failures (report, policy, n, date, result_type, side,
    receiving_mx_hostname, receiving_mx_helo, receiving_ip, sending_mta_ip,
    failure_reason_code, additional_information, failed_sessions)

--: end_day
INSERT INTO days (day, date, week, monday, month, generation)
VALUES (unixepoch(?1) / 86400, ?1, '', '', '', 0)
ON CONFLICT DO UPDATE SET date = excluded.date RETURNING day

--: end
-- A report on that day, since the first and last report tell when a store begins
-- and ends.  It is a conflict, so it counts nothing.
--= carrier
SELECT 10 + d.day, 0, '', d.date, d.date, d.date, d.date, 'conflict', x'', 0,
    '', '', '', '', '', 0, 0, '', ''
FROM days AS d WHERE d.day = ?1

--: known
INSERT INTO senders (domain, organization, reporter_domain)
VALUES (?1, '', '') ON CONFLICT DO NOTHING

--: day
INSERT INTO days (day, date, week, monday, month, generation)
VALUES (unixepoch(?1) / 86400, ?1, '', '', '', 0) ON CONFLICT DO NOTHING

--: judged_kind
INSERT INTO temp.judged VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

--: sender
INSERT INTO senders (domain, organization, reporter_domain)
VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET domain = excluded.domain RETURNING id

--: sender_day
INSERT INTO rollup_senders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

--: listed_sender_day
INSERT INTO rollup_senders VALUES (?1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)

--: other_senders
INSERT INTO temp.other_senders VALUES (?1, ?6, ?7, ?8)

--: domain
INSERT INTO temp.csv_domains (domain, first_day, last_day, policy_types,
    policy_mode, organizations, counted_sessions, counted_failed, bad_day,
    sessions_before, failed_before, vouched_organizations, vouched_sessions,
    vouched_failed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)

--: domain_day
INSERT INTO temp.domain_days VALUES (?1, ?2, ?3, ?4)

--: series
INSERT INTO series (domain, policy_domain, organization, reporter_domain,
    policy_type, policy_mode, first_day, last_day)
VALUES (?1, '', ?2, ?3, ?4, ?5, ?6, ?6)
ON CONFLICT DO UPDATE SET first_day = min(first_day, excluded.first_day),
    last_day = max(last_day, excluded.last_day) RETURNING id

--: series_day
INSERT INTO rollup_daily (series, day, reports, successful_sessions,
    failed_sessions, counted_sessions, counted_failed)
VALUES (?1, ?2, 0, ?3, ?4, 0, 0)

--: problem_row
INSERT INTO temp.csv_problems (problem, domain, receiving_mx_hostname,
    result_type, policy_types, policy_mode, side, state, first_day, last_day,
    days, organizations, organization_names, failed_sessions,
    failed_last_7_days)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)

--: problem
INSERT INTO problems VALUES (?1, ?2, ?3, ?4)

--: failing_series
INSERT INTO series (domain, policy_domain, organization, reporter_domain,
    policy_type, policy_mode)
VALUES (?1, '', ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET domain = excluded.domain RETURNING id

--: failure
INSERT INTO rollup_failures (series, receiving_ip, problem, day, findings,
    failed_sessions, verified_findings)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

--: other_problem
-- At a host of which no server can tell.
INSERT INTO problems (domain, receiving_mx_hostname, result_type)
VALUES (?1, char(0), ?2)
ON CONFLICT DO UPDATE SET domain = excluded.domain RETURNING id

--: other_failure
INSERT INTO rollup_failures (series, receiving_ip, problem, day, findings,
    failed_sessions, verified_findings)
VALUES (0, '', ?1, ?2, 1, ?3, 0)

--: mute
INSERT INTO mutes VALUES (?1, ?2, ?3)

--: unjudged_report
--= carrier
VALUES (1, 0, '', '', ?1, ?1, ?1, 'counted', x'', 0, '', '', '', '', '', 0, 0,
    '', '') RETURNING id

--: unjudged
--= entry
VALUES (1, (SELECT ifnull(max(n), -1) + 1 FROM policies WHERE report = 1), '',
    1, 0, ?2, '', ?3, '', '', '', 0, 0, ?4, ?5, '', '')

--: reason_entry
--= entry
VALUES (2, (SELECT ifnull(max(n), -1) + 1 FROM policies WHERE report = 2), '',
    1, 0, ?1, '', '', '', '', '', 0, 0, 0, 0, '', '') RETURNING n

--: reason
--= finding
VALUES (2, ?1, (SELECT count(*) FROM failures WHERE report = 2 AND policy = ?1),
    ?5, ?3, '', ?2, '', '', '', ?4, '', ?6)

--: totals
UPDATE totals SET reports = ?1, conflicts = ?2, sessions = ?3, failures = ?4

--: newest
--= carrier
VALUES (NULL, 0, '', ?1 || ?2, ?3, ?3, ?1, 'counted', x'', 0, '', '', '', '',
    '', 0, 0, '', ?2)

--: last_report
--= carrier
VALUES (iif(?1 = 'pass', 4, 3), 0, '', ?1, '', '', ?2, 'counted', x'', 0, '',
    '', '', '', '', 0, 0, '', ?1) RETURNING id

--: last_sessions
--= entry
VALUES (?1, (SELECT ifnull(max(n), -1) + 1 FROM policies WHERE report = ?1), '',
    1, 0, ?2, '', '', '', '', '', 0, 0, ?3, ?4, '', '')

--: last_entry
--= entry
VALUES (iif(?1 = 'pass', 4, 3), (SELECT ifnull(max(n), -1) + 1 FROM policies
    WHERE report = iif(?1 = 'pass', 4, 3)), '', 1, 0, ?2, '', '', '', '', '',
    0, 0, 0, 0, '', '') RETURNING n

--: last_failure
--= finding
VALUES (iif(?2 = 'pass', 4, 3), ?1, (SELECT count(*) FROM failures
    WHERE report = iif(?2 = 'pass', 4, 3) AND policy = ?1), '', ?3, '', '', '',
    '', '', '', '', ?4)

--: conflict_message
INSERT INTO messages (mailbox, uidvalidity, uid, source, size, received, sender,
    subject, message_id, report_domain, report_submitter, verdict)
VALUES (NULL, 0, 0, ?1, (SELECT count(*) FROM messages), ?3, '', '', ?2, '', '',
    'conflict') RETURNING id

--: conflict
INSERT INTO quarantine (id, message, code, place, filename, whole_mail, size,
    kept, created, report)
VALUES (?2, ?1, 'report-id-conflict', '', '', 0, 0, 0,
    (SELECT received FROM messages WHERE id = ?1), ?2)

--: copy
INSERT OR IGNORE INTO reports (id, message, organization, report_id, start, end,
    date, status, content, body, reporter_domain, contact, domain,
    policy_domains, policy_types, counted_sessions, counted_failed, warnings,
    dkim, dkim_domain, dkim_selector)
VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, x'', 0, ?8, ?9, '', '', '', 0, 0, '',
    ?10, ?11, ?12)

--: pruned_day
INSERT INTO days (day, date, week, monday, month, pruned, generation)
VALUES (unixepoch(?1) / 86400, ?1, '', '', '', 1, 0)
ON CONFLICT DO UPDATE SET pruned = 1

--: copy_entry
INSERT OR IGNORE INTO policies (report, n, date, counted, skipped, domain,
    policy_domain, organization, reporter_domain, policy_type, policy_mode,
    successful_sessions, failed_sessions, counted_sessions, counted_failed,
    policy_strings, mx_hosts)
VALUES (?1, ?2, '', 0, ?3, ?4, ?5, '', '', ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)

--: copy_finding
INSERT OR IGNORE INTO failures (report, policy, n, date, result_type, side,
    receiving_mx_hostname, receiving_mx_helo, receiving_ip, sending_mta_ip,
    failure_reason_code, additional_information, failed_sessions)
VALUES (?1, ?2, ?3, '', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)

--: bytes
INSERT OR IGNORE INTO report_bytes (report, bytes)
VALUES (?1, CAST(?2 AS BLOB))

--: pollers
UPDATE totals SET messages = ?1, quarantined = ?2, quarantine_bytes = ?3

--: mailbox
INSERT INTO mailboxes (name, folder, uidvalidity, uid, last_poll, last_good,
    status, error, messages, reports, duration)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING

--: count_reports
-- All days together, under the last one.
UPDATE days SET reports = (SELECT ifnull(sum(copies), 0) FROM temp.judged
    WHERE date BETWEEN ?1 AND ?2)
WHERE day = (SELECT max(day) FROM days WHERE date BETWEEN ?1 AND ?2)

--: count_warnings
INSERT INTO rollup_warnings (day, code, reports)
WITH RECURSIVE word (code, rest, copies) AS (
	SELECT '', warnings || ' ', copies FROM temp.judged
	WHERE date BETWEEN ?1 AND ?2 AND warnings <> ''
	UNION ALL
	SELECT substr(rest, 1, instr(rest, ' ') - 1),
	    substr(rest, instr(rest, ' ') + 1), copies
	FROM word WHERE rest <> ''
)
SELECT (SELECT max(day) FROM days WHERE date BETWEEN ?1 AND ?2), code,
    sum(copies)
FROM word WHERE code <> '' GROUP BY code

--: count_clean_days
UPDATE temp.csv_domains SET clean_days = (SELECT count(*)
    FROM temp.domain_days AS d
    WHERE d.domain = csv_domains.domain AND d.day > bad_day)
WHERE domain IN (SELECT domain FROM temp.domain_days)

-- What an overview lists is chosen in its own order (gather_domains.c,
-- problem_rows.c); muted problems count beside the list.
--: worst_domains
SELECT domain FROM csv_domains
ORDER BY counted_failed DESC, counted_sessions DESC, domain LIMIT ?1

--: worst_problems
SELECT problem FROM (SELECT problem FROM csv_problems
    ORDER BY state = 'cured', failed_last_7_days DESC, failed_sessions DESC,
    problem LIMIT ?1)
UNION SELECT problem FROM mutes

-- What the gathering of an overview reads in place of days of senders.
--: before
SELECT domain, sessions_before, failed_before FROM csv_domains ORDER BY domain

--: vouched
SELECT domain, vouched_sessions, vouched_failed, vouched_organizations
FROM csv_domains ORDER BY domain

--: days_by_domain
SELECT domain, day, counted_sessions, counted_failed FROM domain_days

--: others
SELECT organization, senders, listed, silent FROM other_senders
