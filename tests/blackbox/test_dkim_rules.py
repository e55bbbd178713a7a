#!/usr/bin/env python3
"""Signatures, mails and keys as nobody should make them, and as some do: what each comes to.

All mails of a class are imported in one run, each with a key of its own from a DNS server by script.
"""
import base64
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import handsigned, signing, tap  # noqa: E402
from lib.handsigned import NAMES, SIGNATURE, sign, tags  # noqa: E402
from lib.nameserver import CNAME, TXT, chunks, wire_name, wire_text  # noqa: E402
from lib.signed import NOW, Dkim, arrived, mail, report, timedelta  # noqa: E402

ARRIVAL = int((NOW - timedelta(days=1)).timestamp())
FORMS = ("relaxed", "relaxed")


class Case:
    """A mail: how it is signed, what is changed in it before and behind that, its keys, and the verdict."""

    def __init__(self, verdict, warning="", text=None, names=NAMES, forms=FORMS, before=None, behind=None, keys=None,
                 key="rsa", document=None, sender="reporter.example", **others):
        self.verdict, self.warning, self.names, self.forms = verdict, warning, names, forms
        self.others, self.text = others, text or (lambda line: line)
        self.before, self.behind = before or (lambda raw: raw), behind or (lambda raw: raw)
        self.keys, self.key = keys, key
        self.document, self.sender = document or {}, sender


class Rules(Dkim):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = {"rsa": handsigned.Key(2048), "ed25519": handsigned.Key(0)}

    def made(self, number, case):
        """The mail, signed; its keys are in DNS."""
        selector, key = f"k{number}", self.key[case.key]
        name = f"{selector}._domainkey.{case.others.get('d', 'reporter.example')}".lower()
        for text in [key.record] if case.keys is None else case.keys:
            self.dns.txt(name, text)
        plain = case.before(mail(report(domain=f"c{number}.example", **case.document), number, sender=case.sender))
        line = case.text(tags(**{"selector": selector, **case.others}))
        return case.behind(sign(plain, line, key, case.names, case.forms))

    def check(self, cases, **how):
        paths = [self.write(f"{i}.eml", arrived(self.made(i, case))) for i, case in enumerate(cases.values())]
        self.imports(paths, **how)
        found = {report_id.rpartition("_")[2]: (dkim, " ".join(w for w in warnings.split()
                                                                if w.startswith(("dkim-", "headers-"))))
                 for report_id, dkim, warnings in self.query("SELECT report_id, dkim, warnings FROM reports")}
        wrong = [f"{name}: {found.get(f'c{i}.example')}, not {(case.verdict, case.warning)}"
                 for i, (name, case) in enumerate(cases.items())
                 if found.get(f"c{i}.example") != (case.verdict, case.warning)]
        self.assertEqual([], wrong)


def replaced(old, new, count=1):
    return lambda raw: raw.replace(old, new, count)


def many_tags(number):
    return lambda line: "; ".join([f"x{i}=" for i in range(number - 8)] + [line])


def many_names(number):
    return ":".join([NAMES] + [f"x{i}" for i in range(number - 7)])


