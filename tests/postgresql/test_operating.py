#!/usr/bin/env python3
"""What people do to a shared store with `-d postgresql:SERVICE`, as a member of tlsrua_operate, and nobody else."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import DATAERR, NOINPUT, NOPERM, OK, USAGE  # noqa: E402
from lib.shared_store import Poller, SharedStore  # noqa: E402

OPERATE = "postgresql:operate"
FIGURES = ("daily", "weekly", "problems", "domains", "senders", "mx", "failures")


class Operating(SharedStore):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("operate", "read", "tenant"):
            cls.pg.role(f"who_{role}", f"tlsrua_{role}")
            cls.pg.service(role, user=f"who_{role}")

    def setUp(self):
        super().setUp()
        self.poller = Poller(self, "one")

    def do(self, *args, status=OK, source=OPERATE):
        return self.expect(status, "-c", self.poller.conf, "-d", source, *args, env=self.pg.env)

    def table(self, name, source=OPERATE):
        """Without the numbers, of which each store has its own."""
        lines = [line.partition(",")[2] for line in self.do("export", "-o", "-", name, source=source).out.splitlines()]
        return lines[:1] + sorted(lines[1:])

    def numbers(self, where="true"):
        return [row[0] for row in self.pg.sql(f"SELECT id FROM tlsrua.reports WHERE {where} ORDER BY report_id, id")]

    def refused(self, *args):
        """As who may but read."""
        for source in ("postgresql:read", "postgresql:tenant", "postgresql:ship"):
            self.expect_line(NOPERM, "permission denied", "-c", self.poller.conf, "-d", source, *args, env=self.pg.env)

    def test_mute(self):
        self.poller.take(self.reports(60))
        self.poller.ship()
        number = self.value("SELECT min(id) FROM tlsrua.problems")
        mute = ("mute", number, "--until", "2030-01-01", "--note", "the old host")
        self.refused(*mute)
        self.do(*mute)
        self.do("mute", number, "--until", "2031-01-01", "--note", "it stays")
        self.assertRegex(self.do("mute", "--list").out, f"^{number}  until 2031-01-01: it stays\n")
        self.assertIn('"muted_until":"2031-01-01"', self.do("summary", "--json", source="postgresql:read").out)
        self.refused("mute", "--end", number)
        self.do("mute", "--end", number)
        self.assertIn("No problem is muted", self.do("mute", "--list", source="postgresql:read").out)
        for args in (("mute", "--end", number), ("mute", "999999", *mute[2:])):
            self.expect_line(NOINPUT, "postgresql:operate", "-c", self.poller.conf, "-d", OPERATE, *args,
                             env=self.pg.env)

    def test_drop(self):
        """The figures are those of a store that never had the reports; the poller's tell of them is of no use."""
        reports = self.reports(80)
        self.poller.take(reports)
        self.poller.ship()
        without = Poller(self, "without")
        without.take(reports[:20] + reports[23:])
        gone = self.numbers("report_id IN ('report 20', 'report 21', 'report 22')")
        self.refused("drop", *gone)
        self.assertIn("would be taken out", self.do("drop", "-n", *gone).out)
        self.assertEqual(80, len(self.numbers()))
        self.do("drop", gone[0], "999999", status=NOINPUT)
        self.assertEqual(80, len(self.numbers()))
        self.do("drop", *gone)
        for again in (False, True):
            if again:
                self.poller.ship("--again")
            for name in FIGURES:
                self.assertEqual(self.table(name, without.store), self.table(name), name)
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.dirty"))

    def test_accept(self):
        """Another copy counts, whoever ships what afterwards; that counts which was decided for last."""
        reports = self.reports(30)
        other = Poller(self, "two")
        self.poller.take(reports)
        self.poller.ship()
        for report in reports[:1]:
            report["policies"][0]["summary"]["total-successful-session-count"] += 1000
        other.take(reports)
        other.ship()
        counts, = self.numbers("report_id = 'report 0' AND status = 'counted'")
        conflict, = self.numbers("status = 'conflict'")
        self.assertRegex(self.do("quarantine", "list", source="postgresql:read").out, rf"^{conflict}  ")
        self.refused("quarantine", "accept", conflict)
        self.do("quarantine", "accept", counts, status=DATAERR)
        self.do("quarantine", "accept", "999999", status=NOINPUT)
        self.do("quarantine", "accept", conflict)
        for poller in (self.poller, other):
            poller.ship("--again")
            self.assertEqual([conflict], self.numbers("report_id = 'report 0' AND status = 'counted'"))
        self.do("quarantine", "accept", counts)
        self.assertEqual([conflict], self.numbers("status = 'conflict'"))
        self.do("drop", counts)  # and the copy in conflict with it
        self.assertEqual(29, len(self.numbers()))
        self.do("quarantine", "retry", counts, status=USAGE)

    def test_prune(self):
        """Details of whole months go, and no figure."""
        self.poller.configure(raw="yes")
        self.poller.take(self.reports(200, days=80))
        self.poller.ship()
        before = {name: self.table(name) for name in FIGURES[:-1]}
        failures = int(self.value("SELECT count(*) FROM tlsrua.failures WHERE date < '2026-11-01'"))
        prune = ("prune", "--json", "--before", "2026-11-13")
        self.refused(*prune)
        told = json.loads(self.do(*prune, "-n").out)
        done = json.loads(self.do(*prune).out)
        self.assertEqual(failures, done["failures"])
        self.assertLess(0, done["raw_bytes"])
        self.assertEqual({**told, "given_back": done["given_back"]}, done)
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.failures WHERE date < '2026-11-01'"))
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.report_bytes WHERE date < '2026-11-01'"))
        self.assertNotEqual("0", self.value("SELECT count(*) FROM tlsrua.failures"))
        self.assertEqual(before, {name: self.table(name) for name in FIGURES[:-1]})
        self.assertEqual(0, json.loads(self.do(*prune).out)["failures"])
        # what comes again changes nothing, and what is new on such a day can be stored
        self.poller.ship("--again")
        self.assertEqual(before, {name: self.table(name) for name in FIGURES[:-1]})
        old = self.numbers("date < '2026-11-01'")[0]
        self.do("drop", old, status=DATAERR)

    def test_a_conflict_that_waits_keeps_its_month(self):
        reports = self.reports(100, days=80)
        self.poller.take(reports)
        first = min(reports, key=lambda report: report["date-range"]["start-datetime"])
        first["policies"][0]["summary"]["total-successful-session-count"] += 1
        other = Poller(self, "two")
        other.take([first])
        for poller in (self.poller, other):
            poller.ship()
        done = json.loads(self.do("prune", "--json", "--before", "2026-11-01").out)
        self.assertEqual((0, 1), (done["failures"], done["days_left"]))


if __name__ == "__main__":
    tap.main()
