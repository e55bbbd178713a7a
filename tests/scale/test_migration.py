#!/usr/bin/env python3
"""Stores that release with schema version 1 made, brought to the present one and killed at every call that writes.

A dump of such a store is among the fixtures.  OLD_TLSRUA names a program of that release (commit 40a91cb) that makes
others: an empty one, one of 10,000 reports, and one that was killed in the middle of an import.
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest
from contextlib import closing

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import BINARY, FIXTURES, OK, Scene, environment, preloaded, shared_library  # noqa: E402

OLD = os.environ.get("OLD_TLSRUA", "")
REPORTS = int(os.environ.get("OLD_REPORTS", "10000"))
SAID = "SELECT domain, organization, sum(counted_sessions), sum(counted_failed) FROM csv_daily GROUP BY 1, 2 ORDER BY 1, 2"


class Migration(Scene):
    def setUp(self):
        super().setUp()
        self.old = self.path("old.db")
        self.nothing = self.write("nothing/note.txt", "no report").rsplit("/", 1)[0]
        self.library = shared_library(self.path("die.so"), "die.c")

    def restore(self):
        """The store as it was."""
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.store + end):
                os.unlink(self.store + end)
            if os.path.exists(self.old + end):
                shutil.copy2(self.old + end, self.store + end)

    def migrate(self, **options):
        return self.run_it("-d", self.store, "import", self.nothing, **options)

    def killed(self, at):
        """Whether it was killed."""
        env = preloaded(self.library, DIE_AT=str(at))
        process = subprocess.Popen([BINARY, "-d", self.store, "import", self.nothing], env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process.wait() < 0

    def check(self, most=10 ** 6):
        """Migrated, undisturbed and killed, the figures stay, and every kill ends as the undisturbed one."""
        self.restore()
        with closing(sqlite3.connect(self.store)) as db:
            before = db.execute(SAID).fetchall()
        count = self.path("count")
        self.restore()
        self.assertEqual(OK, self.migrate(env=preloaded(self.library, DIE_COUNT=count)).status)
        with open(count) as f:
            calls = int(f.read())
        wanted = dump(self.store)
        self.assertEqual(before, self.query(SAID))
        self.assertEqual([(4,)], self.query("PRAGMA user_version"))
        self.expect(OK, "-d", self.store, "status", "--verify")
        step = max(1, calls // most)
        kills = 0
        for at in range(1, calls + 1, step):
            for side in (1, -1):
                self.restore()
                kills += self.killed(at * side)
                self.assertEqual(OK, self.migrate().status)
                self.assertEqual(wanted, dump(self.store), f"killed at call {at * side} of {calls}")
        print(f"# {kills} kills at {calls} calls")
        self.assertGreater(kills, 10)

    def test_a_store_of_the_fixtures(self):
        with open(os.path.join(FIXTURES, "stores", "version1.sql"), encoding="utf-8") as f:
            with closing(sqlite3.connect(self.old)) as db:
                db.executescript(f.read())
        self.check(most=40)


@unittest.skipUnless(OLD, "OLD_TLSRUA names no program of that release")
class Made(Migration):
    test_a_store_of_the_fixtures = None

    def make(self, *args):
        subprocess.run([OLD, "-c", "/dev/null", "-d", self.old, *args], check=False, env=environment(),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def mbox(self):
        made = corpus.build(REPORTS, seed=11, failing=0.3, broken=0.01, conflicts=0.01)
        corpus.write_mbox(self.path("mbox"), made.mails)
        return self.path("mbox")

    def test_an_empty_one(self):
        self.make("import", self.nothing)
        self.check()

    def test_one_of_many_reports(self):
        self.make("import", "-q", self.mbox())
        self.check(most=20)

    def test_one_that_was_killed_in_an_import(self):
        process = subprocess.Popen([OLD, "-c", "/dev/null", "-d", self.old, "import", "-q", self.mbox()],
                                   env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(self.old + "-wal") or os.path.getsize(self.old + "-wal") < 1 << 20:
            time.sleep(0.01)
            self.assertIsNone(process.poll())
        process.kill()
        process.wait()
        self.assertGreater(os.path.getsize(self.old + "-wal"), 0)
        self.check(most=20)


if __name__ == "__main__":
    tap.main()
