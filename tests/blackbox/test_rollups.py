#!/usr/bin/env python3
"""The rollups: every figure against an independent count, by range, after every way a store can change."""
import csv
import glob
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, rollups, tap  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import CHECK, NOINPUT, OK, SANITIZED, USAGE, Scene, environment  # noqa: E402

MAILS = int(os.environ.get("TLSRUA_TEST_MAILS", "10000"))
TABLES = ("daily", "weekly", "monthly", "failures", "problems", "mx", "domains", "senders", "reports")
KEYS = {"weekly": 8, "monthly": 8, "mx": 7, "domains": 1, "senders": 3}


def text(rows, columns):
    """Rows as the CSV reader gives them, without guards."""
    return sorted([tuple(str(r[c]) for c in columns) for r in rows])


def some_report(day, domain="a.example", organization="Some Inc.", policies=(), number=1):
    return {"organization-name": organization, "report-id": f"{day}-{number}",
            "contact-info": f"tls@{organization.split()[0].lower()}.example",
            "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
            "policies": list(policies) or [policy(domain, 10, 0)]}


def policy(domain, good, bad, kind="sts", details=(), mode="enforce"):
    p = {"policy": {"policy-type": kind, "policy-domain": domain},
         "summary": {"total-successful-session-count": good, "total-failure-session-count": bad}}
    if kind == "sts" and mode:
        p["policy"]["policy-string"] = ["version: STSv1", f"mode: {mode}", "mx: *", "max_age: 86400"]
    if details:
        p["failure-details"] = [{"result-type": t, "receiving-mx-hostname": mx, "failed-session-count": n}
                                for t, mx, n in details]
    return p


class Reading(Scene):
    def rows(self, table, *options, config=None):
        args = ("-c", config) if config else ("-d", self.store)
        out = self.expect_silence(*args, "export", "-o", "-", *options, table).out
        return list(csv.DictReader(io.StringIO(out, newline="")))

    def assert_rollup(self, table, wanted, *options):
        columns = rollups.ALL[table]
        if table == "problems":
            columns = columns[1:15]
        got = self.rows(table, *options, config=self.conf)
        self.assertEqual(rollups.ALL[table], list(got[0]) if got else rollups.ALL[table])
        wanted, got = text(wanted, columns), text(got, columns)
        if wanted != got:
            missing, extra = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
            self.fail(f"{table} {options}: {len(got)} rows, {len(wanted)} wanted; missing\n" +
                      "\n".join(map(str, missing[:4])) + "\ntoo many\n" + "\n".join(map(str, extra[:4])))

    def verify(self, status=OK):
        return self.expect(status, "-d", self.store, "status", "--verify")


