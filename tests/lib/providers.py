"""IMAP servers that behave like those of the big providers: what they say, offer, demand and refuse.

    with Provider(Gmail, folder, password="app password") as server: ...     server.box("google", ...) for Scene.config
"""
import base64
import os
import re
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib.program import Scene  # noqa: E402
from scripted_imap import Context, Hangup, Session, make_certificate, report  # noqa: E402

USER = "tls-reports@example.org"
PASSWORD = "abcd efgh ijkl mnop"
TOKEN = "ya29.a0AfH6SMBx-fresh_token"


class Talk(Session):
    """A session that looks at the secret, keeps what the client said, and tells other capabilities after the login."""
    before = after = "IMAP4rev1 SASL-IR AUTH=PLAIN"
    accepted = "logged in"
    wrong = "[AUTHENTICATIONFAILED] Authentication failed."
    takes_password = takes_token = True
    first_mail = 11

    def __init__(self, sock, context, server):
        super().__init__(sock, context, False)
        self.server = server
        self.mails = server.mails
        self.secret = None

    @property
    def capability(self):
        return self.after if self.logged_in else self.before

    def command(self, verb, rest):
        self.server.said.append((verb, "" if verb in ("LOGIN", "AUTHENTICATE") else rest))
        super().command(verb, rest)

    # the login

    def good(self, kind, user, secret):
        server = self.server
        server.secrets.append((kind, user, secret))
        return user == USER and secret == (server.token if kind == "token" else server.password) and \
            (self.takes_token if kind == "token" else self.takes_password)

    def answer(self, kind, user, secret):
        if self.good(kind, user, secret):
            self.logged_in = True
            self.ok(self.accepted)
        else:
            self.refuse(kind)

    def refuse(self, _kind):
        self.no(self.server.refusal or self.wrong)

    def read_string(self, rest):
        """The first argument of a line, which may go on behind a literal; and the rest."""
        literal = re.match(r"\{(\d+)\+?\}$", rest)
        if literal:
            self.line("+ go on")
            size = int(literal[1])
            while len(self.buffer) < size:
                self.buffer += self.sock.recv(65536)
            text, self.buffer = self.buffer[:size].decode(), self.buffer[size:]
            return text, self.read_line()
        quoted = re.match(r'"((?:[^"\\]|\\.)*)" ?(.*)$', rest)
        if quoted:
            return re.sub(r"\\(.)", r"\1", quoted[1]), quoted[2]
        return rest.partition(" ")[::2]

    def do_login(self, rest):
        user, rest = self.read_string(rest)
        secret, _ = self.read_string(rest.lstrip(" "))
        self.answer("password", user, secret)

    def do_authenticate(self, rest):
        mechanism, _, first = rest.partition(" ")
        if not first:
            self.line("+ ")
            first = self.read_line()
        data = base64.b64decode(first).decode()
        if mechanism == "PLAIN":
            _, user, secret = data.split("\0")
            self.answer("password", user, secret)
            return
        user = re.search(r"(?:user=|a=)([^\1,]*)", data)[1]
        secret = re.search("auth=Bearer ([^\1]*)", data)[1]
        if not self.good("token", user, secret):
            self.line("+ " + base64.b64encode(self.challenge.encode()).decode())
            self.server.after_challenge.append(self.read_line())
            self.refuse("token")
            return
        self.logged_in = True
        self.ok(self.accepted)

    challenge = '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'

    # what tests ask of it beside

    def do_uid(self, rest):
        words = rest.split(" ", 2)
        if words[0].upper() != "MOVE":
            super().do_uid(rest)
            return
        for uid in self.uids_in(words[1]):
            self.server.moved.append((uid, words[2]))
            del self.mails[uid]
        self.ok()

    def do_create(self, rest):
        self.server.created.append(rest)
        self.ok()

    do_subscribe = Session.do_noop


