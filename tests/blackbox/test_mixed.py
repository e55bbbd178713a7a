#!/usr/bin/env python3
"""A mailbox with other mail in it: what is read follows the reports, and nothing is missed; a real Dovecot."""
import base64
import contextlib
import glob
import gzip
import json
import os
import pty
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import bounces, corpus, mixed, tap  # noqa: E402
from lib.program import BINARY, FIXTURES, OK, TOP, environment, mailbox  # noqa: E402
from lib.proxy import Far  # noqa: E402
from lib.served import Served  # noqa: E402

SHARED = os.environ.get("TLSRUA_SHARED", os.path.join(TOP, "..", "shared"))
WHEN = datetime(2026, 9, 20, 6, tzinfo=timezone.utc)
ALL, NONE = 10000, 0  # of 10,000 mails
KB = 1024
MOST = 1536  # bytes that a mail without a report may cost
MOST_WITH_MAIL = 2048  # with a mail in it, whose envelope the server tells with the structure


PADDING = ("X-Padding: " + "x" * 700 + "\n") * 4  # with that a mail is looked at wherever not most are reports


def in_a_mail(text, number, way):
    """A report's text in a mail that says so, or says nothing."""
    typed, named, inline = way == 0, way == 1, way == 2
    head = (f"{PADDING}From: tls@sender.example\nSubject: Report {number}\nMessage-ID: <{number}.{way}@sender.example>\n"
            "MIME-Version: 1.0\n")
    if inline:
        return (head + "Content-Type: text/plain\n\n").encode() + text
    body = base64.encodebytes(gzip.compress(text, mtime=0)).decode()
    media = "application/tlsrpt+gzip" if typed else "application/octet-stream; name=\"a!b!1!2.json.gz\"" if named else \
        "application/gzip"
    kind = "report; report-type=tlsrpt" if typed else "mixed"
    return (f"{head}Content-Type: multipart/{kind}; boundary=\"=_x y\"\n\n--=_x y\n\nText.\n--=_x y\nContent-Type: {media}\n"
            f"Content-Transfer-Encoding: base64\n\n{body}--=_x y--\n").encode()


def odd_mails():
    """Every mail that the tests know, valid or not, as it is and larger, and each report text in four ways."""
    paths = sorted(glob.glob(os.path.join(FIXTURES, "valid", "*.eml")) +
                   glob.glob(os.path.join(FIXTURES, "hostile", "*.eml")) +
                   glob.glob(os.path.join(SHARED, "samples", "**", "*.eml"), recursive=True) +
                   glob.glob(os.path.join(SHARED, "cases", "files", "*.eml")))
    texts = sorted(glob.glob(os.path.join(FIXTURES, "vectors", "*.json")) +
                   glob.glob(os.path.join(SHARED, "vectors", "*.json")) +
                   glob.glob(os.path.join(SHARED, "samples", "**", "*.json"), recursive=True))
    for path in paths:
        with open(path, "rb") as f:
            raw = f.read()
        yield raw
        yield PADDING.encode() + raw
    for number, path in enumerate(texts):
        with open(path, "rb") as f:
            text = f.read()
        for way in range(4):
            yield in_a_mail(text, number, way)


class Mixed(Served):
    def known(self, user, share):
        """A store that knows the share of reports in that mailbox, which is still empty."""
        self.poll(user)
        db = sqlite3.connect(self.store)
        db.execute("UPDATE reading SET report_share = ?", (share,))
        db.commit()
        db.close()

    def far_poll(self, user, extra=""):
        """The result, with what it cost."""
        with Far(self.server.tls_port) as proxy:
            result = self.expect(OK, "-c", self.config(mailbox(self.server, user, port=proxy.port), extra=extra), "poll",
                                 "--json")
            return result, proxy.received, proxy.turns


