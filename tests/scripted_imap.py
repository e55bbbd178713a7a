#!/usr/bin/env python3
"""An IMAP server that behaves by script: well, oddly or hostile.

    scripted_imap.py --list               the scenarios: name, tls, exit, note,
                                          further options of the mailbox
    scripted_imap.py [--dir DIR] NAME     serve that scenario

It prints the port it listens on (127.0.0.1, any free one) as its first line
and serves until it is killed.  DIR, a temporary one by default, gets cert.pem
(self-signed, for localhost and 127.0.0.1: use it as ca_file) and key.pem; the
second line printed is its name.  Any user logs in with any password.

The folder INBOX holds three mails, UIDs 11 to 13, each with one report, where
a scenario does not say otherwise.  The table at the end gives for each
scenario the `tls` setting it needs and the exit code of `tlsrua poll` with an
empty store, `timeout = 2s`, `retries = 0` and `after_import = seen`.
"""

import argparse
import base64
import gzip
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

CAPABILITY = "IMAP4rev1 SASL-IR ID UIDPLUS AUTH=PLAIN"
FIRST_UID = 11
MAILS = 3


def report(number):
    """A mail with the report of one day."""
    day = "2026-01-%02d" % number
    body = {
        "organization-name": "Scripted Sender",
        "date-range": {
            "start-datetime": day + "T00:00:00Z",
            "end-datetime": day + "T23:59:59Z",
        },
        "contact-info": "tls@sender.example",
        "report-id": "scripted-%d" % number,
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": ["version: STSv1", "mode: enforce"],
                    "policy-domain": "example.net",
                },
                "summary": {
                    "total-successful-session-count": 10 * number,
                    "total-failure-session-count": 0,
                },
            }
        ],
    }
    packed = gzip.compress(json.dumps(body).encode(), mtime=0)
    text = base64.encodebytes(packed).decode().replace("\n", "\r\n")
    head = (
        "From: tls@sender.example\r\n"
        "To: rua@example.net\r\n"
        "Subject: Report Domain: example.net Submitter: sender.example"
        " Report-ID: <scripted-%d>\r\n"
        "Date: Sat, 31 Jan 2026 00:00:00 +0000\r\n"
        "Message-ID: <scripted-%d@sender.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "TLS-Report-Domain: example.net\r\n"
        "TLS-Report-Submitter: sender.example\r\n"
        'Content-Type: multipart/report; report-type=tlsrpt; boundary="b"\r\n'
        "\r\n"
        "--b\r\n"
        "\r\n"
        "A report.\r\n"
        "--b\r\n"
        "Content-Type: application/tlsrpt+gzip\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n" % (number, number)
    )
    return (head + text + "--b--\r\n").encode()


class Hangup(Exception):
    """The session is over."""


