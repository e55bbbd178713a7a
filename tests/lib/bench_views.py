#!/usr/bin/env python3
"""The measuring of scripts/bench-views: what it costs to keep the views of many customers up to date."""
import argparse
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import filled  # noqa: E402
from lib.bench_store import LAST, Bench  # noqa: E402


class BenchViews(Bench):
    def views(self):
        """A configuration with the views: the domains in order, so many each."""
        path, each = os.path.join(self.folder, "views.conf"), self.o.domains // self.o.views
        top = os.path.join(self.folder, "views")
        os.makedirs(top, exist_ok=True)
        with open(path, "w") as out:
            out.write(f"[store]\npath = {self.store}\n")
            for i in range(self.o.views):
                names = os.path.join(top, f"{i}.domains")
                with open(names, "w") as f:
                    f.writelines(f"domain{d:03d}.example\n" for d in range(i * each, i * each + each))
                out.write(f"[view v{i}]\ndomains_file = {names}\ndir = {os.path.join(top, f'v{i}')}\n")
                if i < self.o.pages:
                    out.write(f"html = {os.path.join(top, f'v{i}.html')}\n")
        return path

    def step(self, name, conf, new, goal=None):
        self.tell(name, self.run("-c", conf, "import", new), goal, memory=64)

    def all(self):
        filled.fill(self.store, self.o.reports, self.o.domains, self.o.senders, self.o.days, last=LAST, raw=0)
        conf = self.views()
        print(f"{self.o.reports} reports of {self.o.days} days, {self.o.domains} domains, {self.o.senders} senders, "
              f"{self.o.views} views, {self.o.pages} pages\n{'':44} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
        new = self.new_day()
        self.step("import of a new day", self.alone, new)
        one = os.path.join(new, "0.json")
        self.step("every view, for the first time", conf, one)
        self.step("nothing new", conf, one)
        for _ in range(2):
            new = self.new_day()
            self.run("-c", self.alone, "import", new)
            self.step("after a new day about every domain", conf, os.path.join(new, "0.json"), goal=5)
        self.o.reports //= 100  # the reports of a day
        new = self.new_day()
        self.run("-c", self.alone, "import", new)
        self.step("after a new day about one domain in a hundred", conf, os.path.join(new, "0.json"), goal=5)


def main():
    p = argparse.ArgumentParser(prog="scripts/bench-views", description=__doc__)
    p.add_argument("-r", dest="reports", type=int, default=1000000)
    p.add_argument("-n", dest="days", type=int, default=50)
    p.add_argument("-d", dest="domains", type=int, default=10000)
    p.add_argument("-s", dest="senders", type=int, default=2)
    p.add_argument("-w", dest="views", type=int, default=1000)
    p.add_argument("-p", dest="pages", type=int, default=0, help="views that have a page too")
    p.add_argument("-f", metavar="FOLDER", help="work there, and leave it")
    o = p.parse_args()
    folder = o.f or tempfile.mkdtemp(prefix="bench-views-")
    os.makedirs(folder, exist_ok=True)
    try:
        BenchViews(o, folder).all()
    finally:
        if not o.f:
            shutil.rmtree(folder, True)


if __name__ == "__main__":
    main()
