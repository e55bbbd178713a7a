#!/usr/bin/env python3
"""The measuring of scripts/bench: the program beside what the wire alone costs, in interleaved runs."""
import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import bench_mixed, corpus, signed, signing, trial  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.drain import Drain  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import BINARY, TOP  # noqa: E402
from lib.proxy import Far  # noqa: E402

DOMAIN, PASSWORD = "bench.example", "not-a-secret"
REPORTS, THOUSAND, LARGE = "reports@" + DOMAIN, "thousand@" + DOMAIN, "large@" + DOMAIN
SOON = 0.02  # seconds that a poll without news may take on top of its round trips
PINGS = 31


def machine():
    with open("/proc/cpuinfo") as f:
        names = re.findall(r"^model name\s*: (.*)", f.read(), re.M)
    return f"{len(os.sched_getaffinity(0))} cores, {names[0] if names else os.uname().machine}"


class Table:
    """Figures by name of what was run."""

    def __init__(self):
        self.rows = {}

    def add(self, name, figures):
        self.rows.setdefault(name, []).append(figures)

    def median(self, name, column="seconds"):
        return statistics.median(r[column] for r in self.rows[name])

    def lines(self, mails, floor):
        yield f"{'':34} {'wall s':>8} {'user s':>8} {'sys s':>8} {'peak MB':>8} {'/ drain':>8} {'mails/s':>9}"
        for name in self.rows:
            wall, user, system, peak = (self.median(name, c) for c in ("seconds", "user", "system", "peak_kb"))
            against = floor.get(name)
            yield (f"{name:34} {wall:8.3f} {user:8.3f} {system:8.3f} " + (f"{peak / 1024:8.1f} " if peak else " " * 9) +
                   (f"{wall / self.median(against):8.2f} " if against else " " * 9) +
                   (f"{mails[name] / wall:9.0f}" if mails.get(name) else "")).rstrip()


