#!/usr/bin/env python3
"""etc/tlsrua.ods in LibreOffice: it reads the CSV files beside it, and its pivot adds up by week."""
import csv
import os
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.program import OK, TOP, Scene, environment  # noqa: E402

SPREADSHEET = os.path.join(TOP, "etc", "tlsrua.ods")
MAKE = os.path.join(TOP, "etc", "spreadsheet", "make-ods")
PIVOT_SHEET = 4
HANG = 200


class Spreadsheet(Scene):
    def setUp(self):
        super().setUp()
        if shutil.which("soffice") is None:
            if os.environ.get("TLSRUA_SPREADSHEET"):
                self.fail("no soffice: scripts/deps spreadsheet")
            self.skipTest("no LibreOffice: scripts/deps spreadsheet")
        corpus.write_maildir(self.path("in"), corpus.build(120, seed=5, days=30, failing=0.4, duplicates=0, broken=0,
                                                           other=0).mails)
        self.expect(OK, "-c", self.config(), "import", self.path("in"))

    def run_make(self, *args):
        subprocess.run([MAKE, *args], check=True, capture_output=True, timeout=HANG, env=environment({"HOME": self.dir}))

    def pivot(self, spreadsheet):
        """What the sheet of the pivot shows: week -> (sessions, failed)."""
        style = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{PIVOT_SHEET}"
        subprocess.run(["soffice", f"-env:UserInstallation=file://{self.path('profile')}", "--headless", "--norestore",
                        "--convert-to", style, "--outdir", self.path("out"), spreadsheet], check=True,
                       capture_output=True, timeout=HANG, env=environment({"HOME": self.dir}))
        (name,) = os.listdir(self.path("out"))
        with open(self.path("out", name), encoding="utf-8", newline="") as f:
            rows = {row[0]: tuple(map(int, row[1:3])) for row in csv.reader(f) if row and row[0][:3] in ("202", "Tot")}
        return rows

    def wanted(self):
        weeks = {}
        for row in self.table("weekly"):
            sums = weeks.setdefault(row["week"], [0, 0])
            sums[0] += int(row["counted_sessions"])
            sums[1] += int(row["counted_failed"])
        weeks = {week: tuple(sums) for week, sums in weeks.items()}
        weeks["Total Result"] = tuple(map(sum, zip(*weeks.values())))
        return weeks

    def test_it_reads_the_folder_that_it_stands_in(self):
        copy = shutil.copy(SPREADSHEET, self.export)
        with zipfile.ZipFile(copy) as z:
            content = z.read("content.xml").decode()
        for table in ("problems", "domains", "weekly"):
            self.assertIn(f'xlink:href="../{table}.csv"', content)
        self.run_make("--refresh", copy, os.path.join(self.export, "copy.ods"))
        self.assertEqual(self.wanted(), self.pivot(os.path.join(self.export, "copy.ods")))

    def test_it_can_be_made_anew(self):
        self.run_make(self.export, self.path("made.ods"))
        self.assertEqual(self.wanted(), self.pivot(self.path("made.ods")))


if __name__ == "__main__":
    tap.main()
