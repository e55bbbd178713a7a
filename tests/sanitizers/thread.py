#!/usr/bin/env python3
"""Polls that ask DNS, under the thread sanitizer: libunbound works in a thread of its own, another examines mails, and
two write the CSV folder.

TLSRUA is a program built with SAN=thread.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, signing, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import OK, Scene, mailbox  # noqa: E402
from lib.signed import NOW, mail, report, timedelta  # noqa: E402

SELECTORS = 12
MAILS = 48
LARGE = 250000  # bytes of a mail: a batch is of 4 MB at most


@unittest.skipUnless(signing.available(), "python3-dkim is not there")
class Thread(Scene):
    @staticmethod
    def in_folder(raws):
        return [corpus.Mail(raw.replace(b"\r\n", b"\n"), NOW - timedelta(hours=1), "report") for raw in raws]

    @classmethod
    def setUpClass(cls):
        cls.dns = Nameserver()
        key = signing.Signer("reporter.example", bits=1024)
        raws = []
        for i in range(SELECTORS):
            key.selector = f"s{i}"
            cls.dns.txt(key.name, key.record)
            raws += key.sign(*(mail(report(2 + n, domain=f"d{i}.example"), f"{i}.{n}")
                               for n in range(MAILS // SELECTORS)))
        mails = cls.in_folder(raws)
        large = [mail(report(2 + n, domain="large.example"), f"large{n}").replace(
            b"A report.\r\n", b"A report.\r\n" * (LARGE // 11)) for n in range(MAILS)]
        cls.server = Dovecot({"box0@example.org": mails, "box1@example.org": mails,
                              "large@example.org": cls.in_folder(key.sign(*large))})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.dns.close()

    def poll(self, trouble):
        """Two mailboxes side by side, each with a process, a resolver and its thread; the verdicts."""
        self.dns.trouble = trouble
        boxes = [mailbox(self.server, f"box{i}@example.org", name=f"box{i}", dkim="record") for i in range(2)]
        config = self.config(*boxes, extra=f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\ntimeout = 2s\n")
        self.expect(OK, "-c", config, "poll")
        return dict(self.query("SELECT dkim, count(*) FROM reports GROUP BY dkim"))

    def test_all_names_answer(self):
        self.assertEqual({"pass": MAILS}, self.poll({}))

    def test_none_answers_and_then_all_do(self):
        self.assertEqual({"waiting": MAILS}, self.poll({"*": "nothing"}))
        self.assertEqual({"pass": MAILS}, self.poll({}))

    def test_some_are_late_cut_or_garbage(self):
        troubles = ("late", "cut", "garbage", "servfail", "refused", "nothing")
        names = [f"s{i}._domainkey.reporter.example" for i in range(SELECTORS)]
        found = self.poll(dict(zip(names, troubles)))
        self.assertEqual(MAILS, found.get("pass", 0) + found.get("waiting", 0))
        self.assertGreaterEqual(found.get("waiting", 0), MAILS // SELECTORS)

    def test_keys_that_the_store_knows_while_batches_are_stored(self):
        self.assertEqual({"pass": MAILS}, self.poll({}))
        config = self.config(mailbox(self.server, "large@example.org", dkim="record"),
                             extra=f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\n")
        records, self.dns.records = self.dns.records, {}
        self.addCleanup(setattr, self.dns, "records", records)
        self.expect(OK, "-c", config, "poll")
        self.assertEqual([("pass", 2 * MAILS)], self.query("SELECT dkim, count(*) FROM reports GROUP BY dkim"))


if __name__ == "__main__":
    tap.main()
