-- The statements that write the rows of each part into a mirror.  ?1, ?2, ...
-- are the cells of a row, in the order that enum mirror_part tells.  Where the
-- first cells name an owner, one statement takes these and gives the owner's id,
-- and the other has that id in their place (struct part).  What begins with "--"
-- and another sign is read by scripts/statements.awk.

--: judged
-- In place of the view `judged`, which overviews read of other stores.
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
) STRICT

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

--: mute
INSERT INTO mutes VALUES (?1, ?2, ?3)

--: result_type
INSERT INTO result_types VALUES (?1, ?2, ?3)

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

--: mark_newest
INSERT INTO rollup_daily (day, series, reports, successful_sessions,
    failed_sessions, counted_sessions, counted_failed)
SELECT max(day), 0, 0, 0, 0, 0, 0 FROM days WHERE true
HAVING max(day) IS NOT NULL

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
