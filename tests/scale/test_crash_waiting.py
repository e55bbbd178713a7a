#!/usr/bin/env python3
"""Polls with mails that wait for DNS, killed at any moment and run once more; against Dovecot.

A first poll finds a DNS server that answers nothing; then more mails come, the server answers, and the poll that settles
what waited is killed.  CRASH_WAITING_MOMENTS says how many kills there are in all; the default is a sample.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, signing, tap  # noqa: E402
from lib.crashes import SIDE_BY_SIDE, Crashes  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.place import Place  # noqa: E402
from lib.program import OK, Scene, mailbox  # noqa: E402
from lib.signed import NOW, mail, report, timedelta  # noqa: E402

LATER = 6  # mails that come when DNS answers again


def made(signer):
    """Signed ones, some changed on their way, some that nobody signed, some twice, one in other words."""
    raws = signer.sign(*(mail(report(i, failed=i % 3), i) for i in range(2, 18)))
    raws[3] = raws[3].replace(b"A report.", b"A rapport.")
    raws[9] = raws[9].replace(b"A report.", b"A rapport.")
    raws += [mail(report(i), i) for i in (4, 20, 21)]  # unsigned: a copy of a signed one, and others
    raws += [mail(report(5, good=999), 5), raws[0], raws[12]]
    raws += signer.sign(*(mail(report(i, failed=1), i) for i in (20, 22, 23)))  # the first displaces one
    return [corpus.Mail(raw.replace(b"\r\n", b"\n"), NOW - timedelta(hours=len(raws) - i), "report")
            for i, raw in enumerate(raws)]


class Waiting(Place):
    """Begins where a poll without DNS has ended."""

    def __init__(self, server, user, mails, dns, dead):
        super().__init__(server, user, mails[:-LATER])
        self.later, self.dns, self.dead = mails[-LATER:], dns, dead

    def setting(self, variant, dns):
        return self.config(mailbox(self.server, self.user, **variant),
                           extra=f"[dns]\nresolver = {dns.address}\ntrust_anchor = none\n")

    def begin(self, variant, **_):
        self.fresh()
        self.expect(OK, "-c", self.setting(variant, self.dead), "poll", "-q")
        self.server.deliver(self.user, self.later)
        return self.setting(variant, self.dns)


@unittest.skipUnless(signing.available(), "python3-dkim is not there")
class WithWaitingMails(Crashes, Scene):
    kills = int(os.environ.get("CRASH_WAITING_MOMENTS", "24"))
    test_cut_off_from_the_server = None  # that is tried with other polls

    @classmethod
    def setUpClass(cls):
        signer = signing.Signer("reporter.example")
        cls.dns, cls.dead = Nameserver(), Nameserver()
        cls.dns.txt(signer.name, signer.record)
        cls.dead.trouble = {"*": "servfail"}
        cls.server = Dovecot()
        mails = made(signer)
        cls.places = [Waiting(cls.server, f"waits{i}@example.org", mails, cls.dns, cls.dead)
                      for i in range(SIDE_BY_SIDE)]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.dns.close()
        cls.dead.close()

    variants = ({"dkim": "record", "after_import": "move:TLS/Done", "after_reject": "flag"},
                {"dkim": "require", "after_import": "delete", "after_reject": "move:Bad"})

    def test_what_an_undisturbed_run_ends_with(self):
        place = self.places[0]
        for variant in self.variants:
            config = place.begin(variant)
            waiting = "SELECT count(*) FROM quarantine WHERE code = 'dkim-temperror'"
            self.assertGreater(place.query(waiting)[0][0], 10)
            place.run_whole(config)
            self.assertEqual([(0,)], place.query(waiting))
            self.assertEqual([(17,)], place.query("SELECT count(*) FROM reports WHERE dkim = 'pass'"))


if __name__ == "__main__":
    tap.main()
