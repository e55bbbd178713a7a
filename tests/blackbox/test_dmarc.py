#!/usr/bin/env python3
"""DMARC reports, which often come to the same address: however senders pack them, they are left alone."""
import base64
import gzip
import os
import random
import sys
import zlib
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.junk import zipped  # noqa: E402
from lib.mixed import feedback  # noqa: E402
from lib.program import DATAERR, OK, mailbox  # noqa: E402
from lib.served import Served  # noqa: E402

NAME = "sender.example!alder.example!1790000000!1790086399"
NONE = object()  # no file name


def report(records=3):
    return feedback(random.Random(records), records, records)


def part(data, media, name, encoding="base64"):
    named = f"; name=\"{name}\"" if name is not NONE else ""
    filed = f"; filename=\"{name}\"" if name is not NONE else ""
    text = base64.encodebytes(data) if encoding == "base64" else data
    return (f"Content-Type: {media}{named}\nContent-Disposition: attachment{filed}\n"
            f"Content-Transfer-Encoding: {encoding}\n\n").encode() + text


def head(kind):
    return (f"From: noreply-dmarc@sender.example\nTo: tls@alder.example\nMessage-ID: <{kind}@sender.example>\n"
            f"Subject: Report Domain: alder.example Submitter: sender.example Report-ID: <{kind}>\nMIME-Version: 1.0\n"
            ).encode()


def alone(kind, data):
    return head(kind) + data


def beside_text(kind, *parts, subtype="mixed"):
    texts = (b"Content-Type: text/plain\n\nThis is a DMARC aggregate report.\n", *parts)
    return head(kind) + f"Content-Type: multipart/{subtype}; boundary=b\n\n".encode() + \
        b"".join(b"--b\n" + text + b"\n" for text in texts) + b"--b--\n"


def forwarded(kind, mail):
    return beside_text(kind, b"Content-Type: message/rfc822\n\n" + mail)


def mails(records=3):
    """By what is odd about it; as Google, Yahoo, Microsoft, Mail.ru, Comcast, Amazon SES, Fastmail, OpenDMARC, GMX and
    appliances send them."""
    xml = report(records)
    gz, packed = gzip.compress(xml, mtime=0), zipped(NAME + ".xml", xml)
    octets, gzipped = "application/octet-stream", "application/gzip"
    return {
        "zip-alone": alone("zip-alone", part(packed, "application/zip", NAME + ".zip")),
        "zip": beside_text("zip", part(packed, "application/x-zip-compressed", NAME + ".zip")),
        "gzip": beside_text("gzip", part(gz, gzipped, NAME + ".xml.gz")),
        "gzip-alone": alone("gzip-alone", part(gz, gzipped, NAME + ".xml.gz")),
        "x-gzip": beside_text("x-gzip", part(gz, "application/x-gzip", NAME + ".xml.gz")),
        "octets": beside_text("octets", part(gz, octets, NAME + ".xml.gz")),
        "octets-zip": beside_text("octets-zip", part(packed, octets, NAME + ".zip")),
        "without-name": beside_text("without-name", part(gz, gzipped, NONE)),
        "zip-without-name": alone("zip-without-name", part(packed, octets, NONE)),
        "zip-called-gz": beside_text("zip-called-gz", part(packed, gzipped, NAME + ".xml.gz")),
        "gzip-called-zip": beside_text("gzip-called-zip", part(gz, "application/zip", NAME + ".zip")),
        "gzip-in-gzip": beside_text("gzip-in-gzip", part(gzip.compress(gz, mtime=0), gzipped, NAME + ".xml.gz")),
        "gzip-in-zip": beside_text("gzip-in-zip", part(zipped(NAME + ".xml.gz", gz), "application/zip", NAME + ".zip")),
        "zip-in-gzip": beside_text("zip-in-gzip", part(gzip.compress(packed, mtime=0), gzipped, NAME + ".gz")),
        "zlib": beside_text("zlib", part(zlib.compress(xml), octets, NAME + ".xml.z")),
        "plain": beside_text("plain", part(xml, "text/xml", NAME + ".xml", "8bit")),
        "plain-base64": alone("plain-base64", part(xml, "application/xml", NAME + ".xml")),
        "report": beside_text("report", part(gz, gzipped, NAME + ".xml.gz"), subtype="report; report-type=dmarc"),
        "cut": beside_text("cut", part(gz[:-20], gzipped, NAME + ".xml.gz")),
        "forwarded": forwarded("forwarded", alone("inner", part(packed, "application/zip", NAME + ".zip"))),
    }


def files():
    xml = report()
    gz, packed = gzip.compress(xml, mtime=0), zipped(NAME + ".xml", xml)
    return {NAME + ".xml": xml, NAME + ".xml.gz": gz, NAME + ".zip": packed, "2.gz": gzip.compress(gz, mtime=0),
            "3.zip": zipped("x.xml.gz", gz), "4": gz, "5": packed}


class Dmarc(Served):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = next(m for m in corpus.build(10, seed=3).mails if m.kind == "report")

    def judge(self, result, others):
        self.assertEqual(OK, result.status, str(result))
        self.assertEqual("", result.err)
        self.assert_counts(result, messages=others + 1, imported=1, rejected=0, no_report=others)
        self.assertEqual([(0,)], self.query("SELECT count(*) FROM quarantine"))

    def test_in_a_folder(self):
        for name, content in {**files(), **{n + ".eml": m for n, m in mails().items()}}.items():
            self.write("in/" + name, content)
        self.write("in/good.eml", self.good.raw)
        self.judge(self.run_it("-d", self.store, "import", "--json", self.path("in")), len(files()) + len(mails()))

    def test_in_a_mailbox(self):
        """Small ones are fetched whole, of large ones the front."""
        when = datetime(2026, 9, 21, 6, tzinfo=timezone.utc)
        small, large = mails(), mails(20000)
        others = [corpus.Mail(text, when, "other") for text in (*small.values(), *large.values())]
        config = self.config(mailbox(self.server, self.user([*others, self.good])), export=False)
        self.judge(self.run_it("-c", config, "poll", "--json"), len(others))
        again = self.expect(OK, "-c", config, "poll", "--json")
        self.assert_counts(again, messages=0)

    def test_a_file_that_is_named(self):
        for name, content in files().items():
            with self.subTest(name):
                self.expect_line(DATAERR, "holds no TLS report", "-d", self.store, "import", self.write(name, content))
        self.assertEqual([(0,)], self.query("SELECT count(*) FROM quarantine"))


if __name__ == "__main__":
    tap.main()
