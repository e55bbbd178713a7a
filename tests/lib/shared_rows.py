"""A shared store of millions of reports, made on the server by SQL, as shipping would leave it."""

DAYS = 400
SENDERS = 20

# The reports of a span of days: `k` counts those of a day.  Domain 0 is reported on by every sender every day; of the
# others some a day, in turn, three senders each; on the big day ten senders report on every domain.
SOURCE = """
SELECT d AS date, k, domain, sender, (d - DATE '2000-01-01')::bigint * 10000000 + k AS id,
    'domain' || lpad(domain::text, 5, '0') || '.example' AS name, 'Sender ' || sender || ' Inc.' AS organization,
    'sender' || sender || '.example' AS reporter, hashint8(d - DATE '2000-01-01' + k::bigint * 1000003) & 2147483647 AS h
FROM (SELECT d, k, CASE WHEN k < {senders} THEN 0 ELSE 1 + x % ({domains} - 1) END AS domain,
	CASE WHEN k < {senders} THEN k ELSE (7 * (x % ({domains} - 1))
	    + x / ({domains} - 1) % CASE d WHEN DATE '{big}' THEN 10 ELSE 3 END) % {senders} END AS sender
    FROM (SELECT d::date, k, CASE d WHEN DATE '{big}' THEN k ELSE k + (d::date - DATE '2000-01-01') * {a_day}::bigint END
	AS x FROM generate_series(DATE '{first}', DATE '{last}', '1 day') AS d,
	generate_series(0, CASE d WHEN DATE '{big}' THEN {big_day} ELSE {a_day} END - 1) AS k) AS y) AS z
"""
REPORTS = """
INSERT INTO tlsrua.reports (id, start, "end", counted_sessions, counted_failed, received, date, vouched, journal,
    identity, content, status, organization, report_id, reporter_domain, contact, domain, policy_domains, policy_types,
    source, message_id, dkim, dkim_domain, dkim_selector, warnings)
SELECT id, date::timestamptz, date + interval '86399 s', 1 + h % 500, CASE WHEN domain % 10 = 0 THEN 1 + h % 9 ELSE 0 END,
    date + interval '1 day 1 h', date, 0, 1, md5(id::text)::uuid, sha256(id::text::bytea), 'counted', organization,
    date || '-' || domain || '-' || sender || '-' || k, reporter, 'tls@' || reporter, name, name,
    CASE sender % 4 WHEN 1 THEN 'sts tlsa' ELSE 'sts' END, 'fill', '', '', '', '',
    CASE sender % 4 WHEN 1 THEN 'policy-string-nested' ELSE '' END
FROM ({source}) AS s
"""
POLICIES = """
INSERT INTO tlsrua.policies (report, successful_sessions, failed_sessions, counted_sessions, counted_failed, date, n,
    counted, skipped, verified, of_series, of_sender, domain, policy_domain, organization, reporter_domain,
    policy_type, policy_mode, text)
SELECT id, 1 + h % 500, CASE WHEN domain % 10 = 0 AND n = 0 THEN 1 + h % 9 ELSE 0 END,
    CASE n WHEN 0 THEN 1 + h % 500 ELSE 0 END, CASE WHEN domain % 10 = 0 AND n = 0 THEN 1 + h % 9 ELSE 0 END, date, n, true,
    false, false, true, n = 0, name, name, organization, reporter, CASE n WHEN 0 THEN 'sts' ELSE 'tlsa' END,
    CASE n WHEN 0 THEN 'enforce' ELSE '' END, CASE n WHEN 0 THEN md5('text')::uuid END
FROM ({source}) AS s, generate_series(0, CASE sender % 4 WHEN 1 THEN 1 ELSE 0 END) AS n
"""
# every tenth domain fails, in one way, at one or the other of its two hosts
FAILURES = """
INSERT INTO tlsrua.failures (report, problem, failed_sessions, date, policy, n, counted, verified, domain,
    policy_domain, organization, reporter_domain, policy_type, policy_mode, result_type, side, receiving_mx_hostname,
    receiving_mx_helo, receiving_ip, sending_mta_ip, failure_reason_code, additional_information)
SELECT id, 2 * domain + 1 + m, 1 + h % 9, date, 0, n, true, false, name, name, organization, reporter, 'sts', 'enforce',
    t.result_type, 'ours', 'mx' || m || '.' || name, 'mx' || m || '.' || name, '192.0.2.' || domain % 250,
    '198.51.100.1', CASE h % 3 WHEN 0 THEN 'X509_V_ERR' ELSE '' END, ''
FROM ({source}) AS s, generate_series(0, h / 3 % 2) AS n, LATERAL (SELECT (h / 6 + n) % 2) AS x (m),
    LATERAL (SELECT (ARRAY{types})[1 + domain / 10 % 4]) AS t (result_type)
WHERE domain % 10 = 0
"""
TYPES = ["certificate-expired", "certificate-host-mismatch", "starttls-not-supported", "sts-policy-fetch-error"]


def fill(pg, reports, last="2026-11-23", say=lambda text: None):
    """About so many reports on `reports` / 100 domains in 400 days up to `last`, a tenth of them on one day."""
    domains, big_day = max(reports // 100, 100), reports // 10
    a_day = (reports - big_day) // (DAYS - 1)
    types = str(TYPES)
    pg.sql(f"""
INSERT INTO tlsrua.journals (journal, name) VALUES ('00000000-0000-0000-0000-000000000001', 'fill');
INSERT INTO tlsrua.policy_texts VALUES (md5('text')::uuid, 'version: STSv1' || chr(10) || 'mode: enforce', 'mx');
INSERT INTO tlsrua.problems (id, key, domain, receiving_mx_hostname, result_type) OVERRIDING SYSTEM VALUE
SELECT 2 * d + 1 + m, md5('problem' || d || ' ' || m)::uuid, name, 'mx' || m || '.' || name, (ARRAY{types})[1 + d / 10 % 4]
FROM generate_series(0, {domains} - 1, 10) AS d, generate_series(0, 1) AS m,
    LATERAL (SELECT 'domain' || lpad(d::text, 5, '0') || '.example') AS n (name);
SELECT setval(pg_get_serial_sequence('tlsrua.problems', 'id'), 2 * {domains});
SELECT tlsrua.need_month((DATE '{last}' - n * interval '1 month')::date) FROM generate_series(0, 13) AS n""")
    span = 20
    for at in range(DAYS - 1, -1, -span):
        first, end = pg.sql(f"SELECT DATE '{last}' - {at}, DATE '{last}' - {max(at - span + 1, 0)}")[0]
        source = SOURCE.format(first=first, last=end, big=pg.value(f"SELECT DATE '{last}' - 3"), domains=domains,
                               senders=SENDERS, a_day=a_day, big_day=big_day)
        for text in (REPORTS, POLICIES, FAILURES):
            pg.sql("SET synchronous_commit = off; SET jit = off;" + text.format(source=source, types=types))
        pg.sql(f"INSERT INTO tlsrua.dirty SELECT d, 1, 1 FROM generate_series(DATE '{first}', DATE '{end}', '1 day') AS d")
        say(f"rows up to {end}")
    pg.sql("""INSERT INTO tlsrua.senders SELECT md5(domain || organization)::uuid, domain, organization, reporter_domain
FROM tlsrua.policies GROUP BY domain, organization, reporter_domain; ANALYZE""")
    while pg.value("SELECT tlsrua.roll_up(most => 8)") == "t":
        pass
    pg.sql("VACUUM ANALYZE")
