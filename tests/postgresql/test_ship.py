#!/usr/bin/env python3
"""What a poller ships stands in the shared store, once, whoever ships it and however often."""
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, schema, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import CONFIG, NOPERM, OK, PROTOCOL, UNAVAILABLE, USAGE, mailbox  # noqa: E402
from lib.shared_store import PASSWORD, Poller, SharedStore  # noqa: E402

TABLES = ("daily", "weekly", "monthly", "failures", "mx", "reports", "senders", "domains", "problems")
# whose values are numbers of a store's own, or drawn from other tables there
OWN = {"reports": {"id"}, "problems": {"problem"}}


class Ship(SharedStore):
    def test_what_is_shipped_is_new_once(self):
        one = Poller(self, "one")
        one.take(self.reports(60))
        first = one.ship().json
        self.assertEqual((60, 60, 0), (first["shipped"], first["new"], first["waiting"]))
        self.assertGreater(first["seconds"], 0)
        content = self.content()
        self.assertEqual(60, sum(line.startswith("report") for line in content))
        self.assertEqual(0, one.ship().json["shipped"])
        again = one.ship("--again").json
        self.assertEqual((60, 0, 60), (again["shipped"], again["new"], again["duplicate"]))
        self.assertEqual(content, self.content())

    def test_the_tables_have_the_columns_of_the_poller(self):
        one = Poller(self, "one")
        one.take(self.reports(1))
        for name in TABLES:
            here = [row[0] for row in self.query(f"SELECT name FROM pragma_table_info('csv_{name}')", store=one.store)]
            there = [row[0] for row in self.pg.sql(
                f"SELECT attname FROM pg_attribute WHERE attrelid = 'tlsrua.csv_{name}'::regclass AND attnum > 0 "
                "ORDER BY attnum")]
            self.assertEqual(here, there, name)

    def test_the_tables_hold_what_the_poller_holds(self):
        one = Poller(self, "one")
        one.take(self.reports(400))
        one.ship()
        for when in ("rolled up", "dirty"):
            if when == "dirty":
                self.pg.sql("INSERT INTO tlsrua.dirty SELECT DISTINCT date, 0, 0 FROM tlsrua.reports;"
                            "TRUNCATE tlsrua.rollup_days, tlsrua.rollup_domains,"
                            " tlsrua.rollup_failures")
            for name in TABLES:
                columns = [row[0] for row in self.query(f"SELECT name FROM pragma_table_info('csv_{name}')",
                                                        store=one.store)]
                columns = [c for c in columns if c not in OWN.get(name, ())]
                listed = ", ".join(f'"{c}"' for c in columns)
                here = self.query(f"SELECT {listed} FROM csv_{name}", store=one.store)
                there = self.pg.sql(f"SELECT {listed} FROM tlsrua.csv_{name}")
                self.assertGreater(len(here), 1, name)
                self.assertEqual(sorted(map(self.as_text, here)), sorted(map(self.as_text, there)), f"{name}, {when}")

    @staticmethod
    def as_text(row):
        """Times, numbers and what is empty, alike from both."""
        fields = []
        for value in row:
            text = "" if value is None else str(value)
            text = re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\+00$", r"\1T\2Z", text)
            if re.fullmatch(r"\d+\.\d+(e-\d+)?|\d+", text):
                text = f"{float(text):.9g}"
            fields.append(text)
        return tuple(fields)

    def test_pollers_have_reports_in_common(self):
        pollers = [Poller(self, name) for name in ("one", "two", "three")]
        reports = self.reports(90)
        for poller, part in zip(pollers, (reports[:60], reports[30:][::-1], reports[::2])):
            poller.take(part)
            poller.ship()
        together = self.content()
        self.assertEqual("90", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.assertEqual([("one", "60", "0"), ("three", "0", "45"), ("two", "30", "30")],
                         self.pg.sql("SELECT name, reports, duplicates FROM tlsrua.journals ORDER BY name"))
        self.empty()
        alone = Poller(self, "alone")
        alone.take(reports)
        alone.ship()
        drop_source = re.compile(r'"source": "[^"]*"|"message_id": "[^"]*"')
        self.assertEqual(sorted(drop_source.sub("", line) for line in together),
                         sorted(drop_source.sub("", line) for line in self.content()))

    def test_contents_that_contradict_each_other(self):
        one, two = Poller(self, "one"), Poller(self, "two")
        one.take(self.reports(20, good=10))
        two.take(self.reports(20, good=20))
        self.assertEqual(20, one.ship().json["new"])
        self.assertEqual(20, two.ship().json["conflict"])
        self.assertEqual([("conflict", "20"), ("counted", "20")],
                         self.pg.sql("SELECT status, count(*) FROM tlsrua.reports GROUP BY 1 ORDER BY 1"))
        # nobody vouches for any, none says when it arrived: the smallest content counts, whoever came first
        self.assertEqual("0", self.value(
            "SELECT count(*) FROM tlsrua.reports AS c JOIN tlsrua.reports AS r USING (date, identity)"
            " WHERE c.status = 'counted' AND r.content < c.content"))
        self.assertEqual("0", self.value(
            "SELECT count(*) FROM tlsrua.policies AS p JOIN tlsrua.reports AS r ON r.date = p.date AND r.id = p.report"
            " WHERE p.counted <> (r.status = 'counted' AND NOT p.skipped)"))
        self.assertEqual("40", self.value("SELECT count(*) FROM tlsrua.csv_reports"
                                          " WHERE warnings LIKE '%report-id-conflict%'"))
        before = self.content()
        # a better verdict turns them all round
        two.execute("UPDATE reports SET dkim = 'pass', dkim_domain = 'alder.example'")
        two.execute("INSERT INTO outbox (what, report, identity, content) SELECT what, report, identity, content"
                    " FROM outbox")
        self.assertEqual(20, two.ship().json["better"])
        self.assertEqual([("counted", "20")],
                         self.pg.sql("SELECT status, count(*) FROM tlsrua.reports WHERE dkim = 'pass' GROUP BY 1"))
        self.assertNotEqual(before, self.content())
        self.assertEqual("t", self.value("SELECT bool_and(verified) FROM tlsrua.policies WHERE counted"))

    def test_what_is_dropped_does_not_come_back(self):
        one, two = Poller(self, "one"), Poller(self, "two")
        for poller in (one, two):
            poller.take(self.reports(10))
            poller.ship()
        self.expect(OK, "-c", one.conf, "drop", "3", "5")
        one.ship()
        self.assertEqual(("8", "2"), self.pg.sql("SELECT (SELECT count(*) FROM tlsrua.reports),"
                                                 " (SELECT count(*) FROM tlsrua.dropped)")[0])
        two.ship("--again")
        one.ship("--again")
        self.assertEqual("8", self.value("SELECT count(*) FROM tlsrua.reports"))

    def test_gzip_files_are_shipped_when_asked_for(self):
        one = Poller(self, "one", raw="yes")
        one.take(self.reports(5))
        one.ship()
        self.assertEqual("5", self.value("SELECT count(*) FROM tlsrua.report_bytes WHERE length(bytes) > 100"))

    def test_import_ships_at_its_end(self):
        one = Poller(self, "one")
        name = self.write("a.json", json.dumps(self.reports(1)[0]))
        self.expect(OK, "-c", one.conf, "import", "-n", name, env=self.pg.env)
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.expect(OK, "-c", one.conf, "import", name, env=self.pg.env)
        self.assertEqual("1", self.value("SELECT count(*) FROM tlsrua.reports"))

    def test_status_tells_who_ships(self):
        one, two = Poller(self, "one"), Poller(self, "two")
        one.take(self.reports(3))
        one.ship()
        two.take(self.reports(2))
        lines = self.expect(OK, "-c", one.conf, "ship", "--status", env=self.pg.env).out
        self.assertIn("one (this store), journal ", lines)
        self.assertIn("3 reports new there", lines)
        two.ship()
        one.take(self.reports(4))
        self.assertIn("1 event not shipped yet", self.expect(OK, "-c", one.conf, "ship", "--status", env=self.pg.env).out)
        out = self.expect(OK, "-c", two.conf, "ship", "--status", "--json", env=self.pg.env).out
        schema.check("ship-status", *map(json.loads, out.splitlines()))
        schema.check("ship", self.expect(OK, "-c", one.conf, "ship", "--json", env=self.pg.env).json)
        self.assertEqual(2, out.count('"this"'))
        self.assertIn('"name":"two","this":true', out.replace(", ", ",").replace(": ", ":"))


class Polled(SharedStore):
    def test_poll_ships_at_its_end(self):
        user = "tls-reports@example.org"
        mails = corpus.build(40, seed=21, days=10, failing=0.3, broken=0, conflicts=0).mails
        with Dovecot({user: mails}) as server:
            def poll(service, *options, status=OK):
                conf = self.config(mailbox(server, user), extra=f"[postgresql]\nservice = {service}\ngrace = 1h\n")
                return self.expect(status, "-c", conf, "poll", *options, env=self.pg.env)
            poll("ship", "-n")
            self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.journals"))
            poll("ship")
            stored = self.query("SELECT count(*) FROM reports")[0][0]
            self.assertGreater(stored, 5)
            self.assertEqual(str(stored), self.value("SELECT count(*) FROM tlsrua.reports"))
            # within the time of grace trouble is not said, then it is; mails are polled all the same
            self.pg.service("gone", host="127.0.0.1", port=9)
            self.assertEqual("", poll("gone").err)
            db = sqlite3.connect(self.store)
            with db:
                db.execute("UPDATE shipped SET at = '2026-01-01T00:00:00Z'")
            db.close()
            self.assertRegex(poll("gone", "--json", status=UNAVAILABLE).err, "service gone")


class Checked(SharedStore):
    def check(self, service):
        conf = self.config({"host": "127.0.0.1", "port": 1, "user": "u", "password": "p"}, export=False,
                           extra=f"[postgresql]\nservice = {service}\ntimeout = 5s\n[dns]\ntrust_anchor = none\n"
                                 "resolver = 127.0.0.1@1\ntimeout = 1s\n")
        for line in self.run_it("-c", conf, "check", "--json", env=self.pg.env).out.splitlines():
            for point in json.loads(line)["points"]:
                if point["name"] == "postgresql":
                    return " ".join((point["state"], point["detail"], point["remedy"]))
        return None

    def test_check(self):
        one = Poller(self, "one")
        one.take(self.reports(2))
        one.ship()
        self.assertRegex(self.check("ship"), "version 1, without TLS, 1 journal, 0 reports not taken")
        self.pg.sql("INSERT INTO tlsrua.unshipped (journal, position, organization, report_id, sqlstate, error)"
                    " VALUES (1, 1, '', '', '', '')")
        self.assertRegex(self.check("ship"), "1 report not taken.*ship --status")
        self.pg.role("mere_reader", "tlsrua_read")
        self.pg.service("reading", user="mere_reader")
        self.assertRegex(self.check("reading"), "may read, but not ship.*GRANT tlsrua_ship")


class Trouble(SharedStore):
    def ship(self, status, pattern, poller, *options):
        self.expect_line(status, pattern, "-c", poller.conf, "ship", *options, env=self.pg.env)

    def filled(self, number=5, **options):
        poller = Poller(self, "one", **options)
        poller.take(self.reports(number))
        return poller

    def test_no_service(self):
        self.ship(CONFIG, r"\[postgresql\] service is not set", self.filled(service=""))
        self.ship(CONFIG, r"service nowhere: definition of service .nowhere. not found", self.filled(service="nowhere"))

    def test_arguments(self):
        one = self.filled()
        for words in (["x"], ["--print"], ["--init", "--again"], ["--status", "--again"], ["--init", "--json"]):
            self.ship(USAGE, "ship: ", one, *words)

    def test_nobody_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            self.pg.service("silent", host="127.0.0.1", port=port)
            self.ship(UNAVAILABLE, "no answer within 1 second", self.filled(service="silent", timeout="1s"))
        self.pg.service("closed", host="127.0.0.1", port=port)
        self.ship(UNAVAILABLE, "refused", self.filled(service="closed"))

    def test_login(self):
        self.pg.service("wrong", host="localhost", user="poller", password="not this one")
        self.ship(NOPERM, "password authentication failed.*passfile", self.filled(service="wrong"))
        self.pg.role("stranger")
        self.pg.service("stranger", user="stranger")
        self.ship(NOPERM, "permission denied.*GRANT tlsrua_ship", self.filled(service="stranger"))

    def test_tls(self):
        right = {"host": "localhost", "user": "poller", "password": PASSWORD, "sslmode": "verify-full"}
        self.pg.service("tls", sslrootcert=self.pg.ca, **right)
        self.filled(service="tls").ship()
        self.assertEqual("5", self.value("SELECT count(*) FROM tlsrua.reports"))
        other = self.path("other.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=other", "-keyout", self.path("other.key"), "-out", other],
                       check=True, capture_output=True, timeout=HANG)
        self.pg.service("forged", sslrootcert=other, **right)
        self.ship(UNAVAILABLE, "certificate verify failed", self.filled(service="forged"))

    def test_another_machine_must_be_verified(self):
        for mode in ("require", "verify-ca", "prefer", "disable"):
            self.pg.service(mode, host="localhost,db.example.com", sslmode=mode)
            self.ship(CONFIG, f"sslmode={mode} towards db.example.com, which is another machine",
                      self.filled(service=mode))
    def test_no_shared_store(self):
        one = self.filled()
        self.pg.sql("DROP SCHEMA tlsrua CASCADE")
        self.ship(PROTOCOL, "tlsrua ship --init", one)
        self.ship(PROTOCOL, "tlsrua ship --init", one, "--status")

    def test_other_releases(self):
        one = self.filled()
        self.pg.sql("UPDATE tlsrua.schema SET version = 9, oldest = 2")
        self.ship(PROTOCOL, "version 9.*install a newer one", one)
        self.ship(PROTOCOL, "version 9.*install a newer one", one, "--again")
        self.assertEqual([], self.pg.sql("SELECT * FROM tlsrua.journals"), "it is not written")
        self.ship(PROTOCOL, "version 9.*install a newer one", one, "--init")
        self.pg.sql("UPDATE tlsrua.schema SET version = 9, oldest = 1")
        one.ship()
        self.pg.sql("UPDATE tlsrua.schema SET version = 0, oldest = 0")
        self.ship(PROTOCOL, "version 0, of an older release.*ship --init", one)

    def test_what_is_not_taken_costs_no_other(self):
        one = self.filled(50)
        self.pg.sql("ALTER TABLE tlsrua.reports ADD CONSTRAINT poison CHECK (report_id NOT IN"
                    " ('report 7', 'report 33'))")
        result = one.ship()
        self.assertEqual((48, 2, 0), tuple(result.json[k] for k in ("new", "refused", "waiting")))
        self.assertRegex(result.err, "report 7 of .*does not take it.*poison")
        self.assertEqual([("report 33", "23514"), ("report 7", "23514")],
                         self.pg.sql("SELECT report_id, sqlstate FROM tlsrua.unshipped ORDER BY 1"))
        self.assertIn("2 reports the shared store does not take",
                      self.expect(OK, "-c", one.conf, "ship", "--status", env=self.pg.env).out)
        self.pg.sql("ALTER TABLE tlsrua.reports DROP CONSTRAINT poison")
        self.assertEqual(2, one.ship("--again").json["new"])
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.unshipped"))

    def test_grace(self):
        one = self.filled()
        one.ship()
        name = self.write("b.json", json.dumps(self.reports(6)[5]))
        self.pg.service("away", host="127.0.0.1", port=9)
        one.configure(service="away")
        self.expect_silence("-c", one.conf, "import", name, env=self.pg.env)
        one.configure(grace="1s")
        one.execute("UPDATE shipped SET at = '2026-01-01T00:00:00Z'")
        self.expect_line(UNAVAILABLE, "service away", "-c", one.conf, "import", name, env=self.pg.env)
        one.configure(service="ship")
        self.assertEqual(1, one.ship().json["new"])

    def test_a_store_put_back_from_a_backup(self):
        one = self.filled(10)
        shutil.copy(one.store, self.path("backup"))
        one.take(self.reports(20))
        one.ship()
        shutil.copy(self.path("backup"), one.store)
        for left in ("-wal", "-shm"):
            if os.path.exists(one.store + left):
                os.unlink(one.store + left)
        one.take(self.reports(30)[20:])
        self.assertRegex(one.ship().err, "put back from a backup")
        self.assertEqual(("30", "2"), self.pg.sql("SELECT (SELECT count(*) FROM tlsrua.reports),"
                                                  " (SELECT count(*) FROM tlsrua.journals)")[0])
        self.assertEqual("", one.ship().err)

    def test_a_store_copied_to_another_machine(self):
        one, two = self.filled(10), Poller(self, "two")
        one.ship()
        shutil.copy(one.store, two.store)
        one.take(self.reports(12)[10:])
        two.take(self.reports(15)[12:])
        one.ship()
        self.assertRegex(two.ship().err, "copied from another machine")
        self.assertEqual("15", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.assertEqual("", one.ship().err)

    def test_a_ghost_is_ended(self):
        """A connection of the same journal that is stuck in a transaction, and holds the journal's row."""
        one = self.filled()
        one.ship()
        journal = self.value("SELECT replace(journal::text, '-', '') FROM tlsrua.journals")
        ghost = subprocess.Popen(["psql", "-X", "-q", "-h", self.pg.dir, "-p", str(self.pg.port), "-U", "poller", "-d",
                                  f"dbname=tlsrua application_name='tlsrua {journal}'"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ghost.stdin.write("BEGIN;\nSELECT tlsrua.lock_journal(1, 5);\n\\echo held\n")
        ghost.stdin.flush()
        while "held" not in ghost.stdout.readline():
            pass
        one.take(self.reports(6))
        self.assertEqual(1, one.ship().json["new"])
        ghost.stdin.close()
        ghost.wait(HANG)
        ghost.stdout.close()


class Init(SharedStore):
    def test_init(self):
        self.pg.sql("DROP SCHEMA tlsrua CASCADE")
        one = Poller(self, "one", service="admin")
        self.expect(OK, "-c", one.conf, "ship", "--init", env=self.pg.env)
        made = self.pg.sql("SELECT relname, relkind FROM pg_class WHERE relnamespace = 'tlsrua'::regnamespace"
                           " ORDER BY 1")
        self.expect(OK, "-c", one.conf, "ship", "--init", env=self.pg.env)
        self.empty()  # by what --print prints
        self.assertEqual(made, self.pg.sql("SELECT relname, relkind FROM pg_class"
                                           " WHERE relnamespace = 'tlsrua'::regnamespace ORDER BY 1"))

    def test_whole_or_not_at_all(self):
        self.pg.sql("DROP SCHEMA tlsrua CASCADE; CREATE SCHEMA tlsrua; CREATE VIEW tlsrua.x AS SELECT 1")
        one = Poller(self, "one", service="admin")
        self.expect_line(70, "already exists", "-c", one.conf, "ship", "--init", env=self.pg.env)
        self.assertEqual([("x",)], self.pg.sql("SELECT relname FROM pg_class"
                                               " WHERE relnamespace = 'tlsrua'::regnamespace"))

    def test_who_may_not(self):
        self.pg.sql("DROP SCHEMA tlsrua CASCADE")
        one = Poller(self, "one")
        self.expect_line(NOPERM, "permission denied", "-c", one.conf, "ship", "--init", env=self.pg.env)


if __name__ == "__main__":
    tap.main()
