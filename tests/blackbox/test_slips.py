#!/usr/bin/env python3
"""Slips of the person who runs it: an output named like the store, a test store, root instead of the user, a closed stdout."""
import fcntl
import json
import os
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import (BINARY, CANTCREAT, CHECK, IOERR, NOINPUT, OK, TEMPFAIL, UNAVAILABLE, USAGE, Scene,  # noqa: E402
                         as_nobody, environment)
from lib.served import Acting  # noqa: E402

NOBODY = 65534


def report(number=1, domain="c.example", failed=0, day="2026-03-01", details=0):
    return json.dumps({
        "organization-name": "Sender", "report-id": str(number), "contact-info": "a@b.example",
        "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
        "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain},
                      "summary": {"total-successful-session-count": 1, "total-failure-session-count": failed},
                      "failure-details": [{"result-type": "validation-failure", "failed-session-count": 1,
                                           "failure-reason-code": f"reason {i}"} for i in range(details)]}]})


class Outputs(Scene):
    """No output replaces the store, its files, the configuration or a secret."""

    def setUp(self):
        super().setUp()
        names, keys, ca = (self.write(n, t) for n, t in (("domains.txt", "c.example\n"), ("root.key", ". IN DS 1\n"),
                                                         ("ca.pem", "x\n")))
        self.conf = self.config({"host": "localhost", "user": "u", "password": "secret", "ca_file": ca}, export=False,
                                extra=f"[reports]\ndomains_file = {names}\n[dns]\ntrust_anchor = {keys}\n")
        self.expect_silence("-c", self.conf, "import", self.write("r.json", report()))

    def test_a_page_replaces_none_of_them(self):
        os.symlink(self.store, self.path("link.db"))
        os.link(self.path("reports.password"), self.path("other-name"))
        os.mkdir(self.path("there"))
        for name in ("tlsrua.db", "tlsrua.db-wal", "tlsrua.db-shm", "tlsrua.db-journal", "tlsrua.db.lock", "link.db",
                     "tlsrua.conf", "reports.password", "other-name", "there/../tlsrua.db", "domains.txt", "root.key",
                     "ca.pem"):
            with self.subTest(name):
                path = self.path(name)
                before = self.read(name) if os.path.exists(path) else None
                self.expect_line(CANTCREAT, r"is (the|a) [A-Za-z ]+, and is not replaced: write to another place",
                                 "-c", self.conf, "html", "-o", path)
                self.assertEqual(before, self.read(name) if os.path.exists(path) else None)
        self.expect_silence("-c", self.conf, "html", "-o", self.path("tlsrua.html"))

    def test_nor_with_another_store(self):
        self.expect_silence("-d", self.path("o.db"), "import", self.path("r.json"))
        self.expect_line(CANTCREAT, "is the store", "-c", self.conf, "-d", self.path("o.db"), "html", "-o", self.store)
        self.expect_line(CANTCREAT, "is the store", "-c", self.conf, "-d", self.path("o.db"), "html", "-o",
                         self.path("o.db"))

    def test_nor_does_a_table(self):
        store = self.path("daily.csv")
        self.expect_silence("-d", store, "import", self.path("r.json"))
        before = self.read("daily.csv")
        self.expect_line(CANTCREAT, "is the store", "-d", store, "export", "-o", self.dir)
        conf = self.write("c.conf", f"[store]\npath = {store}\n[export]\ndir = {self.dir}\n")
        self.expect_line(CANTCREAT, "is the store", "-c", conf, "import", self.write("2.json", report(2)))
        self.assertEqual(before[:100], self.read("daily.csv")[:100])


