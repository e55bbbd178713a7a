-- The store of tlsrua, schema version 1.  Times are UTC text,
-- '2026-11-23T00:00:00Z', and dates '2026-11-23'.  Text is '' where a report
-- or a mail is silent; NULL is for what does not apply.  Digests are SHA-256.

-- The folders that are polled, and how far each was read.
CREATE TABLE mailboxes (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL, -- of the section [mailbox NAME]
	folder TEXT NOT NULL, -- in UTF-8
	uidvalidity INTEGER NOT NULL DEFAULT 0, -- 0: never read
	uid INTEGER NOT NULL DEFAULT 0, -- all mails up to here are done
	last_poll TEXT, -- when it was polled last
	last_good TEXT, -- when it was polled last without trouble
	status INTEGER, -- exit code that the last poll came to, 0: well
	error TEXT NOT NULL DEFAULT '', -- what the trouble was
	messages INTEGER NOT NULL DEFAULT 0, -- mails looked at
	reports INTEGER NOT NULL DEFAULT 0, -- reports of them that were imported
	said INTEGER NOT NULL DEFAULT 0, -- what was said already, added up: that
	    -- the server can but flag mails as deleted (1), that the folder keeps
	    -- no \Seen (2), \Flagged (4), \Deleted (8)
	UNIQUE (name, folder)
) STRICT;

-- Logins that were refused, and not since with the same secret taken.
CREATE TABLE refusals (
	name TEXT PRIMARY KEY, -- of the section [mailbox NAME]
	refused TEXT NOT NULL, -- when
	error TEXT NOT NULL, -- what the trouble was
	salt BLOB NOT NULL,
	digest BLOB NOT NULL -- PBKDF2 of host, user, mechanism and secret
) STRICT, WITHOUT ROWID;

-- Every mail or file that was looked at, and what became of it.
CREATE TABLE messages (
	id INTEGER PRIMARY KEY,
	mailbox INTEGER REFERENCES mailboxes, -- NULL: a file
	uidvalidity INTEGER NOT NULL, -- 0 for a file, as is uid
	uid INTEGER NOT NULL,
	source TEXT NOT NULL, -- path of a file, '' for a mail in a mailbox
	size INTEGER NOT NULL, -- bytes
	received TEXT, -- when it arrived, NULL: nobody knows
	sender TEXT NOT NULL, -- the field From, as the next ones
	subject TEXT NOT NULL,
	message_id TEXT NOT NULL,
	report_domain TEXT NOT NULL, -- TLS-Report-Domain
	report_submitter TEXT NOT NULL, -- TLS-Report-Submitter
	verdict TEXT NOT NULL, -- imported, duplicate, conflict, rejected or no_report
	looked_at TEXT, -- of a mail, when `received` is NULL
	settled INTEGER NOT NULL DEFAULT 0 -- 1: of no concern to delete_after: the
	    -- mail was deleted or moved, or it holds a report in conflict
) STRICT;

-- A mail is known by its place, a file by path, size and Message-ID.
CREATE UNIQUE INDEX messages_in_mailbox
    ON messages (mailbox, uidvalidity, uid) WHERE mailbox IS NOT NULL;
CREATE UNIQUE INDEX messages_in_file
    ON messages (source, size, message_id) WHERE mailbox IS NULL;

-- By delete_after mails go by their age.
CREATE INDEX messages_by_age
    ON messages (mailbox, uidvalidity, ifnull(received, looked_at))
    WHERE mailbox IS NOT NULL AND verdict IN ('imported', 'duplicate')
	AND settled = 0;

