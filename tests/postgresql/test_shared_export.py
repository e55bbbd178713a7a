#!/usr/bin/env python3
"""`export -d postgresql:SERVICE` writes what a poller's own store with the same reports would write, to the byte."""
import csv
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CONFIG, NOPERM, OK, PROTOCOL, UNAVAILABLE, USAGE  # noqa: E402
from lib.shared_store import SHARED, Poller, ReadStore  # noqa: E402

TABLES = ("daily", "weekly", "monthly", "failures", "problems", "mx", "domains", "senders", "reports")
CHOICES = ((), ("--since", "9d"), ("--from", "2026-11-05", "--to", "2026-11-12"), ("--domain", "d3.example"),
           ("--domain", "d1.example", "--domain", "d5.example", "--since", "20d"), ("--org", "Čedar"),
           ("--org", "Dogwood's", "--domain", "d2.example"), ("--domain", "none.example"))


def without_numbers(table, text):
    """Reports and problems have numbers of each store's own, and problems are ordered by them."""
    if table not in ("reports", "problems"):
        return text
    lines = [line.partition(",")[2] for line in text.splitlines(keepends=True)]
    return "".join(lines[:1] + sorted(lines[1:])) if table == "problems" else "".join(lines)


class SharedExport(ReadStore):
    def setUp(self):
        super().setUp()
        self.poller.take(self.reports(300))

    def tables(self, source, *args):
        return self.expect(OK, "-c", self.poller.conf, "-d", source, "export", *args, env=self.pg.env)

    def test_each_table_in_each_choice_is_the_same(self):
        self.poller.ship()
        os.mkdir(self.path("here"))
        os.mkdir(self.path("there"))
        for when in ("rolled up", "dirty"):
            if when == "dirty":
                self.pg.sql("INSERT INTO tlsrua.dirty SELECT DISTINCT date, 0, 0 FROM tlsrua.reports")
            for choice in CHOICES:
                here, there = (self.tables(source, *choice, "-o", self.path(name)).err
                               for name, source in (("here", self.poller.store), ("there", SHARED)))
                self.assertEqual(here, there)
                for table in TABLES:
                    with self.subTest(f"{table} {choice} {when}"):
                        here, there = (self.read(name, table + ".csv").decode() for name in ("here", "there"))
                        self.assertEqual(without_numbers(table, here), without_numbers(table, there))
                        if choice in CHOICES[:4]:
                            self.assertGreater(there.count("\n"), 1)

    def test_years(self):
        """Days of several years, of few senders: gaps and problems last over their ends."""
        self.poller = Poller(self, "years")
        self.poller.take(self.reports(150, seed=5, days=1500, domains=3))
        self.poller.ship()
        for choice in (("--since", "all"), ("--from", "2023-12-20", "--to", "2025-02-03")):
            for table in ("domains", "senders", "problems"):
                here, there = (self.tables(source, *choice, "-o", "-", table).out for source in (self.poller.store, SHARED))
                self.assertEqual(without_numbers(table, here), without_numbers(table, there), f"{table} {choice}")

    def test_lines_of_json(self):
        self.poller.ship()
        args = ("--format", "ndjson", "-o", "-", "daily")
        self.assertEqual(self.tables(self.poller.store, *args).out, self.tables(SHARED, *args).out)

    def test_copies_that_contradict_each_other(self):
        """Of two pollers that have other contents under the same keys, the shared store is as one that has both."""
        other, both = Poller(self, "two"), Poller(self, "both")
        reports = self.reports(300, good=5)[:80]
        other.take(reports)
        both.take(self.reports(300) + reports)
        self.poller.ship()
        other.ship()
        for table in TABLES:
            if table == "reports":
                continue  # it tells from which file each came
            here, there = (self.tables(source, "-o", "-", table).out for source in (both.store, SHARED))
            self.assertEqual(without_numbers(table, here), without_numbers(table, there), table)

    def test_an_empty_store(self):
        self.poller = Poller(self, "none")
        for table in TABLES:
            self.assertEqual(1, self.tables(SHARED, "-o", "-", table).out.count("\n"))

    def test_what_cannot_be_read_is_said(self):
        conf = self.poller.conf
        self.expect_line(USAGE, "into the store of a poller, which is a file", "-c", conf, "-d", SHARED, "import", "x")
        self.expect_line(CONFIG, "nosuch", "-c", conf, "-d", "postgresql:nosuch", "export", "-o", "-", "daily",
                         env=self.pg.env)
        self.pg.role("stranger")
        self.pg.service("stranger", user="stranger")
        self.expect_line(NOPERM, "tlsrua", "-c", conf, "-d", "postgresql:stranger", "export", "-o", "-", "daily",
                         env=self.pg.env)
        self.pg.sql("CREATE DATABASE bare", database="postgres")
        self.pg.service("bare", dbname="bare")
        self.expect_line(PROTOCOL, "tlsrua ship --init", "-c", conf, "-d", "postgresql:bare", "export", "-o", "-",
                         "daily", env=self.pg.env)
        self.pg.service("away", port=1)
        self.expect_line(UNAVAILABLE, "away", "-c", conf, "-d", "postgresql:away", "export", "-o", "-", "daily",
                         env=self.pg.env)

    def test_a_tenant_sees_its_domains_alone(self):
        self.poller.ship()
        self.pg.role("tenant", "tlsrua_tenant")
        self.pg.sql("INSERT INTO tlsrua.readers (role, domain) VALUES ('tenant', 'd3.example')")
        self.pg.service("tenant", user="tenant")
        for table in ("daily", "weekly", "monthly", "failures", "mx"):
            here = self.tables(self.poller.store, "--domain", "d3.example", "--from", "2026-10-01", "-o", "-", table).out
            there = self.tables("postgresql:tenant", "--from", "2026-10-01", "-o", "-", table).out
            self.assertEqual(here, there, table)
        for table in TABLES:
            rows = csv.DictReader(self.tables("postgresql:tenant", "-o", "-", table).out.splitlines())
            self.assertEqual({"d3.example"}, {row["domain"] for row in rows}, table)


if __name__ == "__main__":
    tap.main()
