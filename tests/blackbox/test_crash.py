#!/usr/bin/env python3
"""Polls with actions that are killed, or cut off from the server, at any moment, and then run once more.

Store, CSV files and the server's folders must equal those of an undisturbed run.  CRASH_MOMENTS says how many kills there
are in all, half of them at calls that write, and half at random times; CRASH_CUTS how many cuts (0: one every 4 KB).  The
defaults are a sample.
"""
import concurrent.futures
import os
import queue
import random
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.program import BINARY, OK, Scene, environment, mailbox, preloaded, shared_library  # noqa: E402
from lib.proxy import Cut  # noqa: E402

MOMENTS = int(os.environ.get("CRASH_MOMENTS", "24"))
CUTS = int(os.environ.get("CRASH_CUTS", "8"))
CUT_EVERY = 4096
SIDE_BY_SIDE = 2
MAILS = 300
VARIANTS = ({"after_import": "move:TLS/Done", "after_reject": "flag"},
            {"after_import": "delete", "after_reject": "move:Bad"})
SAME_LINES = ("exports: ", "told: ")  # which bear times and inodes of files
TRIES = 10  # to kill a run before it is done


class Place(Scene):
    """A mailbox and a store of its own, in which polls are disturbed."""

    def __init__(self, server, user, mails):
        super().__init__()
        self.server, self.user = server, user
        self.setUp()
        self.template = self.path("mails")
        corpus.write_maildir(self.template, mails, 1, server.owner)
        server.users[user] = server.passwords["example.org"]

    def fresh(self):
        """The same mails in a mailbox that nobody has polled, and no store."""
        shutil.rmtree(self.server.maildir(self.user), ignore_errors=True)
        shutil.copytree(self.template, self.server.maildir(self.user), copy_function=os.link)
        for path, _, _ in os.walk(self.server.maildir(self.user)):
            os.chown(path, *self.server.owner)
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                os.unlink(self.path(name))
        shutil.rmtree(self.export, ignore_errors=True)

    def begin(self, variant, **more):
        self.fresh()
        return self.config(mailbox(self.server, self.user, **{**variant, **more}))

    def run_killed(self, config, env=None, after=None):
        """Whether it was killed."""
        process = subprocess.Popen([BINARY, "-c", config, "poll", "-q"], env=env or environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if after is not None:
            time.sleep(after)
            process.kill()
        return process.wait(60) < 0

    def run_whole(self, config, **options):
        self.expect(OK, "-c", config, "poll", "-q", **options)
        return self.state()

    def state(self):
        """Lines of the store, CSV files, mails of the folders; each a dictionary or a sorted list."""
        lines = [line for line in dump(self.store) if not line.startswith(SAME_LINES)]
        # the folder is made anew each time, with another UIDVALIDITY
        for (number,) in self.query("SELECT uidvalidity FROM mailboxes"):
            lines = [line.replace(str(number), "V") for line in lines]
        # how often something changed depends on how many runs it took
        lines = sorted(" ".join(w for w in line.split(" ") if not w.startswith("generation=")) for line in lines)
        tables = [f"{n}: {line}" for n in sorted(os.listdir(self.export)) if not n.startswith(".")
                  for line in self.read("csv", n).decode().splitlines()]
        mails = [f"{folder}: {mail}" for folder, mails in contents(self.server, self.user).items() for mail in mails]
        return lines + sorted(tables) + sorted(mails)


class Tally:
    """What became of the moments tried, by several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.moments, self.differing = 0, []
        self.lost = self.twice = 0

    def add(self, moment, got, wanted):
        missing, extra = set(wanted) - set(got), set(got) - set(wanted)
        again = len(got) - len(set(got)) - (len(wanted) - len(set(wanted)))
        with self.lock:
            self.moments += 1
            self.lost += bool(missing)
            self.twice += bool(extra) or again != 0
            if got != wanted:
                self.differing.append(f"{moment}: missing {sorted(missing)[:3]}, too many {sorted(extra)[:3]}, "
                                      f"{again} repeated")

    def __str__(self):
        return f"{self.moments}: {self.lost} lost, {self.twice} twice"


class Crashes(Scene):
    @classmethod
    def setUpClass(cls):
        mails = corpus.build(MAILS, seed=9, duplicates=0.05, broken=0.05, other=0.05, conflicts=0.03, size=1).mails
        cls.server = Dovecot()
        cls.places = [Place(cls.server, f"crash{i}@example.org", mails) for i in range(SIDE_BY_SIDE)]

    @classmethod
    def tearDownClass(cls):
        for place in cls.places:
            place.doCleanups()
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.random = random.Random(17)
        self.tally = Tally()

    def side_by_side(self, work, items):
        """Do work(place, item) for all, as many at once as there are places."""
        free = queue.Queue()
        for place in self.places:
            free.put(place)

        def one(item):
            place = free.get()
            try:
                return work(place, item)
            finally:
                free.put(place)
        with concurrent.futures.ThreadPoolExecutor(len(self.places)) as pool:
            return list(pool.map(one, items))

    def judge(self, what, least):
        print(f"# {self.tally} ({what})")
        self.assertEqual([], self.tally.differing)
        self.assertGreaterEqual(self.tally.moments, least)

    def spread(self, n, size):
        """Numbers below size: one of each n-th part."""
        for i in range(n):
            low, high = i * size // n, (i + 1) * size // n
            yield low + self.random.randrange(max(high - low, 1))

    def test_killed_at_calls_that_write(self):
        library = shared_library(self.path("die.so"), "die.c")
        count = self.path("count")
        for variant in VARIANTS:
            config = self.places[0].begin(variant)
            wanted = self.places[0].run_whole(config, env=preloaded(library, DIE_COUNT=count))
            with open(count) as f:
                calls = int(f.read())

            def kill(place, at, variant=variant, wanted=wanted, calls=calls):
                behind = self.random.choice((1, -1))
                config = place.begin(variant)
                while not place.run_killed(config, preloaded(library, DIE_AT=str(at * behind))):
                    at -= 1  # this run had fewer of them
                    config = place.begin(variant)
                self.tally.add(f"{variant}: call {at * behind} of {calls}", place.run_whole(config), wanted)
            self.side_by_side(kill, [at + 1 for at in self.spread(MOMENTS // 4, calls)])
        self.judge("killed at calls that write", 2 * (MOMENTS // 4))

    def test_killed_at_random_times(self):
        for variant in VARIANTS:
            def measure(place, _, variant=variant):
                config = place.begin(variant)
                began = time.monotonic()
                place.expect(OK, "-c", config, "poll", "-q")
                return time.monotonic() - began, place.state()
            seconds, wanted = self.side_by_side(measure, self.places)[0]

            def kill(place, seed, variant=variant, wanted=wanted, seconds=seconds):
                when = random.Random(seed)
                for _ in range(TRIES):
                    after = when.uniform(0, seconds)
                    config = place.begin(variant)
                    if place.run_killed(config, after=after):
                        self.tally.add(f"{variant}: after {after:.3f} s", place.run_whole(config), wanted)
                        return
            self.side_by_side(kill, [self.random.random() for _ in range(MOMENTS // 4)])
        self.judge("killed at random times", 2 * (MOMENTS // 4))

    def test_cut_off_from_the_server(self):
        for variant in VARIANTS:
            whole = Cut(self.server.tls_port, 1 << 40)
            wanted = self.places[0].run_whole(self.places[0].begin(variant, port=whole.port))
            whole.close()
            places = range(CUT_EVERY, whole.sent, CUT_EVERY)
            if 0 < CUTS // len(VARIANTS) < len(places):
                places = sorted(self.random.sample(places, CUTS // len(VARIANTS)))

            def cut(place, after, variant=variant, wanted=wanted, sent=whole.sent):
                proxy = Cut(self.server.tls_port, after)
                try:
                    config = place.begin(variant, port=proxy.port)
                    place.run_it("-c", config, "poll", "-q")
                    if proxy.was_cut:  # the server does not say the same each time
                        self.tally.add(f"{variant}: cut after {after} bytes of {sent}", place.run_whole(config), wanted)
                finally:
                    proxy.close()
            self.side_by_side(cut, places)
        self.judge("cut off", 1)


if __name__ == "__main__":
    tap.main()
