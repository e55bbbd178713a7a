#!/usr/bin/env python3
"""What a store holds, apart from its row numbers and the times of the runs: two stores that hold the same dump alike."""
import hashlib
import sqlite3
import sys

# what a row is known by where another one refers to it, and the columns that refer
IDENTITY = {
    "mailboxes": ("name", "folder"),
    "messages": ("mailbox", "uidvalidity", "uid", "source", "message_id"),
    "reports": ("organization", "report_id", "start", "end", "status", "content"),
    "quarantine": ("sha256", "message", "code"),
    "series": ("domain", "policy_domain", "organization", "reporter_domain", "policy_type", "policy_mode"),
    "senders": ("domain", "organization", "reporter_domain"),
    "problems": ("domain", "receiving_mx_hostname", "result_type"),
}
REFERS = {"mailbox": "mailboxes", "message": "messages", "report": "reports", "quarantine": "quarantine",
          "series": "series", "sender": "senders", "problem": "problems"}
OF_THE_RUN = {"id", "seq", "last_poll", "last_good", "duration", "created", "generation", "decided", "dropped", "at"}
# which files were written, and when; how much the run has fetched; a number that is drawn
OF_THE_DISK = {"exports", "reading", "journal"}


def dump(path):
    """Lines of text, sorted."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    keys = {}

    def plain(value):
        if isinstance(value, bytes):
            return hashlib.sha256(value).hexdigest()[:16] if len(value) > 32 else value.hex()
        return value

    def shown(table, column, value):
        if not isinstance(value, int) or column not in REFERS or table == REFERS[column]:
            return plain(value)
        return keys[REFERS[column]].get(value) if table == "outbox" else keys[REFERS[column]][value]

    for table, columns in IDENTITY.items():
        keys[table] = {r["id"]: tuple(shown(table, c, r[c]) for c in columns)
                       for r in db.execute(f"SELECT * FROM {table}")}
    lines = []
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' "
                                       "AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    for table in sorted(set(tables) - OF_THE_DISK):
        for row in db.execute(f"SELECT * FROM {table}"):
            fields = [f"{c}={shown(table, c, row[c])!r}" for c in row.keys() if c not in OF_THE_RUN]
            lines.append(f"{table}: " + " ".join(fields))
    if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        lines.append("integrity_check fails")
    lines += [f"foreign key broken: {tuple(r)}" for r in db.execute("PRAGMA foreign_key_check")]
    db.close()
    return sorted(lines)


if __name__ == "__main__":
    print("\n".join(dump(sys.argv[1])))
