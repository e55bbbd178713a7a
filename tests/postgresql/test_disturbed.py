#!/usr/bin/env python3
"""Whatever happens while it is shipped, the shared store ends as if nothing had.

SHIP_MOMENTS says how often each kind of disturbance is tried (2).
"""
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.filled import fill  # noqa: E402
from lib.patience import HANG, catches, wait_until  # noqa: E402
from lib.postgresql import ADMINISTRATOR, DATABASE  # noqa: E402
from lib.program import OK, PROTOCOL, TEMPFAIL, UNAVAILABLE  # noqa: E402
from lib.proxy import Proxy  # noqa: E402
from lib.shared_store import PASSWORD, Poller, SharedStore, kill  # noqa: E402

MOMENTS = int(os.environ.get("SHIP_MOMENTS", "2"))
REPORTS = 12000 if MOMENTS > 10 else 6000  # three batches, or two


class Cutting(Proxy):
    """Cuts the next connection after so many bytes either way, or of answers alone; several go through side by side."""

    def __init__(self, port, answers=False):
        self.after, self.cuts, self.answers = None, 0, answers
        self.answered = 0  # bytes
        super().__init__(port)

    def _run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client, self.after), daemon=True).start()
            self.after = None  # the next one gets through

    def _carry(self, client, after):
        server = socket.create_connection(("127.0.0.1", self.target))
        left, lock = [after], threading.Lock()

        def pump(source, sink):
            counts = source is server or not self.answers
            try:
                while data := source.recv(65536):
                    with lock:
                        self.answered += len(data) if source is server else 0
                        if left[0] is not None and counts:
                            data, left[0] = data[:left[0]], left[0] - len(data)
                            if left[0] <= 0:
                                sink.sendall(data)
                                self.cuts += 1
                                return
                    sink.sendall(data)
            except OSError:
                pass
            finally:
                for s in (client, server):
                    try:
                        s.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
        other = threading.Thread(target=pump, args=(server, client), daemon=True)
        other.start()
        pump(client, server)
        other.join()
        client.close()
        server.close()


