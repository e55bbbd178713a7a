#!/usr/bin/env python3
"""A mail of ten reports, each with nearly as many failure details as are taken: little memory, and none is refused."""
import base64
import gzip
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK, SANITIZED, Scene  # noqa: E402

REPORTS = 10
POLICIES, DETAILS = (10, 4800) if not SANITIZED else (10, 100)  # of a report, of a policy
PEAK_KB = 128 * 1024


def detail(n):
    return {"result-type": f"invented-{n:07d}", "receiving-mx-hostname": f"mx{n:07d}.alder.example",
            "receiving-mx-helo": f"helo{n:07d}", "sending-mta-ip": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
            "receiving-ip": f"11.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", "failed-session-count": 1,
            "failure-reason-code": f"reason {n:07d}", "additional-information": f"https://alder.example/{n:07d}"}


def report(number):
    return {"organization-name": f"Reporter {number}", "report-id": str(number), "contact-info": "tls@reporter.example",
            "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": f"d{p}.example"},
                          "summary": {"total-successful-session-count": 1, "total-failure-session-count": DETAILS},
                          "failure-details": [detail(p * DETAILS + i) for i in range(DETAILS)]}
                         for p in range(POLICIES)]}


def mail():
    parts = (b"--b\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n" +
             base64.encodebytes(gzip.compress(json.dumps(report(n)).encode(), mtime=0)) for n in range(REPORTS))
    return (b"From: tls@reporter.example\nMessage-ID: <1@reporter.example>\nSubject: Report Domain: d0.example\n"
            b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"".join(parts) + b"--b--\n")


class LargeMail(Scene):
    def test_import_and_show(self):
        path = self.write("large.eml", mail())
        imported = self.expect(OK, "-d", self.store, "import", "--json", path, measured=True)
        self.assertEqual(REPORTS, imported.json["imported"])
        self.assertEqual([(REPORTS,)], self.query("SELECT count(*) FROM reports"))
        self.assertEqual([("imported",)], self.query("SELECT verdict FROM messages"))
        # each has its share of what one mail may add to the store; no session is lost
        fewest, failed = self.query("SELECT min(n), min(failed) FROM (SELECT count(*) AS n, sum(failed_sessions) AS failed "
                                    "FROM failures GROUP BY report)")[0]
        self.assertGreater(fewest, POLICIES * DETAILS // 4)
        self.assertEqual(POLICIES * DETAILS, failed)
        shown = self.expect(OK, "show", path, measured=True)
        self.assertEqual(REPORTS, shown.out.count("Verdict "))
        if not SANITIZED:
            self.assertLess(imported.peak_kb, PEAK_KB)
            self.assertLess(shown.peak_kb, PEAK_KB)


if __name__ == "__main__":
    tap.main()
