#!/usr/bin/env python3
"""tlsrua-requirements(7): each requirement has its entry, each entry its test; and the tests no other file has."""
import base64
import gzip
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.junk import zipped  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, DATAERR, OK, TOP, Scene, environment  # noqa: E402

NUMBERS = [*range(1, 62), *range(69, 80)]
CLAIM = "multipart/report; report-type=tlsrpt; boundary=b"
GZIP, JSON = "application/tlsrpt+gzip", "application/tlsrpt+json"


def policy(kind="sts", good=10, bad=0, *details, **more):
    return {"policy": {"policy-type": kind, "policy-domain": "alder.example", **more},
            "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
            "failure-details": list(details)}


def text(*policies, **changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": "one", "policies": policies or [policy()]}
    d.update(changes)
    return json.dumps(d).encode()


def part(content, kind=GZIP, name="r.json.gz", encoding="base64"):
    body = base64.encodebytes(content) if encoding == "base64" else content
    return (f"Content-Type: {kind}; name=\"{name}\"\nContent-Transfer-Encoding: {encoding}\n\n").encode() + body


def mail(*parts, kind=CLAIM, head="TLS-Report-Domain: alder.example\n"):
    return (f"From: tls@reporter.example\nSubject: x\n{head}MIME-Version: 1.0\nContent-Type: {kind}\n\n").encode() + \
        b"".join(b"--b\n" + p + b"\n" for p in parts) + b"--b--\n"


class Page(Scene):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(TOP, "man", "tlsrua-requirements.7"), encoding="utf-8") as f:
            cls.entries = dict(re.findall(r"(?ms)^\.It R(\d+)$(.*?)(?=^\.It |^\.El)", f.read()))

    def test_every_requirement_is_answered(self):
        self.assertEqual([str(n) for n in NUMBERS], list(self.entries))
        for number, entry in self.entries.items():
            self.assertRegex(entry, r"(?m)^See RFC \d+", f"R{number}")
            self.assertRegex(entry, r"(?m)^Test:\n\.Li \w+ \.$", f"R{number}")

    def test_every_test_named_is_there(self):
        sources = ""
        for folder, _, names in os.walk(os.path.join(TOP, "tests")):
            for name in names:
                if re.fullmatch(r"test_.*\.(c|py)", name):
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        sources += f.read()
        for number, entry in self.entries.items():
            name = re.search(r"Test:\n\.Li (\w+)", entry)[1]
            self.assertRegex(sources, rf"(?m)^\s*(def {name}\(|{name}\(void)", f"R{number}")

    def test_every_code_named_is_one(self):
        known = set(re.findall(r"(?m)^  ([a-z0-9-]+) ", self.expect_silence("explain").out))
        for number, entry in self.entries.items():
            for codes in re.findall(r"Codes:\n\.Li (.*) \.", entry):
                self.assertEqual(set(), set(codes.split()) - known, f"R{number}")


