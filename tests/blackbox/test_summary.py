#!/usr/bin/env python3
"""The summary: figures that equal an independent count, an alarm, and changes that are told once."""
import json
import os
import re
import sys
from collections import defaultdict
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.made import YESTERDAY, Made, report  # noqa: E402
from lib.program import CHECK, DATAERR, NOINPUT, OK, TOP, USAGE  # noqa: E402
from lib.stored_corpus import StoredCorpus  # noqa: E402


def figures(rows, first, last):
    """Sessions and failed ones by domain in a range of days."""
    sums = defaultdict(lambda: [0, 0])
    for r in rows:
        if first <= date.fromisoformat(r[0]) <= last:
            sums[r[2]][0] += r[12]
            sums[r[2]][1] += r[13]
    return {k: tuple(v) for k, v in sums.items()}


class Figures(StoredCorpus):
    """Against what the generator's senders meant."""
    DAYS = 60
    made_of = {"seed": 5, "days": DAYS, "failing": 0.2, "broken": 0.01, "conflicts": 0.01}

    def summary(self, *options):
        return self.expect(OK, "-d", self.store, "summary", "--json", *options).json

    def check_range(self, got, days):
        first = self.last - timedelta(days=days - 1)
        now = figures(self.daily, first, self.last)
        before = figures(self.daily, first - timedelta(days=days), first - timedelta(days=1))
        self.assertEqual((str(first), str(self.last), days), (got["from"], got["to"], got["days"]))
        self.assertEqual(now, {d["domain"]: (d["sessions"], d["failed"]) for d in got["domains"]})
        self.assertEqual({k: v for k, v in before.items() if k in now},
                         {d["domain"]: (d["sessions_before"], d["failed_before"]) for d in got["domains"]
                          if d["sessions_before"]})
        self.assertEqual(sum(v[0] for v in now.values()), got["sessions"])
        self.assertEqual(sum(v[1] for v in now.values()), got["failed"])

    def test_thirty_days_are_looked_at_unless_told_otherwise(self):
        self.check_range(self.summary(), 30)
        self.check_range(self.summary("--since", "7d"), 7)
        self.check_range(self.summary("--since", "1d"), 1)

    def test_everything(self):
        got = self.summary("--since", "all")
        counted = figures(self.daily, date.min, date.max)
        self.assertEqual(counted, {d["domain"]: (d["sessions"], d["failed"]) for d in got["domains"]})
        self.assertEqual(self.corpus.counts["imported"], got["reports"])
        self.assertEqual(len({r[4] for r in self.daily}), got["organizations"])
        self.assertEqual(self.corpus.counts["conflict"], got["conflicts"])
        self.assertEqual(sum(self.corpus.reasons.values()), got["quarantined"])

    def test_problems_are_the_failures_added_up(self):
        sums, seen = defaultdict(int), defaultdict(set)
        for r in self.corpus.failures():
            sums[r[2], r[10], r[8]] += r[14]
            seen[r[2], r[10], r[8]].add(r[4])
        got = self.summary("--since", "all")["problems"]
        key = [(p["domain"], p["receiving_mx_hostname"], p["result_type"]) for p in got]
        self.assertEqual(dict(sums), {k: p["failed_sessions"] for k, p in zip(key, got)})
        self.assertEqual({k: len(v) for k, v in seen.items()}, {k: p["organizations"] for k, p in zip(key, got)})

    def test_problems_equal_the_table_of_that_name(self):
        rows = self.expect(OK, "-d", self.store, "export", "-o", "-", "problems").out
        lines = rows.split("\r\n")
        names = lines[0].split(",")
        numbers = sorted(int(line.split(",")[names.index("problem")]) for line in lines[1:-1])
        got = self.summary("--since", "all")["problems"]
        self.assertEqual(numbers, sorted(p["problem"] for p in got))

    def test_the_text_has_the_same_figures(self):
        got = self.summary()
        text = self.expect_silence("-d", self.store, "summary", "-v").out
        self.assertIn(f"{got['sessions']:,} sessions, {got['failed']:,} failed", text)
        self.assertIn(got["answer"], re.sub(r"\s+", " ", text))
        lines = text.splitlines()
        for d in got["domains"]:
            with self.subTest(d["domain"]):
                row = next(line for line in lines if re.match(rf"  {re.escape(d['shown'])} .*\d", line))
                self.assertRegex(row, rf" {d['sessions']:,} ")
        for p in got["problems"]:
            if p["group"] in ("fix", "watch"):
                self.assertRegex(text, rf"(?m)^ *#{p['problem']}  ")

    def test_one_domain(self):
        got = self.summary("--domain", "alder.example")
        self.assertEqual(["alder.example"], [d["domain"] for d in got["domains"]])
        self.assertEqual({"alder.example"}, {p["domain"] for p in got["problems"]})

    def test_a_pipe_gets_neither_colour_nor_more_than_a_screen(self):
        text = self.expect_silence("-d", self.store, "summary").out
        self.assertNotIn("\x1b", text)
        self.assertLessEqual(len(text.splitlines()), 200)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_without_utf8_all_is_ascii(self):
        text = self.expect_silence("-d", self.store, "summary", "-v", env={"LC_ALL": "C"}).raw_out
        self.assertTrue(text.isascii())
        self.assertIn(b"xn--mnchen-3ya.example", text)
        self.assertIn("m\u00fcnchen.example", self.expect_silence("-d", self.store, "summary", "-v").out)


