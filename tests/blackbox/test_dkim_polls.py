#!/usr/bin/env python3
"""Polls of signed mails: from when on a signature is required, and what DNS without an answer does; against Dovecot."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.nameserver import TXT, chunks, wire_text  # noqa: E402
from lib.program import OK, mailbox  # noqa: E402
from lib.served import Served  # noqa: E402
from lib.signed import NOW, Dkim, day, mail, report, timedelta  # noqa: E402

ORGANIZATIONS = 8
EACH = 3  # mails of each


class Polled(Dkim, Served):
    def serve(self, *raws, ago=timedelta(hours=1)):
        """A mailbox with those mails, which arrived so long ago."""
        self.box = self.user([corpus.Mail(raw.replace(b"\r\n", b"\n"), NOW - ago, "report") for raw in raws])

    def poll(self, more="", **options):
        extra = f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\ntimeout = 1s\n{more}"
        config = self.config(mailbox(self.server, self.box, **options), extra=extra)
        return self.expect(OK, "-c", config, "poll", "--json")

    def left(self):
        """How many mails the server still has."""
        return sum(len(mails) for mails in contents(self.server, self.box).values())


class Since(Polled):
    def test_mails_from_before_that_day_are_counted(self):
        self.serve(mail(report(6)), ago=timedelta(days=4))
        self.poll(dkim="require", dkim_since=str(day(3)))
        self.assertEqual([("dkim-missing", "", "unauthenticated")], self.verdicts())

    def test_mails_of_that_day_are_refused(self):
        self.serve(mail(report(6)), ago=timedelta(days=4))
        result = self.poll(dkim="require", dkim_since=str(day(4)))
        self.assertEqual(1, result.json["rejected"])
        self.assertEqual([("dkim-missing", 1)], self.query("SELECT code, whole_mail FROM quarantine"))

    def test_without_a_day_it_holds_from_the_first_poll_on(self):
        self.serve(mail(report(6)), ago=timedelta(days=4))
        self.poll(dkim="require")
        self.assertEqual([("dkim-missing", "", "unauthenticated")], self.verdicts())
        self.server.deliver(self.box, [corpus.Mail(mail(report(3), 2).replace(b"\r\n", b"\n"), NOW + timedelta(days=1),
                                                    "report")])
        self.assertEqual(1, self.poll(dkim="require").json["rejected"])


class NoAnswer(Polled):
    def test_a_mail_that_is_put_off_is_left_alone_until_it_is_settled(self):
        self.serve(*self.signer.sign(mail(report())))
        self.dns.trouble = {"*": "servfail"}
        required = {"dkim": "require", "dkim_since": str(day(3)), "after_import": "delete"}
        self.assertEqual(1, self.poll(**required).json["deferred"])
        self.assertEqual(1, self.left())
        self.dns.trouble = {}
        self.poll(**required)
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.assertEqual(0, self.left())

    def test_one_that_is_refused_later_stays_under_its_new_reason(self):
        self.serve(*self.signer.sign(mail(report()), mail(report(3), 2)))
        required = {"dkim": "require", "dkim_since": str(day(3)), "after_import": "delete"}
        self.dns.trouble = {"*": "servfail"}
        self.poll(**required)
        self.dns.trouble = {}
        self.dns.records[self.signer.name] = []
        self.poll(**required)
        self.assertEqual([("dkim-key-missing", 2)], self.query("SELECT code, count(*) FROM quarantine GROUP BY code"))
        self.assertEqual(2, self.left())

    def test_one_that_is_counted_at_once_and_kept_needs_its_mail_no_more(self):
        self.serve(*self.signer.sign(mail(report())))
        self.dns.trouble = {"*": "servfail"}
        self.poll(after_import="delete", dkim="record")
        self.assertEqual([("waiting", "reporter.example", "")], self.verdicts())
        self.assertEqual(0, self.left())
        self.dns.trouble = {}
        self.poll(after_import="delete", dkim="record")
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())

    def test_one_that_was_counted_at_once_gets_its_reason_later(self):
        self.serve(*self.signer.sign(mail(report())))
        self.dns.trouble = {"*": "servfail"}
        self.poll(dkim="record")
        self.dns.trouble = {}
        self.dns.records[self.signer.name] = []
        self.poll(dkim="record")
        self.assertEqual([("dkim-key-missing", "reporter.example", "unauthenticated")], self.verdicts())
        self.assertEqual([], self.query("SELECT code FROM quarantine"))
        self.assert_rollups_are_true()

    def test_one_that_cannot_be_kept_stays_on_the_server(self):
        self.serve(*self.signer.sign(mail(report())))
        self.dns.trouble = {"*": "servfail"}
        self.poll("[limits]\nquarantine = 1\n", after_import="delete", dkim="record")
        self.assertEqual(1, self.left())

    def test_a_dead_server_is_given_up_soon_and_costs_no_report(self):
        raws = []
        for i in range(ORGANIZATIONS):
            self.signer.domain = f"reporter{i}.example"
            self.dns.records[self.signer.name] = [(TXT, wire_text(chunks(self.signer.record)))]
            raws += self.signer.sign(*(mail(report(2 + n, contact=f"tls@{self.signer.domain}", domain=f"c{i}.example"),
                                            f"{i}.{n}") for n in range(EACH)))
        self.addCleanup(setattr, self.signer, "domain", "reporter.example")
        self.serve(*raws)
        self.dns.trouble = {"*": "nothing"}
        result = self.poll(dkim="record")
        self.assertRegex(result.err, rf"dns: no answer from .*; {len(raws)} mails wait, and are tried again")
        self.assertLessEqual(len({n for n in self.dns.asked if "_domainkey" in n}), 3)
        self.assertEqual([("waiting", len(raws))], self.query("SELECT dkim, count(*) FROM reports GROUP BY dkim"))
        self.dns.trouble = {}
        self.poll(dkim="record")
        self.assertEqual([("pass", len(raws))], self.query("SELECT dkim, count(*) FROM reports GROUP BY dkim"))
        self.assertEqual([], self.query("SELECT code FROM quarantine"))
        self.assert_rollups_are_true()


if __name__ == "__main__":
    tap.main()
