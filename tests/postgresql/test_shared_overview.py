#!/usr/bin/env python3
"""What is read with `-d postgresql:SERVICE` says what it says of a poller's own store with the same reports, to the byte."""
import json
import os
import random
import re
import sqlite3
import sys
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import signing, tap  # noqa: E402
from lib.postgresql import ADMINISTRATOR, DATABASE  # noqa: E402
from lib.filled import fill  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import CHECK, OK, USAGE  # noqa: E402
from lib.shared_store import LAST, SHARED, Poller, ReadStore, some_report  # noqa: E402
from lib.signed import mail  # noqa: E402

RANGES = ((), ("--since", "9d"), ("--since", "all"), ("--from", "2026-11-05", "--to", "2026-11-12"),
          ("--to", "2026-11-10"), ("--domain", "d3.example"),
          ("--domain", "d1.example", "--domain", "d5.example", "--since", "20d"), ("--domain", "none.example"),
          ("--from", "2027-01-01"))
NOW = {"SOURCE_DATE_EPOCH": "1795305600"}  # 2026-11-22


class SharedOverview(ReadStore):
    def take_mails(self, number, seed=3):
        """Reports as mails, of which some are signed by their reporter."""
        rng, dns = random.Random(seed), Nameserver()
        self.addCleanup(dns.close)
        signers = {name: signing.Signer(name) for name in ("alder.example", "birch.example")}
        for signer in signers.values():
            dns.txt(signer.name, signer.record)
        report, waiting, paths = None, {}, []
        for i, new in enumerate(self.reports(number, seed, days=45)):
            if i % 17 == 16:  # the same key with other content
                report["policies"][0]["summary"]["total-successful-session-count"] += 1
            else:
                report = new
            if i % 5 == 4:  # some organizations have more than one reporter
                report["contact-info"] = "tls@birch.example"
            for policy in report["policies"]:
                for detail in policy.get("failure-details", ()):
                    detail["failure-reason-code"] = rng.choice(("", "x509: expired", "connection reset", "=1+1"))
                if rng.random() < 0.05:
                    policy["policy"]["policy-type"] = "newer"
            sender = report["contact-info"].rpartition("@")[2]
            signed = sender if sender in signers and rng.random() < 0.7 else ""
            waiting.setdefault(signed, []).append(mail(report, i, sender))
        for name, raws in waiting.items():
            for raw in signers[name].sign(*raws) if name else raws:
                paths.append(self.write(f"{len(paths)}.eml", raw))
        conf = self.config(store=self.poller.store, export=False, name="mails.conf", extra=f"""
[reports]
dkim = record
[dns]
resolver = {dns.address}
trust_anchor = none
""")
        self.expect(OK, "-q", "-c", conf, "import", *paths)

    def said(self, source, *args, status=OK):
        out = self.expect(status, "-c", self.poller.conf, "-d", source, *args, env={**self.pg.env, **NOW}).out
        return out.replace(source, "STORE")

    def run_raw(self, source, number):
        return self.expect(OK, "-c", self.poller.conf, "-d", source, "quarantine", "show", "--raw", str(number),
                           env=self.pg.env).raw_out

    def assert_same(self, *args, status=OK):
        here, there = (self.said(source, *args, status=status) for source in (self.poller.store, SHARED))
        self.assertEqual(here, there, args)
        return there

    def number_alike(self):
        """Problems have numbers of each store's own, by which lists are ordered that are equal otherwise."""
        db = sqlite3.connect(self.poller.store)
        rows = db.execute("SELECT id, domain, receiving_mx_hostname, result_type FROM problems").fetchall()
        db.close()
        values = ", ".join(f"({n}, '{domain}', '{mx}', '{kind}')" for n, domain, mx, kind in rows)
        self.pg.sql(f"""
            ALTER TABLE tlsrua.problems ALTER id DROP IDENTITY IF EXISTS;
            CREATE TEMPORARY TABLE numbers AS SELECT b.id, v.n FROM tlsrua.problems AS b JOIN (VALUES {values})
                AS v (n, domain, mx, kind) ON (v.domain, v.mx, v.kind)
                = (b.domain, b.receiving_mx_hostname, b.result_type);
            UPDATE tlsrua.failures AS f SET problem = n.n FROM numbers AS n WHERE n.id = f.problem;
            UPDATE tlsrua.rollup_failures AS f SET problem = n.n FROM numbers AS n WHERE n.id = f.problem;
            UPDATE tlsrua.rollup_years AS y SET problem = -n.n FROM numbers AS n WHERE n.id = y.problem;
            UPDATE tlsrua.rollup_years SET problem = -problem WHERE problem < 0;
            UPDATE tlsrua.problems AS b SET id = -n.n FROM numbers AS n WHERE n.id = b.id;
            UPDATE tlsrua.problems SET id = id + 1000 WHERE id > 0;
            UPDATE tlsrua.problems SET id = -id WHERE id < 0""")

    def make_dirty(self):
        self.pg.sql("INSERT INTO tlsrua.dirty SELECT DISTINCT date, 0, 0 FROM tlsrua.reports")

    def test_the_overview_of_each_range(self):
        self.poller.take(self.reports(400, days=60))
        self.poller.ship()
        self.number_alike()
        for when in ("rolled up", "dirty"):
            if when == "dirty":
                self.make_dirty()
            for choice in RANGES:
                with self.subTest(f"{choice} {when}"):
                    told = self.assert_same("summary", "--json", *choice)
                    self.assertIn('"domains"', told)
                    self.assert_same("html", "-o", "-", *choice)

    def test_lists_that_are_cut(self):
        """More domains, senders and problems than an overview lists, some of them silent or muted."""
        fill(self.poller.store, 7500, 2500, 3, 1, last="2026-11-20")
        reports = [some_report(random.Random(n), f"{n} {k}", days=1, domains=3, last=LAST - timedelta(days=k))
                   for n in range(9) for k in (20, 21, 22, 24, 25, 27)]
        reports[0]["policies"][0]["summary"]["total-failure-session-count"] = 1000
        reports[0]["policies"][0]["failure-details"] = [
            {"result-type": "validation-failure", "receiving-mx-hostname": f"mx{n}.example", "failed-session-count": n % 3}
            for n in range(1000)]
        self.poller.take(reports)
        self.poller.ship()
        self.number_alike()
        for table, most in (("senders", 5000), ("problems", 2000), ("csv_domains", 2000)):
            self.assertGreater(self.query(f"SELECT count(*) FROM {table}", store=self.poller.store)[0][0], most)
        for source in (self.poller.store, "postgresql:admin"):
            self.said(source, "mute", "2050", "--until", "2027-01-01", "--note", "known")
        self.assertIn("no longer reports", self.assert_same("summary", "-v"))
        for choice in ((), ("--to", "2026-11-01")):
            self.assert_same("html", "-o", "-", *choice)
        self.assert_same("summary", "--fail-above", "0.1", status=CHECK)

    def test_who_vouches(self):
        self.take_mails(300)
        self.assertEqual(2, len(self.query("SELECT DISTINCT status FROM reports", store=self.poller.store)))
        self.assertLessEqual({"pass", "dkim-missing"}, {row[0] for row in self.query(
            "SELECT DISTINCT dkim FROM reports", store=self.poller.store)})
        self.poller.take(self.reports(50, seed=9))  # nobody judges these
        self.poller.ship()
        self.number_alike()
        for choice in RANGES:
            with self.subTest(str(choice)):
                self.assert_same("summary", "-v", *choice)
                self.assert_same("html", "-o", "-", *choice)

    def problems(self, source, *choice):
        text = self.said(source, "export", "-o", "-", "problems", *choice)
        return sorted(line.partition(",")[2] for line in text.splitlines())

    def assert_problems(self, when):
        for choice in (("--since", "all"), ("--domain", "d3.example", "--since", "9d"),
                       ("--org", "Čedar", "--org", "Alder Mail", "--from", "2026-10-10", "--to", "2026-11-11")):
            here, there = (self.problems(source, *choice) for source in (self.poller.store, SHARED))
            self.assertEqual(here, there, f"{choice} {when}")
            if choice == ("--since", "all"):
                words = set(",".join(there).split(","))
                self.assertLessEqual({'"cured"', '"new"', '"recurring"', '"open"', '"ours"', '"theirs"', '"unclear"'}, words)

    def test_problems_at_every_moment(self):
        """From the rollup, from the entries of days and domains that it has not, after more came, and some went.  In the
        end the rollup has the days that are stored."""
        self.take_mails(200)
        self.poller.take(self.reports(60, seed=4, days=80))
        self.poller.ship()
        self.pg.sql("INSERT INTO tlsrua.dirty SELECT DISTINCT date, 0, 0 FROM tlsrua.reports"
                    " WHERE (date - DATE '2026-01-01') % 3 = 0;"
                    "DELETE FROM tlsrua.rollup_years WHERE domain IN ('d1.example', 'd3.example')")
        self.assert_problems("some is not rolled up")
        for kind in ("status = 'conflict'", "dkim = 'pass'", "dkim = ''"):
            number, = self.query(f"SELECT max(id) FROM reports WHERE {kind}", store=self.poller.store)[0]
            self.expect(OK, "-c", self.poller.conf, "drop", str(number))
        self.poller.take(self.reports(20, seed=6, days=70))
        self.poller.ship()
        self.assert_problems("rolled up")
        self.make_dirty()
        self.assert_problems("dirty")
        self.pg.sql("SELECT tlsrua.roll_up()")
        stored = "SELECT * FROM tlsrua.rollup_years WHERE days <> 0::bit(366)"
        counted = ("SELECT * FROM tlsrua.counted_years(tlsrua.settled_days(),"
                   " ARRAY(SELECT DISTINCT domain FROM tlsrua.problems))")
        self.assertEqual([], self.pg.sql(f"({stored} EXCEPT {counted}) UNION ALL ({counted} EXCEPT {stored})"))

    def figures(self, source):
        """The lines for Prometheus, but for what each poller and each database has of its own."""
        text = self.said(source, "metrics")
        self.assertRegex(text, r"tlsrua_store_bytes [1-9]")
        return [line for line in text.splitlines() if "tlsrua_messages" not in line and "tlsrua_store_bytes" not in line]

    def test_the_figures(self):
        self.take_mails(150)
        self.poller.take(self.reports(100, seed=9))
        self.poller.ship()
        for when in ("rolled up", "dirty"):
            if when == "dirty":
                self.make_dirty()
            here, there = (self.figures(source) for source in (self.poller.store, SHARED))
            self.assertEqual(here, there)
        self.assertIn('trust="verified"', "".join(there))
        self.assertIn("tlsrua_last_day_findings", "".join(there))

    def test_what_is_stored(self):
        self.take_mails(100)
        self.poller.ship()
        here, there = (json.loads(self.said(source, "status", "--json")) for source in (self.poller.store, SHARED))
        for name in ("reports", "conflicts", "failures", "sessions", "first_day", "last_day"):
            self.assertEqual(here[name], there[name], name)
            self.assertTrue(here[name], name)
        self.assertRegex(self.said(SHARED, "status"), "reports of 2026-10-07 to 2026-11-20; ")

    def test_the_mailboxes_of_pollers(self):
        """Those that the pollers told of at their last shipping; of several each behind its poller's name."""
        for mailbox, folder, good, error in (("reports", "INBOX", "2026-11-21T06:00:00Z", ""),
                                             ("reports", "Junk", None, "imap: cut: caf\udce9")):
            self.poller.take([])
            db = sqlite3.connect(self.poller.store)
            with db:
                db.execute("INSERT INTO mailboxes (name, folder, uidvalidity, uid, last_poll, last_good, status, error,"
                           " messages, reports, duration) VALUES (?, ?, 7, 9, '2026-11-21T06:00:00Z', ?, ?, CAST(? AS"
                           " TEXT), 12, 5, 1500)", (mailbox, folder, good, 69 if error else 0,
                                                    error.encode(errors="surrogateescape")))
            db.close()
        self.poller.take(self.reports(20))
        self.poller.ship()
        conf = self.write("boxes.conf", f"[store]\npath = {self.poller.store}\n[mailbox reports]\nhost = localhost\n"
                          "user = x\npassword_file = /dev/null\nfolders = INBOX Junk\n")
        for command in (("metrics",), ("status",)):
            here, there = (self.expect(OK, "-c", conf, "-d", source, *command, env={**self.pg.env, **NOW}).out
                           for source in (self.poller.store, SHARED))
            here, there = (re.sub(r"(?m)^.*tlsrua_messages.*\n|.*tlsrua_store_bytes.*\n|[0-9,]+ bytes on disk", "", text)
                           for text in (here, there))
            self.assertEqual(here.replace("caf\ufffd", "caf?"), there.replace("caf\ufffd", "caf?"))
        self.assertIn("Junk: 12 mails, 5 reports; last polled well: never", there)
        self.assertIn("2026-11-21T06:00:00Z", json.loads(self.said(SHARED, "summary", "--json"))["last_good_poll"])
        self.assertIn("reports: Junk: was never polled well", self.expect(
            1, "-c", self.poller.conf, "-d", SHARED, "status", "--check", env=self.pg.env).err)
        two = Poller(self, "two")
        two.take(self.reports(5, seed=5))
        two.ship()
        self.assertIn("one: reports: INBOX: 12 mails", self.said(SHARED, "status"))
        self.poller.execute("UPDATE journal SET id = randomblob(16)")  # as after a backup was put back
        self.poller.ship()
        self.assertEqual(2, len(self.pg.sql("SELECT * FROM tlsrua.mailboxes")))

    def test_a_problem_is_explained(self):
        self.poller.take(self.reports(60))
        self.poller.ship()
        self.number_alike()
        number, domain = self.query("SELECT id, domain FROM problems ORDER BY id", store=self.poller.store)[0]
        for muted in (False, True):
            if muted:
                for source, name in ((self.poller.store, "ship"), ("postgresql:admin", "admin")):
                    self.said(source, "mute", str(number), "--until", "2027-01-01", "--note", "known")
            told = self.assert_same("explain", str(number))
            self.assertIn(f"for mail to {domain}", told)
            self.assertEqual(muted, "muted until 2027-01-01: known" in told)
        self.expect_line(66, "problem 9999: no such number", "-c", self.poller.conf, "-d", SHARED, "explain", "9999",
                         env=self.pg.env)

    def test_copies_in_conflict_are_compared(self):
        """As in the poller's store, but for its own number and the mail that only it has."""
        self.poller.configure(raw="yes")
        self.take_mails(60)
        self.poller.ship()
        here = dict(self.query("SELECT r.report_id || r.date, q.id FROM quarantine AS q JOIN reports AS r"
                               " ON r.id = q.report", store=self.poller.store))
        there = self.pg.sql("SELECT report_id || date, id FROM tlsrua.reports WHERE status = 'conflict'")
        self.assertEqual(sorted(here), sorted(name for name, _ in there))
        self.assertTrue(there)
        for name, number in there:
            texts = [self.said(source, "quarantine", "show", str(n)).partition("\n")[2].replace(f"accept {n}", "accept N")
                     for source, n in ((self.poller.store, here[name]), (SHARED, number))]
            texts = [re.sub(r"(?m)^(From|Subject|File|Source) .*\n", "", text) for text in texts]
            self.assertEqual(*texts)
            self.assertIn("total-successful-session-count", texts[0])
            self.assertEqual(*(self.run_raw(source, n) for source, n in ((self.poller.store, here[name]),
                                                                         (SHARED, number))))
        self.assertIn(f"quarantine: {here[name]}000: no such number", self.expect(
            66, "-c", self.poller.conf, "-d", SHARED, "quarantine", "show", f"{here[name]}000", env=self.pg.env).err)
        self.pg.sql("UPDATE tlsrua.schema SET pruned = '2027-01-01'")
        self.assertIn("were pruned", self.said(SHARED, "quarantine", "show", str(number)))

    def test_a_uri_names_a_shared_store_as_a_service_does(self):
        self.poller.take(self.reports(20))
        self.poller.ship()
        uri = f"postgresql://reader@:{self.pg.port}/{DATABASE}?host={self.pg.dir}"
        for command in (("summary", "-v"), ("export", "-o", "-", "daily"), ("status", "--check")):
            told = [self.run_it("-c", self.poller.conf, "-d", source, *command, env=self.pg.env)
                    for source in (SHARED, uri)]
            self.assertEqual(*((t.status, t.out, t.err) for t in told))
        operator = uri.replace("reader", ADMINISTRATOR)
        self.expect_line(66, f"`tlsrua -d {re.escape(operator)} export", "-c", self.poller.conf, "-d", operator, "drop",
                         "99", env=self.pg.env)
        told = self.expect_line(USAGE, "there is a password in the URI", "-c", self.poller.conf, "-d",
                                uri.replace("reader@", "reader:geheim@"), "summary", env=self.pg.env)
        self.assertNotIn("geheim", told.err)

    def test_what_a_shared_store_did_not_take(self):
        self.poller.take(self.reports(5))
        self.poller.ship()
        self.pg.sql("INSERT INTO tlsrua.unshipped (journal, position, organization, report_id, sqlstate, error)"
                    " VALUES (1, 3, 'x', 'y', '22021', 'no')")
        self.assertIn("1 not taken by this store", self.said(SHARED, "status"))
        self.assertEqual(1, json.loads(self.said(SHARED, "status", "--json"))["unshipped"])

    def test_that_reports_still_come(self):
        """The newest that somebody vouches for tells, as far as somebody vouches for any."""
        for step in (lambda: self.take_mails(40), lambda: self.poller.take(self.reports(20, seed=9, days=3))):
            step()
            self.poller.ship()
            here, there = (self.expect(1, "-c", self.poller.conf, "-d", source, "status", "--check",
                                       env=self.pg.env) for source in (self.poller.store, SHARED))
            self.assertRegex(there.err, "the newest report(?: that somebody vouches for)? ends at 2026-11")
            self.assertEqual(here.err, there.err)

    def test_a_store_without_a_report(self):
        self.poller.take([])
        for command in (("summary",), ("summary", "--json"), ("html", "-o", "-")):
            self.assert_same(*command)
        self.assertIn("nothing yet", self.said(SHARED, "status"))
        self.assertEqual(*(self.figures(source) for source in (self.poller.store, SHARED)))

    def test_an_alarm_names_the_same(self):
        self.poller.take(self.reports(100))
        self.poller.ship()
        here, there = (self.expect(1, "-c", self.poller.conf, "-d", source, "summary", "--fail-above", "0.1",
                                   env=self.pg.env).err for source in (self.poller.store, SHARED))
        self.assertEqual(here, there)
        self.expect_line(USAGE, "no report about this domain", "-c", self.poller.conf, "-d", SHARED, "summary",
                         "--fail-above", "5", "--domain", "none.example", env=self.pg.env)

    def test_a_tenant_is_told_of_its_domains_alone(self):
        """As of a store that holds these alone; of what is muted, which is of no domain, it is not told."""
        reports = [report for report in self.reports(300) if len(report["policies"]) == 1]
        of = {"d3.example": Poller(self, "own"), "": self.poller}
        for domain, poller in of.items():
            poller.take([report for report in reports
                         if not domain or report["policies"][0]["policy"]["policy-domain"] == domain])
        self.poller.ship()
        self.pg.role("tenant", "tlsrua_tenant")
        self.pg.sql("INSERT INTO tlsrua.readers (role, domain) VALUES ('tenant', 'd3.example')")
        self.pg.service("tenant", user="tenant")
        self.poller.store = of["d3.example"].store
        self.number_alike()
        for command in (("summary", "--json"), ("summary", "-v"), ("html", "-o", "-"), ("export", "-o", "-", "daily"),
                        ("export", "-o", "-", "problems"), ("status",)):
            here, there = (self.said(source, *command) for source in (self.poller.store, "postgresql:tenant"))
            if command == ("status",):
                here, there = (text.splitlines()[:2] for text in (here, there))
            self.assertEqual(here, there)
        self.assertIn("d3.example", self.said("postgresql:tenant", "summary"))
        conf = self.write("mail.conf", "[report]\nfrom = we@host.example\nto = customer@d3.example\n")
        self.assertRegex(self.expect(OK, "-c", conf, "-d", "postgresql:tenant", "summary", "--mail", env=self.pg.env).out,
                         r"(?s)To: customer@d3\.example.*d3\.example")
        self.assertEqual(*(self.figures(source) for source in (self.poller.store, "postgresql:tenant")))

    def test_what_a_shared_store_cannot_do(self):
        for args in (("export", "--views"), ("status", "--verify"), ("import", "x"), ("poll",), ("ship",), ("receive",),
                     ("check",), ("quarantine", "retry", "1")):
            self.expect_line(USAGE, "the store of a poller|a poller and its store", "-c", self.poller.conf, "-d", SHARED, *args, env=self.pg.env)


if __name__ == "__main__":
    tap.main()
