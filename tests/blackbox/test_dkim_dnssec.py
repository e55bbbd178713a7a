#!/usr/bin/env python3
"""Keys of zones that are signed, not signed, and signed wrongly: what DNSSEC says of a key is believed."""
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import handsigned, tap  # noqa: E402
from lib.internet import NSD, Internet, quoted  # noqa: E402
from lib.program import OK, Scene  # noqa: E402
from lib.signed import arrived, mail, report  # noqa: E402

ZONES = ("sound.example", "plain.example", "forged.example")


@unittest.skipUnless(NSD and shutil.which("ldns-signzone"), "nsd or ldnsutils is not installed")
class Validated(Scene):
    def imported(self, anchor):
        """The verdict on the report of each zone."""
        settings = self.net.settings().partition("[check]")[0].replace(self.net.anchor, anchor)
        conf = self.write("conf", f"[store]\npath = {self.store}\n{settings}")
        self.expect(OK, "-c", conf, "import", *self.paths)
        return dict(self.query("SELECT reporter_domain, dkim FROM reports"))

    def setUp(self):
        super().setUp()
        key = handsigned.Key(1024)
        self.net = Internet(self.path("net"))
        self.addCleanup(self.net.close)
        self.paths = []
        for i, zone in enumerate(ZONES):
            self.net.record(f"k._domainkey.{zone}. TXT {quoted(key.record)}")
            raw = mail(report(contact=f"tls@{zone}", domain=f"c{i}.example"), i, sender=zone)
            self.paths.append(self.write(f"{i}.eml", arrived(handsigned.sign(raw, handsigned.tags("k", zone), key))))
        self.net.start()

    def test_what_is_signed_wrongly_waits(self):
        self.assertEqual({"sound.example": "pass", "plain.example": "pass", "forged.example": "waiting"},
                         self.imported(self.net.anchor))

    def test_without_a_trust_anchor_it_is_believed(self):
        self.assertEqual(dict.fromkeys(ZONES, "pass"), self.imported("none"))

    def test_with_one_that_holds_no_key_they_wait(self):
        self.assertEqual(dict.fromkeys(ZONES, "waiting"), self.imported(self.write("anchor", "no key\n")))


if __name__ == "__main__":
    tap.main()
