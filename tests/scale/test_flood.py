#!/usr/bin/env python3
"""100,000 invented names hide nothing, and cost no more than their share: every command stays within 128 MB.

What floods the store comes as plain JSON, so that nothing but the number of names is out of the ordinary.  Then come
reports that compression makes a hundred times smaller than the rows they would be.
"""
import base64
import gzip
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


LONG = ".".join(["y" * 60] * 3)


def details(number, **more):
    return {"result-type": "certificate-expired", "receiving-mx-hostname": "mx.example.com", "sending-mta-ip": "192.0.2.1",
            "receiving-ip": "192.0.2.2", "failed-session-count": 1, **more}


# what a report is made of: how many policies, each of these
INFLATED = {
    "types": [dict(policy(kind=f"{n}." + "x" * 4060, bad=1)) for n in range(1000)],
    "short types": [policy(kind=f"t{n}", bad=1) for n in range(1000)],
    "domains": [policy(f"a{n}.{LONG}.example", bad=1, mx=f"mx{n}.{LONG}.example") for n in range(1000)],
    "few domains, large counts": [policy(f"a{n}.example", good=MOST >> 11, bad=MOST >> 11) for n in range(40)],
    "details": [dict(policy(bad=50000), **{"failure-details": [details(n) for n in range(50000)]})],
    "hosts": [dict(policy(bad=5000), **{"failure-details": [
        details(n, **{"receiving-mx-hostname": f"mx{n}.{LONG}.example"}) for n in range(5000)]})],
    "addresses": [dict(policy(bad=5000), **{"failure-details": [
        details(n, **{"receiving-ip": f"10.0.{n >> 8}.{n & 255}"}) for n in range(5000)]})],
    "reasons": [dict(policy(bad=3000), **{"failure-details": [
        details(n, **{"failure-reason-code": "q" * 2100}) for n in range(3000)]})],
    "quotes": [dict(policy(bad=900), **{"failure-details": [
        details(n, **{"failure-reason-code": '"' * 4096, "additional-information": '"' * 4096}) for n in range(900)]})],
    "policy lines": [{"policy": {"policy-type": "sts", "policy-domain": "example.com", "policy-string": ["s" * 2100] * 6},
                      "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}] * 900,
    "MX patterns": [{"policy": {"policy-type": "sts", "policy-domain": "example.com",
                                "mx-host": [f"{LONG}.example"] * 90},
                     "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}] * 100,
}


class Inflated(Scene):
    """Whatever is in a mail, store and folder grow by ten times its size at most, and nothing of it is lost."""
    MAILS, HEADER, TIMES = 5, 1900, 10

    def sizes(self):
        folder = [os.path.join(self.export, n) for n in os.listdir(self.export)]
        return os.path.getsize(self.store), sum(map(os.path.getsize, folder))

    def mail(self, kind, number, policies):
        """Of the size that a mail has at least, once it went from one host to another."""
        r = report('"' * 200 + "Evil", f"{kind}{number}" + "r" * 200, policies)
        packed = base64.encodebytes(gzip.compress(json.dumps(r).encode(), mtime=0))
        return (b"From: a@reporter.example\nSubject: x\nX-Way: " + b"w" * self.HEADER +
                b"\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n" + packed)

    def test_store_and_folder(self):
        conf = self.config()
        self.write("own.json", json.dumps(report("Google Inc.", "own", [policy(good=0, bad=TRUE)])).encode())
        self.expect(OK, "-c", conf, "import", self.path("own.json"))
        for kind, policies in INFLATED.items():
            before, size, counted = self.sizes(), 0, self.counted()
            for number in range(self.MAILS):
                mail = self.mail(kind, number, policies)
                self.write(f"{kind}/{number}.eml", mail)
                size += len(mail)
            result = self.expect(OK, "-c", conf, "import", "--json", self.path(kind), measured=True)
            store, folder = (now - then for now, then in zip(self.sizes(), before))
            print(f"# {kind}: {size} bytes of mail, store {store / size:.1f} times, folder {folder / size:.1f} times, "
                  f"{result.json['imported']} imported, {result.json['rejected']} refused")
            self.assertLess(store, self.TIMES * size, kind)
            self.assertLess(folder, self.TIMES * size, kind)
            self.assert_counts(result, reports=self.MAILS, duplicate=0, conflict=0)
            self.assertEqual(counted + result.json["imported"] * sum(
                p["summary"]["total-failure-session-count"] for p in policies), self.counted(), kind)
        self.assertEqual({"report-inflated"}, set(self.reasons()))
        self.check_commands(conf)

    def counted(self):
        """Failed sessions, as failures and as daily have them."""
        detailed = self.query("SELECT sum(failed_sessions) FROM csv_failures")[0][0]
        self.assertEqual(self.query("SELECT sum(failed_sessions) FROM csv_daily")[0][0], detailed)
        return detailed

    def check_commands(self, conf):
        for args in (["summary"], ["summary", "--json"], ["summary", "--changes", "-n"], ["html", "-o", self.path("x.html")],
                     ["explain", "1"], ["explain", "report-inflated"], ["explain", "details-left-out"], ["status"],
                     ["import", self.path("own.json")]):
            result = self.expect(OK, "-c", conf, *args, measured=True)
            if not SANITIZED:
                self.assertLess(result.peak_kb << 10, MEMORY, args)
            self.assertLess(len(result.raw_out), 1 << 20, args)
        self.assertLess(os.path.getsize(self.path("x.html")), 500 << 10)
        self.assertIn("mx.example.com", self.expect(OK, "-c", conf, "summary").out)
        self.expect_silence("-c", conf, "status", "--verify")


if __name__ == "__main__":
    tap.main()
