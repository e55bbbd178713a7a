#!/usr/bin/env python3
"""check DOMAIN: what senders see of a domain, on an internet of its own."""
import json
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import schema, tap  # noqa: E402
from lib.internet import ANCIENT, DESERTED, NSD, RECORD, SERVFAIL, SILENCE, Internet, policy  # noqa: E402
from lib.patience import catches, wait_until  # noqa: E402
from lib.program import (BINARY, CHECK, CONFIG, NOINPUT, OK, SANITIZED, TEMPFAIL, UNAVAILABLE, USAGE, Scene,  # noqa: E402
                         environment)

MEMORY = 128 * 1024  # KB
# Of each domain the points that are not ok, by the letter of their state; those without MTA-STS have sts-none as well.
EXPECTED = {}


def expect(domain, *points, sts=True):
    EXPECTED[domain] = set(points) | (set() if sts else {"sts-none:w"})


def records(net, one):
    """Domains with something wrong in DNS."""
    net.domain("untold.example", tlsrpt=(), mx=one)
    expect("untold.example", "dns-none:f", sts=False)
    net.domain("slash.example", tlsrpt=("v=TLSRPTv1\\; rua=mailto:a@sound.example",), mx=one)
    expect("slash.example", "dns-backslash:f", sts=False)
    net.domain("swapped.example", tlsrpt=(), mx=one, more=(f'_tls._smtp.swapped.example. TXT "{RECORD}"',))
    expect("swapped.example", "dns-wrong-name:f", sts=False)
    net.domain("twice.example", tlsrpt=(), mx=one,
               more=(f'_smtp._tls.twice.example.twice.example. TXT "{RECORD}"',))
    expect("twice.example", "dns-wrong-name:f", sts=False)
    net.domain("aliased.example", tlsrpt=(), mx=one,
               more=("_smtp._tls.aliased.example. CNAME _smtp._tls.sound.example.",))
    expect("aliased.example", "dns-alias:n", sts=False)
    net.domain("nobox.example", tlsrpt=("v=TLSRPTv1; rua=mailto:tls@null.example",), mx=one)
    expect("nobox.example", "rua-no-mail:f", sts=False)
    net.domain("noweb.example", tlsrpt=("v=TLSRPTv1; rua=https://nowhere.example/",), mx=one)
    expect("noweb.example", "rua-no-host:f", sts=False)
    net.domain("forwarded.example", tlsrpt=("v=TLSRPTv1; rua=mailto:else@sound.example",), mx=one)
    expect("forwarded.example", "rua-not-polled:w", sts=False)
    net.domain("mute.example", mx=one)
    net.faults["_smtp._tls.mute.example"] = SILENCE
    expect("mute.example", "dns-temperror:u", sts=False)
    net.domain("failing.example", mx=one)
    net.faults["_smtp._tls.failing.example"] = SERVFAIL
    expect("failing.example", "dns-temperror:u", sts=False)
    net.domain("a.forged.example", mx=one)
    expect("a.forged.example", "dnssec-bogus:f")
    expect("gone.example", "dns-no-domain:f")


def policies(net, one):
    """Domains whose policy host has a fault."""
    enforce = policy("enforce", "mx.common.example")
    for name, point, how in (
            ("moved", "sts-redirect:f", {"status": 301, "fields": ["Location: https://sound.example/"]}),
            ("missing", "sts-http-status:f", {"status": 404}),
            ("page", "sts-media-type:f", {"type": "text/html"}),
            ("packed", "sts-encoding:f", {"fields": ["Content-Encoding: gzip"]}),
            ("huge", "sts-too-large:f", {"body": b"x" * 70000}),
            ("cut", "sts-fetch:f", {"missing": 10}),
            ("hushed", "sts-fetch:f", {"silent": True}),
            ("deserted", "sts-fetch:f", {"web": DESERTED}),
            ("ancient", "sts-tls:f", {"web": ANCIENT}),
            ("late-web", "sts-cert:f", {"cert": "expired"}),
            ("other-web", "sts-cert:f", {"names": ["www.example"]}),
            ("soon-web", "sts-cert-soon:w", {"cert": "soon"}),
            ("pieces", None, {"chunked": True}),
            ("unlisted", "sts-mx-uncovered:f sts-mx-unused:n", {"text": policy("enforce", "other.example")}),
            ("trying", "sts-mode-testing:n", {"text": policy("testing", "*.common.example")})):
        net.domain(f"{name}.example", mx=one, **{"text": enforce, **how})
        expect(f"{name}.example", *(point or "").split())
    net.domain("orphan.example", mx=one, text=enforce, sts="")
    expect("orphan.example", "sts-orphan:w")


