#!/usr/bin/env python3
"""Quarantine: what waits there, in words and bytes, and the ways out of it."""
import base64
import gzip
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import DATAERR, NOINPUT, OK, USAGE, Scene  # noqa: E402

FUTURE = {"start-datetime": "2026-05-01T00:00:00Z", "end-datetime": "2026-05-01T23:59:59Z"}


def document(good=10, bad=2, **changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": "one",
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                       "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
                       "failure-details": [{"result-type": "certificate-expired", "failed-session-count": bad}]
                       if bad else []}]}
    d.update(changes)
    return d


def text(*args, **changes):
    return json.dumps(document(*args, **changes)).encode()


def attachment(content, encoded=None, encoding="base64"):
    return b"--b\nContent-Type: application/tlsrpt+gzip; name=\"r.json.gz\"\nContent-Transfer-Encoding: " + \
        encoding.encode() + b"\n\n" + (encoded or base64.encodebytes(content)) + b"\n"


def mail(*attachments, padding=b""):
    return (b"Received: from mx.reporter.example by mail.alder.example; Mon, 02 Mar 2026 06:00:00 +0000\n"
            b"From: tls@reporter.example\nTo: tls@alder.example\nSubject: Report Domain: alder.example\n"
            b"Message-ID: <1@reporter.example>\nTLS-Report-Domain: alder.example\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n" + padding
            + b"".join(attachments) + b"--b--\n")


class Quarantine(Scene):
    def imports(self, *paths, status=OK, extra=""):
        """With limits of its own for one run; the next one has the usual ones again."""
        config = self.config(extra=extra)
        result = self.expect(status, "-c", config, "import", "--json", *paths)
        self.config()
        return result

    def quarantine(self, *args, status=OK):
        return self.expect(status, "-c", self.path("tlsrua.conf"), "quarantine", *args)

    def listed(self):
        return dict(self.query("SELECT id, code FROM quarantine ORDER BY id"))

    def counted(self):
        return self.query("SELECT report_id, counted_sessions FROM reports WHERE status = 'counted' ORDER BY 1")

    def verdicts(self):
        return [v for v, in self.query("SELECT verdict FROM messages ORDER BY id")]

    def sessions(self):
        return [int(r["total_sessions"]) for r in self.table("daily")]


class List(Quarantine):
    def test_an_empty_one_says_so(self):
        self.imports(self.write("r.json", text()))
        self.assertEqual("Nothing is in quarantine.\n", self.quarantine("list").out)

    def test_it_tells_when_where_from_whom_and_why(self):
        cut = gzip.compress(text(), mtime=0)[:-9]
        self.imports(self.write("m.eml", mail(attachment(cut))), status=DATAERR)
        out = self.quarantine("list").out
        self.assertRegex(out, r"(?m)^1  2026-03-02  .*m\.eml, from tls@reporter\.example$")
        self.assertRegex(out, r"(?m)^    gzip-truncated: byte \d+: ")
        self.assertIn("The gzip file ends early.", out)

    def test_hostile_words_are_cleaned(self):
        path = self.write("m.eml", mail(attachment(b"{")).replace(b"tls@reporter", b"\x1b]0;x\x07\xc2\x9btls@reporter"))
        self.imports(path, status=DATAERR)
        for args in (["list"], ["show", "1"]):
            out = self.quarantine(*args).out
            self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_the_same_bytes_are_kept_once(self):
        self.write("in/a.json", text()[:-3])
        self.write("in/b.json", text()[:-3])
        self.write("in/c.json", text()[:-4])
        result = self.imports(self.path("in"))
        self.assert_counts(result, rejected=3)
        self.assertEqual(2, len(result.lines), "each is said once")
        self.assertEqual(2, self.query("SELECT count(*) FROM quarantine_bytes")[0][0])

    def test_a_full_one_is_said_once_and_keeps_the_facts(self):
        for i in range(5):
            self.write(f"in/a!b!1!{i}.json", b"[%d" % i + b" " * 700)
        result = self.imports(self.path("in"), extra="[limits]\nquarantine = 1K\n")
        self.assertEqual(1, result.err.count("limits.quarantine is reached"), str(result))
        self.assertEqual([(1,), (0,), (0,), (0,), (0,)], self.query("SELECT kept FROM quarantine ORDER BY id"))
        self.assertIn("bytes were not kept", self.quarantine("show", "2").out)
        self.assertIn("not kept", self.quarantine("retry", "2").out)
        self.expect_line(NOINPUT, "not kept", "-d", self.store, "quarantine", "show", "--raw", "3")
        self.assertEqual(5, len(self.listed()))

    def test_a_decision_frees_its_bytes(self):
        self.write("in/a!b!1!2.json", b"[" + b" " * 700)
        self.imports(self.path("in"), extra="[limits]\nquarantine = 1K\n")
        self.quarantine("drop", "1")
        self.assertEqual([(0, 0)], self.query("SELECT quarantined, quarantine_bytes FROM totals"))


