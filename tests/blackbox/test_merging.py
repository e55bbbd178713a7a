#!/usr/bin/env python3
"""Copies of a report that contradict each other: which one counts is a function of what is known, whatever came first.

The model here knows nothing of the program: of the copies of an identity (a copy is one content) the one counts that was
decided for last, else the best vouched for, else the first to arrive (unknown: last), else that of the smallest digest.

TLSRUA_SEED (1) is which mails, TLSRUA_ORDERS (4) in how many orders each set of them is read, TLSRUA_STEPS (25) how often
something is read, decided or dropped.
"""
import os
import random
import sys
from datetime import timedelta
from email.utils import format_datetime

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK  # noqa: E402
from lib.signed import NOW, Dkim, mail, report  # noqa: E402

SEED = int(os.environ.get("TLSRUA_SEED", "1"))
ORDERS = int(os.environ.get("TLSRUA_ORDERS", "4"))
STEPS = int(os.environ.get("TLSRUA_STEPS", "25"))
WORDS = {"none": ("dkim-missing", 0), "fail": ("dkim-fail", 0), "pass": ("pass", 4)}
UNKNOWN = "9999"
TABLES = "daily weekly monthly failures problems mx domains senders reports".split()
# numbers of rows, and which of the mails with a copy was read first
OWN = {"problems": ["problem"], "reports": ["id", "source", "message_id"]}


class Copy:
    """What is known of one content of one identity."""

    def __init__(self):
        self.rank, self.word, self.arrival, self.decided = -1, "", UNKNOWN, 0

    def mail(self, word, arrival):
        text, rank = WORDS[word]
        if (-rank, text) < (-self.rank, self.word):  # of words worth the same one stands, whichever was read first
            self.rank, self.word = rank, text
        self.arrival = min(self.arrival, arrival)


class Merging(Dkim):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)

    # -- mails

    def one(self, number):
        """The identity (days ago), the content, who vouches, the arrival, and the path of a mail."""
        r = self.random
        ago, content, word = r.randint(2, 6), r.randint(1, 3), r.choice(["none", "none", "fail", "pass"])
        # minutes repeat, so that some arrive at one time
        when = None if r.random() < 0.2 else NOW - timedelta(minutes=r.randint(1, 12))
        raw = mail(report(ago, good=10 * content, failed=content), number)
        if word != "none":
            raw = self.signer.sign(raw)[0]
        if word == "fail":
            raw = raw.replace(b"A report.", b"A report!")
        if when:
            raw = f"Received: from x by mx.our.example with ESMTPS; {format_datetime(when)}\r\n".encode() + raw
        arrival = when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else UNKNOWN
        return ago, content, word, arrival, self.write(f"{number}.eml", raw)

    def take(self, mails):
        if mails:
            self.imports([m[-1] for m in mails])

    # -- the model

    @staticmethod
    def known(mails):
        copies = {}
        for ago, content, word, arrival, _ in mails:
            copies.setdefault((ago, content), Copy()).mail(word, arrival)
        return copies

    def stored(self):
        """Each copy in the store: its digest and row."""
        today = NOW.date()
        rows = self.query("SELECT julianday(?) - julianday(date), counted_sessions, hex(content), status, dkim, "
                          "ifnull(arrived, received), decided IS NOT NULL, r.id "
                          "FROM reports AS r JOIN messages AS m ON m.id = r.message", str(today))
        return {(round(ago), sessions // 11): (digest, status, dkim, arrival or UNKNOWN, decided, number)
                for ago, sessions, digest, status, dkim, arrival, decided, number in rows}

    def assert_model(self, copies):
        stored = self.stored()
        self.assertEqual(sorted(copies), sorted(stored))
        for ago in {ago for ago, _ in copies}:
            of = {content: c for (a, content), c in copies.items() if a == ago}
            first = min(of, key=lambda x: (-of[x].decided, -of[x].rank, of[x].arrival, stored[ago, x][0]))
            for content, c in of.items():
                self.assertEqual(("counted" if content == first else "conflict", c.word, c.arrival, c.decided > 0),
                                 stored[ago, content][1:5], f"seed {SEED}: {ago} days ago, content {content} of {list(of)}")
        self.assertEqual([], self.query("SELECT id FROM reports WHERE status = 'conflict' EXCEPT "
                                        "SELECT report FROM quarantine"))
        self.expect_silence("-d", self.store, "status", "--verify")

    # -- what people see

    def seen(self):
        out = self.path("out")
        os.makedirs(out, exist_ok=True)
        self.expect(OK, "-d", self.store, "export", "--since", "all", "-o", out)
        return {name: sorted(tuple(v for k, v in row.items() if k not in OWN.get(name, ()))
                             for row in self.table(name, out)) for name in TABLES}

    def test_the_order_of_reading_changes_nothing(self):
        for _ in range(2):
            mails = [self.one(i) for i in range(self.random.randint(5, 40))]
            wanted = None
            for _ in range(ORDERS):
                order = mails[:]
                self.random.shuffle(order)
                cut = self.random.randint(0, len(order))
                self.take(order[:cut])
                self.take(order[cut:])
                self.assert_model(self.known(mails))
                seen = self.seen()
                wanted = wanted or seen
                for name in TABLES:
                    self.assertEqual(wanted[name], seen[name], f"seed {SEED}: {name}")
                for end in ("", "-wal", "-shm"):
                    if os.path.exists(self.store + end):
                        os.unlink(self.store + end)

    def test_decisions_and_drops_between_them(self):
        copies, gone = {}, set()
        for step in range(STEPS):
            stored = self.stored() if os.path.exists(self.store) else {}
            in_conflict = sorted(k for k, row in stored.items() if row[1] == "conflict")
            what = self.random.choice(["mail"] * 6 + ["accept", "accept", "drop", "forget"])
            if what == "mail":
                ago, content, word, arrival, _ = m = self.one(step)
                self.take([m])
                if (ago, content) not in gone:
                    copies.setdefault((ago, content), Copy()).mail(word, arrival)
            elif what == "drop" and stored:
                key = self.random.choice(sorted(stored))
                self.expect(OK, "-d", self.store, "drop", stored[key][-1])
                # with the one that counts go those that contradict it
                lost = {k for k in stored if k == key or (stored[key][1] == "counted" and k[0] == key[0])}
                gone |= lost
                copies = {k: c for k, c in copies.items() if k not in lost}
            elif in_conflict:
                key = self.random.choice(in_conflict)
                entry = self.query("SELECT id FROM quarantine WHERE report = ?", stored[key][-1])[0][0]
                self.expect(OK, "-d", self.store, "quarantine", "accept" if what == "accept" else "drop", entry)
                if what == "accept":
                    copies[key].decided = step + 1
                else:
                    gone.add(key)
                    del copies[key]
            if os.path.exists(self.store):
                self.assert_model(copies)


if __name__ == "__main__":
    tap.main()