class Transport(Scene):
    def shown(self, content):
        result = self.run_it("show", "--json", "-", stdin=content)
        return [(g["verdict"], g["codes"]) for g in map(json.loads, result.out.splitlines())]

    def one(self, content):
        (got,) = self.shown(content)
        return got

    def notes(self, content):
        return self.run_it("show", "--json", "-", stdin=content).json["notes"]

    def test_r1_takes_a_report_without_report_type(self):
        packed = part(gzip.compress(text()))
        for kind in (CLAIM, CLAIM.replace("tlsrpt", '"TLSRPT"')):
            self.assertEqual(("accept", []), self.one(mail(packed, kind=kind)))
        self.assertEqual(("warn", ["report-type-missing"]), self.one(mail(packed, kind="multipart/mixed; boundary=b")))

    def test_r2_searches_the_whole_tree(self):
        inner = mail(part(gzip.compress(text())))
        forwarded = mail(b"Content-Type: message/rfc822\n\n" + inner.replace(b"--b", b"--c").replace(b"=b\n", b"=c\n"),
                         kind="multipart/mixed; boundary=b", head="")
        self.assertEqual(("warn", ["forwarded"]), self.one(forwarded))
        self.assertEqual(("reject", ["mime-malformed"]), self.one(mail(kind="multipart/report; report-type=tlsrpt")))

    def test_r3_chooses_the_part(self):
        packed = gzip.compress(text())
        other = mail(part(packed, "application/octet-stream"))
        self.assertEqual(("accept", []), self.one(other))
        self.assertIn("media-type", self.notes(other))
        self.assertEqual(("warn", ["container-zip"]), self.one(mail(part(zipped("r.json", text()), "application/zip"))))
        self.assertEqual(("reject", ["no-report-part"]), self.one(mail(part(b"hello", "text/plain", "x.txt"))))

    def test_r4_trusts_the_bytes(self):
        self.assertEqual(("accept", []), self.one(mail(part(text(), GZIP))))
        self.assertEqual(("accept", []), self.one(mail(part(gzip.compress(text()), JSON))))
        for encoding in ("7bit", "8bit", "binary"):
            self.assertEqual(("accept", []), self.one(mail(part(text(), JSON, "r.json", encoding))))
        broken = mail(part(text(), JSON)).replace(b"Iiw", b"!!!", 1).replace(b"eyJ", b"e!J", 1)
        self.assertEqual(("reject", ["transfer-encoding"]), self.one(broken))

    def test_r5_takes_every_report_of_a_mail(self):
        parts = [part(gzip.compress(text(**{"report-id": str(i)}))) for i in range(11)]
        self.assertEqual([("accept", [])] * 10, self.shown(mail(*parts[:10])))
        self.assertEqual([("reject", ["too-many-reports"])], self.shown(mail(*parts)))

    def test_r11_keeps_the_headers_of_a_mail_that_is_too_large(self):
        config = self.config(extra="[limits]\nmessage = 1K\n")
        path = self.write("m.eml", mail(part(gzip.compress(os.urandom(3000)))))
        self.expect(DATAERR, "-c", config, "import", path)
        self.assertEqual([("message-too-large", "tls@reporter.example")], self.query(
            "SELECT q.code, m.sender FROM quarantine AS q JOIN messages AS m ON m.id = q.message"))

    def test_r12_checks_the_gzip_file(self):
        good = gzip.compress(text(), mtime=0)

        def changed(at, bits):
            data = bytearray(good)
            data[at] ^= bits
            return bytes(data)
        for content, code in ((changed(2, 1), "gzip-invalid"), (changed(3, 0x80), "gzip-invalid"),
                              (changed(-5, 1), "gzip-invalid"), (changed(-1, 1), "gzip-invalid"),
                              (good[:-1], "gzip-truncated"), (good + good[:30], "gzip-truncated"),
                              (gzip.compress(b" " * (17 << 20)), "decompressed-too-large")):
            self.assertEqual(("reject", [code]), self.one(mail(part(content))))
        self.assertEqual(("warn", ["gzip-trailing-data"]), self.one(mail(part(good + b"x"))))
        self.assertEqual(("warn", ["gzip-multi-member"]), self.one(mail(part(good + gzip.compress(b"\n")))))

    def test_r14_leaves_other_mail_alone(self):
        for content in (b"From: a@b.example\nSubject: hi\n\nhello\n",
                        mail(part(zipped("r.xml", b"<feedback/>"), "application/zip", "r.zip"),
                             kind="multipart/mixed; boundary=b", head="")):
            self.assertEqual(("no_report", []), self.one(content))


