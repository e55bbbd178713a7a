#!/usr/bin/env python3
"""Logging in to Dovecot by a token (OAuth 2), in both ways of saying it; Dovecot judges the token by itself."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import NOPERM, OK, Scene, mailbox  # noqa: E402

USER = "reports@example.org"
WAYS = ("xoauth2", "oauthbearer")


class Tokens(Scene):
    @classmethod
    def setUpClass(cls):
        cls.mails = corpus.build(20, seed=5, size=1).mails
        cls.server = Dovecot({USER: cls.mails}, tokens=True)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def poll(self, status, way, token):
        helper = self.write("helper", f"#!/bin/sh\necho {token}\n", 0o755)
        config = self.config(mailbox(self.server, USER, password=None, token_command=helper, auth=way),
                             store=self.path(way + ".db"))
        return self.expect(status, "-c", config, "poll", "--json")

    def test_a_good_one(self):
        for way in WAYS:
            with self.subTest(way):
                self.assertEqual(len(self.mails), self.poll(OK, way, self.server.token(USER)).json["messages"])

    def test_one_that_is_over(self):
        for way in WAYS:
            with self.subTest(way):
                result = self.poll(NOPERM, way, self.server.token(USER, seconds=-30))
                self.assertEqual(1, len(result.lines), str(result))

    def test_one_of_another_authority(self):
        for way in WAYS:
            with self.subTest(way):
                self.poll(NOPERM, way, self.server.token(USER)[:-6] + "AAAAAA")


if __name__ == "__main__":
    tap.main()
