#!/usr/bin/env python3
"""CSV files: byte for byte, by range and style, and how they come to be on the disk."""
import csv
import io
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.program import FIXTURES, OK, USAGE, Scene  # noqa: E402

TABLES = ("daily", "failures", "reports")
GOLDEN = os.path.join(FIXTURES, "golden")


class Golden(Scene):
    """tests/fixtures/golden/in, imported, comes to tests/fixtures/golden/out, written by hand."""

    def test_the_files_are_these_bytes(self):
        self.expect(OK, "-d", self.store, "import", "in", cwd=GOLDEN)
        self.expect_silence("-d", self.store, "export", "-o", self.dir, *TABLES)
        for table in TABLES:
            with self.subTest(table):
                with open(os.path.join(GOLDEN, "out", table + ".csv"), "rb") as f:
                    self.assertEqual(f.read().decode(), self.read(table + ".csv").decode())

    def test_standard_output_gives_the_same(self):
        self.expect(OK, "-d", self.store, "import", "in", cwd=GOLDEN)
        for table in TABLES:
            with self.subTest(table):
                with open(os.path.join(GOLDEN, "out", table + ".csv"), "rb") as f:
                    self.assertEqual(f.read(), self.expect_silence("-d", self.store, "export", "-o", "-",
                                                                   table).raw_out)

    def test_the_last_week_of_a_year_reaches_into_the_next(self):
        for day in ("2020-12-31", "2021-01-01", "2021-01-04"):
            self.write(f"in/{day}.json", json.dumps({
                "organization-name": "Example Reporter", "contact-info": "tls@reporter.example", "report-id": day,
                "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
                "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                              "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}]}))
        self.expect(OK, "-d", self.store, "import", self.path("in"))
        out = self.expect(OK, "-d", self.store, "export", "-o", "-", "--since", "all", "daily").out
        self.assertEqual([["2020-12-31", "2020-W53"], ["2021-01-01", "2020-W53"], ["2021-01-04", "2021-W01"]],
                         [row[:2] for row in csv.reader(io.StringIO(out))][1:])

    def test_what_time_it_is_where_makes_no_difference(self):
        self.expect(OK, "-d", self.store, "import", "in", cwd=GOLDEN, env={"TZ": "America/St_Johns",
                                                                           "LC_ALL": "de_DE.UTF-8"})
        for table in TABLES:
            with open(os.path.join(GOLDEN, "out", table + ".csv"), "rb") as f:
                self.assertEqual(f.read(), self.expect_silence("-d", self.store, "export", "-o", "-", table,
                                                               env={"TZ": "Asia/Kathmandu"}).raw_out)

    def test_the_rows_are_counted_alike_by_the_tests(self):
        """The counting that judges large corpora, held against the same golden files' sums."""
        with open(os.path.join(GOLDEN, "out", "daily.csv"), encoding="utf-8", newline="") as f:
            daily = list(csv.DictReader(f))
        with open(os.path.join(GOLDEN, "out", "reports.csv"), encoding="utf-8", newline="") as f:
            reports = list(csv.DictReader(f))
        for column in ("counted_sessions", "counted_failed"):
            self.assertEqual(sum(int(r[column]) for r in daily), sum(int(r[column]) for r in reports))


class Stored(Scene):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(300, seed=21, days=40, failing=0.4, duplicates=0, broken=0, other=0)

    def setUp(self):
        super().setUp()
        corpus.write_maildir(self.path("in"), self.corpus.mails)
        self.conf = self.config()
        self.expect(OK, "-c", self.conf, "import", self.path("in"))

    def rows(self, table, *options):
        out = self.expect_silence("-c", self.conf, "export", "-o", "-", *options, table).out
        return list(csv.DictReader(io.StringIO(out, newline="")))


class Range(Stored):
    def days(self, *options):
        return sorted({r["date"] for r in self.rows("daily", *options)})

    def test_days_are_both_included(self):
        days = self.days("--from", "2026-09-10", "--to", "2026-09-12")
        self.assertEqual(["2026-09-10", "2026-09-11", "2026-09-12"], days)

    def test_since_counts_back_from_the_newest_day(self):
        last = self.days("--since", "all")[-1]
        self.assertEqual([last], self.days("--since", "1d"))
        self.assertEqual(7, len(self.days("--since", "7d")))

    def test_the_file_reaches_as_far_back_as_configured(self):
        conf = self.config(name="short.conf", extra="since = 5d\n")
        self.expect(OK, "-c", conf, "export", "-o", self.export)
        self.assertEqual(5, len({r["date"] for r in self.table("daily")}))

    def test_domains_and_organizations_may_be_repeated(self):
        rows = self.rows("daily", "--domain", "alder.example", "--domain", "birch.example")
        self.assertEqual({"alder.example", "birch.example"}, {r["domain"] for r in rows})
        rows = self.rows("failures", "--org", "Google Inc.", "--org", "Mail.ru")
        self.assertEqual({"Google Inc.", "Mail.ru"}, {r["organization"] for r in rows})
        rows = self.rows("daily", "--domain", "alder.example", "--org", "Google Inc.")
        self.assertEqual({("alder.example", "Google Inc.")}, {(r["domain"], r["organization"]) for r in rows})

    def test_a_domain_is_found_in_reports_too(self):
        rows = self.rows("reports", "--domain", "alder.example")
        self.assertTrue(rows)
        self.assertEqual({"alder.example"}, {r["domain"] for r in rows})

    def test_nothing_in_range_is_a_header_alone(self):
        out = self.expect_silence("-c", self.conf, "export", "-o", "-", "--from", "2030-01-01", "daily").raw_out
        self.assertEqual(1, out.count(b"\r\n"))


