#!/usr/bin/env python3
"""The same bytes in any locale and time zone: CSV, JSON, the page, and what is stored.

Locales are made by localedef, for this test alone.  One has no dot on its small I, one writes numbers with commas, one
has characters whose second byte is ASCII; one time zone is a quarter of an hour off, one changes its clock.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import FIXTURES, OK, TOP, Scene  # noqa: E402

LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "zh_CN.GB18030")
ZONES = ("Asia/Kathmandu", "Europe/Berlin", "UTC")  # Berlin turned its clocks back on 2026-10-25
WITHOUT_FILES = ("C", "C.UTF-8")
TABLES = ("daily", "weekly", "monthly", "domains", "failures", "mx", "problems", "reports", "senders")
COMMANDS = (
    ["status", "--json"], ["summary", "--json", "--since", "all"], ["summary", "--json", "--domain", "birch.example"],
    ["export", "-o", "-", "--format", "ndjson", "daily"],
    *(["export", "-o", "-", "--since", "all", table] for table in TABLES),
    ["export", "-o", "-", "--delimiter", "semicolon", "--decimal", ",", "daily"],
    ["export", "-o", "-", "--from", "2026-10-20", "--to", "2026-10-27", "daily"],
    ["quarantine", "show", "1"], ["show", "--json", os.path.join(FIXTURES, "valid", "google.eml")],
)
# when something was run is no matter of locales
TIMES = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\"seconds\":[0-9.]+")


class Locales(Scene):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tlsrua-locales-")
        for name in LOCALES:
            if name not in WITHOUT_FILES:
                language, charset = name.split(".")
                subprocess.run(["localedef", "-i", language, "-f", charset, os.path.join(cls.folder, name)], check=True,
                               capture_output=True)
        cls.mails = corpus.build(80, seed=12, days=60, broken=0.1, other=0.1, failing=0.3, conflicts=0.05).mails

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def places(self):
        """An environment of each locale, and of each time zone."""
        common = {"LOCPATH": self.folder, "SOURCE_DATE_EPOCH": "1790000000",
                  "LSAN_OPTIONS": f"print_suppressions=0:suppressions={TOP}/tests/sanitizers/leaks.supp"}
        for locale in LOCALES:
            yield locale, {"LC_ALL": locale, "TZ": "UTC", **common}
        for zone in ZONES:
            yield zone, {"LC_ALL": "tr_TR.UTF-8", "TZ": zone, **common}

    def everything(self, env):
        """What all commands say over the same store."""
        said = {}
        for command in COMMANDS:
            result = self.run_it("-d", self.store, *command, env=env)
            said[" ".join(command)] = (result.status, TIMES.sub(b"T", result.raw_out))
        self.expect(OK, "-d", self.store, "html", "--since", "all", "-o", self.path("page.html"), env=env)
        said["html"] = TIMES.sub(b"T", self.read("page.html"))
        return said

    def compare(self, wanted, got, where):
        for what in wanted:
            with self.subTest(f"{what} under {where}"):
                self.assertEqual(wanted[what], got[what])

    def test_the_locales_are_what_they_are_called(self):
        for name in LOCALES:
            said = subprocess.run(["locale", "charmap"], env={"PATH": os.environ["PATH"], "LC_ALL": name,
                                                              "LOCPATH": self.folder}, capture_output=True, text=True,
                                  check=True)
            wanted = "ANSI_X3.4-1968" if name == "C" else name.split(".")[1]
            self.assertEqual((wanted, ""), (said.stdout.strip(), said.stderr))

    def test_what_is_read_is_the_same(self):
        corpus.write_maildir(self.path("in"), self.mails)
        self.expect(OK, "-d", self.store, "import", "-q", self.path("in"))
        wanted = None
        for where, env in self.places():
            got = self.everything(env)
            wanted = wanted or got
            self.compare(wanted, got, where)
        self.assertGreater(len(wanted["html"]), 10_000)
        for command in COMMANDS:
            self.assertEqual(OK, wanted[" ".join(command)][0], command)

    def test_what_is_written_is_the_same(self):
        corpus.write_maildir(self.path("in"), self.mails)
        wanted = None
        for where, env in self.places():
            shutil.rmtree(self.export, ignore_errors=True)
            store = self.path(where.replace("/", "-") + ".db")
            self.expect(OK, "-c", self.config(store=store), "import", "-q", self.path("in"), env=env)
            got = {n: self.read("csv", n) for n in os.listdir(self.export) if n.endswith(".csv")}
            got["store"] = [line for line in dump(store) if not line.startswith(("exports: ", "told: "))]
            wanted = wanted or got
            self.assertEqual(wanted.keys(), got.keys())
            self.compare(wanted, got, where)


if __name__ == "__main__":
    tap.main()