class Show(Quarantine):
    def test_the_headers_and_the_place_in_the_json(self):
        broken = b'{\n  "organization-name": "x",\n  "contact-info": %\n}\n'
        self.imports(self.write("m.eml", mail(attachment(broken))), status=DATAERR)
        out = self.quarantine("show", "1").out
        for line in (r"From +tls@reporter\.example", r"Subject +Report Domain: alder\.example",
                     r"Message +<1@reporter\.example>", r"File +r\.json\.gz", r"Arrived +2026-03-02T06:00:00Z",
                     r"Reason +json-syntax: line 3, column 19, byte \d+: ", r"Source .*m\.eml"):
            self.assertRegex(out, f"(?m)^{line}")
        place = broken.index(b"%") + 1
        self.assertIn(f"byte {place}:", out)

    def test_the_byte_in_the_gzip_file(self):
        damaged = bytearray(gzip.compress(text(), mtime=0))
        damaged[-6] ^= 1
        self.imports(self.write("r.json.gz", bytes(damaged)), status=DATAERR)
        self.assertRegex(self.quarantine("show", "1").out, r"gzip-invalid: byte \d+: ")

    def test_the_bytes_as_received(self):
        shapes = {"gzip": gzip.compress(text(), mtime=0)[:-7], "json": text()[:-1],
                  "binary": bytes(range(256)) * 5 + b"\r\n.\r\n"}
        for number, (name, content) in enumerate(shapes.items(), 1):
            with self.subTest(name):
                self.imports(self.write(name + ".eml", mail(attachment(content))), status=DATAERR)
                self.assertEqual(content, self.quarantine("show", "--raw", str(number)).raw_out)

    def test_a_whole_mail_as_received(self):
        content = mail()
        self.imports(self.write("m.eml", content), status=DATAERR)
        self.assertEqual({1: "no-report-part"}, self.listed())
        self.assertEqual(content, self.quarantine("show", "--raw", "1").raw_out)

    def test_of_a_mail_that_is_too_large_the_headers_are_kept(self):
        content = mail(attachment(text()), padding=b"x" * 70 + b"\n" * 4000)
        self.imports(self.write("m.eml", content), status=DATAERR, extra="[limits]\nmessage = 2K\nheader = 1K\n")
        out = self.quarantine("show", "1").out
        self.assertRegex(out, rf"message-too-large: {len(content)} bytes")
        self.assertIn("bytes of headers kept", out)
        self.assertRegex(out, r"(?m)^From +tls@reporter\.example$")
        self.assertEqual(content[:content.index(b"\n\n") + 1].strip(),
                         self.quarantine("show", "--raw", "1").raw_out.strip())
        self.assertIn("import the mail itself", self.quarantine("retry", "1").out)
        self.assertEqual({1: "message-too-large"}, self.listed())

    def test_a_number_that_is_not_there(self):
        self.imports(self.write("r.json", text()))
        for verb in ("show", "retry", "drop", "accept"):
            with self.subTest(verb):
                self.expect_line(NOINPUT, r"7: no such number", "-d", self.store, "quarantine", verb, "7")

    def test_wrong_usage(self):
        self.imports(self.write("r.json", text()))
        for args in ([], ["mend"], ["show"], ["show", "x"], ["show", "0"], ["show", "1x"],
                     ["show", "99999999999999999999"], ["list", "1"], ["show", "--all"], ["accept", "--all"],
                     ["retry", "--all", "1"], ["retry"]):
            with self.subTest(args):
                self.expect_line(USAGE, "quarantine", "-d", self.store, "quarantine", *args)

    def test_without_a_store(self):
        self.expect_line(NOINPUT, "nosuch", "-d", self.path("nosuch.db"), "quarantine", "list")


