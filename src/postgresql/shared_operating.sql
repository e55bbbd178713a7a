-- What tlsrua_operate does to the shared store, by functions alone.

-- Take a report out by its number; with one that counts go the copies in
-- conflict with it.  No row: there is none of that number.  `pruned`: nothing
-- was done, for the figures of its day cannot be counted again.
CREATE FUNCTION drop_report(number bigint, dry_run boolean)
RETURNS TABLE (organization text, report_id text, date date, domain text,
    sessions bigint, failed bigint, conflicts bigint, pruned boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	r reports;
	gone bytea[];
BEGIN
	PERFORM stop_shippers();
	SELECT * INTO r FROM reports AS x WHERE x.id = number;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT array_agg(c.content) INTO gone FROM copies(r.date, r.identity)
	    AS c WHERE r.status = 'counted' OR c.content = r.content;
	pruned := r.status = 'counted' AND r.date < pruned_before();
	IF NOT (dry_run OR pruned) THEN
		PERFORM drop_copies(NULL, array_agg(r.date),
		    array_agg(r.identity), array_agg(c))
		FROM unnest(gone) AS c;
	END IF;
	RETURN QUERY SELECT r.organization, r.report_id, r.date, r.domain,
	    CASE r.status WHEN 'counted' THEN r.counted_sessions ELSE 0 END,
	    CASE r.status WHEN 'counted' THEN r.counted_failed ELSE 0 END,
	    cardinality(gone) - 1::bigint, pruned;
END $$;

-- Have a copy count in place of another, by its number.  'counts': it did
-- already; 'pruned': its day cannot be counted again; '': done.  NULL: there
-- is none of that number.
CREATE FUNCTION accept_report(number bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	r reports;
BEGIN
	PERFORM stop_shippers();
	SELECT * INTO r FROM reports AS x WHERE x.id = number;
	IF NOT FOUND THEN
		RETURN NULL;
	ELSIF r.status = 'counted' THEN
		RETURN 'counts';
	ELSIF r.date < pruned_before() THEN
		RETURN 'pruned';
	END IF;
	PERFORM decide_copy(r.date, r.identity, r.content);
	RETURN '';
END $$;

-- The partitions of months that end before a day.
CREATE FUNCTION months_before(whole regclass, day date)
RETURNS SETOF regclass
LANGUAGE sql STABLE SET search_path = tlsrua, pg_temp AS $$
SELECT c.oid::regclass FROM pg_inherits AS i JOIN pg_class AS c
    ON c.oid = i.inhrelid
WHERE i.inhparent = whole AND CASE WHEN c.relname ~ '_[0-9]{4}_[0-9]{2}$'
    THEN to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
    ELSE '2018-01-01' END <= day
ORDER BY c.relname
$$;

-- Empty these partitions, unless it is a dry run: their rows, what `sum`, an
-- aggregate, gives of them, and the room on the disk.
CREATE FUNCTION empty_months(whole regclass, before date, sum text,
    dry_run boolean, OUT n bigint, OUT m bigint, OUT given_back bigint)
LANGUAGE plpgsql SET search_path = tlsrua, pg_temp AS $$
DECLARE
	part regclass;
	rows bigint;
	more bigint;
BEGIN
	n := 0; m := 0; given_back := 0;
	FOR part IN SELECT p FROM months_before(whole, before) AS p LOOP
		EXECUTE format('SELECT count(*), %s FROM %s', sum, part)
		    INTO rows, more;
		n := n + rows;
		m := m + more;
		CONTINUE WHEN dry_run OR rows = 0;
		given_back := given_back + pg_total_relation_size(part);
		EXECUTE format('TRUNCATE %s', part);
	END LOOP;
END $$;

-- Drop failures, or the gzip files, of the whole months before a day, and keep
-- the rollups.  Months from the first one on in which a conflict waits are left
-- alone: `days_left` of them are before the day.  A partition is emptied, not
-- dropped, for a shipper may be on its way to it.
CREATE FUNCTION prune_months(before date, raw boolean, details boolean,
    dry_run boolean)
RETURNS TABLE (reports bigint, failures bigint, files bigint,
    file_bytes bigint, given_back bigint, days_left bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = tlsrua, pg_temp AS $$
DECLARE
	cut date := date_trunc('month', before);
	emptied record;
BEGIN
	reports := 0; failures := 0; files := 0; file_bytes := 0;
	given_back := 0;
	PERFORM set_config('lock_timeout', '10s', true);
	PERFORM stop_shippers();
	PERFORM require_version(1);
	SELECT count(DISTINCT r.date), least(cut, date_trunc('month',
	    min(r.date))) INTO days_left, cut FROM tlsrua.reports AS r
	    WHERE r.status = 'conflict' AND r.date < cut;
	-- what was shipped since is counted before its failures go
	WHILE details AND NOT dry_run AND roll_up() LOOP
	END LOOP;
	IF details AND NOT dry_run AND EXISTS (SELECT 1 FROM dirty AS d
	    WHERE d.date < cut) THEN
		RAISE lock_not_available USING MESSAGE =
		    'another one is counting the days';
	END IF;
	IF details THEN
		emptied := empty_months('failures', cut,
		    'count(DISTINCT report)', dry_run);
		failures := emptied.n;
		reports := emptied.m;
		given_back := emptied.given_back;
	END IF;
	IF raw THEN
		emptied := empty_months('report_bytes', cut,
		    'coalesce(sum(length(bytes)), 0)', dry_run);
		files := emptied.n;
		file_bytes := emptied.m;
		given_back := given_back + emptied.given_back;
	END IF;
	IF details AND NOT dry_run THEN
		UPDATE schema AS s SET pruned = greatest(s.pruned, cut);
		UPDATE months AS w SET dropped = true WHERE w.first < cut;
	END IF;
	RETURN NEXT;
END $$;

REVOKE ALL ON FUNCTION drop_report, accept_report, months_before,
    empty_months, prune_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_report, accept_report, prune_months
    TO tlsrua_operate;
