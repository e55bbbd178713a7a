#!/usr/bin/env python3
"""Dates that nobody can mean: they are refused, and end no run."""
import json
import os
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK, Scene  # noqa: E402

NEVER = {"date-too-old": ("1970-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "1999-12-31T00:00:00Z",
                          "2015-12-31T23:59:59Z"),
         "date-future": ("9999-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00")}


def document(number, start, end=None):
    return json.dumps({
        "organization-name": "Example Reporter", "contact-info": "tls@reporter.example", "report-id": str(number),
        "date-range": {"start-datetime": start, "end-datetime": end or start},
        "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                      "summary": {"total-successful-session-count": 10, "total-failure-session-count": 0}}]})


def mail(arrival, body):
    return ("Received: from mail.reporter.example by mx.alder.example; " + arrival + "\r\n"
            "From: tls@reporter.example\r\nSubject: report\r\nMIME-Version: 1.0\r\n"
            "Content-Type: application/tlsrpt+json; name=\"report.json\"\r\n\r\n" + body + "\r\n")


def text(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


class Dates(Scene):
    def reason(self, name, content):
        self.write(name, content)
        result = self.run_it("show", "--json", self.path(name))
        return json.loads(result.out)["codes"]

    def test_such_a_report_is_refused(self):
        for code, starts in NEVER.items():
            for start in starts:
                with self.subTest(start):
                    self.assertEqual([code], self.reason("report.json", document(1, start)))

    def test_the_others_of_a_run_are_stored(self):
        for n in range(1, 21):
            self.write(f"in/{n:02d}.json", document(n, f"2026-03-{n:02d}T00:00:00Z", f"2026-03-{n:02d}T23:59:59Z"))
        bad = [s for starts in NEVER.values() for s in starts]
        for n, start in enumerate(bad):
            self.write(f"in/{n:02d}-never.json", document(n, start))
        for imported in (20, 0):
            counts = json.loads(self.expect(OK, "-d", self.store, "import", "--json", self.path("in")).out)
            self.assertEqual((imported, 20 - imported, len(bad)),
                             (counts["imported"], counts["duplicate"], counts["rejected"]))
        self.assertEqual("", self.expect_silence("-d", self.store, "status", "--verify").out)
        rows = self.expect(OK, "-d", self.store, "export", "-o", "-", "--since", "all", "daily").out.splitlines()
        self.assertEqual(21, len(rows))

    def test_a_file_is_compared_with_the_clock(self):
        now = datetime.now(timezone.utc)
        self.assertEqual(["date-range-not-day"],
                         self.reason("report.json", document(1, text(now + timedelta(hours=23)))))
        self.assertEqual(["date-future"], self.reason("report.json", document(1, text(now + timedelta(hours=25)))))

    def test_a_mail_is_compared_with_its_arrival(self):
        arrival = "Tue, 3 Mar 2026 06:00:00 +0000"
        self.assertEqual(["date-range-not-day", "report-type-missing"],
                         sorted(self.reason("m.eml", mail(arrival, document(1, "2026-03-04T06:00:00Z")))))
        self.assertEqual(["date-future"], self.reason("m.eml", mail(arrival, document(1, "2026-03-04T06:00:01Z"))))

    def test_an_arrival_in_the_far_future_is_not_believed(self):
        arrival = "Fri, 31 Dec 9999 23:59:59 +0000"
        self.assertEqual(["date-future"], self.reason("m.eml", mail(arrival, document(1, "9999-12-31T00:00:00Z"))))


if __name__ == "__main__":
    tap.main()
