#!/usr/bin/env python3
"""The measuring of scripts/bench-store: what reading and writing cost in a store of years."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, filled  # noqa: E402
from lib.program import BINARY, HERE, environment  # noqa: E402

LAST = date(2026, 11, 23)
RUNS = 3
MB = 1 << 20


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder = options, folder
        self.store = os.path.join(folder, "tlsrua.db")
        self.conf = self.config("tlsrua.conf", self.store, "csv")
        self.alone = self.config("alone.conf", self.store)
        self.lines, self.days = [], 0

    def config(self, name, store, export=None):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(f"[store]\npath = {store}\n")
            if export:
                os.makedirs(os.path.join(self.folder, export))
                out.write(f"[export]\ndir = {os.path.join(self.folder, export)}\n")
        return path

    def run(self, *args, out=os.devnull):
        figures = os.path.join(self.folder, "figures")
        with open(out, "wb") as stdout:
            subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, BINARY,
                            *map(str, args)], stdout=stdout, stderr=subprocess.DEVNULL, env=environment(), check=True)
        with open(figures) as f:
            return json.load(f)

    def median(self, *runs):
        return {name: statistics.median(r[name] for r in runs) for name in ("seconds", "cpu", "peak_kb")}

    def tell(self, name, f, goal=None, memory=None, note=""):
        judged = "" if goal is None else f"goal {goal:.2f} s: {'met' if f['seconds'] <= goal else 'MISSED'}"
        if memory and f["peak_kb"] > memory * 1024:
            judged += f", MISSED {memory} MB"
        line = f"{name:44} {f['seconds']:8.3f} {f['cpu']:8.3f} {f['peak_kb'] / 1024:8.1f}  {judged} {note}".rstrip()
        print(line, flush=True)
        self.lines.append(line)

    def read(self, name, *args, goal=None, memory=64, out=os.devnull):
        self.tell(name, self.median(*(self.run("-c", self.alone, *args, out=out) for _ in range(RUNS))), goal, memory)

    def new_day(self):
        """As many reports as a day has, as a folder of files."""
        self.days += 1
        day, folder = LAST + timedelta(days=self.days), os.path.join(self.folder, f"day{self.days}")
        os.makedirs(folder)
        for i in range(-(-self.o.reports // self.o.days)):
            sender, domain = i % self.o.senders, f"domain{i // self.o.senders % self.o.domains:03d}.example"
            bad = 2 if i % 10 == 0 else 0
            report = {"organization-name": f"Sender {sender} Inc.", "report-id": f"{day}-{i}",
                      "contact-info": f"tls@sender{sender}.example",
                      "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
                      "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain,
                                               "policy-string": ["version: STSv1", "mode: enforce", "mx: *"]},
                                    "summary": {"total-successful-session-count": 1 + i % 97,
                                                "total-failure-session-count": bad}}]}
            if bad:
                report["policies"][0]["failure-details"] = [
                    {"result-type": "certificate-expired", "receiving-mx-hostname": f"mx0.{domain}",
                     "receiving-ip": "192.0.2.1", "sending-mta-ip": "198.51.100.1", "failed-session-count": bad}]
            with open(os.path.join(folder, f"{i}.json"), "w") as out:
                json.dump(report, out)
        return folder

    def reading(self):
        ten = [o for d in range(10) for o in ("--domain", f"domain{d:03d}.example")]
        page = os.path.join(self.folder, "x.html")
        self.read("summary, 30 days", "summary", goal=0.3)
        self.read("summary, 400 days", "summary", "--since", "400d")
        rows = os.path.join(self.folder, "daily")
        self.read("export daily, 400 days", "export", "--since", "400d", "-o", "-", "daily", goal=0.5, out=rows)
        for table in ("weekly", "monthly", "failures", "problems", "mx", "domains", "senders", "reports"):
            self.read(f"export {table}, 400 days", "export", "--since", "400d", "-o", "-", table)
        with open(rows, "rb") as f:
            count = sum(1 for _ in f) - 1
        self.lines.append(f"daily has {count} rows, {os.path.getsize(rows) / MB:.1f} MB")
        self.read("html, 10 domains, 400 days", "html", "-o", page, "--since", "400d", *ten, goal=0.5)
        self.lines.append(f"the page has {os.path.getsize(page) / 1e6:.2f} MB")

    def refreshing(self):
        self.run("-c", self.conf, "import", self.new_day())  # writes all of the folder
        refreshes, imports = [], []
        for _ in range(RUNS):
            new = self.new_day()
            imports.append(self.run("-c", self.alone, "import", new))
            refreshes.append(self.run("-c", self.conf, "import", os.path.join(new, "0.json")))
        self.tell("import of a new day", self.median(*imports))
        self.tell("refresh of the folder after a new day", self.median(*refreshes), goal=0.5, memory=64)

    def importing(self):
        """1,000 mails beside the same into an empty store; the folder of CSV files is a matter of its own."""
        full, empty = [], []
        for i in range(RUNS):
            mbox = os.path.join(self.folder, f"mbox{i}")
            # of days of their own: none contradicts a report of the run before
            days = LAST - timedelta(days=100 * (i + 1))
            corpus.write_mbox(mbox, corpus.build(1000, seed=100 + i, first_day=days).mails)
            full.append(self.run("-c", self.alone, "import", mbox))
            conf = self.config(f"empty{i}.conf", os.path.join(self.folder, f"empty{i}.db"))
            empty.append(self.run("-c", conf, "import", mbox))
        self.tell("import of 1,000 mails, empty store", self.median(*empty))
        self.tell("import of 1,000 mails", self.median(*full), goal=1.5 * self.median(*empty)["seconds"])

    def pruning(self):
        before = os.path.getsize(self.store)
        middle = LAST - timedelta(days=self.o.days // 2)
        self.tell(f"prune --before {middle}", self.run("-c", self.alone, "prune", "--before", middle), memory=64)
        self.lines.append(f"the store shrank from {before / MB:.0f} to {os.path.getsize(self.store) / MB:.0f} MB")
        print(self.lines[-1], flush=True)

    def all(self):
        began = time.monotonic()
        filled.fill(self.store, self.o.reports, self.o.domains, self.o.senders, self.o.days, last=LAST, raw=self.o.raw)
        self.lines.append(f"{self.o.reports} reports of {self.o.days} days, {self.o.domains} domains, {self.o.senders} "
                          f"senders; {os.path.getsize(self.store) / self.o.reports:.0f} bytes a report; filled in "
                          f"{time.monotonic() - began:.0f} s")
        print(self.lines[-1], flush=True)
        self.lines.append(f"{'':44} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
        print(self.lines[-1], flush=True)
        self.reading()
        self.refreshing()
        self.importing()
        self.pruning()


def main():
    p = argparse.ArgumentParser(prog="scripts/bench-store", description=__doc__)
    p.add_argument("-r", dest="reports", type=int, default=1000000)
    p.add_argument("-n", dest="days", type=int, default=1826)
    p.add_argument("-d", dest="domains", type=int, default=300)
    p.add_argument("-s", dest="senders", type=int, default=2)
    p.add_argument("-k", dest="raw", type=int, default=400, metavar="BYTES", help="kept of each report")
    p.add_argument("-o", metavar="FILE", help="write the figures there too")
    p.add_argument("-f", metavar="FOLDER", help="work there, and leave it")
    o = p.parse_args()
    folder = o.f or tempfile.mkdtemp(prefix="bench-store-")
    os.makedirs(folder, exist_ok=True)
    try:
        bench = Bench(o, folder)
        bench.all()
    finally:
        if not o.f:
            shutil.rmtree(folder, True)
    if o.o:
        with open(o.o, "w") as out:
            out.write("\n".join(bench.lines) + "\n")


if __name__ == "__main__":
    main()