class TenThousand(Reading):
    """One store of generated mails, read in many ways."""
    @classmethod
    def setUpClass(cls):
        mails = 2000 if SANITIZED else MAILS
        cls.corpus = corpus.build(mails, seed=5, days=60, failing=0.15, conflicts=0.01)
        cls.shared = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"tlsrua-rollups-{os.getpid()}")
        os.makedirs(cls.shared)
        corpus.write_maildir(os.path.join(cls.shared, "in"), cls.corpus.mails)
        cls.made = False

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared, True)

    def setUp(self):
        super().setUp()
        self.store = os.path.join(self.shared, "tlsrua.db")
        self.export = os.path.join(self.shared, "csv")
        self.conf = self.config(extra="guard = no\n")
        if not type(self).made:
            self.expect(OK, "-c", self.conf, "import", os.path.join(self.shared, "in"))
            type(self).made = True
        self.reports = self.corpus.reports

    def test_every_figure_is_that_of_an_independent_count(self):
        for table in ("weekly", "monthly", "mx", "problems", "domains", "senders"):
            with self.subTest(table):
                self.assert_rollup(table, getattr(rollups, table)(self.reports))

    def test_a_range_is_counted_alone(self):
        for first, last in ((date(2026, 9, 16), date(2026, 10, 6)), (date(2026, 10, 20), None),
                            (None, date(2026, 9, 5)), (date(2026, 9, 9), date(2026, 9, 9))):
            options = (("--from", first) if first else ()) + (("--to", last) if last else ())
            for table in ("weekly", "monthly", "mx", "problems", "domains", "senders"):
                with self.subTest(f"{table} {options}"):
                    self.assert_rollup(table, getattr(rollups, table)(self.reports, first, last), *options)

    def test_files_hold_the_same_as_standard_output_and_views(self):
        for table in TABLES:
            with self.subTest(table):
                out = self.expect_silence("-c", self.conf, "export", "-o", "-", table).raw_out
                with open(os.path.join(self.export, table + ".csv"), "rb") as f:
                    self.assertEqual(f.read(), out)
                names = [d[1] for d in self.query(f"PRAGMA table_info(csv_{table})")]
                self.assertEqual(list(csv.reader(io.StringIO(out.decode(), newline="")))[0], names)
                self.assertEqual(out.count(b"\r\n") - 1 if table != "failures" else None,
                                 self.query(f"SELECT count(*) FROM csv_{table}")[0][0]
                                 if table != "failures" else None)

    def test_every_table_adds_up_to_the_same(self):
        for column in ("counted_sessions", "counted_failed"):
            sums = {t: sum(int(r[column]) for r in self.rows(t, config=self.conf))
                    for t in ("daily", "weekly", "monthly", "domains", "senders", "reports")}
            self.assertEqual(1, len(set(sums.values())), sums)
        failed = {t: sum(int(r["failed_sessions"]) for r in self.rows(t, config=self.conf))
                  for t in ("failures", "mx", "problems")}
        self.assertEqual(1, len(set(failed.values())), failed)

    def test_counted_columns_are_right_at_every_level_of_a_pivot(self):
        """Whatever columns are chosen, the sums are those of the reports."""
        daily = self.rows("daily", config=self.conf)
        truth = [dict(zip(expected.DAILY, r)) for r in expected.daily(self.reports)]
        for columns in (("domain",), ("week",), ("organization",), ("policy_type",), ("domain", "organization"),
                        ("date", "domain"), ("week", "organization", "policy_mode"), ()):
            for column in ("counted_sessions", "counted_failed"):
                def pivot(rows):
                    sums = {}
                    for r in rows:
                        key = tuple(str(r[c]) for c in columns)
                        sums[key] = sums.get(key, 0) + int(r[column])
                    return sums
                self.assertEqual(pivot(truth), pivot(daily), columns)

    def test_domain_and_organization(self):
        got = self.rows("weekly", "--domain", "alder.example", "--org", "Google Inc.", config=self.conf)
        wanted = [r for r in rollups.weekly(self.reports)
                  if r["domain"] == "alder.example" and r["organization"] == "Google Inc."]
        self.assertEqual(text(wanted, rollups.WEEKLY), text(got, rollups.WEEKLY))
        mine = [r for r in self.reports if r.organization == "Google Inc."]
        for table in ("mx", "domains", "senders"):
            with self.subTest(table):
                wanted = [r for r in getattr(rollups, table)(mine)]
                if table == "senders":  # the range is that of all
                    wanted = [r for r in rollups.senders(self.reports) if r["organization"] == "Google Inc."]
                if table == "domains":
                    for r in wanted:
                        r.pop("silent_organizations")
                columns = [c for c in rollups.ALL[table] if c != "silent_organizations"]
                got = self.rows(table, "--org", "Google Inc.", config=self.conf)
                self.assertEqual(text(wanted, columns), text(got, columns))

    def test_ndjson_says_the_same(self):
        for table in ("daily", "problems", "reports"):
            out = self.expect_silence("-c", self.conf, "export", "-o", "-", "--format", "ndjson", table).out
            objects = [json.loads(line) for line in out.splitlines()]
            rows = self.rows(table, config=self.conf)
            self.assertEqual(len(rows), len(objects))
            for row, o in zip(rows, objects):
                self.assertEqual(list(row), list(o))
                for name, value in o.items():
                    if isinstance(value, float):
                        self.assertAlmostEqual(value, float(row[name]))
                    elif name in ("start", "end", "received"):
                        self.assertEqual(row[name], (value or "").replace("T", " ").rstrip("Z"))
                    else:
                        self.assertEqual(row[name], "" if value is None else str(value))

    def test_what_is_kept_up_is_what_counting_gives(self):
        self.assertEqual("", self.verify().out)

    def test_plain_sqlite_reads_every_view(self):
        for table in TABLES:
            self.query(f"SELECT * FROM csv_{table} LIMIT 3")


