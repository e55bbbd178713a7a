#!/usr/bin/env python3
"""Signed mails varied at random, against python3-dkim: both say valid, both say not, or why they differ is known.

DKIM_VARIATIONS says how many are tried; the default is a sample.  Each is judged by `show --json`, with the keys from a
DNS server by script, or from NSD where that is there.
"""
import base64
import json
import os
import random
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import nsd, signing, tap  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import Scene  # noqa: E402
from lib.signed import arrived, mail, report  # noqa: E402

VARIATIONS = int(os.environ.get("DKIM_VARIATIONS", "60"))

# signs mails, each as its job says, and verifies mails with the keys of a table
REFEREE = r"""
import base64, json, sys
import dkim
jobs = json.load(sys.stdin)
out = []
for job in jobs["sign"]:
    raw = base64.b64decode(job["mail"])
    signed = dkim.sign(raw, job["selector"].encode(), job["domain"].encode(), job["key"].encode(),
                       canonicalize=tuple(c.encode() for c in job["forms"]), length=job["length"],
                       signature_algorithm=job["algorithm"].encode(),
                       include_headers=[n.encode() for n in job["names"]])
    out.append(base64.b64encode(signed + raw).decode())
def look_up(name, timeout=5):
    text = jobs["keys"].get(name.decode().rstrip("."))
    return text.encode() if text is not None else None
for mail in jobs["verify"]:
    try:
        valid = dkim.verify(base64.b64decode(mail), dnsfunc=look_up, minkey=1024)
    except Exception:
        valid = False
    out.append(bool(valid))
print(json.dumps(out))
"""


def referee(sign=(), verify=(), keys=()):
    job = {"sign": list(sign), "verify": [base64.b64encode(m).decode() for m in verify], "keys": dict(keys)}
    done = subprocess.run([signing.PYTHON, "-c", REFEREE], input=json.dumps(job), capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


def ed25519():
    """The private key as dkimpy wants it, and the record."""
    key = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER"], capture_output=True,
                         check=True).stdout
    public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], input=key,
                            capture_output=True, check=True).stdout
    return (base64.b64encode(key[-32:]).decode(),
            "v=DKIM1; k=ed25519; p=" + base64.b64encode(public[-32:]).decode())


# -- what may be done to a mail behind its signature; each gives bytes

def nothing(_, raw):
    return raw


def lf_only(_, raw):
    return raw.replace(b"\r\n", b"\n")


def more_blank_lines(_, raw):
    return raw + b"\r\n\r\n\r\n"


def last_line_open(_, raw):
    return raw.removesuffix(b"\r\n")


def blanks_in_body(rng, raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = body.split(b"\r\n")
    i = rng.randrange(len(lines))
    lines[i] = lines[i].replace(b" ", b" \t ", 1) + rng.choice((b"", b" ", b"\t"))
    return head + b"\r\n\r\n" + b"\r\n".join(lines)


def one_byte(rng, raw):
    """Any byte of the mail but its line ends, to another printable one."""
    places = [i for i, c in enumerate(raw) if c not in b"\r\n"]
    i = rng.choice(places)
    return raw[:i] + bytes([rng.choice(b"abcXYZ019 +/=;:")]) + raw[i + 1:]


def one_byte_of_signature(rng, raw):
    end = raw.index(b"\r\n", raw.index(b"b=", raw.index(b"bh=") + 3))
    i = rng.randrange(0, end)
    return raw if raw[i:i + 1] in b"\r\n" else raw[:i] + bytes([rng.choice(b"abcXYZ019 =;")]) + raw[i + 1:]


def refolded(_, raw):
    return raw.replace(b"Subject: Report Domain:", b"Subject: Report\r\n\t Domain:")


def name_in_capitals(_, raw):
    return raw.replace(b"\r\nSubject:", b"\r\nSUBJECT:")


def blank_before_colon(_, raw):
    return raw.replace(b"\r\nSubject:", b"\r\nSubject  :")


def field_in_front(_, raw):
    return b"X-Spam-Score: 1\r\n" + raw


def second_subject(_, raw):
    return b"Subject: another\r\n" + raw


def second_from(_, raw):
    return b"From: other@else.example\r\n" + raw


def field_gone(_, raw):
    return raw.replace(b"Message-ID: ", b"X-Message-ID: ")


def fields_swapped(_, raw):
    to = raw[raw.index(b"\r\nTo: ") + 2:]
    to = to[:to.index(b"\r\n") + 2]
    return raw.replace(to, b"", 1).replace(b"\r\nDate: ", b"\r\n" + to + b"Date: ", 1)


CHANGES = (nothing, nothing, lf_only, more_blank_lines, last_line_open, blanks_in_body, one_byte, one_byte,
           one_byte_of_signature, one_byte_of_signature, refolded, name_in_capitals, blank_before_colon, field_in_front,
           second_subject, second_from, field_gone, fields_swapped)

# -- what may be done to a key; each gives text, or None for no record


def key_as_it_is(_, text):
    return text


def with_notes(_, text):
    return text.replace("k=", "n=some notes; k=", 1)


def with_blanks(_, text):
    return text.replace("; ", " ;\t ").replace("p=", "p = ") + " "


def with_semicolon(_, text):
    return text + ";"


def for_email(_, text):
    return text.replace("k=", "s=email; k=", 1)


def for_all(_, text):
    return text.replace("k=", "s=*; k=", 1)


def for_tests(_, text):
    return text.replace("k=", "t=y; k=", 1)


def strict(_, text):
    return text.replace("k=", "t=s; k=", 1)


def revoked(_, text):
    return text[:text.index("p=") + 2]


def cut(rng, text):
    return text[:rng.randrange(text.index("p=") + 2, len(text))]


def of_other_kind(_, text):
    return text.replace("k=rsa", "k=ed25519") if "k=rsa" in text else text.replace("k=ed25519", "k=rsa")


def no_record(_, __):
    return None


KEYS = (key_as_it_is,) * 8 + (with_notes, with_blanks, with_semicolon, for_email, for_all, for_tests, strict, revoked, cut,
                              of_other_kind, no_record)


class Variation:
    """One mail: how it is signed, what becomes of it, and of its key."""

    def __init__(self, number, rng, pairs):
        self.number = number
        self.kind = rng.choice(("rsa2048", "rsa2048", "rsa1024", "ed25519"))
        self.key, record = pairs[self.kind]
        self.forms = (rng.choice(("relaxed", "simple")), rng.choice(("relaxed", "simple")))
        self.length = rng.random() < 0.05
        self.change, self.key_change = rng.choice(CHANGES), rng.choice(KEYS)
        self.record = self.key_change(rng, record)
        self.selector = f"v{number}"
        self.plain = arrived(mail(report(2 + number % 20), number))
        self.rng = rng

    @property
    def name(self):
        return f"{self.selector}._domainkey.reporter.example"

    def job(self):
        return {"mail": base64.b64encode(self.plain).decode(), "key": self.key, "selector": self.selector,
                "domain": "reporter.example", "forms": self.forms, "length": self.length, "names": signing.NAMES,
                "algorithm": "ed25519-sha256" if self.kind == "ed25519" else "rsa-sha256"}

    def __str__(self):
        return (f"{self.number}: {self.kind} {'/'.join(self.forms)}{' l=' if self.length else ''}, "
                f"{self.change.__name__}, key {self.key_change.__name__}")


FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]")