class OtherStore(Scene):
    def test_the_folder_of_the_configuration_is_left_alone(self):
        conf = self.config()
        self.expect_silence("-c", conf, "import", self.write("r.json", report()))
        before = {n: self.read("csv", n) for n in os.listdir(self.export)}
        other = self.path("other.db")
        self.expect_silence("-c", conf, "-d", other, "import", self.write("t.json", report(2, "test.example")))
        self.assertEqual(before, {n: self.read("csv", n) for n in os.listdir(self.export)})
        self.expect_line(USAGE, "-o DIR", "-c", conf, "-d", other, "export")

    def test_its_own_store_by_another_name_is_its_own(self):
        conf = self.config()
        self.expect_silence("-c", conf, "import", self.write("r.json", report()))
        os.symlink(self.store, self.path("link.db"))
        self.expect_silence("-c", conf, "-d", self.path("link.db"), "import", self.write("2.json", report(2)))
        self.assertEqual(2, len(self.table("reports")))


class Domains(Scene):
    def setUp(self):
        super().setUp()
        self.expect_silence("-d", self.store, "import", self.write("r.json", report(failed=9)),
                            self.write("u.json", report(2, "xn--bcher-kva.example")))

    def test_a_domain_is_the_same_however_it_is_written(self):
        for name in ("c.example", "C.Example", "c.example.", "C.EXAMPLE."):
            with self.subTest(name):
                self.expect_line(CHECK, "over 1 % failed: c.example", "-d", self.store, "summary", "--since", "all",
                                 "--fail-above", "1%", "--domain", name)
                self.assertEqual(2, len(self.expect_silence("-d", self.store, "export", "-o", "-", "--domain", name,
                                                            "daily").out.splitlines()))
        for name in ("b\u00fccher.example", "B\u00dcCHER.example.", "xn--bcher-kva.example"):
            with self.subTest(name):
                self.assertEqual(2, len(self.expect_silence("-d", self.store, "export", "-o", "-", "--domain", name,
                                                            "daily").out.splitlines()))

    def test_a_domain_that_nobody_reported_on_is_said(self):
        wrong = ("--domain", "x.example")
        self.expect_line(USAGE, "x.example: no report about this domain is stored", "-d", self.store, "summary",
                         "--fail-above", "1%", "--domain", "c.example", *wrong)
        self.expect_line(OK, "x.example: no report", "-d", self.store, "summary", *wrong)
        self.expect_line(OK, "x.example: no report", "-d", self.store, "html", "-o", self.path("page.html"), *wrong)
        self.expect_line(OK, "x.example: no report", "-d", self.store, "export", "-o", "-", "daily", *wrong)
        self.expect_line(USAGE, "no domain name", "-d", self.store, "summary", "--domain", "a..b")


class Descriptors(Scene):
    def closed(self, which, *args):
        """Run it with a descriptor closed; the exit code and the file that may not be written to."""
        self.write("r.json", report())
        return subprocess.run([BINARY, *args], cwd=self.dir, env=environment(), stdin=subprocess.DEVNULL,
                              preexec_fn=lambda: [os.close(fd) for fd in which], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=False).returncode

    def test_a_closed_descriptor_is_no_file_of_ours(self):
        """Otherwise the store would get the number of stdout, and the output."""
        for which in ((1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            with self.subTest(which):
                store = f"{''.join(map(str, which))}.db"
                status = self.closed(which, "-d", store, "import", "--json", "r.json")
                self.assertEqual(CANTCREAT if 1 in which else OK, status)
                self.expect_silence("-d", store, "status", "--verify")

    def test_what_is_said_does_not_go_to_the_server(self):
        heard = []
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            while True:
                with server.accept()[0] as client, client.makefile("rwb") as stream:
                    stream.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                    stream.flush()
                    for line in stream:
                        heard.append(line)
                        stream.write(line.split()[0] + b" BAD no\r\n")
                        stream.flush()

        threading.Thread(target=serve, daemon=True).start()
        conf = self.config({"host": "127.0.0.1", "port": server.getsockname()[1], "tls": "none", "user": "u",
                            "password": "secret", "retries": 0}, export=False)
        for which in ((1,), (2,), (0, 1, 2)):
            with self.subTest(which):
                heard.clear()
                self.closed(which, "-c", conf, "-vvv", "check", "--mailbox")
                self.assertNotEqual([], heard)
                self.assertEqual([], [line for line in heard if b"tlsrua:" in line or b"mailbox" in line])

    def test_a_limit_of_file_size_ends_with_a_line(self):
        self.expect(OK, "-d", self.store, "import", self.write("r.json", report(failed=600, details=600)))
        os.mkdir(self.path("out"))
        done = subprocess.run([BINARY, "-d", self.store, "export", "-o", "out"], cwd=self.dir, env=environment(),
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000)), check=False,
                              capture_output=True)
        self.assertEqual(CANTCREAT, done.returncode, done.stderr)
        self.assertRegex(done.stderr, rb"\Atlsrua: out/\S+: .*File too large.*ulimit -f.*\n\Z")
        done = subprocess.run([BINARY, "-d", self.path("new.db"), "import", "r.json"], cwd=self.dir, env=environment(),
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)), check=False,
                              capture_output=True)
        self.assertEqual(74, done.returncode, done.stderr)
        self.assertEqual(1, done.stderr.count(b"\n"), done.stderr)