class Disturbed(SharedStore):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(21)

    def setUp(self):
        super().setUp()
        self.one = Poller(self, "one", timeout="5s")
        fill(self.one.store, REPORTS, 300, 12, 20)
        began = time.monotonic()
        self.one.ship()
        self.seconds = time.monotonic() - began
        self.wanted = (self.content(), self.positions())
        self.empty()

    def assert_as_undisturbed(self, what):
        got = (self.content(), self.positions())
        if got != self.wanted:
            missing, extra = set(self.wanted[0]) - set(got[0]), set(got[0]) - set(self.wanted[0])
            self.fail(f"{what}: {len(missing)} rows missing, such as {sorted(missing)[:2]}; {len(extra)} too many, "
                      f"such as {sorted(extra)[:2]}; {len(got[0])} rows, {len(self.wanted[0])} wanted; {got[1]}")

    def disturb(self, disturbance):
        """Run it again and again, disturbed at random moments, until it has shipped all; then once more."""
        done = rounds = 0
        while done < MOMENTS:
            process = self.one.start()
            time.sleep(self.rng.random() * self.seconds * 0.7)
            if process.poll() is None:
                disturbance(process)
                done += 1
            process.wait(HANG)
            if self.positions() == self.wanted[1]:
                rounds += 1
                self.assert_as_undisturbed(f"round {rounds}, {done} disturbances")
                self.empty()
        self.one.ship()
        self.assert_as_undisturbed(f"{done} disturbances")

    def test_killed(self):
        self.disturb(kill)

    def test_backends_are_ended(self):
        self.disturb(lambda process: self.pg.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                                 " WHERE usename = 'poller'"))

    def test_the_server_crashes(self):
        def crash(process):
            self.pg.stop(signal.SIGQUIT)
            self.pg.start()
        self.disturb(crash)

    def test_the_connection_is_cut(self):
        proxy = Cutting(self.pg.port)
        try:
            self.pg.service("cut", host="localhost", port=proxy.port, user="poller", password=PASSWORD,
                            sslmode="disable")
            self.one.configure(service="cut")
            self.empty()
            self.one.ship()
            for _ in range(MOMENTS):
                self.empty()
                proxy.after = int(10 ** (2.5 + 4.2 * self.rng.random()))
                self.one.ship()  # it connects again by itself
                self.assert_as_undisturbed("cut")
            self.assertGreater(proxy.cuts, 0)
        finally:
            proxy.close()

    def test_answers_are_lost(self):
        """That of COMMIT among them: the position in the shared store, not what the poller saw, says what is stored."""
        proxy = Cutting(self.pg.port, answers=True)
        try:
            self.pg.service("lost", host="localhost", port=proxy.port, user="poller", password=PASSWORD,
                            sslmode="disable")
            self.one.configure(service="lost")
            self.empty()
            self.one.ship()
            answered = proxy.answered
            for i in range(MOMENTS):
                self.empty()
                proxy.after = answered - 61 * i - 1
                self.one.ship()
                self.assert_as_undisturbed(f"lost {61 * i + 1} bytes before the end")
            self.assertEqual(MOMENTS, proxy.cuts)
        finally:
            proxy.close()

    def forget(self):
        """Of the server: what it had acknowledged."""
        self.pg.sql("UPDATE tlsrua.journals SET position = 0, mark = NULL;"
                    "DELETE FROM tlsrua.failures; DELETE FROM tlsrua.policies; DELETE FROM tlsrua.reports")

    def test_the_server_is_put_back_from_a_backup(self):
        """It has forgotten what it had acknowledged: the poller ships that again, of its own accord."""
        process = self.one.start()
        while self.value("SELECT count(*) FROM tlsrua.journals WHERE position > 0") == "0":
            time.sleep(0.005)
        process.wait(HANG)
        self.forget()
        self.one.ship()
        self.assert_as_undisturbed("put back")

    def migrate(self, oldest, sql=""):
        """What a newer release does to the schema while a poller that has connected waits for its turn."""
        held = threading.Thread(target=self.pg.sql, args=(f"""BEGIN; SELECT FROM tlsrua.journals ORDER BY id FOR UPDATE;
DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;
UPDATE tlsrua.schema SET version = 2, oldest = {oldest}; {sql}; COMMIT""",))
        held.start()
        wait_until("it holds the journals", lambda: self.value(
            "SELECT count(*) FROM pg_locks WHERE relation = 'tlsrua.journals'::regclass AND mode = 'RowShareLock'") != "0")
        process = self.one.start()
        held.join()
        return process.wait(HANG)

    def test_the_schema_is_migrated(self):
        """By a release beside which this one may go on, then by one that wants newer ones."""
        self.one.ship()
        self.forget()
        self.assertEqual(OK, self.migrate(1, "ALTER TABLE tlsrua.reports ADD COLUMN newer int DEFAULT 7"))
        self.assertEqual("t", self.value("SELECT every(newer = 7) FROM tlsrua.reports"))
        self.pg.sql("ALTER TABLE tlsrua.reports DROP COLUMN newer")
        self.assert_as_undisturbed("migrated")
        self.forget()
        self.assertEqual(PROTOCOL, self.migrate(2))
        self.one.ship(status=PROTOCOL)
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.pg.sql("UPDATE tlsrua.schema SET version = 1, oldest = 1")
        self.one.ship()
        self.assert_as_undisturbed("migrated back")

    def test_a_backend_falls_silent(self):
        """As after a connection that died on the way: the row of the journal stays locked by it."""
        self.one.configure(timeout="2s")
        holder = subprocess.Popen(["psql", "-X", "-q", "-h", self.pg.dir, "-p", str(self.pg.port), "-U", ADMINISTRATOR,
                                   DATABASE], stdin=subprocess.PIPE, text=True)
        holder.stdin.write("BEGIN; LOCK TABLE tlsrua.reports IN EXCLUSIVE MODE;\n")
        holder.stdin.flush()
        locked = "SELECT pid FROM pg_locks WHERE relation = 'tlsrua.reports'::regclass AND "
        wait_until("the table is locked", lambda: self.pg.sql(locked + "mode = 'ExclusiveLock'"))
        process = self.one.start()
        wait_until("a backend waits", lambda: self.pg.sql(locked + "NOT granted"))
        stopped = int(self.value(locked + "NOT granted LIMIT 1"))
        os.kill(stopped, signal.SIGSTOP)
        try:
            holder.communicate("COMMIT;\n")
            self.assertIn(process.wait(HANG), (UNAVAILABLE, TEMPFAIL))
        finally:
            os.kill(stopped, signal.SIGCONT)
        self.one.ship()
        self.assert_as_undisturbed("silent")

    def test_who_is_stopped_goes_on(self):
        process = self.one.start()
        wait_until("it listens to signals", lambda: catches(process, signal.SIGTERM) or process.poll() is not None)
        time.sleep(self.seconds / 3)
        process.terminate()
        self.assertIn(process.wait(HANG), (OK, 75))
        self.one.ship()
        self.assert_as_undisturbed("stopped")


if __name__ == "__main__":
    tap.main()