class Bench:
    def __init__(self, options, folder, server, mails):
        self.o, self.server = options, server
        self.n = len(mails)
        self.table, self.rooms = Table(), []
        self.trial = trial.Trial(BINARY, os.path.join(folder, "new"), server)
        self.folder = folder
        self.maildir, self.mbox = os.path.join(folder, "maildir"), os.path.join(folder, "mbox")
        corpus.write_maildir(self.maildir, mails)
        corpus.write_mbox(self.mbox, mails)
        self.waits, self.added = {}, 0.0
        self.far = f" +{options.rtt} ms"

    # -- what is run

    def near(self):
        t = self.table
        t.add("drain", self.trial.drain(REPORTS))
        self.trial.forget()
        t.add("poll, empty store", self.trial.poll(REPORTS))
        t.add("poll, nothing new", self.trial.poll(REPORTS))
        t.add("drain, 1,000", self.trial.drain(THOUSAND))
        self.trial.forget()
        t.add("poll, 1,000", self.trial.poll(THOUSAND))
        t.add("poll, 1,000, nothing new", self.trial.poll(THOUSAND))

    def files(self):
        for name, path in (("import of a Maildir", self.maildir), ("import of an mbox", self.mbox)):
            self.trial.forget()
            self.table.add(name, self.trial.run(REPORTS, "import", path))

    def from_afar(self, user, what):
        """The same through an added round-trip time."""
        for name, run in (("drain" + what, self.trial.drain), ("poll" + what, self.trial.poll),
                          ("poll" + what + ", nothing new", self.trial.poll)):
            if name == "poll" + what:
                self.trial.forget()
            with Far(self.server.tls_port, self.o.rtt / 1000) as proxy:
                self.table.add(name + self.far, run(user, proxy.port))
            self.waits[name] = proxy.turns - 1  # nothing waits for the answer to LOGOUT

    def ping(self, port):
        """Median seconds of a command that does nothing."""
        wire = self.server.environment(THOUSAND)
        line, seconds = Drain(wire["IMAP_HOST"], port, wire["IMAP_CA"], THOUSAND, wire["IMAP_PASSWORD"]), []
        for _ in range(PINGS):
            began = time.perf_counter()
            line.command("NOOP")
            seconds.append(time.perf_counter() - began)
        line.close()
        return statistics.median(seconds)

    def round_trip(self):
        """What the proxy adds to one: its own work comes on top of the time that it waits."""
        with Far(self.server.tls_port, self.o.rtt / 1000) as proxy:
            return self.ping(proxy.port) - self.ping(self.server.tls_port)

    def large(self):
        self.trial.forget()
        figures = self.trial.poll(LARGE)
        if figures["imported"] != 1:
            sys.exit("scripts/bench: the report of 16 MB was not imported")
        self.table.add("poll, a report of 16 MB", figures)

    def measure(self):
        for user in (REPORTS, THOUSAND, LARGE):
            self.trial.drain(user)  # warm: the server's caches, the disk's
        for _ in range(self.o.runs):
            self.near()
            self.files()
            self.from_afar(THOUSAND, ", 1,000")
            self.large()
        for _ in range(min(2, self.o.runs)):
            self.from_afar(REPORTS, "")
        self.added = self.round_trip()
        self.rooms = [self.trial.rooms(REPORTS) for _ in range(self.o.runs)]
        for _ in range(self.o.mbsync):
            self.table.add("mbsync into a Maildir", self.trial.mbsync(REPORTS))

    # -- what comes of it

    def goals(self):
        """(what, figure, bound, unit)"""
        m, far = self.table.median, self.far
        peak = max(r["peak_kb"] for name in ("poll, empty store", "poll, nothing new", "import of a Maildir",
                                             "import of an mbox") for r in self.table.rows[name]) / 1024
        soon = "poll, 1,000, nothing new"
        yield f"poll of {self.n:,} / drain", m("poll, empty store") / m("drain"), 2.0 if self.n <= 10000 else 2.2, ""
        yield (f"poll of 1,000 with {far.strip()} - drain", m("poll, 1,000" + far) - m("drain, 1,000" + far), 0.5,
               " s")
        yield "nothing new, near", m(soon), SOON, " s"
        yield (f"nothing new,{far}: beyond {self.waits[soon]} times {self.added * 1000:.1f} ms",
               m(soon + far) - self.waits[soon] * self.added, SOON, " s")
        yield "round trips of a poll", self.waits["poll, 1,000"], 10, ""
        yield "peak, whatever the number of mails", peak, 48, " MB"
        yield ("peak, a report of 16 MB",
               max(r["peak_kb"] for r in self.table.rows["poll, a report of 16 MB"]) / 1024, 128, " MB")

    def report(self):
        rows = self.table.rows
        first, size = rows["poll, empty store"][0], rows["drain"][0]["bytes"]
        floor = {name: ("drain" + (", 1,000" if "1,000" in name else "") + (self.far if self.far in name else ""))
                 for name in rows if "16 MB" not in name}
        mails = {name: 1000 if "1,000" in name else self.n for name in rows
                 if "nothing new" not in name and "16 MB" not in name}
        yield f"{machine()}; {self.n:,} mails, {size / 1e6:.1f} MB, {first['imported']:,} reports imported"
        yield f"medians of {self.o.runs} interleaved runs, of all mails from afar {len(rows['drain' + self.far])}"
        yield from self.table.lines(mails, floor)
        names = list(self.rooms[0])
        yield "rooms of a poll into an empty store, seconds: " + ", ".join(
            f"{n} {statistics.median(r[n] for r in self.rooms):.3f}" for n in names)
        yield "goals:"
        for what, figure, bound, unit in self.goals():
            yield f"  {what:50} {figure:8.3f}{unit:3} <= {bound}{unit}".ljust(80) + \
                ("met" if figure <= bound else "MISSED")


def signed_mails(number):
    """So many signed mails of four reporters, each a report, and a DNS server that has the keys."""
    dns, raws = Nameserver(), []
    for k in range(4):
        name = f"reporter{k}.example"
        signer = signing.Signer(name)
        dns.txt(signer.name, signer.record)
        raws += signer.sign(*(signed.mail(signed.report(2 + i % 28, organization=name, contact=f"tls@{name}",
                                                        domain=f"d{i // 28}.example"), i, sender=name)
                              for i in range(k, number, 4)))
    when = signed.NOW - signed.timedelta(hours=1)
    return dns, [corpus.Mail(raw.replace(b"\r\n", b"\n"), when, "report") for raw in raws]