-- What is still to be done with mails on the server, written with their
-- verdict and removed once the server has done it.
CREATE TABLE actions (
	mailbox INTEGER NOT NULL REFERENCES mailboxes,
	uidvalidity INTEGER NOT NULL,
	uid INTEGER NOT NULL,
	action TEXT NOT NULL, -- 'seen', 'flag', 'move:FOLDER', 'delete';
	    -- 'expire': the same by delete_after, noted anew by every poll;
	    -- 'copying:UIDVALIDITY:UIDNEXT:FOLDER': a copy may be where it shall
	    -- be, in that folder as it was before, from that UID on; or
	    -- 'copied': a copy is where it shall be, the mail itself is left over
	PRIMARY KEY (mailbox, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

-- The reports; known by (organization, report_id, start, end), of which one
-- copy is counted.  Beside it stand the conflicts: copies with other content.
CREATE TABLE reports (
	id INTEGER PRIMARY KEY,
	message INTEGER NOT NULL REFERENCES messages,
	organization TEXT NOT NULL, -- organization-name
	report_id TEXT NOT NULL, -- report-id, or 'sha256:' and the content's
	start TEXT NOT NULL, -- start-datetime
	end TEXT NOT NULL, -- end-datetime
	date TEXT NOT NULL, -- the day it belongs to, that of start
	status TEXT NOT NULL CHECK (status IN ('counted', 'conflict')),
	content BLOB NOT NULL, -- digest of what the sender says in it
	body INTEGER NOT NULL, -- the start of the digest without report_id
	reporter_domain TEXT NOT NULL, -- the domain of contact-info
	contact TEXT NOT NULL, -- contact-info
	domain TEXT NOT NULL, -- recipient domains of the entries not skipped,
	policy_domains TEXT NOT NULL, -- their policy-domains
	policy_types TEXT NOT NULL, -- and policy-types, separated by blanks
	counted_sessions INTEGER NOT NULL, -- in all entries not skipped
	counted_failed INTEGER NOT NULL,
	warnings TEXT NOT NULL -- codes, separated by blanks
) STRICT;

CREATE UNIQUE INDEX reports_counted
    ON reports (organization, report_id, start, end)
    WHERE status = 'counted';
CREATE UNIQUE INDEX reports_conflict
    ON reports (organization, report_id, start, end, content)
    WHERE status = 'conflict';
CREATE INDEX reports_date ON reports (date);
CREATE INDEX reports_body ON reports (body) WHERE status = 'counted';

-- The gzip files of reports, apart so that reading reports stays cheap.
CREATE TABLE report_bytes (
	report INTEGER PRIMARY KEY REFERENCES reports ON DELETE CASCADE,
	bytes BLOB NOT NULL
) STRICT;

-- The entries of a report's "policies", with what the rollups need of the
-- report itself.
CREATE TABLE policies (
	report INTEGER NOT NULL REFERENCES reports ON DELETE CASCADE,
	n INTEGER NOT NULL, -- place in the report, from 0
	date TEXT NOT NULL, -- the day of the report
	counted INTEGER NOT NULL, -- 1: in the rollups; 0: in a conflict, or
	skipped INTEGER NOT NULL, -- 1: about a domain that is not ours
	domain TEXT NOT NULL, -- whose mail it concerns
	policy_domain TEXT NOT NULL, -- policy-domain
	organization TEXT NOT NULL, -- of the report
	reporter_domain TEXT NOT NULL, -- of the report
	policy_type TEXT NOT NULL, -- 'sts', 'tlsa', 'no-policy-found', others
	policy_mode TEXT NOT NULL, -- 'testing', 'enforce', 'none' or ''
	successful_sessions INTEGER NOT NULL, -- to be added in one type alone
	failed_sessions INTEGER NOT NULL,
	counted_sessions INTEGER NOT NULL, -- may be added across types
	counted_failed INTEGER NOT NULL,
	policy_strings TEXT NOT NULL, -- policy-string, one a line
	mx_hosts TEXT NOT NULL, -- mx-host, one a line
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

-- The elements of "failure-details": findings, whose types overlap.  Where
-- they add up to less than the failed_sessions of their entry, a row of
-- result_type 'not-detailed' and n -1 holds the rest.
CREATE TABLE failures (
	report INTEGER NOT NULL,
	policy INTEGER NOT NULL, -- n of its entry
	n INTEGER NOT NULL, -- place in the entry, from 0; or -1
	date TEXT NOT NULL, -- the day of the report
	result_type TEXT NOT NULL,
	side TEXT NOT NULL, -- whose fault: 'ours', 'theirs', 'unclear'
	receiving_mx_hostname TEXT NOT NULL,
	receiving_mx_helo TEXT NOT NULL,
	receiving_ip TEXT NOT NULL,
	sending_mta_ip TEXT NOT NULL,
	failure_reason_code TEXT NOT NULL,
	additional_information TEXT NOT NULL,
	failed_sessions INTEGER NOT NULL,
	PRIMARY KEY (report, policy, n),
	FOREIGN KEY (report, policy) REFERENCES policies ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX failures_date ON failures (date);

-- What could not be imported, and the reports in conflict with a counted one,
-- until somebody decides.
CREATE TABLE quarantine (
	id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
	message INTEGER NOT NULL REFERENCES messages, -- the first with it
	code TEXT NOT NULL, -- the reason
	place TEXT NOT NULL, -- where in it, '' if it has no place
	filename TEXT NOT NULL, -- of the attachment
	whole_mail INTEGER NOT NULL, -- 1: the mail itself, 0: an attachment
	sha256 BLOB UNIQUE, -- digest of its bytes, NULL: there are none
	size INTEGER NOT NULL, -- bytes as received
	kept INTEGER NOT NULL, -- 1: they are in quarantine_bytes
	created TEXT NOT NULL, -- when the message arrived, else was looked at
	report INTEGER REFERENCES reports ON DELETE CASCADE -- the report in
	    -- conflict, whose bytes are in report_bytes; NULL: a refusal
) STRICT;

CREATE INDEX quarantine_message ON quarantine (message, code);
CREATE INDEX quarantine_report ON quarantine (report)
    WHERE report IS NOT NULL;

-- The bytes of what was refused.
CREATE TABLE quarantine_bytes (
	quarantine INTEGER PRIMARY KEY REFERENCES quarantine ON DELETE CASCADE,
	bytes BLOB NOT NULL
) STRICT;

-- What `tlsrua summary --changes` told last, so that it tells it once.
CREATE TABLE told (
	kind TEXT NOT NULL, -- 'problem', 'silent', 'ready'
	key TEXT NOT NULL, -- the problem's number, or names
	figure INTEGER NOT NULL, -- failed_last_7_days when it was told
	PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- One row that is kept up with every change, so that nobody need count.
CREATE TABLE totals (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	messages INTEGER NOT NULL DEFAULT 0,
	reports INTEGER NOT NULL DEFAULT 0, -- with status 'counted'
	conflicts INTEGER NOT NULL DEFAULT 0, -- with status 'conflict'
	sessions INTEGER NOT NULL DEFAULT 0, -- counted_sessions of csv_reports
	failures INTEGER NOT NULL DEFAULT 0, -- rows of csv_failures
	quarantined INTEGER NOT NULL DEFAULT 0, -- without conflicts
	quarantine_bytes INTEGER NOT NULL DEFAULT 0, -- in quarantine_bytes
	repeated INTEGER NOT NULL DEFAULT 0, -- counted, with another's body
	generation INTEGER NOT NULL DEFAULT 0 -- grows when a CSV table may change
) STRICT;
INSERT INTO totals (id) VALUES (1);

-- Rollups: what the CSV tables need, added up when a report is stored, in the
-- same transaction.  A `day` is counted from 1970-01-01; `tlsrua status
-- --verify` counts all of this again from policies and failures.

-- The days that have a report.
CREATE TABLE days (
	day INTEGER PRIMARY KEY,
	date TEXT NOT NULL UNIQUE,
	week TEXT NOT NULL, -- ISO 8601, '2026-W48'
	monday TEXT NOT NULL, -- its first day
	month TEXT NOT NULL, -- the first day of the month
	reports INTEGER NOT NULL DEFAULT 0, -- that are counted
	pruned INTEGER NOT NULL DEFAULT 0, -- 1: entries of its reports were
	    -- dropped, so it cannot be counted again
	generation INTEGER NOT NULL -- of totals, when the day changed last
) STRICT;
CREATE INDEX days_week ON days (monday);
CREATE INDEX days_month ON days (month);

-- What tells the rows of a day in csv_daily apart.
CREATE TABLE series (
	id INTEGER PRIMARY KEY,
	domain TEXT NOT NULL,
	policy_domain TEXT NOT NULL,
	organization TEXT NOT NULL,
	reporter_domain TEXT NOT NULL,
	policy_type TEXT NOT NULL,
	policy_mode TEXT NOT NULL,
	first_day INTEGER NOT NULL DEFAULT 9223372036854775807,
	last_day INTEGER NOT NULL DEFAULT -9223372036854775808,
	    -- rollup_daily has none of it before the one or behind the other
	UNIQUE (domain, policy_domain, organization, reporter_domain,
	    policy_type, policy_mode)
) STRICT;

-- Who reports on which domain.
CREATE TABLE senders (
	id INTEGER PRIMARY KEY,
	domain TEXT NOT NULL,
	organization TEXT NOT NULL,
	reporter_domain TEXT NOT NULL,
	UNIQUE (domain, organization, reporter_domain)
) STRICT;

-- The causes: one number for a result type at an MX host of a domain, given
-- when it is first seen and never to another.
CREATE TABLE problems (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	domain TEXT NOT NULL,
	receiving_mx_hostname TEXT NOT NULL,
	result_type TEXT NOT NULL,
	UNIQUE (domain, receiving_mx_hostname, result_type)
) STRICT;

-- Problems that somebody knows of and does not want to hear of until then.
CREATE TABLE mutes (
	problem INTEGER PRIMARY KEY REFERENCES problems,
	until TEXT NOT NULL, -- the last day
	note TEXT NOT NULL
) STRICT;

-- What is known of a result type; from the release that wrote here last.
CREATE TABLE result_types (
	name TEXT PRIMARY KEY,
	side TEXT NOT NULL, -- 'ours', 'theirs', 'unclear'
	remedy TEXT NOT NULL -- MX and DOMAIN stand for their names
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_daily (
	day INTEGER NOT NULL,
	series INTEGER NOT NULL,
	reports INTEGER NOT NULL, -- with at least one entry of the series
	successful_sessions INTEGER NOT NULL,
	failed_sessions INTEGER NOT NULL,
	counted_sessions INTEGER NOT NULL,
	counted_failed INTEGER NOT NULL,
	PRIMARY KEY (day, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_senders (
	sender INTEGER NOT NULL,
	day INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	counted_sessions INTEGER NOT NULL,
	counted_failed INTEGER NOT NULL,
	failed_sessions INTEGER NOT NULL, -- of every policy type
	PRIMARY KEY (sender, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_failures (
	problem INTEGER NOT NULL,
	day INTEGER NOT NULL,
	series INTEGER NOT NULL,
	receiving_ip TEXT NOT NULL,
	findings INTEGER NOT NULL, -- rows of failures
	failed_sessions INTEGER NOT NULL,
	PRIMARY KEY (problem, day, series, receiving_ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_failures_day ON rollup_failures (day);

CREATE TABLE rollup_warnings (
	day INTEGER NOT NULL,
	code TEXT NOT NULL,
	reports INTEGER NOT NULL, -- counted ones that have it
	PRIMARY KEY (day, code)
) STRICT, WITHOUT ROWID;

-- The CSV files written by a refresh, so that the next one need not write
-- again what has not changed.
CREATE TABLE exports (
	dir TEXT NOT NULL,
	name TEXT NOT NULL, -- of the table
	generation INTEGER NOT NULL, -- of totals, that it shows
	options TEXT NOT NULL, -- all else that its bytes depend on
	file TEXT NOT NULL, -- inode, size and times of what was written
	parts TEXT NOT NULL, -- where its days, weeks or months begin
	PRIMARY KEY (dir, name)
) STRICT, WITHOUT ROWID;

-- The CSV tables.  Sums go through total(), which cannot overflow, and are
-- exact up to 2^53.  Those that look at more than one day take the days from
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
    d.successful_sessions + d.failed_sessions AS total_sessions,
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
    m.message_id AS message_id, m.received AS received, '' AS dkim,
    r.warnings AS warnings, r.status AS status
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
-- Side: that of the result type; where that is unclear, ours if two
-- organizations saw it and those are at least half of the ones that reported
-- on the domain between its first and last day, theirs if one alone saw it and
-- two others or more reported.
CREATE VIEW csv_problems AS
WITH chosen AS MATERIALIZED (
    -- what is alike in all rows is known without a list of them
    SELECT b.id AS problem,
	min(s.policy_type) AS least_type, max(s.policy_type) AS most_type,
	min(s.policy_mode) AS least_mode, max(s.policy_mode) AS most_mode,
	CAST(total(f.failed_sessions) AS INTEGER) AS failed_sessions,
	CAST(total(iif(f.day > (SELECT max(day) FROM rollup_daily) - 7,
	    f.failed_sessions, 0)) AS INTEGER) AS failed_last_7_days,
	(SELECT min(a.day) FROM rollup_failures AS a
	    WHERE a.problem = b.id) AS first_day,
	(SELECT max(a.day) FROM rollup_failures AS a
	    WHERE a.problem = b.id) AS last_day
    FROM problems AS b CROSS JOIN rollup_failures AS f
	CROSS JOIN series AS s
    WHERE f.problem = b.id AND s.id = f.series
	AND f.day BETWEEN (SELECT min(day) FROM days)
	AND (SELECT max(day) FROM days)
    GROUP BY b.id),
who AS MATERIALIZED (
    SELECT h.problem AS problem, s.organization AS organization,
	max(f.day BETWEEN (SELECT min(day) FROM days)
	    AND (SELECT max(day) FROM days)) AS chosen
    FROM chosen AS h CROSS JOIN rollup_failures AS f CROSS JOIN series AS s
    WHERE f.problem = h.problem AND s.id = f.series
    GROUP BY h.problem, s.organization)
SELECT b.id AS problem, b.domain AS domain,
    b.receiving_mx_hostname AS receiving_mx_hostname,
    b.result_type AS result_type,
    iif(v.least_type = v.most_type, v.most_type,
	(SELECT group_concat(x.policy_type, ' ') FROM (
	SELECT DISTINCT s.policy_type AS policy_type
	FROM rollup_failures AS f CROSS JOIN series AS s
	WHERE f.problem = b.id AND s.id = f.series
	    AND f.day BETWEEN (SELECT min(day) FROM days)
	    AND (SELECT max(day) FROM days)
	ORDER BY s.policy_type) AS x)) AS policy_types,
    iif(v.least_mode = v.most_mode, v.most_mode,
	(SELECT s.policy_mode
	FROM rollup_failures AS f CROSS JOIN series AS s
	WHERE f.problem = b.id AND s.id = f.series AND s.policy_mode <> ''
	    AND f.day BETWEEN (SELECT min(day) FROM days)
	    AND (SELECT max(day) FROM days)
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
		    AND r.day BETWEEN v.first_day AND v.last_day)) AS reported))
    END AS side,
    CASE
    WHEN EXISTS (SELECT 1 FROM who AS w CROSS JOIN senders AS n
	    CROSS JOIN rollup_senders AS r CROSS JOIN senders AS m
	    CROSS JOIN rollup_senders AS q
	WHERE w.problem = b.id
	    AND n.domain = b.domain AND n.organization = w.organization
	    AND r.sender = n.id AND r.day > v.last_day
	    AND m.domain = b.domain AND m.organization = w.organization
	    AND q.sender = m.id AND q.day > r.day)
	THEN 'cured'
    WHEN v.first_day > (SELECT max(day) FROM rollup_daily) - 7 THEN 'new'
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
	    AND f.day BETWEEN (SELECT min(day) FROM days)
	    AND (SELECT max(day) FROM days))) AS days,
    (SELECT count(*) FROM who AS w WHERE w.problem = b.id AND w.chosen)
	AS organizations,
    (SELECT group_concat(x.organization, ' ') FROM (
	SELECT w.organization AS organization FROM who AS w
	WHERE w.problem = b.id AND w.chosen
	ORDER BY w.organization) AS x) AS organization_names,
    v.failed_sessions AS failed_sessions,
    v.failed_last_7_days AS failed_last_7_days,
    ifnull(replace(replace(t.remedy, 'MX', iif(b.receiving_mx_hostname = '',
	'every MX host', b.receiving_mx_hostname)), 'DOMAIN', b.domain), '')
	AS remedy
FROM chosen AS v CROSS JOIN problems AS b
    LEFT JOIN result_types AS t ON t.name = b.result_type
WHERE b.id = v.problem;

-- Who reports, since when, and with what gaps (days without a report between
-- two with one).  Silent days are those behind the last one.
CREATE VIEW csv_senders AS
WITH each AS (
    SELECT n.id AS sender, min(r.day) AS first_day, max(r.day) AS last_day,
	count(*) AS days, total(r.reports) AS reports,
	total(r.counted_sessions) AS counted_sessions,
	total(r.counted_failed) AS counted_failed
    FROM senders AS n CROSS JOIN rollup_senders AS r
    WHERE r.sender = n.id AND r.day BETWEEN (SELECT min(day) FROM days)
	AND (SELECT max(day) FROM days)
    GROUP BY n.id)
SELECT n.organization AS organization, n.reporter_domain AS reporter_domain,
    n.domain AS domain, date(e.first_day * 86400, 'unixepoch') AS first_day,
    date(e.last_day * 86400, 'unixepoch') AS last_day,
    e.days AS days_reported,
    (SELECT max(day) FROM days) - (SELECT min(day) FROM days) + 1
	AS days_in_range,
    iif(e.days = e.last_day - e.first_day + 1, 0,
	(SELECT max(r.day - 1 - (SELECT max(q.day) FROM rollup_senders AS q
	    WHERE q.sender = r.sender AND q.day < r.day))
	FROM rollup_senders AS r WHERE r.sender = e.sender
	    AND r.day > e.first_day AND r.day <= e.last_day
	    AND NOT EXISTS (SELECT 1 FROM rollup_senders AS p
		WHERE p.sender = r.sender AND p.day = r.day - 1))) AS longest_gap,
    (SELECT max(day) FROM days) - e.last_day AS silent_days,
    CAST(e.reports AS INTEGER) AS reports,
    CAST(e.counted_sessions AS INTEGER) AS counted_sessions,
    CAST(e.counted_failed AS INTEGER) AS counted_failed
FROM each AS e CROSS JOIN senders AS n WHERE n.id = e.sender;

-- Each domain on one line.  Clean days: days with a report behind the last one
-- on which any failed.  A sender is silent when it reported on five days or
-- more and is missing for more than three days and twice its longest gap, an
-- organization when all of its senders are.
CREATE VIEW csv_domains AS
WITH each AS MATERIALIZED (
    SELECT n.id AS sender, n.domain AS domain,
	n.organization AS organization,
	min(r.day) AS first_day, max(r.day) AS last_day, count(*) AS days,
	total(r.counted_sessions) AS counted_sessions,
	total(r.counted_failed) AS counted_failed,
	max(iif(r.failed_sessions > 0, r.day, NULL)) AS bad_day
    FROM senders AS n CROSS JOIN rollup_senders AS r
    WHERE r.sender = n.id AND r.day BETWEEN (SELECT min(day) FROM days)
	AND (SELECT max(day) FROM days)
    GROUP BY n.id),
judged AS MATERIALIZED (
    SELECT e.*, iif(e.days < 5 OR (SELECT max(day) FROM days)
	    - e.last_day <= 3, 0, (SELECT max(day) FROM days) - e.last_day
	    > 3 + 2 * (SELECT max(r.day - 1 - ifnull((SELECT max(q.day)
		FROM rollup_senders AS q WHERE q.sender = e.sender
		AND q.day < r.day AND q.day >= e.first_day), r.day - 1))
	    FROM rollup_senders AS r WHERE r.sender = e.sender
		AND r.day BETWEEN e.first_day AND e.last_day)) AS silent
    FROM each AS e),
whole AS MATERIALIZED (
    SELECT domain, min(first_day) AS first_day, max(last_day) AS last_day,
	count(*) AS organizations, CAST(total(silent) AS INTEGER) AS silent,
	total(counted_sessions) AS counted_sessions,
	total(counted_failed) AS counted_failed, max(bad_day) AS bad_day
    FROM (SELECT domain, min(first_day) AS first_day,
	    max(last_day) AS last_day, min(silent) AS silent,
	    total(counted_sessions) AS counted_sessions,
	    total(counted_failed) AS counted_failed, max(bad_day) AS bad_day
	FROM judged GROUP BY domain, organization)
    GROUP BY domain),
lately AS MATERIALIZED (
    SELECT s.domain AS domain, s.policy_type AS policy_type,
	s.policy_mode AS policy_mode, (SELECT c.day FROM main.days AS c
	    WHERE c.day BETWEEN max(s.first_day, (SELECT min(day) FROM days))
		AND min(s.last_day, (SELECT max(day) FROM days))
		AND EXISTS (SELECT 1 FROM rollup_daily AS d
		    WHERE d.day = c.day AND d.series = s.id)
	    ORDER BY c.day DESC LIMIT 1) AS day
    FROM series AS s),
used AS MATERIALIZED (
    SELECT domain, policy_type, policy_mode, max(day) AS day
    FROM lately WHERE day IS NOT NULL
    GROUP BY domain, policy_type, policy_mode),
worst AS MATERIALIZED (
    SELECT b.domain AS domain, b.result_type AS result_type,
	total(f.failed_sessions) AS failed
    FROM problems AS b CROSS JOIN rollup_failures AS f
	CROSS JOIN series AS s
    WHERE f.problem = b.id AND s.id = f.series
	AND f.day BETWEEN (SELECT min(day) FROM days)
	AND (SELECT max(day) FROM days)
    GROUP BY b.domain, b.result_type)
SELECT w.domain AS domain, date(w.first_day * 86400, 'unixepoch')
	AS first_day,
    date(w.last_day * 86400, 'unixepoch') AS last_day,
    w.organizations AS organizations,
    CAST(w.counted_sessions AS INTEGER) AS counted_sessions,
    CAST(w.counted_failed AS INTEGER) AS counted_failed,
    w.counted_failed / nullif(w.counted_sessions, 0.0) AS failure_rate,
    (SELECT group_concat(x.policy_type, ' ') FROM (
	SELECT DISTINCT u.policy_type AS policy_type FROM used AS u
	WHERE u.domain = w.domain ORDER BY u.policy_type) AS x)
	AS policy_types,
    ifnull((SELECT u.policy_mode FROM used AS u
	WHERE u.domain = w.domain AND u.policy_mode <> ''
	ORDER BY u.day DESC, u.policy_mode LIMIT 1), '') AS policy_mode,
    (SELECT count(DISTINCT r.day)
	FROM senders AS n CROSS JOIN rollup_senders AS r
	WHERE n.domain = w.domain AND r.sender = n.id
	    AND r.day > ifnull(w.bad_day, w.first_day - 1)
	    AND r.day <= w.last_day) AS clean_days,
    ifnull((SELECT t.result_type FROM worst AS t WHERE t.domain = w.domain
	ORDER BY t.result_type = 'not-detailed', t.failed DESC,
	    t.result_type LIMIT 1), '') AS worst_result_type,
    w.silent AS silent_organizations
FROM whole AS w;

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
    CAST(total(p.failed_sessions) AS INTEGER) AS failed_sessions
FROM reports AS r CROSS JOIN policies AS p LEFT JOIN senders AS n
    ON n.domain = p.domain AND n.organization = p.organization
    AND n.reporter_domain = p.reporter_domain
WHERE p.report = r.id AND p.counted = 1
GROUP BY r.date, n.id;

CREATE VIEW recount_failures AS
SELECT r.date AS date, unixepoch(r.date) / 86400 AS day, q.id AS problem,
    s.id AS series, f.receiving_ip AS receiving_ip, count(*) AS findings,
    CAST(total(f.failed_sessions) AS INTEGER) AS failed_sessions
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
