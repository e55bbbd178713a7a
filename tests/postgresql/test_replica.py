#!/usr/bin/env python3
"""A replica is promoted that lacks what the server acknowledged last: pollers ship that again, of their own accord."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.postgresql import Replica  # noqa: E402
from lib.program import UNAVAILABLE  # noqa: E402
from lib.shared_store import PASSWORD, Poller, SharedStore  # noqa: E402


class Promoted(SharedStore):
    def wait_until(self, true):
        until = time.monotonic() + HANG
        while not true():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)

    def test_a_replica_that_lags_is_promoted(self):
        one, reports = Poller(self, "one"), self.reports(2000)
        replica = Replica(self.pg)
        self.addCleanup(replica.close)
        self.pg.service("both", host="127.0.0.1,127.0.0.1", port=f"{self.pg.port},{replica.port}", user="poller",
                        password=PASSWORD, sslmode="require", target_session_attrs="read-write")
        one.configure(service="both")
        one.take(reports[:1200])
        one.ship()
        self.wait_until(lambda: replica.value("SELECT pg_last_wal_replay_lsn()") ==
                        self.value("SELECT pg_current_wal_lsn()"))
        replica.stop()
        one.take(reports)
        self.assertEqual(800, one.ship().json["new"])
        wanted = (self.content(), self.positions())
        self.pg.stop(signal.SIGQUIT)
        one.ship(status=UNAVAILABLE)
        replica.start()
        replica.promote()
        self.assertEqual([("one", "1200")], replica.sql("SELECT name, position FROM tlsrua.journals"))
        shipped = one.ship().json
        self.assertEqual((800, 0), (shipped["new"], shipped["waiting"]))
        type(self).pg = replica
        self.assertEqual(wanted, (self.content(), self.positions()))


if __name__ == "__main__":
    tap.main()
