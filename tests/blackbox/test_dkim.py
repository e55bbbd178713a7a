#!/usr/bin/env python3
"""Who vouches for a report: signed mails, keys from a DNS server by script, and what follows in the store."""
import os
import sqlite3
import sys
import unittest
from contextlib import closing
from email.utils import format_datetime

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import handsigned, signing, tap  # noqa: E402
from lib.nameserver import TROUBLES  # noqa: E402
from lib.program import DATAERR, OK  # noqa: E402
from lib.signed import NOW, Dkim, arrived, day, mail, report, timedelta  # noqa: E402

class Judged(Dkim):
    def test_a_signed_report_passes_and_stands_so_in_every_table(self):
        self.imports(self.mails(mail(report())))
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.expect(OK, "-d", self.store, "export", "-o", self.dir, "reports", "senders")
        self.assertEqual([("pass", "reporter.example")],
                         [(r["dkim"], r["dkim_domain"]) for r in self.table("reports", self.dir)])
        self.assertEqual(["1"], [r["verified_reports"] for r in self.table("senders", self.dir)])
        self.assert_rollups_are_true()

    def test_an_unsigned_one_is_counted_with_a_warning(self):
        result = self.imports(self.mails(mail(report()), signed=False))
        self.assertEqual([("dkim-missing", "", "unauthenticated")], self.verdicts())
        self.assertEqual((1, 1), (result.json["imported"], result.json["unverified"]))

    def test_off_asks_nobody(self):
        self.imports(self.mails(mail(report())), dkim="off")
        self.assertEqual([("", "", "")], self.verdicts())
        self.assertEqual([], self.dns.asked)

    @unittest.skipUnless(os.path.exists("/usr/share/dns/root.key"), "the keys of the root are not there")
    def test_a_resolver_that_strips_signatures_is_believed_without_them(self):
        self.trust_anchor = "auto"
        self.imports(self.mails(mail(report())))
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())

    def test_a_name_is_asked_once_in_a_run(self):
        self.imports(self.mails(*(mail(report(ago=i), i) for i in range(2, 8))))
        self.assertEqual([self.signer.name], [n for n in self.dns.asked if "_domainkey" in n])

    def test_only_the_reporters_keys_are_asked_for(self):
        relay = signing.Signer("relay.example", bits=1024)
        self.imports([self.write("both.eml", arrived(relay.sign(*self.signer.sign(mail(report())))[0]))])
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.assertEqual([self.signer.name], [n for n in self.dns.asked if "_domainkey" in n])

    def test_signatures_of_other_names_are_none(self):
        raw = self.signer.sign(mail(report()))[0].replace(b"DKIM-Signature:", b"X-Google-DKIM-Signature:", 1)
        self.imports([self.write("other.eml", arrived(raw))])
        self.assertEqual([("dkim-missing", "", "unauthenticated")], self.verdicts())

    def test_show_says_it_in_a_sentence_and_for_programs(self):
        path = self.mails(mail(report()))[0]
        said = self.expect(OK, "-c", self.conf(), "show", path).out
        self.assertRegex(said, r"Signed by reporter\.example \(selector s1, RSA 2048\): valid\.")
        got = self.expect(OK, "-c", self.conf(), "show", "--json", path).json["dkim"]
        self.assertEqual({"verdict": "pass", "domain": "reporter.example", "selector": "s1", "key_bits": 2048}, got)

    def test_a_relay_vouches_for_nobody_else_unless_it_is_named(self):
        other = report(contact="tls@other.example")
        paths = self.mails(mail(other))
        self.imports(paths)
        self.assertEqual([("dkim-not-aligned", "reporter.example", "unauthenticated")], self.verdicts())
        self.imports(paths, signers="reporter.example:other.example")
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.assert_rollups_are_true()


