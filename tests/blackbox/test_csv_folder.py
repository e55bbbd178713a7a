#!/usr/bin/env python3
"""The CSV folder shows the store, whoever writes into it, is killed in it, or changes its files behind our back."""
import fcntl
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
from lib.patience import HANG, wait_until  # noqa: E402
from lib.program import BINARY, CANTCREAT, OK, Scene, environment  # noqa: E402

NOBODY = 65534


class Folder(Scene):
    def setUp(self):
        super().setUp()
        self.conf = self.config()

    def report(self, number, day=1, failed=0, domain="c.example"):
        day = f"2026-03-{day:02}"
        return self.write(f"r{number}.json", json.dumps({
            "organization-name": f"Sender {number % 7}", "report-id": str(number), "contact-info": "a@b.example",
            "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain},
                          "summary": {"total-successful-session-count": number, "total-failure-session-count": failed},
                          "failure-details": [{"result-type": "certificate-expired",
                                               "failed-session-count": failed}] if failed else []}]}))

    def imports(self, *numbers, **more):
        self.expect_silence("-c", self.conf, "import", *[self.report(n, **more) for n in numbers])

    def start(self, *args):
        return subprocess.Popen([BINARY, "-c", self.conf, *args], cwd=self.dir, env=environment(),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def shown(self, folder):
        """The files of a folder, but for the temporary ones."""
        files = {}
        for name in os.listdir(folder):
            if not name.startswith("."):
                with open(os.path.join(folder, name), "rb") as f:
                    files[name] = f.read()
        return files

    def assert_current(self):
        """The folder holds what a store that has written nothing yet would write."""
        fresh, copy = self.path("fresh"), self.path("copy.db")
        shutil.rmtree(fresh, True)
        os.mkdir(fresh)
        shutil.copy(self.store, copy)
        if os.path.exists(self.store + "-wal"):
            shutil.copy(self.store + "-wal", copy + "-wal")
        self.expect_silence("-d", copy, "export", "--since", "400d", "-o", fresh)
        self.assertEqual(self.shown(fresh), self.shown(self.export))


class Missing(Folder):
    def conf_for(self, folder):
        return self.write("m.conf", f"[store]\npath = {self.store}\n[export]\ndir = {folder}\n")

    def test_a_folder_is_made_when_the_last_part_of_its_path_alone_is_missing(self):
        self.expect_silence("-c", self.conf_for(self.path("new")), "import", self.report(1))
        self.assertIn("daily.csv", os.listdir(self.path("new")))

    def test_nothing_is_made_where_more_is_missing(self):
        self.expect_line(CANTCREAT, "No such file", "-c", self.conf_for(self.path("far/away")), "import", self.report(1))
        self.assertFalse(os.path.exists(self.path("far")))


class Failing(Folder):
    def test_of_several_files_that_cannot_be_written_the_first_is_told_and_none_is_replaced(self):
        """Two threads write the tables, one from the first on, the other from the last on."""
        self.imports(1, 2)
        before = self.shown(self.export)
        for names in (["reports.csv"], ["weekly.csv", "reports.csv"], ["daily.csv", "weekly.csv", "reports.csv"]):
            with self.subTest(names):
                for name in names:
                    os.replace(os.path.join(self.export, name), self.path(name))
                    os.mkdir(os.path.join(self.export, name))
                self.expect_line(CANTCREAT, names[0] + ": is no regular file", "-c", self.conf, "import",
                                 self.report(len(names) + 10))
                for name in names:
                    os.rmdir(os.path.join(self.export, name))
                    os.replace(self.path(name), os.path.join(self.export, name))
                self.assertEqual(before, self.shown(self.export))
        self.imports(3)
        self.assert_current()


class OneWriter(Folder):
    def test_many_imports_at_once_lose_and_double_nothing(self):
        runs = [self.start("import", self.report(n, day=n % 5 + 1, failed=n % 3)) for n in range(1, 13)]
        for run in runs:
            out, err = run.communicate(timeout=HANG)
            self.assertEqual((OK, b"", b""), (run.returncode, out, err))
        self.assertEqual([(12,)], self.query("SELECT count(*) FROM reports"))
        self.assert_current()

    def test_a_run_waits_for_the_other_and_shows_what_was_stored_meanwhile(self):
        self.imports(1)
        folder = os.open(self.export, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            runs = [self.start("import", self.report(n)) for n in (2, 3)]
            wait_until("both are stored", lambda: self.query("SELECT count(*) FROM reports") == [(3,)])
            self.assertEqual(1, len(self.table("reports")))
        finally:
            os.close(folder)
        for run in runs:
            run.communicate(timeout=HANG)
            self.assertEqual(OK, run.returncode)
        self.assert_current()

    def test_export_waits_as_well(self):
        self.imports(1)
        folder = os.open(self.export, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        run = self.start("export")
        time.sleep(0.5)
        self.assertIsNone(run.poll())
        os.close(folder)
        run.communicate(timeout=HANG)
        self.assertEqual(OK, run.returncode)


class Tampered(Folder):
    def test_a_file_edited_in_place_is_not_copied_from(self):
        """With the size and the time of before, as an editor leaves it that keeps times."""
        self.imports(1, 2, 3)
        self.imports(4, day=2, failed=1)
        path = os.path.join(self.export, "daily.csv")
        for keep_time in (False, True):
            with self.subTest(keep_time):
                before = os.stat(path)
                with open(path, "r+b") as f:
                    text = f.read()
                    f.seek(text.index(b"c.example"))
                    f.write(b"X")
                if keep_time:
                    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
                self.imports(5 + keep_time, day=3)
                self.assert_current()

    def test_a_file_that_takes_the_name_is_not_copied_from(self):
        self.imports(1)
        path = os.path.join(self.export, "daily.csv")
        shutil.copy2(path, path + "~")
        with open(path + "~", "r+b") as f:
            f.seek(200)
            f.write(b"9")
        os.replace(path + "~", path)
        self.imports(2, day=2)
        self.assert_current()

    def test_it_holds_after_whatever_happens_in_whatever_order(self):
        rng = random.Random(14)
        number = 0
        for _ in range(60):
            step = rng.choice(("import", "import", "two", "kill", "export", "edit", "remove", "swap", "status"))
            path = os.path.join(self.export, rng.choice(("daily", "weekly", "failures", "domains")) + ".csv")
            number += 2
            made = [self.report(n, day=rng.randrange(1, 28), failed=rng.choice((0, 3)),
                                domain=rng.choice(("c.example", "d.example"))) for n in (number, number + 1)]
            if step == "import":
                self.expect(OK, "-c", self.conf, "import", *made)
            elif step in ("two", "kill"):
                runs = [self.start("import", report) for report in made]
                if step == "kill":
                    time.sleep(rng.random() / 20)
                    runs[0].send_signal(signal.SIGKILL)
                for run in runs:
                    run.communicate(timeout=HANG)
            elif step == "export" and os.path.exists(self.store):
                self.expect(OK, "-c", self.conf, "export", "-o", self.export, "--since", "3d")
            elif os.path.exists(path) and step == "edit":
                with open(path, "r+b") as f:
                    f.seek(rng.randrange(400))
                    f.write(b"\n")
            elif os.path.exists(path) and step == "remove":
                os.unlink(path)
            elif os.path.exists(path) and step == "swap":
                os.replace(path, os.path.join(self.export, "mx.csv"))
            number += 2
            self.expect(OK, "-c", self.conf, "import", self.report(number, day=rng.randrange(1, 28)))
            self.assert_current()


class LeftOvers(Folder):
    def test_what_a_killed_run_left_is_cleared_by_the_next(self):
        left = os.path.join(self.export, ".tlsrua-0123456789abcdef")
        kept = [".tlsrua-notes", ".tlsrua-0123456789abcdeg", "tlsrua-0123456789abcdef"]
        for name in (left, *(os.path.join(self.export, k) for k in kept)):
            with open(name, "w", encoding="utf-8") as f:
                f.write("half")
        self.imports(1)
        self.assertEqual(set(kept), {n for n in os.listdir(self.export) if not n.endswith(".csv")})

    def test_what_another_run_is_writing_is_left_to_it(self):
        busy = os.path.join(self.export, ".tlsrua-0123456789abcdef")
        with open(busy, "w", encoding="utf-8") as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            self.imports(1)
            self.assertTrue(os.path.exists(busy))


class Stopped(Folder):
    def test_a_run_that_waits_for_the_folder_can_be_ended(self):
        self.imports(1)
        folder = os.open(self.export, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        run = self.start("import", self.report(2))
        wait_until("it is stored", lambda: self.query("SELECT count(*) FROM reports") == [(2,)])
        run.terminate()
        run.communicate(timeout=HANG)
        os.close(folder)
        self.imports(3)
        self.assert_current()


class Links(Folder):
    def test_no_link_is_followed_where_others_may_write(self):
        victim = self.write("victim", "precious", 0o600)
        shared = self.path("shared")
        os.mkdir(shared)
        self.imports(1)
        for mode in (0o1777, 0o775):
            os.chmod(shared, mode)
            os.symlink(victim, os.path.join(shared, "daily.csv"))
            with self.subTest(oct(mode)):
                self.expect_line(CANTCREAT, "symbolic link.*remove the link", "-c", self.conf, "export", "-o", shared, "daily")
                self.expect_line(CANTCREAT, "symbolic link", "-c", self.conf, "html", "-o",
                                 os.path.join(shared, "daily.csv"))
            os.unlink(os.path.join(shared, "daily.csv"))
        os.mkdir(self.path("own"))
        os.symlink(self.path("own"), os.path.join(shared, "csv"))
        self.expect_line(CANTCREAT, "symbolic link", "-c", self.conf, "export", "-o", os.path.join(shared, "csv"))
        self.assertEqual(b"precious", self.read("victim"))
        self.assertEqual([], os.listdir(self.path("own")))

    def test_links_of_our_own_are_followed(self):
        self.imports(1)
        os.mkdir(self.path("real"))
        os.symlink("real", self.path("link"))
        self.write("real/daily.csv", "old")
        os.mkdir(self.path("files"))
        os.symlink("../link/daily.csv", self.path("files", "daily.csv"))
        self.expect_silence("-c", self.conf, "export", "-o", self.path("files"), "daily")
        self.assertTrue(os.path.islink(self.path("files", "daily.csv")))
        self.assertEqual(self.read("csv", "daily.csv"), self.read("real", "daily.csv"))
        os.symlink("loop", self.path("loop"))
        self.expect_line(CANTCREAT, "loop", "-c", self.conf, "export", "-o", self.path("loop"))


class Root(Folder):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root")

    def test_what_root_makes_belongs_to_the_owner_of_the_folder(self):
        os.chown(self.export, NOBODY, NOBODY)
        self.imports(1)
        for name in os.listdir(self.export):
            self.assertEqual(NOBODY, os.stat(os.path.join(self.export, name)).st_uid, name)


if __name__ == "__main__":
    tap.main()
