#!/usr/bin/env python3
"""What is done with mails at servers that are unlike Dovecot: Gmail, Exchange of old, folders that keep no flags; and
moves without MOVE that are cut short.
"""
import contextlib
import os
import re
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import scripted_imap  # noqa: E402
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.folders import contents, flags  # noqa: E402
from lib.program import OK, UNAVAILABLE, Scene, mailbox  # noqa: E402
from lib.proxy import CutAnswer  # noqa: E402


class Box:
    """The folders of a mailbox: the flags and the mail by UID."""

    def __init__(self, **folders):
        self.folders = {name.replace("_", "/"): dict(enumerate(mails, 11)) for name, mails in folders.items()}
        self.flags = {name: {uid: set() for uid in mails} for name, mails in self.folders.items()}
        self.uidnext = {name: 100 for name in self.folders}

    def add(self, name, mail):
        uid = self.uidnext[name]
        self.uidnext[name] += 1
        self.folders[name][uid] = mail
        self.flags[name][uid] = set()

    def remove(self, name, uid):
        del self.folders[name][uid], self.flags[name][uid]


class Server(scripted_imap.Session):
    """A server whose folders change; `log` gets every command but those of the login."""

    marks = {}  # name of a folder: special use
    permanent = "\\Seen \\Flagged \\Deleted \\*"

    def __init__(self, box, log, sock, context):
        super().__init__(sock, context, False)
        self.box, self.log, self.open = box, log, None

    def command(self, verb, rest):
        if verb not in ("CAPABILITY", "AUTHENTICATE", "ID", "LOGOUT"):
            self.log.append(f"{verb} {rest}")
        super().command(verb, rest)

    @staticmethod
    def name(text):
        return re.match(r'"?([^"]*)"?', text)[1]

    def do_list(self, rest):
        wanted = self.name(rest.split(" ", 1)[1])
        for name in self.box.folders:
            if wanted in ("*", name):
                self.line(f'* LIST ({self.marks.get(name, "")}) "/" "{name}"')
        self.ok()

    def do_examine(self, rest):
        self.open = self.name(rest)
        self.mails = self.box.folders[self.open]
        self.line(f"* OK [PERMANENTFLAGS ({self.permanent})] limited")
        super().do_examine(rest)

    do_select = do_examine

    def do_status(self, rest):
        name = self.name(rest)
        self.line(f'* STATUS "{name}" (UIDNEXT {self.box.uidnext[name]} UIDVALIDITY 7)')
        self.ok()

    def do_uid(self, rest):
        verb, uids, more = (rest + "  ").split(" ", 2)
        handler = getattr(self, "uid_" + verb.lower(), None)
        if handler:
            handler(self.uids_in(uids) if verb != "SEARCH" else rest, more.strip())
        else:
            super().do_uid(rest)

    def uid_store(self, uids, more):
        for uid in uids:
            self.box.flags[self.open][uid] |= set(re.search(r"\((.*)\)", more)[1].split())
        self.ok()

    def uid_copy(self, uids, more):
        for uid in uids:
            self.box.add(self.name(more), self.mails[uid])
        self.ok()

    def uid_expunge(self, uids, _):
        for uid in uids:
            if "\\Deleted" in self.box.flags[self.open][uid]:
                self.expunge(uid)
        self.ok()

    def expunge(self, uid):
        self.box.remove(self.open, uid)


class Gmail(Server):
    """Folders are labels, and what is expunged from one stays in All Mail; only Trash is another place."""
    capability = "IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS MOVE X-GM-EXT-1 XLIST SPECIAL-USE CHILDREN"
    marks = {"[Gmail]/All Mail": "\\All", "[Gmail]/Trash": "\\Trash"}

    def uid_move(self, uids, more):
        for uid in uids:
            mail = self.mails[uid]
            self.box.add(self.name(more), mail)
            self.expunge(uid)
            if self.name(more) == "[Gmail]/Trash":
                for other in [u for u, m in self.box.folders["[Gmail]/All Mail"].items() if m == mail]:
                    self.box.remove("[Gmail]/All Mail", other)
        self.ok()

    def expunge(self, uid):
        if self.open != "[Gmail]/All Mail":
            super().expunge(uid)


