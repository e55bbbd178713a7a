"""The vectors beside the project, when they are there, through the program with its resolver on a server by script."""
import csv
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import nsd, tap  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import OK, TOP, Scene  # noqa: E402

VECTORS = os.path.join(TOP, "..", "shared", "dkim", "vectors")
WORDS = {"pass": "pass", "pending": "waiting"}


def rows(path):
    with open(path, encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


class Vectors:
    """What the program says of each, with a DNS server as self.dns."""

    def shown(self, path, arrival, **reports):
        conf = self.write("conf", f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\n[reports]\n" +
                          "".join(f"{k} = {v}\n" for k, v in reports.items()))
        args = ["-c", conf, "show", "--json", path]
        if arrival != "-":
            args[3:3] = ["--arrival", arrival]
        return json.loads(self.expect(OK, *args).out)

    def test_each_mail_comes_to_its_verdict(self):
        for row in rows(os.path.join(VECTORS, "EXPECT.tsv")):
            with self.subTest(row["file"]):
                got = self.shown(os.path.join(VECTORS, row["file"]), row["arrival"])
                want = WORDS.get(row["verdict"], row["code"])
                self.assertEqual((want, row["dkim_domain"].replace("-", "") if row["dkim_domain"] == "-" else
                                  row["dkim_domain"]), (got["dkim"]["verdict"], got["dkim"]["domain"]))
                warnings = [] if row["warnings"] == "-" else row["warnings"].split()
                self.assertEqual(warnings, [c for c in got["codes"] if c.startswith(("dkim-", "headers-"))])

    def test_a_provider_is_believed_where_it_may_be(self):
        folder = os.path.join(VECTORS, "authres")
        for row in rows(os.path.join(folder, "EXPECT.tsv")):
            with self.subTest(row["file"]):
                trusted = {} if row["trust_authserv"] == "-" else {"trust_authserv": row["trust_authserv"]}
                got = self.shown(os.path.join(folder, row["file"]), "2026-03-02T01:01:00Z", **trusted)
                passes = row["verdict"] == "pass"
                self.assertEqual("provider" if passes else row["code"], got["dkim"]["verdict"])
                self.assertEqual(["auth-results-only"] if passes else [],
                                 [c for c in got["codes"] if c.startswith("auth-")])


@unittest.skipUnless(os.path.isdir(VECTORS), "the vectors are not there")
class ByScript(Vectors, Scene):
    def setUp(self):
        super().setUp()
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)
        self.dns.zone(os.path.join(VECTORS, "keys.zone"))


@unittest.skipUnless(os.path.isdir(VECTORS) and nsd.available(), "the vectors or NSD are not there")
class ByNsd(Vectors, Scene):
    def setUp(self):
        super().setUp()
        with open(os.path.join(VECTORS, "keys.zone"), encoding="ascii") as f:
            self.dns = nsd.Nsd(f.read())
        self.addCleanup(self.dns.close)


if __name__ == "__main__":
    tap.main()
