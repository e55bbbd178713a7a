#!/usr/bin/env python3
"""However a mail comes in, what is stored of it is the same: polled, in pieces, imported from any kind of file."""
import base64
import contextlib
import gzip
import os
import re
import sqlite3
import sys
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import FIXTURES, OK, TOP, Scene, mailbox  # noqa: E402
from lib.proxy import chopping  # noqa: E402

SHARED = os.environ.get("TLSRUA_SHARED", os.path.join(TOP, "..", "shared"))
USER = "reports@example.org"
PARTS = [f"part{i}@example.org" for i in range(4)]
ARRIVAL = datetime(2026, 11, 20, 6, tzinfo=timezone.utc)
RECEIVED = ARRIVAL.strftime("Received: from a by b; %a, %d %b %Y %H:%M:%S +0000\n").encode()

# where a mail came from, when, and by which row number
OF_THE_WAY = {"mailboxes": None, "exports": None, "totals": None, "reading": None, "journal": None,
              "messages": {"mailbox", "uidvalidity", "uid", "source", "size", "received"},
              "quarantine": {"created"}}


def files(*folder, ends=""):
    """The content of all files below a folder, in order."""
    for path, folders, names in os.walk(os.path.join(*folder)):
        folders.sort()
        for name in sorted(names):
            if name.endswith(ends):
                with open(os.path.join(path, name), "rb") as f:
                    yield f.read()


def attached(content, kind):
    return (b"From: tls@sender.example\nTLS-Report-Domain: alder.example\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\n"
            b"Content-Type: application/tlsrpt+" + kind + b"\nContent-Transfer-Encoding: base64\n\n" +
            base64.encodebytes(content) + b"--b--\n")


def everything():
    """Each fixture, sample and seed of a fuzz target as a mail."""
    yield from files(FIXTURES, "valid", ends=".eml")
    yield from files(FIXTURES, "hostile", ends=".eml")
    yield from files(SHARED, "samples", ends=".eml")
    yield from files(TOP, "tests", "fuzz", "corpus", "mime")
    for text in (*files(FIXTURES, "vectors", ends=".json"), *files(SHARED, "samples", ends=".json")):
        yield attached(text, b"json")
    for text in files(TOP, "tests", "fuzz", "corpus", "report"):
        yield attached(gzip.compress(text, mtime=0), b"gzip")
    for packed in files(TOP, "tests", "fuzz", "corpus", "unpack"):
        yield attached(packed, b"gzip")


def is_plain(raw):
    """Whether all ways carry it unharmed: a file is known as a mail by its first line, an IMAP server sends no NUL."""
    return re.match(rb"[A-Za-z][A-Za-z-]*:", raw) and b"\0" not in raw


def mails():
    result = [corpus.Mail(RECEIVED + raw.replace(b"\r\n", b"\n"), ARRIVAL, "") for raw in everything() if is_plain(raw)]
    result += corpus.build(300, seed=5, conflicts=0.02, broken=0.1, other=0.05).mails
    for mail in result:
        mail.raw = mail.raw.replace(b"\n", b"\r\n")  # what is kept of them is as it came
    return sorted(result, key=lambda m: m.stamp)


def content(path):
    """Lines of all that is stored, but for the ways it came."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        lines = []
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
            left_out = OF_THE_WAY.get(table, set())
            if left_out is not None:
                lines += [f"{table}: " + " ".join(f"{k}={row[k]!r}" for k in row.keys() if k not in left_out)
                          for row in db.execute(f"SELECT * FROM {table}")]
    return sorted(lines)


class Ways(Scene):
    @classmethod
    def setUpClass(cls):
        cls.mails = mails()
        cls.server = Dovecot({USER: cls.mails})
        apart = corpus.build(400, seed=6, duplicates=0, broken=0.05).mails
        for i, user in enumerate(PARTS):
            cls.server.add_user(user, apart[i::len(PARTS)])

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.polled = self.poll("polled")
        self.assertGreater(len(self.polled), 3 * len(self.mails))

    def poll(self, name, **options):
        config = self.config(mailbox(self.server, USER, **options), store=self.path(name), export=False,
                             name=name + ".conf")
        self.expect(OK, "-c", config, "-q", "poll")
        return content(self.path(name))

    def assert_same(self, wanted, got):
        if wanted != got:
            missing, extra = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
            self.fail(f"{len(missing)} rows missing, such as\n" + "\n".join(m[:600] for m in missing[:5]) +
                      f"\n{len(extra)} too many, such as\n" + "\n".join(e[:600] for e in extra[:5]))

    def test_import_of_the_same_mails(self):
        corpus.write_maildir(self.path("maildir"), self.mails)
        corpus.write_folder(self.path("folder"), self.mails)
        corpus.write_mbox(self.path("mbox"), self.mails)
        for way in ("maildir", "folder", "mbox"):
            with self.subTest(way):
                self.run_it("-d", self.path(way + ".db"), "-q", "import", "--dkim", "off", self.path(way))
                self.assert_same(self.polled, content(self.path(way + ".db")))

    def test_answers_in_pieces_of_any_size(self):
        for tls, port, more in (("none", self.server.plain_port, {"ca_file": None}),
                                ("starttls", self.server.plain_port, {}), ("implicit", self.server.tls_port, {})):
            with self.subTest(tls), chopping(port, 8460) as proxy:
                self.assert_same(self.polled, self.poll("pieces-" + tls, tls=tls, port=proxy.port, **more))

    def test_mailboxes_side_by_side(self):
        dumps = []
        for parallel in (1, 4):
            name = f"parallel-{parallel}"
            boxes = [mailbox(self.server, user, name=user.partition("@")[0]) for user in PARTS]
            config = self.config(*boxes, store=self.path(name), export=False, extra=f"[poll]\nparallel = {parallel}\n",
                                 name=name + ".conf")
            self.expect(OK, "-c", config, "-q", "poll")
            dumps.append(dump(self.path(name)))
        self.assert_same(*dumps)


if __name__ == "__main__":
    tap.main()
