#!/usr/bin/env python3
"""SIGTERM and SIGINT at any moment of a poll: an end soon, in good order, and nothing lost."""
import os
import random
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, handsigned, tap  # noqa: E402
from lib.crashes import VARIANTS  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.patience import HANG, allowed, catches, slowness, wait_until  # noqa: E402
from lib.place import Place, Tally, side_by_side  # noqa: E402
from lib.program import BINARY, OK, TEMPFAIL, Scene, environment, mailbox, preloaded, shared_library  # noqa: E402
from lib.scripted import Scripted  # noqa: E402
from lib.signed import NOW, mail, report, timedelta  # noqa: E402

SECONDS = 2
TIMEOUT = "30m"  # of the mailboxes: what ends sooner was ended by the signal
SIGNALS = (signal.SIGTERM, signal.SIGINT)
MOMENTS = 9  # of each kind of poll
SLOW = 4000  # microseconds of each call that writes, so that a commit and the CSV files take their time
# where a server falls silent, and whether it is told goodbye
SILENCES = {"tls-stall": False, "greeting-stall": False, "capability-stall": False, "login-stall": False,
            "examine-stall": True, "sizes-stall": True, "fetch-stall": True, "fetch-trickle": None, "store-stall": True}


class Stopping(Scene):
    def setUp(self):
        super().setUp()
        self.random = random.Random(23)
        self.library = shared_library(self.path("die.so"), "die.c")

    def stop(self, config, after, sig, env=None, begun=None):
        """Its exit code and what it said; it must not take longer than it may.  The signal comes so many seconds after
        the program has begun to listen to it, or after begun(process)."""
        process = subprocess.Popen([BINARY, "-c", config, "poll"], env=env or environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        wait_until("it listens to signals", lambda: catches(process, sig) if begun is None else begun(process), process)
        time.sleep(after)
        process.send_signal(sig)
        began = time.monotonic()
        _, said = process.communicate(timeout=HANG)
        seconds = time.monotonic() - began
        self.assertLess(seconds, allowed(SECONDS), f"{sig.name} after {after:.2f} s: {said}")
        return process.returncode, [line for line in said.splitlines() if "rejected:" not in line and
                                    "report-id-conflict" not in line]

    def stop_waiting(self, box, env=None):
        """While it waits for something that does not come, at two moments."""
        for sig in SIGNALS:
            config = self.config({"user": "u", "password": "p", "timeout": TIMEOUT, "retries": 5, **box})
            status, lines = self.stop(config, self.random.uniform(0, 0.5), sig, env)
            self.assertEqual(TEMPFAIL, status, lines)
            self.assertEqual(["tlsrua: poll: stopped: the next run goes on from here"], lines)

    def test_while_a_name_is_looked_up(self):
        self.stop_waiting({"host": "localhost", "port": 1}, preloaded(self.library, STALL_LOOKUP="1"))

    def test_while_nobody_answers_the_connection(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            port = full.getsockname()[1]
            waiting = [socket.socket() for _ in range(3)]
            for s in waiting:
                self.addCleanup(s.close)
                s.setblocking(False)
                s.connect_ex(("127.0.0.1", port))
            self.stop_waiting({"host": "127.0.0.1", "port": port})

    def test_between_two_tries(self):
        self.stop_waiting({"host": "127.0.0.1", "port": 1})

    def test_while_a_server_is_silent(self):
        for i, (name, leave) in enumerate(SILENCES.items()):
            with self.subTest(name), Scripted(name, self.path(name)) as server:
                status, lines = self.stop(self.silent(server), self.random.uniform(0, 0.5), SIGNALS[i % 2],
                                          begun=None if leave is None else lambda _, s=server: s.is_silent)
                self.assertEqual((TEMPFAIL, 1), (status, len(lines)), lines)
                if leave:
                    wait_until("it hears LOGOUT", lambda s=server: s.heard_logout)
                elif leave is not None:
                    time.sleep(0.1)
                    self.assertFalse(server.heard_logout)

    def silent(self, server):
        box = server.mailbox("implicit", password_file=self.write("password", "p", 0o600), timeout=TIMEOUT,
                             after_import="seen")
        return self.config(box, store=os.path.join(server.folder, "t.db"))

    def test_while_dns_is_silent(self):
        raw = handsigned.sign(mail(report()), handsigned.tags("s1"), handsigned.Key(1024))
        mails = [corpus.Mail(raw.replace(b"\r\n", b"\n"), NOW - timedelta(hours=1), "report")]
        with Nameserver() as dns, Dovecot({"reports@example.org": mails}) as server:
            dns.trouble = {"*": "nothing"}
            config = self.config(mailbox(server, "reports@example.org", dkim="record"),
                                 extra=f"[dns]\nresolver = {dns.address}\ntrust_anchor = none\ntimeout = 60s\n")
            for sig in SIGNALS:
                dns.asked.clear()
                status, lines = self.stop(config, self.random.uniform(0, 0.5), sig, begun=lambda _: dns.asked)
                self.assertEqual((TEMPFAIL, "tlsrua: poll: stopped: the next run goes on from here"),
                                 (status, lines[-1]), lines)
            self.assertEqual([("waiting",)], self.query("SELECT dkim FROM reports"))

    def test_what_came_before_is_stored(self):
        with Scripted("fetch-pause", self.path("server")) as server:
            status, lines = self.stop(self.silent(server), 0.5 * slowness(), signal.SIGTERM,
                                      begun=lambda _: server.is_silent)
            self.assertEqual((TEMPFAIL, 1), (status, len(lines)), lines)
            self.assertEqual([(11, "imported")], self.query("SELECT uid, verdict FROM messages",
                                                            store=os.path.join(server.folder, "t.db")))
            wait_until("it hears LOGOUT", lambda: server.heard_logout)

    def test_at_any_moment_of_a_poll(self):
        """With Dovecot: while mails come, are committed, moved or deleted, and the CSV files are written."""
        mails = corpus.build(300, seed=9, duplicates=0.05, broken=0.05, other=0.05, conflicts=0.03, size=1).mails
        tally, ended, seconds = Tally(), [], {}
        with Dovecot() as server:
            places = [Place(server, f"stop{i}@example.org", mails) for i in range(2)]
            for place in places:
                self.addCleanup(place.doCleanups)
            for variant in VARIANTS:
                for slow in (0, SLOW):
                    env = preloaded(self.library, SLOW=str(slow))

                    def measure(place, _, variant=variant, env=env):
                        config = place.begin(variant)
                        began = time.monotonic()
                        wanted = place.run_whole(config, env=env)
                        return time.monotonic() - began, wanted
                    seconds, wanted = side_by_side(places, measure, places)[0]

                    def one(place, fraction, variant=variant, wanted=wanted, seconds=seconds, env=env, slow=slow):
                        config = place.begin(variant)
                        after = 0.02 + fraction * seconds
                        status, lines = self.stop(config, after, self.random.choice(SIGNALS), env, begun=bool)
                        # before it listens to signals they end it, and when it is done they come too late
                        self.assertIn(status, (OK, TEMPFAIL, -signal.SIGTERM, -signal.SIGINT), lines)
                        ended.append(status)
                        tally.add(f"{variant}, {slow}: after {after:.2f} s", place.run_whole(config), wanted)
                    side_by_side(places, one, [self.random.random() for _ in range(MOMENTS)])
        print(f"# {tally} (stopped; {ended.count(TEMPFAIL)} in the middle)")
        self.assertEqual([], tally.differing)
        self.assertGreater(ended.count(TEMPFAIL), MOMENTS)


if __name__ == "__main__":
    tap.main()