class TagLists(Rules):
    def test_the_grammar_of_a_list(self):
        self.check({
            "as usual": Case("pass"),
            "a semicolon at the end": Case("pass", text=lambda t: t + ";"),
            "blanks behind that": Case("pass", text=lambda t: t + ";\r\n "),
            "two semicolons": Case("dkim-syntax", text=replaced("; d=", ";; d=")),
            "a semicolon in front": Case("dkim-syntax", text=lambda t: "; " + t),
            "a tag twice": Case("dkim-syntax", text=replaced("; d=", "; s=other; d=")),
            "a tag twice that nobody knows": Case("dkim-syntax", text=lambda t: t + "; z=1; z=1"),
            "the name in another case": Case("pass", text=lambda t: t + "; S=other; D=else.example; L=3; X=1"),
            "a name alone": Case("dkim-syntax", text=lambda t: t + "; z"),
            "no name": Case("dkim-syntax", text=lambda t: t + "; =z"),
            "a name that begins with a digit": Case("dkim-syntax", text=lambda t: t + "; 1z=1"),
            "a hyphen in a name": Case("dkim-syntax", text=lambda t: t + "; z-z=1"),
            "a value that is empty": Case("pass", text=lambda t: t + "; z="),
            "an equals sign in a value": Case("pass", text=lambda t: t + "; z=a=b=="),
            "letters that are not ASCII": Case("dkim-syntax", text=lambda t: t + "; z=\u00fc"),
            "a control character": Case("dkim-syntax", text=lambda t: t + "; z=\x07"),
            "32 tags": Case("pass", text=many_tags(32)),
            "33 tags": Case("dkim-syntax", text=many_tags(33)),
            "folds and blanks around each sign": Case(
                "pass", text=lambda t: t.replace(";", "\t;\r\n ").replace("; s=", ";\r\n\ts\r\n =\r\n\t")),
            "a fold in the middle of the names": Case(
                "pass", h="from :\r\n to\r\n\t: subject:date:message-id:tls-report-domain:tls-report-submitter"),
        })

    def test_what_the_tags_say(self):
        self.check({
            "v= absent": Case("dkim-syntax", v=None),
            "v=2": Case("dkim-syntax", v="2"),
            "v= not first": Case("pass", text=lambda t: t.removeprefix("v=1; ") + "; v=1"),
            "c= of two words too many": Case("dkim-syntax", c="relaxed/relaxed/simple"),
            "c= in capitals": Case("dkim-syntax", c="Relaxed/Relaxed"),
            "c= of another word": Case("dkim-syntax", c="relaxed/nowsp"),
            "c= empty": Case("dkim-syntax", c=""),
            "q= with others": Case("pass", q="x : dns/txt"),
            "q= of others alone": Case("dkim-syntax", q="dnssec/txt"),
            "d= absent": Case("dkim-syntax", text=replaced("d=reporter.example; ", "")),
            "d= with a dot behind": Case("dkim-syntax", d="reporter.example."),
            "d= with UTF-8": Case("dkim-syntax", text=replaced("d=", "d=\u00fc.")),
            "d= with an empty label": Case("dkim-syntax", d="a..reporter.example"),
            "d= with a long label": Case("dkim-syntax", d="a" * 64 + ".reporter.example"),
            "d= with a hyphen at an edge": Case("dkim-syntax", d="a-.reporter.example"),
            "d= with an underscore": Case("pass", d="_a.reporter.example"),
            "d= as A-label": Case("pass", d="xn--bcher-kva.reporter.example"),
            "d= in capitals": Case("pass", d="REPORTER.Example"),
            "d= in an address": Case("dkim-syntax", text=replaced("d=reporter.example", "d=a@reporter.example")),
            "s= absent": Case("dkim-syntax", text=replaced("s=k", "z=k")),
            "s= empty": Case("dkim-syntax", text=replaced("s=k", "s=; z=k")),
            "i= the same": Case("pass", i="tls@Reporter.Example"),
            "i= without a name": Case("pass", i="@reporter.example"),
            "i= below": Case("pass", i="=74ls@a.b.reporter.example"),
            "i= above": Case("dkim-syntax", d="mail.reporter.example", i="@reporter.example"),
            "i= that only ends alike": Case("dkim-syntax", i="@notreporter.example"),
            "i= elsewhere": Case("dkim-syntax", i="tls@victim.example"),
            "i= without an at sign": Case("dkim-syntax", i="reporter.example"),
            "i= empty": Case("dkim-syntax", i=""),
            "a= absent": Case("dkim-syntax", a=None),
            "a= in capitals": Case("dkim-algorithm", a="RSA-SHA256"),
            "rsa-sha1": Case("dkim-algorithm", a="rsa-sha1"),
            "rsa-sha512": Case("dkim-algorithm", a="rsa-sha512"),
            "Ed25519": Case("pass", a="ed25519-sha256", key="ed25519"),
        })

    def test_hashes_and_names(self):
        short = base64.b64encode(b"x" * 20).decode()
        self.check({
            "b= with blanks": Case("pass", behind=lambda raw: raw.replace(b"; b=", b"; b= ", 1)
                                   .replace(b"==", b"= =", 1)),
            "b= empty": Case("dkim-syntax", text=replaced(SIGNATURE, "")),
            "b= absent": Case("dkim-syntax", b=None),
            "b= not base64": Case("dkim-syntax", text=replaced(SIGNATURE, "a!bc")),
            "b= without its padding": Case("dkim-syntax", behind=replaced(b"==\r\n", b"\r\n")),
            "b= too long": Case("dkim-syntax", text=replaced(SIGNATURE, base64.b64encode(bytes(1025)).decode())),
            "b= as long as may be": Case("dkim-fail", text=replaced(SIGNATURE, base64.b64encode(bytes(1024)).decode())),
            "b= in the middle": Case("pass", text=lambda t: t + ";\r\n\tz=1"),
            "b= first": Case("pass", text=lambda t: "b=" + SIGNATURE + ";" + t.removesuffix("; b=" + SIGNATURE)),
            "a tag that ends in b": Case("pass", text=lambda t: "zb=abc; " + t),
            "bh= of SHA-1": Case("dkim-syntax", bh=short),
            "bh= of another body": Case("dkim-fail", bh=base64.b64encode(bytes(32)).decode()),
            "bh= absent": Case("dkim-syntax", bh=None),
            "h= absent": Case("dkim-syntax", h=None),
            "h= empty": Case("dkim-syntax", h=""),
            "h= without From": Case("dkim-syntax", names="to:subject", h="to:subject"),
            "h= with an empty name": Case("dkim-syntax", h="from::to"),
            "h= with a colon at the end": Case("dkim-syntax", h=NAMES + ":"),
            "h= in capitals": Case("pass", h=NAMES.upper()),
            "h= of 200 names": Case("pass", h=many_names(200)),
            "h= of 201 names": Case("dkim-syntax", h=many_names(201)),
            "l= of all": Case("dkim-body-length", l="9999"),
            "l= of nothing": Case("dkim-body-length", l="0"),
            "l= empty": Case("dkim-body-length", l=""),
            "l= that is no number": Case("dkim-body-length", l="all"),
            "l= and a body that grew": Case("dkim-body-length", l="10", behind=lambda raw: raw + b"more\r\n"),
        })

    def test_times(self):
        self.check({
            "x= 300 seconds before": Case("pass", x=str(ARRIVAL - 300)),
            "x= 301 seconds before": Case("dkim-expired", x=str(ARRIVAL - 301)),
            "over since, but not when it came": Case("pass", x=str(ARRIVAL + 60)),
            "x= not behind t=": Case("dkim-syntax", t=str(ARRIVAL), x=str(ARRIVAL)),
            "x= just behind t=": Case("pass", t=str(ARRIVAL), x=str(ARRIVAL + 1)),
            "x= before both": Case("dkim-syntax", t=str(ARRIVAL), x="1"),
            "x= of 12 digits": Case("dkim-expired", x="000000000001"),
            "x= of 13 digits is for ever": Case("pass", x="0000000000001"),
            "x= negative": Case("dkim-syntax", x="-1"),
            "x= with a fraction": Case("dkim-syntax", x=f"{ARRIVAL}.5"),
            "x= empty": Case("dkim-syntax", x=""),
            "t= in the future": Case("pass", t=str(ARRIVAL + 10 ** 8)),
            "t= no number": Case("dkim-syntax", t="now"),
            "over, and of another body": Case("dkim-expired", x="1", behind=replaced(b"A report.", b"A rapport.")),
        })