class Exchange(Server):
    """Before 2013: no MOVE."""
    capability = "IMAP4 IMAP4rev1 AUTH=PLAIN UIDPLUS CHILDREN IDLE NAMESPACE LITERAL+"

    def do_namespace(self, _rest):
        self.line('* NAMESPACE (("" "/")) NIL NIL')
        self.ok()


class Forgetful(Server):
    """A folder that keeps no flags, as a shared one may be."""
    capability = "IMAP4rev1 SASL-IR AUTH=PLAIN"
    permanent = ""

    def uid_store(self, _uids, _more):
        self.ok()  # and forgets it with the session


class Servers(Scene):
    def serve(self, kind, box):
        """Its port, and the log of commands."""
        context = scripted_imap.Context(ssl.PROTOCOL_TLS_SERVER)
        self.cert, context.key = scripted_imap.make_certificate(self.dir)
        context.load_cert_chain(self.cert, context.key)
        listener, log = socket.create_server(("127.0.0.1", 0)), []
        self.addCleanup(listener.close)

        def run():
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = listener.accept()
                    session = kind(box, log, sock, context)
                    with contextlib.suppress(scripted_imap.Hangup, OSError):
                        session.run()
                    session.sock.close()
        threading.Thread(target=run, daemon=True).start()
        return listener.getsockname()[1], log

    def poll(self, port, *options, status=OK, **settings):
        box = {"host": "localhost", "port": port, "user": "u", "password": "p", "ca_file": self.cert, "timeout": "60s",
               "retries": 0, **settings}
        return self.expect(status, "-c", self.config(box), *options, "poll", "--json")

    def mails(self, n=3):
        return [scripted_imap.report(i + 1) for i in range(n)]


class Ordinary(Servers):
    def test_a_poll_is_these_commands(self):
        port, log = self.serve(Server, Box(INBOX=self.mails()))
        self.poll(port)
        self.assertEqual(['EXAMINE "INBOX"', "UID FETCH 1:* (UID RFC822.SIZE)",
                          "UID FETCH 11:13 (UID INTERNALDATE BODY.PEEK[])"], log)
        self.poll(port)
        self.assertEqual(['EXAMINE "INBOX"'], log[3:])


class Gmails(Servers):
    def box(self):
        mails = self.mails()
        return Box(INBOX=mails, **{"[Gmail]_All Mail": mails, "[Gmail]_Trash": []})

    def test_what_is_deleted_lives_on_in_all_mail(self):
        box = self.box()
        port, _ = self.serve(Gmail, box)
        self.poll(port, after_import="delete")
        self.assertEqual([0, 3, 0], [len(f) for f in box.folders.values()])

    def test_what_is_moved_to_trash_is_gone_from_all_mail(self):
        box = self.box()
        port, _ = self.serve(Gmail, box)
        self.poll(port, after_import='"move:[Gmail]/Trash"')
        self.assertEqual([0, 0, 3], [len(f) for f in box.folders.values()])

    def test_a_label_and_all_mail_hold_the_same_mails(self):
        port, _ = self.serve(Gmail, self.box())
        result = self.poll(port, folders="INBOX \\All")
        self.assert_counts(result, messages=6, imported=3, duplicate=3)
        self.assertEqual("", result.err)


class Exchanges(Servers):
    def test_mails_are_copied_and_deleted(self):
        box = Box(INBOX=self.mails(), Done=[])
        port, log = self.serve(Exchange, box)
        self.poll(port, after_import="move:Done")
        self.assertEqual([0, 3], [len(f) for f in box.folders.values()])
        self.assertEqual(['STATUS "Done" (UIDVALIDITY UIDNEXT)', 'UID COPY 11:13 "Done"',
                          "UID STORE 11:13 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 11:13"], log[-4:])


