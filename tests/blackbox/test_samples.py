#!/usr/bin/env python3
"""Reports of real senders, where the folder of samples is there: figures as its EXPECTED.tsv has them."""
import csv
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK, TOP, Scene  # noqa: E402

SHARED = os.environ.get("TLSRUA_SHARED", os.path.join(TOP, "..", "shared"))
SAMPLES = os.path.join(SHARED, "samples")


class Samples(Scene):
    def setUp(self):
        super().setUp()
        if not os.path.isfile(os.path.join(SAMPLES, "EXPECTED.tsv")):
            self.skipTest("no samples here")
        with open(os.path.join(SAMPLES, "EXPECTED.tsv"), encoding="utf-8", newline="") as f:
            self.rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))

    def test_each_alone(self):
        for number, row in enumerate(self.rows):
            with self.subTest(row["file"]):
                store = self.path(f"{number}.db")
                result = self.expect(OK, "-d", store, "import", "--json", os.path.join(SAMPLES, row["file"]))
                self.assert_counts(result, messages=1, reports=1, imported=1)
                self.assertEqual("", result.err)
                got = self.query("SELECT organization, report_id, start, end FROM reports", store=store)
                self.assertEqual([(row["organization-name"], row["report-id"], row["start"], row["end"])], got)
                policies = self.query("SELECT policy_type, policy_domain, successful_sessions, failed_sessions, "
                                      "(SELECT count(*) FROM failures f WHERE f.report = p.report AND f.policy = p.n "
                                      "AND f.result_type <> 'not-detailed') "
                                      "FROM policies p ORDER BY n", store=store)
                self.assertEqual(self.wanted(row), policies)

    @staticmethod
    def wanted(row):
        result = []
        for text in row["policies (type|domain|success|failure|n failure-details)"].split(" ; "):
            kind, domain, good, bad, details = text.strip().split("|")
            result.append((kind, "" if domain == "-" else domain, int(good), 0 if bad == "-" else int(bad),
                           int(details.removeprefix("fd="))))
        return result

    def test_the_whole_folder(self):
        result = self.run_it("-d", self.store, "import", "--json", SAMPLES)
        self.assertEqual(OK, result.status, str(result))
        keys = {(r["organization-name"], r["report-id"], r["start"], r["end"]) for r in self.rows}
        self.assertEqual(keys, set(self.query("SELECT organization, report_id, start, end FROM reports")))


if __name__ == "__main__":
    tap.main()
