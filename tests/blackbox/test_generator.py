#!/usr/bin/env python3
"""The generator, judged without the program: Python's own mail, gzip and JSON readers find in its mails what it claims."""
import email
import email.policy
import gzip
import io
import json
import os
import sys
import unittest
import zipfile
from datetime import date

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.truth import Failure, Policy, Report  # noqa: E402


def reports_in(raw):
    """JSON documents in a mail, by whatever way a reader without suspicion finds them."""
    found = []
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        if part.is_multipart() or part.get_content_type() in ("text/plain", "text/html"):
            continue
        data = part.get_payload(decode=True) or b""
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        elif data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                data = z.read(z.namelist()[0])
        if data.lstrip()[:1] == b"{":
            found.append(json.loads(data))
    return found


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(700, seed=13, duplicates=0.04, broken=0.06, other=0.04, conflicts=0.02, failing=0.3)

    def test_the_same_seed_makes_the_same_mails(self):
        again = corpus.build(700, seed=13, duplicates=0.04, broken=0.06, other=0.04, conflicts=0.02, failing=0.3)
        self.assertEqual([m.raw for m in self.corpus.mails], [m.raw for m in again.mails])
        other = corpus.build(700, seed=14, duplicates=0.04, broken=0.06, other=0.04, conflicts=0.02, failing=0.3)
        self.assertNotEqual([m.raw for m in self.corpus.mails], [m.raw for m in other.mails])

    def test_mails_say_what_the_truth_says(self):
        truth = iter(self.corpus.reports)
        seen = set()
        for mail in self.corpus.mails:
            if mail.kind != "report":
                continue
            report = next(truth)
            documents = reports_in(mail.raw)
            self.assertEqual(1, len(documents))
            d = documents[0]
            self.assertEqual((report.organization, report.report_id, report.start, report.end),
                             (d["organization-name"], d["report-id"], d["date-range"]["start-datetime"],
                              d["date-range"]["end-datetime"]))
            self.assertEqual([(p.type, p.successful, p.failed, len(p.failures)) for p in report.policies],
                             [(p["policy"]["policy-type"], p["summary"]["total-successful-session-count"],
                               p["summary"]["total-failure-session-count"], len(p.get("failure-details", [])))
                              for p in d["policies"]])
            seen.add(report.organization)
        self.assertGreaterEqual(len(seen), 9)

    def test_copies_hold_a_report_that_is_there_and_conflicts_contradict_it(self):
        originals = {json.dumps(reports_in(m.raw)[0], sort_keys=True) for m in self.corpus.mails if m.kind == "report"}
        for mail in self.corpus.mails:
            if mail.kind == "duplicate":
                self.assertIn(json.dumps(reports_in(mail.raw)[0], sort_keys=True), originals)
            elif mail.kind == "conflict":
                self.assertNotIn(json.dumps(reports_in(mail.raw)[0], sort_keys=True), originals)

    def test_keys_are_unique(self):
        keys = [(r.organization, r.report_id, r.start, r.end) for r in self.corpus.reports]
        self.assertEqual(len(keys), len(set(keys)))

    def test_other_mail_holds_no_report(self):
        for mail in self.corpus.mails:
            if mail.kind == "other":
                self.assertEqual([], reports_in(mail.raw))

    def test_ways_to_write_mails_keep_their_bytes(self):
        import mailbox
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            corpus.write_mbox(folder + "/mbox", self.corpus.mails[:50])
            box = mailbox.mbox(folder + "/mbox")
            got = [m.get_payload() is not None for m in box]
            box.close()
            self.assertEqual(50, len(got))


class Counting(unittest.TestCase):
    """The rules, on figures counted by hand."""

    def row(self, report, number=0):
        return dict(zip(expected.DAILY, expected.daily([report])[number]))

    def report(self, *policies, header="alder.example"):
        return Report("Org", "1", date(2026, 11, 23), "a@org.example", list(policies), header_domain=header)

    def test_of_sts_and_tlsa_the_one_with_more_sessions_counts(self):
        r = self.report(Policy("sts", "alder.example", 37, 3), Policy("tlsa", "alder.example", 42, 0))
        rows = [dict(zip(expected.DAILY, x)) for x in expected.daily([r])]
        self.assertEqual([("sts", 0, 0), ("tlsa", 42, 0)],
                         [(x["policy_type"], x["counted_sessions"], x["counted_failed"]) for x in rows])

    def test_with_as_many_the_one_with_more_failures_and_then_sts(self):
        r = self.report(Policy("sts", "alder.example", 10, 0), Policy("tlsa", "alder.example", 8, 2))
        self.assertEqual([0, 10], [x[expected.DAILY.index("counted_sessions")] for x in expected.daily([r])])
        r = self.report(Policy("tlsa", "alder.example", 9, 1), Policy("sts", "alder.example", 9, 1))
        self.assertEqual([0, 10], [x[expected.DAILY.index("counted_sessions")] for x in expected.daily([r])])

    def test_two_entries_of_one_type_are_added_before_types_are_compared(self):
        r = self.report(Policy("sts", "alder.example", 15, 0), Policy("tlsa", "mx1.alder.example", 10, 0),
                        Policy("tlsa", "mx2.alder.example", 8, 2))
        rows = [dict(zip(expected.DAILY, x)) for x in expected.daily([r])]
        self.assertEqual([0, 10, 10], [x["counted_sessions"] for x in rows])
        self.assertEqual({"alder.example"}, {x["domain"] for x in rows})

    def test_other_types_always_count(self):
        r = self.report(Policy("no-policy-found", "alder.example", 5, 5), Policy("future", "alder.example", 1, 0))
        self.assertEqual([10, 1], [x[expected.DAILY.index("counted_sessions")] for x in expected.daily([r])])

    def test_a_domain_from_the_header(self):
        self.assertEqual("alder.example", self.row(self.report(Policy("tlsa", "mx.alder.example", 1)))["domain"])
        self.assertEqual("mx.alder.example",
                         self.row(self.report(Policy("tlsa", "mx.alder.example", 1), header=""))["domain"])

    def test_what_is_not_detailed(self):
        p = Policy("sts", "alder.example", 5, 5, failures=[Failure("certificate-expired", 2)])
        rows = [dict(zip(expected.FAILURES, x)) for x in expected.failures([self.report(p)])]
        self.assertEqual([("certificate-expired", 2), ("not-detailed", 3)],
                         [(x["result_type"], x["failed_sessions"]) for x in rows])
        p.failures.append(Failure("certificate-expired", 9))
        self.assertEqual(2, len(expected.failures([self.report(p)])))

    def test_rates_and_weeks(self):
        self.assertEqual("0.333333", expected.rate(1, 3))
        self.assertEqual("0.666667", expected.rate(2, 3))
        self.assertEqual("", expected.rate(0, 0))
        for day, week in ((date(2026, 12, 31), "2026-W53"), (date(2027, 1, 1), "2026-W53"),
                          (date(2025, 12, 29), "2026-W01"), (date(2024, 1, 1), "2024-W01")):
            self.assertEqual(week, expected.week(day))


if __name__ == "__main__":
    tap.main()
