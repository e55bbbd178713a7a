#!/usr/bin/env python3
"""Passing trouble and odd mails: what a server does not hand out is asked for again, and stops nothing behind it."""
import os
import re
import socket
import sqlite3
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import scripted_imap  # noqa: E402
from lib import tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.folders import contents  # noqa: E402
from lib.program import NOPERM, OK, PROTOCOL, TEMPFAIL, UNAVAILABLE, Scene  # noqa: E402
from lib.served import Actions, Acting  # noqa: E402
from scripted_imap import Hangup, Session  # noqa: E402

FIRST, ODD, LAST = 11, 12, 13
FAILING_RUNS = 4


class Odd(Session):
    """A server that serves all mails but one; `world` outlives a session."""
    world = {}

    def fetch_bodies(self, uids, items):
        if self.world["odd"] and ODD in uids:
            self.misbehave(uids, items)
        else:
            super().fetch_bodies(uids, items)

    def misbehave(self, uids, items):
        raise NotImplementedError


class Refuses(Odd):
    def misbehave(self, uids, items):
        self.bad("Command Argument Error. 11")


class Closes(Odd):
    def misbehave(self, uids, items):
        for uid in uids:
            if uid == ODD:
                raise Hangup
            self.body(uid, items)


class IsSilent(Odd):
    def misbehave(self, uids, items):
        self.stall()


class LiesAboutTheLength(Odd):
    def misbehave(self, uids, items):
        for uid in uids:
            if uid == ODD:
                self.send(f"* 2 FETCH (UID {ODD} BODY[] {{10}}\r\n" + "x" * 20 + "\r\n)\r\n")
            else:
                self.body(uid, items)
        self.ok()


class TemporaryTrouble(Odd):
    def misbehave(self, uids, items):
        self.no("[TEMPFAIL] Temporary failure on server")


class RefusesAll(Odd):
    def fetch_bodies(self, uids, items):
        if self.world["odd"]:
            self.no("System Error")
        else:
            super().fetch_bodies(uids, items)


class Trickles(Session):
    """A byte before each deadline, for ever."""

    def do_capability(self, rest):
        if self.logged_in:
            while True:
                self.trickle("* OK still here\r\n", 0.3)
        super().do_capability(rest)


class HandsOutANote(Odd):
    """Exchange does so in place of a mail that it cannot convert; here of one that it says is large."""

    def fetch_sizes(self, uids):
        for uid in uids:
            self.size(uid, 70000)
        self.ok()

    def misbehave(self, uids, items):
        note = (b"From: Microsoft Exchange Server 2010\r\nSubject: Retrieval using the IMAP4 protocol failed for the "
                b"following message: 12\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nThe server could not "
                b"retrieve the following message:\r\n")
        for uid in uids:
            self.body(uid, items, note if uid == ODD else None)
        self.ok()


class LookedAt(Session):
    def fetch_bodies(self, uids, items):
        if "HEADER.FIELDS" in items:
            self.misbehave()
        else:
            super().fetch_bodies(uids, items)

    def misbehave(self):
        raise NotImplementedError


class RefusesToBeLookedAt(LookedAt):
    def misbehave(self):
        self.bad("Command Argument Error. 11")


class ClosesWhenLookedAt(LookedAt):
    def misbehave(self):
        raise Hangup


class IsSilentWhenLookedAt(LookedAt):
    def misbehave(self):
        self.stall()


class KeywordsWithBrackets(Session):
    """A keyword as Gmail's, in a FETCH that nobody asked for, too."""
    flags = "OIB-Seen-[Gmail]/Important)"

    def tell_uidvalidity(self):
        self.line(f"* FLAGS (\\Answered {self.flags})")
        super().tell_uidvalidity()

    def body(self, uid, items="", mail=None):
        if uid == ODD:
            self.line(f"* 1 FETCH (UID {FIRST} FLAGS (\\Seen {self.flags}))")
        super().body(uid, items, mail)


class DateIsNil(Session):
    def send(self, data):
        super().send(data.replace('INTERNALDATE "31-Jan-2026 12:00:00 +0000"', "INTERNALDATE NIL")
                     if isinstance(data, str) else data)