class Small(Reading):
    """A small store that is added to, report by report."""
    def setUp(self):
        super().setUp()
        self.conf = self.config()
        self.number = 0

    def add(self, *reports, status=OK):
        for r in reports:
            self.number += 1
            self.expect(status, "-c", self.conf, "import", self.write(f"in/{self.number}.json", json.dumps(r)))

    def fresh(self):
        """The folder as a refresh left it is that of a full export."""
        out = self.path("fresh")
        shutil.rmtree(out, True)
        os.mkdir(out)
        self.expect_silence("-c", self.conf, "export", "-o", out)
        for table in TABLES:
            with open(os.path.join(out, table + ".csv"), "rb") as f:
                self.assertEqual(f.read().decode(), self.read("csv", table + ".csv").decode(), table)
        self.assertEqual("", self.verify().out)

    def failing(self, day, mx="mx1.a.example", kind="certificate-expired", organization="Some Inc.", n=3, number=1):
        return some_report(day, organization=organization, number=number,
                           policies=[policy("a.example", 10, n, details=[(kind, mx, n)])])


class Changing(Small):
    """A store changed in every way there is."""
    def problem(self, **wanted):
        rows = [r for r in self.table("problems") if all(r[k] == v for k, v in wanted.items())]
        self.assertEqual(1, len(rows), (wanted, self.table("problems")))
        return rows[0]

    def test_an_empty_store_has_headers_alone(self):
        self.expect(65, "-c", self.conf, "import", self.write("nothing.txt", "nothing"))
        for table in TABLES:
            self.assertEqual(1, self.read("csv", table + ".csv").count(b"\r\n"))
        self.fresh()

    def test_a_single_day(self):
        self.add(some_report("2026-03-01"))
        self.assertEqual([("a.example", "1", "10", "0", "0.000000", "sts", "enforce", "1", "", "0")],
                         [tuple(r[c] for c in ("domain", "organizations", "counted_sessions", "counted_failed",
                                               "failure_rate", "policy_types", "policy_mode", "clean_days",
                                               "worst_result_type", "silent_organizations"))
                          for r in self.table("domains")])
        self.assertEqual([], self.table("problems"))
        self.fresh()

    def test_only_failures(self):
        self.add(some_report("2026-03-01", policies=[policy("a.example", 0, 7)]))
        self.assertEqual("not-detailed", self.problem()["result_type"])
        self.assertEqual(("1.000000", "0"), tuple(self.table("domains")[0][c] for c in ("failure_rate", "clean_days")))
        self.fresh()

    def test_sts_and_tlsa_are_never_added(self):
        self.add(some_report("2026-03-01", policies=[policy("a.example", 100, 5), policy("a.example", 98, 7, "tlsa")]))
        rows = {r["policy_type"]: r for r in self.table("weekly")}
        self.assertEqual(("100", "5"), (rows["sts"]["successful_sessions"], rows["sts"]["failed_sessions"]))
        self.assertEqual(("98", "7"), (rows["tlsa"]["successful_sessions"], rows["tlsa"]["failed_sessions"]))
        self.assertEqual(("105", "7"), (self.table("domains")[0]["counted_sessions"],
                                        self.table("domains")[0]["counted_failed"]))

    def test_blocks_of_one_type_and_domain_are_added(self):
        self.add(some_report("2026-03-01", policies=[policy("a.example", 10, 0), policy("a.example", 0, 4)]))
        row, = self.table("weekly")
        self.assertEqual(("1", "10", "4", "14"), tuple(row[c] for c in (
            "reports", "successful_sessions", "failed_sessions", "counted_sessions")))
        self.assertEqual("1", self.table("senders")[0]["reports"])

    def test_the_day_is_that_of_the_start_in_utc(self):
        r = some_report("2026-03-01")
        r["date-range"] = {"start-datetime": "2026-03-02T00:30:00+02:00", "end-datetime": "2026-03-03T00:30:00+02:00"}
        self.add(r)
        self.assertEqual("2026-03-01", self.table("daily")[0]["date"])
        self.assertEqual("2026-02-23", self.table("weekly")[0]["date"])
        self.assertEqual("2026-03-01", self.table("monthly")[0]["date"])

    def test_a_report_of_several_days_is_counted_on_the_first_and_warned_about(self):
        r = some_report("2026-03-01")
        r["date-range"]["end-datetime"] = "2026-03-03T23:59:59Z"
        self.add(r)
        self.assertEqual(["2026-03-01"], [r["date"] for r in self.table("daily")])
        self.assertIn("date-range-not-day", self.table("reports")[0]["warnings"].split())

    def test_three_hundred_domains(self):
        for n in range(300):
            for day in (1, 2):
                details = [("certificate-expired", f"mx.d{n}.example", 2)] if n % 3 == 0 else ()
                self.write(f"in/{n}-{day}.json", json.dumps(some_report(
                    f"2026-03-0{day}", number=n, policies=[policy(f"d{n}.example", n, 2 if details else 0,
                                                                  details=details)])))
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        self.assertEqual(300, len(self.table("domains")))
        self.assertEqual(100, len(self.table("problems")))
        self.assertEqual(2 * sum(range(300)) + 2 * 100 * 2,
                         sum(int(r["counted_sessions"]) for r in self.table("senders")))
        self.fresh()

    def test_a_conflict_counts_once_and_the_other_way_once_accepted(self):
        self.add(self.failing("2026-03-01"))
        other = some_report("2026-03-01", policies=[policy("b.example", 50, 9, details=[("tlsa-invalid", "mx.b", 9)])])
        self.add(other)
        # which of the two counts is but a matter of their digests
        counted, = [r["domain"] for r in self.table("domains")]
        wanted = {"a.example": ("b.example", "59", "9"), "b.example": ("a.example", "13", "3")}[counted]
        self.fresh()
        number = self.query("SELECT id FROM quarantine")[0][0]
        self.expect(OK, "-c", self.conf, "quarantine", "accept", number)
        self.assertEqual("", self.verify().out)
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        self.assertEqual([wanted], [(r["domain"], r["counted_sessions"], r["counted_failed"])
                                    for r in self.table("domains")])
        self.fresh()
        self.expect(OK, "-c", self.conf, "quarantine", "drop", number)
        self.assertEqual("", self.verify().out)

    def test_numbers_of_problems_stay(self):
        self.add(self.failing("2026-03-01"), self.failing("2026-03-01", mx="mx2.a.example", organization="Other Inc."))
        before = {r["receiving_mx_hostname"]: r["problem"] for r in self.table("problems")}
        self.add(self.failing("2026-02-01", mx="mx0.a.example"), self.failing("2026-03-02"))
        after = {r["receiving_mx_hostname"]: r["problem"] for r in self.table("problems")}
        self.assertEqual({"mx1.a.example": "1", "mx2.a.example": "2"}, before)
        self.assertEqual({**before, "mx0.a.example": "3"}, after)

    def test_states_in_the_life_of_a_problem(self):
        first = date(2026, 3, 1)

        def day(n):
            return str(first + timedelta(days=n))
        self.add(some_report(day(-20)), self.failing(day(0)))
        self.assertEqual("new", self.problem()["state"])
        self.add(some_report(day(6), organization="Other Inc."))
        self.assertEqual("new", self.problem()["state"])
        self.add(some_report(day(7), organization="Other Inc."))
        self.assertEqual("open", self.problem()["state"])
        self.add(some_report(day(8), organization="Some Inc."))
        self.assertEqual("open", self.problem()["state"], "one day without it is not enough")
        self.add(some_report(day(9), organization="Some Inc."))
        self.assertEqual("cured", self.problem()["state"])
        self.add(self.failing(day(10)))
        self.assertEqual("recurring", self.problem()["state"])
        self.assertEqual((day(0), day(10), "2"), tuple(self.problem()[c] for c in ("first_day", "last_day", "days")))
        self.fresh()

    def test_another_sender_does_not_cure_what_it_never_saw(self):
        self.add(self.failing("2026-03-01"))
        for n in range(2, 20):
            self.add(some_report(f"2026-03-{n:02}", organization="Other Inc."))
        self.assertEqual("open", self.problem()["state"])

    def test_whose_side(self):
        kind = "validation-failure"
        self.add(self.failing("2026-03-01", kind=kind))
        self.assertEqual("unclear", self.problem()["side"])
        self.add(some_report("2026-03-01", organization="Second Inc."), some_report("2026-03-01", organization="Third"))
        self.assertEqual("theirs", self.problem()["side"], "one of three sees it")
        self.add(self.failing("2026-03-02", kind=kind, organization="Second Inc."))
        self.assertEqual("ours", self.problem()["side"], "two of three see it")
        self.add(self.failing("2026-03-02", organization="Fourth"))
        self.assertEqual("ours", self.problem(result_type="certificate-expired")["side"], "by its type")

    def test_a_remedy_names_host_and_domain(self):
        self.add(self.failing("2026-03-01"))
        self.assertIn("mx1.a.example", self.problem()["remedy"])
        out = self.expect_silence("-d", self.store, "explain", "1").out
        self.assertIn("-connect mx1.a.example:25", out)
        self.assertIn("certificate-expired at mx1.a.example, for mail to a.example", out)
        self.expect(NOINPUT, "-d", self.store, "explain", "99")

    def test_a_hostile_host_name_gets_into_no_command(self):
        self.add(self.failing("2026-03-01", mx="mx; rm -rf ~"))
        out = self.expect_silence("-d", self.store, "explain", "1").out
        self.assertNotRegex(out, r"-connect \S*; rm")

    def test_a_problem_without_an_mx_host_says_what_mx_stands_for(self):
        self.add(self.failing("2026-03-01", mx="", kind="dnssec-invalid"))
        out = re.sub(r"\s+", " ", self.expect_silence("-d", self.store, "explain", "1").out)
        self.assertIn("MX stands for each of `dig MX ", out)
        self.assertIn(", on 1 day ", out)

    def test_a_mute_is_kept(self):
        self.add(self.failing("2026-03-01"))
        self.expect_silence("-d", self.store, "mute", "1", "--until", "2099-04-01", "--note", "renewal is ordered")
        self.assertEqual([(1, "2099-04-01", "renewal is ordered")], self.query("SELECT * FROM mutes"))
        self.expect_silence("-d", self.store, "mute", "#1", "--until", "2099-05-01", "--note", "later")
        self.assertEqual([(1, "2099-05-01", "later")], self.query("SELECT * FROM mutes"))
        self.assertIn("muted until 2099-05-01: later", self.expect_silence("-d", self.store, "explain", "1").out)
        for wrong in (("1",), ("x", "--until", "2026-05-01", "--note", "x"), ("1", "--until", "May", "--note", "x"),
                      ("1", "--until", "2026-05-01")):
            self.expect(USAGE, "-d", self.store, "mute", *wrong)
        self.expect_line(NOINPUT, "no such number", "-d", self.store, "mute", "7", "--until", "2099-05-01", "--note",
                         "x")

    def test_mutes_are_listed_and_ended(self):
        self.add(self.failing("2026-03-01"), self.failing("2026-03-02", mx="mx2.c.example"))
        base = ("-d", self.store, "mute")
        self.assertEqual("No problem is muted.\n", self.expect_silence(*base, "--list").out)
        for number in ("1", "2"):
            self.expect_silence(*base, number, "--until", "2099-04-01", "--note", "renewal\x1b is ordered")
        out = self.expect_silence(*base, "--list").out
        self.assertRegex(out, r"(?m)^2  until 2099-04-01: renewal. is ordered\n    \S+ at mx2.c.example, for mail to ")
        self.expect_silence(*base, "--end", "#1")
        self.assertNotRegex(self.expect_silence(*base, "--list").out, "(?m)^1  ")
        self.assertEqual([(2,)], self.query("SELECT problem FROM mutes"))
        self.expect_line(NOINPUT, "problem 1: is not muted.*mute --list", *base, "--end", "1")
        self.expect_line(USAGE, "is over", *base, "1", "--until", "2026-01-01", "--note", "x")
        for wrong in (("--list", "1"), ("--end", "x"), ("--end", "1", "--list"), ("--end", "1", "--note", "x"), ()):
            self.expect(USAGE, *base, *wrong)

    def test_verify_finds_what_was_tampered_with(self):
        self.add(self.failing("2026-03-01"), some_report("2026-03-02"))
        for statement in ("UPDATE rollup_daily SET counted_failed = counted_failed + 1 WHERE day = (SELECT min(day) "
                          "FROM days)",
                          "DELETE FROM rollup_failures", "UPDATE rollup_senders SET reports = 7", "UPDATE totals SET "
                          "reports = 9", "DELETE FROM rollup_daily", "UPDATE days SET reports = 3",
                          "INSERT INTO rollup_warnings VALUES (1, 'x', 1)"):
            copy = self.path("tampered.db")
            with sqlite3.connect(self.store) as source, sqlite3.connect(copy) as target:
                source.backup(target)
                target.execute(statement)
            with self.subTest(statement):
                result = self.expect(CHECK, "-d", copy, "status", "--verify")
                self.assertTrue(result.out, str(result))
                self.assertIn("is kept", result.out)


