#!/usr/bin/env python3
"""A store of 50,000 reports over two years: exports against an independent count, and a new day in the CSV folder."""
import csv
import io
import json
import os
import shutil
import sys
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import expected, filled, rollups, tap, truth  # noqa: E402
from lib.program import DATAERR, OK, SANITIZED, Scene  # noqa: E402

REPORTS, DOMAINS, SENDERS, DAYS = (5000, 12, 3, 200) if SANITIZED else (50000, 30, 3, 730)
LAST = date(2026, 10, 19)  # what is imported on top is not ahead of the clock
SINCE = 400
TABLES = "daily weekly monthly failures problems mx domains senders reports".split()


class Filled(Scene):
    @classmethod
    def setUpClass(cls):
        cls.shared = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"tlsrua-filled-{os.getpid()}")
        os.makedirs(cls.shared)
        cls.made = os.path.join(cls.shared, "tlsrua.db")
        facts = os.path.join(cls.shared, "facts")
        filled.fill(cls.made, REPORTS, DOMAINS, SENDERS, DAYS, last=str(LAST), raw=300, facts=facts)
        cls.reports = filled.read(facts)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared, True)

    def setUp(self):
        super().setUp()
        shutil.copy(self.made, self.store)
        self.conf = self.config(extra="guard = no\n")
        # whose fault each result type is, an import writes into the store, whatever it finds
        self.expect(DATAERR, "-c", self.conf, "import", self.write("nothing.txt", "nothing"))

    def rows(self, table, *options):
        out = self.expect_silence("-c", self.conf, "export", "-o", "-", *options, table).out
        return list(csv.DictReader(io.StringIO(out, newline="")))

    def assert_count(self, reports, first=None, last=None, options=()):
        """All tables of a range are those of the facts."""
        for table, columns in rollups.ALL.items():
            if table in ("daily", "failures"):
                chosen = rollups.within(reports, first, last)
                wanted = [dict(zip(columns, row)) for row in getattr(expected, table)(chosen)]
            else:
                wanted = getattr(rollups, table)(reports, first, last)
            columns = columns[1:15] if table == "problems" else columns
            got = sorted(tuple(r[c] for c in columns) for r in self.rows(table, *options))
            wanted = sorted(tuple(str(r[c]) for c in columns) for r in wanted)
            if got != wanted:
                self.fail(f"{table} {options}: {len(got)} rows, {len(wanted)} wanted; missing\n" +
                          "\n".join(map(str, sorted(set(wanted) - set(got))[:3])) + "\ntoo many\n" +
                          "\n".join(map(str, sorted(set(got) - set(wanted))[:3])))

    def test_everything(self):
        self.assertEqual(REPORTS, len(self.reports))
        self.assert_count(self.reports, options=("--since", "all"))
        self.assertEqual("", self.expect_silence("-c", self.conf, "status", "--verify").out)

    def test_a_range(self):
        first, last = LAST - timedelta(days=DAYS // 2), LAST - timedelta(days=33)
        self.assert_count(self.reports, first, last, ("--from", first, "--to", last))

    def test_some_domains(self):
        names = ["domain001.example", "domain007.example"]
        mine = [r for r in self.reports if r.policies[0].domain in names]
        options = [o for name in names for o in ("--domain", name)]
        for table in ("domains", "senders", "daily", "failures"):
            wanted = {"daily": expected.daily, "failures": expected.failures}.get(table)
            rows = self.rows(table, "--since", "all", *options)
            if wanted:
                self.assertEqual(len(wanted(mine)), len(rows), table)
            else:
                self.assertEqual(sorted({p["domain"] for p in rows}), names)
        self.assertEqual(len(mine), len(self.rows("reports", "--since", "all", *options)))

    def new_day(self, day, folder):
        """A report of every third domain, as files; what they say."""
        made = []
        for d in range(0, DOMAINS, 3):
            r = truth.Report("Sender 0 Inc.", f"{day}-{d}", day, "tls@sender0.example",
                             [truth.Policy("sts", f"domain{d:03d}.example", 10 + d, 2, "enforce")])
            r.policies[0].failures.append(truth.Failure("certificate-expired", 2, mx=f"mx0.domain{d:03d}.example"))
            made.append(r)
            self.write(f"{folder}/{d}.json", json.dumps({
                "organization-name": r.organization, "report-id": r.report_id, "contact-info": r.contact,
                "date-range": {"start-datetime": r.start, "end-datetime": r.end},
                "policies": [{"policy": {"policy-type": "sts", "policy-domain": r.policies[0].domain,
                                         "policy-string": ["version: STSv1", "mode: enforce", "mx: *"]},
                              "summary": {"total-successful-session-count": 10 + d, "total-failure-session-count": 2},
                              "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 2,
                                                   "receiving-mx-hostname": f"mx0.domain{d:03d}.example"}]}]}))
        return made

    def test_new_days_in_the_folder_are_those_of_a_full_export(self):
        reports = list(self.reports)
        # the first day, one behind it, one long ago, and one behind a hole that moves the beginning by a week
        for n, ahead in enumerate((0, 1, -SINCE // 2, 8)):
            day = LAST + timedelta(days=ahead)
            reports += self.new_day(day, f"day{n}")
            self.expect(OK, "-c", self.conf, "import", self.path(f"day{n}"))
            out = self.path(f"out{n}")
            os.mkdir(out)
            self.expect(OK, "-c", self.conf, "export", "-o", out)
            for table in TABLES:
                with open(os.path.join(out, table + ".csv"), "rb") as f:
                    self.assertEqual(f.read(), self.read("csv", table + ".csv"), f"{table} after {day}")
        last = LAST + timedelta(days=8)
        self.assert_count(reports, last - timedelta(days=SINCE - 1), None)
        self.assertEqual("", self.expect_silence("-c", self.conf, "status", "--verify").out)

    def test_a_page_of_some_domains_stays_small(self):
        names = [o for d in range(9) for o in ("--domain", f"domain{d:03d}.example")]
        self.expect_silence("-c", self.conf, "html", "-o", self.path("x.html"), "--since", f"{SINCE}d", *names)
        self.assertLess(os.path.getsize(self.path("x.html")), 1500 * 1000)


if __name__ == "__main__":
    tap.main()
