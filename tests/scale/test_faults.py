#!/usr/bin/env python3
"""Disks that fail or fill up at each write in turn, or at every FAULTS_EVERY-th (1: each; the default is a sample).

After every fault: exit code 74, or 73 when it was a CSV file, and one line; the store is sound; and the next run ends
with the store and the files that one undisturbed run ends with.
"""
import collections
import glob
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.crashes import VARIANTS  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.place import Place, side_by_side  # noqa: E402
from lib.program import CANTCREAT, IOERR, OK, Scene, limit_file_size, preloaded, shared_library  # noqa: E402

SIDE_BY_SIDE = 2
CALLS = {"xWrite", "xSync", "xTruncate", "xOpen", "xDelete", "xShmMap"}
MOST = 2000  # calls of one run
# once, or from then on; an I/O error, or the disk is full
MODES = ({}, {"FAIL_VFS_ON": "1"}, {"FAIL_VFS_FULL": "1"}, {"FAIL_VFS_FULL": "1", "FAIL_VFS_ON": "1"})
EVERY = int(os.environ.get("FAULTS_EVERY", "9"))
STEP = 4096 * EVERY  # of the room on a disk
POLL_CALLS, POLL_EVERY = 600, 5 * EVERY
OF_THE_FILES = ("exports: ", "told: ")
OF_EACH_RUN = ("messages: ",)  # an import looks at all files again


def sound(test, store, folder):
    """The store passes SQLite's check, looked at in a copy, so that the next run finds it as it was left."""
    copy = os.path.join(folder, "copy")
    os.makedirs(copy)
    try:
        for path in glob.glob(glob.escape(store) + "*"):
            shutil.copy(path, copy)
        if os.path.exists(store):
            db = sqlite3.connect(os.path.join(copy, os.path.basename(store)))
            test.assertEqual([("ok",)], db.execute("PRAGMA integrity_check").fetchall())
            test.assertEqual([], db.execute("PRAGMA foreign_key_check").fetchall())
            db.close()
    finally:
        shutil.rmtree(copy)


def files(folder):
    out = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            out[name] = f.read()
    return out


class Importing(Scene):
    """A folder of mails and a store of its own."""

    def __init__(self, mails, first=()):
        super().__init__()
        self.setUp()
        corpus.write_folder(self.path("mails"), mails)
        if first:
            corpus.write_folder(self.path("first"), first)
            self.expect(OK, "-c", self.config(), "-q", "import", "first")
            shutil.copy(self.store, self.path("first.db"))
            shutil.copytree(self.export, self.path("first.csv"))

    def begin(self):
        """No store, or one that holds something already."""
        for path in glob.glob(glob.escape(self.store) + "*"):
            os.unlink(path)
        shutil.rmtree(self.export, ignore_errors=True)
        if os.path.exists(self.path("first.db")):
            shutil.copy(self.path("first.db"), self.store)
            shutil.copytree(self.path("first.csv"), self.export)
        return self.config()

    def state(self):
        lines = [" ".join(w for w in line.split(" ") if not w.startswith(("generation=", "message=")))
                 for line in dump(self.store) if not line.startswith(OF_THE_FILES + OF_EACH_RUN)]
        return sorted(lines), files(self.export)

    def whole(self, config, **options):
        self.expect(OK, "-c", config, "-q", "import", "mails", **options)
        return self.state()


