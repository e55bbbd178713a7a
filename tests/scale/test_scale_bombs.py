#!/usr/bin/env python3
"""Bombs: each ends soon and in little memory, with its reason."""
import base64
import gzip
import io
import json
import os
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.patience import allowed  # noqa: E402
from lib.program import DATAERR, OK, SANITIZED, Scene  # noqa: E402

CPU = 2.0  # seconds
PEAK_KB = 128 * 1024
MIB = 1 << 20

HEAD = b"From: a@b.example\nTLS-Report-Domain: b.example\nMIME-Version: 1.0\n"
REPORT = b"multipart/report; report-type=tlsrpt; boundary=b\n\n"


def mail(*parts, content_type=REPORT):
    return HEAD + b"Content-Type: " + content_type + b"".join(b"--b\n" + p + b"\n" for p in parts) + b"--b--\n"


def part(body, encoding=b"base64", kind=b"application/tlsrpt+gzip"):
    return b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body


def document(**changes):
    d = {"organization-name": "x", "report-id": "1", "contact-info": "a@b.example",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "policies": []}
    d.update(changes)
    return json.dumps(d).encode()


def entry(details=b"[]"):
    return (b'{"policy":{"policy-type":"sts","policy-domain":"b.example"},"summary":{'
            b'"total-successful-session-count":1,"total-failure-session-count":0},"failure-details":' + details + b"}")


def report(policies):
    return document().replace(b'"policies": []', b'"policies": [' + policies + b"]")


def packed(text):
    return gzip.compress(text, 9, mtime=0)


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        z.writestr(name, content)
    return out.getvalue()


def gzip_bomb():
    return "r.json.gz", packed(b" " * (64 * MIB))


def gzip_of_members():
    return "r.json.gz", packed(b" " * MIB) * 400