class Refresh(Small):
    """The CSV folder is written again only where something changed, and always comes out as a full export does."""
    def marks(self):
        return {n: (os.stat(self.path("csv", n)).st_mtime_ns, os.stat(self.path("csv", n)).st_ino)
                for n in os.listdir(self.export)}

    def many(self, days, organization="Some Inc."):
        self.add(*[self.failing(str(date(2026, 1, 1) + timedelta(days=d)), organization=organization)
                   for d in days])

    def test_nothing_new_touches_nothing(self):
        self.many(range(3))
        before = self.marks()
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        self.assertEqual(before, self.marks())

    def test_days_in_any_order(self):
        for days in ([5], [6], [1], [40, 41], [3], [100], [20, 99], [7]):
            self.many(days)
            self.fresh()
        self.many([40, 6, 100], organization="Other Inc.")
        self.fresh()

    def test_the_window_moves_on(self):
        self.conf = self.config(extra="since = 10d\n", name="short.conf")
        for days in ([0, 3], [8], [9, 10], [15], [40], [39]):
            self.many(days)
            self.fresh()

    def test_a_file_deleted_or_edited_is_written_again(self):
        self.many(range(3))
        wanted = self.read("csv", "daily.csv")
        for spoil in (os.unlink, lambda p: os.truncate(p, 10), lambda p: open(p, "a").write("x")):
            spoil(self.path("csv", "daily.csv"))
            self.expect(OK, "-c", self.conf, "import", self.path("in"))
            self.assertEqual(wanted, self.read("csv", "daily.csv"))
            self.many([3])
            self.fresh()
            wanted = self.read("csv", "daily.csv")

    def test_an_edited_file_is_not_copied_from(self):
        self.many(range(9))
        with open(self.path("csv", "daily.csv"), "r+b") as f:
            f.seek(300)
            f.write(b"9")
        self.many([9])
        self.fresh()

    def test_another_style_is_written_anew(self):
        self.many(range(3))
        self.conf = self.config(extra="delimiter = ;\ndecimal = ,\nbom = yes\n")
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        self.assertTrue(self.read("csv", "daily.csv").startswith(b"\xef\xbb\xbfdate;week"))
        self.fresh()

    def test_a_run_that_ended_before_its_refresh(self):
        self.many(range(3))
        self.expect(OK, "-d", self.store, "import", self.write("more/1.json", json.dumps(self.failing("2026-01-05"))))
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        self.fresh()

    def test_text_with_line_ends_and_marks(self):
        for n in range(4):
            r = self.failing(f"2026-02-0{n + 1}")
            r["policies"][0]["failure-details"][0]["failure-reason-code"] = "a\r\n2026-02-01,\"b\r\n"
            self.add(r)
            self.fresh()


