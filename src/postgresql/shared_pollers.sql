-- The pollers, beside the reports that they ship: how their mailboxes are
-- polled, and what waits in their stores.  Told by each shipping.

CREATE TABLE pollers (
	journal int PRIMARY KEY REFERENCES journals,
	messages bigint NOT NULL, -- mails and files that it looked at
	quarantined bigint NOT NULL, -- without conflicts
	quarantine_bytes bigint NOT NULL,
	told timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE mailboxes (
	journal int NOT NULL REFERENCES journals,
	mailbox text COLLATE "C" NOT NULL, -- of the section [mailbox NAME]
	folder text COLLATE "C" NOT NULL,
	uidvalidity bigint NOT NULL,
	uid bigint NOT NULL, -- all mails up to here are done
	last_poll timestamptz, -- when it was polled last
	last_good timestamptz, -- when it was polled last without trouble
	status bigint, -- exit code of the last poll
	error text COLLATE "C" NOT NULL,
	messages bigint NOT NULL,
	reports bigint NOT NULL,
	duration bigint, -- milliseconds that the last poll of the mailbox took
	PRIMARY KEY (journal, mailbox, folder)
);

-- What a poller tells of itself: its folders, and $13 to $15 the figures of
-- `pollers`.  A journal of the same name and role that it had before is
-- forgotten.
CREATE FUNCTION tell_poller(told uuid, mailboxes text[], folders text[],
    uidvalidities bigint[], uids bigint[], polls timestamptz[],
    goods timestamptz[], statuses bigint[], errors text[],
    messages bigint[], reports bigint[], durations bigint[],
    all_messages bigint, quarantined bigint, quarantine_bytes bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DELETE FROM mailboxes AS m USING journals AS j, journals AS mine
    WHERE mine.journal = $1 AND mine.login = session_user
    AND m.journal = j.id AND j.login = mine.login AND j.name = mine.name;
DELETE FROM pollers AS p USING journals AS j, journals AS mine
    WHERE mine.journal = $1 AND mine.login = session_user
    AND p.journal = j.id AND j.login = mine.login AND j.name = mine.name;
INSERT INTO mailboxes SELECT j.id, u.* FROM journals AS j,
    unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS u
    WHERE j.journal = $1 AND j.login = session_user;
INSERT INTO pollers (journal, messages, quarantined, quarantine_bytes)
    SELECT j.id, $13, $14, $15 FROM journals AS j
    WHERE j.journal = $1 AND j.login = session_user
$$;

REVOKE ALL ON FUNCTION tell_poller FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_poller TO tlsrua_ship;
GRANT SELECT ON pollers, mailboxes TO tlsrua_ship, tlsrua_read, tlsrua_operate;
