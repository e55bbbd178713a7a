#!/usr/bin/env python3
"""check --mailbox: who vouches for the newest report of a folder, and which option helps."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.program import CHECK, OK, mailbox  # noqa: E402
from lib.served import Served  # noqa: E402
from lib.signed import NOW, Dkim, day, mail, report, timedelta  # noqa: E402

GOOGLE = (b"Authentication-Results: mx.google.com;\r\n dkim=pass header.i=@reporter.example header.s=s1;\r\n"
          b" spf=pass smtp.mailfrom=reporter.example\r\n")
MICROSOFT = b"Authentication-Results: spf=pass smtp.mailfrom=x; dkim=pass (ok)\r\n header.d=reporter.example;\r\n"


class Signature(Dkim, Served):
    def check(self, status, *raws, mode="record", **options):
        """The point "dkim" of a folder with those mails, the last one the newest."""
        mails = [corpus.Mail(raw.replace(b"\r\n", b"\n"), NOW - timedelta(hours=len(raws) - i), "report")
                 for i, raw in enumerate(raws)]
        config = self.config(mailbox(self.server, self.user(mails), dkim=mode, **options), export=False,
                             extra=f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\ntimeout = 1s\n")
        result = self.expect(status, "-c", config, "check", "--mailbox", "--json")
        points = [p for p in json.loads(result.out)["points"] if p["name"] == "dkim"]
        return (points[0]["state"], points[0]["detail"], points[0]["remedy"]) if points else None

    def changed(self, raw):
        return raw.replace(b"A report.", b"A report with a banner.")

    def test_a_valid_one_is_good(self):
        raw = self.signer.sign(mail(report()))[0]
        self.assertEqual(("ok", "newest report: Signed by reporter.example (selector s1, RSA 2048): valid.", ""),
                         self.check(OK, raw))

    def test_the_newest_report_is_the_one_that_is_judged(self):
        signed, bare = self.signer.sign(mail(report()))[0], mail(report(3), 2)
        self.assertEqual("ok", self.check(OK, bare, signed)[0])
        self.assertEqual("warning", self.check(OK, signed, bare)[0])

    def test_require_makes_of_it_a_failure(self):
        self.assertEqual(("failed", "newest report: Nobody signed the mail (dkim-missing).",
                          "tlsrua explain dkim-missing"), self.check(CHECK, mail(report()), mode="require"))

    def test_off_says_nothing(self):
        self.assertIsNone(self.check(OK, mail(report()), mode="off"))
        self.assertEqual([], self.dns.asked)

    def test_a_provider_that_may_be_believed_is_named(self):
        raw = self.changed(self.signer.sign(mail(report()))[0])
        state, said, remedy = self.check(OK, raw)
        self.assertEqual(("warning", "tlsrua explain dkim-fail"), (state, remedy))
        self.assertIn("changed on its way, or forged (dkim-fail)", said)
        self.assertIn("trust_authserv = mx.google.com in [mailbox reports]", self.check(OK, GOOGLE + raw)[2])
        self.assertRegex(self.check(OK, MICROSOFT + raw)[2],
                         r"trust_authserv = none in \[mailbox reports\], if all mail comes in through Microsoft 365")
        self.assertEqual(("ok", ""), self.check(OK, GOOGLE + raw, trust_authserv="mx.google.com")[::2])

    def test_a_relay_that_signs_is_named(self):
        raw = self.signer.sign(mail(report(contact="tls@other.example")))[0]
        self.assertEqual("if that domain may sign for this reporter: signers = reporter.example:other.example in "
                         "[reports]", self.check(OK, raw)[2])

    def test_dns_without_an_answer_is_named(self):
        self.dns.trouble = {"*": "servfail"}
        state, said, remedy = self.check(OK, self.signer.sign(mail(report()))[0])
        self.assertEqual(("warning", "set resolver in [dns] to a server that answers"), (state, remedy))
        self.assertIn("dkim-temperror", said)

    def test_nothing_is_stored(self):
        self.check(OK, self.signer.sign(mail(report(), str(day(1))))[0])
        self.assertFalse(os.path.exists(self.store))


if __name__ == "__main__":
    tap.main()
