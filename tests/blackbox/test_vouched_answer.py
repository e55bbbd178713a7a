#!/usr/bin/env python3
"""What people are told of who vouches for reports, and that mailed inventions turn no answer."""
import os
import sqlite3
import sys
from contextlib import closing

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import signing, tap  # noqa: E402
from lib.program import CHECK, DATAERR, OK  # noqa: E402
from lib.signed import Dkim, arrived, mail, report  # noqa: E402


class Told(Dkim):
    """Reports of one domain: signed ones, others that anybody could have mailed, and what follows."""

    def signed(self, *reports, signer=None):
        raws = (signer or self.signer).sign(*(mail(r, i) for i, r in enumerate(reports)))
        self.imports([self.write(f"signed/{self.count()}.eml", arrived(raw)) for raw in raws])

    def forged(self, *reports):
        self.imports([self.write(f"forged/{self.count()}.eml", arrived(mail(r, self.number))) for r in reports])

    number = 1000

    def count(self):
        self.number += 1
        return self.number

    def summary(self, *args, status=OK, **reports):
        return self.expect(status, "-c", self.conf(**reports), "summary", *args)

    def words(self, *args, **reports):
        """The summary as one line."""
        return " ".join(self.summary(*args, **reports).out.split())

    def page(self):
        path = self.path("page.html")
        self.expect(OK, "-c", self.conf(), "html", "-o", path)
        return self.read("page.html").decode()


class Counts(Told):
    def test_what_nobody_vouches_for_gets_a_line_with_its_reasons_and_worst_senders(self):
        self.signed(*(report(i) for i in range(5, 13)))
        self.forged(*(report(i, organization="Small Ltd.", contact="t@small.example") for i in range(5, 8)))
        self.forged(report(4))
        text = self.words()
        self.assertIn("4 of 12 reports are vouched for by nobody (dkim-missing 4): tlsrua explain dkim-missing", text)
        self.assertIn("they name Small Ltd., small.example (3); Reporter Inc., reporter.example (1)", text)
        self.assertIn("12 from 2 organizations, 8 vouched for", text)
        page = self.page()
        self.assertIn("4 of 12 reports are vouched for by nobody (dkim-missing 4): tlsrua explain dkim-missing", page)
        self.assertRegex(page, r"Reporter Inc\.</bdi>.*<td class=\"n\">8<td><bdi>reporter\.example</bdi>")
        self.assertRegex(page, r"Small Ltd\.</bdi>.*<td class=\"n\">0<td><bdi>nobody</bdi>")

    def test_each_reason_is_counted_and_one_alone_is_in_the_singular(self):
        changed = self.signer.sign(mail(report(2)))[0].replace(b"A report.", b"A rapport.")
        self.imports([self.write("changed.eml", arrived(changed))])
        self.assertIn("1 of 1 report is vouched for by nobody (dkim-fail 1): tlsrua explain dkim-fail", self.words())
        self.forged(report(3), report(4))
        self.assertIn("3 of 3 reports are vouched for by nobody (dkim-missing 2, dkim-fail 1): tlsrua explain "
                      "dkim-missing", self.words())

    def test_nothing_is_said_where_nothing_was_judged(self):
        self.imports(self.mails(mail(report())), dkim="off")
        text = self.words()
        self.assertNotIn("vouched", text)
        self.assertNotIn("Signed by", self.page())

    def test_the_signing_domain_stands_beside_the_organization(self):
        self.signed(*(report(i, failed=3) for i in range(2, 9)))
        self.assertIn("seen by the only reporter, Reporter Inc. (reporter.example)", self.words())

    def test_json_has_the_counts(self):
        self.signed(report(3, failed=2))
        self.forged(report(2))
        got = self.summary("--json").json
        self.assertEqual((2, 1, 12, 2), (got["reports"], got["verified_reports"], got["verified_sessions"],
                                         got["verified_failed"]))
        self.assertEqual([{"dkim": "dkim-missing", "reports": 1}], got["unverified"])
        self.assertEqual((12, 2), (got["domains"][0]["verified_sessions"], got["domains"][0]["verified_failed"]))