class Costs(Mixed):
    def test_a_mail_that_is_no_report_costs_little(self):
        reports = corpus.build(12, seed=4, other=0, broken=0, duplicates=0).mails
        for others, most in ((mixed.letters(800), MOST), (mixed.dmarcs(800), MOST),
                             (bounces.bounces(mixed.letters(800)), MOST_WITH_MAIL)):
            with self.subTest(others[0].raw.split(b"\n")[0]):
                user = self.user(mixed.among(reports, others))
                result, received, turns = self.far_poll(user)
                self.assert_counts(result, messages=812, imported=12, no_report=800, rejected=0)
                self.assertEqual("", result.err)
                self.assertLess(received - mixed.encoded_size(reports), 800 * most)
                self.assertLess(turns, 20)
                self.assertEqual([(12 * 10000 // 812,)], self.query("SELECT report_share FROM reading"))
                self.assert_counts(self.far_poll(user)[0], messages=0)
                os.unlink(self.store)

    def test_reports_alone_are_read_as_they_come(self):
        mails = corpus.build(400, seed=5, other=0, broken=0).mails
        result, received, turns = self.far_poll(self.user(mails))
        self.assert_counts(result, messages=400)
        self.assertLess(received, mixed.encoded_size(mails) + 400 * 230 + 30 * KB)
        self.assertLess(turns, 12)

    def test_the_share_follows_the_mails(self):
        user = self.user()
        self.known(user, ALL)
        reports, others = corpus.build(30, seed=6, other=0, broken=0).mails, mixed.letters(150, seed=2)
        self.server.deliver(user, others)
        self.far_poll(user)
        self.assertEqual([(0,)], self.query("SELECT report_share FROM reading"))
        self.server.deliver(user, mixed.letters(150, seed=3, begin=WHEN))
        _, received, _ = self.far_poll(user)
        self.assertLess(received, 150 * MOST)
        self.server.deliver(user, reports)
        self.far_poll(user)
        self.assertEqual([(3000,)], self.query("SELECT report_share FROM reading"))


class NothingIsMissed(Mixed):
    COLUMNS = "m.uid, m.verdict, m.sender, m.subject, m.message_id, m.received"

    def stored(self, store):
        mails = self.query(f"SELECT {self.COLUMNS} FROM messages AS m ORDER BY m.uid", store=store)
        refused = self.query("SELECT m.uid, q.code, q.filename, q.sha256 FROM quarantine AS q JOIN messages AS m "
                             "ON m.id = q.message ORDER BY 1, 2, 3, 4", store=store)
        reports = self.query("SELECT m.uid, r.organization, r.report_id, r.start, r.content, r.status FROM reports AS r "
                             "JOIN messages AS m ON m.id = r.message ORDER BY 1, 2, 3, 4, 5", store=store)
        return mails, refused, reports

    def assert_same(self, mails):
        """Looking finds what reading whole finds; what is larger than that is looked at in either way."""
        mails = [m for m in mails if len(m.raw) + m.raw.count(b"\n") < 64 * KB]
        user, found, received = self.user(), {}, {}
        for share in (ALL, NONE):
            self.store = self.path(f"{user}-{share}.db")
            self.server.refill(user, [])
            self.known(user, share)
            self.server.deliver(user, mails)
            result, received[share], _ = self.far_poll(user)
            self.assertEqual(len(mails), result.json["messages"], str(result))
            found[share] = self.stored(self.store)
        for whole, looked in zip(found[ALL], found[NONE]):
            self.assertEqual(whole, looked)
        self.assertLess(received[NONE], received[ALL])
        return found[NONE]

    def test_odd_mails_among_letters(self):
        mails = [corpus.Mail(raw, WHEN, "odd") for raw in odd_mails()]
        _, refused, reports = self.assert_same(mixed.among(mails, mixed.letters(len(mails), seed=7, size=6000)))
        self.assertGreater(len(refused), 60)
        self.assertGreater(len(reports), 60)

    def test_what_is_in_a_mail_that_holds_a_mail(self):
        odd = [corpus.Mail(raw, WHEN, "odd") for raw in odd_mails()]
        letters = mixed.letters(len(odd), seed=9, size=6000)
        for ways in bounces.USUAL, bounces.ODD:
            with self.subTest(ways[0].__name__):
                _, refused, reports = self.assert_same(mixed.among(bounces.bounces(odd, ways), bounces.bounces(letters)))
                self.assertGreater(len(refused), 30)
                self.assertGreater(len(reports), 60)

    def test_what_senders_send(self):
        c = corpus.build(300, seed=8, duplicates=0.05, broken=0.2, other=0.3, conflicts=0.05)
        self.assert_same(c.mails)
        self.assertEqual(dict(c.reasons), self.reasons())
        _, refused, reports = self.assert_same(mixed.dmarcs(100, seed=3) +
                                               [m for m in c.mails if m.kind == "report"][:20])
        self.assertEqual((0, 20), (len(refused), len(reports)))


class Budget(Mixed):
    LIMIT = "[limits]\ndownload = 1M\n"

    def set_day(self, day):
        db = sqlite3.connect(self.store)
        db.execute("UPDATE reading SET day = ?", (day,))
        db.commit()
        db.close()

    def test_the_rest_is_read_on_the_next_days(self):
        mails = corpus.build(600, seed=9, other=0, broken=0).mails
        user, left, days = self.user(mails), 600, 0
        while left > 0:
            days += 1
            result, received, _ = self.far_poll(user, self.LIMIT)
            left -= result.json["messages"]
            self.assertLess(received, 1200 * KB)
            if left == 0:
                break
            self.assertRegex(result.err, rf"limits.download \(1.0 MB\) is used up for today: {left} mails \(\d.* [KM]B\) are left")
            self.assertEqual([(0, "")], self.query("SELECT status, error FROM mailboxes"))
            again, received, _ = self.far_poll(user, self.LIMIT)
            self.assertEqual("", again.err)
            self.assert_counts(again, messages=0)
            self.assertLess(received, 20 * KB)
            self.set_day("2026-01-01")
        self.assertGreater(days, 2)
        self.assertEqual([(600,)], self.query("SELECT count(*) FROM messages"))
        self.assertEqual([(600,)], self.query("SELECT uid FROM mailboxes"))

    def test_a_run_reads_one_mail_at_least(self):
        user = self.user(mixed.letters(3))
        result, _, _ = self.far_poll(user, "[limits]\ndownload = 10K\n")
        self.assert_counts(result, messages=1)

    def test_actions_do_not_wait(self):
        mails = corpus.build(400, seed=9, other=0, broken=0).mails
        user = self.user(mails)
        first = self.far_poll(user, self.LIMIT)[0].json["messages"]
        result = self.poll(user, extra=self.LIMIT, after_import="delete")
        self.assert_counts(result, messages=0)
        result = self.poll(user, "--again-actions", "reports", extra=self.LIMIT, after_import="delete")
        self.assertEqual(400 - first, len(self.uids(user)))


class Said(Mixed):
    def on_a_terminal(self, *args):
        """What is said there."""
        own, other = pty.openpty()
        with subprocess.Popen([BINARY, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=other,
                              env=environment()) as process:
            os.close(other)
            text = b""
            with contextlib.suppress(OSError):  # at its end
                while data := os.read(own, 65536):
                    text += data
        os.close(own)
        self.assertEqual(OK, process.returncode, text)
        return text.decode()

    def test_a_first_poll_says_what_it_costs(self):
        reports = corpus.build(10, seed=4, other=0, broken=0).mails
        config = self.config(mailbox(self.server, self.user(mixed.among(reports, mixed.letters(190)))))
        said = self.on_a_terminal("-c", config, "poll")
        self.assertRegex(said, r"reports: INBOX: first poll: 200 mails, 3\.\d MB; about \d+ KB of that will be read, since "
                               r"\d+ % of the mails seem to be reports")
        self.assertIn("A folder of their own", said)
        self.assertIn("import_since", said)
        self.assertNotIn("first poll", self.on_a_terminal("-c", config, "poll"))

    def test_over_how_many_days(self):
        mails = corpus.build(100, seed=4, other=0, broken=0).mails
        config = self.config(mailbox(self.server, self.user(mails)), extra="[limits]\ndownload = 100K\n")
        self.assertRegex(self.on_a_terminal("-c", config, "poll"),
                         r"all of that will be read over [4-6] days \(limits\.download\)")
        self.assertRegex(self.on_a_terminal("-c", config, "poll"), r"is used up for today; polls go on from 00:00 UTC on")

    def test_into_a_pipe_nothing_is_said(self):
        result = self.expect(OK, "-c", self.config(mailbox(self.server, self.user(mixed.letters(120)))), "poll")
        self.assertEqual("", result.err + result.out)

    def test_check_says_the_same(self):
        reports = corpus.build(10, seed=4, other=0, broken=0).mails
        config = self.config(mailbox(self.server, self.user(mixed.among(reports, mixed.letters(190)))))
        result = self.expect(OK, "-c", config, "check", "--mailbox", "--json")
        points = {p["name"]: p for p in json.loads(result.out.splitlines()[0])["points"]}
        self.assertRegex(points["INBOX"]["detail"], r"200 mails, about 3\.\d MB of which a first poll reads about \d+ KB, ")
        self.assertIn("A folder of their own", points["INBOX"]["remedy"])


if __name__ == "__main__":
    tap.main()
