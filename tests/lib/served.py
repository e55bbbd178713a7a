"""Scenes with a mail server of some kind, which the tests of a class share; each takes users of its own."""
from . import corpus
from .dovecot import Dovecot
from .folders import contents, flags
from .program import OK, Scene, mailbox


class Served(Scene):
    kind = Dovecot

    @classmethod
    def setUpClass(cls):
        cls.number = 0
        cls.server = cls.kind()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def user(self, mails=()):
        type(self).number += 1
        user = f"u{self.number}@example.org"
        self.server.add_user(user, mails)
        return user

    def poll(self, user, *options, status=OK, extra="", **settings):
        config = self.config(mailbox(self.server, user, **settings), extra=extra)
        return self.expect(status, "-c", config, "poll", "--json", *options)

    def uids(self, user, folder="INBOX"):
        return set(flags(self.server, user, folder))


class Acting(Served):
    """With mails of all kinds, for what becomes of them on the server."""

    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(60, seed=5, duplicates=0.1, broken=0.2, other=0.2, conflicts=0.1, size=1)
        super().setUpClass()

    def user(self, mails=None):
        return super().user(self.corpus.mails if mails is None else mails)

    def good(self, number):
        return [m for m in self.corpus.mails if m.kind == "report"][:number]

    def verdicts(self):
        """UIDs by what is to become of them."""
        good, bad, none = set(), set(), set()
        for uid, verdict in self.query("SELECT uid, verdict FROM messages"):
            (good if verdict in ("imported", "duplicate") else none if verdict == "no_report" else bad).add(uid)
        self.assertTrue(good and bad and none)
        self.assertEqual([], self.query("SELECT * FROM actions"))
        return good, bad, none


class Actions:
    """Tests for a scene that is Acting: what any server can do."""

    def test_flags_are_set_on_each_kind_of_mail_and_on_no_other(self):
        user = self.user()
        self.poll(user, after_import="seen", after_reject="flag")
        good, bad, _ = self.verdicts()
        got = flags(self.server, user)
        self.assertEqual(good, {u for u, f in got.items() if "\\Seen" in f})
        self.assertEqual(bad, {u for u, f in got.items() if "\\Flagged" in f})

    def test_mails_are_moved_into_folders_that_are_made(self):
        user = self.user()
        before = contents(self.server, user)
        self.poll(user, after_import="move:TLS/Erledigt \u00fc&", after_reject='"move:Bad ones"')
        good, bad, none = self.verdicts()
        self.assertEqual(none, self.uids(user))
        self.assertEqual(len(good), len(self.uids(user, "TLS/Erledigt &APw-&-")))
        self.assertEqual(len(bad), len(self.uids(user, "Bad ones")))
        self.assertEqual(before["INBOX"], sorted(sum(contents(self.server, user).values(), [])))

    def test_mails_are_deleted(self):
        user = self.user()
        self.poll(user, after_import="delete")
        good, bad, none = self.verdicts()
        self.assertEqual(bad | none, self.uids(user))
