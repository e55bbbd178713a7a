#!/usr/bin/env python3
"""summary --mail: a mail that any reader takes apart, with the verdict in its subject and the page attached."""
import email
import email.policy
import os
import re
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.made import YESTERDAY, Made, report  # noqa: E402
from lib.program import CONFIG, FIXTURES, OK, USAGE  # noqa: E402

ENVELOPE = "[report]\nfrom = tls@example.com\nto = boss@example.com admin@example.org\n"
NOW = str(int(datetime(2026, 11, 24, 6, 0, 0, tzinfo=timezone.utc).timestamp()))


class Mail(Made):
    def setUp(self):
        super().setUp()
        self.conf = self.config(extra=ENVELOPE, export=False)

    def raw(self, *options, **more):
        return self.expect_silence("-c", self.conf, "summary", "--mail", *options, **more).raw_out

    def mail(self, *options, **more):
        raw = self.raw(*options, **more)
        self.assertNotIn(b"\r", raw)
        self.assertLessEqual(max(map(len, raw.splitlines())), 998)
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        for part in mail.walk():
            self.assertEqual([], part.defects)
        return mail

    def parts(self, mail):
        text, body = (p.get_content() for p in mail.get_payload()[0].iter_parts())
        page = mail.get_payload()[1]
        return text, body, page

    def test_its_parts_and_headers(self):
        self.days(7, failed=20)
        mail = self.mail(env={"SOURCE_DATE_EPOCH": NOW})
        self.assertEqual(("tls@example.com", "boss@example.com, admin@example.org", "auto-generated"),
                         (mail["from"], mail["to"], mail["auto-submitted"]))
        self.assertEqual("Tue, 24 Nov 2026 06:00:00 +0000", mail["date"])
        self.assertRegex(mail["message-id"], r"\A<[\w.]+@[\w.-]+>\Z")
        self.assertEqual("multipart/mixed", mail.get_content_type())
        self.assertEqual(["text/plain", "text/html"],
                         [p.get_content_type() for p in mail.get_payload()[0].iter_parts()])
        text, body, page = self.parts(mail)
        self.assertIn("mx1.a.example: certificate expired", text)
        self.assertIn("mx1.a.example: certificate expired</b>", body)
        self.assertEqual((f"tls-reports-{YESTERDAY}.html", "attachment"),
                         (page.get_filename(), page.get_content_disposition()))
        # but for the time it was made it is the page of html
        want = self.expect(OK, "-c", self.conf, "html", "-o", "-", "--since", "7d", env={"SOURCE_DATE_EPOCH": NOW}).out
        self.assertEqual(want, page.get_content())

    def test_the_text_is_the_summary_of_a_week(self):
        self.days(20, failed=20)
        text, _, _ = self.parts(self.mail())
        self.assertEqual(self.expect(OK, "-c", self.conf, "summary", "--since", "7d").out.rstrip("\n"), text.rstrip("\n"))

    def test_the_subject_has_verdict_and_trend(self):
        day = f"{YESTERDAY.day} {YESTERDAY:%b}"
        self.days(7, good=98, failed=2)
        self.assertEqual(f"TLS reports to {day}: 98.0 % verified, 1 cause to fix", self.mail()["subject"])
        self.days(7, last=YESTERDAY - timedelta(days=7), good=90, failed=10)
        self.assertEqual(f"TLS reports to {day}: 98.0 % verified, 1 cause to fix, better than the week before",
                         self.mail()["subject"])
        self.assertIn("7 days before: 10.0 % of 700", self.parts(self.mail())[0])
        self.assertRegex(self.mail("--since", "5d")["subject"], r"verified, 1 cause to fix, better than the 5 days before\Z")

    def test_worse_and_well(self):
        self.days(14)
        self.assertRegex(self.mail()["subject"], r"100 % verified, as the week before\Z")
        self.add(report(YESTERDAY, good=10, failed=90, organization="Other"))
        self.assertRegex(self.mail()["subject"], r"worse than the week before\Z")

    def test_an_empty_store(self):
        self.run_it("-c", self.conf, "import", self.write("x.json", "{}"))
        mail = self.mail()
        self.assertEqual("TLS reports: none is stored yet", mail["subject"])
        text, body, page = self.parts(mail)
        for what in (text, body):
            self.assertIn("No report is stored yet", what)
            self.assertNotIn("no days", what)
        self.assertEqual("tls-reports.html", page.get_filename())

    def test_odd_names_break_nothing(self):
        odd = 'From <b>M\u00fcller</b>\n--=_tlsrua_mixed--\nFrom x ' + "\u7f51" * 60
        self.add(*(report(YESTERDAY - timedelta(days=i), failed=20, organization=odd) for i in range(3)))
        mail = self.mail()
        text, body, _ = self.parts(mail)
        self.assertIn("M\u00fcller", text)
        self.assertIn("&lt;b&gt;M\u00fcller&lt;/b&gt;", body)
        self.assertNotIn("\nFrom ", self.raw().decode())
        self.assertTrue(self.raw().isascii())
        fixed = {"SOURCE_DATE_EPOCH": NOW}
        self.assertEqual(self.raw(env=fixed), self.raw(env={**fixed, "LC_ALL": "C"}))

    def test_one_cause_of_many_domains_stands_once(self):
        for i in range(30):
            self.add(report(YESTERDAY, domain=f"d{i:02}.example", mx="mx.host.example", failed=20 + i))
        _, body, _ = self.parts(self.mail())
        self.assertEqual(1, body.count("<b>Do:</b>"))
        self.assertIn("The same for mail to 29 more domains.", body)

    def test_who_vouches_is_told_in_both_bodies(self):
        self.conf = self.config(extra=ENVELOPE + "[reports]\ndkim = record\n", export=False)
        self.expect(OK, "-c", self.conf, "import", os.path.join(FIXTURES, "valid"))
        text, body, _ = self.parts(self.mail())
        for what in (re.sub(r"\s+", " ", text), body):
            self.assertRegex(what, r"\d+ of \d+ reports are vouched for by nobody \(dkim-missing \d+\)")

    def test_the_alarm_works_beside_it(self):
        self.days(7, failed=20)
        self.assertEqual(1, self.expect(1, "-c", self.conf, "summary", "--mail", "--fail-above", "1%").status)

    def test_what_is_missing_is_said(self):
        self.days(1)
        conf = self.config(extra="[report]\nfrom = tls@example.com\n", export=False)
        result = self.expect_line(CONFIG, r"tlsrua\.conf: \[report\] to: is not set", "-c", conf, "summary", "--mail")
        self.assertEqual(b"", result.raw_out)
        for line in ("from = boss", "from = a@b c@d", "to = a@b, c@d", 'to = "A B" <a@b>', "to = a@b@c"):
            conf = self.config(extra=f"[report]\n{line}\n", export=False)
            self.assertRegex(self.expect(CONFIG, "-c", conf, "summary").err, r"\[report\] (from|to): .* is no address")
        for option in ("--json", "--changes"):
            self.expect(USAGE, "-c", self.conf, "summary", "--mail", option)

    def test_from_lines_and_long_words_survive(self):
        """What quoted-printable must not lose, by way of a name that a stranger chose."""
        self.add(report(YESTERDAY, failed=20, organization="a=b " + "x" * 200))
        text, _, _ = self.parts(self.mail())
        self.assertIn("a=b", re.sub(r"\s+", " ", text))


if __name__ == "__main__":
    tap.main()
