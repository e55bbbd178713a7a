#!/usr/bin/env python3
"""Which mails of which folders are read: special uses (RFC 6154) and import_since, against Dovecot."""
import os
import sys
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import CONFIG, NOPERM, OK, mailbox  # noqa: E402
from lib.served import Served  # noqa: E402


class Plain(Dovecot):
    """A server that offers nothing but a plain LIST."""

    def _write_conf(self):
        super()._write_conf()
        with open(self.conf, "a") as f:
            f.write("imap_capability = IMAP4rev1 SASL-IR LITERAL+\n")


class Folders(Served):
    @classmethod
    def setUpClass(cls):
        cls.good = [m for m in corpus.build(60, seed=9).mails if m.kind == "report"]
        super().setUpClass()

    def user(self, **folders):
        """A user with so many mails in each folder, one after the other."""
        user, start = super().user(), 0
        for folder, n in folders.items():
            self.server.deliver(user, self.good[start:start + n], folder.replace("_", " "))
            start += n
        return user

    def poll(self, user, *options, status=OK, dry=False, **settings):
        config = self.config(mailbox(self.server, user, **settings))
        return self.expect(status, "-c", config, *options, "poll", "--json", *["-n"] * dry)

    def cursors(self):
        return dict(self.query("SELECT folder, uid FROM mailboxes WHERE last_good IS NOT NULL"))


class SpecialUse(Folders):
    def test_each_has_its_own_cursor(self):
        user = self.user(INBOX=4, Junk=3, Old_mails=2)
        settings = {"folders": "INBOX \\junk \\Archive"}
        self.assert_counts(self.poll(user, **settings), messages=9, imported=9)
        self.assertEqual({"INBOX": 4, "\\Junk": 3, "\\Archive": 2}, self.cursors())
        self.server.deliver(user, self.good[20:22], "Junk")
        self.assert_counts(self.poll(user, **settings), messages=2, imported=2)
        self.assertEqual({"INBOX": 4, "\\Junk": 5, "\\Archive": 2}, self.cursors())

    def test_one_that_the_server_does_not_mark(self):
        for use in ("\\All", "\\Trash"):  # not configured there; configured, but not there yet
            result = self.poll(self.user(INBOX=1), folders=use, status=NOPERM)
            self.assertEqual(1, len(result.lines), str(result))
            self.assertIn(f"marks no folder as {use}: name the folder", result.err)

    def test_a_folder_with_two_names_is_read_once(self):
        user = self.user(INBOX=1, Junk=5)
        result = self.poll(user, "-v", folders="\\Junk Junk")
        self.assert_counts(result, messages=5, imported=5, duplicate=0)
        self.assertIn("Junk is the same folder as \\Junk: not read again", result.err)
        self.assertEqual({"\\Junk": 5, "Junk": 0}, self.cursors())

    def test_inbox_twice_is_an_error(self):
        self.poll(self.user(), folders="INBOX \\Inbox", status=CONFIG)

    def test_inbox_by_its_use(self):
        self.assert_counts(self.poll(self.user(INBOX=3), folders="\\Inbox"), messages=3, imported=3)

    def test_the_same_mail_in_two_folders_is_a_duplicate_and_nothing_is_said(self):
        user = self.user(INBOX=3)
        self.server.deliver(user, self.good[:2], "Junk")
        result = self.poll(user, folders="INBOX \\Junk")
        self.assert_counts(result, messages=5, imported=3, duplicate=2)
        self.assertEqual("", result.err)

    def test_actions_are_done_there(self):
        user = self.user(INBOX=1, Junk=4)
        self.poll(user, folders="\\Junk", after_import="delete")
        self.assertEqual(4, self.query("SELECT count(*) FROM reports")[0][0])
        self.assertEqual([], self.query("SELECT * FROM actions"))
        self.assert_counts(self.poll(user, folders="Junk", status=OK), messages=0)

    def test_mails_are_not_moved_into_their_own_folder(self):
        user = self.user(Junk=2)
        result = self.poll(user, folders="\\Junk", after_import="move:Junk", status=CONFIG)
        self.assertIn("cannot be moved into it", result.err)
        self.assertEqual(2, self.query("SELECT count(*) FROM reports")[0][0])


class PlainList(Folders):
    kind = Plain

    def test_the_marks_of_a_plain_list_are_read(self):
        user = self.user(Junk=2, Old_mails=3)
        self.assert_counts(self.poll(user, folders="\\Junk \\Archive"), messages=5, imported=5)


class Since(Folders):
    def setUp(self):
        super().setUp()
        self.day = (max(m.when for m in self.good) + timedelta(days=2)).replace(hour=0, minute=0, second=0)
        self.first, self.second = (f"{self.day + timedelta(days=d):%Y-%m-%d}" for d in (0, 1))

    def dated(self, *seconds):
        """Mails that arrived so many seconds after the day began."""
        return [corpus.Mail(m.raw, self.day + timedelta(seconds=s), m.kind) for m, s in zip(self.good, seconds)]

    def test_what_is_older_is_passed_over_to_the_second(self):
        user = self.user()
        self.server.deliver(user, self.dated(-86400, -1, 0, 1, -2, 86400, -3))
        result = self.poll(user, "-v", import_since=self.first)
        self.assert_counts(result, messages=3, imported=3, no_report=0)
        self.assertIn(f"reports: INBOX: 4 mails from before {self.first} passed over", result.err)
        self.assertIn("reports: INBOX: 3 new mails", result.err)
        self.assertEqual(3, self.query("SELECT count(*) FROM messages")[0][0])
        self.assertEqual({"INBOX": 7}, self.cursors())
        self.assertEqual("", self.poll(user, import_since=self.first).err)

    def test_another_day_does_not_look_back_unless_uidvalidity_changes(self):
        user = self.user()
        self.server.deliver(user, self.dated(-3, -2, -1, 0, 1))
        self.assert_counts(self.poll(user, import_since=self.second), messages=0)
        self.assertEqual({"INBOX": 5}, self.cursors())
        self.assert_counts(self.poll(user), messages=0)
        self.server.new_uidvalidity(user)
        self.assert_counts(self.poll(user, import_since=self.first), messages=2, imported=2)

    def test_a_dry_run_passes_over_as_well(self):
        user = self.user()
        self.server.deliver(user, self.dated(-1, 0))
        self.assert_counts(self.poll(user, dry=True, import_since=self.first), messages=1, imported=1)
        self.assertFalse(os.path.exists(self.store))


if __name__ == "__main__":
    tap.main()
