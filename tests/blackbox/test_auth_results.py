#!/usr/bin/env python3
"""What a trusted provider wrote into a mail (RFC 8601), in all its forms: when it is believed, and when not."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.signed import Dkim, arrived, mail, report  # noqa: E402

ID = "mx.provider.example"
FIELD = "Authentication-Results: "
PASS = "dkim=pass header.d=reporter.example"


def ar(*results, who=ID):
    return FIELD + "; ".join([who, *results])


class Provider(Dkim):
    """Each mail was changed behind its signature; B stands for the front of its b=."""

    def made(self, raw, fields, change):
        front = re.search(rb"[; \t\n]b=([A-Za-z0-9+/]{8})", raw)[1].decode()
        head = "".join(field.replace("{B}", front).replace("\n", "\r\n") + "\r\n" for field in fields)
        return head.encode() + change(raw)

    def check(self, trusted, believed, passed_over, change=lambda raw: raw.replace(b"A report.", b"A rapport."),
              code="dkim-fail"):
        """The mails whose fields are believed, and those that are passed over, by name."""
        cases = [(name, fields, "provider") for name, fields in believed.items()] + \
            [(name, fields, code) for name, fields in passed_over.items()]
        raws = self.signer.sign(*(mail(report(domain=f"c{i}.example"), i) for i in range(len(cases))))
        paths = [self.write(f"{i}.eml", arrived(self.made(raw, [f] if isinstance(f, str) else f, change)))
                 for i, (raw, (_, f, _)) in enumerate(zip(raws, cases))]
        self.imports(paths, trust_authserv=trusted)
        found = [dkim for dkim, in self.query("SELECT dkim FROM reports ORDER BY id")]
        self.assertEqual([(name, verdict) for name, _, verdict in cases],
                         [(name, dkim) for (name, _, _), dkim in zip(cases, found)])


class Believed(Provider):
    def test_the_forms_of_a_field(self):
        self.check(ID, {
            "as usual": ar(PASS),
            "with selector and signature": ar(PASS + " header.s=s1 header.b={B}"),
            "by its identity": ar("dkim=pass header.i=@reporter.example"),
            "by the identity of a person": ar("dkim=pass header.i=tls@reporter.example"),
            "version 1": ar(PASS, who=ID + " 1"),
            "letters of another case": FIELD + "MX.Provider.EXAMPLE; DKIM=Pass HEADER.D=Reporter.Example",
            "the name of the field, too": "AUTHENTICATION-RESULTS: " + f"{ID}; {PASS}",
            "blanks before its colon": f"Authentication-Results : {ID}; {PASS}",
            "the version of the method": ar("dkim/1=pass header.d=reporter.example"),
            "blanks around the signs": FIELD + f"{ID} ;\n\tdkim =  pass\n header.d\t= reporter.example ;",
            "nothing between two signs": FIELD + f"{ID};; {PASS};;",
            "comments": FIELD + f"(a (b) \\) c) {ID} (d) 1 (e); "
                "dkim (f) = (g) pass (h) header.d (i) = (j) reporter.example (k)",
            "a semicolon in a comment": ar("dkim=pass (2048-bit key; unprotected) header.d=reporter.example"),
            "quoted values": ar(
                'dkim=pass reason="good; header.d=else.example" header.d="reporter.example" header.b="{B}"'),
            "a quoted pair": ar('dkim=pass reason="a \\" b; c" header.d=reporter.example'),
            "pieces that nobody knows": ar("x-ptr=pass smtp.helo=a", "iprev=none", "here is nothing", PASS),
            "others before it": ar(
                "spf=pass smtp.mailfrom=a@b.example", "dmarc=pass header.from=reporter.example", PASS),
            "a failure before it": ar(
                "dkim=fail reason=\"bad signature\" header.d=reporter.example header.s=old", PASS),
            "one of a relay before it": ar("dkim=pass header.d=relay.example", PASS),
            "8 bits in a comment": ar("dkim=pass (gepr\u00fcft) header.d=reporter.example"),
            "no blank behind the name": f"Authentication-Results:{ID};{PASS}",
        }, {
            "no field": [],
            "without a domain": ar("dkim=pass"),
            "another result": ar("dkim=fail header.d=reporter.example"),
            "a result that begins alike": ar("dkim=passed header.d=reporter.example"),
            "policy": ar("dkim=policy header.d=reporter.example"),
            "dkim-atps and not dkim": ar("dkim-atps=pass header.d=reporter.example"),
            "spf alone": ar("spf=pass smtp.mailfrom=reporter.example header.d=reporter.example"),
            "none": ar("none"),
            "in a comment": ar("spf=pass (dkim=pass header.d=reporter.example; " + PASS + ")"),
            "in quotes": ar('spf=pass reason="; dkim=pass header.d=reporter.example"'),
            "in a comment without an end": ar("spf=pass (" + PASS),
            "another selector": ar(PASS + " header.s=other"),
            "another signature": ar(PASS + " header.b=AAAAAAAA"),
            "of a relay": ar("dkim=pass header.d=relay.example"),
            "of another domain of the reporter, which did not sign": ar("dkim=pass header.d=mail.reporter.example"),
            "version 2": ar(PASS, who=ID + " 2"),
            "an id that only begins alike": ar(PASS, who=ID + ".else.example"),
            "one that only ends alike": ar(PASS, who="x" + ID),
            "one below": ar(PASS, who="a." + ID),
            "no id": FIELD + PASS,
            "of ARC": f"ARC-Authentication-Results: i=1; {ID}; {PASS}",
            "the name of another field": f"X-Authentication-Results: {ID}; {PASS}",
        })

    def test_only_what_the_provider_put_on_top(self):
        hop = "Received: from a by b; Mon, 2 Mar 2026 01:01:00 +0000"
        self.check(ID, {
            "below other fields": [hop, "X-Spam: no", ar(PASS)],
            "in the second of a block": [ar("x-csa=none"), ar(PASS)],
            "in the third": [ar("none"), ar("iprev=pass policy.iprev=192.0.2.1"), ar(PASS)],
        }, {
            "below one of another": [ar("spf=pass", who="mx.else.example"), ar(PASS)],
            "below one that judged": [ar("spf=fail smtp.mailfrom=a"), ar(PASS)],
            "below one that judged dkim": [ar("dkim=none"), ar(PASS)],
            "with a hop between": [ar("x-csa=none"), hop, ar(PASS)],
            "with a line that is no field between": [ar("x-csa=none"), "here is no field", ar(PASS)],
            "another's in the block": [ar("x-csa=none"), ar(PASS, who="mx.else.example"), ar(PASS)],
            "an unknown version on top": [ar("x-csa=none", who=ID + " 2"), ar(PASS)],
            "one without an id on top": [FIELD + "spf=pass smtp.mailfrom=a", ar(PASS)],
            "a continuation of another field": ["X-Note: a\n " + ar(PASS)],
        })

    def test_names_below(self):
        self.check("*." + ID, {"below": ar(PASS, who="a." + ID), "far below": ar(PASS, who="a.b." + ID)},
                   {"itself": ar(PASS), "one that ends alike": ar(PASS, who="x" + ID)})

    def test_a_field_without_a_name(self):
        microsoft = "spf=pass (sender IP is 192.0.2.25)\n smtp.mailfrom=reporter.example; dkim=pass " \
            "(signature was verified)\n header.d=reporter.example;dmarc=pass action=none " \
            "header.from=reporter.example;compauth=pass reason=100"
        self.check("none", {"as Microsoft writes it": FIELD + microsoft},
                   {"with a name": ar(PASS), "one with a name on top": [ar("spf=pass"), FIELD + microsoft]})

    def test_a_list_of_names(self):
        self.check(f"mx.else.example NONE {ID.upper()}", {"named": ar(PASS), "without one": FIELD + PASS},
                   {"not in the list": ar(PASS, who="mx.third.example")})

    def test_nobody_is_believed_unless_he_is_named(self):
        self.check("", {}, {"as usual": ar(PASS)})


class Overruled(Provider):
    """Which verdicts a provider's word is stronger than."""

    def test_a_key_that_is_gone(self):
        self.dns.records[self.signer.name] = []
        self.check(ID, {"as usual": ar(PASS)}, {"not said": ar("spf=pass")}, lambda raw: raw, "dkim-key-missing")

    def test_a_key_that_was_withdrawn(self):
        self.dns.records[self.signer.name] = []
        self.dns.txt(self.signer.name, "v=DKIM1; p=")
        self.check(ID, {"as usual": ar(PASS)}, {"not said": ar("spf=pass")}, lambda raw: raw, "dkim-key-revoked")

    def test_dns_without_an_answer(self):
        self.dns.trouble = {"*": "servfail"}
        self.check(ID, {"as usual": ar(PASS)}, {"not said": ar("spf=pass")}, lambda raw: raw, "waiting")

    def test_never_where_the_signature_itself_is_not_allowed(self):
        for what, old, new, code in (("l=", b"; d=", b"; l=10; d=", "dkim-body-length"),
                                     ("rsa-sha1", b"rsa-sha256", b"rsa-sha1", "dkim-algorithm"),
                                     ("a tag twice", b"; d=", b"; d=else.example; d=", "dkim-syntax")):
            with self.subTest(what):
                self.store = self.path(code + ".db")
                self.check(ID, {}, {what: ar(PASS)}, lambda raw, old=old, new=new: raw.replace(old, new, 1), code)

    def test_nor_where_nobody_signed(self):
        self.check(ID, {}, {"unsigned": ar(PASS)}, lambda raw: raw[raw.index(b"From: "):], "dkim-missing")


if __name__ == "__main__":
    tap.main()
