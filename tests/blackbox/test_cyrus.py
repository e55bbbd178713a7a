#!/usr/bin/env python3
"""Polling another real server, Cyrus IMAP: `scripts/deps cyrus` brings it."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import cyrus, expected, tap  # noqa: E402
from lib.crashes import Crashes  # noqa: E402
from lib.cyrus import Cyrus  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.program import NOPERM, SANITIZED, Scene, mailbox  # noqa: E402
from lib.served import Acting, Actions  # noqa: E402

MISSING = "no Cyrus: scripts/deps cyrus brings it"


@unittest.skipUnless(cyrus.is_there(), MISSING)
class Polling(Actions, Acting):
    kind = Cyrus

    def test_two_polls_store_all_once(self):
        user = self.user()
        before = contents(self.server, user)
        self.assert_counts(self.poll(user), **self.corpus.counts)
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_counts(self.poll(user), messages=0, reports=0)
        self.assertEqual([(self.corpus.counts["imported"],)],
                         self.query("SELECT count(*) FROM reports WHERE status <> 'conflict'"))
        self.assertEqual(before, contents(self.server, user))

    def test_mail_that_arrives_between_two_polls(self):
        user = self.user(self.good(10))
        self.assert_counts(self.poll(user), messages=10, imported=10)
        self.server.deliver(user, self.good(14)[10:])
        self.assert_counts(self.poll(user), messages=4, imported=4)

    def test_a_changed_uidvalidity_reads_all_again_and_counts_once(self):
        user = self.user(self.good(12))
        self.poll(user)
        table = self.read("csv", "daily.csv")
        time.sleep(1.1)  # it is made of the time
        self.server.refill(user, self.good(12))
        result = self.poll(user)
        self.assertRegex(result.err, "UIDVALIDITY changed")
        self.assert_counts(result, messages=12, imported=0, duplicate=12)
        self.assertEqual(table, self.read("csv", "daily.csv"))

    def test_a_missing_folder(self):
        user = self.user([])
        config = self.config(mailbox(self.server, user, folders="INBOX Nowhere"))
        self.expect_line(NOPERM, "Nowhere", "-c", config, "poll")

    def test_names_of_folders(self):
        user = self.user([])
        self.server.deliver(user, self.good(2), "Reports/TLS")
        self.server.deliver(user, self.good(5)[2:], "With blank")
        self.server.deliver(user, self.good(9)[5:], "&ANw-bersicht &- mehr")
        result = self.poll(user, folders='INBOX Reports/TLS "With blank" "\u00dcbersicht & mehr"')
        self.assert_counts(result, messages=9, imported=9)

    def test_every_login(self):
        user = self.user([])
        for auth in ("auto", "plain", "login", "scram-sha-256"):
            for tls, port in (("implicit", self.server.tls_port), ("starttls", self.server.plain_port)):
                with self.subTest(auth + tls):
                    self.poll(user, auth=auth, tls=tls, port=port, host="localhost")
            with self.subTest(auth):
                config = self.config(mailbox(self.server, user, auth=auth, password="wrong"))
                self.expect_line(NOPERM, r"\Atlsrua: reports: ", "-c", config, "poll")


@unittest.skipUnless(cyrus.is_there(), MISSING)
class OnCyrus(Crashes, Scene):
    kind = Cyrus
    mails = 60
    kills = int(os.environ.get("CYRUS_MOMENTS", "16"))
    cuts = 2 if SANITIZED else 4


if __name__ == "__main__":
    tap.main()
