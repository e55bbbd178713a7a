#!/usr/bin/env python3
"""100,000 invented names hide nothing, and cost no more than their share: every command stays within 128 MB.

What floods the store comes as plain JSON, so that nothing but the number of names is out of the ordinary.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK, SANITIZED, Scene  # noqa: E402

NAMES, A_REPORT = 100000, 1000
MEMORY = 128 << 20
ALARM = 1  # exit code of a check that fails
TRUE = 350000  # failed sessions of the own domain
MOST = 2 ** 63 - 1


def report(organization, number, policies, day="2026-11-28"):
    return {"organization-name": organization, "report-id": number, "contact-info": "tls@reporter.example",
            "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
            "policies": policies}


def policy(domain="example.com", kind="sts", good=1, bad=0, result="certificate-expired", mx="mx.example.com"):
    entry = {"policy": {"policy-type": kind, "policy-domain": domain},
             "summary": {"total-successful-session-count": good, "total-failure-session-count": bad}}
    if bad:
        entry["failure-details"] = [{"result-type": result, "receiving-mx-hostname": mx, "failed-session-count": bad}]
    return entry


FLOODS = {
    "domains": lambda n: policy(f"a{n:06d}.example"),
    "hosts": lambda n: policy(f"a{n:06d}.example", bad=1, mx=f"mx.a{n:06d}.example"),
    "types": lambda n: policy(kind=f"t{n:06d}", bad=1),
    "problems": lambda n: policy(bad=1, result=f"r{n:06d}"),
}


class Flood(Scene):
    """The own domain fails in all its sessions of a week; then come the invented names."""
    def setUp(self):
        super().setUp()
        self.conf = self.config()
        os.mkdir(self.path("true"))
        for day in range(22, 29):
            self.write(f"true/{day}.json", json.dumps(report(
                "Google Inc.", f"g{day}", [policy(good=0, bad=TRUE // 7)], f"2026-11-{day}")).encode())
        self.expect(OK, "-c", self.conf, "import", self.path("true"))

    def within(self, *args, status=OK):
        result = self.run_it("-c", self.conf, *args, measured=True)
        self.assertEqual(status, result.status, str(result))
        if not SANITIZED:
            self.assertLess(result.peak_kb << 10, MEMORY, args)
        return result

    def flood(self, name):
        os.mkdir(self.path(name))
        for i in range(0, NAMES, A_REPORT):
            self.write(f"{name}/{i}.json", json.dumps(report(
                "Evil", f"{name}{i}", [FLOODS[name](n) for n in range(i, i + A_REPORT)])).encode())
        self.within("import", self.path(name))  # with a refresh of the folder

    def check_all(self):
        alarm = self.within("summary", "--fail-above", "1%", status=ALARM)
        self.assertIn("example.com (", alarm.err)
        first = alarm.out.splitlines()[:24]
        self.assertTrue(any("mx.example.com" in line for line in first), first)
        told = json.loads(self.within("summary", "--json").out)
        self.assertEqual("mx.example.com", told["problems"][0]["receiving_mx_hostname"])
        self.assertGreaterEqual(told["problems"][0]["failed_sessions"], TRUE)
        self.within("summary", "-v")
        self.within("summary", "--changes", "-n")
        self.within("html", "-o", self.path("x.html"))
        self.assertIn(b"mx.example.com", self.read("x.html"))
        self.within("explain", "1")
        self.within("status")
        for table in "daily weekly monthly failures problems mx domains senders reports".split():
            self.within("export", "-o", "-", table)
        return told

    def longest_cell(self, name):
        return max(len(str(cell)) for row in self.query(f"SELECT * FROM csv_{name}") for cell in row)

    def test_domains(self):
        self.flood("domains")
        told = self.check_all()
        self.assertEqual(NAMES + 1, len(told["domains"]) + told["domains_left_out"])
        self.assertEqual(NAMES + TRUE, told["sessions"])

    def test_hosts(self):
        self.flood("hosts")
        told = self.check_all()
        self.assertEqual(NAMES + 1, len(told["problems"]) + told["problems_left_out"])

    def test_types(self):
        self.flood("types")
        self.check_all()
        # a list names twenty and counts the rest
        self.assertIn(f"and {NAMES - 19} more", self.query("SELECT policy_types FROM csv_domains")[0][0])
        for table in "domains problems reports".split():
            self.assertLess(self.longest_cell(table), 2000)

    def test_problems(self):
        self.flood("problems")
        self.check_all()

    def test_sums_stop_alike_everywhere(self):
        """4 domains with 2^53-1 sessions 2,000 times each: no sum wraps, and every view of it says the same."""
        most = 2 ** 53 - 1
        os.mkdir(self.path("sums"))
        for domain in range(4):
            for day in (23, 24):
                self.write(f"sums/{domain}{day}.json", json.dumps(report(
                    "Evil", f"s{domain}{day}", [policy(f"d{domain}.example", good=most)] * A_REPORT,
                    f"2026-11-{day}")).encode())
        self.within("import", self.path("sums"))
        told = json.loads(self.within("summary", "--json").out)
        self.assertEqual(MOST, told["sessions"])
        self.assertEqual({MOST}, {d["sessions"] for d in told["domains"] if d["domain"] != "example.com"})
        for table, column in (("weekly", "total_sessions"), ("monthly", "successful_sessions"),
                              ("domains", "counted_sessions"), ("senders", "counted_sessions")):
            self.assertEqual(MOST, self.query(f"SELECT max({column}) FROM csv_{table}")[0][0], table)
        self.assertIn("9,223,372,036,854,775,807 or more", self.within("summary").out)
        self.within("html", "-o", self.path("x.html"))
        self.assertIn(b"9,223,372,036,854,775,807 or more", self.read("x.html"))
        self.expect_silence("-c", self.conf, "status", "--verify")


if __name__ == "__main__":
    tap.main()