def mail_hosts(net):
    """Domains whose MX host has a fault, under enforce."""
    old = ssl.TLSVersion.TLSv1
    for name, point, how in (
            ("clear", "starttls-missing:f", {"fault": "clear"}), ("hidden", "starttls-hidden:f", {"fault": "hidden"}),
            ("refuses", "starttls-refused:f", {"fault": "refuses"}),
            ("injects", "starttls-injected:f", {"fault": "injects"}), ("closes", "tls-failed:f", {"fault": "closes"}),
            ("goes-on", "tls-failed:f", {"fault": "goes-on"}),
            ("leaves", "smtp-after:w", {"fault": "leaves"}), ("away", "smtp-turned-away:u", {"fault": "turned-away"}),
            ("busy", "smtp-turned-away:u", {"fault": "busy"}), ("ssh", "smtp-garbage:f", {"fault": "other"}),
            ("endless", "smtp-garbage:f", {"fault": "endless"}), ("old-smtp", "smtp-no-ehlo:f", {"fault": "old"}),
            ("absent", "smtp-connect:f", {"fault": "absent"}), ("silent", "smtp-late:u", {"fault": "silent"}),
            ("shut", "smtp-blocked:u", {"fault": "shut"}), ("old-tls", "tls-old:f", {"version": old}),
            ("expired", "cert-expired:f", {"cert": "expired"}), ("future", "cert-future:f", {"cert": "future"}),
            ("soon", "cert-soon:w", {"cert": "soon"}), ("cn", "cert-cn:f", {"cert": "cn"}),
            ("self", "cert-chain:f", {"cert": "self-signed"}), ("named", "cert-name:f", {"names": ["mail.example"]}),
            ("star", None, {"names": ["*.star.example"]})):
        host = net.mx(f"mx.{name}.example", **how)
        net.domain(f"{name}.example", mx=[host], text=policy("enforce", host.name))
        expect(f"{name}.example", *(point or "").split())


def dane(net, one):
    """Domains with TLSA records, without MTA-STS."""
    for name, points, how in (
            ("matched", "sts-none-dane:n", {"tlsa": ["3 1 1"]}),
            ("rolling", "sts-none-dane:n", {"tlsa": ["3 1 1 other", "3 1 1"]}),
            ("differs", "sts-none-dane:n tlsa-mismatch:f", {"tlsa": ["3 1 1 other"]}),
            ("whole", "sts-none-dane:n tlsa-whole-certificate:n", {"tlsa": ["3 0 1"]}),
            ("issuer", "sts-none-dane:n", {"tlsa": ["2 0 1"]}),
            ("issuer-name", "cert-name:n sts-none-dane:n tlsa-mismatch:f", {"tlsa": ["2 0 1"], "names": ["mail.example"]}),
            ("own-cert", "sts-none-dane:n", {"tlsa": ["3 1 1"], "cert": "self-signed"}),
            ("pkix", "sts-none:w tlsa-unusable:f tlsa-usage:w", {"tlsa": ["1 1 1"]})):
        net.domain(f"{name}.example", mx=[net.mx(f"mx.{name}.example", **how)])
        expect(f"{name}.example", *points.split())
    net.domain("tlsa-fails.example", mx=[net.mx("mx.tlsa-fails.example")])
    net.faults["_25._tcp.mx.tlsa-fails.example"] = SERVFAIL
    expect("tlsa-fails.example", "tlsa-broken:f", sts=False)
    net.domain("shared.example", mx=[net.mx("mx.plain.example", tlsa=["3 1 1"])])
    expect("shared.example", "tlsa-insecure:w", sts=False)
    net.domain("d.plain.example", mx=one)
    expect("d.plain.example", "dnssec-unsigned:n", sts=False)


def mail_routes(net):
    net.domain("null.example", mx=["."[1:]])
    expect("null.example", "mx-null:n")
    net.domain("nomail.example")
    expect("nomail.example", "mx-none:f")
    net.domain("lost.example", mx=["mx.nowhere.example"])
    expect("lost.example", "mx-no-address:f", sts=False)