class Signed:
    """A poll that judges who vouches for reports beside one that does not, run by run."""

    def __init__(self, options, folder, server, dns):
        self.o = options
        lines = "dkim = {}\n" + f"[dns]\nresolver = {dns.address}\ntrust_anchor = none\n"
        self.pair = {mode: trial.Trial(BINARY, os.path.join(folder, mode), server, lines.format(mode))
                     for mode in ("record", "off")}
        self.runs = []

    def one(self, mode):
        self.pair[mode].forget()
        return self.pair[mode].poll(REPORTS)

    def measure(self):
        for mode in self.pair:
            self.one(mode)  # warm
        for i in range(self.o.runs):
            order = ("record", "off") if i % 2 else ("off", "record")
            self.runs.append({mode: self.one(mode) for mode in order})

    def report(self):
        n = self.runs[0]["record"]["imported"]
        yield f"{machine()}; {n:,} signed mails (RSA 2048), {self.runs[0]['record']['unverified']} of them not valid"
        middle = {mode: {c: statistics.median(r[mode][c] for r in self.runs) for c in ("seconds", "cpu", "peak_kb")}
                  for mode in self.pair}
        for mode, m in middle.items():
            yield (f"dkim = {mode:8} {m['seconds']:8.3f} s wall {m['cpu']:8.3f} s CPU {m['peak_kb'] / 1024:8.1f} MB "
                   f"{m['cpu'] / n * 1e6:8.1f} us CPU a mail")
        yield "record / off, medians of pairs:"
        for what, column, bound in (("CPU", "cpu", 1.15), ("wall", "seconds", 1.15)):
            ratio = statistics.median(r["record"][column] / r["off"][column] for r in self.runs)
            yield f"  {what:30} {ratio:8.3f}    <= {bound}".ljust(60) + ("met" if ratio <= bound else "MISSED")
        more = (middle["record"]["peak_kb"] - middle["off"]["peak_kb"]) / 1024
        yield f"  {'peak memory':30} {more:+8.1f} MB <= +8 MB".ljust(60) + ("met" if more <= 8 else "MISSED")


class Against:
    """The program beside an older one, each run of the one next to one of the other."""
    WHAT = ("poll, empty store", "poll, nothing new", "import of a Maildir", "poll, dkim = off")

    def __init__(self, options, folder, server, mails, old):
        self.o = options
        self.pair = {which: trial.Trial(binary, os.path.join(folder, which), server)
                     for which, binary in (("new", BINARY), ("old", old))}
        self.maildir = os.path.join(folder, "maildir")
        corpus.write_maildir(self.maildir, mails)
        self.runs = {what: [] for what in self.WHAT}

    def one(self, t):
        t.forget()
        first, again = t.poll(REPORTS), t.poll(REPORTS)
        t.forget()
        files = t.run(REPORTS, "import", self.maildir)
        if t.binary != BINARY:
            return first, again, files, first
        t.forget()
        t.more = "[reports]\ndkim = off\n"  # what the older one does, which knows no DKIM
        alike = t.poll(REPORTS)
        t.more = ""
        return first, again, files, alike

    def measure(self):
        for which in self.pair:
            self.one(self.pair[which])  # warm
        for i in range(self.o.runs):
            order = ("new", "old") if i % 2 else ("old", "new")
            figures = {which: self.one(self.pair[which]) for which in order}
            for what, new, old in zip(self.WHAT, figures["new"], figures["old"]):
                self.runs[what].append((new, old))

    def report(self):
        yield f"{machine()}; {self.o.n:,} mails"
        yield f"new (this tree) / old ({self.o.against}): medians and extremes of {self.o.runs} pairs"
        spread = "(least - most)"
        yield f"{'':22} {'new s':>8} {'old s':>8} {'wall':>7} {spread:>16} {'CPU':>7} {spread:>16} {'peak':>7}"
        for what, pairs in self.runs.items():
            ratio = {c: sorted(new[c] / old[c] for new, old in pairs) for c in ("seconds", "cpu", "peak_kb")}
            text = {c: f"{statistics.median(r):7.3f}" for c, r in ratio.items()}
            spread = {c: f"({r[0]:.3f} - {r[-1]:.3f})" for c, r in ratio.items()}
            wall = [statistics.median(p[i]["seconds"] for p in pairs) for i in (0, 1)]
            yield f"{what:22} {wall[0]:8.3f} {wall[1]:8.3f} {text['seconds']} {spread['seconds']:>16} {text['cpu']} " \
                  f"{spread['cpu']:>16} {text['peak_kb']}"