class Sums(Stored):
    def total(self, table, column, *options):
        return sum(int(r[column]) for r in self.rows(table, *options))

    def test_every_table_adds_up_to_the_same(self):
        for column in ("counted_sessions", "counted_failed"):
            self.assertEqual(self.total("daily", column), self.total("reports", column))

    def test_failures_are_never_below_those_of_daily(self):
        for kind in ("sts", "tlsa", "no-policy-found"):
            daily = sum(int(r["failed_sessions"]) for r in self.rows("daily") if r["policy_type"] == kind)
            found = sum(int(r["failed_sessions"]) for r in self.rows("failures") if r["policy_type"] == kind)
            self.assertGreaterEqual(found, daily, kind)

    def test_views_of_the_store_hold_the_same_unguarded(self):
        for table, columns in (("daily", expected.DAILY), ("failures", expected.FAILURES)):
            names = [d[1] for d in self.query(f"PRAGMA table_info(csv_{table})")]
            self.assertEqual(columns, names)
            self.assertEqual(len(self.rows(table)), self.query(f"SELECT count(*) FROM csv_{table}")[0][0])


class Style(Stored):
    def styled(self, options):
        conf = self.config(name="styled.conf", extra=options)
        return self.expect_silence("-c", conf, "export", "-o", "-", "daily").raw_out

    def test_bom(self):
        self.assertTrue(self.styled("bom = yes\n").startswith(b"\xef\xbb\xbf"))
        self.assertFalse(self.styled("bom = no\n").startswith(b"\xef\xbb\xbf"))

    def test_delimiter_and_decimal(self):
        out = self.styled("delimiter = ;\ndecimal = ,\n").decode()
        rows = list(csv.DictReader(io.StringIO(out, newline=""), delimiter=";"))
        self.assertEqual(expected.DAILY, list(rows[0]))
        self.assertTrue(any("," in r["failure_rate"] for r in rows))
        self.assertFalse(any("." in r["failure_rate"] for r in rows))

    def test_options_say_the_same_for_one_export(self):
        for said, options in (("bom = yes\ndelimiter = ;\ndecimal = ,\n", "--bom --delimiter semicolon --decimal ,"),
                              ("delimiter = tab\n", "--delimiter tab")):
            out = self.expect_silence("-c", self.conf, "export", "-o", "-", *options.split(), "daily").raw_out
            self.assertEqual(self.styled(said), out)

    def test_options_that_cannot_be(self):
        for args in (["--delimiter", "x"], ["--decimal", ";"], ["--decimal", ","],
                     ["--decimal", ",", "--delimiter", ","]):
            with self.subTest(args):
                self.expect_line(USAGE, args[0][2:], "-c", self.conf, "export", "-o", "-", *args, "daily")

    def test_guard(self):
        names = {r["organization"] for r in self.rows("daily")}
        self.assertIn("'+Draft Mailer", names)
        plain = self.styled("guard = no\n").decode()
        names = {r["organization"] for r in csv.DictReader(io.StringIO(plain, newline=""))}
        self.assertIn("+Draft Mailer", names)
        self.assertNotIn("'+Draft Mailer", names)


