#!/usr/bin/env python3
"""Figures for Prometheus are those of the reports, bounded whatever strangers send, and what promtool takes."""
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import unittest
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import CANTCREAT, FIXTURES, NOINPUT, NOPERM, OK, TOP, USAGE, Scene, mailbox  # noqa: E402

PROMTOOL = os.path.join(TOP, "build-prometheus", "root", "usr", "bin", "promtool")
RULES = os.path.join(TOP, "etc", "prometheus", "tlsrua.rules.yml")
LINE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)\Z')
MOST = 1000
MISSING = "scripts/deps prometheus did not unpack it"


def gauges(text):
    """{(name, labels): value}; the same gauge twice is an error, as it is to Prometheus."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = LINE.match(line).groups()
        key = (name, tuple(v for _, v in re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels or "")))
        if key in found:
            raise AssertionError(f"twice: {line}")
        found[key] = float(value)
    return found


def family(found, name):
    return {key[1]: value for key, value in found.items() if key[0] == name}


class Metrics(Scene):
    def metrics(self, conf=None):
        args = ("-c", conf) if conf else ("-d", self.store)
        result = self.expect_silence(*args, "metrics")
        self.promtool("check", "metrics", stdin=result.raw_out)
        found = gauges(result.out)
        self.assertLessEqual(len(found), MOST)
        return found

    def promtool(self, *args, stdin=b"", cwd=None):
        done = subprocess.run([PROMTOOL, *args], input=stdin, capture_output=True, cwd=cwd, check=False)
        self.assertEqual((0, b""), (done.returncode, done.stderr), done.stdout)


@unittest.skipUnless(os.path.exists(PROMTOOL), MISSING)
class Figures(Metrics):
    """10,000 mails, in whose store some reports are vouched for."""
    def setUp(self):
        super().setUp()
        mails = corpus.build(10000, seed=8, failing=0.3, conflicts=0.01, broken=0.02, other=0.03)
        corpus.write_mbox(self.path("mbox"), mails.mails)
        self.expect(OK, "-c", self.config(export=False), "import", self.path("mbox"))
        self.mails = mails
        self.last = max(r.day for r in mails.reports)

    def vouch(self):
        """Every third report of the last day; gives their keys."""
        db = sqlite3.connect(self.store)
        db.execute("UPDATE reports SET dkim = iif(id % 2, 'pass', 'provider') WHERE id % 3 = 0 AND date = ?",
                   (str(self.last),))
        db.commit()
        keys = set(db.execute("SELECT organization, report_id FROM reports WHERE dkim <> ''"))
        db.close()
        return keys

    def truth(self, vouched):
        """Sessions, failed sessions and findings of the last day, by domain and trust."""
        sessions, failed, findings = Counter(), Counter(), Counter()
        for report in self.mails.reports:
            if report.day != self.last:
                continue
            trust = "verified" if (report.organization, report.report_id) in vouched else "unverified"
            for row in expected.daily([report]):
                sessions[row[2], trust] += row[12]
                failed[row[2], trust] += row[13]
            for row in expected.failures([report]):
                findings[row[2], row[8], trust] += row[14]
        return sessions, failed, findings

    def test_they_are_what_the_reports_come_to(self):
        sessions, failed, findings = self.truth(self.vouch())
        found = self.metrics()
        self.assertGreater(len(findings), 5)
        self.assertEqual({"verified", "unverified"}, {trust for _, trust in sessions})
        self.assertEqual(sessions, family(found, "tlsrua_last_day_sessions"))
        self.assertEqual(failed, family(found, "tlsrua_last_day_failed_sessions"))
        self.assertEqual(findings, family(found, "tlsrua_last_day_findings"))

    def test_the_others_too(self):
        found = self.metrics()
        self.assertEqual(len(self.mails.reports), found["tlsrua_reports", ("counted",)])
        kinds = Counter(m.kind for m in self.mails.mails)
        self.assertEqual(kinds["conflict"], found["tlsrua_reports", ("conflict",)])
        verdicts = family(found, "tlsrua_messages")
        self.assertEqual(len(self.mails.mails), sum(verdicts.values()))
        self.assertEqual(kinds["broken"], verdicts["rejected",])
        self.assertEqual(kinds["broken"], found["tlsrua_quarantine_entries", ()])
        self.expect(OK, "-d", self.store, "export", "-o", self.dir, "problems")
        wanted = Counter((p["side"], p["state"]) for p in self.table("problems", self.dir))
        self.assertEqual(wanted, family(found, "tlsrua_problems"))
        self.assertEqual(os.path.getsize(self.store), found["tlsrua_store_bytes", ()])
        ends = [r["end"] for r in self.exported("reports")]
        self.assertEqual(max(ends), self.seconds(found["tlsrua_newest_report_timestamp_seconds", ()]))

    def exported(self, name):
        self.expect(OK, "-d", self.store, "export", "-o", self.dir, "--since", "all", name)
        return self.table(name, self.dir)

    @staticmethod
    def seconds(value):
        return sqlite3.connect(":memory:").execute("SELECT datetime(?, 'unixepoch')", (int(value),)).fetchone()[0]


@unittest.skipUnless(os.path.exists(PROMTOOL), MISSING)
class Strangers(Metrics):
    def report(self, number, policies):
        return json.dumps({"organization-name": f"Org {number}", "report-id": f"r{number}",
                           "contact-info": "tls@reporter.example",
                           "date-range": {"start-datetime": "2026-11-20T00:00:00Z",
                                          "end-datetime": "2026-11-20T23:59:59Z"},
                           "policies": policies})

    @staticmethod
    def policy(domain, good, bad, kind="certificate-expired"):
        return {"policy": {"policy-type": "sts", "policy-domain": domain},
                "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
                "failure-details": [{"result-type": kind, "failed-session-count": bad}] if bad else []}

    def fill(self, *reports):
        paths = [self.write(f"{i}.json", self.report(i, policies)) for i, policies in enumerate(reports)]
        self.expect(OK, "-c", self.config(export=False), "import", *paths)

    def test_many_names_are_added_up_and_the_vouched_one_stays(self):
        strange = [[self.policy(f"d{i}x{n}.example", 1, 10**6, f"type-{n}") for n in range(900)] for i in range(3)]
        self.fill([self.policy("own.example", 90, 10)], *strange)
        db = sqlite3.connect(self.store)
        db.execute("UPDATE reports SET dkim = 'pass' WHERE report_id = 'r0'")
        db.commit()
        db.close()
        found = self.metrics()
        sessions = family(found, "tlsrua_last_day_sessions")
        self.assertEqual(100, sessions["own.example", "verified"])
        self.assertEqual(100 + 2700 * (10**6 + 1), sum(sessions.values()))
        self.assertGreater(sessions["other", "unverified"], 10**9)
        self.assertEqual(10, found["tlsrua_last_day_findings", ("own.example", "certificate-expired", "verified")])

    def test_names_that_would_upset_it(self):
        names = ["other", "_a.example", "\u4f8b.example", "OTHER"]
        kinds = ["other", "a\"b", "a\\b", "a\nb", "x\u200by", "x\u200cy", "a b", "certificate-expired"]
        self.fill([self.policy(name, 1, 1, kind) for name in names for kind in kinds])
        found = self.metrics()
        sessions = family(found, "tlsrua_last_day_sessions")
        self.assertEqual(2 * len(kinds) * len(names), sum(sessions.values()))
        self.assertIn(("other", "unverified"), sessions)
        types = {labels[1] for labels in family(found, "tlsrua_last_day_findings")}
        self.assertEqual({"other", "certificate-expired"}, types)


@unittest.skipUnless(os.path.exists(PROMTOOL), MISSING)
class Polls(Metrics):
    def test_when_a_folder_was_polled_well(self):
        mails = corpus.build(20, seed=1).mails
        with Dovecot({"a@here.example": mails}, passwords={"here.example": "secret"}) as server:
            conf = self.config(mailbox(server, "a@here.example"),
                               mailbox(server, "a@here.example", name="broken", password="wrong"))
            self.expect(NOPERM, "-c", conf, "poll")
            found = self.metrics(conf)
        polls = family(found, "tlsrua_mailbox_last_good_poll_timestamp_seconds")
        last, = self.query("SELECT unixepoch(last_good) FROM mailboxes WHERE name = 'reports'")[0]
        self.assertEqual({("reports", "INBOX"): last, ("broken", "INBOX"): 0}, polls)
        took = family(found, "tlsrua_mailbox_last_poll_duration_seconds")
        self.assertEqual({(name,): milliseconds / 1000 for name, milliseconds in
                          self.query("SELECT name, duration FROM mailboxes")}, took)
        self.assertEqual({("reports",), ("broken",)}, set(took))
        self.assertLess(0, took["reports",])

    def test_the_worst_of_many_folders(self):
        boxes = [{"name": f"m{n:02d}", "host": "127.0.0.1", "user": "u", "password": "p"} for n in range(50)]
        conf = self.config(*boxes, export=False)
        self.make_store(conf)
        polls = family(self.metrics(conf), "tlsrua_mailbox_last_good_poll_timestamp_seconds")
        self.assertEqual(40, len(polls))
        self.assertEqual(10, self.metrics(conf)["tlsrua_mailbox_folders_left_out", ()])
        self.assertEqual(0, polls["m49", "INBOX"])

    def make_store(self, conf):
        corpus.write_mbox(self.path("mbox"), corpus.build(20, seed=1).mails)
        self.expect(OK, "-c", conf, "import", self.path("mbox"))
        db = sqlite3.connect(self.store)
        db.executemany("INSERT INTO mailboxes (name, folder, last_good) VALUES (?, 'INBOX', '2026-11-01T00:00:00Z')",
                       [(f"m{n:02d}",) for n in range(49)])
        db.commit()
        db.close()


class Files(Scene):
    def setUp(self):
        super().setUp()
        corpus.write_mbox(self.path("mbox"), corpus.build(20, seed=1).mails)
        self.conf = self.config(export=False)
        self.expect(OK, "-c", self.conf, "import", self.path("mbox"))

    def test_a_file_that_appears_whole(self):
        self.expect_silence("-c", self.conf, "metrics", "-o", self.path("tlsrua.prom"))
        self.assertEqual(self.expect_silence("-c", self.conf, "metrics").raw_out, self.read("tlsrua.prom"))
        self.assertEqual(0o644, stat.S_IMODE(os.stat(self.path("tlsrua.prom")).st_mode))
        shutil.copy(self.store, self.path("before.db"))
        self.expect_line(CANTCREAT, "store", "-c", self.conf, "metrics", "-o", self.store)
        self.assertEqual(self.read("before.db"), self.read("tlsrua.db"))

    def test_none_at_all(self):
        self.write("tlsrua.db", b"no database, but long enough to be looked at" * 100)
        self.assertNotEqual(OK, self.run_it("-c", self.conf, "metrics", "-o", self.path("tlsrua.prom")).status)
        self.assertFalse(os.path.exists(self.path("tlsrua.prom")))
        self.assertFalse([n for n in os.listdir(self.dir) if n.startswith(".tlsrua")])

    def test_wrong_lines(self):
        self.expect_line(USAGE, "no arguments", "-c", self.conf, "metrics", "x")
        self.expect_line(NOINPUT, "no such store", "-d", self.path("none.db"), "metrics")


@unittest.skipUnless(os.path.exists(PROMTOOL), MISSING)
class Rules(Metrics):
    def test_they_alert_when_they_should_and_only_then(self):
        shutil.copy(RULES, self.dir)
        shutil.copy(os.path.join(FIXTURES, "tlsrua.rules.test.yml"), self.dir)
        self.promtool("check", "rules", RULES)
        done = subprocess.run([PROMTOOL, "test", "rules", "tlsrua.rules.test.yml"], cwd=self.dir, capture_output=True,
                              text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_they_and_the_dashboard_ask_for_what_there_is(self):
        corpus.write_mbox(self.path("mbox"), corpus.build(200, seed=1, failing=0.5).mails)
        conf = self.config({"host": "127.0.0.1", "user": "u", "password": "p"}, export=False)
        self.expect(OK, "-c", conf, "import", self.path("mbox"))
        there = {name for name, _ in self.metrics(conf)}
        for path in (RULES, os.path.join(TOP, "etc", "grafana", "tlsrua-prometheus.json")):
            with open(path, encoding="utf-8") as f:
                asked = set(re.findall(r"\btlsrua_[a-z_]+", f.read()))
            self.assertGreater(len(asked), 4)
            self.assertEqual(set(), asked - there, path)


if __name__ == "__main__":
    tap.main()
