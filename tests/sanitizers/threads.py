#!/usr/bin/env python3
"""Reading and storing side by side, for the thread sanitizer: a poll and an import long enough for many batches, one
whose store fails in the middle, and one that is stopped."""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, IOERR, OK, TEMPFAIL, Scene, environment, limit_file_size, mailbox  # noqa: E402

USER = "reports@example.org"
MAILS = 2500


class Threads(Scene):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(MAILS, seed=77, broken=0.05, conflicts=0.01)

    def test_a_poll(self):
        with Dovecot({USER: self.corpus.mails}) as server:
            config = self.config(mailbox(server, USER))
            self.assert_counts(self.expect(OK, "-c", config, "poll", "--json"), **self.corpus.counts)
            self.assert_counts(self.expect(OK, "-c", config, "poll", "--json"), messages=0)

    def test_two_mailboxes_side_by_side(self):
        half = len(self.corpus.mails) // 2
        with Dovecot({"a@example.org": self.corpus.mails[:half], "b@example.org": self.corpus.mails[half:]}) as server:
            config = self.config(mailbox(server, "a@example.org", name="a"),
                                 mailbox(server, "b@example.org", name="b"))
            self.assert_counts(self.expect(OK, "-c", config, "poll", "--json"), messages=MAILS)

    def test_a_store_that_fails_in_the_middle(self):
        maildir = self.path("maildir")
        corpus.write_maildir(maildir, self.corpus.mails)
        result = self.expect(IOERR, "-d", self.store, "import", maildir, preexec=limit_file_size(3 << 20))
        self.assertIn("disk", result.err)
        self.expect(OK, "-d", self.store, "import", maildir)
        self.expect(OK, "-d", self.path("other.db"), "import", maildir)
        self.assertEqual(dump(self.path("other.db")), dump(self.store))

    def test_a_poll_that_is_stopped(self):
        with Dovecot({USER: self.corpus.mails}) as server:
            config = self.config(mailbox(server, USER))
            poll = subprocess.Popen([BINARY, "-c", config, "poll"], env=environment(), stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True)
            while not (os.path.exists(self.store) and self.stored() > 0):
                self.assertIsNone(poll.poll(), "it is too quick for this test")
                time.sleep(0.02)
            poll.send_signal(signal.SIGTERM)
            said = poll.communicate(timeout=HANG)[1]
            self.assertEqual(TEMPFAIL, poll.returncode, said)
            self.expect(OK, "-c", config, "poll")
            self.assertEqual(MAILS, self.stored())

    def stored(self):
        tables = self.query("SELECT count(*) FROM sqlite_master WHERE name = 'messages'")
        return self.query("SELECT count(*) FROM messages")[0][0] if tables == [(1,)] else 0


if __name__ == "__main__":
    tap.main()