class Retry(Quarantine):
    LOW = "[limits]\njson_depth = 1\n"

    def test_one(self):
        self.imports(self.write("m.eml", mail(attachment(text()))), status=DATAERR, extra=self.LOW)
        self.assertEqual({1: "json-too-deep"}, self.listed())
        self.assertEqual(["rejected"], self.verdicts())
        self.assertEqual("1: imported\n", self.quarantine("retry", "1").out)
        self.assertEqual({}, self.listed())
        self.assertEqual([("one", 12)], self.counted())
        self.assertEqual(["imported"], self.verdicts())
        self.assertEqual([12], self.sessions())
        self.assertEqual([(0, 0)], self.query("SELECT quarantined, quarantine_bytes FROM totals"))

    def test_it_stays_where_it_is_refused_again(self):
        self.imports(self.write("m.eml", mail(attachment(text()))), status=DATAERR, extra=self.LOW)
        self.config(extra="[limits]\njson_depth = 2\n")
        self.assertEqual("1: refused again: json-too-deep\n", self.quarantine("retry", "1").out)
        self.assertEqual({1: "json-too-deep"}, self.listed())

    def test_the_reason_told_is_the_present_one(self):
        self.imports(self.write("m.eml", mail(attachment(text(policies=[{}])))), status=DATAERR, extra=self.LOW)
        self.assertEqual("1: refused again: policy-missing\n", self.quarantine("retry", "1").out)
        self.assertEqual({1: "policy-missing"}, self.listed())

    def test_all(self):
        for i in range(6):
            self.write(f"in/{i}.json", text(**{"report-id": str(i)}))
        self.write("in/broken.json", text()[:-4])
        self.imports(self.path("in"), extra=self.LOW)
        self.assertEqual(7, len(self.listed()))
        out = self.quarantine("retry", "--all").out
        self.assertEqual(6, out.count(": imported\n"), out)
        self.assertEqual(["json-syntax"], list(self.listed().values()))
        self.assertEqual(6, len(self.counted()))
        self.assertEqual(72, sum(self.sessions()))

    def test_all_of_nothing(self):
        self.imports(self.write("r.json", text()))
        self.quarantine("retry", "--all")

    def test_two_of_one_identity_are_a_report_and_a_conflict(self):
        # nobody knows when they arrived; the digest of the second is the greater one
        self.write("in/a.json", text(10))
        self.write("in/b.json", text(20, 5))
        self.imports(self.path("in"), extra=self.LOW)
        result = self.quarantine("retry", "--all")
        self.assertEqual("1: imported\n2: in conflict with a stored report\n", result.out)
        self.assertEqual({3: "report-id-conflict"}, self.listed())
        self.assertEqual([("one", 12)], self.counted())

    def test_a_copy_of_a_stored_report_is_a_duplicate(self):
        path = self.write("r.json", text())
        self.imports(path, status=DATAERR, extra=self.LOW)
        self.imports(path)
        self.assertEqual("1: a duplicate of a stored report\n", self.quarantine("retry", "1").out)
        self.assertEqual({}, self.listed())
        self.assertEqual([("one", 12)], self.counted())

    def test_a_whole_mail(self):
        content = mail(attachment(text())).replace(b"MIME-Version", b"X-Long: " + b"x" * 900 + b"\nMIME-Version")
        self.imports(self.write("m.eml", content), status=DATAERR, extra="[limits]\nheader = 1K\n")
        self.assertEqual({1: "header-too-large"}, self.listed())
        self.assertEqual("1: imported\n", self.quarantine("retry", "1").out)
        self.assertEqual(["imported"], self.verdicts())

    def test_one_of_two_in_a_mail(self):
        self.imports(self.write("m.eml", mail(attachment(text()), attachment(text()[:-4]))), status=DATAERR,
                     extra=self.LOW)
        self.assertEqual(["json-too-deep", "json-too-deep"], list(self.listed().values()))
        self.assertEqual("1: imported\n2: refused again: json-syntax\n", self.quarantine("retry", "--all").out)
        self.assertEqual({2: "json-syntax"}, self.listed())

    def test_a_report_of_the_future_stays_one(self):
        """The arrival is known from the mail's Received, which is not kept; its time is."""
        self.imports(self.write("m.eml", mail(attachment(text(**{"date-range": FUTURE})))), status=DATAERR)
        self.assertEqual("1: refused again: date-future\n", self.quarantine("retry", "1").out)
        self.assertEqual([], self.counted())

    def test_what_could_not_be_decoded_is_not_taken_as_it_is(self):
        bad = base64.encodebytes(text())
        self.imports(self.write("a.eml", mail(attachment(b"", bad[:40] + b"!#!" + bad[40:]))), status=DATAERR)
        self.imports(self.write("b.eml", mail(attachment(b"", b"begin 644 r\n", "x-uuencode"))), status=DATAERR)
        self.assertEqual("1: refused again: transfer-encoding\n2: refused again: uuencode\n",
                         self.quarantine("retry", "--all").out)

    def test_a_mistake_in_the_list_leaves_what_was_done(self):
        self.imports(self.write("r.json", text()), status=DATAERR, extra=self.LOW)
        self.quarantine("retry", "1", "99", status=NOINPUT)
        self.assertEqual([("one", 12)], self.counted())
        self.assertEqual([12], self.sessions(), "the CSV files show what is stored")