class LeavesOneOut(Session):
    """As Gmail and Dovecot do when they list the sizes, and say NO."""

    def fetch_sizes(self, uids):
        for uid in uids:
            if uid != ODD:
                self.size(uid, len(self.mails[uid]))
        if ODD in uids:
            self.no("Some messages could not be FETCHed (Failure)")
        else:
            self.ok()


class Scripts(Scene):
    """Polls of a server that goes by a class."""
    more = ()  # classes that are put before it

    def serve(self, cls, extra="", **settings):
        world = {"odd": True}
        self.prepare()
        cls = type(cls.__name__, (*self.more, cls), {"world": world})
        context = scripted_imap.Context(ssl.PROTOCOL_TLS_SERVER)
        context.cert, context.key = scripted_imap.make_certificate(self.dir)
        context.load_cert_chain(context.cert, context.key)
        context.folder = self.dir
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def accept():
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=scripted_imap.serve_one, daemon=True,
                                 args=(cls, sock, context, settings.get("tls") == "starttls")).start()
        threading.Thread(target=accept, daemon=True).start()
        box = {"name": "box", "host": "localhost", "port": listener.getsockname()[1], "user": "user@example.org",
               "password": "sesame", "ca_file": context.cert, "timeout": "2s", "retries": 0, "grace": "0s", **settings}
        self.file = self.config(box, export=False, extra=extra)
        return world

    def prepare(self):
        """Before the first poll into a store."""

    def poll(self, status, *options):
        return self.expect(status, "-c", self.file, *options, "poll", "--json")

    def stored(self):
        return self.query("SELECT count(*) FROM reports")[0][0]

    def cursor(self):
        return self.query("SELECT uid FROM mailboxes")[0][0]


