#!/usr/bin/env python3
"""show: one report or mail, for people and for programs, with nothing stored."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import DATAERR, FIXTURES, NOINPUT, OK, TOP, USAGE, Scene  # noqa: E402

ARRIVAL = "2026-03-03T06:00:00Z"
SHARED = os.environ.get("TLSRUA_SHARED", os.path.join(TOP, "..", "shared"))
MEMBERS = ("source", "verdict", "codes", "notes", "organization", "report_id", "start", "end", "policies",
           "dkim")


def rows(path, columns):
    """The lines of a table with tabs, as dictionaries; # begins a comment."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#") and not line.startswith("file\t"):
                yield dict(zip(columns, line.rstrip("\n").split("\t")))


def names(text):
    return set() if text == "-" else set(re.split(r"[ ,]+", text))


def document(**changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": "one",
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                       "summary": {"total-successful-session-count": 1200, "total-failure-session-count": 0}}]}
    d.update(changes)
    return d


def policy(kind, domain, good, bad, *details):
    return {"policy": {"policy-type": kind, "policy-domain": domain},
            "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
            "failure-details": list(details)}


def detail(kind, count, **more):
    return {"result-type": kind, "failed-session-count": count, **more}


class Show(Scene):
    def show(self, *args, **options):
        result = self.run_it("show", *args, **options)
        self.assertEqual([], [n for n in os.listdir(self.dir) if n.endswith(".db")], "something was stored")
        return result

    def words(self, d, status=OK):
        result = self.show("-", stdin=d if isinstance(d, bytes) else json.dumps(d).encode())
        self.assertEqual(status, result.status, str(result))
        self.assertEqual("", result.err)
        return result.out