def forwarded(raw, inner_arrived=True):
    """As an attachment of a mail that somebody else sends."""
    return (b"From: admin@our.example\r\nTo: tls@our.example\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: text/plain\r\n\r\nSee.\r\n"
            b"--outer\r\nContent-Type: message/rfc822\r\n\r\n" + (arrived(raw) if inner_arrived else raw) +
            b"\r\n--outer--\r\n")


class Forwarded(Dkim):
    """A report in a mail in a mail: judged is the inner one."""

    def verdict_of(self, raw):
        self.imports([self.write("forwarded.eml", raw)])
        return self.query("SELECT dkim FROM reports")[0][0]

    def test_the_inner_signature_counts(self):
        self.assertEqual("pass", self.verdict_of(arrived(forwarded(self.signer.sign(mail(report()))[0]))))

    def test_whoever_signed_the_outer_one_says_nothing(self):
        self.assertEqual("dkim-missing", self.verdict_of(arrived(self.signer.sign(forwarded(mail(report())))[0])))

    def test_it_arrived_when_the_inner_one_did(self):
        key, x = handsigned.Key(2048), int((NOW - timedelta(hours=23)).timestamp())
        self.dns.txt("hand._domainkey.reporter.example", key.record)
        raw = handsigned.sign(mail(report()), handsigned.tags("hand", x=str(x)), key)
        received = format_datetime(NOW).encode()
        outer = b"Received: from x by y; " + received + b"\r\n" + forwarded(raw)
        self.assertEqual("pass", self.verdict_of(outer))


class OldKeys(Dkim):
    """A reporter took its key out of DNS; a mail of that time is read later."""

    def setUp(self):
        super().setUp()
        self.imports(self.mails(mail(report(5), 5)))
        self.dns.records[self.signer.name] = []
        self.dns.txt(self.signer.name, "v=DKIM1; p=")

    def verdict_of_old_mail(self):
        raw = self.signer.sign(mail(report(3), 3))[0]
        self.imports([self.write("old.eml", arrived(raw))])
        return self.query("SELECT dkim FROM reports WHERE date = ?", str(day(3)))[0][0]

    def seen(self, first, last):
        """As if DNS had the key on the days from so many days ago to so many."""
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("UPDATE dkim_keys SET first_seen = ?, last_seen = ?", (str(day(first)), str(day(last))))
            db.commit()

    def test_what_verified_is_remembered_with_its_day(self):
        self.assertEqual([(self.signer.name, self.signer.record, 1)],
                         self.query("SELECT name, record, first_seen = last_seen FROM dkim_keys"))

    def test_a_mail_that_arrived_while_the_key_was_there_passes(self):
        self.assertEqual("pass", self.verdict_of_old_mail())

    def test_the_key_that_is_not_in_dns_any_more_is_not_seen_by_that(self):
        self.seen(9, 2)
        self.assertEqual("pass", self.verdict_of_old_mail())
        self.assertEqual([(str(day(2)),)], self.query("SELECT last_seen FROM dkim_keys"))

    def test_one_that_arrived_later_than_a_day_after_it_does_not(self):
        self.seen(9, 3)  # the mails arrive one day ago
        self.assertEqual("dkim-key-revoked", self.verdict_of_old_mail())

    def test_nor_one_that_came_more_than_a_week_before(self):
        self.seen(-7, -9)
        self.assertEqual("dkim-key-revoked", self.verdict_of_old_mail())

    def test_without_a_key_of_then_nothing_passes(self):
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("DELETE FROM dkim_keys")
            db.commit()
        self.assertEqual("dkim-key-revoked", self.verdict_of_old_mail())