@unittest.skipUnless(NSD and shutil.which("ldns-signzone"), "nsd or ldnsutils is not installed")
class Looking(Scene):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="tlsrua-internet-")
        cls.addClassCleanup(shutil.rmtree, folder, True)
        cls.net = Internet(folder)
        cls.addClassCleanup(cls.net.close)
        sound = cls.net.mx("mx.sound.example", tlsa=["3 1 1"])
        cls.net.domain("sound.example", mx=[sound], text=policy("enforce", "mx.sound.example"))
        expect("sound.example")
        common = cls.net.mx("mx.common.example")
        records(cls.net, [common])
        policies(cls.net, [common])
        mail_hosts(cls.net)
        dane(cls.net, [common])
        mail_routes(cls.net)
        cls.net.start()

    def setUp(self):
        super().setUp()
        self.conf = self.config({"host": "imap.sound.example", "user": "tls-reports@sound.example", "password": "x"},
                                export=False, extra=self.net.settings())

    def check(self, status, *args, **options):
        return self.expect(status, "-c", self.conf, "check", *args, **options)

    def points(self, result):
        """domain -> code:state of what is not ok, but for two notes that most domains have"""
        found = {}
        for line in result.out.splitlines():
            domain = json.loads(line)
            schema.check("check", domain)
            found[domain["domain"]] = {f"{p['code']}:{p['state'][0]}" for p in domain["points"]
                                       if p["state"] != "ok" and p["code"] not in ("dane-none", "reports-none")}
        return found


class Each(Looking):
    def test_every_domain_shows_what_is_wrong_with_it_and_nothing_else(self):
        result = self.check(CHECK, "--json", *EXPECTED)
        found = self.points(result)
        self.assertEqual(list(EXPECTED), list(found))
        for domain, expected in EXPECTED.items():
            with self.subTest(domain):
                self.assertEqual(expected, found[domain])

    def test_what_domains_share_is_asked_once(self):
        before, fetched = self.net.listeners["mx.common.example"].connections, len(self.net.policies.requests)
        self.check(OK, "aliased.example", "trying.example", "pieces.example", "TRYING.example.")
        self.assertEqual(before + 1, self.net.listeners["mx.common.example"].connections)
        fresh = self.net.policies.requests[fetched:]
        self.assertEqual(2, len(fresh), fresh)
        self.assertRegex(fresh[0], r"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts\.\w+\.example:\d+\r\n"
                                   r"User-Agent: tlsrua/\S+ \(check\)\r\n")

    def test_a_sound_domain_in_words(self):
        result = self.check(OK, "sound.example")
        self.assertEqual(
            ["sound.example: all well",
             "  DNS      ok   sound.example is DNSSEC-signed",
             '  TLS-RPT  ok   "v=TLSRPTv1; rua=mailto:tls-reports@sound.example"',
             "  rua      ok   mailto:tls-reports@sound.example is polled: [mailbox reports]",
             '  MTA-STS  ok   "v=STSv1; id=20260101;"',
             "  policy   ok   enforce, max_age 7 days, mx.sound.example",
             "  MX       ok   10 mx.sound.example",
             "  mx.sound.example",
             "    STARTTLS ok   127.0.40.1, TLSv1.3",
             "    cert     ok   for mx.sound.example, 59 days left",
             "    DANE     ok   TLSA 3 1 1 matches"], result.out.splitlines())
        self.assertEqual("", self.check(OK, "-q", "sound.example", "trying.example").out)

    def test_a_domain_with_a_fault_says_what_to_do(self):
        result = self.check(CHECK, "-q", "clear.example")
        self.assertRegex(result.out, r"(?s)^clear.example: 1 failed\n  mx.clear.example\n    STARTTLS FAIL 127.0.40.\d+ "
                                     r"offers no STARTTLS.*to do: switch TLS on")


