#!/usr/bin/env python3
"""Make report mails, the same for the same seed, and the figures that they must come to.

The figures (counts.json, daily.csv, failures.csv) are counted from what the senders meant, not from the mails.
"""
import argparse
import os
import sys
from datetime import date

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import corpus  # noqa: E402


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mails", type=int, default=10000, metavar="N")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--days", type=int, default=60)
    p.add_argument("--first-day", type=date.fromisoformat, default=date(2026, 9, 1), metavar="DATE")
    p.add_argument("--size", type=int, default=4400, metavar="BYTES", help="of a mail, about; 0: as small as it gets")
    for name, share in (("failing", 0.10), ("duplicates", 0.02), ("broken", 0.02), ("other", 0.02),
                        ("conflicts", 0.0)):
        p.add_argument(f"--{name}", type=float, default=share, metavar="SHARE")
    p.add_argument("--maildir", metavar="DIR")
    p.add_argument("--mbox", metavar="FILE")
    p.add_argument("--folder", metavar="DIR", help="one .eml file a mail")
    p.add_argument("--crlf", action="store_true", help="CR LF line ends in the .eml files")
    p.add_argument("--expect", metavar="DIR", help="where the expected figures go")
    a = p.parse_args()
    c = corpus.build(a.mails, a.seed, a.days, a.failing, a.duplicates, a.broken, a.other, a.conflicts, a.first_day,
                     a.size)
    if a.maildir:
        corpus.write_maildir(a.maildir, c.mails)
    if a.mbox:
        corpus.write_mbox(a.mbox, c.mails)
    if a.folder:
        corpus.write_folder(a.folder, c.mails, a.crlf)
    if a.expect:
        corpus.write_expected(a.expect, c)
    total = sum(len(m.raw) for m in c.mails)
    print(f"{len(c.mails)} mails, {total} bytes: " +
          ", ".join(f"{k} {v}" for k, v in c.counts.items() if k != "messages"))


if __name__ == "__main__":
    main()
