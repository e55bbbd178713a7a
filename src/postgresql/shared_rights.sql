-- Who may do what.

-- The group roles.  Logins are made members of them; none of them logs in.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['tlsrua_ship', 'tlsrua_read',
	    'tlsrua_operate', 'tlsrua_tenant'] LOOP
		IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
END $$;

REVOKE ALL ON SCHEMA tlsrua FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tlsrua FROM PUBLIC;
GRANT USAGE ON SCHEMA tlsrua
    TO tlsrua_ship, tlsrua_read, tlsrua_operate, tlsrua_tenant;

-- A poller adds; what changes or removes is done by functions.
GRANT SELECT ON schema, journals, unshipped, reports, dropped, policy_texts,
    policies, senders, problems, failures, dirty, months TO tlsrua_ship;
GRANT INSERT ON unshipped, reports, report_bytes, policy_texts, policies,
    senders, problems, failures, dirty TO tlsrua_ship;
GRANT USAGE ON SEQUENCE report_ids TO tlsrua_ship;
GRANT EXECUTE ON FUNCTION need_month, open_journal, lock_journal,
    advance_journal, restart_journal, improve_copies, choose_copies,
    drop_copies, roll_up, copies TO tlsrua_ship;

GRANT SELECT ON ALL TABLES IN SCHEMA tlsrua TO tlsrua_read, tlsrua_operate;
REVOKE SELECT ON readers FROM tlsrua_read;
GRANT INSERT, UPDATE, DELETE ON mutes, readers TO tlsrua_operate;
GRANT EXECUTE ON FUNCTION drop_copies, decide_copy, roll_up TO tlsrua_operate;
GRANT EXECUTE ON FUNCTION dirty_days, settled_days, pruned_before, whole,
    years_of, counted_years, within, daily, weekly, monthly, failures, mx,
    reports, sender_lives, senders, domains, problems
    TO tlsrua_ship, tlsrua_read, tlsrua_operate, tlsrua_tenant;

-- A tenant sees the rows of its domains alone, and no table without a domain
-- but the list of result types.
GRANT SELECT ON reports, policies, failures, senders, problems, result_types,
    readers, rollup_domains, rollup_failures, rollup_years, counted_domains,
    counted_failures, counted_senders, by_domain, by_sender, by_problem,
    csv_daily, csv_weekly, csv_monthly, csv_failures, csv_mx, csv_reports,
    csv_senders, csv_domains, csv_problems TO tlsrua_tenant;
DO $$
DECLARE
	name text;
	mine text := 'ARRAY(SELECT w.domain FROM tlsrua.readers AS w'
	    ' WHERE w.role = current_user)';
BEGIN
	FOREACH name IN ARRAY ARRAY['reports', 'policies', 'failures', 'senders',
	    'problems', 'rollup_domains', 'rollup_failures', 'rollup_years'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
		EXECUTE format('CREATE POLICY everything ON %I TO tlsrua_ship,'
		    ' tlsrua_read, tlsrua_operate USING (true)', name);
		EXECUTE format('CREATE POLICY tenants ON %I FOR SELECT'
		    ' TO tlsrua_tenant USING (%s)', name,
		    CASE name WHEN 'reports'
			THEN 'string_to_array(domain, '' '') <@ ' || mine
			ELSE 'domain = ANY (' || mine || ')' END);
	END LOOP;
	ALTER TABLE readers ENABLE ROW LEVEL SECURITY;
	CREATE POLICY everything ON readers TO tlsrua_operate USING (true);
	CREATE POLICY tenants ON readers FOR SELECT TO tlsrua_tenant
	    USING (role = current_user);
END $$;
