#!/usr/bin/env python3
"""The measuring of scripts/bench-ship --rows: what questions to a shared store of millions of reports cost.

Beside each answer stands what it is held against, asked in the same run: reading the entries of the same days, or COPY
of as many rows, or a bound in milliseconds.  Each is the least of RUNS, in turn with its measure.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import shared_rows  # noqa: E402
from lib.postgresql import ADMINISTRATOR, DATABASE, PostgreSQL  # noqa: E402
from lib.program import BINARY, HERE, environment  # noqa: E402

LAST, RANGE, DOMAIN = "2026-11-23", 30, "domain00000.example"
RUNS = 3
MB = 1 << 20
PLOTS = {
    "by_domain": f"SELECT date, sum(failed_sessions) FROM tlsrua.by_domain WHERE domain = '{DOMAIN}' GROUP BY date",
    "by_problem": "SELECT f.date, b.result_type, sum(f.failed_sessions) FROM tlsrua.by_problem AS f JOIN tlsrua.problems"
                  " AS b ON b.id = f.problem WHERE f.problem IN (SELECT id FROM tlsrua.problems"
                  f" WHERE domain = '{DOMAIN}') GROUP BY f.date, b.result_type",
    "by_day": "SELECT date, organization, sum(reports) FROM tlsrua.by_day GROUP BY date, organization",
}


def entries(first):
    return f"SELECT count(*), sum(failed_sessions) FROM tlsrua.policies WHERE date >= {first}"


class Bench:
    def __init__(self, pg, folder, reports):
        self.pg, self.folder, self.reports = pg, folder, reports
        self.first = f"DATE '{LAST}' - {RANGE - 1}"

    def ask(self, sql):
        """Seconds of the last statement, its answer thrown away."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        done = subprocess.run(["psql", "-X", "-q", "-h", self.pg.dir, "-p", str(self.pg.port), "-U", ADMINISTRATOR, "-d",
                               DATABASE, "-v", "ON_ERROR_STOP=1"], env=env, capture_output=True, text=True, check=True,
                              input=f"SET jit = off;\n\\timing on\n\\o {os.devnull}\n{sql};\n")
        return float(re.findall(r"Time: ([0-9.]+) ms", done.stdout)[-1]) / 1000

    def program(self, *args):
        """Seconds and peak MB of the program; what it prints is thrown away."""
        figures = os.path.join(self.folder, "figures")
        subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, BINARY, "-d",
                        "postgresql:bench", "-q", *args], env=environment(self.pg.env), check=True,
                       stdout=subprocess.DEVNULL)
        with open(figures) as f:
            told = json.load(f)
        return told["seconds"], told["peak_kb"] * 1024 / MB

    def line(self, what, seconds, measure=None, goal=None, memory=None):
        ratio = f"{seconds / measure:6.2f} times {measure:7.3f} s" if measure else " " * 22
        verdict = f"  goal {goal:g}: {'met' if seconds / (measure or 0.001) <= goal else 'missed'}" if goal else ""
        print(f"{what:28}{seconds:9.3f} s {ratio}{f'  {memory:4.0f} MB' if memory else ' ' * 9}{verdict}", flush=True)

    def beside(self, what, ask, measure, goal=None):
        """`ask` beside reading the entries, or whatever `measure` is, in turn."""
        pairs, memory = [], 0
        for _ in range(RUNS):
            held = self.ask(measure)
            got = ask()
            if isinstance(got, tuple):
                got, memory = got[0], max(memory, got[1])
            pairs.append((got, held))
        self.line(what, min(p[0] for p in pairs), min(p[1] for p in pairs), goal, memory)

    def bounded(self, what, sql, most):
        """So many milliseconds at the most."""
        self.line(what, min(self.ask(sql) for _ in range(RUNS)), goal=most)

    # -- the table of goals

    def size(self):
        rows = self.pg.sql("""SELECT regexp_replace(c.relname, '_([0-9]{4}_[0-9]{2}|early)$', ''),
sum(pg_total_relation_size(c.oid)) FROM pg_class AS c WHERE c.relnamespace = 'tlsrua'::regnamespace AND c.relkind = 'r'
GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) >= 1000000 ORDER BY 2 DESC""")
        total = sum(int(size) for _, size in rows)
        print(f"stored, bytes a report      {total / self.reports:9,.0f}   "
              + ", ".join(f"{name} {int(size) / self.reports:,.0f}" for name, size in rows), flush=True)

    def one_domain(self):
        self.bounded("daily of one domain", f"SELECT * FROM tlsrua.daily(NULL, NULL, '{{{DOMAIN}}}', NULL)", 32)
        for table, most in (("problems", 109), ("domains", None), ("senders", None)):
            self.bounded(f"{table} of one domain", f"SELECT * FROM tlsrua.{table}(NULL, NULL, '{{{DOMAIN}}}', NULL)", most)
        for name, sql in PLOTS.items():
            self.bounded(f"plot of {name}", sql, 38)

    def month(self):
        """The last days, one of a tenth of all reports among them."""
        measure = entries(self.first)
        for table in ("problems", "domains", "senders"):
            self.beside(f"{table}, {RANGE} days",
                        lambda t=table: self.ask(f"SELECT * FROM tlsrua.{t}({self.first}, '{LAST}', NULL, NULL)"), measure,
                        3 if table == "problems" else None)
        since = f"--since={RANGE}d"
        for args in (("summary", since), ("html", since, "-o", os.path.join(self.folder, "page.html")), ("status",),
                     ("metrics",)):
            self.beside(args[0], lambda a=args: self.program(*a), measure, 3)

    def whole(self):
        for table in ("problems", "domains", "senders"):
            self.beside(f"{table}, all days", lambda t=table: self.ask(f"SELECT * FROM tlsrua.csv_{t}"),
                        entries("'-infinity'"))
        for name, table in (("daily", "policies"), ("failures", "failures"), ("reports", "reports")):
            self.beside(f"{name}.csv, all days", lambda n=name: self.program("export", "-o", "-", "--since", "all", n),
                        f"COPY (SELECT * FROM tlsrua.{table}) TO '{os.devnull}'", 3)


def measure(reports):
    script = subprocess.run([BINARY, "ship", "--init", "--print"], capture_output=True, text=True, check=True).stdout
    with PostgreSQL() as pg, tempfile.TemporaryDirectory(prefix="bench-ship-") as folder:
        pg.append("postgresql.conf", "max_wal_size = 4GB\n")
        pg.stop()
        pg.start()
        pg.service("bench")
        pg.sql(script)
        shared_rows.fill(pg, reports, LAST, say=lambda text: print(text, file=sys.stderr))
        bench = Bench(pg, folder, int(pg.value("SELECT count(*) FROM tlsrua.reports")))
        print(f"{bench.reports:,} reports, " + pg.value("SELECT count(DISTINCT domain) FROM tlsrua.senders") + " domains,"
              f" {shared_rows.DAYS} days")
        bench.size()
        bench.one_domain()
        bench.month()
        bench.whole()
