-- The tables of the store, schema version 4.  Times are UTC text,
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
	dkim_since TEXT NOT NULL DEFAULT '', -- the day of the first poll that
	    -- judged who vouches for reports, '' before it
	duration INTEGER, -- milliseconds that the last poll of the mailbox took
	UNIQUE (name, folder)
) STRICT;

-- How a folder is read.
CREATE TABLE reading (
	mailbox INTEGER PRIMARY KEY REFERENCES mailboxes,
	report_share INTEGER, -- of 10,000 mails like those looked at last, how
	    -- many hold a report; NULL: not known
	day TEXT NOT NULL, -- of the next one; '' before it
	bytes INTEGER NOT NULL -- that the server has sent on that UTC day
) STRICT;

-- Logins that were refused, until one succeeds.
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
	source TEXT NOT NULL, -- path of a file, 'https:ADDRESS' for what was
	    -- POSTed, '' for a mail in a mailbox
	size INTEGER NOT NULL, -- bytes
	received TEXT, -- when it arrived, NULL: nobody knows
	sender TEXT NOT NULL, -- the field From, as the next ones
	subject TEXT NOT NULL,
	message_id TEXT NOT NULL, -- of what was POSTed: 'sha256:' and the digest
	report_domain TEXT NOT NULL, -- TLS-Report-Domain
	report_submitter TEXT NOT NULL, -- TLS-Report-Submitter
	verdict TEXT NOT NULL, -- imported, duplicate, conflict, rejected, deferred
	    -- or no_report
	looked_at TEXT, -- of a mail, when `received` is NULL
	settled INTEGER NOT NULL DEFAULT 0, -- 1: of no concern to delete_after: the
	    -- mail was deleted or moved, or it holds a report in conflict
	signed_by TEXT NOT NULL DEFAULT '' -- domains whose signature was valid,
	    -- separated by blanks; of what was POSTed: names of the host that
	    -- sent it, if that is asked for
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

