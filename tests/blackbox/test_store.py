#!/usr/bin/env python3
"""The store and the output in trouble: one clear line, the right exit code, nothing half-written."""
import os
import signal
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import (BINARY, CANTCREAT, FIXTURES, IOERR, NOINPUT, OK, SOFTWARE, TEMPFAIL, Scene,  # noqa: E402
                         as_nobody, environment, limit_file_size)


class Trouble(Scene):
    def mails(self, number=40, seed=3):
        folder = self.path(f"mails{seed}")
        corpus.write_folder(folder, corpus.build(number, seed=seed, days=20).mails)
        return folder

    def assert_one_error(self, result, *statuses):
        self.assertIn(result.status, statuses, str(result))
        errors = [line for line in result.lines if "quarantine" not in line and "rejected" not in line]
        self.assertEqual(1, len(errors), str(result))


class Database(Trouble):
    def test_a_new_store_is_for_its_owner_alone(self):
        self.expect(OK, "-d", self.store, "import", self.mails())
        self.assertEqual(0o600, os.stat(self.store).st_mode & 0o777)

    def test_no_store_to_read_is_66(self):
        for command in ("status", "export"):
            with self.subTest(command):
                self.expect_line(NOINPUT, "tlsrua.db", "-d", self.store, command,
                                 *(["-o", "-", "daily"] if command == "export" else []))
                self.assertFalse(os.path.exists(self.store))

    def test_no_folder_for_the_store(self):
        result = self.run_it("-d", self.path("no", "such", "x.db"), "import", self.mails())
        self.assert_one_error(result, IOERR)

    def test_a_file_that_is_no_database(self):
        self.write("tlsrua.db", "This is a letter to my aunt.\n" * 100)
        before = self.read("tlsrua.db")
        result = self.run_it("-d", self.store, "import", self.mails())
        self.assert_one_error(result, IOERR)
        self.assertEqual(before, self.read("tlsrua.db"))

    def test_a_store_of_a_newer_release(self):
        self.expect(OK, "-d", self.store, "import", self.mails())
        db = sqlite3.connect(self.store)
        db.execute("PRAGMA user_version = 9999")
        db.close()
        for command in (["status"], ["import", self.mails()]):
            with self.subTest(command):
                self.assert_one_error(self.run_it("-d", self.store, *command), SOFTWARE)

    def test_a_read_only_database(self):
        """As an ordinary user: file permissions do not bind root."""
        mails, more = self.mails(), self.mails(seed=4)
        self.expect(OK, "-d", self.store, "import", mails)
        preexec = as_nobody if os.geteuid() == 0 else None
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                os.chmod(self.path(name), 0o444)
        os.chmod(self.dir, 0o555)
        self.addCleanup(os.chmod, self.dir, 0o755)
        before = self.read("tlsrua.db")
        result = self.run_it("-d", self.store, "import", more, preexec=preexec)
        self.assert_one_error(result, IOERR)
        self.assertEqual(before, self.read("tlsrua.db"))

    def test_a_full_disk_stores_nothing_by_halves(self):
        disk = self.small_disk("300k")
        mails = self.mails(300)
        if disk is None:
            result = self.run_it("-d", self.store, "import", mails, preexec=limit_file_size(200000))
            store = self.store
        else:
            store = os.path.join(disk, "t.db")
            result = self.run_it("-d", store, "import", mails)
        self.assert_one_error(result, IOERR)
        if os.path.exists(store):
            self.assertEqual([("ok",)], sqlite3.connect(store).execute("PRAGMA integrity_check").fetchall())
        # with room again, the next run ends with what an undisturbed one ends with
        if disk is not None:
            subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
        self.expect(OK, "-d", store, "import", mails)
        self.expect(OK, "-d", self.path("other.db"), "import", mails)
        sql = "SELECT organization, report_id, start, status FROM reports ORDER BY 1, 2, 3"
        self.assertEqual(self.query(sql, store=self.path("other.db")), self.query(sql, store=store))

    def test_imports_side_by_side_wait_for_each_other(self):
        folders = [self.mails(150, seed=s) for s in (11, 12, 13)]
        results = [None] * 3

        def go(i):
            results[i] = self.run_it("-d", self.store, "import", folders[i])
        threads = [threading.Thread(target=go, args=(i,)) for i in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual([OK] * 3, [r.status for r in results], "\n".join(map(str, results)))
        self.expect(OK, "-d", self.path("other.db"), "import", *folders)
        # whichever was first, the same copy counts of those that contradict each other
        sql = "SELECT organization, report_id, start, hex(content), status FROM reports ORDER BY 1, 2, 3, 4"
        self.assertEqual(self.query(sql, store=self.path("other.db")), self.query(sql))

    def test_processes_that_make_one_store_together(self):
        """Whoever comes in the middle of another's making of it waits, and finds it his own; who waited in vain, on a
        busy machine, comes again as a scheduler would have him."""
        report = os.path.join(FIXTURES, "valid", "google.eml")
        for n in range(15):
            store = self.path(f"{n}.db")
            running = [subprocess.Popen([BINARY, "-d", store, "import", report], env=environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                       for _ in range(8)]
            for one in running:
                said = one.communicate(timeout=HANG)[1]
                if one.returncode == TEMPFAIL and "is busy" in said:
                    said = self.run_it("-d", store, "import", report)
                    self.assertEqual(OK, said.status, said)
                else:
                    self.assertEqual(OK, one.returncode, said)
            self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports", store=store))


class Lock(Trouble):
    def test_two_polls_at_once(self):
        """The first waits for a server that says nothing; the second is told who holds the lock."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = self.config({"host": "127.0.0.1", "port": listener.getsockname()[1], "user": "u", "password": "p",
                              "tls": "none", "timeout": "30m", "retries": 0})
        first = subprocess.Popen([BINARY, "-c", config, "poll"], env=environment(), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
        try:
            listener.settimeout(HANG)
            connection, _ = listener.accept()
            second = self.run_it("-c", config, "poll")
            self.assert_one_error(second, TEMPFAIL)
            self.assertRegex(second.err, rf"\b{first.pid}\b")
            # readers and imports need no lock
            self.expect(OK, "-c", config, "status")
            self.expect(OK, "-c", config, "import", self.mails())
            connection.close()
        finally:
            first.kill()
            first.communicate()
        # a lock dies with its holder
        listener.close()
        third = self.run_it("-c", config, "poll")
        self.assertNotEqual(TEMPFAIL, third.status, str(third))


class Output(Trouble):
    def stored(self, number=40):
        config = self.config()
        self.expect(OK, "-c", config, "import", self.mails(number))
        return config

    def test_a_full_disk_leaves_the_old_file(self):
        config = self.stored(120)
        disk = self.small_disk("64k")
        if disk is None:
            # what SQLite makes beside a store to read it has 32 KB, and the file that is written has more
            target, preexec = self.path("out"), limit_file_size(32 << 10)
            os.mkdir(target)
        else:
            target, preexec = disk, None
            with open(os.path.join(disk, "filler"), "wb") as f:
                f.write(b"x" * 56000)
        with open(os.path.join(target, "reports.csv"), "wb") as f:
            f.write(b"old\r\n")
        before = sorted(os.listdir(target))
        result = self.run_it("-c", config, "export", "-o", target, "reports", preexec=preexec)
        self.assert_one_error(result, CANTCREAT)
        self.assertEqual(before, sorted(os.listdir(target)), "something was left behind")
        with open(os.path.join(target, "reports.csv"), "rb") as f:
            self.assertEqual(b"old\r\n", f.read())

    def test_a_limit_that_the_store_comes_to_first_is_one_of_the_store(self):
        config = self.stored()
        os.mkdir(self.path("out"))
        result = self.run_it("-c", config, "export", "-o", self.path("out"), preexec=limit_file_size(4096))
        self.assert_one_error(result, IOERR)
        self.assertIn("tlsrua.db", result.err)
        self.assertEqual([], os.listdir(self.path("out")))

    def test_no_folder_to_write_into(self):
        config = self.stored()
        self.assert_one_error(self.run_it("-c", config, "export", "-o", self.path("no", "such")), CANTCREAT)

    def test_a_csv_folder_that_is_none_fails_the_import_after_it_was_stored(self):
        config = self.stored()
        shutil.rmtree(self.export)
        self.write("csv", "a file in its place")
        result = self.run_it("-c", config, "import", self.mails(seed=9))
        self.assert_one_error(result, CANTCREAT)
        self.assertGreater(self.query("SELECT count(*) FROM reports")[0][0], 50)

    def test_a_full_standard_output(self):
        config = self.stored()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "-c", config, "export", "-o", "-", "daily"], stdout=full,
                                  stderr=subprocess.PIPE, env=environment(), check=False)
        self.assertEqual(CANTCREAT, done.returncode, done.stderr)

    def test_a_reader_that_hangs_up_ends_it_quietly(self):
        config = self.stored()
        p = subprocess.Popen([BINARY, "-c", config, "export", "-o", "-", "reports"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment())
        p.stdout.close()
        err = p.stderr.read()
        p.stderr.close()
        self.assertIn(p.wait(), (0, -signal.SIGPIPE), err)
        self.assertEqual(b"", err)


class Status(Trouble):
    def test_it_tells_what_is_stored_and_what_waits(self):
        mails = corpus.build(200, seed=6, broken=0.05, conflicts=0.02)
        corpus.write_folder(self.path("in"), mails.mails)
        config = self.config()
        self.expect(OK, "-c", config, "import", self.path("in"))
        got = self.expect_silence("-c", config, "status", "--json").json
        c = mails.counts
        self.assertEqual((c["messages"], c["imported"], c["conflict"], c["rejected"]),
                         (got["messages"], got["reports"], got["conflicts"], got["quarantined"]))
        self.assertEqual(str(min(r.day for r in mails.reports)), got["first_day"])
        self.assertEqual(str(max(r.day for r in mails.reports)), got["last_day"])
        daily = self.table("daily")
        self.assertEqual(sum(int(r["counted_sessions"]) for r in daily), got["sessions"])
        text = self.expect_silence("-c", config, "status").out
        self.assertRegex(text, rf"\b{c['imported']} reports\b")
        self.assertRegex(text, rf"\b{c['rejected']} in quarantine\b")

    def test_an_empty_store(self):
        config = self.config()
        self.write("in/m.eml", "From: a@b.example\nSubject: x\n\nx\n")
        self.expect(OK, "-c", config, "import", self.path("in"))
        text = self.expect_silence("-c", config, "status").out
        self.assertIn("nothing yet", text)


if __name__ == "__main__":
    tap.main()
