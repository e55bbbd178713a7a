#!/usr/bin/env python3
"""Random steps on one store and its CSV folder: whatever is done, in whatever order, the figures stay those of a count.

Steps are imports (of new, known, contradicting and broken reports; two at once; killed), polls of a mailbox on Dovecot
whose mails are deleted or moved (killed; beside an import), accept, retry and drop in quarantine, drop of reports, mute,
prune, and files of the folder that somebody changed or removed.  After each hundred, what the folder, the views, the
summary and --verify say is held against each other and against a fresh count: the reports that count, as they came,
imported into a store of their own.

TLSRUA_STEPS (300) is how many, TLSRUA_SEED (1) which ones.
"""
import base64
import csv
import datetime
import gzip
import io
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
from lib.corpus import Mail  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.program import BINARY, OK, environment, mailbox  # noqa: E402
from lib.served import Served  # noqa: E402

STEPS = int(os.environ.get("TLSRUA_STEPS", "300"))
SEED = int(os.environ.get("TLSRUA_SEED", "1"))
CHECK_EVERY = 100
TABLES = "daily weekly monthly failures problems mx domains senders reports".split()
KILLED = -signal.SIGKILL
PRUNED = 4  # of November, the last day that may be
ARRIVAL = datetime.datetime(2026, 11, 29, 6, tzinfo=datetime.timezone.utc)
# numbers of rows, and where a report came from
OWN = {"problems": ["problem"], "reports": ["id", "source", "message_id", "received", "dkim", "dkim_domain", "warnings"]}


