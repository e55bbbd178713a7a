#!/usr/bin/env python3
"""Shipping through pgbouncer in transaction mode, where each transaction may have another connection to the server."""
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.dovecot import free_ports  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import as_nobody  # noqa: E402
from lib.shared_store import Poller, SharedStore, kill  # noqa: E402

CONF = """[databases]
tlsrua = host={dir} port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {dir}/users
pool_mode = transaction
default_pool_size = 3
max_client_conn = 50
ignore_startup_parameters = extra_float_digits
"""
PROGRAM = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


class Pooled(SharedStore):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(PROGRAM):
            raise cls.skipTest(cls, "no pgbouncer: scripts/deps postgresql")
        super().setUpClass()
        cls.port, = free_ports(1)
        conf = os.path.join(cls.pg.dir, "pgbouncer.ini")
        with open(conf, "w") as out:
            out.write(CONF.format(dir=cls.pg.dir, server=cls.pg.port, port=cls.port))
        with open(os.path.join(cls.pg.dir, "users"), "w") as out:
            out.write('"poller" ""\n"other" ""\n')
        cls.log = open(os.path.join(cls.pg.dir, "pgbouncer.log"), "ab")
        cls.process = subprocess.Popen([PROGRAM, conf], stdin=subprocess.DEVNULL, stdout=cls.log, stderr=cls.log,
                                       preexec_fn=as_nobody if os.geteuid() == 0 else None)
        cls.addClassCleanup(cls.end_pgbouncer)
        until = time.monotonic() + HANG
        while True:
            try:
                cls.pg.sql("SELECT 1", user="poller", port=cls.port, host="127.0.0.1")
                break
            except RuntimeError:
                if time.monotonic() > until or cls.process.poll() is not None:
                    raise
                time.sleep(0.05)
        cls.pg.service("pooled", host="127.0.0.1", port=cls.port, user="poller")

    @classmethod
    def end_pgbouncer(cls):
        cls.process.kill()
        cls.process.wait()
        cls.log.close()

    def test_side_by_side(self):
        """More pollers than there are connections, some of them killed."""
        pollers = [Poller(self, f"p{i}", service="pooled") for i in range(6)]
        reports = self.reports(600)
        for i, poller in enumerate(pollers):
            poller.take(reports[100 * i:100 * i + 300])
        processes = [p.start() for p in pollers]
        for process in processes[::3]:
            time.sleep(0.02)
            kill(process)
        self.assertLessEqual({p.wait(HANG) for p in processes}, {0, -9})
        for poller in pollers:
            poller.ship()
        together = self.content()
        self.assertEqual("600", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.empty()
        alone = Poller(self, "alone")
        alone.take(reports)
        alone.ship()
        self.assertEqual(len(together), len(self.content()))

    def test_nothing_stays_in_a_session(self):
        one = Poller(self, "one", service="pooled")
        one.take(self.reports(50))
        one.ship()
        self.assertEqual([("0",)] * 5, [self.pg.sql(
            "SELECT (SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_class"
            " WHERE relpersistence = 't') + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
            " + (SELECT count(*) FROM pg_settings WHERE source = 'session' AND name LIKE 'enable%')",
            user="poller", port=self.port, host="127.0.0.1")[0] for _ in range(5)])


if __name__ == "__main__":
    tap.main()
