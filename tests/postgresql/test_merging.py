#!/usr/bin/env python3
"""What is stored is a function of what the journals say, whatever the order in which they say it.

Four journals change at random: reports come in contents that contradict each other, are vouched for better, arrive
earlier, are decided for and dropped.  All ship at the same time, some are killed, their positions are set back, and
somebody drops copies in the shared store itself.  SHIP_ROUNDS says how many histories are tried (1).
"""
import concurrent.futures
import hashlib
import os
import random
import sqlite3
import struct
import sys
import time
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.shared_store import Poller, SharedStore, kill  # noqa: E402

ROUNDS = int(os.environ.get("SHIP_ROUNDS", "1"))
WORDS = {0: ("", "dkim-none"), 1: ("waiting",), 2: ("host",), 3: ("provider",), 4: ("pass",)}
START = datetime(2026, 10, 1, tzinfo=timezone.utc)


def when(seconds):
    return None if seconds is None else (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(i):
    return START + timedelta(days=i % 5)


def identity(i):
    key = b""
    for part in ("Sender", f"report {i}", day_of(i).strftime("%Y-%m-%dT00:00:00Z"),
                 day_of(i).strftime("%Y-%m-%dT23:59:59Z")):
        key += struct.pack(">I", len(part)) + part.encode()
    return hashlib.sha256(key).digest()[:16]


def content(i, x):
    return hashlib.sha256(f"{i} {x}".encode()).digest()


class Copy:
    """What a journal, or all of them, know of a content of a report."""

    def __init__(self, verdict=(0, "", ""), arrived=None, decided=None):
        self.verdict, self.arrived, self.decided = verdict, arrived, decided

    def join(self, other):
        self.verdict = min(self.verdict, other.verdict, key=lambda v: (-v[0], v[1] == "", v[1:]))
        self.arrived = min((a for a in (self.arrived, other.arrived) if a is not None), default=None)
        self.decided = max((d for d in (self.decided, other.decided) if d is not None), default=None)


class Journal:
    """A poller's store, written row by row."""

    def __init__(self, poller, rng, identities):
        self.poller, self.rng, self.identities = poller, rng, identities
        poller.take([])
        self.copies, self.numbers, self.dropped = {}, {}, set()

    def some_verdict(self):
        rank = self.rng.choice((0, 0, 1, 2, 3, 4))
        word = self.rng.choice(WORDS[rank])
        return rank, word, self.rng.choice(("a.example", "b.example")) if rank > 1 else ""

    def tell(self, db, what, i, x, number):
        db.execute("INSERT INTO outbox (what, report, identity, content, date) VALUES (?, ?, ?, ?, ?)",
                   (what, number, identity(i), content(i, x),
                    day_of(i).strftime("%Y-%m-%d") if what == "drop" else None))

    def add(self, db, i, x):
        number = max(self.numbers.values(), default=0) + 1
        self.numbers[i, x], self.copies[i, x] = number, Copy()
        day = day_of(i).strftime("%Y-%m-%d")
        db.execute("INSERT OR IGNORE INTO messages (id, uidvalidity, uid, source, size, sender, subject, message_id,"
                   " report_domain, report_submitter, verdict) VALUES (1, 0, 0, 'x', 1, '', '', '', '', '', 'imported')")
        db.execute("INSERT INTO reports (id, message, organization, report_id, start, end, date, status, content, body,"
                   " reporter_domain, contact, domain, policy_domains, policy_types, counted_sessions, counted_failed,"
                   " warnings) VALUES (?, 1, 'Sender', ?, ?, ?, ?, 'conflict', ?, 0, '', '', 'd.example', '', '', 0, 0,"
                   " '')", (number, f"report {i}", day + "T00:00:00Z", day + "T23:59:59Z", day, content(i, x)))
        db.execute("INSERT INTO policies VALUES (?, 0, ?, 1, 0, 'd.example', 'd.example', 'Sender', '', 'sts', '',"
                   " ?, 1, ?, 1, '', '')", (number, day, 1000 * i + x, 1000 * i + x))
        db.execute("INSERT INTO failures VALUES (?, 0, 0, ?, 'certificate-expired', 'ours', 'mx', '', '', '', '', '',"
                   " 1)", (number, day))

    def change(self):
        i, x = self.rng.randrange(self.identities), self.rng.choice((1, 1, 1, 1, 2, 3))
        db = sqlite3.connect(self.poller.store, timeout=HANG)
        db.execute("PRAGMA synchronous = OFF")
        with db:
            if (i, x) in self.copies and self.rng.random() < 0.03:
                self.tell(db, "drop", i, x, None)
                db.execute("DELETE FROM reports WHERE id = ?", (self.numbers.pop((i, x)),))
                db.execute("DELETE FROM policies WHERE report NOT IN (SELECT id FROM reports)")
                db.execute("DELETE FROM failures WHERE report NOT IN (SELECT id FROM reports)")
                del self.copies[i, x]
                self.dropped.add((i, x))
            elif (i, x) not in self.dropped:
                if (i, x) not in self.copies:
                    self.add(db, i, x)
                news = Copy(self.some_verdict(), self.rng.choice((None, self.rng.randrange(100000))),
                            self.rng.randrange(100000) if self.rng.random() < 0.03 else None)
                copy, number = self.copies[i, x], self.numbers[i, x]
                copy.join(news)
                db.execute("UPDATE reports SET dkim = ?, dkim_domain = ?, arrived = ?, decided = ? WHERE id = ?",
                           (*copy.verdict[1:], when(copy.arrived), when(copy.decided), number))
                self.tell(db, "decide" if news.decided is not None else "report", i, x, number)
        db.close()


def wanted(journals, dropped):
    """The rows of the shared store, by what the journals say and nothing else."""
    known, gone = {}, set(dropped).union(*(j.dropped for j in journals))
    for journal in journals:
        for key, copy in journal.copies.items():
            known.setdefault(key, Copy(copy.verdict)).join(copy)
    rows, by = [], {}
    for (i, x), copy in known.items():
        if (i, x) not in gone:
            by.setdefault(i, []).append((
                -(copy.decided if copy.decided is not None else -1), -copy.verdict[0],
                copy.arrived if copy.arrived is not None else 1 << 60, content(i, x), x, copy))
    for i, copies in by.items():
        best = min(copies, key=lambda c: c[:4])
        for c in copies:
            x, copy = c[4:]
            counts = "t" if c is best else "f"
            verified = "t" if copy.verdict[0] >= 2 else "f"
            rows.append((f"report {i}", content(i, x).hex(), "counted" if c is best else "conflict",
                         str(copy.verdict[0]), *copy.verdict[1:], when(copy.arrived) or "", when(copy.decided) or "",
                         str(1000 * i + x), counts, verified, counts, verified))
    return sorted(rows)


STORED = """SELECT r.report_id, encode(r.content, 'hex'), r.status, r.vouched, r.dkim, r.dkim_domain,
    coalesce(to_char(r.received AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
    coalesce(to_char(r.decided AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
    p.successful_sessions, p.counted, p.verified, f.counted, f.verified
FROM tlsrua.reports AS r FULL JOIN tlsrua.policies AS p ON p.date = r.date AND p.report = r.id
    FULL JOIN tlsrua.failures AS f ON f.date = r.date AND f.report = r.id"""


class Merging(SharedStore):
    def operate(self, rng, identities, number):
        gone = []
        for _ in range(number):
            time.sleep(rng.random() * 0.1)
            i, x = rng.randrange(identities), rng.randrange(1, 4)
            self.pg.sql(f"SELECT tlsrua.drop_copies(NULL, ARRAY['{day_of(i):%Y-%m-%d}'::date],"
                        f" ARRAY['{identity(i).hex()}'::uuid], ARRAY['\\x{content(i, x).hex()}'::bytea])")
            gone.append((i, x))
        return gone

    def ship(self, journal, disturbed):
        process = journal.poller.start()
        if disturbed and journal.rng.random() < 0.3:
            time.sleep(journal.rng.random() * 0.08)
            kill(process)
        return process.wait(HANG)

    def history(self, seed):
        rng = random.Random(seed)
        identities = (10, 60, 3)[seed % 3]
        journals = [Journal(Poller(self, f"{seed}-{j}"), random.Random(4 * seed + j), identities) for j in range(4)]
        dropped = []
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            for turn in range(8):
                for journal in journals:
                    for _ in range(rng.randrange(5, 60)):
                        journal.change()
                working = [pool.submit(self.ship, j, turn % 2 == 0) for j in journals]
                working.append(pool.submit(self.operate, rng, identities, 2))
                *codes, gone = [w.result() for w in working]
                dropped += gone
                self.assertLessEqual(set(codes), {0, -9}, "nobody is ever in another's way for good")
                if rng.random() < 0.5:
                    self.pg.sql("UPDATE tlsrua.journals SET mark = NULL, position = floor(random() * position)"
                                f" WHERE name = '{seed}-{rng.randrange(4)}'")
            self.assertEqual([0] * 4, list(pool.map(lambda j: self.ship(j, False), journals)))
        self.assertEqual(wanted(journals, dropped), sorted(self.pg.sql(STORED)), f"seed {seed}")
        stored = self.content()
        for journal in rng.sample(journals, 4):
            journal.poller.ship("--again")
        self.assertEqual(stored, self.content(), f"seed {seed}")

    def test_a_new_poller_waits_for_a_drop(self):
        """Else what it ships meanwhile would stay, for neither sees what the other did."""
        poller = Poller(self, "new")
        poller.take(self.reports(1))
        first = Poller(self, "first")
        first.take(self.reports(1))
        first.ship()
        (day, key, content), = self.pg.sql("SELECT date, identity, content FROM tlsrua.reports")
        self.empty()
        drop = (f"BEGIN; SELECT tlsrua.drop_copies(NULL, ARRAY['{day}'::date], ARRAY['{key}'::uuid],"
                f" ARRAY['{content}'::bytea]); SELECT pg_sleep(1.5); COMMIT")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            dropped = pool.submit(self.pg.sql, drop)
            while self.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "0":
                time.sleep(0.01)
            poller.ship()
            dropped.result()
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.assertEqual("1", self.value("SELECT count(*) FROM tlsrua.dropped"))

    def test_what_is_stored_is_what_the_journals_say(self):
        for seed in range(ROUNDS):
            self.empty()
            self.history(seed)


if __name__ == "__main__":
    tap.main()
