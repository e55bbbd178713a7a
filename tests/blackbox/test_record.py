#!/usr/bin/env python3
"""record prints a TXT record that name servers take as it is, and refuses what senders would not understand."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CONFIG, OK, USAGE, Scene  # noqa: E402

MAILTO = "mailto:tls@alder.example"
HTTPS = "https://tls.alder.example/report"
MAILBOX = "[mailbox {0}]\nhost = imap.alder.example\nuser = {1}\npassword_file = /nonexistent\n"


def ruas(*uris):
    return [word for uri in uris for word in ("--rua", uri)]


class Record(Scene):
    def record(self, *args, status=OK):
        return self.expect(status, "record", *args)

    def test_the_record_is_all_that_goes_to_stdout(self):
        result = self.record("alder.example", *ruas(MAILTO))
        self.assertEqual(f'_smtp._tls.alder.example. 3600 IN TXT "v=TLSRPTv1; rua={MAILTO}"\n', result.out)
        for words in ("name   _smtp._tls\n", f"value  v=TLSRPTv1; rua={MAILTO}\n",
                      "dig +short TXT _smtp._tls.alder.example\n", "tlsrua check alder.example\n"):
            self.assertIn(words, result.err)
        self.assertEqual("", self.record("-q", "alder.example", *ruas(MAILTO)).err)

    def test_for_programs(self):
        result = self.record("--json", "--ttl", "60", "Alder.Example.", *ruas(MAILTO, HTTPS))
        value = f"v=TLSRPTv1; rua={MAILTO},{HTTPS}"
        self.assertEqual({"name": "_smtp._tls.alder.example", "ttl": 60, "type": "TXT", "strings": [value],
                          "value": value}, result.json)
        self.assertEqual("", result.err)

    def test_what_was_taken_otherwise_than_typed_is_said(self):
        result = self.record("_smtp._tls.bücher.example", *ruas("MAILTO:tls@bücher.example"))
        self.assertEqual('_smtp._tls.xn--bcher-kva.example. 3600 IN TXT '
                         '"v=TLSRPTv1; rua=mailto:tls@xn--bcher-kva.example"\n', result.out)
        self.assertIn("_smtp._tls.bücher.example: taken as xn--bcher-kva.example\n", result.err)
        self.assertIn("MAILTO:tls@bücher.example: taken as mailto:tls@xn--bcher-kva.example\n", result.err)

    def test_refusals_name_code_and_what_is_meant(self):
        for args, words in (
                (["alder.example", *ruas("tls@alder.example")],
                 "record: tls@alder.example: rua-no-scheme: mailto:tls@alder.example"),
                (["alder.example", *ruas("mailto://tls@alder.example")],
                 "record: mailto://tls@alder.example: rua-mailto-slashes: mailto:tls@alder.example"),
                (["alder.example", *ruas("http://alder.example/")],
                 "record: http://alder.example/: rua-http: http: is not allowed"),
                (["tls@alder.example", *ruas(MAILTO)], "record: tls@alder.example: domain: alder.example"),
                (["alder.example", *ruas(MAILTO), "--ttl", "1h"], "record: --ttl 1h: write a number of seconds"),
                (["alder.example", "balder.example", *ruas(MAILTO)], "record: name one domain"),
                ([], "record: name one domain")):
            with self.subTest(args):
                result = self.record(*args, status=USAGE)
                self.assertEqual("", result.out)
                self.assertIn(words, result.err)

    def test_the_mailbox_that_is_polled_is_the_default(self):
        conf = self.write("one", MAILBOX.format("reports", "tls@alder.example") + MAILBOX.format("other", "tls"))
        self.assertIn(f"rua={MAILTO}\"", self.expect(OK, "-c", conf, "record", "alder.example").out)
        conf = self.write("two", MAILBOX.format("reports", "tls@alder.example") +
                          MAILBOX.format("b", "b@alder.example"))
        self.assertIn("there are [mailbox reports] tls@alder.example, [mailbox b] b@alder.example",
                      self.expect(USAGE, "-c", conf, "record", "alder.example").err)
        conf = self.write("none", "[store]\npath = x\n")
        self.assertIn("no mailbox is configured", self.expect(USAGE, "-c", conf, "record", "alder.example").err)
        conf = self.write("bad", "[nonsense]\n")
        self.expect(CONFIG, "-c", conf, "record", "alder.example")
        self.expect(OK, "-c", conf, "record", "alder.example", *ruas(MAILTO))  # not read then

    def long_record(self):
        """Of several strings, so that some are cut behind a comma and some are not."""
        uris = [f"mailto:{chr(97 + i) * 60}@alder.example" for i in range(4)] + [HTTPS + "/" + "x" * 600]
        return ["alder.example", *ruas(*uris)]

    def test_a_long_record_is_cut_into_strings(self):
        got = self.record("--json", *self.long_record()).json
        self.assertEqual(got["value"], "".join(got["strings"]))
        self.assertEqual(255, max(len(s) for s in got["strings"]))
        self.assertTrue(got["strings"][0].endswith(","), got["strings"][0])
        lines = self.record("-q", *self.long_record()).out.splitlines()
        self.assertEqual("_smtp._tls.alder.example. 3600 IN TXT (", lines[0])
        self.assertEqual([f'\t"{s}"' for s in got["strings"]], [line.removesuffix(" )") for line in lines[1:]])
        self.assertTrue(lines[-1].endswith('" )'))

    def zone(self, *args):
        text = self.record("-q", *args).out
        return self.write("zone", "$TTL 300\nalder.example. IN SOA ns.alder.example. a.alder.example. 1 2 3 4 5\n"
                          "alder.example. IN NS ns.alder.example.\nns.alder.example. IN A 192.0.2.1\n" + text)

    def records(self):
        return (["alder.example", *ruas(MAILTO)], self.long_record(),
                ["alder.example", *ruas("mailto:%22a%20b%22@alder.example", "mailto:$(x)'@alder.example",
                                         "https://[2001:db8::1]/@x?y=$z&w")])

    @unittest.skipUnless(shutil.which("named-checkzone"), "without named-checkzone")
    def test_bind_reads_the_same_back(self):
        for args in self.records():
            with self.subTest(args):
                value = self.record("--json", *args).json["value"]
                dump = subprocess.run(["named-checkzone", "-i", "none", "-D", "-o", "-", "alder.example",
                                       self.zone(*args)], capture_output=True, text=True)
                self.assertEqual(0, dump.returncode, dump.stdout + dump.stderr)
                line = next(x for x in dump.stdout.splitlines() if x.startswith("_smtp._tls.alder.example."))
                self.assertEqual(value, "".join(re.findall(r'"([^"]*)"', line)))

    @unittest.skipUnless(shutil.which("nsd-checkzone", path=os.environ["PATH"] + ":/usr/sbin"), "without nsd")
    def test_nsd_takes_it(self):
        program = shutil.which("nsd-checkzone", path=os.environ["PATH"] + ":/usr/sbin")
        for args in self.records():
            with self.subTest(args):
                result = subprocess.run([program, "alder.example", self.zone(*args)], capture_output=True, text=True)
                self.assertEqual(0, result.returncode, json.dumps([result.stdout, result.stderr]))


if __name__ == "__main__":
    tap.main()