@contextlib.contextmanager
def built(ref, folder):
    """The program of another commit, built in a work tree of its own."""
    tree = os.path.join(folder, "tree")
    git = ["git", "-C", TOP, "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", tree, ref], check=True)
    try:
        subprocess.run(["make", "-s", "-C", tree, f"-j{os.cpu_count()}", "BUILD=build"], check=True)
        yield os.path.join(tree, "build", "tlsrua")
    finally:
        subprocess.run([*git, "remove", "--force", tree], check=True)


def options():
    p = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    p.add_argument("-n", type=int, default=10000, metavar="MAILS", help="1000, 10000, 100000 (default 10000)")
    p.add_argument("-r", dest="runs", type=int, default=5, metavar="RUNS", help="interleaved runs (default 5)")
    p.add_argument("-o", metavar="FILE", help="write the figures there too")
    p.add_argument("--rtt", type=int, default=50, metavar="MS", help="added round-trip time (default 50)")
    p.add_argument("--mbsync", type=int, default=1, metavar="RUNS", help="runs of mbsync (default 1)")
    p.add_argument("--against", metavar="REF", help="measure beside the program of that commit, and nothing else")
    p.add_argument("--signed", action="store_true",
                   help="measure signed mails with dkim = record beside dkim = off, and nothing else")
    p.add_argument("--mixed", action="store_true", help="measure folders with other mail in them, and nothing else")
    p.add_argument("--seed", type=int, default=1)
    for name, default in (("failing", 0.10), ("duplicates", 0.02), ("broken", 0.02), ("other", 0.02),
                          ("conflicts", 0.0)):
        p.add_argument("--" + name, type=float, default=default, metavar="SHARE", help=f"default {default}")
    return p.parse_args()


def tell(o, lines):
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if o.o:
        with open(o.o, "w") as out:
            out.write(text)


def measure_signed(o):
    dns, mails = signed_mails(o.n)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, dns, \
            Dovecot({REPORTS: mails}, passwords={DOMAIN: PASSWORD}) as server:
        bench = Signed(o, folder, server, dns)
        bench.measure()
        tell(o, bench.report())


def measure_mixed(o):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, contextlib.ExitStack() as stack:
        binaries = {"new": BINARY}
        if o.against:
            binaries["old"] = stack.enter_context(built(o.against, folder))
        server = stack.enter_context(Dovecot(bench_mixed.folders(o.n, o.seed), passwords={DOMAIN: PASSWORD}))
        bench = bench_mixed.Mixed(o, folder, server, binaries)
        bench.measure()
        tell(o, [machine(), *bench.report()])


def main():
    o = options()
    if o.signed:
        measure_signed(o)
        return 0
    if o.mixed:
        measure_mixed(o)
        return 0
    mails = corpus.build(o.n, o.seed, failing=o.failing, duplicates=o.duplicates, broken=o.broken, other=o.other,
                         conflicts=o.conflicts).mails
    thousand = mails[:1000] if o.n >= 1000 else corpus.build(1000, o.seed).mails
    users = {REPORTS: mails} if o.against else {REPORTS: mails, THOUSAND: thousand, LARGE: [trial.large_mail()]}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, \
            Dovecot(users, passwords={DOMAIN: PASSWORD}) as server, contextlib.ExitStack() as stack:
        if o.against:
            bench = Against(o, folder, server, mails, stack.enter_context(built(o.against, folder)))
        else:
            bench = Bench(o, folder, server, mails)
        del mails, thousand, users
        bench.measure()
        tell(o, bench.report())
    return 0


if __name__ == "__main__":
    sys.exit(main())
