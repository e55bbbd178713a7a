#!/usr/bin/env python3
"""Polls with actions that are killed, or cut off from the server, at any moment, and then run once more.

Store, CSV files and the server's folders must equal those of an undisturbed run.  CRASH_MOMENTS says how many moments
are tried in all; the default is a sample.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.program import BINARY, HERE, OK, SANITIZED, TEMPFAIL, Scene, environment, mailbox  # noqa: E402

MOMENTS = int(os.environ.get("CRASH_MOMENTS", "24"))
CUTS = int(os.environ.get("CRASH_CUTS", "8"))
MAILS = 300
USER = "reports@example.org"
VARIANTS = ({"after_import": "move:TLS/Done", "after_reject": "move:Bad"},
            {"after_import": "delete", "after_reject": "flag"})
SAME_LINES = ("exports: ", "told: ")  # which bear times and inodes of files


class Crashes(Scene):
    @classmethod
    def setUpClass(cls):
        cls.mails = corpus.build(MAILS, seed=9, duplicates=0.05, broken=0.05, other=0.05, conflicts=0.03).mails
        cls.server = Dovecot()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.random = random.Random(17)
        self.library = self.path("die.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-w", "-o", self.library, os.path.join(HERE, "die.c"), "-ldl"],
                       check=True)

    def fresh(self):
        """The same mails in a mailbox that nobody has polled, and no store."""
        shutil.rmtree(self.server.maildir(USER), ignore_errors=True)
        self.server._next.clear()
        self.server.add_user(USER, self.mails)
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                os.unlink(self.path(name))
        shutil.rmtree(self.export, ignore_errors=True)

    def state(self):
        lines = [line for line in dump(self.store) if not line.startswith(SAME_LINES)]
        # the folder is made anew each time, with another UIDVALIDITY
        for (number,) in self.query("SELECT uidvalidity FROM mailboxes"):
            lines = [line.replace(str(number), "V") for line in lines]
        lines = sorted(without_generation(line) for line in lines)
        tables = {n: self.read("csv", n) for n in sorted(os.listdir(self.export)) if not n.startswith(".")}
        folders = contents(self.server, USER)
        return lines, tables, {k: v for k, v in folders.items() if v}

    def begin(self, variant, **more):
        self.fresh()
        return self.config(mailbox(self.server, USER, **{**variant, **more}))

    def command(self, config):
        return [BINARY, "-c", config, "poll", "-q"]

    def preloaded(self, **more):
        """An environment with the library that kills; sanitizers want to be the first one."""
        env = environment({"LD_PRELOAD": self.library, **more})
        env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
        return env

    def run_killed(self, config, env=None, after=None):
        """Whether it was killed."""
        process = subprocess.Popen(self.command(config), env=env or environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        if after is not None:
            time.sleep(after)
            process.kill()
        return process.wait(60) < 0

    def check(self, config, wanted, moment):
        result = self.run_it(*self.command(config)[1:])
        self.assertEqual(OK, result.status, f"{moment}: {result}")
        for got, want, what in zip(self.state(), wanted, ("store", "tables", "folders")):
            if got != want:
                self.fail(f"{moment}: {what} differ: {difference(got, want)}")

    def undisturbed(self, variant):
        """What all must end with, the number of calls that write, and the seconds it takes."""
        config = self.begin(variant)
        count = self.path("count")
        began = time.monotonic()
        done = subprocess.run(self.command(config), env=self.preloaded(DIE_COUNT=count),
                              capture_output=True, timeout=120, check=False)
        seconds = time.monotonic() - began
        self.assertEqual(OK, done.returncode, done.stderr)
        with open(count) as f:
            calls = int(f.read())
        self.assertEqual([], self.query("SELECT * FROM actions"))
        return self.state(), calls, seconds

    def test_killed_at_calls_that_write(self):
        killed = 0
        for variant in VARIANTS:
            wanted, calls, _ = self.undisturbed(variant)
            for i in range(MOMENTS // 4 or 1):
                at = 1 + (i * calls * 4 // MOMENTS + self.random.randrange(max(calls * 4 // MOMENTS, 1))) % calls
                at *= self.random.choice((1, -1))
                config = self.begin(variant)
                killed += self.run_killed(config, self.preloaded(DIE_AT=str(at)))
                self.check(config, wanted, f"{variant}: call {at} of {calls}")
        print(f"# killed at {killed} calls that write")
        self.assertGreater(killed, 0)

    def test_killed_at_random_times(self):
        killed = 0
        for variant in VARIANTS:
            config = self.begin(variant)
            began = time.monotonic()
            self.run_it(*self.command(config)[1:])
            seconds, wanted = time.monotonic() - began, self.state()
            for _ in range(MOMENTS // 4 or 1):
                after = self.random.uniform(0, seconds)
                config = self.begin(variant)
                killed += self.run_killed(config, after=after)
                self.check(config, wanted, f"{variant}: after {after:.3f} s")
        print(f"# killed at {killed} random times")
        self.assertGreater(killed, 0)

    def test_stopped_at_random_times(self):
        stopped = 0
        for variant in VARIANTS:
            config = self.begin(variant)
            began = time.monotonic()
            self.run_it(*self.command(config)[1:])
            seconds, wanted = time.monotonic() - began, self.state()
            for _ in range(MOMENTS // 8 or 1):
                after = self.random.uniform(0.02, seconds)
                config = self.begin(variant)
                process = subprocess.Popen(self.command(config), env=environment(), stdout=subprocess.DEVNULL)
                time.sleep(after)
                process.terminate()
                began = time.monotonic()
                status = process.wait(60)
                self.assertLess(time.monotonic() - began, 6 if SANITIZED else 2)
                self.assertIn(status, (OK, TEMPFAIL, -signal.SIGTERM))
                stopped += status == TEMPFAIL
                self.check(config, wanted, f"{variant}: stopped after {after:.3f} s")
        print(f"# stopped at {stopped} random times")
        self.assertGreater(stopped, 0)

    def test_cut_off_from_the_server(self):
        from lib.proxy import Cut
        cut = 0
        for variant in VARIANTS:
            config = self.begin(variant)
            whole = Cut(self.server.tls_port, 1 << 40)
            config = self.config(mailbox(self.server, USER, **variant, port=whole.port))
            self.assertEqual(OK, self.run_it(*self.command(config)[1:]).status)
            wanted = self.state()
            whole.close()
            places = range(4096, whole.sent, 4096)
            for after in sorted(self.random.sample(places, min(CUTS // 2 or 1, len(places)))):
                self.fresh()
                proxy = Cut(self.server.tls_port, after)
                config = self.config(mailbox(self.server, USER, **variant, port=proxy.port))
                self.run_it(*self.command(config)[1:])
                cut += proxy.was_cut
                try:
                    self.check(config, wanted, f"{variant}: cut after {after} bytes of {whole.sent}")
                finally:
                    proxy.close()
        print(f"# cut at {cut} places")
        self.assertGreater(cut, 0)


def without_generation(line):
    """How often something changed depends on how many runs it took."""
    return " ".join(w for w in line.split(" ") if not w.startswith("generation="))


def difference(got, want):
    if isinstance(got, list):
        return f"missing {sorted(set(want) - set(got))[:3]}, too many {sorted(set(got) - set(want))[:3]}"
    return {k: "differs" if k in got and k in want else "missing" if k in want else "too many"
            for k in {*got, *want} if got.get(k) != want.get(k)}


if __name__ == "__main__":
    tap.main()
