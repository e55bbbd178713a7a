#!/usr/bin/env python3
"""Out of memory, at any allocation or with little in all: one line, exit 70 or a refusal, and nothing stored half.

Of the allocations of a run some are tried, spread over it: as many as TLSRUA_ALLOCATIONS says, or `all`.
"""
import base64
import concurrent.futures
import gzip
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.junk import zipped  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, OK, SANITIZED, SOFTWARE, Scene, environment, shared_library  # noqa: E402

SAMPLES = os.environ.get("TLSRUA_ALLOCATIONS", "150")  # of each kind
FIRST = 40  # each of them is tried, since libraries set themselves up with them
SIDE_BY_SIDE = 2
TABLES = ("SELECT organization, report_id, start, end, status, content, warnings, counted_sessions FROM reports "
          "ORDER BY organization, report_id, status, content",
          "SELECT report, n, policy_type, policy_domain, domain, policy_strings, mx_hosts, successful_sessions, "
          "failed_sessions FROM policies ORDER BY report, n",
          "SELECT report, policy, n, result_type, receiving_mx_hostname, failure_reason_code, failed_sessions "
          "FROM failures ORDER BY report, policy, n",
          "SELECT source, verdict FROM messages ORDER BY source",
          "SELECT code, place, size, kept FROM quarantine ORDER BY id",
          "SELECT quarantine, bytes FROM quarantine_bytes ORDER BY quarantine",
          "SELECT report, bytes FROM report_bytes ORDER BY report",
          "SELECT messages, reports, conflicts, sessions, failures, quarantined, quarantine_bytes FROM totals")


def document(number, **changes):
    d = {"organization-name": f"Reporter {number}",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": str(number),
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "m\u00fcnchen.example",
                                  "policy-string": ["version: STSv1", "mode: enforce \u00e9" + "x" * 200],
                                  "mx-host": ["mx.alder.example"]},
                       "summary": {"total-successful-session-count": 10, "total-failure-session-count": 2},
                       "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 2,
                                            "receiving-mx-hostname": "mx.b\u00fccher.example",
                                            "failure-reason-code": "y" * 300}]}]}
    d.update(changes)
    return json.dumps(d).encode()


def mail(number, content):
    return (f"Received: from a by b; Mon, 02 Mar 2026 06:00:00 +0000\nFrom: tls@reporter.example\n"
            f"Message-ID: <{number}@reporter.example>\nTLS-Report-Domain: alder.example\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\n"
            f"Content-Type: application/tlsrpt+gzip; name=\"=?utf-8?q?r=C3=A9?=.json.gz\"\n"
            f"Content-Transfer-Encoding: base64\n\n".encode() + base64.encodebytes(content) + b"--b--\n")