class Names(Scene):
    """A store that is reached by several names is one store."""

    def setUp(self):
        super().setUp()
        self.expect_silence("-d", self.store, "import", self.write("r.json", report()))

    def test_all_its_names_have_one_lock(self):
        os.symlink(self.store, self.path("link.db"))
        os.mkdir(self.path("there"))
        os.symlink(self.dir, self.path("there", "again"))
        box = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "p", "retries": 0}
        with open(self.store + ".lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in ("tlsrua.db", "link.db", "there/again/tlsrua.db", "there/again/link.db"):
                with self.subTest(name):
                    conf = self.config(box, store=self.path(name), export=False)
                    self.expect_line(TEMPFAIL, r"tlsrua\.db\.lock: held", "-c", conf, "poll")

    def test_a_second_name_that_cannot_be_followed_is_refused(self):
        os.link(self.store, self.path("second.db"))
        for name in ("tlsrua.db", "second.db"):
            self.expect_line(IOERR, "2 names.*find -samefile", "-d", self.path(name), "import", self.path("r.json"))
        self.expect(OK, "-d", self.store, "status")

    def test_no_link_is_followed_where_others_may_write(self):
        os.mkdir(self.path("shared"))
        os.chmod(self.path("shared"), 0o1777)
        os.symlink("../tlsrua.db", self.path("shared", "tlsrua.db"))
        for command in (["import", self.path("r.json")], ["status"]):
            self.expect_line(IOERR, "symbolic link", "-d", self.path("shared", "tlsrua.db"), *command)

    def test_a_link_that_leads_nowhere_makes_no_store(self):
        os.symlink("none.db", self.path("link.db"))
        self.expect_line(IOERR, "cannot be created", "-d", self.path("link.db"), "import", self.path("r.json"))
        self.expect_line(NOINPUT, "no such store", "-d", self.path("link.db"), "status")
        self.assertFalse(os.path.exists(self.path("none.db")))

    def test_what_stands_where_its_log_belongs_is_refused(self):
        for name in ("tlsrua.db-wal", "tlsrua.db-shm", "tlsrua.db-journal"):
            for make in (os.mkfifo, lambda path: os.symlink("r.json", path), os.mkdir):
                make(self.path(name))
                for command in (["import", self.path("r.json")], ["status"]):
                    self.expect_line(IOERR, f"{name}: belongs to the store.*: rm ", "-d", self.store, *command)
                (os.rmdir if os.path.isdir(self.path(name)) else os.unlink)(self.path(name))
        self.expect_silence("-d", self.store, "import", self.path("r.json"))


class Root(Scene):
    """One run as root does not lock the owner out."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.box = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "p", "retries": 0}
        self.conf = self.config(self.box)
        for path in (self.dir, self.export, self.path("reports.password")):
            os.chown(path, NOBODY, NOBODY)
        self.write("r.json", report())

    def assert_owners_run_works(self):
        self.expect(UNAVAILABLE, "-c", self.conf, "poll", preexec=as_nobody)
        self.expect(OK, "-c", self.conf, "import", self.write("2.json", report(2)), preexec=as_nobody)
        self.assertEqual({NOBODY}, {os.stat(self.path(n)).st_uid for n in os.listdir(self.dir) if ".db" in n})

    def test_not_when_it_was_the_first_run(self):
        self.expect(UNAVAILABLE, "-c", self.conf, "poll")
        self.expect(OK, "-c", self.conf, "import", self.path("r.json"))
        self.assert_owners_run_works()

    def test_not_when_the_store_was_there(self):
        self.expect(OK, "-c", self.conf, "import", self.path("r.json"), preexec=as_nobody)
        self.expect(UNAVAILABLE, "-c", self.conf, "poll")
        self.assert_owners_run_works()

    def test_what_an_older_release_left_is_said_with_the_command(self):
        self.expect(OK, "-c", self.conf, "import", self.path("r.json"), preexec=as_nobody)
        lock = self.write("tlsrua.db.lock", "", 0o600)
        self.expect_line(IOERR, f"as root, chown {NOBODY}:{NOBODY} {lock}$", "-c", self.conf, "poll",
                         preexec=as_nobody)


class Vanished(Acting):
    """A store or folder that goes away in the middle of a run: the mail stays on the server."""

    def poll_with(self, script, status, pattern):
        """The command for the password is run once the store is open."""
        user = self.user()
        command = self.write("secret", f"#!/bin/sh\ncd {self.dir}\n{script}\n"
                             f"printf %s {shlex.quote(self.server.users[user])}\n", 0o755)
        before = len(self.uids(user))
        result = self.poll(user, status=status, after_import="delete", after_reject="delete", password=None,
                           password_command=command)
        self.assertRegex(result.err, pattern)
        self.assertEqual(before, len(self.uids(user)))
        return user

    def test_a_store_that_is_moved_or_removed(self):
        for script in ("mv tlsrua.db away.db", "rm tlsrua.db", "rm tlsrua.db; : >tlsrua.db", "rm tlsrua.db-wal"):
            with self.subTest(script):
                self.poll_with(script, IOERR, "was moved or removed.*put it back, and run again")
                for name in os.listdir(self.dir):
                    if ".db" in name:
                        os.unlink(self.path(name))

    def test_a_store_that_is_overwritten(self):
        for script in (": >tlsrua.db", "dd if=/dev/zero of=tlsrua.db bs=100 count=1 conv=notrunc 2>dd.err",
                       "cp old.db tlsrua.db"):
            with self.subTest(script):
                for numbers in (range(20), range(20, 40)):  # it has grown since that copy was made
                    self.expect(OK, "-d", self.store, "import",
                                *[self.write(f"{n}.json", report(n, details=20)) for n in numbers])
                    if numbers[0] == 0:
                        shutil.copy(self.store, self.path("old.db"))
                self.poll_with(script, IOERR, "was overwritten while it was in use.*restore it|is damaged: restore it")
                for name in os.listdir(self.dir):
                    if name.startswith("tlsrua.db"):
                        os.unlink(self.path(name))

    def test_a_folder_that_is_one_no_more_and_the_next_run_goes_on(self):
        user = self.poll_with("rm -r csv; touch csv", CANTCREAT, "csv: Not a directory")
        os.unlink(self.export)
        self.poll(user, after_import="delete", after_reject="delete")
        _, _, none = self.verdicts()
        self.assertEqual(len(none), len(self.uids(user)))


if __name__ == "__main__":
    tap.main()
