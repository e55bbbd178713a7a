-- The shared store, schema version 1, on PostgreSQL 15 or newer.
--
-- Many pollers ship what their own stores (SQLite) hold; this keeps each
-- report once.  Texts compare byte by byte (COLLATE "C"), whatever the
-- database's own collation.  Digests named `key`, `identity` and `mark` are the
-- first 128 bits of a SHA-256 over values with the length of each before it.
CREATE SCHEMA tlsrua;
SET LOCAL search_path = tlsrua;

-- One row.  Releases that know a version from `oldest` to `version` may write.
CREATE TABLE schema (
	id int PRIMARY KEY CHECK (id = 1),
	version int NOT NULL,
	oldest int NOT NULL,
	pruned date NOT NULL DEFAULT '0001-01-01' -- failures before it are gone
);
INSERT INTO schema (id, version, oldest) VALUES (1, 1, 1);

-- The journals that ship here and how far each is stored.  The position is
-- written in the transaction of what it tells of, so it is true after a crash,
-- a cut, a failover and a restore.
CREATE TABLE journals (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	journal uuid NOT NULL UNIQUE, -- drawn by the poller's store
	name text COLLATE "C" NOT NULL, -- of the poller, for people
	login name NOT NULL DEFAULT session_user, -- the role that may go on
	position bigint NOT NULL DEFAULT 0, -- all of it up to here is stored
	mark uuid, -- digest of the event there
	reports bigint NOT NULL DEFAULT 0, -- that were new here
	duplicates bigint NOT NULL DEFAULT 0,
	conflicts bigint NOT NULL DEFAULT 0,
	better bigint NOT NULL DEFAULT 0, -- that said more of a known one
	refused bigint NOT NULL DEFAULT 0, -- that this store would not take
	begun timestamptz NOT NULL DEFAULT now(),
	shipped timestamptz -- when something came last
);

-- The reports that this store would not take, one by one, with its words.
CREATE TABLE unshipped (
	journal int NOT NULL REFERENCES journals,
	position bigint NOT NULL, -- of its event
	organization text COLLATE "C" NOT NULL,
	report_id text COLLATE "C" NOT NULL,
	sqlstate text COLLATE "C" NOT NULL,
	error text COLLATE "C" NOT NULL,
	since timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (journal, position)
);

-- Each session takes a thousand numbers at once: gaps mean nothing.
CREATE SEQUENCE report_ids CACHE 1000;

-- A copy is one content of one identity: organization, report_id, start, end.
-- Of the copies of an identity one is counted, the others are conflicts.  The
-- day follows from the start, so a key in each partition is one of the whole.
-- Here and below values of eight bytes come first, then those of four, then
-- texts: nothing is lost to alignment.
CREATE TABLE reports (
	id bigint NOT NULL DEFAULT nextval('report_ids'),
	start timestamptz NOT NULL,
	"end" timestamptz NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	received timestamptz, -- the first arrival that any journal knows
	decided timestamptz, -- when somebody decided for this copy last
	date date NOT NULL,
	vouched int NOT NULL, -- what `dkim` is worth: 4 pass, 3 provider, 2 host,
	    -- 1 waiting, 0 others; it only rises
	journal int NOT NULL, -- that brought it
	identity uuid NOT NULL,
	content bytea NOT NULL, -- SHA-256
	status text COLLATE "C" NOT NULL
	    CHECK (status IN ('counted', 'conflict')),
	organization text COLLATE "C" NOT NULL,
	report_id text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	contact text COLLATE "C" NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_domains text COLLATE "C" NOT NULL,
	policy_types text COLLATE "C" NOT NULL,
	source text COLLATE "C" NOT NULL,
	message_id text COLLATE "C" NOT NULL,
	dkim text COLLATE "C" NOT NULL,
	dkim_domain text COLLATE "C" NOT NULL,
	dkim_selector text COLLATE "C" NOT NULL,
	warnings text COLLATE "C" NOT NULL, -- but for those that csv_reports adds
	PRIMARY KEY (date, id)
) PARTITION BY RANGE (date);
CREATE UNIQUE INDEX reports_counted ON reports (date, identity)
    WHERE status = 'counted';
CREATE UNIQUE INDEX reports_conflict ON reports (date, identity, content)
    WHERE status = 'conflict';
-- By number, which rises in the order of arrival: a few pages for a million.
CREATE INDEX reports_id ON reports USING brin (id) WITH (autosummarize);

-- Copies that somebody took out; they are never taken again.
CREATE TABLE dropped (
	date date NOT NULL,
	identity uuid NOT NULL,
	content bytea NOT NULL,
	journal int, -- that told of it; NULL: it was done here
	dropped timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (date, identity, content)
);

-- The gzip files, when they are shipped at all.
CREATE TABLE report_bytes (
	date date NOT NULL,
	report bigint NOT NULL,
	bytes bytea NOT NULL,
	PRIMARY KEY (date, report)
) PARTITION BY RANGE (date);
ALTER TABLE report_bytes ALTER bytes SET STORAGE EXTERNAL;

-- What policies say, each text once.
CREATE TABLE policy_texts (
	key uuid PRIMARY KEY,
	policy_strings text COLLATE "C" NOT NULL,
	mx_hosts text COLLATE "C" NOT NULL
);

