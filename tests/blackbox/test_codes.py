#!/usr/bin/env python3
"""Every code is explained, and every code that this release can tell is told by some fixture."""
import gzip
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import FIXTURES, OK, USAGE, Scene  # noqa: E402

REJECT = """message-too-large not-handed-out mime-malformed mime-too-deep no-report-part transfer-encoding gzip-invalid gzip-truncated
decompressed-too-large zip-invalid uuencode json-empty json-encoding json-syntax json-trailing-data json-duplicate-key
json-surrogate json-nul json-too-deep json-too-large not-object field-type too-many-policies too-many-failures
report-inflated date-range-missing date-invalid date-range-reversed date-range-too-long date-future date-too-old policies-missing
policies-not-array policy-missing policy-type-missing summary-missing mime-too-many-parts header-too-large
too-many-reports zip-too-many-entries zip-encrypted json-too-many-names domain-invalid domain-not-ours count-negative
count-fractional count-overflow""".split()
WARN = """report-type-missing container-zip container-zlib forwarded gzip-multi-member gzip-trailing-data
report-id-conflict report-id-reused json-bom text-unsafe text-truncated null-field alias-key array-expected org-missing
details-left-out contact-missing contact-format report-id-missing date-no-timezone date-not-utc date-format date-range-not-day
date-stale policies-empty policy-domain-missing policy-domain-mixed domain-not-alabel domain-format domain-skipped
value-case unknown-policy-type unknown-result-type result-type-missing string-not-array policy-string-nested
policy-string-lines policy-type-misplaced information-not-text
mx-host-prefix count-missing count-string count-float failure-count-mismatch ip-format ip-invalid uri-invalid""".split()
NOTE = """media-type header-domain-missing header-domain-mismatch submitter-missing submitter-mismatch subject-format
subject-mismatch filename-format filename-mismatch multiple-report-parts report-repeated""".split()
# of DKIM, HTTPS and DNS: their names are taken, and nothing tells them yet
RESERVED = """dkim-missing dkim-fail dkim-not-aligned dkim-body-length dkim-expired dkim-algorithm dkim-key-weak
dkim-key-missing dkim-key-revoked dkim-syntax http-method http-length http-too-large http-media-type http-body
rate-limited dkim-service-type dkim-test-key dkim-rsa-short headers-unsigned auth-results-only unauthenticated
dkim-temperror dns-temperror""".split()
RESULT_TYPES = """starttls-not-supported certificate-host-mismatch certificate-expired certificate-not-trusted
validation-failure tlsa-invalid dnssec-invalid dane-required sts-policy-fetch-error sts-policy-invalid
sts-webpki-invalid""".split()
POLICY_TYPES = ["sts", "tlsa", "no-policy-found"]


def document(good=10, **changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": "one",
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                       "summary": {"total-successful-session-count": good, "total-failure-session-count": 0}}]}
    d.update(changes)
    return d


def policy(domain):
    return dict(document()["policies"][0], policy={"policy-type": "sts", "policy-domain": domain})


class Told(Scene):
    """What the fixtures make the program tell."""

    def shown(self):
        """By show, of every vector and every mail."""
        folder = os.path.join(FIXTURES, "vectors")
        paths = [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if not n.endswith(".tsv")]
        for kind in ("valid", "hostile"):
            folder = os.path.join(FIXTURES, kind)
            paths += [os.path.join(folder, n) for n in sorted(os.listdir(folder))]
        result = self.run_it("show", "--json", "--arrival", "2026-03-03T06:00:00Z", *paths)
        # the mails have arrivals of their own
        result2 = self.run_it("show", "--json", *[p for p in paths if p.endswith(".eml")])
        told = set()
        for line in (result.out + result2.out).splitlines():
            got = json.loads(line)
            told.update(got["codes"] + got["notes"])
        return told

    def imported(self, config, *documents):
        for number, d in enumerate(documents):
            self.write(f"{config}.in/{number}.json", json.dumps(d))
        return self.expect(OK, "-c", config, "import", "--json", config + ".in")

    def stored(self):
        """By a store: what only several reports together show, or settings."""
        config = self.config(extra="[reports]\ndomains = alder.example\n")
        range_2 = {"start-datetime": "2026-03-02T00:00:00Z", "end-datetime": "2026-03-02T23:59:59Z"}
        self.imported(config, document(), document(11), document(**{"date-range": range_2}),
                      document(**{"report-id": "two"}),
                      document(**{"report-id": "three", "policies": [policy("alder.example"), policy("x.example")]}),
                      document(**{"report-id": "four", "policies": [policy("x.example")]}))
        told = {w for text, in self.query("SELECT warnings FROM reports") for w in text.split()}
        told |= {code for code, in self.query("SELECT code FROM quarantine")}
        told |= set(re.findall(r"report-repeated", self.expect(OK, "-c", config, "status").out))
        limits = self.config(store=self.path("low.db"), name="low.conf",
                             extra="[limits]\nmessage = 1K\nheader = 1K\nreport = 1K\n")
        self.write("in/large.eml", b"Subject: x\nTLS-Report-Domain: a.example\n\n" + b"x\n" * 1000)
        self.run_it("-c", limits, "import", self.path("in"))
        return told | {code for code, in self.query("SELECT code FROM quarantine", store=self.path("low.db"))}

    def inflated(self):
        """By files that are small beside what they hold."""
        details = [{"result-type": "tlsa-invalid", "failed-session-count": 1}] * 1000
        for number, policies in enumerate(([policy("a.example")] * 1000,
                                           [dict(policy("a.example"), **{"failure-details": details})])):
            self.write(f"inflated/{number}.json.gz", gzip.compress(json.dumps(document(policies=policies)).encode()))
        shown = self.run_it("show", "--json", *[self.path("inflated", f"{n}.json.gz") for n in range(2)])
        return {code for line in shown.out.splitlines() for code in json.loads(line)["codes"]}

    def limited(self):
        """By limits that a file of the default size would be too large for."""
        config = self.config(store=self.path("limits.db"), name="limits.conf",
                             extra="[limits]\nheader = 1K\nreport = 1K\nfailures = 1\n")
        details = [{"result-type": "tlsa-invalid", "failed-session-count": 1}] * 2
        self.write("limits/failures.json", json.dumps(document(policies=[dict(policy("a.example"), **{
            "failure-details": details})])))
        self.write("limits/header.eml", b"Subject: x\nTLS-Report-Domain: a.example\nX: " + b"x" * 2000 + b"\n\nx\n")
        self.write("limits/text.json", json.dumps(document(**{"x": "y" * 2000})))
        self.expect(OK, "-c", config, "import", self.path("limits"))
        return {code for code, in self.query("SELECT code FROM quarantine", store=self.path("limits.db"))}

    def test_every_code_is_told_by_some_fixture(self):
        told = self.shown() | self.stored() | self.inflated() | self.limited()
        wanted = set(REJECT + WARN + NOTE)
        # what a server does not hand out is told by the tests of odd servers
        self.assertEqual({"not-handed-out"}, wanted - told, "never told")
        self.assertEqual(set(), told - wanted, "told, but not known here")

    def test_every_result_type_and_policy_type_is_in_a_fixture(self):
        texts = "".join(open(os.path.join(FIXTURES, "vectors", n), encoding="latin-1").read()
                        for n in os.listdir(os.path.join(FIXTURES, "vectors")))
        for name in RESULT_TYPES + POLICY_TYPES:
            self.assertIn(f'"{name}"', texts)


