"""Folders with other mail in them: what a first poll of each costs in bytes, round trips, seconds and memory."""
import os
import statistics

from . import corpus, mixed, trial
from .proxy import Far

DOMAIN = "bench.example"
MBIT = 1e6 / 8  # bytes a second
PLACES = (("loopback", 0.0, None), ("40 ms", 0.040, None), ("40 ms, 10 Mbit/s", 0.040, 10 * MBIT))


def reports(number, seed):
    return corpus.build(number, seed, other=0, broken=0, duplicates=0).mails


def folders(number, seed):
    """Users with their mails."""
    few, some = max(1, number // 100), max(1, number // 21)
    return {f"alone@{DOMAIN}": reports(number, seed),
            f"hundred@{DOMAIN}": mixed.among(reports(few, seed), mixed.letters(number - few, seed)),
            f"dmarc@{DOMAIN}": mixed.among(reports(some, seed), mixed.dmarcs(number - some, seed))}


WHAT = {"alone": "reports alone", "hundred": "1 report in 100", "dmarc": "DMARC 20 to 1"}


class Mixed:
    """Each run of one program next to one of the other, in a folder polled for the first time.

    Beside an old one, which knows no DKIM, this one runs with dkim = off, too.
    """

    def __init__(self, options, folder, server, binaries):
        self.o, self.server = options, server
        self.trials = {which: trial.Trial(binary, os.path.join(folder, which), server)
                       for which, binary in binaries.items()}
        if "old" in binaries:
            self.trials["off"] = trial.Trial(binaries["new"], os.path.join(folder, "off"), server,
                                             "[reports]\ndkim = off\n")
        self.rows = {}

    def one(self, user, which, place):
        name, rtt, rate = place
        t = self.trials[which]
        t.forget()
        with Far(self.server.tls_port, rtt, rate) as proxy:
            figures = t.poll(user, proxy.port)
            figures.update(received=proxy.received, turns=proxy.turns)
        self.rows.setdefault((user, name, which), []).append(figures)

    def measure(self):
        for user in self.server.users:
            self.trials["new"].poll(user)  # warm
            for place in PLACES:
                is_slow = place[2] is not None  # there the seconds follow the bytes, so that one run tells
                chosen = sorted(set(self.trials) - {"off"} if is_slow else self.trials)
                for i in range(1 if is_slow else self.o.runs):
                    for which in reversed(chosen) if i % 2 else chosen:
                        self.one(user, which, place)

    def report(self):
        yield f"first polls of {self.o.n:,} mails, medians of {self.o.runs} interleaved runs, at 10 Mbit/s one" + \
            (f"; old is {self.o.against}, off is new with dkim = off" if self.o.against else "")
        yield (f"{'folder':16} {'line':17} {'':4} {'imported':>8} {'none':>6} {'MB':>8} {'B/mail':>7} {'trips':>6} {'s':>7} "
               f"{'CPU s':>6} {'peak MB':>8}")
        for (user, place, which), runs in self.rows.items():
            m = {c: statistics.median(r[c] for r in runs)
                 for c in ("imported", "no_report", "received", "turns", "seconds", "cpu", "peak_kb")}
            yield (f"{WHAT[user.partition('@')[0]]:16} {place:17} {which:4} {m['imported']:8.0f} {m['no_report']:6.0f} "
                   f"{m['received'] / 1e6:8.2f} {m['received'] / self.o.n:7.0f} {m['turns']:6.0f} {m['seconds']:7.2f} "
                   f"{m['cpu']:6.2f} {m['peak_kb'] / 1024:8.1f}")