-- The entries of reports, with what the rollups need of the report itself.
CREATE TABLE policies (
	report bigint NOT NULL,
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	date date NOT NULL,
	n int NOT NULL,
	counted boolean NOT NULL, -- neither skipped nor in a conflict
	skipped boolean NOT NULL,
	verified boolean NOT NULL, -- somebody vouches for the report
	of_series boolean NOT NULL, -- the report's first with these six names
	of_sender boolean NOT NULL, -- the report's first about this domain
	domain text COLLATE "C" NOT NULL,
	policy_domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	text uuid, -- of policy_texts; NULL: both are empty
	PRIMARY KEY (date, report, n)
) PARTITION BY RANGE (date);
-- The partition is that of the month, so the day is not needed here, and the
-- rows of a domain have one place together.
CREATE INDEX policies_domain ON policies (domain);

-- Who ever reported on which domain; rows are only added.
CREATE TABLE senders (
	key uuid PRIMARY KEY,
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL
);
CREATE INDEX senders_domain ON senders (domain);

-- A number for a result type at an MX host of a domain, for ever.
CREATE TABLE problems (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key uuid NOT NULL UNIQUE,
	domain text COLLATE "C" NOT NULL,
	receiving_mx_hostname text COLLATE "C" NOT NULL,
	result_type text COLLATE "C" NOT NULL
);
CREATE INDEX problems_domain ON problems (domain);

-- Problems that somebody knows of and does not want to hear of until then.
CREATE TABLE mutes (
	problem bigint PRIMARY KEY REFERENCES problems,
	until date NOT NULL,
	note text COLLATE "C" NOT NULL
);

-- What is known of a result type.
CREATE TABLE result_types (
	name text COLLATE "C" PRIMARY KEY,
	side text COLLATE "C" NOT NULL,
	remedy text COLLATE "C" NOT NULL -- MX and DOMAIN stand for names
);

-- The findings, with what their reading needs of the entry.
CREATE TABLE failures (
	report bigint NOT NULL,
	problem bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	date date NOT NULL,
	policy int NOT NULL,
	n int NOT NULL,
	counted boolean NOT NULL,
	verified boolean NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	result_type text COLLATE "C" NOT NULL,
	side text COLLATE "C" NOT NULL,
	receiving_mx_hostname text COLLATE "C" NOT NULL,
	receiving_mx_helo text COLLATE "C" NOT NULL,
	receiving_ip text COLLATE "C" NOT NULL,
	sending_mta_ip text COLLATE "C" NOT NULL,
	failure_reason_code text COLLATE "C" NOT NULL,
	additional_information text COLLATE "C" NOT NULL,
	PRIMARY KEY (date, report, policy, n)
) PARTITION BY RANGE (date);

-- The days whose rollups must be counted again.  A day is noted here by who
-- changes something in it, in the same transaction.
CREATE TABLE dirty (
	date date NOT NULL,
	journal int NOT NULL, -- 0: it was done here
	position bigint NOT NULL,
	since timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (date, journal, position)
);

-- The months that have partitions.
CREATE TABLE months (
	first date PRIMARY KEY,
	dropped boolean NOT NULL DEFAULT false -- their details
);

-- Who counts rollups: one at a time.
CREATE TABLE counting (
	id int PRIMARY KEY CHECK (id = 1),
	done timestamptz
);
INSERT INTO counting (id) VALUES (1);

-- The roles of tenants, and the domains that each may see.
CREATE TABLE readers (
	role name NOT NULL,
	domain text COLLATE "C" NOT NULL,
	PRIMARY KEY (role, domain)
);

-- The rollups, of which roll_up() counts a day anew at a time.
CREATE TABLE rollup_days (
	date date NOT NULL,
	organization text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	reports bigint NOT NULL, -- with at least one such entry
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL,
	PRIMARY KEY (date, organization, policy_type, policy_mode)
);

CREATE TABLE rollup_domains (
	date date NOT NULL,
	domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	organizations int NOT NULL,
	successful_sessions bigint NOT NULL,
	failed_sessions bigint NOT NULL,
	counted_sessions bigint NOT NULL,
	counted_failed bigint NOT NULL
);
CREATE INDEX rollup_domains_date ON rollup_domains (date);
CREATE INDEX rollup_domains_domain ON rollup_domains (domain, date);

CREATE TABLE rollup_failures (
	date date NOT NULL,
	problem bigint NOT NULL,
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	policy_type text COLLATE "C" NOT NULL,
	policy_mode text COLLATE "C" NOT NULL,
	receiving_ip text COLLATE "C" NOT NULL,
	findings bigint NOT NULL,
	verified_findings bigint NOT NULL,
	failed_sessions bigint NOT NULL
);
CREATE INDEX rollup_failures_date ON rollup_failures (date);
CREATE INDEX rollup_failures_problem ON rollup_failures (problem, date);

-- Of domains that had a problem: on which days of a year a sender reported on
-- one (problem 0), and on which it saw each problem of it.
CREATE TABLE rollup_years (
	problem bigint NOT NULL,
	year date NOT NULL, -- its first day
	domain text COLLATE "C" NOT NULL,
	organization text COLLATE "C" NOT NULL,
	reporter_domain text COLLATE "C" NOT NULL,
	days bit(366) NOT NULL,
	verified bit(366) NOT NULL, -- those on which somebody vouched for it
	PRIMARY KEY (domain, problem, organization, reporter_domain, year)
) WITH (fillfactor = 80);

-- Partitions are months, and all that is older than MTA-STS in one.
CREATE TABLE reports_early PARTITION OF reports
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE report_bytes_early PARTITION OF report_bytes
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE policies_early PARTITION OF policies
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE failures_early PARTITION OF failures
    FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