class NoFlags(Servers):
    def assert_said_once_and_left_alone(self, flag, **settings):
        box = Box(INBOX=self.mails())
        port, log = self.serve(Forgetful, box)
        result = self.poll(port, **settings)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertIn(f"reports: INBOX: the server does not keep the flag {flag} in this folder", result.err)
        self.assertNotIn("STORE", "".join(log))
        self.assertEqual([], self.query("SELECT * FROM actions"))
        for uid in (14, 15):
            box.folders["INBOX"][uid] = scripted_imap.report(uid)
            box.flags["INBOX"][uid] = set()
            self.assertEqual("", self.poll(port, **settings).err)
        os.unlink(self.store)

    def test_nothing_is_pretended(self):
        self.assert_said_once_and_left_alone("\\Seen", after_import="seen")
        self.assert_said_once_and_left_alone("\\Flagged", after_import="flag")
        self.assert_said_once_and_left_alone("\\Deleted", after_import="delete")
        self.assert_said_once_and_left_alone("\\Deleted", delete_after="1d")


class Modest(Dovecot):
    """Without MOVE."""
    capabilities = "IMAP4rev1 SASL-IR LITERAL+ ID NAMESPACE UIDPLUS"

    def _write_conf(self):
        super()._write_conf()
        with open(self.conf, "a") as f:
            f.write(f"imap_capability = {self.capabilities}\n")


class Poor(Modest):
    """Without UIDPLUS as well."""
    capabilities = "IMAP4rev1 SASL-IR LITERAL+ ID NAMESPACE"


class CutShort(Scene):
    """A move by COPY, of which the connection breaks off at each of its commands."""

    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(250, seed=5, duplicates=0.1, broken=0.1, other=0.1)
        cls.number = 0

    def user(self, server):
        type(self).number += 1
        user = f"u{self.number}@example.org"
        server.add_user(user, self.corpus.mails)
        return user

    def cut(self, server, word):
        user = self.user(server)
        before = sorted(sum(contents(server, user).values(), []))
        with CutAnswer(server.plain_port, word) as proxy:
            config = self.config(mailbox(server, user, tls="none", ca_file=None, port=proxy.port,
                                         after_import="move:Done"))
            self.expect(UNAVAILABLE, "-c", config, "poll", "-q")
            self.assertTrue(proxy.was_cut)
            self.assertNotEqual([], self.query("SELECT * FROM actions"))
            self.expect(OK, "-c", config, "poll", "-q")
        self.assertEqual([], self.query("SELECT * FROM actions"))
        return user, before

    def test_each_mail_is_once_where_it_shall_be(self):
        with Modest() as server:
            for word in (b"STATUS", b" COPY ", b"STORE", b"EXPUNGE"):
                with self.subTest(word):
                    user, before = self.cut(server, word)
                    self.assertEqual(before, sorted(sum(contents(server, user).values(), [])))
                    good = self.query("SELECT count(*) FROM messages WHERE verdict IN ('imported', 'duplicate')")[0][0]
                    self.assertEqual(good, len(flags(server, user, "Done")))
                    os.unlink(self.store)

    def test_the_same_without_uidplus(self):
        with Poor() as server:
            user, _ = self.cut(server, b" COPY ")
            good = {u for u, in self.query("SELECT uid FROM messages WHERE verdict IN ('imported', 'duplicate')")}
            self.assertEqual(good, {u for u, f in flags(server, user).items() if "\\Deleted" in f})
            self.assertEqual(len(good), len(flags(server, user, "Done")))

    def test_what_is_not_wanted_any_longer_is_not_copied(self):
        with Modest() as server:
            user = self.user(server)
            with CutAnswer(server.plain_port, b"STATUS") as proxy:
                box = mailbox(server, user, tls="none", ca_file=None, port=proxy.port)
                self.expect(UNAVAILABLE, "-c", self.config(dict(box, after_import="move:Done")), "poll", "-q")
                self.expect(OK, "-c", self.config(dict(box, after_import="keep")), "poll", "-q")
            self.assertEqual(len(self.corpus.mails), len(flags(server, user)))
            self.assertEqual([], self.query("SELECT * FROM actions"))


if __name__ == "__main__":
    tap.main()