class OddMails:
    """Tests for Scripts: what a server does with mails, however they are read."""
    last = LAST
    looks = False  # a session that breaks while it looks at mails has read none; the next one does not look

    def assert_set_aside_on_the_fourth_run(self, cls, first=TEMPFAIL):
        self.serve(cls, retries=int(self.looks))
        self.poll(TEMPFAIL if self.looks else first)
        for _ in range(FAILING_RUNS - 2):
            self.assertEqual(FIRST, self.cursor())
            self.poll(TEMPFAIL)
            self.assertEqual(2, self.stored())
            self.assertEqual([], self.query("SELECT * FROM quarantine"))
        result = self.poll(OK)
        self.assertRegex(result.err, f"UID {ODD}: .*not-handed-out")
        self.assertEqual([("not-handed-out", 0)], self.query("SELECT code, kept FROM quarantine"))
        self.assertEqual([], self.query("SELECT * FROM suspects"))
        self.assertEqual("", self.poll(OK).err)
        self.assertEqual(self.last, self.cursor())

    def test_a_mail_that_is_refused(self):
        self.assert_set_aside_on_the_fourth_run(Refuses)

    def test_a_mail_at_which_the_connection_is_closed(self):
        self.assert_set_aside_on_the_fourth_run(Closes, UNAVAILABLE)

    def test_a_mail_of_a_wrong_length(self):
        self.assert_set_aside_on_the_fourth_run(LiesAboutTheLength, PROTOCOL)

    def test_a_note_in_place_of_a_mail(self):
        self.assert_set_aside_on_the_fourth_run(HandsOutANote)

    def test_a_mail_in_lasting_temporary_trouble(self):
        self.assert_set_aside_on_the_fourth_run(TemporaryTrouble)

    def test_silence_is_no_hang(self):
        # it says nothing of the others either, as long as the odd one is among them
        self.serve(IsSilent, retries=1)
        self.poll(UNAVAILABLE)
        self.poll(TEMPFAIL)
        self.assertEqual(2, self.stored())
        self.assertEqual([ODD], [uid for uid, in self.query("SELECT uid FROM suspects")])

    def test_trouble_that_passes_costs_nothing(self):
        for cls, status in ((Refuses, TEMPFAIL), (Closes, UNAVAILABLE), (RefusesAll, TEMPFAIL)):
            with self.subTest(cls.__name__):
                self.store = self.path(cls.__name__ + ".db")
                world = self.serve(cls)
                self.poll(status)
                world["odd"] = False
                self.assertEqual("", self.poll(OK).err)
                self.assertEqual(3, self.stored())
                self.assertEqual([], self.query("SELECT * FROM suspects"))
                self.assertEqual([], self.query("SELECT * FROM quarantine"))

    def test_an_outage_of_any_length_sets_no_mail_aside(self):
        world = self.serve(RefusesAll)
        for _ in range(2 * FAILING_RUNS):
            self.poll(TEMPFAIL)
        self.assertEqual([], self.query("SELECT * FROM quarantine"))
        world["odd"] = False
        self.poll(OK)
        self.assertEqual(3, self.stored())

    def test_retry_asks_the_server_again(self):
        world = self.serve(Refuses)
        for status in (TEMPFAIL,) * (FAILING_RUNS - 1) + (OK,):
            self.poll(status)
        number = self.query("SELECT id FROM quarantine")[0][0]
        said = self.expect(OK, "-c", self.file, "quarantine", "retry", number)
        self.assertIn("poll box", said.out)
        time.sleep(1.1)  # no grace is left once the last good poll is a second old
        self.poll(TEMPFAIL)
        world["odd"] = False
        self.poll(OK)
        self.assertEqual(3, self.stored())
        self.assertEqual([], self.query("SELECT * FROM quarantine"))
        self.assertEqual([], self.query("SELECT * FROM suspects"))

    def test_a_retry_does_not_wait_for_the_day_s_bytes(self):
        world = self.serve(Refuses)
        for status in (TEMPFAIL,) * (FAILING_RUNS - 1) + (OK,):
            self.poll(status)
        with open(self.file) as f:
            text = f.read()
        self.write("tlsrua.conf", text + "[limits]\ndownload = 1K\n")
        self.poll(OK)
        number = self.query("SELECT id FROM quarantine")[0][0]
        self.expect(OK, "-c", self.file, "quarantine", "retry", number)
        world["odd"] = False
        self.poll(OK)
        self.assertEqual(3, self.stored())
        self.assertEqual([], self.query("SELECT * FROM suspects"))

    def test_what_is_odd_but_harmless(self):
        for cls, first in ((KeywordsWithBrackets, OK), (DateIsNil, OK), (LeavesOneOut, PROTOCOL)):
            with self.subTest(cls.__name__):
                self.store = self.path(cls.__name__ + ".db")
                self.serve(cls)
                self.poll(first)
                self.assertEqual("", self.poll(OK).err)
                self.assertEqual(3, self.stored())
                self.assertEqual(self.last, self.cursor())


class OnScript(OddMails, Scripts):
    def test_a_poll_has_an_end(self):
        self.serve(Trickles, timeout="60s", extra="[poll]\nlimit = 2s\n")
        self.assertIn("the time for this mailbox is over", self.poll(TEMPFAIL).err)

    def test_the_wrong_mode_of_tls_is_found_at_once(self):
        self.serve(Session, tls="starttls", timeout="20s", retries=5)
        with open(self.file) as f:
            text = f.read()
        self.write("tlsrua.conf", text.replace("tls = starttls", "tls = implicit"))
        said = self.poll(UNAVAILABLE, "-v").err
        self.assertIn("set tls = starttls", said)
        self.assertNotIn("next try", said)
        self.serve(Session, tls="implicit", retries=5, timeout="4s")
        with open(self.file) as f:
            text = f.read()
        self.write("tlsrua.conf", text.replace("tls = implicit", "tls = starttls"))
        again = self.poll(UNAVAILABLE, "-v").err
        self.assertIn("set tls = implicit", again)
        self.assertNotIn("next try", again)

    def test_words_for_later_and_forbidden_count_at_every_command(self):
        for words, status in (("Server Unavailable. 15", TEMPFAIL), ("[ALERT] Please enable IMAP access", NOPERM)):
            with self.subTest(words):
                cls = type("Says", (Session,), {"do_examine": lambda s, _, w=words: s.no(w)})
                self.serve(cls)
                self.assertIn(words, self.poll(status).err)


def large(mail):
    """So large that it is looked at before it is fetched."""
    return b"X-Padding: " + b"x" * 900 + b"\r\nX-Padding: " + b"y" * 900 + b"\r\n" + mail