def gzip_of_empty_members():
    return "r.json.gz", packed(b"") * (20 * MIB // 20)


def zip_bomb():
    return "m.eml", mail(part(base64.encodebytes(zipped("r.json", b" " * (64 * MIB)))))


def zip_of_zips():
    inner = b"x"
    for level in range(10):
        inner = zipped(f"{level}.zip", inner)
    return "r.json", inner


def zip_of_gzip_bomb():
    return "m.eml", mail(part(base64.encodebytes(zipped("r.json.gz", packed(b" " * (64 * MIB))))))


def million_details():
    one = b'{"result-type":"tlsa-invalid","failed-session-count":1}'
    return "r.json.gz", packed(report(entry(b"[" + b",".join([one] * 1_000_000)[:15 * MIB].rsplit(b",{", 1)[0] + b"]")))


def million_empty_details():
    return "r.json.gz", packed(report(entry(b"[" + b",".join([b"{}"] * 1_000_000) + b"]")))


def million_policies():
    return "r.json.gz", packed(report(b",".join([b"{}"] * 1_000_000)))


def nested_arrays():
    return "r.json", document()[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def nested_multiparts():
    def level(i):
        return b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)
    return "m.eml", HEAD + b"".join(level(i) for i in range(100_000)) + b"\nx\n"


def nested_mails():
    return "m.eml", HEAD + b"Content-Type: message/rfc822\n\n" * 100_000 + b"x\n"


def one_header():
    return "m.eml", HEAD + b"X: " + b"y" * (24 * MIB) + b"\n\nx\n"


def one_folded_header():
    return "m.eml", HEAD + b"Subject: " + b"y\n " * (8 * MIB) + b"\n\nx\n"


def many_headers():
    return "m.eml", HEAD + b"X: y\n" * (4 * MIB) + b"\nx\n"


def many_attachments():
    return "m.eml", mail(*[part(b"e30=")] * 100_000)


def many_empty_parts():
    return "m.eml", HEAD + b"Content-Type: " + REPORT + b"--b\n\n" * 4_000_000


def many_near_delimiters():
    return "m.eml", mail(b"\n" + b"--b-\n--ba\n" * 2_000_000 + b"x")


def million_names():
    names = b",".join(b'"%d":0' % i for i in range(1_000_000))
    return "r.json.gz", packed(document()[:-1] + b"," + names + b"}")


def million_names_alike():
    return "r.json.gz", packed(document()[:-1] + b"," + b",".join([b'"a":0'] * 1_000_000) + b"}")


def many_small_objects():
    return "r.json.gz", packed(b"[" + b",".join([b"{}"] * (5 * MIB)) + b"]")


def many_small_objects_inside():
    return "r.json.gz", packed(document()[:-1] + b',"x":[' + b",".join([b"{}"] * (5 * MIB - 200)) + b"]}")


def many_numbers():
    return "r.json.gz", packed(document()[:-1] + b',"x":[' + b",".join([b"1"] * (8 * MIB - 200)) + b"]}")


def one_long_number():
    return "r.json.gz", packed(report(entry()).replace(b'count":1,', b'count":' + b"9" * (15 * MIB) + b","))


def one_long_string():
    return "r.json.gz", packed(document(**{"contact-info": "a" * (15 * MIB)}))


def one_escaped_string():
    return "r.json.gz", packed(document(**{"organization-name": "\x01" * (2 * MIB)}))


def base64_line():
    return "m.eml", mail(part(b"A" * (24 * MIB)))


def base64_blanks():
    return "m.eml", mail(part(b"e30=" + b" \n" * (12 * MIB)))


def quoted_printable():
    return "m.eml", mail(part(b"=\n" * (12 * MIB), b"quoted-printable", b"application/tlsrpt+json"))


def quoted_printable_text():
    return "m.eml", mail(part(b"=20" * (8 * MIB), b"quoted-printable", b"application/tlsrpt+json"))


def rfc_2231():
    sections = b"".join(b"; filename*%d=x" % i for i in range(15_000))
    return "m.eml", mail(b"Content-Disposition: attachment" + sections + b"\n" + part(b"e30="))


def rfc_2231_backwards():
    sections = b"".join(b"; filename*%d=x" % i for i in reversed(range(15_000)))
    return "m.eml", mail(b"Content-Disposition: attachment" + sections + b"\n" + part(b"e30="))


def rfc_2047():
    words = b" ".join([b"=?utf-8?q?x?="] * 17_000)
    return "m.eml", mail(b"Content-Disposition: attachment; filename=\"" + words + b"\"\n" + part(b"e30="))


def comments():
    return "m.eml", HEAD + b"Content-Type: " + b"(" * 250_000 + b"\n\nx\n"


def mbox():
    return "mbox", b"From a@b Mon Mar  2 06:00:00 2026\n\n" * 100_000


def mbox_lines():
    return "mbox", b"From a@b Mon Mar  2 06:00:00 2026\nSubject: x\n\n" + b">From \nFrom \n" * 2_000_000


def blanks():
    return "r.json", b" " * (15 * MIB)


# what each of them comes to: the reason, or None where it is no report
WANTED = {
    gzip_bomb: {"decompressed-too-large"}, gzip_of_members: {"decompressed-too-large"},
    gzip_of_empty_members: {"json-empty"}, zip_bomb: {"decompressed-too-large"}, zip_of_zips: {"zip-invalid"},
    zip_of_gzip_bomb: {"decompressed-too-large"}, million_details: {"too-many-failures"},
    million_empty_details: {"too-many-failures"}, million_policies: {"too-many-policies"},
    nested_arrays: {"json-too-deep"}, nested_multiparts: {"mime-too-deep"}, nested_mails: {"mime-too-deep"},
    one_header: {"header-too-large"}, one_folded_header: {"header-too-large"}, many_headers: {"header-too-large"},
    many_attachments: {"mime-too-many-parts"}, many_empty_parts: {"mime-too-many-parts"},
    many_near_delimiters: {"no-report-part"}, million_names: {"json-too-many-names"},
    million_names_alike: {"json-duplicate-key"}, many_small_objects: {"not-object"}, many_small_objects_inside: set(),
    many_numbers: set(), one_long_number: {"count-overflow"}, one_long_string: set(),
    one_escaped_string: {"field-type"}, base64_line: {"gzip-invalid"}, base64_blanks: {"date-range-missing"},
    quoted_printable: {"json-empty"}, quoted_printable_text: {"json-empty"}, rfc_2231: {"date-range-missing"},
    rfc_2231_backwards: {"date-range-missing"}, rfc_2047: {"date-range-missing"}, comments: {"no-report-part"}, mbox: None,
    mbox_lines: None, blanks: {"json-empty"},
}


class Bombs(Scene):
    def one(self, bomb, wanted):
        name, content = bomb()
        os.makedirs(self.path(bomb.__name__))
        path = self.write(f"{bomb.__name__}/{name}", content)
        store = self.path(bomb.__name__ + ".db")
        result = self.run_it("-d", store, "import", "--json", path, measured=True)
        os.remove(path)
        self.assertIn(result.status, (OK, DATAERR), str(result)[:2000])
        counts = result.json
        if wanted is None:
            self.assertEqual((counts["messages"], 0), (counts["no_report"], counts["reports"]), str(counts))
        else:
            self.assertEqual(wanted, {c for c, in self.query("SELECT code FROM quarantine", store=store)})
            self.assertEqual((0, 1), (counts["no_report"], counts["reports"]))
        if not SANITIZED:
            self.assertLess(result.cpu, allowed(CPU))
            self.assertLess(result.peak_kb, PEAK_KB)
        print(f"# {bomb.__name__}: {len(content)} bytes, {result.cpu:.2f} s, {result.peak_kb // 1024} MB", flush=True)

    def test_each(self):
        for bomb, wanted in WANTED.items():
            with self.subTest(bomb.__name__):
                self.one(bomb, wanted)


if __name__ == "__main__":
    tap.main()