class Faults(Scene):
    @classmethod
    def setUpClass(cls):
        cls.mails = corpus.build(24, seed=21, duplicates=0.1, broken=0.1, other=0.1, conflicts=0.1, size=1).mails
        cls.first = corpus.build(12, seed=22, broken=0.1, size=1).mails

    def setUp(self):
        super().setUp()
        self.seen = collections.Counter()

    def places(self, first=()):
        places = [Importing(self.mails, first) for _ in range(SIDE_BY_SIDE)]
        for place in places:
            self.addCleanup(place.doCleanups)
        return places

    def judge(self, place, config, result, wanted, moment, statuses=(IOERR,)):
        """What a fault must leave behind, and what the next run makes of it."""
        if result.status == OK:
            self.assertEqual([], result.lines, f"{moment}: {result}")
            self.assertEqual(wanted, place.state(), moment)  # SQLite forgives what can be done later
        else:
            self.assertIn(result.status, statuses, f"{moment}: {result}")
            self.assertEqual(1, len(result.lines), f"{moment}: {result}")
            self.assertRegex(result.lines[0], r"^tlsrua: .*(tlsrua\.db|csv)", moment)
        sound(self, place.store, place.dir)
        self.assertEqual(wanted, place.whole(config), moment)
        self.seen[f"exit {result.status}"] += 1

    def every_call(self, places, mode, wanted):
        """Until a run passes without coming to the N-th call."""
        library = shared_library(self.path("fail_vfs.so"), "fail_vfs.c", "-lsqlite3")
        reached = []

        def one(place, n):
            if reached:
                return
            moment = place.path("mark")
            config = place.begin()
            result = place.run_it("-c", config, "-q", "import", "mails",
                                  env=preloaded(library, FAIL_VFS=str(n), FAIL_VFS_MARK=moment, **mode))
            if not os.path.exists(moment):
                reached.append(n)
                self.assertEqual((OK, wanted), (result.status, place.state()))
                return
            with open(moment) as f:
                call = f.read()
            os.unlink(moment)
            self.judge(place, config, result, wanted, f"{mode}: {call}, call {n}")
            self.seen[call] += 1
        side_by_side(places, one, range(1, MOST, EVERY))
        self.assertTrue(reached)

    def tell(self, what):
        print(f"# {what}: " + ", ".join(f"{n} {name}" for name, n in sorted(self.seen.items())))

    def test_every_call_of_sqlite_while_a_store_is_made(self):
        places = self.places()
        wanted = places[0].whole(places[0].begin())
        for mode in MODES:
            self.every_call(places, mode, wanted)
        self.tell("a new store")
        self.assertLessEqual(CALLS if EVERY == 1 else {"xWrite"}, set(self.seen))

    def test_every_call_of_sqlite_while_a_store_grows(self):
        places = self.places(self.first)
        wanted = places[0].whole(places[0].begin())
        for mode in MODES:
            self.every_call(places, mode, wanted)
        self.tell("an old store")

    def test_a_file_may_not_grow(self):
        """Until the store and all of its log fit."""
        places = self.places(self.first)
        wanted = places[0].whole(places[0].begin())
        fits = []

        def one(place, size):
            if len(fits) > SIDE_BY_SIDE:
                return
            config = place.begin()
            result = place.run_it("-c", config, "-q", "import", "mails", preexec=limit_file_size(size))
            self.judge(place, config, result, wanted, f"{size} bytes a file")
            if result.status == OK:
                fits.append(size)
        side_by_side(places, one, range(0, 1 << 30, STEP))
        self.tell("a limit to files")
        self.assertIn(f"exit {IOERR}", self.seen)

    def test_a_csv_file_may_not_grow(self):
        place = self.places(self.first)[0]
        config = place.begin()
        largest = max(len(data) for data in place.state()[1].values())
        place.expect(OK, "-c", self.config(export=False), "-d", place.store, "-q", "import", "mails")
        os.mkdir(place.path("wanted"))
        place.expect(OK, "-c", config, "export", "-o", place.path("wanted"))
        wanted = files(place.path("wanted"))
        reader = sqlite3.connect(place.store)  # what readers write for each other is there already
        self.addCleanup(reader.close)
        reader.execute("SELECT count(*) FROM reports").fetchall()
        for size in range(0, largest, STEP // 2):
            shutil.rmtree(place.path("out"), ignore_errors=True)
            shutil.copytree(place.export, place.path("out"))
            before = files(place.path("out"))
            result = place.run_it("-c", config, "export", "-o", place.path("out"), preexec=limit_file_size(size))
            self.assertEqual((CANTCREAT, 1), (result.status, len(result.lines)), f"{size}: {result}")
            self.assertRegex(result.err, r"^tlsrua: .*\.csv: ")
            for name, data in files(place.path("out")).items():
                self.assertIn(data, (before.get(name), wanted[name]), f"{size}: {name} is neither old nor new")
            place.expect(OK, "-c", config, "export", "-o", place.path("out"))
            self.assertEqual(wanted, files(place.path("out")))

    def test_a_disk_that_is_full_at_any_size(self):
        """Store, log and CSV files on one disk."""
        place = self.places(self.first)[0]
        wanted = place.whole(place.begin())
        disk = place.small_disk("50m")
        if disk is None:
            self.skipTest("may not mount a file system")
        place.store, place.export = os.path.join(disk, "tlsrua.db"), os.path.join(disk, "csv")
        fits = 0
        place.begin()
        used = os.statvfs(disk).f_blocks - os.statvfs(disk).f_bfree
        for size in range(os.statvfs(disk).f_bsize * (used + 1), 50 << 20, 2 * STEP):
            config = place.begin()
            subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
            result = place.run_it("-c", config, "-q", "import", "mails")
            subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
            self.judge(place, config, result, wanted, f"a disk of {size} bytes", (IOERR, CANTCREAT))
            fits += result.status == OK
            if fits > 2:
                break
        self.tell("a full disk")
        self.assertLessEqual({f"exit {IOERR}", f"exit {OK}"} | ({f"exit {CANTCREAT}"} if EVERY == 1 else set()), set(self.seen))


class Polling(Scene):
    """Nothing is moved or deleted on the server that is not stored."""

    def test_calls_of_sqlite_while_mails_are_moved_and_deleted(self):
        mails = corpus.build(60, seed=23, duplicates=0.1, broken=0.1, other=0.1, conflicts=0.1, size=1).mails
        library = shared_library(self.path("fail_vfs.so"), "fail_vfs.c", "-lsqlite3")
        seen = collections.Counter()
        with Dovecot() as server:
            places = [Place(server, f"faults{i}@example.org", mails) for i in range(SIDE_BY_SIDE)]
            for place in places:
                self.addCleanup(place.doCleanups)
            for variant in VARIANTS:
                wanted = places[0].run_whole(places[0].begin(variant))

                def one(place, n, variant=variant, wanted=wanted):
                    mode, moment = MODES[n % len(MODES)], place.path("mark")
                    config = place.begin(variant)
                    result = place.run_it("-c", config, "-q", "poll", env=preloaded(
                        library, FAIL_VFS=str(n), FAIL_VFS_MARK=moment, **mode))
                    if not os.path.exists(moment):
                        return
                    os.unlink(moment)
                    seen[f"exit {result.status}"] += 1
                    self.assertIn((result.status, len(result.lines)), ((OK, 0), (IOERR, 1)), f"{n}: {result}")
                    sound(self, place.store, place.dir)
                    gone = len(mails) - len(contents(server, place.user)["INBOX"])
                    seen["behind an action"] += result.status == IOERR and gone > 0
                    if gone > 0:
                        stored = place.query("SELECT count(*) FROM messages WHERE verdict <> 'no_report'")[0][0]
                        self.assertLessEqual(gone, stored, f"{variant}: call {n}")
                    self.assertEqual(wanted, place.run_whole(config), f"{variant}: call {n}, {mode}")
                side_by_side(places, one, range(1, POLL_CALLS, POLL_EVERY))
        print("# while polling: " + ", ".join(f"{n} {name}" for name, n in seen.items()))
        self.assertTrue(EVERY > 1 or seen["behind an action"] > 0)
        self.assertGreater(seen[f"exit {IOERR}"], seen["behind an action"])


if __name__ == "__main__":
    tap.main()