def why_they_may_differ(v, raw, code):
    """Where python3-dkim says otherwise than we, the rule that is the reason; None for none."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if code == "pass" and v.forms[0] == "relaxed" and re.search(rb"^[!-9;-~]+[ \t]+:", head, re.MULTILINE):
        return "RFC 6376 section 3.4.2: blanks before the colon of a relaxed field go"
    if code == "pass" and v.forms[1] == "relaxed" and re.search(rb"\n[ \t]+$", body):
        return "RFC 6376 section 3.4.4: a last line of blanks alone is an empty one"
    if code == "pass" and not all(FIELD.match(line) for line in head.split(b"\n")):
        return "a line of the header that is no field is passed over"
    if code == "dkim-body-length":
        return "RFC 8460 section 3: l= is not allowed"
    if code == "dkim-fail" and v.change is second_from:
        return "RFC 6376 section 8.15: a second From is not what was signed"
    if code == "dkim-key-missing" and "s=" in (v.record or ""):
        return "RFC 6376 section 3.6.1: the key is for another service"
    if code == "dkim-syntax":
        return "RFC 6376 section 3.2: a tag twice, an empty tag, or a name that is none"
    if code in ("dkim-not-aligned", "dkim-missing"):
        return "the signature is of nobody that we ask for"
    return None


class Differential:
    def setUp(self):
        super().setUp()
        rng = random.Random(6376)
        pairs = {f"rsa{bits}": (s.key, s.record) for bits in (1024, 2048)
                 for s in [signing.Signer("reporter.example", bits=bits)]}
        pairs["ed25519"] = ed25519()
        self.variations = [Variation(i, rng, pairs) for i in range(self.number)]
        self.serve({v.name: v.record for v in self.variations if v.record is not None})

    def ours(self, raw, number):
        conf = self.write("conf", f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\n")
        path = self.write(f"mails/{number}.eml", raw)
        # a mail in which its part is broken holds no report: then nobody is asked
        result = self.run_it("-c", conf, "show", "--json", path)
        first = json.loads(result.out.splitlines()[0])
        return first["dkim"]["verdict"] if "dkim" in first else "none"

    def test_both_say_the_same(self):
        signed = referee(sign=[v.job() for v in self.variations])
        raws = [v.change(v.rng, base64.b64decode(s)) for v, s in zip(self.variations, signed)]
        theirs = referee(verify=raws, keys={v.name: v.record for v in self.variations if v.record is not None})
        seen, differ, known = {}, [], {}
        for v, raw, valid in zip(self.variations, raws, theirs):
            code = self.ours(raw, v.number)
            seen[code] = seen.get(code, 0) + 1
            if code == "none" or (code == "pass") == valid:
                continue
            why = why_they_may_differ(v, raw, code)
            if why is None:
                differ.append(f"{v}: we say {code}, they say {'valid' if valid else 'not'}")
            else:
                known[why] = known.get(why, 0) + 1
        print(f"# {len(raws)} mails: " + ", ".join(f"{k} {n}" for k, n in sorted(seen.items())))
        for why, n in sorted(known.items()):
            print(f"# {n} differ: {why}")
        self.assertEqual([], differ)
        self.assertGreater(seen["pass"], self.number // 6)
        self.assertGreater(seen["dkim-fail"], self.number // 12)


@unittest.skipUnless(signing.available(), "python3-dkim is not there")
class ByScript(Differential, Scene):
    number = VARIATIONS

    def serve(self, keys):
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)
        for name, text in keys.items():
            self.dns.txt(name, text)


@unittest.skipUnless(signing.available() and nsd.available(), "python3-dkim or NSD are not there")
class ByNsd(Differential, Scene):
    number = VARIATIONS

    def serve(self, keys):
        self.dns = nsd.Nsd(nsd.HEAD + "".join(nsd.txt(name, text) for name, text in keys.items()))
        self.addCleanup(self.dns.close)


if __name__ == "__main__":
    tap.main()
