#!/usr/bin/env python3
"""Polls of 300 mails with actions that are killed, or cut off from the server, at any moment; against Dovecot.

CRASH_MOMENTS says how many kills there are in all, half of them at calls that write, and half at random times; CRASH_CUTS
how many cuts (0: one every 4 KB).  The defaults are a sample.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.crashes import Crashes  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import Scene  # noqa: E402


class OnDovecot(Crashes, Scene):
    kind = Dovecot
    mails = 300
    kills = int(os.environ.get("CRASH_MOMENTS", "24"))
    cuts = int(os.environ.get("CRASH_CUTS", "8"))


if __name__ == "__main__":
    tap.main()