-- The mails that a server did not hand out although it has them, or at which a
-- session broke.  They are asked for by each run, alone and last.
CREATE TABLE suspects (
	mailbox INTEGER NOT NULL REFERENCES mailboxes,
	uidvalidity INTEGER NOT NULL,
	uid INTEGER NOT NULL,
	runs INTEGER NOT NULL, -- on which it failed, while others were served
	error TEXT NOT NULL, -- what the trouble was, the last time
	again INTEGER NOT NULL DEFAULT 0, -- 1: it was set aside, and is asked
	    -- for once more since somebody said `quarantine retry`
	PRIMARY KEY (mailbox, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

-- The mechanism that last logged in, of mailboxes with `auth = auto`.
CREATE TABLE mechanisms (
	name TEXT PRIMARY KEY, -- of the section [mailbox NAME]
	mechanism TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
	tries INTEGER NOT NULL DEFAULT 0, -- how often the server refused it
	try_at TEXT, -- not before then; NULL: at once
	PRIMARY KEY (mailbox, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

-- The reports; known by (organization, report_id, start, end), of which one
-- copy is counted.  Beside it stand the conflicts: copies with other content.
-- The one that counts is the one decided for last, else the one best vouched
-- for (dkim 'pass', 'provider', 'host', 'waiting', others), else the one that
-- arrived first (unknown: last), else that of the smallest content.
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
	policy_types TEXT NOT NULL, -- and policy-types, separated by blanks;
	    -- of more than twenty those with most sessions, and 'and N more'
	counted_sessions INTEGER NOT NULL, -- in all entries not skipped
	counted_failed INTEGER NOT NULL,
	warnings TEXT NOT NULL, -- codes, separated by blanks
	dkim TEXT NOT NULL DEFAULT '', -- who vouches for it: 'pass' (a signature of
	    -- its reporter), 'provider', 'host' (it was POSTed by a host of its
	    -- reporter), 'waiting' (for DNS), 'https' (it was POSTed by
	    -- anybody), or the code of what is wrong; '': not judged
	dkim_domain TEXT NOT NULL DEFAULT '', -- of the signature that is about,
	    -- or that host
	dkim_selector TEXT NOT NULL DEFAULT '',
	arrived TEXT, -- when a copy of it arrived before its message did; NULL:
	    -- none did, and it arrived when its message did
	decided TEXT -- when somebody last had it count in place of another copy;
	    -- NULL: never
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

-- Reports that somebody took out again (`tlsrua drop`, or `quarantine drop` of a
-- conflict): the same content under the same key is a duplicate when it comes
-- again.
CREATE TABLE dropped (
	organization TEXT NOT NULL,
	report_id TEXT NOT NULL,
	start TEXT NOT NULL,
	end TEXT NOT NULL,
	content BLOB NOT NULL, -- digest of what the sender says in it
	dropped TEXT NOT NULL, -- when
	PRIMARY KEY (organization, report_id, start, end, content)
) STRICT, WITHOUT ROWID;

-- The id under which this store is shipped to a shared store ([postgresql]), as a
-- journal: one row.  A new one is drawn when it turns out that the file is a copy
-- of another store, or was restored from a backup.
CREATE TABLE journal (
	id BLOB PRIMARY KEY CHECK (length(id) = 16) -- drawn at random
) STRICT, WITHOUT ROWID;
INSERT INTO journal (id) VALUES (randomblob(16));

-- The events of the journal, in the order of commits.  An event is written in the
-- transaction of the change that it tells of, and is about one copy of a report:
-- one content of one identity.  What is shipped is the row of reports as it is by
-- then, so the last of several events about a copy says all.  If that row is gone
-- the event is passed over, unless it is a 'drop'.  Rows are only ever added.
-- There are no events for a copy that another one displaced, nor for a prune.
CREATE TABLE outbox (
	seq INTEGER PRIMARY KEY, -- never used twice, since no row is deleted
	what TEXT NOT NULL -- not by IN, which makes a table for each row
	    CHECK (what = 'report' OR what = 'decide' OR what = 'drop'),
	    -- 'report': it was stored, or there is another word on who vouches for
	    -- it (dkim, dkim_domain, dkim_selector), or it arrived earlier than
	    -- known (arrived); 'decide': somebody had it count (decided); 'drop':
	    -- somebody took it out (it is in dropped)
	report INTEGER, -- its number in reports; since numbers are used again, the
	    -- row is the one meant if its content is `content`; NULL for 'drop'
	identity BLOB NOT NULL, -- the first 16 bytes of the SHA-256 of
	    -- organization, report_id, start and end as they are in reports, each
	    -- behind its length in bytes as 4 bytes, the highest first
	content BLOB NOT NULL, -- as in reports
	date TEXT, -- for 'drop' the day of the report; else NULL
	at TEXT -- for 'drop' when it was dropped, for 'decide' as `decided`
) STRICT;

-- How far the outbox was shipped, as far as the last run that shipped knew: for
-- `prune` and for people.  What counts is what the shared store records.
CREATE TABLE shipped (
	journal BLOB PRIMARY KEY, -- as which it was; rows of others say nothing
	seq INTEGER NOT NULL, -- of outbox: up to here all is there
	at TEXT NOT NULL -- when that was found
) STRICT, WITHOUT ROWID;

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
CREATE INDEX quarantine_waiting ON quarantine (created)
    WHERE code = 'dkim-temperror';
CREATE INDEX quarantine_report ON quarantine (report)
    WHERE report IS NOT NULL;

-- The bytes of what was refused.
CREATE TABLE quarantine_bytes (
	quarantine INTEGER PRIMARY KEY REFERENCES quarantine ON DELETE CASCADE,
	bytes BLOB NOT NULL
) STRICT;

-- The DKIM keys by which signatures were found valid, so that a mail that is
-- read after its reporter took the key out of DNS can be judged.
CREATE TABLE dkim_keys (
	name TEXT NOT NULL, -- 'SELECTOR._domainkey.DOMAIN'
	record TEXT NOT NULL, -- as DNS had it, its strings joined
	first_seen TEXT NOT NULL, -- the days on which it had it
	last_seen TEXT NOT NULL,
	PRIMARY KEY (name, record)
) STRICT, WITHOUT ROWID;

-- What people were told, so that they are told once: by `tlsrua summary
-- --changes` ('problem', 'silent', 'ready'), by [notify] command ('notified'), by
-- the weekly mails of views ('mailed'), and by syslog ('logged').
CREATE TABLE told (
	kind TEXT NOT NULL, -- 'problem', 'silent', 'ready'; 'notified', 'mailed',
	    -- 'logged'
	key TEXT NOT NULL, -- the problem's number, or names
	figure INTEGER NOT NULL, -- failed_last_7_days when it was told; a Monday
	    -- counted from 1970; the newest problem's number
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
	generation INTEGER NOT NULL DEFAULT 0, -- grows when a CSV table may change
	refreshed TEXT NOT NULL DEFAULT '' -- when a POST last had the CSV folder
	    -- refreshed
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
	verified_reports INTEGER NOT NULL DEFAULT 0, -- of `reports`, those that
	    -- somebody vouches for (dkim 'pass', 'provider' or 'host')
	verified_sessions INTEGER NOT NULL DEFAULT 0, -- of counted_sessions
	verified_failed INTEGER NOT NULL DEFAULT 0, -- of counted_failed
	PRIMARY KEY (sender, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_failures (
	problem INTEGER NOT NULL,
	day INTEGER NOT NULL,
	series INTEGER NOT NULL,
	receiving_ip TEXT NOT NULL,
	findings INTEGER NOT NULL, -- rows of failures
	failed_sessions INTEGER NOT NULL,
	verified_findings INTEGER NOT NULL DEFAULT 0, -- of `findings`, those of
	    -- reports that somebody vouches for
	PRIMARY KEY (problem, day, series, receiving_ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_failures_day ON rollup_failures (day);

CREATE TABLE rollup_warnings (
	day INTEGER NOT NULL,
	code TEXT NOT NULL,
	reports INTEGER NOT NULL, -- counted ones that have it
	PRIMARY KEY (day, code)
) STRICT, WITHOUT ROWID;

-- How much each address has POSTed on the present day.
CREATE TABLE posts (
	day TEXT NOT NULL,
	address TEXT NOT NULL, -- or network, of IPv6
	posts INTEGER NOT NULL,
	PRIMARY KEY (day, address)
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
