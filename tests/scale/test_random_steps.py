#!/usr/bin/env python3
"""Random steps on one store and its CSV folder: whatever is done, in whatever order, the figures stay those of a count.

Steps are imports (of new, known, contradicting and broken reports; two at once; killed), accept, retry and drop in
quarantine, drop of reports, mute, prune, and files of the folder that somebody changed or removed.  After each hundred,
what the folder, the views, the summary and --verify say is held against each other and against a fresh count.

TLSRUA_STEPS (300) is how many, TLSRUA_SEED (1) which ones.
"""
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import BINARY, OK, Scene, environment  # noqa: E402

STEPS = int(os.environ.get("TLSRUA_STEPS", "300"))
SEED = int(os.environ.get("TLSRUA_SEED", "1"))
CHECK_EVERY = 100
TABLES = "daily weekly monthly failures problems mx domains senders reports".split()
KILLED = -signal.SIGKILL


class RandomSteps(Scene):
    def setUp(self):
        super().setUp()
        self.conf = self.write_config()
        self.random = random.Random(SEED)
        self.sent, self.number, self.log = [], 0, []

    def write_config(self):
        os.makedirs(self.path("csv"), exist_ok=True)
        self.write("steps.conf", f"[store]\npath = {self.store}\n[export]\ndir = {self.path('csv')}\nsince = all\n"
                   .encode())
        return self.path("steps.conf")

    # -- what is sent

    def report(self, known=None):
        r = self.random
        number, day, organization, domain = known or (
            f"id-{self.number}", r.randint(1, 28), r.choice(["Google Inc.", "GMX", "=Evil", "Mail.ru"]),
            r.choice(["example.com", "example.org", "xn--mnchen-3ya.example"]))
        self.number += 1
        bad = r.choice([0, 0, 0, 1, 7, 10 ** 9])
        failures = [{"result-type": r.choice(["certificate-expired", "starttls-not-supported", "made-up"]),
                     "receiving-mx-hostname": r.choice(["mx1." + domain, "mx2." + domain]),
                     "failed-session-count": bad}] if bad and r.random() < 0.8 else []
        policies = [{"policy": {"policy-type": kind, "policy-domain": domain,
                                "policy-string": ["version: STSv1", "mode: enforce"] if kind == "sts" else []},
                     "summary": {"total-successful-session-count": r.randint(0, 1000),
                                 "total-failure-session-count": bad}, "failure-details": failures}
                    for kind in r.sample(["sts", "tlsa", "no-policy-found"], r.choice([1, 1, 2]))]
        self.sent.append((number, day, organization, domain))
        return json.dumps({
            "organization-name": organization, "report-id": number, "contact-info": "a@reporter.example",
            "date-range": {"start-datetime": f"2026-11-{day:02}T00:00:00Z",
                           "end-datetime": f"2026-11-{day:02}T23:59:59Z"}, "policies": policies}).encode()

    def file(self, content):
        self.number += 1
        return self.write(f"in-{self.number}.json", content)

    def files(self, most=4):
        return [self.file(self.report()) for _ in range(self.random.randint(1, most))]

    # -- the steps

    def tool(self, *args):
        """Any end but a crash is fine: a number may be gone, a day pruned, the store busy."""
        return self.run_it("-c", self.conf, *args)

    def import_new(self):
        self.tool("import", *self.files())

    def import_again(self):
        if self.sent:
            self.tool("import", self.file(self.report(self.random.choice(self.sent))))
            self.sent.pop()

    def import_broken(self):
        content = self.report()
        self.sent.pop()
        self.tool("import", self.file(content[:self.random.randint(1, len(content) - 1)]))

    def import_killed(self):
        paths = self.files(20)
        run = subprocess.Popen([BINARY, "-c", self.conf, "import", *paths], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=environment(), cwd=self.dir)
        time.sleep(self.random.random() * 0.08)
        run.kill()
        run.wait()
        self.tool("import", *paths)

    def import_twice_at_once(self):
        runs = [subprocess.Popen([BINARY, "-c", self.conf, "import", *self.files()], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=environment(), cwd=self.dir) for _ in range(2)]
        for run in runs:
            self.assertGreaterEqual(run.wait(), 0)

    def one_of(self, sql):
        rows = self.query(sql) if os.path.exists(self.store) else []
        return str(self.random.choice(rows)[0]) if rows else None

    def quarantine(self):
        number = self.one_of("SELECT id FROM quarantine")
        if number:
            self.tool("quarantine", self.random.choice(["accept", "retry", "drop", "show"]), number)

    def drop(self):
        number = self.one_of("SELECT id FROM reports")
        if number:
            self.tool("drop", *(["-n"] if self.random.random() < 0.2 else []), number)

    def mute(self):
        number = self.one_of("SELECT id FROM problems")
        if number:
            self.tool("mute", number, "--until", "2027-01-01", "--note", "known")

    def prune(self):
        self.tool("prune", "--before", f"2026-11-{self.random.randint(1, 4):02}")

    def tamper(self):
        path = self.path("csv", self.random.choice(TABLES) + ".csv")
        if not os.path.exists(path):
            return
        kind = self.random.randint(0, 3)
        if kind == 0:
            os.unlink(path)
        elif kind == 1:
            with open(path, "ab") as out:
                out.write(b"1,2,3\r\n")
        elif kind == 2:
            os.truncate(path, os.path.getsize(path) // 2)
        else:
            shutil.copy(path, path + ".copy")
            os.replace(path + ".copy", path)

    # -- what must hold

    def exported(self):
        out = self.path("fresh")
        shutil.rmtree(out, True)
        os.mkdir(out)
        self.expect(OK, "-c", self.conf, "export", "--since", "all", "-o", out)
        return {name: self.read("fresh", f"{name}.csv") for name in TABLES}

    def total(self, table, column):
        with open(self.path("fresh", f"{table}.csv"), newline="", encoding="utf-8") as f:
            return min(sum(int(row[column]) for row in csv.DictReader(f)), 2 ** 63 - 1)

    def check(self):
        self.tool("import", self.file(self.report()))  # refreshes the folder
        self.expect_silence("-c", self.conf, "status", "--verify")
        for name, content in self.exported().items():
            self.assertEqual(content, self.read("csv", f"{name}.csv"), name)
        self.assertEqual([], [n for n in os.listdir(self.path("csv")) if n.startswith(".tlsrua")])
        wanted = self.total("daily", "counted_sessions")
        for table in ("weekly", "monthly", "senders", "domains", "reports"):
            self.assertEqual(wanted, self.total(table, "counted_sessions"), table)
        told = json.loads(self.expect(OK, "-c", self.conf, "summary", "--since", "all", "--json").out)
        self.assertEqual(wanted, told["sessions"])
        self.assertEqual([("ok",)], self.query("PRAGMA integrity_check"))
        self.assertEqual([], self.query("PRAGMA foreign_key_check"))

    def test_random_steps(self):
        steps = [(self.import_new, 30), (self.import_again, 15), (self.import_broken, 6), (self.import_killed, 4),
                 (self.import_twice_at_once, 4), (self.quarantine, 15), (self.drop, 10), (self.mute, 3),
                 (self.prune, 1), (self.tamper, 12)]
        for i in range(1, STEPS + 1):
            step = self.random.choices([s for s, _ in steps], [w for _, w in steps])[0]
            self.log.append(step.__name__)
            try:
                step()
                if i % CHECK_EVERY == 0 or i == STEPS:
                    self.check()
            except AssertionError as e:
                raise AssertionError(f"seed {SEED}, step {i}: {e}\nsteps: {' '.join(self.log[-CHECK_EVERY:])}") from e


if __name__ == "__main__":
    tap.main()
