"""A mailbox and a store of its own, in which polls are disturbed and then run once more; and what came of it."""
import concurrent.futures
import os
import queue
import shutil
import subprocess
import threading
import time

from .dump import dump
from .folders import contents
from .patience import HANG
from .program import BINARY, OK, Scene, environment, mailbox

SAME_LINES = ("exports: ", "told: ")  # which bear times and inodes of files


class Place(Scene):
    """A mailbox and a store of its own, in which polls are disturbed."""

    def __init__(self, server, user, mails):
        super().__init__()
        self.server, self.user = server, user
        self.mails = mails
        self.setUp()

    def fresh(self):
        """The same mails in a mailbox that nobody has polled, and no store."""
        self.server.refill(self.user, self.mails)
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
        return process.wait(HANG) < 0

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


def side_by_side(places, work, items):
    """Do work(place, item) for all, as many at once as there are places."""
    free = queue.Queue()
    for place in places:
        free.put(place)

    def one(item):
        place = free.get()
        try:
            return work(place, item)
        finally:
            free.put(place)
    with concurrent.futures.ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(one, items))


def spread(rng, n, size):
    """Numbers below size: one of each n-th part."""
    for i in range(n):
        low, high = i * size // n, (i + 1) * size // n
        yield low + rng.randrange(max(high - low, 1))