class Guard(Scene):
    """What a spreadsheet would run or mangle gets an apostrophe; nothing else does."""
    TABLE = (
        ("=1+1", True), ("+49", True), ("-1", True), ("@SUM(A1)", True), ("\tx", True), ("133925885310113267", True),
        ("133925885310113267+", True), ("1.5e3", True), ("1/2", True), ("12:30", True), ("50%", True), ("50 %", False), ("2026-03-01", True),
        ("", False), ("a", False), ("1a", False), ("x=1", False), ("ab-1", False), ("'1", False), ("...", False),
        ("e", False), ("E+", False), (" =1", True), ("\u00a0+1", True), ("\u200b@A", True), ("\uff1d1", True), ("\u00e41", False), ("#1", False),
    )

    def test_the_edge_cases(self):
        details = [{"result-type": "validation-failure", "failed-session-count": i + 1, "failure-reason-code": reason}
                   for i, (reason, _) in enumerate(self.TABLE)]
        total = sum(d["failed-session-count"] for d in details)
        report = {"organization-name": "Guard", "report-id": "1", "contact-info": "a@b.example",
                  "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
                  "policies": [{"policy": {"policy-type": "sts", "policy-domain": "c.example"},
                                "summary": {"total-successful-session-count": 0, "total-failure-session-count": total},
                                "failure-details": details}]}
        self.expect(OK, "-d", self.store, "import", self.write("r.json", json.dumps(report)))
        out = self.expect(OK, "-d", self.store, "export", "-o", "-", "failures").out
        got = {int(r["failed_sessions"]): r["failure_reason_code"] for r in csv.DictReader(io.StringIO(out, newline=""))}
        for i, (reason, guarded) in enumerate(self.TABLE):
            with self.subTest(reason):
                self.assertEqual("'" + reason if guarded else reason, got[i + 1])
                self.assertEqual("'" + reason if guarded else reason, expected.guarded(reason, False))

    def test_addresses_are_left_as_they_are(self):
        report = {"organization-name": "Guard", "report-id": "1", "contact-info": "a@b.example",
                  "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
                  "policies": [{"policy": {"policy-type": "sts", "policy-domain": "c.example"},
                                "summary": {"total-successful-session-count": 0, "total-failure-session-count": 1},
                                "failure-details": [{"result-type": "validation-failure", "failed-session-count": 1,
                                                     "sending-mta-ip": "192.0.2.1", "receiving-ip": "2001:0:0:1::5"}]}]}
        self.expect(OK, "-d", self.store, "import", self.write("r.json", json.dumps(report)))
        out = self.expect(OK, "-d", self.store, "export", "-o", "-", "failures").out
        row = next(csv.DictReader(io.StringIO(out, newline="")))
        self.assertEqual(("192.0.2.1", "2001:0:0:1::5"), (row["sending_mta_ip"], row["receiving_ip"]))


class Files(Stored):
    def test_without_a_table_all_are_written(self):
        out = self.path("out")
        os.mkdir(out)
        self.expect_silence("-c", self.conf, "export", "-o", out)
        for table in TABLES:
            self.assertTrue(os.path.exists(os.path.join(out, table + ".csv")))

    def test_a_store_that_is_unchanged_gives_the_same_bytes_and_leaves_the_files(self):
        before = {n: (self.read("csv", n), os.stat(self.path("csv", n)).st_mtime_ns,
                      os.stat(self.path("csv", n)).st_ino) for n in os.listdir(self.export)}
        self.expect_silence("-c", self.conf, "export", "-o", self.export)
        self.expect(OK, "-c", self.conf, "import", self.path("in"))
        after = {n: (self.read("csv", n), os.stat(self.path("csv", n)).st_mtime_ns,
                     os.stat(self.path("csv", n)).st_ino) for n in os.listdir(self.export)}
        self.assertEqual({n: v[0] for n, v in before.items()}, {n: v[0] for n, v in after.items()})
        self.assertEqual(before, after)

    def test_mode_owner_and_group_of_a_file_replaced_are_kept(self):
        path = self.path("csv", "daily.csv")
        os.chmod(path, 0o640)
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
        before = os.stat(path)
        self.expect_silence("-c", self.conf, "export", "-o", self.export, "--domain", "alder.example", "daily")
        after = os.stat(path)
        self.assertEqual((before.st_mode, before.st_uid, before.st_gid), (after.st_mode, after.st_uid, after.st_gid))
        self.assertEqual({"alder.example"}, {r["domain"] for r in self.table("daily")})

    def test_new_files_are_0644_less_umask(self):
        for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o644)):
            with self.subTest(oct(mask)):
                out = self.path(f"out{mask}")
                os.mkdir(out)
                self.expect_silence("-c", self.conf, "export", "-o", out, "daily", preexec=lambda m=mask: os.umask(m))
                self.assertEqual(mode, os.stat(os.path.join(out, "daily.csv")).st_mode & 0o777)

    def test_nothing_is_left_beside_the_files(self):
        self.assertEqual(set(), {n for n in os.listdir(self.export) if not n.endswith(".csv")})

    def test_standard_output_takes_one_table(self):
        result = self.run_it("-c", self.conf, "export", "-o", "-", "daily", "failures")
        self.assertIn(result.status, (OK, USAGE))

    def test_every_line_is_rfc_4180(self):
        for table in TABLES:
            data = self.read("csv", table + ".csv")
            self.assertTrue(data.endswith(b"\r\n"))
            self.assertEqual(data.count(b"\n"), data.count(b"\r\n"))
            rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
            self.assertEqual({len(rows[0])}, {len(r) for r in rows})


class Figures(Stored):
    def test_rows_are_those_counted_by_the_generator(self):
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_table(expected.csv_lines(expected.FAILURES, self.corpus.failures()), "failures")

    def test_large_counts_are_exact(self):
        n = 2 ** 53 - 1
        report = {"organization-name": "Big", "report-id": "1", "contact-info": "a@b.example",
                  "date-range": {"start-datetime": "2026-09-30T00:00:00Z", "end-datetime": "2026-09-30T23:59:59Z"},
                  "policies": [{"policy": {"policy-type": "sts", "policy-domain": "c.example"},
                                "summary": {"total-successful-session-count": n, "total-failure-session-count": 0}}]}
        self.expect(OK, "-c", self.conf, "import", self.write("r.json", json.dumps(report)))
        self.assertIn(str(n), {r["successful_sessions"] for r in self.rows("daily")})


if __name__ == "__main__":
    tap.main()