class TwoSigners(Told):
    def test_an_organization_with_two_signing_domains_gets_a_line(self):
        other = signing.Signer("other.example")
        self.dns.txt(other.name, other.record)
        self.signed(*(report(i) for i in range(3, 9)))
        self.assertNotIn("signed by 2 domains", self.words())
        self.signed(report(2, contact="tls@other.example"), signer=other)
        said = "Reporter Inc.: signed by 2 domains, reporter.example (6 reports), other.example (1 report)"
        self.assertIn(said, self.words())
        self.assertIn(said, self.page())
        self.assertEqual([["reporter.example", "other.example"]],
                         [x["dkim_domains"] for x in self.summary("--json").json["two_signers"]])

    def test_two_names_of_one_organization_are_one(self):
        below = signing.Signer("mail.reporter.example")
        self.dns.txt(below.name, below.record)
        self.signed(*(report(i) for i in range(3, 9)))
        self.signed(report(2), signer=below)
        self.assertEqual(2, self.query("SELECT count(DISTINCT dkim_domain) FROM reports")[0][0])
        self.assertNotIn("signed by 2 domains", self.words())


class Forged(Told):
    """Mails that anybody could send, against what vouched reports tell."""

    def test_invented_sessions_do_not_drown_an_alarm_nor_the_headline(self):
        self.signed(*(report(i, good=95, failed=5) for i in range(2, 12)))
        before = self.summary("--fail-above", "1", status=CHECK)
        self.assertTrue(before.out.startswith("95.0 % of 1,000 sessions"), before.out)
        self.forged(*(report(i, good=2 ** 50, organization="x", contact="a@x.example") for i in range(2, 5)))
        after = self.summary("--fail-above", "1", status=CHECK)
        self.assertTrue(after.out.startswith("95.0 % of 1,000 sessions"), after.out)
        self.assertIn("by the reports that somebody vouches for", " ".join(after.out.split()))
        self.assertRegex(after.out, r"(?m)^  our\.example .* 1,000   5\.0 %")
        self.assertRegex(self.page(), r"(?s)our\.example</bdi>.*?<td class=\"n\">5\.0 %.*?<td class=\"n\">50"
                         r"<td class=\"n\">1,000<td>")
        self.assertIn("our.example (5.0 %)", after.err)
        self.assertIn("1 cause to fix", " ".join(after.out.split()))

    def test_invented_senders_without_a_failure_do_not_make_it_theirs(self):
        """Elsewise it were "likely their side", and only to be watched."""
        self.signed(*(report(i, good=95, failed=5) for i in range(2, 12)))
        self.forged(*(report(i, good=500, organization=f"x{n}", contact=f"a@x{n}.example")
                      for i in range(2, 12) for n in range(3)))
        self.assertIn("1 cause to fix", self.words())
        self.assertNotIn("their side", self.words())

    def test_those_that_somebody_vouches_for_do(self):
        others = [signing.Signer(f"x{n}.example") for n in range(2)]
        self.signed(*(report(i, good=95, failed=5) for i in range(2, 12)))
        for n, other in enumerate(others):
            self.dns.txt(other.name, other.record)
            self.signed(*(report(i, good=500, organization=f"x{n}", contact=f"a@x{n}.example") for i in range(2, 12)),
                        signer=other)
        self.assertIn("likely their side", self.words())

    def test_failures_of_a_muted_problem_cannot_be_mailed_to_hide_others(self):
        self.signed(*(report(i, good=95, failed=5) for i in range(2, 12)))
        self.signed(report(12, good=95, failed=5, kind="starttls-not-supported"))
        self.expect(OK, "-c", self.conf(), "mute", "2", "--until", "2030-01-01", "--note", "known")
        self.summary("--fail-above", "4", status=CHECK)
        self.forged(*(report(i, good=10 ** 6, failed=900, organization="x", contact="a@x.example",
                             kind="starttls-not-supported") for i in range(2, 12)))
        self.summary("--fail-above", "4", status=CHECK)

    def test_an_absence_stays_known(self):
        self.signed(*(report(i) for i in range(8, 20)))
        self.expect(CHECK, "-c", self.conf(), "status", "--check")
        self.forged(*(report(i) for i in range(1, 4)))
        said = self.expect(CHECK, "-c", self.conf(), "status", "--check").err
        self.assertRegex(said, r"the newest report that somebody vouches for ends at .*: none came for 7 days")
        self.assertRegex(self.words(), r"Reporter Inc\. \(reporter\.example\) no longer reports on our\.example")

    def test_without_any_that_is_vouched_for_all_count(self):
        self.forged(*(report(i, good=95, failed=5) for i in range(1, 12)))
        self.expect(OK, "-c", self.conf(), "status", "--check")
        self.summary("--fail-above", "1", status=CHECK)
        self.summary("--fail-above", "6")