def letter(*texts):
    """A mail of one text, or a multipart of some."""
    head = b"From: somebody@other.example\r\nSubject: Letter\r\nMessage-ID: <1@other.example>\r\nMIME-Version: 1.0\r\n"
    if len(texts) == 1:
        return large(head + b"Content-Type: text/plain\r\n\r\n" + texts[0])
    return large(head + b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n' + b"".join(
        b"--q\r\nContent-Type: text/plain\r\n\r\n" + text for text in texts) + b"--q--\r\n")


PROSE = b"Much ado about nothing at all, dear reader.\r\n" * 30
TEXT_LEAF = f'("TEXT" "PLAIN" NIL NIL NIL "7BIT" {len(PROSE)} 30 NIL NIL NIL)'


class OtherMailToo:
    """Reports that are looked at, and two letters beside them, of which structure and fronts are told."""

    def __init__(self, *args):
        super().__init__(*args)
        self.mails = {uid: large(mail) for uid, mail in self.mails.items()}
        self.mails |= {LAST + 1: letter(PROSE, PROSE), LAST + 2: letter(PROSE)}

    def fronts(self, mail, items):
        for section, size in re.findall(r"BODY\.PEEK\[(TEXT|[12])\]<0\.(\d+)>", items):
            text = mail if section == "TEXT" else mail.split(b"--q\r\n")[int(section)]
            text = text.partition(b"\r\n\r\n")[2][:int(size)].decode()
            yield f"BODY[{section}]<0> {{{len(text)}}}\r\n{text}"

    def body(self, uid, items="", mail=None):
        mail = self.mails[uid] if mail is None else mail
        fronts = list(self.fronts(mail, items))
        if "BODYSTRUCTURE" in items:
            fronts = [f'BODYSTRUCTURE ({TEXT_LEAF}{TEXT_LEAF} "MIXED" ("BOUNDARY" "q") NIL NIL)']
        if not fronts:
            self.world["fields" if "HEADER" in items else "whole"] = True
            super().body(uid, items, mail)
            return
        self.world["structures" if "BODYSTRUCTURE" in items else "fronts"] = True
        self.send(f"* {self.number(uid)} FETCH (UID {uid} {' '.join(fronts)})\r\n")


class WhereFewAreReports(OddMails, Scripts):
    """The same where mails are looked at before they are fetched."""
    more = (OtherMailToo,)
    last, looks = LAST + 2, True

    def prepare(self):
        os.makedirs(self.path("nothing"), exist_ok=True)
        self.run_it("-d", self.store, "import", self.path("nothing"))
        db = sqlite3.connect(self.store)
        db.execute("INSERT INTO mailboxes (name, folder) VALUES ('box', 'INBOX') ON CONFLICT DO NOTHING")
        db.execute("INSERT OR REPLACE INTO reading SELECT id, 0, '', 0 FROM mailboxes")
        db.commit()
        db.close()

    def test_all_well(self):
        world = self.serve(Session)
        self.assert_counts(self.poll(OK), messages=5, imported=3, no_report=2)
        self.assertEqual({"odd", "fields", "structures", "fronts", "whole"}, set(world))

    def test_looking_that_breaks_the_session_stops_nothing(self):
        for cls in (RefusesToBeLookedAt, ClosesWhenLookedAt, IsSilentWhenLookedAt):
            with self.subTest(cls.__name__):
                self.store = self.path(cls.__name__ + ".db")
                self.serve(cls, retries=2)
                self.poll(OK)
                self.assertEqual(3, self.stored())
                self.assertEqual(self.last, self.cursor())
                self.assertEqual([], self.query("SELECT * FROM suspects"))


class OnDovecot(Actions, Acting):
    kind = Dovecot

    def test_a_folder_that_cannot_be_selected_is_made(self):
        user = self.user(self.good(2))
        os.makedirs(os.path.join(self.server.maildir(user), ".Done.Old", "cur"))
        self.poll(user, after_import="move:Done")
        self.assertEqual(2, len(contents(self.server, user)["Done"]))


if __name__ == "__main__":
    tap.main()