class RandomSteps(Served):
    def setUp(self):
        super().setUp()
        self.mailbox = self.user()
        os.mkdir(self.export)
        self.conf = self.config(
            mailbox(self.server, self.mailbox, after_import="delete", after_reject="move:Bad"), export=False,
            extra=f"[export]\ndir = {self.export}\nsince = all\n")
        self.random = random.Random(SEED)
        self.sent, self.number, self.log = [], 0, []

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
        if not known:
            self.sent.append((number, day, organization, domain))
        return json.dumps({
            "organization-name": organization, "report-id": number, "contact-info": "a@reporter.example",
            "date-range": {"start-datetime": f"2026-11-{day:02}T00:00:00Z",
                           "end-datetime": f"2026-11-{day:02}T23:59:59Z"}, "policies": policies}).encode()

    def broken(self):
        content = self.report()
        self.sent.pop()
        return content[:self.random.randint(1, len(content) - 1)]

    def file(self, content):
        self.number += 1
        return self.write(f"in/{self.number}.json", content)

    def files(self, most=4):
        return [self.file(self.report()) for _ in range(self.random.randint(1, most))]

    def mail(self, content):
        self.number += 1
        raw = (f"From: a@reporter.example\nMessage-ID: <{self.number}@reporter.example>\nSubject: Report Domain: x\n"
               "MIME-Version: 1.0\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n"
               ).encode() + base64.encodebytes(gzip.compress(content, mtime=0))
        return Mail(raw, ARRIVAL, "report")

    def deliver(self, most=4):
        kinds = [self.report, self.report, self.report, self.broken, lambda: self.report(self.random.choice(self.sent))]
        contents_of = [self.random.choice(kinds if self.sent else kinds[:1])()
                       for _ in range(self.random.randint(1, most))]
        self.server.deliver(self.mailbox, [self.mail(c) for c in contents_of])

    # -- the steps

    def tool(self, *args):
        """Any end but a crash is fine: a number may be gone, a day pruned, the store busy."""
        return self.run_it("-c", self.conf, *args)

    def begin(self, *args):
        return subprocess.Popen([BINARY, "-c", self.conf, *args], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=environment(), cwd=self.dir)

    def kill(self, *args):
        run = self.begin(*args)
        time.sleep(self.random.random() * 0.08)
        run.kill()
        self.assertIn(run.wait(), (0, KILLED))

    def side_by_side(self, *commands):
        for run in [self.begin(*c) for c in commands]:
            self.assertGreaterEqual(run.wait(), 0)

    def import_new(self):
        self.tool("import", *self.files())

    def import_again(self):
        if self.sent:
            self.tool("import", self.file(self.report(self.random.choice(self.sent))))

    def import_broken(self):
        self.tool("import", self.file(self.broken()))

    def import_killed(self):
        paths = self.files(20)
        self.kill("import", *paths)
        self.tool("import", *paths)

    def import_twice_at_once(self):
        paths = self.files(), self.files()
        self.side_by_side(*[("import", *p) for p in paths])
        self.tool("import", *paths[0], *paths[1])  # one may have found the store busy

    def poll(self):
        self.deliver()
        self.tool("poll")

    def poll_killed(self):
        self.deliver(20)
        self.kill("poll")

    def poll_beside_import(self):
        self.deliver()
        paths = self.files()
        self.side_by_side(("poll",), ("import", *paths))
        self.tool("import", *paths)

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
        if len(self.log) > STEPS // 2:  # before, every table is counted afresh
            self.tool("prune", "--before", f"2026-11-{self.random.randint(1, PRUNED + 1):02}")

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

    def exported(self, *options):
        out = self.path("fresh")
        shutil.rmtree(out, True)
        os.mkdir(out)
        self.expect(OK, "-c", self.conf, "export", *options, "-o", out)
        return {name: self.read("fresh", f"{name}.csv") for name in TABLES}

    @staticmethod
    def rows(name, content):
        """Those that count, without the columns that are a store's own."""
        rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
        return sorted(tuple(v for k, v in row.items() if k not in OWN.get(name, ())) for row in rows
                      if row.get("status") != "conflict")

    def total(self, tables, table, column):
        rows = csv.DictReader(io.StringIO(tables[table].decode(), newline=""))
        return min(sum(int(row[column]) for row in rows), 2 ** 63 - 1)

    def check_folder(self):
        """Folder, views, summary and the sums of the tables agree."""
        self.expect_silence("-c", self.conf, "status", "--verify")
        tables = self.exported("--since", "all")
        for name, content in tables.items():
            self.assertEqual(content, self.read("csv", f"{name}.csv"), name)
            self.assertEqual(content.count(b"\r\n") - 1, self.query(f"SELECT count(*) FROM csv_{name}")[0][0], name)
        self.assertEqual([], [n for n in os.listdir(self.export) if n.startswith(".tlsrua")])
        wanted = self.total(tables, "daily", "counted_sessions")
        for table in ("weekly", "monthly", "senders", "domains", "reports"):
            self.assertEqual(wanted, self.total(tables, table, "counted_sessions"), table)
        told = json.loads(self.expect(OK, "-c", self.conf, "summary", "--since", "all", "--json").out)
        self.assertEqual(wanted, told["sessions"])
        self.assertEqual([("ok",)], self.query("PRAGMA integrity_check"))
        self.assertEqual([], self.query("PRAGMA foreign_key_check"))

    def check_fresh_count(self):
        """The reports that count, imported into another store, give the same tables; of days that cannot be pruned."""
        pruned = self.query("SELECT count(*) FROM days WHERE pruned")[0][0] > 0
        since = f"2026-11-{PRUNED + 1 if pruned else 1:02}"
        kept = self.query("SELECT id, bytes FROM reports JOIN report_bytes ON report = id WHERE status = 'counted' "
                          "AND date >= ?", since)
        self.assertEqual(len(kept), self.query("SELECT count(*) FROM reports WHERE status = 'counted' AND date >= ?",
                                               since)[0][0])
        shutil.rmtree(self.path("again"), True)
        for number, content in kept:
            self.write(f"again/{number}.json.gz", content)
        if not kept:
            return
        store, out = self.path("again", "again.db"), self.path("again", "csv")
        os.mkdir(out)
        counted = self.expect(OK, "-d", store, "import", "--json", self.path("again")).json
        self.assertEqual(len(kept), counted["imported"])
        self.expect(OK, "-d", store, "export", "--from", since, "-o", out)
        for name, content in self.exported("--from", since).items():
            if not pruned or name not in ("weekly", "monthly", "problems"):  # which look back beyond the range
                self.assertEqual(self.rows(name, self.read("again", "csv", f"{name}.csv")), self.rows(name, content),
                                 name)

    def check_mailbox(self):
        """No mail is lost: it was deleted after its report was stored, or is where those that were not shall be."""
        self.assertEqual([], self.query("SELECT * FROM actions"))
        self.assertEqual([], contents(self.server, self.mailbox)["INBOX"])
        known = {n for n, in self.query("SELECT report_id FROM reports UNION SELECT report_id FROM dropped")}
        self.assertEqual(set(), {number for number, *_ in self.sent} - known)

    def check(self):
        for _ in range(2):  # the first may find a lock of the killed
            self.tool("poll")
        self.tool("import", self.file(self.report()))  # refreshes the folder
        self.check_folder()
        self.check_fresh_count()
        self.check_mailbox()

    def test_random_steps(self):
        steps = [(self.import_new, 24), (self.import_again, 12), (self.import_broken, 5), (self.import_killed, 4),
                 (self.import_twice_at_once, 4), (self.poll, 12), (self.poll_killed, 4), (self.poll_beside_import, 3),
                 (self.quarantine, 15), (self.drop, 10), (self.mute, 3), (self.prune, 1), (self.tamper, 12)]
        for i in range(1, STEPS + 1):
            step = self.random.choices([s for s, _ in steps], [w for _, w in steps])[0]
            self.log.append(step.__name__)
            try:
                step()
                if i % CHECK_EVERY == 0 or i == STEPS:
                    self.check()
                    print(f"# {i} steps, {len(self.sent)} reports", flush=True)
            except AssertionError as e:
                raise AssertionError(f"seed {SEED}, step {i}: {e}\nsteps: {' '.join(self.log[-CHECK_EVERY:])}") from e


if __name__ == "__main__":
    tap.main()