class Meaning(Scene):
    def words(self, *policies, **changes):
        return self.expect(OK, "show", "-", stdin=text(*policies, **changes)).out

    def imported(self, *texts):
        for number, content in enumerate(texts):
            self.write(f"in/{number}.json", content)
        return self.expect(OK, "-c", self.config(), "import", "--json", self.path("in"))

    def test_r52_counts_failures_without_a_policy(self):
        self.imported(text(policy("no-policy-found", 4, 3, {"result-type": "starttls-not-supported",
                                                             "failed-session-count": 3})))
        self.assertEqual([("no-policy-found", "4", "3", "7")], [(r["policy_type"], r["successful_sessions"],
                         r["failed_sessions"], r["counted_sessions"]) for r in self.table("daily")])

    def test_r53_keeps_every_line_of_a_policy(self):
        lines = ["version: STSv1", "mode: enforce", "mx: a.example", "mx: b.example", "broken line", "max_age: 1"]
        self.imported(text(policy(**{"policy-string": lines})))
        self.assertEqual([("\n".join(lines),)], self.query("SELECT policy_strings FROM policies"))

    def test_r54_says_how_many_sessions_there_were(self):
        self.assertIn("no failures: all 10 sessions succeeded", self.words())
        self.assertIn("no failures, and no sessions at all", self.words(policy("sts", 0)))

    def test_r55_names_the_remedy_beside_the_type(self):
        out = self.words(policy("sts", 1, 3, {"result-type": "certificate-expired", "failed-session-count": 2},
                                {"result-type": "of-tomorrow", "failed-session-count": 1}))
        self.assertIn("tlsrua explain certificate-expired", out)
        self.assertRegex(out, r"of-tomorrow\n +This result type is not in the registry\.")
        self.assertIn("Remedy: ", self.expect_silence("explain", "certificate-expired").out)

    def test_r56_keeps_reasons_and_does_not_interpret_them(self):
        reason = "=HYPERLINK(1)\x1b[2J X509_V_ERR"
        content = text(policy("sts", 1, 2, {"result-type": "validation-failure", "failed-session-count": 2,
                                            "failure-reason-code": reason}))
        self.imported(content)
        self.assertEqual([(reason,)], self.query("SELECT failure_reason_code FROM failures"))
        self.assertTrue(self.table("failures")[0]["failure_reason_code"].startswith("'="))
        self.assertNotIn("\x1b", self.expect(OK, "show", "-", stdin=content).out)

    def test_r57_knows_a_report_by_four_members(self):
        hour = {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T01:00:00Z"}
        result = self.imported(text(), text(**{"organization-name": "other"}), text(**{"report-id": "two"}),
                               text(**{"date-range": hour}))
        self.assert_counts(result, imported=4)
        self.assertEqual([("report-id-reused",)], self.query(
            "SELECT DISTINCT code FROM rollup_warnings WHERE code LIKE 'report-id-%'"))

    def test_r59_keeps_the_first_and_shows_the_second(self):
        result = self.imported(text(), text(policy("sts", 99)))
        self.assert_counts(result, imported=1, conflict=1)
        self.assertEqual(["10"], [r["counted_sessions"] for r in self.table("daily")])
        self.assertEqual([("report-id-conflict",)] * 2, self.query("SELECT warnings FROM reports"))
        self.assertIn("report-id-conflict", self.expect(OK, "-d", self.store, "quarantine", "list").out)

    def test_r61_two_imports_at_once_store_a_report_once(self):
        for i in range(60):
            self.write(f"in/{i}.json", text(**{"report-id": str(i)}))
        runs = [subprocess.Popen([BINARY, "-d", self.store, "import", "--json", self.path("in")], env=environment(),
                                 stdout=subprocess.PIPE) for _ in range(4)]
        counts = [json.loads(run.communicate(timeout=HANG)[0]) for run in runs]
        self.assertEqual([0] * 4, [run.returncode for run in runs])
        self.assertEqual((60, 180), tuple(sum(c[k] for c in counts) for k in ("imported", "duplicate")))
        self.assertEqual([(60,)], self.query("SELECT count(*) FROM reports"))


if __name__ == "__main__":
    tap.main()
