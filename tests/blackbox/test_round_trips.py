#!/usr/bin/env python3
"""What a poll costs far from its server: how often it waits for an answer, whatever the number of mails."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import OK, Scene, mailbox  # noqa: E402
from lib.proxy import Far  # noqa: E402

USER = "reports@example.org"
RTT = 0.1
MAILS = 300
# TCP, TLS, the greeting; three of SCRAM-SHA-256; CAPABILITY, ID and EXAMINE together; sizes, mails
WAITS, WAITS_IN_VAIN = 9, 7
GOODBYE = 1  # LOGOUT, whose answer nothing waits for


class RoundTrips(Scene):
    def test_a_poll_waits_as_often_as_it_must(self):
        with Dovecot({USER: corpus.build(MAILS).mails}) as server, Far(server.tls_port, RTT) as proxy:
            config = self.config(mailbox(server, USER, port=proxy.port), export=False)
            for waits, messages in ((WAITS, MAILS), (WAITS_IN_VAIN, 0)):
                with self.subTest(f"{messages} new mails"):
                    proxy.turns = 0
                    result = self.expect(OK, "-c", config, "-q", "poll", "--json")
                    self.assert_counts(result, messages=messages)
                    self.assertLessEqual(proxy.turns, waits + GOODBYE)
                    time.sleep(2 * RTT)  # LOGOUT is under way


if __name__ == "__main__":
    tap.main()