class Gmail(Talk):
    greeting = "* OK Gimap ready for requests from 192.0.2.7 a640c23a62f3amb123456789ejc"
    before = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 " \
             "AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER"
    after = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE " \
            "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584"
    wrong = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"

    def refuse(self, kind):
        if self.server.refusal and "web browser" in self.server.refusal:
            self.line("* NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgns] "
                      "Web login required.")
        super().refuse(kind)

    def do_list(self, _rest):
        self.line('* LIST (\\HasNoChildren) "/" "INBOX"')
        self.line('* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"')
        self.line('* LIST (\\All \\HasNoChildren) "/" "[Gmail]/All Mail"')
        self.line('* LIST (\\HasNoChildren \\Junk) "/" "[Gmail]/Spam"')
        self.ok("Success")


class Microsoft(Talk):
    greeting = "* OK The Microsoft Exchange IMAP4 service is ready. [RgBSADMAUAAyADgAMQBDAEEAMAAxADUANwAuAEQ=]"
    before = "IMAP4 IMAP4rev1 AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
    after = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES " \
            "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+"
    takes_password = False
    accepted = "AUTHENTICATE completed."
    challenge = '{"status":"400","schemes":"bearer","scope":"https://outlook.office.com/"}'

    def refuse(self, kind):
        self.no("LOGIN failed." if kind == "password" else "AUTHENTICATE failed.")

    def do_namespace(self, _rest):
        self.line('* NAMESPACE (("" "/")) NIL NIL')
        self.ok()


class NotConnected(Microsoft):
    """The token is good, the mailbox is not there."""

    def do_examine(self, _rest):
        self.bad("User is authenticated but not connected.")

    do_select = do_list = do_namespace = do_examine


class NotConnectedNo(NotConnected):
    def do_examine(self, _rest):
        self.no("User is authenticated but not connected.")

    do_select = do_list = do_namespace = do_examine


class Throttled(Microsoft):
    """It hands out one mail and then asks for a pause."""
    word = Session.bad

    def fetch_bodies(self, uids, items):
        self.body(uids[0], items)
        self.word("Request is throttled. Suggested Backoff Time: 299961 milliseconds")


class ThrottledNo(Throttled):
    word = Session.no


class NetEase(Talk):
    greeting = "* OK Coremail System IMap Server Ready(163com[10774b260cc7a37d26d71b52404dcf5c])"
    before = after = "IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 UIDPLUS X-CM-EXT-1 SASL-IR " \
        "AUTH=XOAUTH2"
    accepted = "LOGIN completed"
    wrong = "LOGIN Login error or password error"
    id_after_login = False

    def do_id(self, rest):
        self.id_after_login = self.logged_in and "NIL" != rest
        self.line('* ID ("name" "Coremail Imap" "vendor" "Mailtech" "TransID" "wKgBAA==")')
        self.ok("ID completed")

    def do_examine(self, rest):
        if self.id_after_login:
            super().do_examine(rest)
        else:
            self.no("EXAMINE Unsafe Login. Please contact kefu@188.com for help")

    do_select = do_examine

    def do_list(self, _rest):
        self.line('* LIST () "/" "INBOX"')
        self.line('* LIST (\\Junk) "/" "&V4NXPpCuTvY-"')
        self.ok()


class NetEaseWithoutId(NetEase):
    """The same that does not say that it wants ID."""
    before = after = "IMAP4rev1 XLIST SPECIAL-USE LITERAL+ UIDPLUS SASL-IR"


class Tencent(Talk):
    greeting = "* OK [CAPABILITY IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 NAMESPACE] " \
               "QQMail XMIMAP4Server ready"
    before = after = "IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 NAMESPACE"
    accepted = "Success login ok"
    wrong = "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or " \
            "system is busy. More information at https://help.mail.qq.com/detail/108/1023"