class Spreadsheet(Reading):
    """LibreOffice Calc reads the files as they are, in both styles."""
    LOCALES = (("en-US", ",", "."), ("de-DE", ";", ","))

    def setUp(self):
        super().setUp()
        self.soffice = shutil.which("soffice") or next(iter(glob.glob("/opt/libreoffice*/program/soffice")), None)
        if self.soffice is None:
            if os.environ.get("TLSRUA_SPREADSHEET"):
                self.fail("no soffice: scripts/deps spreadsheet")
            self.skipTest("no LibreOffice: scripts/deps spreadsheet")

    def convert(self, folder, names, to, locale, delimiter):
        profile = self.path("profile-" + locale)
        settings = os.path.join(profile, "user", "registrymodifications.xcu")
        if not os.path.exists(settings):
            os.makedirs(os.path.dirname(settings))
            with open(settings, "w") as f:
                f.write('<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/'
                        'registry"><item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" '
                        f'oor:op="fuse"><value>{locale}</value></prop></item></oor:items>\n')
        filters = f"CSV:{ord(delimiter)},34,76,1,,0,false,true"
        out = self.path("converted-" + to + locale)
        command = [self.soffice, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore",
                   f"--infilter={filters}", "--convert-to",
                   "xlsx:Calc MS Excel 2007 XML" if to == "xlsx" else
                   f"csv:Text - txt - csv (StarCalc):{ord(delimiter)},34,76,1,,0,false,true,false", "--outdir", out]
        if to == "csv":
            command.remove(f"--infilter={filters}")
        done = subprocess.run(command + [os.path.join(folder, n) for n in names], capture_output=True, text=True,
                              env=environment({"HOME": self.dir}), timeout=HANG, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        return out

    def test_values_survive_the_way_there_and_back(self):
        made = corpus.build(300, seed=3, days=20, failing=0.5, duplicates=0, broken=0, other=0)
        corpus.write_maildir(self.path("in"), made.mails)
        began = time.monotonic()
        for locale, delimiter, decimal in self.LOCALES:
            conf = self.config(extra=f"delimiter = {delimiter}\ndecimal = {decimal}\n", name=locale + ".conf")
            self.expect(OK, "-c", conf, "import", self.path("in"))
            xlsx = self.convert(self.export, [t + ".csv" for t in TABLES], "xlsx", locale, delimiter)
            back = self.convert(xlsx, [t + ".xlsx" for t in TABLES], "csv", locale, delimiter)
            for table in TABLES:
                with self.subTest(f"{locale} {table}"):
                    with open(self.path("csv", table + ".csv"), encoding="utf-8", newline="") as f:
                        wanted = list(csv.reader(f, delimiter=delimiter))
                    with open(os.path.join(back, table + ".csv"), encoding="utf-8", newline="") as f:
                        got = list(csv.reader(f, delimiter=delimiter))
                    self.assertEqual(wanted[0], got[0])
                    self.assertEqual(len(wanted), len(got))
                    for a, b in zip(wanted[1:], got[1:]):
                        for name, x, y in zip(wanted[0], a, b):
                            self.assertEqual(*self.plain(name, x, y, locale, decimal), (table, name))
        print(f"# LibreOffice: {time.monotonic() - began:.1f} s")

    @staticmethod
    def plain(name, x, y, locale, decimal):
        """Both fields, without the ways of a locale to show dates and fractions."""
        if name == "failure_rate" and x and y:
            return f"{float(x.replace(decimal, '.')):.5f}", f"{float(y.replace(decimal, '.')):.5f}"
        if name in ("date", "first_day", "last_day", "start", "end", "received") and y and y != x:
            day, _, clock = y.partition(" ")
            if locale == "de-DE":
                d, m, year = day.split(".")
            else:
                m, d, year = day.split("/")
            year = year if len(year) == 4 else "20" + year
            y = f"{year}-{int(m):02}-{int(d):02}" + (f" {clock}" if clock else "")
            if clock.count(":") == 1:
                x = x[:16]
        return x, y


if __name__ == "__main__":
    tap.main()