class Drop(Quarantine):
    def test_the_entry_and_its_bytes_are_gone(self):
        self.imports(self.write("bad.json", text()[:-1]), status=DATAERR)
        self.assertEqual("1: dropped\n", self.quarantine("drop", "1").out)
        self.assertEqual({}, self.listed())
        self.assertEqual(0, self.query("SELECT count(*) FROM quarantine_bytes")[0][0])

    def test_all(self):
        for i in range(3):
            self.write(f"in/a!b!1!{i}.json", b"[%d" % i)
        self.imports(self.path("in"))
        self.quarantine("drop", "--all")
        self.assertEqual({}, self.listed())

    def test_a_conflict_leaves_the_counted_copy_as_it_was(self):
        self.imports(self.write("a.json", text(10)), self.write("b.json", text(20, 5)))
        self.quarantine("drop", "1")
        self.assertEqual([("", "counted")], self.query("SELECT warnings, status FROM reports"))
        self.assertEqual([12], self.sessions())

    def test_a_number_is_never_given_twice(self):
        self.imports(self.write("a.json", b"[1"), status=DATAERR)
        self.quarantine("drop", "1")
        self.imports(self.write("b.json", b"[2"), status=DATAERR)
        self.assertEqual([2], list(self.listed()))


class Accept(Quarantine):
    def conflict(self):
        """Nobody knows when they arrived; the digest of the second is the greater one."""
        first = self.imports(self.write("a.json", text(10, 2)))
        second = self.imports(self.write("b.json", text(20, 5)))
        return first, second

    def test_the_conflict_is_said_once(self):
        _, second = self.conflict()
        self.assertEqual(1, len(second.lines), str(second))
        self.assertRegex(second.err, r"report-id-conflict.*with other content, and that counts, since its digest "
                                     r"is smaller.*quarantine show 1")
        self.assertEqual([], self.imports(self.path("b.json")).lines)
        self.assertEqual({1: "report-id-conflict"}, self.listed())
        self.assertEqual([("report-id-conflict",)] * 2, self.query("SELECT warnings FROM reports"))

    def test_the_copy_that_arrived_first_counts_though_it_is_read_last(self):
        self.imports(self.write("unknown.json", text(10, 2)))
        for hour, good, quarantined in (("07", 30, 1), ("06", 40, 2), ("08", 50, 3)):
            raw = mail(attachment(text(good))).replace(b"2026 06:00", f"2026 {hour}:00".encode())
            result = self.imports(self.write(f"{good}.eml", raw))
            self.assertRegex(result.err, rf"report-id-conflict: .* since it arrived first; .*show {quarantined}\b")
            self.assertEqual([("one", {30: 32, 40: 42, 50: 42}[good])], self.counted())
        self.assertEqual([(12,), (32,), (52,)], self.query("SELECT r.counted_sessions FROM quarantine AS q JOIN reports "
                                                           "AS r ON r.id = q.report ORDER BY 1"))
        self.expect_silence("-d", self.store, "status", "--verify")

    def test_a_decision_stands_against_what_comes_later(self):
        self.conflict()
        self.quarantine("accept", "1")
        self.assertIn("somebody accepted it", self.imports(self.write("m.eml", mail(attachment(text(7))))).err)
        self.assertEqual([("one", 25)], self.counted())

    def test_the_difference_field_by_field(self):
        self.conflict()
        out = self.quarantine("show", "1").out
        for name, counted, other in (("summary.total-successful-session-count", 10, 20),
                                     ("summary.total-failure-session-count", 2, 5),
                                     (r"failure-details\[0\].failed-session-count", 2, 5)):
            self.assertRegex(out, rf"policies\[0\]\.{name}\n +counted: {counted}\n +other: +{other}\n")
        self.assertNotIn("policy-domain", out, "what is the same is not told")
        self.assertIn("tlsrua quarantine accept 1", out)

    def test_the_bytes_of_the_copy(self):
        self.conflict()
        self.assertEqual(text(20, 5), gzip.decompress(self.quarantine("show", "--raw", "1").raw_out))

    def test_the_figures_change_places(self):
        self.conflict()
        self.assertEqual([12], self.sessions())
        self.quarantine("accept", "1")
        self.assertEqual([25], self.sessions())
        self.assertEqual([("one", 25)], self.counted())
        out = self.quarantine("show", "1").out
        self.assertRegex(out, r"successful-session-count\n +counted: 20\n +other: +10\n")

    def test_twice_is_the_start(self):
        self.conflict()
        before = {n: self.read("csv", n) for n in os.listdir(self.export)}
        listing = self.quarantine("list").out
        self.quarantine("accept", "1")
        self.assertNotEqual(before["daily.csv"], self.read("csv", "daily.csv"))
        self.quarantine("accept", "1")
        self.assertEqual(before, {n: self.read("csv", n) for n in os.listdir(self.export)})
        self.assertEqual(listing, self.quarantine("list").out)
        self.assertEqual([("ok",)], self.query("PRAGMA integrity_check"))

    def test_a_refusal_is_nothing_to_accept(self):
        self.imports(self.write("bad.json", text()[:-1]), status=DATAERR)
        self.expect_line(DATAERR, "quarantine retry 1", "-d", self.store, "quarantine", "accept", "1")
        self.assertEqual({1: "json-syntax"}, self.listed())

    def test_retry_leaves_a_conflict_alone(self):
        self.conflict()
        self.assertIn("accept or drop", self.quarantine("retry", "--all").out)
        self.assertEqual({1: "report-id-conflict"}, self.listed())


if __name__ == "__main__":
    tap.main()