def body(change):
    """Before it is signed; the last boundary is kept."""
    return lambda raw: raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + change(raw.partition(b"\r\n\r\n")[2])


SIMPLE = {"c": "simple/simple", "forms": ("simple", "simple")}
SUBJECT = b"Subject: Report Domain:"


class Mails(Rules):
    def test_bodies(self):
        more, open_end = body(lambda b: b + b"\r\n" * 3), body(lambda b: b.removesuffix(b"\r\n"))
        blank_end = body(lambda b: b + b" \t \r\n\t\r\n")
        blanks = replaced(b"A report.", b"A \t report. ")
        self.check({
            "simple": Case("pass", **SIMPLE),
            "c= absent is simple": Case("pass", c=None, forms=("simple", "simple")),
            "c= of one word is of the header": Case("pass", c="relaxed", forms=("relaxed", "simple")),
            "relaxed and simple": Case("pass", c="relaxed/simple", forms=("relaxed", "simple")),
            "simple and relaxed": Case("pass", c="simple/relaxed", forms=("simple", "relaxed")),
            "empty lines more, simple": Case("pass", behind=more, **SIMPLE),
            "empty lines more, relaxed": Case("pass", behind=more),
            "its last line end gone, simple": Case("pass", behind=open_end, **SIMPLE),
            "its last line end gone, relaxed": Case("pass", behind=open_end),
            "lines of blanks more, simple": Case("dkim-fail", behind=blank_end, **SIMPLE),
            "lines of blanks more, relaxed": Case("pass", behind=blank_end),
            "other blanks, simple": Case("dkim-fail", behind=blanks, **SIMPLE),
            "other blanks, relaxed": Case("pass", behind=blanks),
            "a blank where there was none": Case("dkim-fail", behind=replaced(b"A report.", b" A report.")),
            "an empty line within": Case("dkim-fail", behind=replaced(b"A report.", b"A report.\r\n")),
            "lines that end in LF": Case("pass", behind=lambda raw: raw.replace(b"\r\n", b"\n"), **SIMPLE),
            "one that ends in LF": Case("pass", behind=replaced(b"A report.\r\n", b"A report.\n"), **SIMPLE),
            "a CR within a line": Case("dkim-fail", behind=replaced(b"A report.", b"A \rreport.")),
            "a CR within, signed": Case("pass", before=replaced(b"A report.", b"A \r report."), **SIMPLE),
            "NUL and 8 bits, signed": Case("pass", before=replaced(b"A report.", b"\0\xff\xc3\xbc."), **SIMPLE),
            "NUL more": Case("dkim-fail", behind=replaced(b"A report.", b"A report.\0")),
        })

    def test_headers(self):
        twice = replaced(b"To: ", b"To: first@our.example\r\nTo: ")
        self.check({
            "folded anew, relaxed": Case("pass", behind=replaced(SUBJECT, b"Subject: Report\r\n\t  Domain:")),
            "folded anew, simple": Case(
                "dkim-fail", behind=replaced(SUBJECT, b"Subject: Report\r\n Domain:"), **SIMPLE),
            "folded before, simple": Case(
                "pass", before=replaced(SUBJECT, b"Subject:\r\n Report\r\n\tDomain:"), **SIMPLE),
            "a name in capitals, relaxed": Case("pass", behind=replaced(b"Subject:", b"SUBJECT:")),
            "a name in capitals, simple": Case("dkim-fail", behind=replaced(b"Subject:", b"SUBJECT:"), **SIMPLE),
            "a blank before the colon, relaxed": Case("pass", behind=replaced(b"Subject:", b"Subject \t:")),
            "a blank before the colon, simple": Case("dkim-fail", behind=replaced(b"Subject:", b"Subject :"), **SIMPLE),
            "blanks behind a value, relaxed": Case(
                "pass", behind=replaced(b"\r\nTo: tls@our.example", b"\r\nTo:tls@our.example \t")),
            "8 bits in a field": Case("pass", before=replaced(SUBJECT, b"Subject: \xc3\xbc\xff Report Domain:")),
            "a field without a value": Case(
                "pass", before=replaced(b"To: ", b"Cc:\r\nTo: "), names=NAMES + ":cc", h=NAMES + ":cc"),
            "NUL in a field": Case("dkim-fail", behind=replaced(b"our.example Submitter", b"our.example\0 Submitter")),
            "a line that is no field": Case("pass", behind=replaced(b"To: ", b"no field at all\r\nTo: ")),
            "a field that is gone": Case("dkim-fail", behind=replaced(b"Message-ID: ", b"X-Message-ID: ")),
            "a field that was never there, signed": Case("pass", h=NAMES + ":reply-to", names=NAMES + ":reply-to"),
            "and added": Case("dkim-fail", h=NAMES + ":reply-to", names=NAMES + ":reply-to",
                              behind=lambda raw: b"Reply-To: a@else.example\r\n" + raw),
            "of two the lower is signed": Case("pass", before=twice, behind=replaced(b"To: first@", b"To: other@")),
            "and not the upper": Case("dkim-fail", before=twice, behind=replaced(b"To: tls@", b"To: other@")),
            "both are signed": Case("dkim-fail", before=twice, behind=replaced(b"To: first@", b"To: other@"),
                                    h=NAMES + ":to", names=NAMES + ":to"),
            "its own name in h=": Case("pass", h=NAMES + ":dkim-signature"),
            "the order of others changed": Case(
                "pass", behind=lambda raw: b"X-A: 1\r\n" + raw.replace(b"MIME-Version: 1.0\r\n", b"", 1)),
        })

    def test_what_is_not_covered(self):
        another = b"From: A <a@else.example>\r\n"
        self.check({
            "a second From": Case("dkim-fail", behind=lambda raw: another + raw),
            "a second From, although listed twice": Case("dkim-fail", h="from:" + NAMES, names="from:" + NAMES,
                                                         behind=lambda raw: another + raw),
            "From listed twice": Case("pass", h="from:" + NAMES, names="from:" + NAMES),
            "two From, both signed": Case("pass", h="from:" + NAMES, names="from:" + NAMES,
                                          before=lambda raw: another + raw),
            "a second Subject": Case("pass", "headers-unsigned", behind=lambda raw: b"Subject: another\r\n" + raw),
            "Subject not listed": Case("pass", "headers-unsigned", h="from:to:tls-report-domain:tls-report-submitter",
                                       names="from:to:tls-report-domain:tls-report-submitter"),
            "a second TLS-Report-Submitter": Case("pass", "headers-unsigned",
                                                  behind=lambda raw: b"TLS-Report-Submitter: else.example\r\n" + raw),
            "a second TLS-Report-Domain": Case("pass", "headers-unsigned",
                                               behind=lambda raw: b"TLS-Report-Domain: else.example\r\n" + raw),
            "Content-Type not listed": Case("pass"),
        })

    def test_headers_without_end(self):
        fields = b"".join(b"X-%d: 1\r\n" % i for i in range(1000))
        self.check({
            "a thousand fields more in front": Case("dkim-syntax", behind=lambda raw: fields + raw),
            "and behind": Case("dkim-syntax", behind=replaced(b"MIME-Version", fields + b"MIME-Version")),
            "still few enough": Case("pass", behind=lambda raw: fields[:8900] + raw),
        })


