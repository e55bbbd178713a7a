#!/usr/bin/env python3
"""Ten thousand mails: the figures, the memory, and what is left of a run that is killed."""
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import BINARY, OK, SANITIZED, Scene, environment, mailbox  # noqa: E402

USER = "reports@example.org"
PEAK_KB = 64 * 1024
MAILS = int(os.environ.get("TLSRUA_TEST_MAILS", "10000"))
KILLS = int(os.environ.get("TLSRUA_TEST_KILLS", "20"))


class TenThousand(Scene):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(MAILS)
        cls.server = Dovecot({USER: cls.corpus.mails})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def assert_small(self, result):
        if not SANITIZED:
            self.assertLess(result.peak_kb, PEAK_KB, str(result)[:500])

    def test_a_poll(self):
        config = self.config(mailbox(self.server, USER))
        result = self.expect(OK, "-c", config, "poll", "--json", measured=True)
        self.assert_counts(result, **self.corpus.counts)
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_table(expected.csv_lines(expected.FAILURES, self.corpus.failures()), "failures")
        self.assertEqual(len(self.corpus.reports), len(self.table("reports")))
        self.assertEqual(dict(self.corpus.reasons), self.reasons())
        self.assert_small(result)
        print(f"# poll of {MAILS} mails: {result.seconds:.2f} s, CPU {result.cpu:.2f} s, peak {result.peak_kb} KB")
        before = {n: self.read("csv", n) for n in os.listdir(self.export)}
        second = self.expect_silence("-c", config, "poll", "--json", measured=True)
        self.assert_counts(second, messages=0, imported=0)
        self.assertEqual(before, {n: self.read("csv", n) for n in os.listdir(self.export)})
        self.assert_small(second)

    def test_an_import_of_the_same_mails_gives_the_same_tables(self):
        corpus.write_mbox(self.path("mbox"), self.corpus.mails)
        config = self.config()
        result = self.expect(OK, "-c", config, "import", "--json", self.path("mbox"), measured=True)
        self.assert_counts(result, **self.corpus.counts)
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_table(expected.csv_lines(expected.FAILURES, self.corpus.failures()), "failures")
        self.assert_small(result)


class Killed(Scene):
    """SIGKILL at any moment: the next run ends with what one undisturbed run would have stored."""

    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(4000, seed=77, duplicates=0.03, broken=0.03, other=0.03, conflicts=0.01)
        cls.server = Dovecot({USER: cls.corpus.mails})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def store_config(self, name):
        self.export = self.path(name + "-csv")
        return self.config(mailbox(self.server, USER), store=self.path(name + ".db"), name=name + ".conf")

    def kill_after(self, seconds, *command):
        p = subprocess.Popen([BINARY, *command], env=environment(), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        p.send_signal(signal.SIGKILL)
        return p.wait() == -signal.SIGKILL

    def test_at_random_moments_of_a_poll(self):
        config = self.store_config("whole")
        began = time.monotonic()
        self.expect(OK, "-c", config, "poll")
        whole = time.monotonic() - began
        wanted = dump(self.path("whole.db"))
        csv = {n: self.read("whole-csv", n) for n in os.listdir(self.export)}
        rng = random.Random(8460)
        killed = 0
        for i in range(KILLS):
            name = f"k{i}"
            config = self.store_config(name)
            for _ in range(rng.randrange(1, 4)):  # some more than once
                killed += self.kill_after(rng.uniform(0, whole), "-c", config, "poll")
            self.expect(OK, "-c", config, "poll")
            self.compare(wanted, dump(self.path(name + ".db")))
            self.assertEqual(csv, {n: self.read(name + "-csv", n) for n in os.listdir(self.export)})
        self.assertGreaterEqual(killed, KILLS // 2, "too few runs were killed in the middle")
        print(f"# {killed} runs killed within {whole:.2f} s")

    def test_at_random_moments_of_an_import(self):
        corpus.write_maildir(self.path("in"), self.corpus.mails)
        self.export = self.path("import-csv")
        config = self.config(store=self.path("import.db"), name="import.conf")
        began = time.monotonic()
        self.expect(OK, "-c", config, "import", self.path("in"))
        whole = time.monotonic() - began
        wanted = dump(self.path("import.db"))
        rng = random.Random(8461)
        for i in range(KILLS // 2):
            self.export = self.path(f"i{i}-csv")
            config = self.config(store=self.path(f"i{i}.db"), name=f"i{i}.conf")
            self.kill_after(rng.uniform(0, whole), "-c", config, "import", self.path("in"))
            self.expect(OK, "-c", config, "import", self.path("in"))
            self.compare(wanted, dump(self.path(f"i{i}.db")))

    def compare(self, wanted, got):
        if wanted != got:
            missing, extra = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
            self.fail(f"{len(missing)} rows missing, such as\n" + "\n".join(missing[:5]) +
                      f"\n{len(extra)} too many, such as\n" + "\n".join(extra[:5]))


if __name__ == "__main__":
    tap.main()
