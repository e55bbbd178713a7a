#!/usr/bin/env python3
"""drop takes a stored report out again: store and folder are as if it had never come."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import NOINPUT, OK, USAGE, Scene  # noqa: E402


def report(number, day, good, bad, organization="Some Inc."):
    failure = [{"result-type": "certificate-expired", "failed-session-count": bad,
                "receiving-mx-hostname": "mx.example.com"}] if bad else []
    return json.dumps({
        "organization-name": organization, "report-id": number, "contact-info": "tls@some.example",
        "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
        "policies": [{"policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: enforce"],
                                 "policy-domain": "example.com"},
                      "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
                      "failure-details": failure}]}).encode()


class Drop(Scene):
    def setUp(self):
        super().setUp()
        self.conf = self.config()
        self.add("a", report("a", "2026-11-20", 10, 0))
        self.add("b", report("b", "2026-11-21", 20, 2, "Other Inc."))

    def add(self, name, content, status=OK):
        return self.expect(status, "-c", self.conf, "import", "--json", self.write(name + ".json", content)).json

    def drop(self, *args, status=OK):
        return self.expect(status, "-c", self.conf, "drop", *args)

    def folder(self):
        folder = self.path("csv")
        return {name: self.read("csv", name) for name in os.listdir(folder)}

    def test_the_folder_is_as_before(self):
        before = self.folder()
        self.add("c", report("c", "2026-11-22", 5, 500))
        self.assertNotEqual(before, self.folder())
        shown = self.drop("-n", "3")
        self.assertIn("report 3: Some Inc., 2026-11-22, example.com: 505 sessions, 500 failed: would be taken out",
                      shown.out)
        self.assertNotEqual(before, self.folder())
        self.drop("3")
        self.assertEqual(before, self.folder())
        self.expect_silence("-c", self.conf, "status", "--verify")

    def test_it_is_a_duplicate_when_it_comes_again(self):
        self.drop("#2")
        self.assertEqual(1, self.add("b", report("b", "2026-11-21", 20, 2, "Other Inc."))["duplicate"])
        self.assertEqual(1, self.add("b2", report("b", "2026-11-21", 20, 3, "Other Inc."))["imported"])
        self.assertEqual([("counted",)], self.query("SELECT status FROM reports WHERE report_id = 'b'"))

    def test_all_or_none(self):
        before = self.folder()
        result = self.drop("1", "99", status=NOINPUT)
        self.assertIn("report 99: no such number", result.err)
        self.assertEqual(before, self.folder())
        self.assertEqual(2, self.query("SELECT count(*) FROM reports")[0][0])

    def test_what_is_no_number(self):
        for args in ((), ("x",), ("-1",), ("1.5",)):
            self.drop(*args, status=USAGE)

    def test_a_dump_is_a_store(self):
        dump = subprocess.run(["sqlite3", self.store, ".dump"], capture_output=True, check=True).stdout
        restored = self.path("restored.db")
        subprocess.run(["sqlite3", restored], input=dump, check=True)
        self.expect_silence("-c", "/dev/null", "-d", restored, "status", "--verify")
        self.assertEqual(1, self.expect(OK, "-c", "/dev/null", "-d", restored, "import", "--json",
                                        self.write("a.json", report("a", "2026-11-20", 10, 0))).json["duplicate"])


if __name__ == "__main__":
    tap.main()