class Yahoo(Talk):
    greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER ID MOVE NAMESPACE " \
               "XYMHIGHESTMODSEQ UIDPLUS LITERAL+ CHILDREN X-MSG-EXT UNSELECT OBJECTID] IMAP4rev1 Hello"
    before = after = "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER ID MOVE NAMESPACE XYMHIGHESTMODSEQ " \
        "UIDPLUS LITERAL+ CHILDREN X-MSG-EXT UNSELECT OBJECTID"
    accepted = "AUTHENTICATE completed - Mailbox size in bytes is 1234567"
    wrong = "[AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials"


class YahooLimited(Yahoo):
    def fetch_bodies(self, uids, items):
        self.body(uids[0], items)
        self.no("[LIMIT] UID FETCH Rate limit hit.")


class Fastmail(Talk):
    greeting = "* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN AUTH=OAUTHBEARER SASL-IR] " \
               "imap-proxy.example ready"
    before = "IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN AUTH=OAUTHBEARER SASL-IR"
    after = "IMAP4rev1 LITERAL+ ID ENABLE ACL RIGHTS=kxten QUOTA NAMESPACE UIDPLUS NO_ATOMIC_RENAME UNSELECT CHILDREN " \
            "MULTIAPPEND BINARY CATENATE CONDSTORE ESEARCH SORT LIST-EXTENDED LIST-STATUS SPECIAL-USE MOVE IDLE"
    accepted = "Success (tls protection)"
    wrong = "[AUTHENTICATIONFAILED] Incorrect username, password or access token"


class Panel(Talk):
    """cPanel: Dovecot, everything below INBOX, levels by dots, no MOVE."""
    greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE NAMESPACE LITERAL+ AUTH=PLAIN " \
               "AUTH=LOGIN] Dovecot ready."
    before = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE NAMESPACE LITERAL+ AUTH=PLAIN AUTH=LOGIN"
    after = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT CHILDREN " \
            "NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH LIST-STATUS LITERAL+ MOVE SPECIAL-USE QUOTA"
    accepted = "[CAPABILITY IMAP4rev1 MOVE] Logged in"

    def do_list(self, _rest):
        self.line('* LIST (\\HasChildren) "." INBOX')
        self.line('* LIST (\\HasNoChildren \\UnMarked \\Junk) "." INBOX.spam')
        self.ok("List completed (0.001 + 0.000 secs).")

    def do_namespace(self, _rest):
        self.line('* NAMESPACE (("INBOX." ".")) NIL NIL')
        self.ok()


class Provider:
    """One of them, serving on 127.0.0.1 until it is closed."""

    def __init__(self, kind, folder, password=PASSWORD, token=TOKEN, refusal=None):
        self.kind, self.password, self.token, self.refusal = kind, password, token, refusal
        self.mails = {11 + i: report(i + 1) for i in range(3)}
        self.said, self.secrets, self.after_challenge, self.moved, self.created = [], [], [], [], []
        self.connections = 0
        self.context = Context(ssl.PROTOCOL_TLS_SERVER)
        self.ca_file, key = make_certificate(folder)
        self.context.load_cert_chain(self.ca_file, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock):
        session = self.kind(sock, self.context, self)
        try:
            session.run()
        except (Hangup, OSError, ValueError, IndexError, KeyError):
            pass
        finally:
            for s in (session.sock, session.raw):
                s.close()

    def verbs(self):
        return [verb for verb, _ in self.said]

    def box(self, name="reports", **options):
        box = {"name": name, "host": "localhost", "port": self.port, "user": USER, "password": PASSWORD,
               "ca_file": self.ca_file, "timeout": "60s", "retries": 3, "grace": "0s"}
        box.update(options)
        return {k: v for k, v in box.items() if v is not None}

    def close(self):
        if self.listener.fileno() != -1:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ProviderScene(Scene):
    def serve(self, kind, **options):
        folder = self.path("server")
        os.makedirs(folder, exist_ok=True)
        server = Provider(kind, folder, **options)
        self.addCleanup(server.close)
        return server
