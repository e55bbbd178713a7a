#!/usr/bin/env python3
"""The package's way on a machine of its own: in_root.py PACKAGE.deb, as root, in a root that may be thrown away.

Installed, configured, polled, upgraded, removed and purged; the store of an older release is migrated on the way.
"""
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
OLD_STORE = os.path.join(HERE, "..", "fixtures", "stores", "version1.sql")
PACKAGE = sys.argv.pop(1) if len(sys.argv) > 1 else ""
CONF, STATE, TABLES = "/etc/tlsrua.conf", "/var/lib/tlsrua", "/srv/tlsrua"
STORE = os.path.join(STATE, "tlsrua.db")
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def run(*command, status=0, **options):
    done = subprocess.run(command, capture_output=True, text=True, env=QUIET, check=False, **options)
    if done.returncode != status:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def tlsrua(*args, status=0):
    return run("runuser", "-u", "tlsrua", "--", "tlsrua", *args, status=status, cwd="/")


def install(package):
    run("apt-get", "-q", "install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", package)


def newer(folder):
    """The same package under the next version, as an upgrade; its configuration has a line more."""
    tree = os.path.join(folder, "tree")
    run("dpkg-deb", "-R", PACKAGE, tree)
    for name, old, new in (("DEBIAN/control", "Version: 1.0.0", "Version: 1.0.1"),
                           ("etc/tlsrua.conf", "\n", "\n# a line of the next release\n")):
        path = os.path.join(tree, name)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new, 1))
    target = os.path.join(folder, "tlsrua_1.0.1.deb")
    run("dpkg-deb", "--root-owner-group", "-b", tree, target)
    return target


def counted():
    db = sqlite3.connect(STORE)
    try:
        return db.execute("SELECT reports FROM totals").fetchone()[0], db.execute("PRAGMA user_version").fetchone()[0]
    finally:
        db.close()


class Package(unittest.TestCase):
    """One way, in the order of the names."""
    def test_1_installed_it_waits_to_be_configured(self):
        install(PACKAGE)
        owner = pwd.getpwnam("tlsrua")
        for folder, mode in ((STATE, 0o750), (TABLES, 0o755)):
            found = os.stat(folder)
            self.assertEqual((owner.pw_uid, mode), (found.st_uid, found.st_mode & 0o7777), folder)
        self.assertRegex(run("tlsrua", "--version"), r"tlsrua 1\.0\.0 ")
        enabled = [n for f in ("/etc/systemd/system",) for _, _, names in os.walk(f) for n in names if "tlsrua" in n]
        self.assertEqual([], enabled)
        self.assertTrue(os.path.exists("/usr/lib/systemd/system/tlsrua.timer") or
                        os.path.exists("/lib/systemd/system/tlsrua.timer"))
        with open(next(p for p in ("/usr/lib/systemd/system/tlsrua.service", "/lib/systemd/system/tlsrua.service")
                       if os.path.exists(p)), encoding="utf-8") as f:
            self.assertIn("ExecStart=/usr/bin/tlsrua poll", f.read())

    def test_2_configured_it_polls(self):
        mails = corpus.build(60, seed=3)
        with Dovecot({"a@here.example": mails.mails}, passwords={"here.example": "secret"}) as server:
            shutil.copy(server.ca_file, "/etc/tlsrua.ca")
            os.chmod("/etc/tlsrua.ca", 0o644)
            with open("/etc/tlsrua.password", "w", encoding="ascii",
                      opener=lambda p, f: os.open(p, f, 0o640)) as f:
                f.write("secret\n")
            shutil.chown("/etc/tlsrua.password", "root", "tlsrua")
            with open(CONF, "w", encoding="utf-8") as f:
                f.write(f"[reports]\ndkim = off\n[export]\ndir = {TABLES}\n[mailbox reports]\nhost = 127.0.0.1\n"
                        f"port = {server.tls_port}\nuser = a@here.example\npassword_file = /etc/tlsrua.password\n"
                        "ca_file = /etc/tlsrua.ca\n")
            tlsrua("check", "--mailbox")
            tlsrua("poll")
        self.assertEqual(len(mails.reports), counted()[0])
        self.assertTrue(os.path.exists(os.path.join(TABLES, "daily.csv")))

    def test_3_upgraded_it_keeps_both_and_migrates_an_older_store(self):
        os.unlink(STORE)
        db = sqlite3.connect(STORE)
        with open(OLD_STORE, encoding="utf-8") as f:
            db.executescript(f.read())
        db.close()
        shutil.chown(STORE, "tlsrua", "tlsrua")
        before = counted()
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            install(newer(folder))
        with open(CONF, encoding="utf-8") as f:
            self.assertIn("a@here.example", f.read())
        corpus.write_mbox("/tmp/mbox", corpus.build(20, seed=4).mails)
        os.chmod("/tmp/mbox", 0o644)
        tlsrua("import", "/tmp/mbox")
        copy = sqlite3.connect(STORE + ".v1")
        self.assertEqual(before, (copy.execute("SELECT reports FROM totals").fetchone()[0],
                                  copy.execute("PRAGMA user_version").fetchone()[0]))
        copy.close()
        self.assertEqual(1, before[1])
        self.assertGreater(counted()[1], 1)
        self.assertGreater(counted()[0], before[0])

    def test_4_a_downgrade_says_what_to_do(self):
        db = sqlite3.connect(STORE)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = 99")
        db.commit()
        said = tlsrua("status", status=70)
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()
        db.close()
        self.assertIn("newer release", said)
        self.assertIn(STORE + ".v1", said)

    def test_5_removed_it_leaves_the_state_and_purged_nothing(self):
        run("apt-get", "-q", "remove", "-y", "tlsrua")
        self.assertFalse(os.path.exists("/usr/bin/tlsrua"))
        self.assertTrue(os.path.exists(STORE))
        self.assertTrue(os.path.exists(CONF))
        run("apt-get", "-q", "purge", "-y", "tlsrua")
        self.assertEqual([], [p for p in (STATE, TABLES, CONF) if os.path.exists(p)])


if __name__ == "__main__":
    tap.main()