class Unsigned(Dkim):
    """TLS-Report-Domain in a mail whose signature leaves it open: whoever passed it on may have put it there."""

    def domains(self, *raws):
        self.imports([self.write(f"{i}.eml", arrived(raw)) for i, raw in enumerate(raws)])
        return self.query("SELECT domain, dkim, warnings FROM reports")

    def tlsa(self):
        """A report whose one policy names the MX host, so that the recipient domain is in the header alone."""
        document = report()
        document["policies"][0]["policy"].update({"policy-type": "tlsa", "policy-domain": "mx.host.example",
                                                  "policy-string": ["3 1 1 " + "ab" * 32]})
        return document

    def test_it_counts_where_it_is_signed(self):
        self.assertEqual([("our.example", "pass", "")], self.domains(*self.signer.sign(mail(self.tlsa()))))

    def test_it_counts_as_absent_where_it_is_not(self):
        bare = mail(self.tlsa()).replace(b"TLS-Report-Domain: our.example\r\n", b"")
        raw = self.signer.sign(bare, names=[n for n in signing.NAMES if n != "tls-report-domain"])[0]
        self.assertEqual([("mx.host.example", "pass", "headers-unsigned")],
                         self.domains(b"TLS-Report-Domain: victim.example\r\n" + raw))

    def test_a_report_that_nobody_vouches_for_keeps_it(self):
        self.assertEqual([("our.example", "dkim-missing", "unauthenticated")], self.domains(mail(self.tlsa())))


class Required(Dkim):
    def test_what_nobody_vouches_for_is_refused_as_a_whole_mail(self):
        result = self.imports(self.mails(mail(report()), signed=False), status=DATAERR, dkim="require")
        self.assertEqual(1, result.json["rejected"])
        self.assertEqual([("dkim-missing", 1)], self.query("SELECT code, whole_mail FROM quarantine"))
        self.assertEqual([], self.verdicts())

    def test_what_is_signed_counts(self):
        result = self.imports(self.mails(mail(report())), dkim="require")
        self.assertEqual((1, 0), (result.json["imported"], result.json["unverified"]))

    def test_quarantine_names_the_signature(self):
        raw = self.signer.sign(mail(report()))[0].replace(b"A report.", b"A rapport.")
        self.imports([self.write("changed.eml", arrived(raw))], status=DATAERR, dkim="require")
        self.assertEqual([("dkim-fail", "d=reporter.example s=s1")], self.query("SELECT code, place FROM quarantine"))

    def test_what_could_not_be_read_is_judged_later_by_who_signed_its_mail(self):
        large = [mail({**report(i), "padding": "x" * 2000}, i) for i in (2, 3)]
        raws = self.mails(self.signer.sign(large[0])[0], large[1], signed=False)
        small = "[limits]\nreport = 1K\n"
        self.expect(DATAERR, "-c", self.conf(dkim="require", more=small), "import", *raws)
        self.assertEqual([("decompressed-too-large", 0)] * 2, self.query("SELECT code, whole_mail FROM quarantine"))
        self.dns.records = {}
        self.run_it("-c", self.conf(dkim="require"), "quarantine", "retry", "--all")
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.assertEqual([("dkim-missing",)], self.query("SELECT code FROM quarantine"))