class Shapes(Made):
    def test_no_store_is_said(self):
        self.expect_line(NOINPUT, "nothing.db", "-d", self.path("nothing.db"), "summary")
        self.assertFalse(os.path.exists(self.path("nothing.db")))
        self.expect_line(NOINPUT, "nothing.db", "-d", self.path("nothing.db"), "summary", "--changes")
        self.assertFalse(os.path.exists(self.path("nothing.db")))

    def test_an_empty_store(self):
        self.expect(DATAERR, "-d", self.store, "import", self.write("x.json", "{}"))
        self.assertRegex(self.summary().out, r"\ANo report is stored yet")
        self.assertEqual([], self.summary("--json").json["domains"])

    def test_nothing_wrong_is_six_lines(self):
        self.days(30)
        text = self.expect_silence("-d", self.store, "summary").out
        self.assertEqual(6, len(text.splitlines()), text)
        self.assertIn("All 3,000 sessions with a.example used verified TLS.", text)

    def test_a_single_day_of_failures(self):
        self.days(1, good=0, failed=7)
        text = self.summary().out
        self.assertIn("None of 7 sessions with a.example was verified: all failed.", text)
        self.assertIn("mx1.a.example: certificate expired, new since", text)
        self.assertIn("7 failed", text)
        self.assertIn("openssl s_client -starttls smtp -connect mx1.a.example:25", text)

    def test_a_testing_domain_may_enforce(self):
        self.days(20, mode="testing")
        self.assertIn("20 days in testing without a failure", re.sub(r"\s+", " ", self.summary().out))

    def test_a_sender_gone_silent_is_named(self):
        self.days(30)
        self.days(20, last=YESTERDAY - timedelta(days=10), organization="Gone Ltd")
        self.assertRegex(re.sub(r"\s+", " ", self.summary().out),
                         r"Gone Ltd no longer reports on a\.example: silent for 10 days")

    def test_names_are_spelled_in_ascii_where_the_locale_is_not_utf8(self):
        self.days(10, organization="M\u00fcller \u7f51 Ltd")
        self.days(2)
        for options, stream in ((["summary"], "raw_out"), (["show", self.write("x.json", json.dumps(
                report(YESTERDAY, organization="M\u00fcller \u7f51 Ltd")))], "raw_out")):
            got = getattr(self.expect(OK, "-d", self.store, *options, env={"LC_ALL": "C"}), stream)
            with self.subTest(options):
                self.assertTrue(got.isascii())
                self.assertNotIn(b"M?ller", got)
        self.assertIn(b"Muller \\u7f51 Ltd", got)

    def test_three_hundred_domains(self):
        day = report(YESTERDAY)
        for i in range(300):
            p = json.loads(json.dumps(report(YESTERDAY, domain=f"d{i}.example")["policies"][0]))
            day["policies"] = day["policies"] + [p] if i else [p]
        self.add(day)
        text = self.summary().out
        self.assertEqual(6, len(text.splitlines()), text)
        self.assertIn("All 30,000 sessions with 300 domains used verified TLS.", text)

    def test_old_data_are_the_first_line(self):
        self.days(3, last=YESTERDAY - timedelta(days=9))
        self.assertRegex(self.summary().out, r"\AThe data are 9 days old")