class Memory(Scene):
    def setUp(self):
        super().setUp()
        if SANITIZED:
            self.skipTest("sanitizers have a malloc of their own")
        # the same paths for all, since they are stored
        os.makedirs(self.path("in"))
        for name, content in self.mailbox().items():
            self.write("in/" + name, content)
        self.crashes = 0
        self.library = shared_library(self.path("fail_malloc.so"), "fail_malloc.c")
        self.folder("whole")
        whole = self.run_one("whole", {})
        self.assertEqual(OK, whole[0], whole)
        self.said = set(whole[1])
        self.after = self.content("whole")
        self.csv = self.files("whole")

    @staticmethod
    def mailbox():
        cut = gzip.compress(document(9), mtime=0)[:-9]
        return {"a.eml": mail(1, gzip.compress(document(1), mtime=0)), "b.json": document(2),
                "c.zip": zipped("r.json", document(3)), "d.eml": mail(4, cut), "e.json": document(5)[:-3],
                "f.json": document(2), "g.json": document(2, policies=[]), "h.eml": b"From: a@b.example\n\nHello\n",
                "i.eml": mail(6, zipped("r.json.gz", gzip.compress(document(6), mtime=0)))}

    # -- one run in a folder of its own

    def folder(self, name):
        shutil.rmtree(self.path(name), True)
        os.makedirs(self.path(name, "csv"))
        self.write(name + "/t.conf", f"[store]\npath = {self.path(name, 't.db')}\n"
                   f"[export]\ndir = {self.path(name, 'csv')}\n")

    def run_one(self, name, env, preexec=None):
        done = subprocess.run([BINARY, "-c", self.path(name, "t.conf"), "import", "in"], capture_output=True,
                              env=environment(env), timeout=HANG, cwd=self.dir, preexec_fn=preexec, check=False)
        return done.returncode, done.stderr.decode("utf-8", "replace").splitlines()

    def content(self, name):
        """What is stored; None without a store, or one that holds nothing yet."""
        path = self.path(name, "t.db")
        if not os.path.exists(path):
            return None
        db = sqlite3.connect(path)
        try:
            self.assertEqual([("ok",)], db.execute("PRAGMA integrity_check").fetchall())
            self.assertEqual([], db.execute("PRAGMA foreign_key_check").fetchall())
            if db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                return None
            rows = [db.execute(sql).fetchall() for sql in TABLES]
            return rows if rows[3] else None
        finally:
            db.close()

    def files(self, name):
        return {n: self.read(name, "csv", n) for n in sorted(os.listdir(self.path(name, "csv")))}

    def judge(self, name, status, lines, what):
        if status == -signal.SIGSEGV:  # json-c 0.16 does not look whether a member's name could be copied
            self.crashes += 1
            self.assertIn(self.content(name), (None, self.after), what)
            return
        if status < 0 or status == 124:
            self.fail(f"{what}: ended by signal {-status}: {lines}")
        more = [line for line in lines if line not in self.said]
        stored = self.content(name)
        if stored is not None:
            self.assertEqual(self.after, stored, f"{what}: neither what was there before nor what comes after")
        for file, data in self.files(name).items():
            if not file.startswith("."):
                self.assertEqual(self.csv.get(file), data, f"{what}: {file}")
        if status == OK:
            self.assertEqual([], more, what)
            self.assertIsNotNone(stored, what)
        else:
            self.assertEqual(1, len(more), f"{what}: exit {status}: {lines}")
            if status != SOFTWARE:
                self.refusals[more[0].split(": ", 1)[-1]] = status

    # -- each allocation

    def fail_at(self, n, on):
        """False when there were fewer allocations than that."""
        name = f"run-{on}-{n}"
        self.folder(name)
        env = {"LD_PRELOAD": self.library, "FAIL_MALLOC": str(n), "FAIL_MALLOC_MARK": self.path(name, "mark")}
        if on:
            env["FAIL_MALLOC_ON"] = "1"
        status, lines = self.run_one(name, env)
        failed = os.path.exists(self.path(name, "mark"))
        self.judge(name, status, lines, f"allocation {n}{' and all after it' if on else ''}")
        shutil.rmtree(self.path(name))
        return failed

    def last(self):
        """The number of allocations of a whole run."""
        low, high = 1, 1
        while self.fail_at(high, False):
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.fail_at(middle, False) else (low, middle)
        return low

    def each(self, on):
        self.refusals = {}
        self.crashes = 0
        last = self.last()
        step = 1 if SAMPLES == "all" else max(1, last // int(SAMPLES))
        numbers = sorted({*range(1, FIRST + 1), *range(1, last + 1, step)})
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for number, run in [(n, pool.submit(self.fail_at, n, on)) for n in numbers]:
                with self.subTest(number):
                    run.result()
        print(f"# {len(numbers)} of {last} allocations failed; refusals: {self.refusals}", flush=True)
        self.assertLessEqual(self.crashes, len(numbers) // 10)

    def test_one_allocation_fails(self):
        self.each(False)

    def test_it_and_all_after_it_fail(self):
        self.each(True)

    # -- little memory in all

    def test_little_address_space(self):
        self.refusals = {}
        ended = set()
        for megabytes in (*range(24, 60, 4), 64, 80, 96, 128, 256):
            size = megabytes << 20
            name = f"space-{megabytes}"
            self.folder(name)
            status, lines = self.run_one(name, {}, lambda s=size: resource.setrlimit(resource.RLIMIT_AS, (s, s)))
            if status == 127:
                continue  # not even its libraries fit in
            self.judge(name, status, lines, f"{megabytes} MB")
            ended.add(status)
        self.assertIn(OK, ended)


if __name__ == "__main__":
    tap.main()