class Vectors(Show):
    def check(self, folder, columns):
        for row in rows(os.path.join(folder, "EXPECT.tsv"), columns):
            with self.subTest(row["file"]):
                path = os.path.join(folder, row["file"])
                result = self.show("--json", "--arrival", ARRIVAL, path)
                got = result.json
                self.assertEqual(row["verdict"], got["verdict"], str(result))
                self.assertEqual(names(row["codes"]), set(got["codes"]))
                self.assertEqual(len(got["codes"]), len(set(got["codes"])))
                self.assertEqual([], got["notes"])
                self.assertEqual(DATAERR if row["verdict"] == "reject" else OK, result.status)
                self.assertEqual("", result.err)
                self.check_words(path, got)

    def check_words(self, path, got):
        result = self.show("--arrival", ARRIVAL, path)
        self.assertNotRegex(result.out, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
        for code in got["codes"]:
            self.assertIn(code, result.out)
        self.assertRegex(result.out, {"reject": r"\AVerdict +refused\n", "warn": r"(?m)^Verdict +accepted, with warn",
                                      "accept": r"(?m)^Verdict +accepted$"}[got["verdict"]])
        if got["verdict"] != "reject" and not any(p["failed"] or p["details"] for p in got["policies"]):
            self.assertIn("no failures", result.out)

    def test_ours(self):
        self.check(os.path.join(FIXTURES, "vectors"), ("file", "verdict", "codes", "why"))

    def test_those_of_the_shared_folder(self):
        folder = os.path.join(SHARED, "vectors")
        if not os.path.isfile(os.path.join(folder, "EXPECT.tsv")):
            self.skipTest("no vectors here")
        with open(os.path.join(folder, "EXPECT.tsv"), encoding="utf-8") as f:
            head = next(line for line in f if line.lstrip("#").startswith("file\t"))
        self.check(folder, head.lstrip("#").rstrip("\n").split("\t"))


class Mails(Show):
    def expected(self):
        wanted = {}
        for row in rows(os.path.join(FIXTURES, "MAILS.tsv"), ("file", "verdict", "codes", "notes", "what")):
            wanted.setdefault(row["file"], []).append(row)
        return wanted

    def test_each(self):
        for name, lines in self.expected().items():
            with self.subTest(name):
                path = os.path.join(FIXTURES, name)
                result = self.show("--json", path)
                got = [json.loads(line) for line in result.out.splitlines()]
                self.assertEqual([(r["verdict"], names(r["codes"]), names(r["notes"])) for r in lines],
                                 [(g["verdict"], set(g["codes"]), set(g["notes"])) for g in got])
                refused = any(r["verdict"] == "reject" for r in lines)
                self.assertEqual(DATAERR if refused else OK, result.status)
                words = self.show(path)
                self.assertEqual(result.status, words.status)
                self.assertEqual(len(lines), len(re.findall(r"(?m)^Verdict ", words.out)))

    def test_each_by_standard_input(self):
        for name in self.expected():
            with self.subTest(name), open(os.path.join(FIXTURES, name), "rb") as f:
                piped = self.show("--json", "-", stdin=f.read())
                named = self.show("--json", os.path.join(FIXTURES, name))
                self.assertEqual(named.status, piped.status)
                self.assertEqual([dict(json.loads(line), source="") for line in named.out.splitlines()],
                                 [dict(json.loads(line), source="") for line in piped.out.splitlines()])


class Words(Show):
    def test_a_report_of_successes(self):
        out = self.words(document())
        self.assertRegex(out, r"\AIn short +no failures: all 1,200 sessions succeeded\n")
        for line in (r"Sender +Example Reporter", r"Contact +tls@reporter\.example", r"Report +one",
                     r"Period +2026-03-01 \(the whole day, UTC\)", r"Verdict +accepted",
                     r"alder\.example, policy type sts: no failures, 1,200 sessions succeeded"):
            self.assertRegex(out, f"(?m)^{line}$")

    def test_the_worst_comes_first(self):
        out = self.words(document(policies=[
            policy("sts", "good.example", 50, 0),
            policy("sts", "bad.example", 40, 12, detail("certificate-expired", 2),
                   detail("starttls-not-supported", 10, **{"receiving-mx-hostname": "mx2.bad.example",
                                                           "receiving-ip": "192.0.2.9"}))]))
        self.assertRegex(out, r"\AIn short +12 of 102 sessions failed\n")
        order = [out.index(w) for w in ("bad.example, policy", "10 failed: starttls-not-supported at mx2.bad.example "
                                        "(192.0.2.9)", "2 failed: certificate-expired", "good.example, policy")]
        self.assertEqual(sorted(order), order, out)
        self.assertIn("tlsrua explain starttls-not-supported", out)
        self.assertIn("yours", out)

    def test_failures_that_do_not_carry_the_counted_figures_are_told(self):
        out = self.words(document(policies=[policy("sts", "alder.example", 100, 0),
                                            policy("tlsa", "alder.example", 50, 9, detail("tlsa-invalid", 9))]))
        self.assertRegex(out, r"\AIn short +failures under one policy type")
        self.assertIn("9 failed: tlsa-invalid", out)

    def test_failures_without_details(self):
        out = self.words(document(policies=[policy("sts", "alder.example", 1, 5)]))
        self.assertIn("The sender does not say what failed.", out)
        self.assertIn("failure-count-mismatch", out)

    def test_no_sessions(self):
        self.assertIn("no failures, and no sessions at all", self.words(document(policies=[])))

    def test_an_unknown_result_type(self):
        out = self.words(document(policies=[policy("sts", "a.example", 1, 5, detail("new-kind", 5))]))
        self.assertIn("5 failed: new-kind", out)
        self.assertIn("not in the registry", out)

    def test_a_domain_is_shown_as_people_read_it(self):
        out = self.words(document(policies=[policy("sts", "xn--mnchen-3ya.example", 1, 0)]))
        self.assertIn("m\u00fcnchen.example (xn--mnchen-3ya.example), policy type sts", out)

    def test_a_refusal(self):
        out = self.words(b"{\n  'organization-name': 1}", DATAERR)
        self.assertRegex(out, r"\AVerdict +refused\nReason +json-syntax: line 2, column 3, byte 5: ")

    def test_hostile_text(self):
        evil = "a\x1b[2J\x07\u202e\x9bb"
        out = self.words(document(**{"organization-name": evil, "report-id": evil, "contact-info": evil,
                                     "policies": [policy("sts" + evil, "a.example", 1, 2, detail(
                                         evil, 2, **{"failure-reason-code": evil, "receiving-mx-hostname": evil,
                                                     "additional-information": evil, "sending-mta-ip": evil}))]}))
        self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
        self.assertIn("text-unsafe", out)

    def test_hostile_text_for_programs_is_one_line_of_ascii(self):
        evil = "a\x1b\n\u202e\u2028b\U0001f600"
        result = self.show("--json", "-", stdin=json.dumps(document(**{"organization-name": evil})).encode())
        self.assertEqual(evil, result.json["organization"])
        self.assertEqual(1, len(result.out.splitlines()))
        self.assertTrue(result.raw_out.isascii())


class Programs(Show):
    def test_the_members_and_their_order(self):
        got = self.show("--json", "-", stdin=json.dumps(document()).encode()).json
        self.assertEqual(list(MEMBERS), list(got))
        self.assertEqual(["type", "domain", "successful", "failed", "details"], list(got["policies"][0]))
        self.assertEqual(("2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z"), (got["start"], got["end"]))

    def test_a_mail_without_report(self):
        result = self.show("--json", "-", stdin=b"From: a@b.example\nSubject: hi\n\nhello\n")
        self.assertEqual(OK, result.status)
        self.assertEqual("no_report", result.json["verdict"])

    def test_the_arrival_decides_on_the_future(self):
        text = json.dumps(document()).encode()
        for arrival, status in (("2026-02-27T23:59:59Z", DATAERR), ("2026-02-28T00:00:00Z", OK)):
            self.assertEqual(status, self.show("--arrival", arrival, "-", stdin=text).status, arrival)
        self.assertEqual(OK, self.show("-", stdin=text).status)

    def test_exit_codes(self):
        good = self.write("good.json", json.dumps(document()))
        bad = self.write("bad.json", "{")
        for status, args in ((OK, [good]), (DATAERR, [bad]), (DATAERR, [bad, good]), (NOINPUT, [self.path("none")]),
                             (USAGE, []), (USAGE, ["--arrival", "soon", good]), (USAGE, ["--raw", good])):
            with self.subTest(args):
                self.assertEqual(status, self.show(*args).status)

    def test_several(self):
        paths = [self.write(f"{i}.json", json.dumps(document(**{"report-id": str(i)}))) for i in range(3)]
        got = [json.loads(line) for line in self.show("--json", *paths).out.splitlines()]
        self.assertEqual([("0", paths[0]), ("1", paths[1]), ("2", paths[2])],
                         [(g["report_id"], g["source"]) for g in got])


if __name__ == "__main__":
    tap.main()
