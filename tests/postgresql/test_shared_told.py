#!/usr/bin/env python3
"""People are told once of what changed in a shared store, from a machine that may only read it: as of a poller's store."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CANTCREAT, OK, UNAVAILABLE  # noqa: E402
from lib.shared_store import SHARED, ReadStore  # noqa: E402

TELL = """#!/bin/sh
test ! -e '{dir}/refuse' || exit 9
echo "$TLSRUA_CHANGE $TLSRUA_DOMAINS $TLSRUA_MX $TLSRUA_RESULT_TYPE" >>'{dir}/told'
cat >/dev/null
"""


class SharedTold(ReadStore):
    def setUp(self):
        super().setUp()
        self.write("tell", TELL.format(dir=self.dir), 0o755)
        self.conf = self.config(store=self.poller.store, export=False, extra=f"[notify]\ncommand = {self.path('tell')}\n")

    def run_on(self, source, *args, status=OK):
        return self.expect(status, "-c", self.conf, "-d", source, *args, env=self.pg.env).out

    def changes(self, source, *options):
        """What `summary --changes` says of problems; their numbers are each store's own."""
        told = self.run_on(source, "summary", "--changes", "--json", *options)
        return sorted((kind, p["domain"], p["receiving_mx_hostname"], p["result_type"])
                      for kind, items in (json.loads(told) if told else {}).items()
                      for item in items for p in item.values() if "result_type" in p)

    def notify(self, source, status=OK):
        self.run_on(source, "notify", status=status)
        if not os.path.exists(self.path("told")):
            return []
        told = sorted(self.read("told").decode().splitlines())
        os.unlink(self.path("told"))
        return told

    def told_store(self):
        return self.poller.store + ".told-read"

    def test_changes_are_told_once(self):
        seen = []
        for seed, days in ((1, 20), (2, 4), (3, 1)):
            self.poller.take(self.reports(25, seed=seed, days=days))
            self.poller.ship()
            if seed == 1:
                self.assertEqual(self.changes(SHARED, "-n"), self.changes(SHARED, "-n"))
                self.assertFalse(os.path.exists(self.told_store()))
            here, there = self.changes(self.poller.store), self.changes(SHARED)
            self.assertEqual(here, there)
            self.assertEqual([], self.changes(SHARED))
            seen += there
        self.assertLessEqual({"new", "worse"}, {kind for kind, *_ in seen})

    def test_the_command_is_told_once(self):
        seen = []
        for seed, days in ((1, 20), (2, 4)):  # less than twenty causes: which of more are told one by one goes by numbers
            self.poller.take(self.reports(9, seed=seed, days=days, domains=4))
            self.poller.ship()
            here, there = self.notify(self.poller.store), self.notify(SHARED)
            self.assertEqual(here, there)
            self.assertEqual([], self.notify(SHARED))
            seen += there
        self.assertLessEqual({"new", "cured"}, {line.split()[0] for line in seen})

    def test_what_was_not_told_is_told_later(self):
        """The command fails, or the server is away; a muted problem is told to nobody."""
        self.poller.take(self.reports(25))
        self.poller.ship()
        self.write("refuse", "")
        self.assertEqual([], self.notify(SHARED, status=CANTCREAT))
        os.unlink(self.path("refuse"))
        self.pg.service("gone", user="reader", port=1)
        self.run_on("postgresql:gone", "notify", status=UNAVAILABLE)
        number, domain, mx = self.pg.sql("SELECT id, domain, receiving_mx_hostname FROM tlsrua.problems ORDER BY id")[0]
        self.run_on("postgresql:admin", "mute", str(number), "--until", "2099-01-01", "--note", "known")
        told = self.notify(SHARED)
        self.assertTrue(told)
        self.assertNotIn(f"{domain} {mx}", "".join(told))
        self.assertIn(f"{domain} {mx}", "".join(self.notify(self.poller.store)))

    def test_what_is_remembered_is_apart(self):
        """For each service, beside the configuration's store, which is left alone; nothing replaces it."""
        self.poller.take(self.reports(10))
        self.poller.ship()
        uri = f"postgresql://reader@/tlsrua?host={self.pg.dir}&port={self.pg.port}"
        first = self.changes(SHARED)
        self.assertTrue(first)
        self.assertEqual(first, self.changes(uri))
        self.assertEqual([(0,)], self.query("SELECT count(*) FROM told", store=self.poller.store))
        names = [name for name in os.listdir(self.dir) if ".told-" in name and not name.endswith(("-wal", "-shm", ".lock"))]
        self.assertEqual(2, len(names), names)
        self.assertIn("one.db.told-read", names)
        self.assertEqual(0o600, os.stat(self.told_store()).st_mode & 0o777)
        before = self.read("one.db.told-read")
        self.assertIn("not replaced", self.expect(CANTCREAT, "-c", self.conf, "-d", SHARED, "html", "-o",
                                                  self.told_store(), env=self.pg.env).err)
        self.assertEqual(before, self.read("one.db.told-read"))


if __name__ == "__main__":
    tap.main()
