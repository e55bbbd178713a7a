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
	UNIQUE (name, folder)
) STRICT;

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
	verdict TEXT NOT NULL -- imported, duplicate, conflict, rejected or no_report
) STRICT;

-- A mail is known by its place, a file by path, size and Message-ID.
CREATE UNIQUE INDEX messages_in_mailbox
    ON messages (mailbox, uidvalidity, uid) WHERE mailbox IS NOT NULL;
CREATE UNIQUE INDEX messages_in_file
    ON messages (source, size, message_id) WHERE mailbox IS NULL;

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

-- One row that is kept up with every change, so that nobody need count.
CREATE TABLE totals (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	messages INTEGER NOT NULL DEFAULT 0,
	reports INTEGER NOT NULL DEFAULT 0, -- with status 'counted'
	conflicts INTEGER NOT NULL DEFAULT 0, -- with status 'conflict'
	sessions INTEGER NOT NULL DEFAULT 0, -- counted_sessions of csv_reports
	failures INTEGER NOT NULL DEFAULT 0, -- rows of csv_failures
	quarantined INTEGER NOT NULL DEFAULT 0, -- without conflicts
	quarantine_bytes INTEGER NOT NULL DEFAULT 0 -- in quarantine_bytes
) STRICT;
INSERT INTO totals (id) VALUES (1);

-- The CSV tables.  Sums go through total(), which cannot overflow, and are
-- exact up to 2^53.  A week is that of its Thursday (ISO 8601), since SQLite's
-- own %W counts otherwise.

-- Sessions by day, policy and reporter; never to be added across policy types
-- but for the counted ones.
CREATE VIEW csv_daily AS
SELECT r.date AS date,
    strftime('%Y-W', r.date, '-3 days', 'weekday 4') || substr('0' ||
	((strftime('%j', r.date, '-3 days', 'weekday 4') - 1) / 7 + 1), -2)
	AS week,
    p.domain AS domain, p.policy_domain AS policy_domain,
    p.organization AS organization, p.reporter_domain AS reporter_domain,
    p.policy_type AS policy_type, p.policy_mode AS policy_mode,
    count(DISTINCT p.report) AS reports,
    CAST(total(p.successful_sessions) AS INTEGER) AS successful_sessions,
    CAST(total(p.failed_sessions) AS INTEGER) AS failed_sessions,
    CAST(total(p.successful_sessions) + total(p.failed_sessions) AS INTEGER)
	AS total_sessions,
    CAST(total(p.counted_sessions) AS INTEGER) AS counted_sessions,
    CAST(total(p.counted_failed) AS INTEGER) AS counted_failed,
    total(p.failed_sessions) / nullif(total(p.successful_sessions) +
	total(p.failed_sessions), 0.0) AS failure_rate
FROM reports AS r CROSS JOIN policies AS p
WHERE p.report = r.id AND p.counted = 1
GROUP BY r.date, p.domain, p.policy_domain, p.organization,
    p.reporter_domain, p.policy_type, p.policy_mode;

-- Findings, one a row.
CREATE VIEW csv_failures AS
SELECT f.date AS date,
    strftime('%Y-W', f.date, '-3 days', 'weekday 4') || substr('0' ||
	((strftime('%j', f.date, '-3 days', 'weekday 4') - 1) / 7 + 1), -2)
	AS week,
    p.domain AS domain, p.policy_domain AS policy_domain,
    p.organization AS organization, p.reporter_domain AS reporter_domain,
    p.policy_type AS policy_type, p.policy_mode AS policy_mode,
    f.result_type AS result_type, f.side AS side,
    f.receiving_mx_hostname AS receiving_mx_hostname,
    f.receiving_ip AS receiving_ip, f.sending_mta_ip AS sending_mta_ip,
    f.failure_reason_code AS failure_reason_code,
    f.failed_sessions AS failed_sessions,
    f.additional_information AS additional_information
FROM failures AS f CROSS JOIN policies AS p
WHERE p.report = f.report AND p.n = f.policy AND p.counted = 1;

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