class NoAnswer(Dkim):
    def test_each_trouble_puts_the_report_off_and_the_next_run_settles_it(self):
        for trouble in TROUBLES:
            if trouble in ("late", "cut"):  # these are no trouble: the answer comes, by TCP or a little later
                continue
            with self.subTest(trouble):
                self.store = self.path(trouble + ".db")
                self.dns.trouble = {"*": trouble}
                paths = self.mails(mail(report()))
                result = self.imports(paths, dkim="require")
                self.assertEqual((0, 1), (result.json["imported"], result.json["deferred"]), str(result))
                self.assertRegex(result.err, r"dns: no answer from .*; 1 mail waits, and is tried again by each run")
                self.assertEqual([("deferred",)], self.query("SELECT verdict FROM messages"))
                self.assertRegex(self.expect(OK, "-d", self.store, "status").out,
                                 r"1 of them waits for DNS, the oldest since 2")
                self.assertEqual(1, self.expect(OK, "-d", self.store, "status", "--json").json["waiting"])
                self.dns.trouble = {}
                self.imports([self.write("empty/none.txt", "nothing").rsplit("/", 1)[0]], dkim="require")
                self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
                self.assertEqual([], self.query("SELECT code FROM quarantine"))
                self.assertEqual([("imported",)], self.query("SELECT verdict FROM messages WHERE verdict <> 'no_report'"))
                self.assert_rollups_are_true()

    def test_a_report_that_waits_is_counted_at_once_and_raised_later(self):
        self.dns.trouble = {"*": "servfail"}
        paths = self.mails(mail(report()))
        self.imports(paths)
        self.assertEqual([("waiting", "reporter.example", "")], self.verdicts())
        self.dns.trouble = {}
        self.imports(paths)
        self.assertEqual([("pass", "reporter.example", "")], self.verdicts())
        self.assertEqual([], self.query("SELECT code FROM quarantine"))
        self.assert_rollups_are_true()

    def test_a_dead_server_costs_little_and_no_report(self):
        """Many names of one party and of others: after a few nobody is waited for."""
        self.dns.trouble = {"*": "nothing"}
        self.imports(self.mails(*(mail(report(ago=i), i) for i in range(2, 12))))
        self.assertEqual({"waiting"}, {v[0] for v in self.verdicts()})
        self.assertEqual(10, len(self.verdicts()))


class Answer(Dkim):
    """What strangers mail does not turn what the genuine reports say."""

    def test_a_forged_success_cures_nothing(self):
        genuine = self.mails(*(mail(report(ago=i, good=10, failed=5), i) for i in range(6, 10)))
        self.imports(genuine)
        forged = [self.write(f"forged{i}.eml", arrived(mail(report(ago=i), 100 + i))) for i in (2, 3)]
        self.imports(forged)
        self.expect(OK, "-d", self.store, "export", "-o", self.dir, "problems")
        self.assertNotIn("cured", [p["state"] for p in self.table("problems", self.dir)])
        self.imports(self.mails(*(mail(report(ago=i), 200 + i) for i in (4, 5))))
        self.expect(OK, "-d", self.store, "export", "-o", self.dir, "problems")
        self.assertEqual(["cured"], [p["state"] for p in self.table("problems", self.dir)])

    def test_a_forged_copy_that_came_first_is_displaced(self):
        self.imports([self.write("forged.eml", arrived(mail(report(good=999))))])
        result = self.imports(self.mails(mail(report(good=10, failed=5))))
        self.assertRegex(result.err, "counts in place of a stored copy")
        self.assertEqual([("conflict", "dkim-missing"), ("counted", "pass")],
                         self.query("SELECT status, dkim FROM reports ORDER BY id"))
        self.assertEqual([(15,)], self.query("SELECT sum(counted_sessions) FROM csv_daily"))
        self.assert_rollups_are_true()

    def test_a_forged_report_breaks_no_silence(self):
        self.imports(self.mails(*(mail(report(ago=i), i) for i in range(20, 28))))
        self.imports(self.mails(*(mail(report(ago=i, organization="Other Inc.", contact="tls@mail.reporter.example"),
                                       300 + i) for i in range(2, 28))))
        silent = "SELECT organization FROM sender_lives WHERE silent"
        self.assertEqual([("Reporter Inc.",)], self.query(silent))
        self.imports([self.write("forged.eml", arrived(mail(report(ago=2), 1)))])
        self.assertEqual([("Reporter Inc.",)], self.query(silent))

    def test_quarantine_accepts_what_was_refused_for_its_signature(self):
        self.imports(self.mails(mail(report()), signed=False), status=DATAERR, dkim="require")
        self.expect(OK, "-c", self.conf(dkim="require"), "quarantine", "accept", "1")
        self.assertEqual([("dkim-missing", "", "unauthenticated")], self.verdicts())
        self.assertEqual([], self.query("SELECT code FROM quarantine"))


if __name__ == "__main__":
    tap.main()