class Repeated(Scene):
    """The same content under a new report-id: both count, and `status` says so."""

    def status(self, *documents):
        for number, d in enumerate(documents):
            self.write(f"in/{number}.json", json.dumps(d))
        result = self.expect(OK, "-d", self.store, "import", "--json", self.path("in"))
        return result.json["imported"], self.expect(OK, "-d", self.store, "status", "--json").json["repeated"]

    def test_r60_counts_both_and_notes_it(self):
        d = document()
        other = {k: d[k] for k in reversed(d)}
        other["report-id"] = "two"
        self.assertEqual((3, 2), self.status(d, other, document(**{"report-id": "three"})))
        self.assertRegex(self.expect(OK, "-d", self.store, "status").out, r"2 of them repeat another .*report-repeated")
        self.assertEqual([(30,)], self.query("SELECT sum(counted_sessions) FROM reports"))

    def test_a_decision_is_followed(self):
        other = document(11, **{"report-id": "two"})
        self.assertEqual((2, 0), self.status(document(), other, document(**{"report-id": "two"})))
        for wanted in (1, 0):
            self.expect(OK, "-d", self.store, "quarantine", "accept", "1")
            self.assertEqual(wanted, self.expect(OK, "-d", self.store, "status", "--json").json["repeated"])

    def test_other_content_range_or_reporter_repeats_nothing(self):
        range_2 = {"start-datetime": "2026-03-02T00:00:00Z", "end-datetime": "2026-03-02T23:59:59Z"}
        self.assertEqual((4, 0), self.status(document(), document(11, **{"report-id": "two"}),
                                             document(**{"report-id": "three", "date-range": range_2}),
                                             document(**{"report-id": "four", "organization-name": "Other"})))
        self.assertNotIn("report-repeated", self.expect(OK, "-d", self.store, "status").out)

    def test_a_duplicate_and_a_conflict_repeat_nothing(self):
        self.assertEqual((1, 0), self.status(document(), document(), document(11), document(11)))


class Explain(Scene):
    def test_the_list_has_all_and_nothing_else(self):
        out = self.expect_silence("explain").out.split("Points of")[0]  # test_points looks at those
        listed = re.findall(r"(?m)^  ([a-z0-9-]+) ", out)
        self.assertEqual(sorted(REJECT + WARN + NOTE + RESERVED + RESULT_TYPES + POLICY_TYPES), sorted(listed))
        for title in ("Policy types", "Result types", "Reasons to refuse a report", "Warnings", "Notes"):
            self.assertRegex(out, f"(?m)^{title}$")

    def test_each_alone(self):
        for name in REJECT + WARN + NOTE + RESERVED + RESULT_TYPES:
            with self.subTest(name):
                out = self.expect_silence("explain", name).out
                self.assertRegex(out, rf"\A{name} \(")
                self.assertRegex(out, r"(?m)^  See RFC \d+ §")
                self.assertGreaterEqual(out.count("."), 2)
        for name in RESULT_TYPES:
            self.assertIn("Remedy: ", self.expect_silence("explain", name).out)

    def test_letters_fold_for_result_types(self):
        self.assertIn("certificate-expired", self.expect_silence("explain", "Certificate-Expired").out)

    def test_a_name_that_is_none(self):
        self.expect_line(USAGE, "no-such-code", "explain", "no-such-code")


if __name__ == "__main__":
    tap.main()