class Session:
    """A server that does all things right; scenarios override the rest."""

    capability = CAPABILITY
    greeting = "* OK ready"
    refuse_id = False
    options = ""  # of the mailbox, such as "folders = \\Junk; auth = login"

    def __init__(self, sock, context, starttls):
        self.raw = self.sock = sock
        self.context = context
        self.starttls = starttls
        self.buffer = b""
        self.mails = {FIRST_UID + i: report(i + 1) for i in range(MAILS)}
        self.tag = "*"
        self.logged_in = False
        self.id_seen = 0

    # the wire

    def begin_tls(self):
        self.sock = self.context.wrap_socket(self.raw, server_side=True)

    def send(self, data):
        self.sock.sendall(data if isinstance(data, bytes) else data.encode())

    def line(self, text):
        self.send(text + "\r\n")

    def flood(self, data, most=64 << 20):
        """Until the client has had enough of it."""
        block = data * max(1, 65536 // len(data))
        for _ in range(most // len(block)):
            self.send(block)

    def trickle(self, data, every=0.5):
        for i in range(len(data)):
            self.send(data[i : i + 1])
            time.sleep(every)

    def stall(self):
        """Say nothing more; that, and that the client takes its leave, is noted."""
        self.note("stalled")
        while True:
            if self.read_line().endswith(" LOGOUT"):
                self.note("logout")

    def note(self, what):
        with open(os.path.join(self.context.folder, what), "w"):
            pass

    def reset(self):
        linger = b"\1\0\0\0\0\0\0\0"
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise Hangup

    def read_line(self):
        while b"\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                raise Hangup
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\n", 1)
        return text.rstrip(b"\r").decode("utf-8", "replace")

    def ok(self, text="done"):
        self.line("%s OK %s" % (self.tag, text))

    def no(self, text):
        self.line("%s NO %s" % (self.tag, text))

    def bad(self, text):
        self.line("%s BAD %s" % (self.tag, text))

    # the protocol

    def run(self):
        if not self.starttls:
            self.begin_tls()
        self.greet()
        while True:
            words = self.read_line().split(" ", 2)
            self.tag = words[0]
            verb = words[1].upper() if len(words) > 1 else ""
            self.command(verb, words[2] if len(words) > 2 else "")

    def command(self, verb, rest):
        handler = getattr(self, "do_" + verb.lower(), None)
        if handler is None:
            self.bad("unknown command")
        else:
            handler(rest)

    def greet(self):
        self.line(self.greeting)

    def do_capability(self, _rest):
        extra = " STARTTLS" if self.starttls and self.sock is self.raw else ""
        self.line("* CAPABILITY " + self.capability + extra)
        self.ok()

    def do_starttls(self, _rest):
        self.ok("begin")
        self.begin_tls()

    def do_login(self, rest):
        for literal in re.findall(r"\{(\d+)\}$", rest):
            self.line("+ go on")
            while len(self.buffer) < int(literal):
                self.buffer += self.sock.recv(65536)
            self.buffer = self.buffer[int(literal) :]
            self.do_login(self.read_line())
            return
        self.log_in()

    def do_authenticate(self, rest):
        if " " not in rest:
            self.line("+ ")
            rest += " " + self.read_line()
        self.log_in()

    def log_in(self):
        self.logged_in = True
        self.ok("logged in")

    def do_id(self, _rest):
        self.id_seen += 1
        if self.refuse_id:
            self.no("who cares")
            return
        self.line('* ID ("name" "scripted")')
        self.ok()

    def do_list(self, _rest):
        self.line('* LIST () "/" INBOX')
        self.line('* LIST (\\Junk) "/" Spam')
        self.ok()

    def do_examine(self, _rest):
        self.line("* FLAGS (\\Seen)")
        self.line("* %d EXISTS" % len(self.mails))
        self.line("* 0 RECENT")
        self.tell_uidvalidity()
        self.tell_uidnext()
        self.ok("[READ-ONLY] done")

    do_select = do_examine

    def tell_uidvalidity(self):
        self.line("* OK [UIDVALIDITY 7] valid")

    def tell_uidnext(self):
        self.line("* OK [UIDNEXT %d] next" % (max(self.mails, default=0) + 1))

    def do_noop(self, _rest):
        self.ok()

    do_check = do_noop

    def do_logout(self, _rest):
        self.line("* BYE see you")
        self.ok()
        raise Hangup

    def do_uid(self, rest):
        words = rest.split(" ", 2)
        if words[0].upper() == "STORE":
            self.store()
            return
        if words[0].upper() != "FETCH" or len(words) < 3:
            self.bad("unknown command")
            return
        uids = self.uids_in(words[1])
        if "BODY" in words[2]:
            self.fetch_bodies(uids, words[2])
        elif "SIZE" in words[2]:
            self.fetch_sizes(uids)
        else:
            for uid in uids:
                self.line("* %d FETCH (UID %d)" % (self.number(uid), uid))
            self.ok()

    def store(self):
        self.ok()

    def do_fetch(self, rest):
        """By number: the fields of the newest mails."""
        numbers, items = rest.split(" ", 1)
        low = int(re.split("[:,]", numbers)[0])
        self.fetch_bodies(sorted(self.mails)[low - 1 :], items)

    def uids_in(self, text):
        """Those in the set that the folder has; n:* holds the last one."""
        found = set()
        last = max(self.mails, default=0)
        for part in text.split(","):
            ends = [last if e == "*" else int(e) for e in part.split(":")]
            low, high = min(ends), max(ends)
            found |= {u for u in self.mails if low <= u <= high}
        return sorted(found)

    def number(self, uid):
        return sorted(self.mails).index(uid) + 1 if uid in self.mails else 1

    def fetch_sizes(self, uids):
        for uid in uids:
            self.size(uid, len(self.mails[uid]))
        self.ok()

    def size(self, uid, size):
        self.line(
            "* %d FETCH (UID %d RFC822.SIZE %d)"
            % (self.number(uid), uid, size)
        )

    def fetch_bodies(self, uids, items):
        for uid in uids:
            self.body(uid, items)
        self.ok()

    def body(self, uid, items="BODY.PEEK[]", mail=None):
        mail = self.mails[uid] if mail is None else mail
        part = re.search(r"BODY(?:\.PEEK)?(\[[^]]*\])(?:<0\.(\d+)>)?", items)
        section, most = part.group(1), part.group(2)
        if section.startswith("[HEADER") and b"\r\n\r\n" in mail:
            mail = mail[: mail.index(b"\r\n\r\n") + 4]
        if most:
            mail = mail[: int(most)]
            section += "<0>"
        self.send(
            '* %d FETCH (UID %d INTERNALDATE "31-Jan-2026 12:00:00 +0000"'
            " BODY%s {%d}\r\n" % (self.number(uid), uid, section, len(mail))
        )
        self.send(mail)
        self.line(")")


SCENARIOS = {}


def scenario(name, code, note, tls="implicit"):
    """Register a Session class under a name."""

    def register(cls):
        SCENARIOS[name] = (cls, code, note, tls)
        return cls

    return register


def simple(name, code, note, tls="implicit", **overrides):
    """A Session in which single methods or attributes differ."""
    cls = type(name.replace("-", "_"), (Session,), overrides)
    SCENARIOS[name] = (cls, code, note, tls)


# nothing wrong

simple("healthy", 0, "three reports")
simple("healthy-starttls", 0, "the same behind STARTTLS", tls="starttls")
simple(
    "empty-folder",
    0,
    "no mail",
    do_examine=lambda s, r: (s.mails.clear(), Session.do_examine(s, r)),
)
simple(
    "login-command",
    0,
    "LOGIN alone, no SASL",
    capability="IMAP4rev1",
)
simple(
    "no-initial-response",
    0,
    "AUTHENTICATE without SASL-IR",
    capability="IMAP4rev1 AUTH=PLAIN",
)
simple(
    "blank-lines",
    0,
    "empty lines between the answers",
    do_examine=lambda s, r: (s.send("\r\n"), Session.do_examine(s, r)),
)

# connection and TLS


@scenario("tls-alert", 69, "a fatal alert instead of a handshake")
class TlsAlert(Session):
    def run(self):
        self.raw.recv(4096)
        self.raw.sendall(b"\x15\x03\x03\x00\x02\x02\x28")
        time.sleep(0.2)


@scenario("tls-garbage", 69, "no TLS at all")
class TlsGarbage(Session):
    def run(self):
        self.raw.recv(4096)
        self.raw.sendall(b"* OK this is not TLS\r\n")
        time.sleep(0.2)


@scenario("tls-stall", 69, "silence instead of a handshake")
class TlsStall(Session):
    def run(self):
        self.stall()


@scenario("tls-old", 69, "TLS 1.1 at most")
class TlsOld(Session):
    def begin_tls(self):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        old.load_cert_chain(self.context.cert, self.context.key)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        self.sock = old.wrap_socket(self.raw, server_side=True)


simple(
    "tls-broken-record",
    69,
    "bytes that are no TLS in the middle of a session",
    do_examine=lambda s, r: (s.raw_write(b"\x17\x03\x03\x00\x20" + b"x" * 32)),
    raw_write=lambda s, d: (os.write(s.sock.fileno(), d), s.stall()),
)
simple(
    "close-at-once",
    69,
    "closed before the greeting",
    greet=lambda s: s.hang_up(),
    hang_up=lambda s: (_ for _ in ()).throw(Hangup()),
)
simple("reset-at-greeting", 69, "reset", greet=lambda s: s.reset())

# greeting

simple("greeting-bye", 69, "BYE", greeting="* BYE not today")
simple(
    "greeting-bye-later",
    75,
    "BYE that asks to come back later",
    greeting="* BYE [UNAVAILABLE] too many connections",
)
simple("greeting-garbage", 76, "garbage", greeting="\x01\x02\x7f???")
simple(
    "greeting-http",
    76,
    "a web server",
    greeting="HTTP/1.1 400 Bad Request\r\nConnection: close\r\n",
)
simple("greeting-preauth", 76, "PREAUTH", greeting="* PREAUTH welcome")
simple("greeting-nul", 0, "a NUL", greeting="* OK rea\0dy")
simple("greeting-stall", 69, "silence", greet=lambda s: s.stall())
simple(
    "greeting-trickle",
    69,
    "a byte every half second",
    greet=lambda s: s.trickle(b"* OK " + b"slow " * 1000),
)
simple(
    "greeting-endless-line",
    76,
    "a line without end",
    greet=lambda s: (s.send("* OK "), s.flood(b"x")),
)

# capabilities and login

simple(
    "capability-missing",
    76,
    "OK, but no capabilities",
    do_capability=lambda s, r: s.ok(),
)
simple(
    "capability-bad", 76, "BAD", do_capability=lambda s, r: s.bad("what?")
)
simple(
    "capability-stall", 69, "silence", do_capability=lambda s, r: s.stall()
)
simple(
    "login-refused",
    77,
    "wrong password",
    log_in=lambda s: s.no("[AUTHENTICATIONFAILED] wrong password"),
)
simple(
    "login-bad", 77, "BAD in place of NO", log_in=lambda s: s.bad("no such user")
)
simple(
    "login-temporary",
    75,
    "NO [UNAVAILABLE]",
    log_in=lambda s: s.no("[UNAVAILABLE] the user database is away"),
)


@scenario("login-echo", 77, "the refusal holds the password, in all forms")
class LoginEcho(Session):
    def do_authenticate(self, rest):
        coded = rest.split(" ")[-1]
        plain = base64.b64decode(coded).split(b"\0")
        self.no("no %s as %s" % (coded, plain[-1].decode()))


@scenario("login-echo-command", 77, "the same of LOGIN")
class LoginEchoCommand(Session):
    capability = "IMAP4rev1"

    def do_login(self, rest):
        self.no("LOGIN %s is wrong" % rest)


simple(
    "login-disabled",
    77,
    "no password login offered",
    capability="IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2",
)
simple(
    "login-wrong-tag",
    76,
    "answered with another tag",
    log_in=lambda s: s.line("A999 OK logged in"),
)
simple("login-bye", 69, "BYE", log_in=lambda s: s.line("* BYE go away"))
simple("login-reset", 69, "reset", log_in=lambda s: s.reset())


@scenario("login-challenges", 76, "challenges without end")
class LoginChallenges(Session):
    def do_authenticate(self, rest):
        while True:
            self.line("+ QUJD")
            self.read_line()


@scenario("login-scram-iterations", 76, "SCRAM with 4 thousand million rounds")
class LoginScram(Session):
    capability = "IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256"
    rounds = 4000000000

    def do_authenticate(self, rest):
        first = base64.b64decode(rest.split(" ")[1]).decode()
        nonce = first.split("r=")[1]
        text = "r=%sserver,s=c2FsdHNhbHQ=,i=%d" % (nonce, self.rounds)
        self.line("+ " + base64.b64encode(text.encode()).decode())
        self.read_line()
        self.finish()

    def finish(self):
        self.ok("logged in")


@scenario("login-scram-unproved", 76, "a SCRAM server that proves nothing")
class LoginScramUnproved(LoginScram):
    rounds = 4096


@scenario("login-scram-impostor", 76, "a SCRAM server with a wrong signature")
class LoginScramImpostor(LoginScram):
    rounds = 4096

    def finish(self):
        signature = base64.b64encode(b"x" * 32).decode()
        text = base64.b64encode(("v=" + signature).encode()).decode()
        self.line("+ " + text)
        self.read_line()
        self.ok("logged in")


simple(
    "login-nested-brackets",
    0,
    "an unasked BODYSTRUCTURE, 25,000 deep",
    log_in=lambda s: (
        s.line("* 1 FETCH (BODYSTRUCTURE " + "(" * 25000 + ")" * 25000 + ")"),
        s.ok(),
    ),
)
simple(
    "login-alert",
    0,
    "ALERT and WEBALERT are shown",
    log_in=lambda s: (
        s.line("* NO [ALERT] your account is nearly full"),
        s.line("* NO [WEBALERT https://mail.example/] log in by web"),
        Session.log_in(s),
    ),
)
simple("login-stall", 69, "silence", log_in=lambda s: s.stall())
simple("id-refused", 0, "NO to ID", refuse_id=True)

# the folder


@scenario("unsafe-login", 0, "EXAMINE refused until ID came (NetEase)")
class UnsafeLogin(Session):
    capability = "IMAP4rev1 AUTH=PLAIN SASL-IR"

    def do_examine(self, rest):
        if self.id_seen == 0:
            self.no("EXAMINE Unsafe Login. Please contact kefu@188.com")
        else:
            Session.do_examine(self, rest)


simple(
    "unsafe-login-always",
    77,
    "the same, whatever comes",
    do_examine=lambda s, r: s.no("EXAMINE Unsafe Login."),
)
simple(
    "examine-missing",
    77,
    "no such folder",
    do_examine=lambda s, r: s.no("[NONEXISTENT] no such folder"),
)
simple(
    "examine-bad", 76, "BAD", do_examine=lambda s, r: s.bad("what?")
)
simple(
    "examine-not-connected",
    77,
    "Microsoft 365, no mailbox behind the login",
    do_examine=lambda s, r: s.bad("User is authenticated but not connected."),
)
simple(
    "examine-backoff",
    75,
    "Microsoft 365, throttled",
    do_examine=lambda s, r: s.bad(
        "Request is throttled. Suggested Backoff Time: 2961 milliseconds"
    ),
)
simple(
    "uidvalidity-missing", 76, "none", tell_uidvalidity=lambda s: None
)
simple(
    "uidvalidity-zero",
    76,
    "0",
    tell_uidvalidity=lambda s: s.line("* OK [UIDVALIDITY 0] none"),
)
simple(
    "uidvalidity-wrap",
    76,
    "2^32 + 3",
    tell_uidvalidity=lambda s: s.line("* OK [UIDVALIDITY 4294967299] big"),
)
simple("uidnext-missing", 0, "none", tell_uidnext=lambda s: None)
simple(
    "search-bloat",
    76,
    "megabytes of SEARCH that nobody asked for",
    do_examine=lambda s, r: s.flood(b"* SEARCH 1 2 3 4 5 6 7 8 9\r\n"),
)
simple(
    "exists-flood",
    76,
    "10 million EXISTS",
    do_examine=lambda s, r: s.flood(b"* 5 EXISTS\r\n", 130 << 20),
)
simple(
    "ok-flood",
    76,
    "OK without end",
    do_examine=lambda s, r: s.flood(b"* OK still here\r\n"),
)
simple(
    "examine-literal",
    76,
    "a literal of 4 GB in a response code",
    do_examine=lambda s, r: (
        s.line("* OK [BADCHARSET ({4000000000}"),
        s.flood(b"x"),
    ),
)

simple("examine-stall", 69, "silence", do_examine=lambda s, r: s.stall())

# sizes

simple("sizes-stall", 69, "silence", fetch_sizes=lambda s, u: s.stall())
simple(
    "sizes-wrap",
    0,
    "a UID of 2^32 + 11",
    fetch_sizes=lambda s, u: (
        s.line("* 1 FETCH (UID 4294967307 RFC822.SIZE 100)"),
        s.ok(),
    ),
)


@scenario("sizes-untidy", 0, "unordered, twice, with an older mail")
class SizesUntidy(Session):
    def fetch_sizes(self, uids):
        for uid in list(reversed(uids)) + uids:
            self.size(uid, len(self.mails[uid]))
        self.line("* 1 FETCH (UID 0 RFC822.SIZE 1)")
        self.line("* 1 FETCH (FLAGS (\\Seen))")
        self.ok()


@scenario("sizes-flood", 76, "more mails than the folder has")
class SizesFlood(Session):
    def fetch_sizes(self, uids):
        for uid in range(100, 500000):
            self.size(uid, 100)
        self.ok()


class Vast(Session):
    """A folder that is said to hold more mails than any."""

    def do_examine(self, _rest):
        self.line("* 4294967290 EXISTS")
        self.line("* OK [UIDVALIDITY 7] valid")
        self.line("* OK [UIDNEXT 4294967295] next")
        self.ok()

    def do_uid(self, rest):
        if "BODY" in rest:
            self.line("* BYE that is all")
            raise Hangup
        first, last = (int(n) for n in rest.split(" ")[1].split(":"))
        self.tell(first, last)

    def tell_sizes(self, uids):
        self.send("".join("* 1 FETCH (UID %d RFC822.SIZE 9)\r\n" % u for u in uids))


@scenario("sizes-vast", 76, "mails without end in a part of a vast folder")
class SizesVast(Vast):
    def tell(self, first, last):
        if last - first < 1000000:
            self.ok()
            return
        for start in range(first, last, 10000):
            self.tell_sizes(range(start, start + 10000))


@scenario("sizes-descending", 69, "millions of mails, the newest first")
class SizesDescending(Vast):
    def tell(self, first, last):
        for start in range(last, first, -10000):
            self.tell_sizes(range(start, max(start - 10000, first - 1), -1))
        self.ok()


simple(
    "sizes-wrong",
    0,
    "RFC822.SIZE far too small",
    size=lambda s, u, n: Session.size(s, u, 1),
)
simple(
    "sizes-huge",
    0,
    "RFC822.SIZE says 1 GB: headers alone are fetched",
    size=lambda s, u, n: Session.size(s, u, 1 << 30),
)
simple(
    "sizes-uid-near-end",
    0,
    "UIDs just below 2^32",
    do_examine=lambda s, r: (s.renumber(4294967280), Session.do_examine(s, r)),
    renumber=lambda s, first: setattr(
        s, "mails", {first + i: m for i, m in enumerate(s.mails.values())}
    ),
)

# bodies


@scenario("fetch-unasked", 0, "mails that were not asked for, in between")
class FetchUnasked(Session):
    def fetch_bodies(self, uids, items):
        for uid in uids:
            self.body(99, items, report(9))
            self.body(uid, items)
        self.ok()


@scenario("fetch-twice", 0, "each mail twice")
class FetchTwice(Session):
    def fetch_bodies(self, uids, items):
        for uid in uids + uids:
            self.body(uid, items)
        self.ok()


@scenario("fetch-two-bodies", 75, "two bodies in one FETCH: the server's fault")
class FetchTwoBodies(Session):
    def body(self, uid, items="", mail=None):
        self.line(
            "* %d FETCH (UID %d BODY[] {1}\r\na BODY[] {1}\r\nb)"
            % (self.number(uid), uid)
        )


simple(
    "fetch-nil",
    75,
    "NIL in place of a body",
    body=lambda s, u, i="", m=None: s.line(
        "* %d FETCH (UID %d BODY[] NIL)" % (s.number(u), u)
    ),
)
simple(
    "fetch-no-uid",
    75,
    "FETCH without its UID",
    body=lambda s, u, i="", m=None: s.line(
        "* %d FETCH (BODY[] {3}\r\nabc)" % s.number(u)
    ),
)


@scenario("fetch-uid-last", 0, "the UID behind the body")
class FetchUidLast(Session):
    def body(self, uid, items="", mail=None):
        mail = self.mails[uid]
        self.send("* %d FETCH (BODY[] {%d}\r\n" % (self.number(uid), len(mail)))
        self.send(mail)
        self.line(" UID %d)" % uid)


simple(
    "fetch-quoted",
    0,
    "a body that is a quoted string",
    body=lambda s, u, i="", m=None: s.line(
        '* %d FETCH (UID %d BODY[] "no report")' % (s.number(u), u)
    ),
)
simple(
    "fetch-empty",
    0,
    "empty bodies",
    body=lambda s, u, i="", m=None: Session.body(s, u, i, b"")
    if "HEADER" not in i
    else None,
)
simple(
    "fetch-limited",
    0,
    "one mail a command, then OK",
    fetch_bodies=lambda s, u, i: Session.fetch_bodies(s, u[:1], i),
)


@scenario("fetch-limited-all", 0, "the same for all commands but sizes")
class FetchLimitedAll(Session):
    def do_uid(self, rest):
        if "SIZE" in rest:
            Session.do_uid(self, rest)
            return
        words = rest.split(" ", 2)
        uids = self.uids_in(words[1])
        if uids:
            words[1] = str(uids[0])
        Session.do_uid(self, " ".join(words))


@scenario("fetch-one-refused", 75, "NO as soon as UID 12 is among them")
class FetchOneRefused(Session):
    def fetch_bodies(self, uids, items):
        if 12 in uids:
            self.no("UID 12 is corrupt")
        else:
            Session.fetch_bodies(self, uids, items)


@scenario("fetch-expunged", 0, "a mail is gone since its size was told")
class FetchExpunged(Session):
    def fetch_bodies(self, uids, items):
        if 12 in self.mails:
            self.line("* 2 EXPUNGE")
            del self.mails[12]
        Session.fetch_bodies(self, [u for u in uids if u in self.mails], items)


simple(
    "fetch-noise",
    0,
    "EXISTS, FLAGS and OK in between",
    body=lambda s, u, i="", m=None: (
        s.line("* 4 EXISTS"),
        s.line("* 1 RECENT"),
        s.line("* 1 FETCH (FLAGS (\\Seen))"),
        s.line("* OK still here"),
        Session.body(s, u, i, m),
    ),
)
simple(
    "fetch-nul-in-body",
    0,
    "NULs in a mail",
    body=lambda s, u, i="", m=None: Session.body(s, u, i, b"a\0b\r\n" * 99),
)
simple(
    "fetch-throttled",
    75,
    "NO [THROTTLED] (Gmail)",
    fetch_bodies=lambda s, u, i: s.no("[THROTTLED] slow down"),
)
simple(
    "fetch-overquota",
    75,
    "BAD [OVERQUOTA] behind the first mail (Gmail)",
    fetch_bodies=lambda s, u, i: (
        s.body(u[0], i),
        s.bad("[OVERQUOTA] Account exceeded command or bandwidth limits."),
    ),
)
simple(
    "fetch-bye",
    69,
    "BYE behind the first mail",
    fetch_bodies=lambda s, u, i: (s.body(u[0], i), s.line("* BYE enough")),
)
simple(
    "fetch-reset",
    69,
    "reset behind the first mail",
    fetch_bodies=lambda s, u, i: (s.body(u[0], i), s.reset()),
)
simple(
    "fetch-half-literal",
    69,
    "closed inside a literal",
    fetch_bodies=lambda s, u, i: (
        s.send("* 1 FETCH (UID 11 BODY[] {1000}\r\nabc"),
        s.sock.close(),
        s.reset(),
    ),
)
simple(
    "fetch-pause",
    69,
    "silence behind the first mail",
    fetch_bodies=lambda s, u, i: (s.body(u[0], i), s.stall()),
)
simple(
    "fetch-stall",
    69,
    "silence inside a literal",
    fetch_bodies=lambda s, u, i: (
        s.send("* 1 FETCH (UID 11 BODY[] {1000}\r\nabc"),
        s.stall(),
    ),
)
simple(
    "fetch-trickle",
    69,
    "a byte every half second inside a literal",
    fetch_bodies=lambda s, u, i: (
        s.send("* 1 FETCH (UID 11 BODY[] {1000}\r\n"),
        s.trickle(b"x" * 1000),
    ),
)


class Huge(Session):
    """Mails just within the limit, each another."""

    head = b""

    def __init__(self, *args):
        super().__init__(*args)
        # one piece of it many times, since a client waits for the greeting
        piece = base64.encodebytes(os.urandom(57 * 15000))
        self.noise = 22 * piece.replace(b"\n", b"\r\n")
        self.mails = {FIRST_UID + i: b"" for i in range(6)}

    def mail(self, uid):
        cut = 79 * (uid - FIRST_UID)
        return (
            b"From: tls@sender.example\r\nX-N: %d\r\nMIME-Version: 1.0\r\n"
            % uid
        ) + self.head + b"\r\n" + self.noise[cut:]

    def size(self, uid, size):
        super().size(uid, len(self.mail(uid)))

    def body(self, uid, items="BODY.PEEK[]", mail=None):
        super().body(uid, items, self.mail(uid))


HUGE = {
    "fetch-huge": b"Content-Type: application/tlsrpt+gzip\r\n"
    b"Content-Transfer-Encoding: base64\r\n",
    "fetch-huge-whole": b"Content-Type: multipart/report;"
    b" report-type=tlsrpt\r\n",
}
for huge, fields in HUGE.items():
    scenario(huge, 0, "mails just within the limit, with no report")(
        type(huge.replace("-", "_"), (Huge,), {"head": fields})
    )


def odd_fetch(name, code, note, text, then=None):
    """A FETCH that begins like this."""

    def fetch_bodies(self, _uids, _items):
        self.send(text)
        if then:
            self.flood(then)
        self.ok()

    simple(name, code, note, fetch_bodies=fetch_bodies)


odd_fetch(
    "fetch-literal-4gb",
    76,
    "a literal of 4 GB",
    "* 1 FETCH (UID 11 BODY[] {4000000000}\r\n",
    b"x",
)
odd_fetch(
    "fetch-literal-wrap",
    76,
    "a literal of 2^32 + 5",
    "* 1 FETCH (UID 11 BODY[] {4294967301}\r\nabcde)\r\n",
)
odd_fetch(
    "fetch-literal-lied",
    76,
    "a literal of 100 MB for a mail of 1 KB",
    "* 1 FETCH (UID 11 BODY[] {104857600}\r\n",
    b"x",
)
odd_fetch(
    "fetch-literal-negative",
    76,
    "a literal of -5",
    "* 1 FETCH (UID 11 BODY[] {-5}\r\n)\r\n",
)
odd_fetch(
    "fetch-literal-inside",
    75,
    "a literal without line end",
    "* 1 FETCH (UID 11 BODY[] {4000000000} x)\r\n",
)
odd_fetch(
    "fetch-literal-quoted",
    75,
    "a literal inside a quoted string",
    '* 1 FETCH (UID 11 BODY[] "{3}\r\nabc")\r\n',
)
odd_fetch(
    "fetch-literal-in-list",
    76,
    "a literal where no FETCH is",
    '* LIST () "/" {4000000000}\r\n',
    b"x",
)
odd_fetch(
    "fetch-nested-brackets",
    75,
    "a BODYSTRUCTURE 25,000 deep",
    "* 1 FETCH (UID 11 BODYSTRUCTURE " + "(" * 25000 + "\r\n",
)
odd_fetch("fetch-nul", 75, "a NUL in a line", "* 1 FETCH (UID\0 11)\r\n")
odd_fetch(
    "fetch-endless-line",
    76,
    "a line without end",
    "* 1 FETCH (UID 11 FLAGS (",
    b"a ",
)
odd_fetch(
    "fetch-unknown-item",
    75,
    "an item nobody knows",
    "* 1 FETCH (UID 11 FOO 1)\r\n",
)
odd_fetch(
    "fetch-nothing", 75, "no mail ever, only noise", "* 1 FETCH (FOO 1)\r\n"
)
odd_fetch("fetch-garbage", 75, "garbage", "&%$ \x01\x02 {{{ ))) \r\n")
odd_fetch("fetch-wrong-tag", 76, "another tag", "A999 OK done\r\n")
odd_fetch(
    "fetch-flags-flood",
    76,
    "FLAGS without end",
    "",
    b"* 1 FETCH (FLAGS (\\Seen))\r\n",
)

# folders by their special use


def folders(name, code, note, *lines, more=b"", **overrides):
    """A server that lists its folders like this."""

    def do_list(self, _rest):
        for line in lines:
            self.send(line)
        if more:
            self.flood(more)
        self.ok()

    overrides.setdefault("do_list", do_list)
    simple(name, code, note, options="folders = \\Junk", **overrides)


EXTENDED = CAPABILITY + " SPECIAL-USE LIST-EXTENDED XLIST"

folders("use-marked", 0, "marked", '* LIST (\\Junk) "/" Spam\r\n')
folders("use-unmarked", 77, "not marked", '* LIST () "/" Junk\r\n')
folders("use-nothing", 77, "no folder at all", capability=EXTENDED)
folders(
    "use-refused",
    77,
    "every way of asking is refused",
    capability=EXTENDED,
    do_list=lambda s, r: s.bad("what"),
    do_xlist=lambda s, r: s.no("never"),
)
folders(
    "use-xlist-only",
    0,
    "marked by XLIST alone",
    '* LIST () "/" Spam\r\n',
    capability=EXTENDED,
    do_xlist=lambda s, r: (s.line('* XLIST (\\Spam) "/" {4}\r\nSpam'), s.ok()),
)
folders(
    "use-flood",
    76,
    "folders without end",
    more=b'* LIST (\\Junk) "/" Spam\r\n',
)
folders("use-literal-4gb", 76, "4 GB", '* LIST (\\Junk) "/" {4000000000}\r\n')
folders("use-brackets", 77, "brackets", "* LIST " + "(" * 25000 + "\r\n")
folders(
    "use-line-in-name",
    77,
    "a command in a name",
    '* LIST (\\Junk) "/" {12}\r\na\r\n2 DELETE b\r\n',
)
folders(
    "use-odd-names",
    77,
    "names that nothing can be called by",
    '* LIST (\\Junk) "/" ""\r\n',
    '* LIST (\\Junk) "/" "a\x01b"\r\n',
    '* LIST (\\Junk) "/" "%s"\r\n' % ("x" * 2000),
    '* LIST (\\Junk "/" Spam\r\n',
    "* LIST (\\Junk) Spam\r\n",
    '* LIST (\\Junk \\Noselect) "/" Spam\r\n',
    "* LIST\r\n",
    "* XLIST ()\r\n",
)
folders(
    "use-stall",
    69,
    "silence inside a name",
    do_list=lambda s, r: (
        s.send('* LIST (\\Junk) "/" {4}\r\nSp'),
        s.stall(),
    ),
)

# what larger mails are made of


NO_REPORT = (
    b"From: someone@sender.example\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
)
TWO_PARTS = (
    '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 90000 9)'
    '("TEXT" "HTML" NIL NIL NIL "7BIT" 9000 9) "MIXED" ("BOUNDARY" "b"))'
)


INSIDE = (
    '("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 90000 '
    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
)
BOUNCE = (
    '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 900 9)' + INSIDE + TWO_PARTS + " 9)"
    ' "MIXED" ("BOUNDARY" "b"))'
)


def parts(
    name, code, note, *lines, more=b"", at="BODYSTRUCTURE", made_of=TWO_PARTS, **overrides
):
    """A server that says this when mails that it says are large are looked at."""

    def fetch_sizes(self, uids):
        for uid in uids:
            self.size(uid, 100000)
        self.ok()

    def fetch_bodies(self, uids, items):
        if at in items:
            for line in lines:
                self.send(line)
            if more:
                self.flood(more)
            self.ok()
        elif "HEADER.FIELDS" in items:
            for uid in uids:
                self.body(uid, items, NO_REPORT)
            self.ok()
        elif "BODYSTRUCTURE" in items:
            for uid in uids:
                self.line(
                    "* %d FETCH (UID %d BODYSTRUCTURE %s)"
                    % (self.number(uid), uid, made_of)
                )
            self.ok()
        else:
            Session.fetch_bodies(self, uids, items)

    overrides.setdefault("fetch_bodies", fetch_bodies)
    simple(name, code, note, fetch_sizes=fetch_sizes, **overrides)


STRUCTURE = "* 1 FETCH (UID 11 BODYSTRUCTURE "

parts("parts-untold", 0, "nothing is told")
parts(
    "parts-unasked",
    0,
    "a keyword with brackets that nobody asked for",
    "* 1 FETCH (UID 11 FLAGS (\\Seen OIB-[Gmail]/Important)))\r\n",
    STRUCTURE + TWO_PARTS + ")\r\n",
)
parts("parts-brackets", 0, "25,000 brackets", STRUCTURE + "(" * 25000 + "\r\n")
parts("parts-long-line", 0, "a line of 1 MB", STRUCTURE + "x" * 1000000 + "\r\n")
parts("parts-mails", 0, "mails in mails", STRUCTURE + "(" + INSIDE * 3000 + "\r\n")
parts("parts-mail-cut", 0, "a mail is cut", STRUCTURE + "(" + INSIDE + ")\r\n")
parts("parts-brace", 0, "a brace in a name", STRUCTURE + '("{5} x" {6)\r\n')
parts(
    "parts-many-literals",
    0,
    "literals where a line is cut",
    STRUCTURE + "".join('"%s" {4}\r\n1 OK' % ("x" * n) for n in range(300)),
    ")\r\n",
)
parts("parts-endless-line", 76, "a line without end", STRUCTURE, more=b"(a ")
parts("parts-flood", 76, "answers without end", more=b"* 1 FETCH (UID 11)\r\n")
parts("parts-literal-4gb", 76, "4 GB", STRUCTURE + '("A" {4000000000}\r\n')
parts("parts-nul", 0, "a NUL", STRUCTURE + '("A\0")\r\n')
parts("parts-wrong-tag", 76, "another tag", "A999 OK done\r\n")
parts(
    "parts-stall",
    69,
    "silence inside a literal",
    fetch_bodies=lambda s, u, i: (s.send(STRUCTURE + "{9}\r\nab"), s.stall()),
)
parts(
    "parts-reset",
    69,
    "reset inside a literal",
    fetch_bodies=lambda s, u, i: (s.send(STRUCTURE + "{9}\r\nab"), s.reset()),
)


FIELDS = "* 1 FETCH (UID 11 BODY[HEADER.FIELDS (SUBJECT)] "
FRONT = "* 1 FETCH (UID 11 BODY[1]<0> "
INNER = "* 1 FETCH (UID 11 BODY[2.HEADER.FIELDS (SUBJECT)] "


def told(prefix, at, begin, made_of=TWO_PARTS):
    """The same of what is asked for before the structure, and after it."""

    def one(name, code, note, *lines, more=b""):
        parts(prefix + name, code, note, *lines, more=more, at=at, made_of=made_of)

    one("-untold", 0, "nothing is told")
    one("-nil", 0, "NIL", begin + "NIL)\r\n")
    one("-nul", 0, "a NUL", begin + '"\0")\r\n')
    one("-long", 0, "200 KB", begin + "{200000}\r\n" + "x" * 200000 + ")\r\n")
    one("-flood", 76, "answers without end", more=b"* 1 FETCH (UID 11)\r\n")
    one("-again", 76, "told without end", more=(begin + '"' + "x" * 500 + '")\r\n').encode())
    one("-endless", 76, "a line without end", begin, more=b"(a ")
    one("-4gb", 76, "4 GB", begin + "{4000000000}\r\n")
    one("-wrong-tag", 76, "another tag", "A999 OK done\r\n")


told("fields", "HEADER.FIELDS", FIELDS)
parts(
    "fields-date-nil",
    0,
    "no date beside the fields",
    FIELDS + '"From: a@b.example" INTERNALDATE NIL)\r\n',
    at="HEADER.FIELDS",
)
told("fronts", "BODY.PEEK[1]", FRONT)
told("inner", "2.HEADER.FIELDS", INNER, made_of=BOUNCE)


class PartsRefused(Session):
    """A server that does not let itself be asked for something of large mails."""

    refused = ""

    def fetch_sizes(self, uids):
        for uid in uids:
            self.size(uid, 100000)
        self.ok()

    def fetch_bodies(self, uids, items):
        if self.refused in items:
            self.bad("too hard")
        elif "HEADER.FIELDS" in items:
            for uid in uids:
                self.body(uid, items, NO_REPORT)
            self.ok()
        else:
            Session.fetch_bodies(self, uids, items)


@scenario("parts-refused", 0, "structures are refused")
class StructuresRefused(PartsRefused):
    refused = "BODYSTRUCTURE"


@scenario("fields-refused", 0, "fields are refused")
class FieldsRefused(PartsRefused):
    refused = "HEADER.FIELDS"


# what is done with mails afterwards


def acting(name, code, note, options="after_import = move:Spam", **overrides):
    """A server without MOVE that is asked to move three mails."""
    simple(name, code, note, options=options, **overrides)


acting("act-copy-refused", 77, "no COPY", do_status=lambda s, r: s.no("no"))
acting(
    "act-status-flood",
    76,
    "STATUS without end",
    do_status=lambda s, r: s.flood(b"* STATUS Spam (UIDNEXT 1)\r\n"),
)
acting(
    "act-status-literal-4gb",
    76,
    "a name of 4 GB in STATUS",
    do_status=lambda s, r: s.send("* STATUS {4000000000}\r\n"),
)
acting(
    "act-status-odd",
    77,
    "STATUS that makes no sense",
    do_status=lambda s, r: (
        s.line("* STATUS"),
        s.line("* STATUS Spam ("),
        s.line("* STATUS Spam (UIDNEXT"),
        s.line("* STATUS Spam (UIDNEXT -1 UIDVALIDITY)"),
        s.line("* STATUS Spam (UIDNEXT 99999999999999999999)"),
        s.line("* STATUS {8}\r\n1 OK yes (UIDNEXT)"),
        s.ok(),
    ),
)
acting(
    "act-status-stall",
    69,
    "silence inside a name",
    do_status=lambda s, r: (s.send("* STATUS {4}\r\nSp"), s.stall()),
)
acting(
    "act-no-flags",
    0,
    "a folder that keeps no flags",
    options="after_import = seen",
    do_select=lambda s, r: (
        s.line("* OK [PERMANENTFLAGS ()] none"),
        Session.do_examine(s, r),
    ),
)
acting(
    "act-flags-endless",
    76,
    "PERMANENTFLAGS without end",
    options="after_import = seen",
    do_select=lambda s, r: (
        s.send("* OK [PERMANENTFLAGS ("),
        s.flood(b"\\Seen "),
    ),
)

# dates


def dates(name, code, note, date):
    """A server that tells the age of its mails like this."""

    def fetch_sizes(self, uids):
        for uid in uids:
            self.line(
                "* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %d)"
                % (self.number(uid), uid, date, len(self.mails[uid]))
            )
        self.ok()

    simple(
        name,
        code,
        note,
        fetch_sizes=fetch_sizes,
        options="import_since = 2026-02-01",
    )


simple("date-missing", 0, "no date", options="import_since = 2026-02-01")
dates("date-old", 0, "all are older", '"31-Jan-2026 12:00:00 +0000"')
dates("date-garbage", 0, "no date at all", '"yesterday"')
dates("date-wrong", 0, "a day that is none", '"99-Jan-2026 12:00:00 +0000"')
dates("date-endless", 0, "a date without end", '"' + "1" * 40000 + '"')

# what is done with them

simple("store-refused", 77, "NO", store=lambda s: s.no("read-only"))
simple("store-stall", 69, "silence", store=lambda s: s.stall())
simple("logout-stall", 0, "silence", do_logout=lambda s, r: s.stall())

# STARTTLS


@scenario("starttls-not-offered", 69, "not offered", tls="starttls")
class StarttlsNotOffered(Session):
    def do_capability(self, _rest):
        self.line("* CAPABILITY " + self.capability)
        self.ok()


simple(
    "starttls-refused",
    69,
    "NO",
    tls="starttls",
    do_starttls=lambda s, r: s.no("no TLS today"),
)
simple(
    "starttls-preauth",
    76,
    "PREAUTH in clear",
    tls="starttls",
    greeting="* PREAUTH welcome",
)


@scenario("starttls-injection", 69, "lines behind the OK", tls="starttls")
class StarttlsInjection(Session):
    def do_starttls(self, _rest):
        self.send("%s OK begin\r\n* CAPABILITY IMAP4rev1\r\n" % self.tag)
        self.begin_tls()


@scenario("starttls-injection-later", 69, "a moment later", tls="starttls")
class StarttlsInjectionLater(Session):
    def do_starttls(self, _rest):
        self.ok("begin")
        self.raw.sendall(b"* CAPABILITY IMAP4rev1\r\n")
        self.begin_tls()


@scenario("starttls-poisoned", 0, "lies in clear are forgotten", tls="starttls")
class StarttlsPoisoned(Session):
    greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready"

    def do_capability(self, rest):
        if self.sock is self.raw:
            self.line("* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS")
            self.ok()
        else:
            Session.do_capability(self, rest)


def make_certificate(folder):
    """A self-signed certificate; two names for what ssl does not remember."""
    cert = os.path.join(folder, "cert.pem")
    key = os.path.join(folder, "key.pem")
    if not os.path.exists(cert):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec"]
            + ["-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
            + ["-subj", "/CN=scripted", "-keyout", key, "-out", cert]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return cert, key


class Context(ssl.SSLContext):
    """A server's context that knows where its certificate came from."""

    cert = key = folder = ""


def serve_one(cls, sock, context, starttls):
    session = cls(sock, context, starttls)
    try:
        session.run()
    except (Hangup, OSError, ValueError, IndexError, KeyError):
        pass
    finally:
        for s in (session.sock, session.raw):
            s.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--dir", help="folder of cert.pem and key.pem")
    parser.add_argument("name", nargs="?", choices=sorted(SCENARIOS))
    args = parser.parse_args()
    if args.list:
        for name, (cls, code, note, tls) in SCENARIOS.items():
            print("\t".join([name, tls, str(code), note, cls.options]))
        return
    if not args.name:
        parser.error("name a scenario, or --list")
    folder = args.dir or tempfile.mkdtemp(prefix="scripted-imap-")
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    context.cert, context.key = make_certificate(folder)
    context.load_cert_chain(context.cert, context.key)
    context.folder = folder
    cls, _code, _note, tls = SCENARIOS[args.name]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1])
    print(folder, flush=True)
    while True:
        sock, _address = listener.accept()
        threading.Thread(
            target=serve_one,
            args=(cls, sock, context, tls == "starttls"),
            daemon=True,
        ).start()


if __name__ == "__main__":
    sys.exit(main())