class Alarm(Made):
    def test_more_than_that_share_is_exit_code_1(self):
        self.days(2, good=49, failed=1)
        self.summary("--fail-above", "2%")
        result = self.summary("--fail-above", "1.9%", status=CHECK)
        self.assertIn("a.example (2.0 %)", result.err)
        self.summary("--fail-above", "1", "--min-sessions", "100", status=CHECK)
        self.summary("--fail-above", "1", "--min-sessions", "101")
        self.assertTrue(self.summary("--json", "--fail-above", "1", status=CHECK).json["domains"][0]["over"])

    def test_a_muted_problem_raises_none(self):
        self.days(2, good=49, failed=1)
        number = self.summary("--json").json["problems"][0]["problem"]
        self.expect(OK, "-d", self.store, "mute", number, "--until", "2099-01-01", "--note", "known")
        self.summary("--fail-above", "1%")
        self.assertIn("muted until 1 Jan 2099", re.sub(r"\s+", " ", self.summary().out))


class Changes(Made):
    def changes(self, *options):
        return self.expect_silence("-d", self.store, "summary", "--changes", *options).out

    def test_what_is_new_is_told_once(self):
        self.days(10)
        self.assertEqual("", self.changes())
        self.days(1, last=YESTERDAY + timedelta(days=1), failed=20)
        self.assertRegex(self.changes("-n"), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)New\n +#\d+  mx1\.a\.example: certificate expired")
        self.assertRegex(self.changes("-n"), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)New\n")
        self.assertRegex(self.changes(), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)New\n")
        self.assertEqual("", self.changes())
        self.assertEqual("", self.changes("--json"))

    def test_worse_and_cured(self):
        start = YESTERDAY - timedelta(days=25)
        self.days(1, last=start, failed=20)
        self.assertRegex(self.changes(), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)New\n")
        self.days(1, last=start + timedelta(days=1), failed=20)
        self.assertRegex(self.changes(), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)Worse\n")
        self.days(15, last=start + timedelta(days=16))
        got = json.loads(self.changes("--json"))
        self.assertEqual(["new", "worse", "cured"], list(got))
        self.assertEqual("certificate-expired", got["cured"][0]["problem"]["result_type"])
        self.assertEqual("", self.changes())

    def test_what_could_not_be_told_is_told_again(self):
        self.days(1, failed=20)
        with open("/dev/full", "wb") as full:
            import subprocess
            from lib.program import BINARY, environment
            done = subprocess.run([BINARY, "-d", self.store, "summary", "--changes"], stdout=full,
                                  stderr=subprocess.PIPE, env=environment(), check=False)
        self.assertEqual(73, done.returncode, done.stderr)
        self.assertRegex(self.changes(), r"\A(?s:tlsrua on \S+: TLS reports, .*?\n\n)New\n")


class Usage(Made):
    CASES = (["extra"], ["--since", "3d", "--from", "2026-01-01"], ["--changes", "--since", "3d"],
             ["--changes", "--domain", "a.example"], ["-n"], ["--min-sessions", "3"], ["--fail-above", "x"],
             ["--fail-above", "101%"], ["--fail-above", "-1%"], ["--min-sessions", "x", "--fail-above", "1%"],
             ["--from", "2026-02-01", "--to", "2026-01-01"], ["--org", "x"])

    def test_wrong_lines(self):
        for args in self.CASES:
            with self.subTest(args):
                self.expect_line(USAGE, r"\Atlsrua: ", "-d", self.store, "summary", *args)

    def test_the_manual_has_every_member(self):
        with open(os.path.join(TOP, "man", "tlsrua.1"), encoding="utf-8") as f:
            page = f.read()
        self.days(1, failed=3)
        got = self.summary("--json").json
        missing = [n for n in [*got, *got["problems"][0], *got["domains"][0]] if not re.search(rf"\b{n}\b", page)]
        self.assertEqual([], missing)


if __name__ == "__main__":
    tap.main()