class Require(Told):
    READY = "All 20 reports of the last 30 days are vouched for: ready for dkim = require"

    def test_twenty_vouched_reports_are_ready_for_require(self):
        self.signed(*(report(i) for i in range(2, 21)))
        self.assertNotIn("ready for dkim", self.words())
        self.signed(report(21))
        self.assertIn(self.READY, self.words())
        self.assertIn(self.READY, self.page())
        self.assertNotIn("ready for dkim", self.words(dkim="require"))

    def test_whose_domains_a_view_shows_is_not_told_of_it(self):
        self.signed(*(report(i) for i in range(2, 22)))
        conf = self.conf(f"[view a]\ndomains = our.example\nhtml = {self.path('a.html')}\n")
        self.expect(OK, "-c", conf, "export", "--views")
        self.assertIn("20 vouched for", self.read("a.html").decode())
        self.assertNotIn("ready for dkim", self.read("a.html").decode())

    def test_one_that_is_not_vouched_for_is_enough(self):
        self.signed(*(report(i) for i in range(2, 22)))
        self.forged(report(22))
        self.assertNotIn("ready for dkim", self.words())

    def test_a_mailbox_that_refuses_most_is_told_of_trust_authserv(self):
        self.store_refused(3, 2)
        said = "box: 3 of 5 reports in the last 30 days were refused, since nobody vouches for them"
        self.assertIn(said, self.of_box("require"))
        self.assertIn("set trust_authserv in [mailbox box]", self.of_box("require"))
        self.assertNotIn("were refused", self.of_box("record"))

    def test_half_is_not_most(self):
        self.store_refused(2, 2)
        self.assertNotIn("were refused", self.of_box("require"))

    def store_refused(self, refused, counted):
        """As a poll leaves them, by way of files."""
        self.signed(*(report(i) for i in range(2, 2 + counted)))
        paths = [self.write(f"refused/{i}.eml", arrived(mail(report(20 + i), 500 + i))) for i in range(refused)]
        self.imports(paths, status=DATAERR, dkim="require")
        with closing(sqlite3.connect(self.store)) as db:
            db.executescript("INSERT INTO mailboxes (name, folder) VALUES ('box', 'INBOX');"
                             "UPDATE messages SET mailbox = 1, uidvalidity = 1, uid = id")

    def of_box(self, mode):
        self.write("pw", "secret", 0o600)
        path = self.write("box.conf", f"[store]\npath = {self.store}\n[mailbox box]\nhost = 127.0.0.1\ntls = none\n"
                          f"user = u\npassword_file = {self.path('pw')}\ndkim = {mode}\n")
        return " ".join(self.expect(OK, "-c", path, "summary").out.split())


if __name__ == "__main__":
    tap.main()
