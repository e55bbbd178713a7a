#!/usr/bin/env python3
"""delete_after: mails whose reports are stored are deleted by their age; against Dovecot."""
import os
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.folders import flags  # noqa: E402
from lib.program import CONFIG, UNAVAILABLE  # noqa: E402
from lib.proxy import CutAnswer  # noqa: E402
from lib.served import Served  # noqa: E402

DAY = timedelta(days=1)
DAYS = 30


class DeleteAfter(Served):
    @classmethod
    def setUpClass(cls):
        # by turns 29 and 31 days old, of each kind
        mails = corpus.build(60, seed=5, duplicates=0.1, broken=0.2, other=0.2, conflicts=0.1).mails
        middle = datetime.now(timezone.utc) - DAYS * DAY
        cls.mails = [corpus.Mail(m.raw, middle + (DAY if i % 2 else -DAY) + timedelta(seconds=i), m.kind)
                     for i, m in enumerate(mails)]
        super().setUpClass()

    def user(self, mails=None):
        return super().user(self.mails if mails is None else mails)

    def poll(self, user, *options, **settings):
        settings.setdefault("delete_after", f"{DAYS}d")
        return super().poll(user, *options, **settings)

    def expired(self):
        """The UIDs that delete_after concerns, by what is stored."""
        return {u for u, in self.query("SELECT uid FROM messages WHERE verdict IN ('imported', 'duplicate') AND "
                                       "received < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)", f"-{DAYS} days")}

    def all_uids(self):
        return {u for u, in self.query("SELECT uid FROM messages")}

    def assert_just_these_are_gone(self, user):
        expired, everything = self.expired(), self.all_uids()
        self.assertTrue(expired and len(expired) < len(everything) // 2)
        self.assertEqual(everything - expired, self.uids(user))
        self.assertEqual([], self.query("SELECT * FROM actions"))


class Deleting(DeleteAfter):
    def test_what_is_stored_and_old_is_deleted_and_nothing_else(self):
        user = self.user()
        self.poll(user)
        self.assert_just_these_are_gone(user)
        self.assertEqual("", self.poll(user).err)
        self.assert_just_these_are_gone(user)

    def test_what_was_stored_before_the_option_was_set(self):
        user = self.user()
        self.poll(user, delete_after=None)
        self.assertEqual(self.all_uids(), self.uids(user))
        self.poll(user)
        self.assert_just_these_are_gone(user)

    def test_beside_other_actions(self):
        user = self.user()
        self.poll(user, after_import="seen", after_reject="flag")
        self.assert_just_these_are_gone(user)
        good = {u for u, in self.query("SELECT uid FROM messages WHERE verdict IN ('imported', 'duplicate') AND "
                                       "settled = 0")}
        got = flags(self.server, user)
        self.assertEqual(good, {u for u, f in got.items() if "\\Seen" in f})

    def test_a_dry_run_deletes_nothing(self):
        user = self.user()
        self.poll(user, delete_after=None)
        self.poll(user, "-n")
        self.assertEqual(self.all_uids(), self.uids(user))

    def test_not_beside_what_takes_mails_away(self):
        user = self.user([])
        for action in ("delete", "move:Done"):
            result = self.poll(user, status=CONFIG, after_import=action)
            self.assertIn("only one of the two can be", result.err)

    def test_a_copy_of_a_conflict_stays(self):
        user = self.user()
        self.poll(user, delete_after=None)
        bad = self.query("SELECT count(*) FROM messages WHERE settled = 1 OR "
                         "verdict NOT IN ('imported', 'duplicate')")[0][0]
        self.server.new_uidvalidity(user)
        self.poll(user, delete_after="1d")
        self.assertEqual(bad, len(self.uids(user)))


class Trouble(DeleteAfter):
    def test_nothing_is_deleted_by_stale_uids(self):
        good = [m for m in self.mails if m.kind == "report"]
        user = self.user(good[:6])
        self.poll(user, delete_after=None)
        self.server.new_uidvalidity(user)
        # the same UIDs are of young mails now
        path = self.server.maildir(user)
        for sub in ("cur", "new"):
            for name in os.listdir(os.path.join(path, sub)):
                os.unlink(os.path.join(path, sub, name))
        self.server.deliver(user, [corpus.Mail(m.raw, m.when + 20 * DAY, m.kind) for m in good[6:12]])
        self.poll(user)
        self.assertEqual(6, len(self.uids(user)))

    def test_a_connection_that_breaks_off_is_made_good(self):
        for word in (b"STORE", b"EXPUNGE"):
            with self.subTest(word):
                if os.path.exists(self.store):
                    os.unlink(self.store)
                user = self.user()
                with CutAnswer(self.server.plain_port, word) as proxy:
                    box = {"tls": "none", "ca_file": None, "port": proxy.port}
                    self.poll(user, status=UNAVAILABLE, **box)
                    self.assertTrue(proxy.was_cut)
                    self.assertNotEqual([], self.query("SELECT * FROM actions"))
                    self.poll(user, **box)
                self.assert_just_these_are_gone(user)

    def test_what_is_done_again_does_no_harm(self):
        user = self.user()
        self.poll(user)
        db = sqlite3.connect(self.store)
        with db:
            db.execute("UPDATE messages SET settled = 0")
        db.close()
        self.assertEqual("", self.poll(user).err)
        self.assert_just_these_are_gone(user)


if __name__ == "__main__":
    tap.main()