class Ends(Looking):
    def test_exit_codes(self):
        for status, domains in ((OK, ["sound.example", "away.example"]), (OK, ["shut.example"]),
                                (TEMPFAIL, ["mute.example"]), (TEMPFAIL, ["sound.example", "failing.example"]),
                                (CHECK, ["mute.example", "untold.example"])):
            with self.subTest(domains):
                self.assertEqual("", self.check(status, *domains).err)

    def test_a_resolver_that_is_dead_ends_it(self):
        result = self.expect_line(UNAVAILABLE, "resolver 127.0.0.1@.*does not answer.*see /etc/resolv.conf", "-c",
                                  self.conf, "check", "--resolver", self.net.address("dead"), "sound.example")
        self.assertEqual("", result.out)

    def test_a_resolver_that_drops_signatures_leaves_dane_unknown(self):
        result = self.check(OK, "--json", "--resolver", self.net.address("strip"), "sound.example", "matched.example")
        found = self.points(result)
        self.assertEqual({"dnssec-unavailable:u"}, found["sound.example"])
        self.assertEqual({"dnssec-unavailable:u", "sts-none:w"}, found["matched.example"])

    def test_a_trust_anchor_that_is_none(self):
        with open(self.conf) as f:
            text = f.read()
        conf = self.write("anchor.conf", text.replace(self.net.anchor, self.write("anchor", "no key\n")))
        self.expect_line(CONFIG, "trust_anchor .*anchor cannot be read", "-c", conf, "check", "sound.example")

    def test_nothing_connects_to_port_25(self):
        before = {n: one.connections for n, one in self.net.listeners.items()}
        result = self.check(OK, "--no-smtp", "--json", "sound.example", "shut.example", "clear.example")
        self.assertEqual(before, {n: one.connections for n, one in self.net.listeners.items()})
        self.assertEqual({"tlsa-unchecked:u"}, self.points(result)["sound.example"])

    def test_private_addresses_are_left_alone(self):
        with open(self.conf) as f:
            text = f.read()
        conf = self.write("away.conf", text.replace("private_addresses = yes", "private_addresses = no"))
        before = {n: one.connections for n, one in self.net.listeners.items()}, len(self.net.policies.requests)
        found = self.points(self.expect(CHECK, "-c", conf, "check", "--json", "sound.example"))
        self.assertIn("address-private:w", found["sound.example"])
        self.assertIn("sts-fetch:f", found["sound.example"])
        self.assertEqual(before, ({n: one.connections for n, one in self.net.listeners.items()},
                                  len(self.net.policies.requests)))

    def test_a_signal_ends_it(self):
        silent, sound = (self.net.listeners[f"mx.{name}.example"] for name in ("silent", "sound"))
        before = silent.connections, sound.connections
        process = subprocess.Popen([BINARY, "-c", self.conf, "check", "silent.example", "sound.example"], cwd=self.dir,
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until("connections", lambda: silent.connections > before[0] and sound.connections > before[1] and
                   catches(process, signal.SIGTERM), process)
        time.sleep(0.5)  # so that the sound one is done
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()
        self.assertEqual(TEMPFAIL, process.returncode)
        self.assertNotIn(b"silent.example", out)
        if not SANITIZED:
            self.assertIn(b"sound.example: all well", out)


class Names(Looking):
    def test_where_domains_come_from(self):
        names = self.write("names", "# ours\r\nsound.example\r\n\r\nSound.Example.  # again\r\ntrying.example\r\n")
        found = self.points(self.check(OK, "--json", "--from-file", names, "trying.example"))
        self.assertEqual(["trying.example", "sound.example"], list(found))
        found = self.points(self.check(OK, "--json", "--from-file", "-", stdin=b"sound.example\n"))
        self.assertEqual(["sound.example"], list(found))

    def test_what_is_no_domain(self):
        for args, pattern in ((["me@sound.example"], "me@sound.example is no domain name; do you mean sound.example"),
                              (["https://sound.example/x"], "do you mean sound.example"), (["a b"], "no domain name"),
                              (["--resolver", "nowhere", "sound.example"], "no address of a server"),
                              (["--from-file", self.write("bad", "sound.example\nx y\n")], r"bad:2: x y is no domain"),
                              (["--from-file", self.write("long", "a" * 2000)], "long:1: the line is too long")):
            with self.subTest(args):
                self.expect_line(USAGE, pattern, "-c", self.conf, "check", *args)
        self.expect_line(USAGE, "more than 10000", "-c", self.conf, "check", "--from-file",
                         self.write("many", "".join(f"x{n}.example\n" for n in range(10001))))
        self.expect_line(NOINPUT, "No such file", "-c", self.conf, "check", "--from-file", self.path("absent"))

    @unittest.skipIf(os.path.exists("/etc/tlsrua.conf"), "there is a configuration on this machine")
    def test_without_a_configuration_there_is_neither_mailbox_nor_store(self):
        result = self.run_it("check", "--json", "--no-smtp", "--resolver", self.net.address("dns"), "sound.example")
        codes = {p["code"] for p in json.loads(result.out)["points"]}
        self.assertIn("tlsrpt-found", codes)
        self.assertFalse(codes & {"rua-polled", "rua-not-polled", "reports-none"}, codes)

    @unittest.skipIf(SANITIZED, "memory is no figure with sanitizers")
    def test_many_domains_take_little_memory(self):
        names = self.write("many", "".join(f"x{n}.example\n" for n in range(300)) + "sound.example\n")
        result = self.check(CHECK, "--no-smtp", "--json", "--from-file", names, measured=True)
        self.assertEqual(301, len(result.out.splitlines()))
        self.assertLess(result.peak_kb, MEMORY)


class Reports(Looking):
    def report(self, number, name, day, policies):
        return self.write(f"{number}.json", json.dumps({
            "organization-name": name, "report-id": str(number), "contact-info": f"tls@{name.lower()}.example",
            "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
            "policies": policies}))

    @staticmethod
    def entry(kind, strings=(), failed=0, mx="mx.sound.example"):
        described = {"policy-type": kind, "policy-domain": "sound.example"}
        if strings:
            described["policy-string"] = list(strings)
        return {"policy": described,
                "summary": {"total-successful-session-count": 10, "total-failure-session-count": failed},
                "failure-details": [{"result-type": "certificate-expired", "receiving-mx-hostname": mx,
                                     "failed-session-count": failed}] if failed else []}

    def imports(self, *reports):
        self.expect_silence("-c", self.conf, "import", *reports)

    def words(self):
        result = self.check(OK, "--json", "sound.example")
        return [(p["code"], p["subject"], p["detail"]) for p in json.loads(result.out)["points"]
                if p["code"].startswith("reports-")]

    def test_what_senders_saw_is_held_against_what_is_published(self):
        now = policy("enforce", "mx.sound.example").split()
        lines = [f"{a} {b}" for a, b in zip(now[::2], now[1::2])]
        other = ["version: STSv1", "mode: testing", "mx: mx.sound.example", "max_age: 86400"]
        self.imports(self.report(1, "Alike", "2026-03-01", [self.entry("sts", lines)]),
                     self.report(2, "Behind", "2026-03-02", [self.entry("sts", other)]),
                     self.report(3, "Blind", "2026-03-02", [self.entry("no-policy-found")]),
                     self.report(4, "Old", "2026-02-01", [self.entry("sts", other)]))
        words = self.words()
        self.assertEqual(["reports-agree", "reports-differ", "reports-no-policy"], sorted(code for code, _, _ in words))
        for code, name, day in (("reports-agree", "1 sender", "2026-03-01"), ("reports-differ", "Behind", "2026-03-02"),
                                ("reports-no-policy", "Blind", "2026-03-02")):
            detail = next(d for c, _, d in words if c == code)
            self.assertIn(name, detail)
            self.assertIn(day, detail)

    def test_a_sender_goes_by_its_last_report(self):
        other = ["version: STSv1", "mode: testing", "mx: mx.sound.example", "max_age: 86400"]
        now = ["version: STSv1", "mode: enforce", "mx: MX.sound.example", "max_age: 604800"]
        self.imports(self.report(1, "Late", "2026-03-01", [self.entry("sts", other)]),
                     self.report(2, "Late", "2026-03-02", [self.entry("sts", now)]))
        self.assertEqual(["reports-agree"], [code for code, _, _ in self.words()])

    def test_an_open_problem_stands_with_its_host(self):
        self.imports(self.report(1, "Seer", "2026-03-01", [self.entry("sts", failed=3)]),
                     self.report(2, "Seer", "2026-03-02", [self.entry("sts", failed=2, mx="mx9.sound.example")]))
        words = self.words()
        self.assertIn("reports-mx", [code for code, _, _ in words])
        problem = next((s, d) for c, s, d in words if c == "reports-problem" and s == "mx.sound.example")
        self.assertRegex(problem[1], r"problem \d+: certificate-expired since 2026-03-01, 3 sessions in the last 7 days")
        text = self.check(OK, "sound.example").out
        self.assertRegex(text, r"(?s)  mx.sound.example\n.*    reports  note open problem \d+: certificate-expired")

    def test_reports_that_arrive_by_another_address(self):
        report = self.report(1, "Seer", "2026-03-01", [{
            "policy": {"policy-type": "no-policy-found", "policy-domain": "forwarded.example"},
            "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}])
        self.imports(report)
        db = sqlite3.connect(self.store)
        db.execute("INSERT INTO mailboxes (id, name, folder) VALUES (1, 'reports', 'INBOX')")
        db.execute("UPDATE messages SET mailbox = 1, uid = 1")
        db.commit()
        db.close()
        result = self.check(OK, "--json", "forwarded.example")
        self.assertEqual(["reports to mailto:else@sound.example arrive: the newest in [mailbox reports] is of 2026-03-01"],
                         [p["detail"] for p in json.loads(result.out)["points"] if p["code"] == "rua-arrives"])

    def test_a_domain_that_nobody_reports_on(self):
        self.imports(self.report(1, "Seer", "2026-03-01", [self.entry("sts")]))
        result = self.check(OK, "--json", "trying.example")
        self.assertIn("reports-none", [p["code"] for p in json.loads(result.out)["points"]])


if __name__ == "__main__":
    tap.main()
