#!/usr/bin/env python3
"""The disk of the server is full: nothing is lost, and once there is room all is as if it had never been."""
import os
import pwd
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CANTCREAT  # noqa: E402
from lib.shared_store import Poller, SharedStore  # noqa: E402


class Full(SharedStore):
    def mount(self, *options):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", self.disk],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"nothing can be mounted: {done.stderr.strip()}")

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small disk")
        self.disk = tempfile.mkdtemp(prefix="pg-disk-")
        self.addCleanup(os.rmdir, self.disk)
        self.mount("size=6m")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        nobody = pwd.getpwnam("nobody")
        os.chown(self.disk, nobody.pw_uid, nobody.pw_gid)

    def test_disk_full(self):
        one = Poller(self, "one")
        reports = self.reports(6000, days=60)
        one.take(reports)
        one.ship()
        wanted = (self.content(), self.positions())
        self.pg.sql(f"CREATE TABLESPACE small LOCATION '{self.disk}'")
        self.pg.sql("ALTER DATABASE tlsrua SET default_tablespace = small")
        self.addCleanup(self.pg.sql, "DROP TABLESPACE small")
        self.addCleanup(self.pg.sql, "DROP SCHEMA tlsrua CASCADE")
        self.addCleanup(self.pg.sql, "ALTER DATABASE tlsrua RESET default_tablespace")
        self.empty()
        result = one.ship(status=CANTCREAT)
        self.assertRegex(result.err, "No space left on device.*the server's disk is full")
        self.mount("remount", "size=200m")
        one.ship()
        self.assertEqual(wanted, (self.content(), self.positions()))


if __name__ == "__main__":
    tap.main()
