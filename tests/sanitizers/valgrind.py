#!/usr/bin/env python3
"""A poll of 200 mails, an import and an export under valgrind: no error, no leak."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, OK, TOP, Scene, mailbox  # noqa: E402

USER = "reports@example.org"
ERROR = 98
SUPPRESSIONS = os.path.join(TOP, "tests", "sanitizers", "valgrind.supp")
KINDS = "definite,indirect,possible"
VALGRIND = ["--quiet", "--leak-check=full", f"--show-leak-kinds={KINDS}", f"--errors-for-leak-kinds={KINDS}",
            f"--error-exitcode={ERROR}", "--child-silent-after-fork=yes"]


class Valgrind(Scene):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(200, seed=41, duplicates=0.04, broken=0.1, other=0.08, conflicts=0.02, failing=0.3)

    def clean(self, status, *args):
        options = VALGRIND + ([f"--suppressions={SUPPRESSIONS}"] if os.path.exists(SUPPRESSIONS) else [])
        result = self.run_it(*options, BINARY, *args, binary="valgrind", timeout=HANG)
        self.assertEqual(status, result.status, str(result))
        return result

    def test_a_poll_and_what_follows_it(self):
        with Dovecot({USER: self.corpus.mails}) as server:
            config = self.config(mailbox(server, USER))
            result = self.clean(OK, "-c", config, "poll", "--json")
            self.assert_counts(result, **self.corpus.counts)
            self.clean(OK, "-c", config, "poll")
            self.clean(OK, "-c", config, "status")
            self.clean(OK, "-c", config, "status", "--json")
            os.mkdir(self.path("out"))
            self.clean(OK, "-c", config, "export", "-o", self.path("out"))

    def test_a_refused_login(self):
        with Dovecot({USER: []}) as server:
            config = self.config(mailbox(server, USER, password="wrong"))
            self.clean(77, "-c", config, "poll")

    def test_imports(self):
        corpus.write_maildir(self.path("maildir"), self.corpus.mails[:60])
        corpus.write_mbox(self.path("mbox"), self.corpus.mails[60:120])
        self.clean(OK, "-d", self.store, "import", self.path("maildir"), self.path("mbox"))

    def test_wrong_lines(self):
        self.clean(64, "poll", "--nonsense")
        self.clean(66, "-c", self.path("nosuch.conf"), "poll")
        self.clean(78, "-c", self.write("bad.conf", "[store]\nx = y\n[mailbox a]\nport = b\n"), "poll")


if __name__ == "__main__":
    tap.main()