def der(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def rsa_of_bits(bits):
    """A key of that size that signed nothing."""
    modulus = (1 << (bits - 1)) | 1
    number = modulus.to_bytes(bits // 8 + 1, "big")
    return base64.b64encode(der(0x30, der(2, number) + der(2, b"\1\0\1"))).decode()


class Keys(Rules):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key.update({name: handsigned.Key(bits) for name, bits in
                        (("1024", 1024), ("1023", 1023), ("512", 512), ("other", 2048))})
        cls.p, cls.record = cls.key["rsa"].p, cls.key["rsa"].record

    def made_of(self, *texts):
        return [text.replace("KEY", self.p) for text in texts]

    def test_records(self):
        k, ed, twice = self.made_of, self.key["ed25519"], self.p + " " + self.p[:4]
        self.check({
            "no v=": Case("pass", keys=k("p=KEY")),
            "v= not first": Case("dkim-syntax", keys=k("k=rsa; v=DKIM1; p=KEY")),
            "v= of another version": Case("dkim-key-missing", keys=k("v=DKIM2; p=KEY")),
            "v= in small letters": Case("dkim-key-missing", keys=k("v=dkim1; p=KEY")),
            "an SPF record": Case("dkim-key-missing", keys=["v=spf1 include:_spf.reporter.example -all"]),
            "a DMARC record": Case("dkim-key-missing", keys=["v=DMARC1; p=reject"]),
            "words": Case("dkim-syntax", keys=["here is no key"]),
            "nothing": Case("dkim-syntax", keys=[""]),
            "no record": Case("dkim-key-missing", keys=[]),
            "no p=": Case("dkim-syntax", keys=["v=DKIM1; k=rsa"]),
            "p= empty": Case("dkim-key-revoked", keys=["v=DKIM1; k=rsa; p="]),
            "p= empty, of another kind": Case("dkim-key-revoked", keys=["v=DKIM1; k=ed25519; p= ;"]),
            "p= twice": Case("dkim-syntax", keys=k("v=DKIM1; p=KEY; p=KEY")),
            "p= not base64": Case("dkim-syntax", keys=["v=DKIM1; p=!!!!"]),
            "p= with more behind": Case("dkim-syntax", keys=["v=DKIM1; p=" + twice.replace("=", "")]),
            "p= cut": Case("dkim-syntax", keys=["v=DKIM1; p=" + self.p[:200]]),
            "p= in pieces": Case("pass", keys=["v=DKIM1; p=" + " ".join(self.p[i:i + 60] for i in range(0, 400, 60))]),
            "RSAPublicKey": Case("pass", keys=["v=DKIM1; p=" + self.key["rsa"].bare]),
            "blanks everywhere": Case("pass", keys=k(" v = DKIM1 ;\tk =\trsa ; p = KEY ; ")),
            "tags that nobody knows": Case("pass", keys=k("v=DKIM1; g=*; x_y=1; n=some=20notes; p=KEY")),
            "notes in UTF-8": Case("dkim-syntax", keys=k("v=DKIM1; n=\u00fc; p=KEY")),
            "k= in capitals": Case("dkim-algorithm", keys=k("v=DKIM1; k=RSA; p=KEY")),
            "k= of the other kind": Case("dkim-algorithm", keys=k("v=DKIM1; k=ed25519; p=KEY")),
            "Ed25519 that says RSA": Case("dkim-algorithm", keys=["v=DKIM1; p=" + ed.p], key="ed25519",
                                          a="ed25519-sha256"),
            "Ed25519 too long": Case("dkim-syntax", key="ed25519", a="ed25519-sha256",
                                     keys=["v=DKIM1; k=ed25519; p=" + base64.b64encode(ed.public + b"x").decode()]),
            "Ed25519 as SubjectPublicKeyInfo": Case(
                "dkim-syntax", key="ed25519", a="ed25519-sha256", keys=["v=DKIM1; k=ed25519; p=" + base64.b64encode(
                    bytes.fromhex("302a300506032b6570032100") + ed.public).decode()]),
            "h= of SHA-1": Case("dkim-algorithm", keys=k("v=DKIM1; h=sha1; p=KEY")),
            "h= of both": Case("pass", keys=k("v=DKIM1; h=sha1 : sha256; p=KEY")),
            "h= empty": Case("dkim-algorithm", keys=k("v=DKIM1; h=; p=KEY")),
            "another key": Case("dkim-fail", keys=[self.key["other"].record]),
            "over 8 KiB": Case("dkim-key-missing", keys=k("v=DKIM1; p=KEY; n=" + "a" * 8192)),
        })

    def test_what_a_key_is_for(self):
        k, below = self.made_of, "a@mail.reporter.example"
        self.check({
            "everything": Case("pass", keys=k("v=DKIM1; s=*; p=KEY")),
            "TLS reports": Case("pass", keys=k("v=DKIM1; s=tlsrpt; p=KEY")),
            "both": Case("pass", keys=k("v=DKIM1; s=email : tlsrpt; p=KEY")),
            "mail alone": Case("pass", "dkim-service-type", keys=k("v=DKIM1; s=email; p=KEY")),
            "something else": Case("dkim-key-missing", keys=k("v=DKIM1; s=other; p=KEY")),
            "nothing": Case("dkim-key-missing", keys=k("v=DKIM1; s=; p=KEY")),
            "something else, withdrawn": Case("dkim-key-missing", keys=["v=DKIM1; s=other; p="]),
            "tests": Case("pass", "dkim-test-key", keys=k("v=DKIM1; t=y; p=KEY")),
            "flags that nobody knows": Case("pass", keys=k("v=DKIM1; t=z:x; p=KEY")),
            "i= itself": Case("pass", keys=k("v=DKIM1; t=s; p=KEY"), i="a@reporter.example"),
            "i= below": Case("dkim-fail", keys=k("v=DKIM1; t=s; p=KEY"), i=below),
            "i= below, and tests": Case("dkim-fail", keys=k("v=DKIM1; t=y : s; p=KEY"), i=below),
            "i= below, where it may be": Case("pass", keys=k("v=DKIM1; p=KEY"), i=below),
        })

    def test_sizes(self):
        self.check({
            "1024 bits": Case("pass", "dkim-rsa-short", key="1024"),
            "1023 bits": Case("dkim-key-weak", key="1023"),
            "512 bits": Case("dkim-key-weak", key="512"),
            "8192 bits": Case("dkim-fail", keys=["v=DKIM1; p=" + rsa_of_bits(8192)]),
            "8200 bits": Case("dkim-syntax", keys=["v=DKIM1; p=" + rsa_of_bits(8200)]),
        })

    def test_several_records(self):
        spf, gone, bad = "v=spf1 -all", "v=DKIM1; p=", "v=DKIM1; h=sha1; p=" + self.p
        self.check({
            "SPF and a key": Case("pass", keys=[spf, self.record]),
            "a withdrawn one and a key": Case("pass", keys=[gone, self.record]),
            "another key and the key": Case("pass", keys=[self.key["other"].record, self.record]),
            "none fits: the first tells": Case("dkim-algorithm", keys=[bad, gone, spf]),
            "the fourth is not tried": Case("dkim-key-missing", keys=[spf, gone, bad, self.record]),
        })

    def test_what_dns_says(self):
        """By way of aliases, in several strings, or not at all."""
        cases = {"an alias": Case("pass", keys=[]), "an alias to nothing": Case("dkim-key-missing", keys=[]),
                 "strings": Case("pass", keys=[]), "SERVFAIL": Case("waiting")}
        name = "k{}._domainkey.reporter.example".format
        self.dns.txt("keys.host.example", self.record)
        self.dns.records[name(0)] = [(CNAME, wire_name("keys.host.example"))]
        self.dns.records[name(1)] = [(CNAME, wire_name("nothing.host.example"))]
        raw = self.record.encode()
        self.dns.records[name(2)] = [(TXT, wire_text([raw[:7], b"", raw[7:60], raw[60:61], raw[61:250], raw[250:]]))]
        self.dns.trouble[name(3)] = "servfail"
        self.check(cases)


class Several(Rules):
    """More than one signature, and whose it is."""

    def check_mails(self, cases, **how):
        """Each is a list of (tags, whether it is broken), the topmost first, a contact, and the verdict."""
        paths = []
        for i, (signatures, contact, _) in enumerate(cases.values()):
            raw = mail(report(domain=f"c{i}.example", contact=contact), i)
            for others, broken in reversed(signatures):
                selector = others.get("s", f"k{i}")
                self.dns.records[f"{selector}._domainkey.{others.get('d', 'reporter.example')}"] = \
                    [(TXT, wire_text(chunks(self.key["rsa"].record)))]
                raw = sign(raw, tags(**{"selector": selector, **others}), self.key["rsa"])
                raw = raw.replace(b"; h=from:to:", b"; h=to:from:", 1) if broken else raw
            paths.append(self.write(f"{i}.eml", arrived(raw)))
        self.imports(paths, **how)
        found = [tuple(row) for row in self.query("SELECT dkim, dkim_domain FROM reports ORDER BY id")]
        self.assertEqual([(name, *case[2]) for name, case in cases.items()],
                         [(name, *row) for name, row in zip(cases, found)])

    def test_the_best_that_is_the_reporters_counts(self):
        ours, relay = "tls@reporter.example", {"d": "relay.example"}
        sub, silent = {"d": "mail.reporter.example"}, {"s": "silent"}
        self.dns.trouble.update({f"silent._domainkey.{d}.example": "servfail" for d in ("reporter", "relay")})
        good, bad, other = ({}, False), ({}, True), ("pass", "reporter.example")
        self.check_mails({
            "a relay and the reporter": ([(relay, False), good], ours, other),
            "the reporter and a relay": ([good, (relay, False)], ours, other),
            "a relay alone": ([(relay, False)], ours, ("dkim-not-aligned", "relay.example")),
            "a relay, and the reporter's is broken": ([(relay, False), bad], ours, ("dkim-fail", "reporter.example")),
            "a broken one above a good one": ([bad, good], ours, other),
            "below the reporter": ([(sub, False)], ours, ("pass", "mail.reporter.example")),
            "the reporter is below": ([good], "tls@eu.mail.reporter.example", other),
            "a broken one, and one that cannot be asked": (
                [bad, (silent, False)], ours, ("waiting", "reporter.example")),
            "a broken one, and one of a relay that cannot be asked": (
                [({**relay, "s": "silent"}, False), bad], ours, ("dkim-fail", "reporter.example")),
            "one that cannot be asked, and a good one": ([(silent, False), good], ours, other),
            "rsa-sha1 above a good one": ([({"a": "rsa-sha1"}, False), good], ours, other),
            "l= above a good one": ([({"l": "5"}, False), good], ours, other),
            "a top level": ([({"d": "example"}, False)], ours, ("dkim-not-aligned", "example")),
            "a public suffix": ([({"d": "co.uk"}, False)], "tls@reporter.co.uk", ("dkim-not-aligned", "co.uk")),
            "a good one is the tenth": ([({"d": f"r{i}.example"}, False) for i in range(9)] + [good], ours, other),
            "and the eleventh": ([({"d": f"r{i}.example"}, False) for i in range(10)] + [good], ours,
                                 ("dkim-not-aligned", "r0.example")),
            "of another that it speaks for": ([good], "tls@victim.example", ("dkim-not-aligned", "reporter.example")),
        })


class WhoReports(Rules):
    """Without a contact it is TLS-Report-Submitter where that is signed, else From."""

    def test_the_reporter(self):
        other = replaced(b"TLS-Report-Submitter: reporter.example", b"TLS-Report-Submitter: victim.example")
        unsigned = "from:to:subject:tls-report-domain"
        none = {"contact": None}
        self.check({
            "the contact": Case("dkim-not-aligned", document={"contact": "tls@victim.example"}),
            "the submitter": Case("pass", document=none),
            "another submitter": Case("dkim-not-aligned", document=none, before=other),
            "a submitter that is not signed": Case("pass", "headers-unsigned", document=none, before=other, h=unsigned,
                                                   names=unsigned),
            "no submitter": Case("pass", document=none, before=replaced(b"TLS-Report-Submitter", b"X-Submitter")),
            "no submitter, another From": Case("dkim-not-aligned", document=none, sender="victim.example",
                                               before=replaced(b"TLS-Report-Submitter", b"X-Submitter")),
        })


@unittest.skipUnless(signing.available(), "python3-dkim is not there")
class SignedByHand(unittest.TestCase):
    def test_python3_dkim_takes_it(self):
        key = handsigned.Key(1024)
        script = ("import sys, dkim; raw = sys.stdin.buffer.read(); key = sys.argv[1].encode(); "
                  "sys.exit(0 if dkim.verify(raw, dnsfunc=lambda *_, **__: key) else 1)")
        for forms in (("relaxed", "relaxed"), ("simple", "simple")):
            raw = sign(mail(report()), tags("s", c="/".join(forms)), key, forms=forms)
            subprocess.run([signing.PYTHON, "-c", script, key.record], input=raw, check=True)


if __name__ == "__main__":
    tap.main()
