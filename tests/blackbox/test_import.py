#!/usr/bin/env python3
"""Import of files: what is taken, what is refused, what is counted."""
import gzip
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.junk import zipped  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, CONFIG, DATAERR, NOINPUT, OK, Scene, as_nobody, environment  # noqa: E402

JSON_LINE = ("messages", "reports", "imported", "duplicate", "conflict", "rejected", "no_report", "warnings", "bytes",
             "seconds", "deferred", "unverified")


BOM = b"\xef\xbb\xbf"
# what other programs keep in their folders
OTHERS = {"composer.json": b'{"name": "acme/app", "require": {"php": ">=8.1"}}', "empty.json": b"",
          "list.json": b'[{"organization_name": "x", "policies": []}]', "words.json": b"not JSON",
          "dmarc.json": b'{"report_metadata": {"org_name": "x"}, "records": []}',
          "packed.json.gz": gzip.compress(b'{"policies": []}')}


def document(**changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": "2026-03-01_alder.example",
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example",
                                  "policy-string": ["version: STSv1", "mode: enforce", "mx: mx.alder.example",
                                                    "max_age: 86400"], "mx-host": ["mx.alder.example"]},
                       "summary": {"total-successful-session-count": 10, "total-failure-session-count": 2},
                       "failure-details": [{"result-type": "certificate-expired", "sending-mta-ip": "198.51.100.1",
                                            "receiving-mx-hostname": "mx.alder.example", "failed-session-count": 2}]}]}
    d.update(changes)
    return d


def text(**changes):
    return json.dumps(document(**changes)).encode()


def mail(content, media_type="application/tlsrpt+json", name="r.json", extra="TLS-Report-Domain: alder.example\n"):
    import base64
    return (f"Received: from mx.reporter.example by mail.alder.example; Mon, 02 Mar 2026 06:00:00 +0000\n"
            f"From: tls@reporter.example\nTo: tls@alder.example\nSubject: Report Domain: alder.example\n"
            f"Message-ID: <1@reporter.example>\n{extra}MIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
            f"A report.\n--b\nContent-Type: {media_type}; name=\"{name}\"\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(content).decode() + "--b--\n").encode()


class Import(Scene):
    def imports(self, *paths, **options):
        return self.run_it("-d", self.store, "import", "--dkim", "off", "--json", *paths, **options)

    def one(self):
        return self.query("SELECT count(*) FROM reports")[0][0]


class Shapes(Import):
    def shapes(self):
        plain = text()
        return {"r.json": plain, "r.json.gz": gzip.compress(plain), "r.zip": zipped("r.json", plain),
                "noname": plain, "packed": gzip.compress(plain), "r.eml": mail(plain),
                "crlf.eml": mail(plain).replace(b"\n", b"\r\n"),
                "gz.eml": mail(gzip.compress(plain), "application/tlsrpt+gzip", "r.json.gz"),
                "zip.eml": mail(zipped("r.json", plain), "application/zip", "r.zip"),
                "octets.eml": mail(gzip.compress(plain), "application/octet-stream", "r.json.gz"),
                "wrong-label.eml": mail(gzip.compress(plain), "application/tlsrpt+json", "r.json"),
                "mbox": b"From x@y Mon Mar  2 06:00:00 2026\n" + mail(plain),
                "bom.eml": BOM + mail(plain), "blank.eml": b"\r\n\r\n" + mail(plain),
                "cr.eml": mail(plain).replace(b"\n", b"\r\r\n"),
                "bom.mbox": BOM + b"\nFrom x@y Mon Mar  2 06:00:00 2026\n" + BOM + mail(plain),
                "twice.json.gz": gzip.compress(gzip.compress(plain)),
                "twice.eml": mail(gzip.compress(gzip.compress(plain)), "application/tlsrpt+gzip", "r.json.gz")}

    def test_every_shape_of_a_file_holds_the_report(self):
        for name, content in self.shapes().items():
            with self.subTest(name):
                path = self.write(name, content)
                store = self.path(name + ".db")
                result = self.expect(OK, "-d", store, "import", "--json", path)
                self.assert_counts(result, messages=1, reports=1, imported=1)
                self.assertEqual([("Example Reporter",)], self.query("SELECT organization FROM reports", store=store))

    def test_every_shape_comes_in_by_standard_input(self):
        for name, content in self.shapes().items():
            with self.subTest(name):
                store = self.path(name + ".in.db")
                result = self.expect(OK, "-d", store, "import", "--json", "-", stdin=content)
                self.assert_counts(result, messages=1, reports=1, imported=1)

    def test_all_of_them_are_one_report(self):
        for name, content in self.shapes().items():
            self.write("in/" + name, content)
        result = self.imports(self.path("in"))
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=18, reports=18, imported=1, duplicate=17, conflict=0, rejected=0)
        self.assertEqual(1, self.one())

    def test_what_is_kept_of_a_plain_report_unpacks_to_it(self):
        for size in (len(text()), 65536, 65537, 1000000):
            with self.subTest(size):
                content = text()[:-1].ljust(size - 1) + b"}"
                store = self.path(f"{size}.db")
                self.expect(OK, "-d", store, "import", "--json", self.write(f"{size}.json", content))
                self.assertEqual(content, gzip.decompress(self.query("SELECT bytes FROM report_bytes", store=store)[0][0]))

    def test_what_is_kept_of_a_report_packed_twice_unpacks_to_it_at_once(self):
        self.expect(OK, "-d", self.store, "import", self.write("r.json.gz", gzip.compress(gzip.compress(text()))))
        self.assertEqual(text(), gzip.decompress(self.query("SELECT bytes FROM report_bytes")[0][0]))

    def test_a_maildir_holds_mails_alone(self):
        os.makedirs(self.path("maildir", "new"))
        self.write("maildir/cur/1", BOM + mail(text()))
        self.write("maildir/cur/2.json", b'{"name": "x"}')
        self.write("maildir/cur/3", b"no header at all\n")
        self.assert_counts(self.imports(self.path("maildir")), messages=3, imported=1, no_report=2)

    def test_folders_in_folders_are_walked(self):
        self.write("in/a/b/c/r.json", text())
        self.write("in/z.json", text(**{"report-id": "2"}))
        self.assert_counts(self.imports(self.path("in")), messages=2, imported=2)

    def test_several_paths(self):
        a, b = self.write("a.json", text()), self.write("b.json", text(**{"report-id": "2"}))
        self.assert_counts(self.imports(a, b), messages=2, imported=2)


class Verdicts(Import):
    def test_a_missing_file_is_66(self):
        result = self.expect_line(NOINPUT, r"nosuch\.json", "-d", self.store, "import", self.path("nosuch.json"))
        self.assertEqual("", result.out)

    def test_the_others_are_imported_beside_a_missing_one(self):
        path = self.write("r.json", text())
        result = self.imports(self.path("nosuch"), path)
        self.assertEqual(NOINPUT, result.status, str(result))
        self.assertEqual(1, self.one())

    def test_a_rejected_file_named_is_65_and_its_reason_is_said(self):
        path = self.write("bad.json", text()[:-5])
        result = self.expect_line(DATAERR, r"bad\.json.*json-syntax", "-d", self.store, "import", path)
        self.assertEqual([("json-syntax",)], self.query("SELECT code FROM quarantine"))
        self.assertNotIn("\x1b", result.err)

    def test_a_rejected_file_in_a_folder_is_0_and_said(self):
        self.write("in/bad.json", text()[:-5])
        self.write("in/good.json", text())
        result = self.imports(self.path("in"))
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=2, imported=1, rejected=1)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertRegex(result.err, r"bad\.json.*json-syntax")

    def test_the_bytes_of_a_rejected_one_are_kept_once_and_said_once(self):
        path = self.write("bad.json", text()[:-5])
        self.expect(DATAERR, "-d", self.store, "import", path)
        again = self.expect(DATAERR, "-d", self.store, "import", path)
        self.assertEqual(1, self.query("SELECT count(*) FROM quarantine")[0][0])
        self.assertLessEqual(len(again.lines), 1, str(again))

    def test_a_file_without_a_report_named_is_65(self):
        path = self.write("m.eml", b"From: a@b.example\nSubject: hello\n\nHello.\n")
        result = self.expect_line(DATAERR, r"m\.eml", "-d", self.store, "import", path)
        self.assertEqual("", result.out)

    def test_other_mail_in_a_folder_is_left_alone(self):
        self.write("in/m.eml", b"From: a@b.example\nSubject: hello\n\nHello.\n")
        result = self.imports(self.path("in"))
        self.assertEqual(OK, result.status)
        self.assertEqual("", result.err)
        self.assert_counts(result, messages=1, reports=0, no_report=1)
        self.assertEqual(0, self.query("SELECT count(*) FROM quarantine")[0][0])

    def test_json_of_other_programs_in_a_folder_is_left_alone(self):
        for name, content in OTHERS.items():
            self.write("in/" + name, content)
        self.write("in/report.json", text())
        result = self.imports(self.path("in"))
        self.assertEqual(OK, result.status)
        self.assertEqual("", result.err)
        self.assert_counts(result, messages=len(OTHERS) + 1, imported=1, no_report=len(OTHERS))
        self.assertEqual(0, self.query("SELECT count(*) FROM quarantine")[0][0])

    def test_json_of_another_program_that_is_named_is_refused_with_the_reason(self):
        for name, content in OTHERS.items():
            with self.subTest(name):
                self.expect_line(DATAERR, re.escape(name) + ": rejected: (json|not-object|date-range)", "-d", self.store,
                                 "import", self.write(name, content))

    def test_a_broken_file_with_the_name_of_a_report_is_refused_in_a_folder_too(self):
        self.write("in/sender.example!alder.example!1!2.json.gz", gzip.compress(text())[:20])
        result = self.imports(self.path("in"))
        self.assert_counts(result, messages=1, rejected=1)
        self.assertIn("gzip-truncated", result.err)

    def test_a_link_to_a_device_is_passed_over(self):
        self.write("in/r.json", text())
        os.symlink("/dev/zero", self.path("in", "zero.json"))
        os.symlink("/dev/tty", self.path("in", "tty"))
        os.mkfifo(self.path("in", "fifo.json"))
        result = self.imports(self.path("in"))
        self.assertEqual(OK, result.status)
        self.assertEqual(3, result.err.count("not a file, skipped"), str(result))
        self.assert_counts(result, messages=1, imported=1)
        self.expect_line(NOINPUT, "zero.json: a device", "-d", self.store, "import", self.path("in", "zero.json"))

    def test_a_duplicate_is_no_error(self):
        path = self.write("r.json", text())
        self.expect_silence("-d", self.store, "import", path)
        self.expect_silence("-d", self.store, "import", path)
        self.assertEqual(1, self.one())

    def test_order_of_members_and_blanks_make_no_new_report(self):
        d = document()
        turned = json.dumps({k: d[k] for k in reversed(d)}, indent=4).encode()
        result = self.imports(self.write("a.json", text()), self.write("b.json", turned))
        self.assert_counts(result, imported=1, duplicate=1)

    def test_other_content_under_the_same_key_is_a_conflict_said_once_and_not_counted(self):
        a = self.write("a.json", text())
        d = document()
        d["policies"][0]["summary"]["total-successful-session-count"] = 999
        b = self.write("b.json", json.dumps(d))
        config = self.config()
        self.expect_silence("-c", config, "import", a)
        before = self.read("csv", "daily.csv"), self.read("csv", "failures.csv")
        result = self.run_it("-c", config, "import", "--json", b)
        self.assert_counts(result, imported=0, conflict=1)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertRegex(result.err, r"b\.json.*conflict")
        self.assertEqual(before, (self.read("csv", "daily.csv"), self.read("csv", "failures.csv")))

    def test_an_id_alone_is_no_identity(self):
        paths = [self.write("a.json", text()), self.write("b.json", text(**{"organization-name": "Other"})),
                 self.write("c.json", text(**{"date-range": {"start-datetime": "2026-03-02T00:00:00Z",
                                                             "end-datetime": "2026-03-02T23:59:59Z"}}))]
        self.assert_counts(self.imports(*paths), imported=3)

    def test_one_bad_report_of_two_in_a_mail(self):
        import base64
        def part(content):
            return "--b\nContent-Type: application/tlsrpt+json\nContent-Transfer-Encoding: base64\n\n" + \
                base64.encodebytes(content).decode()
        both = ("From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b"
                "\n\n" + part(text()) + part(text()[:-3]) + "--b--\n")
        self.write("in/m.eml", both)
        result = self.imports(self.path("in"))
        self.assert_counts(result, messages=1, reports=2, imported=1, rejected=1)

    def test_an_unreadable_file_is_told_and_the_rest_imported(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        os.chmod(self.dir, 0o777)
        self.write("in/a.json", text(), 0o600)
        self.write("in/b.json", text(), 0o644)
        result = self.imports(self.path("in"), preexec=as_nobody)
        self.assertNotEqual(OK, result.status)
        self.assertRegex(result.err, r"a\.json")
        self.assert_counts(result, imported=1)


class Saying(Import):
    def test_a_run_in_which_all_is_well_says_nothing(self):
        result = self.expect_silence("-d", self.store, "import", self.write("r.json", text()))
        self.assertEqual("", result.out)

    def test_the_line_for_programs(self):
        path = self.write("r.json", text())
        result = self.imports(path)
        self.assertEqual(1, len(result.out.splitlines()))
        got = json.loads(result.out)
        self.assertEqual(list(JSON_LINE), list(got))
        self.assertEqual(len(text()), got["bytes"])
        self.assertGreaterEqual(got["seconds"], 0)

    def test_a_dry_run_counts_and_changes_nothing(self):
        config = self.config()
        path = self.write("r.json", text())
        bad = self.write("bad.json", text()[:-4])
        result = self.run_it("-c", config, "import", "-n", "--json", path, path, bad)
        self.assert_counts(result, messages=3, imported=1, duplicate=1, rejected=1)
        self.assertFalse(os.path.exists(self.store), os.listdir(self.dir))
        self.assertEqual([], os.listdir(self.export))

    def test_a_dry_run_knows_what_is_stored(self):
        path = self.write("r.json", text())
        self.expect(OK, "-d", self.store, "import", path)
        before = self.read("tlsrua.db")
        result = self.imports("-n", path)
        self.assert_counts(result, imported=0, duplicate=1)
        self.assertEqual(before, self.read("tlsrua.db"))

    def test_warnings_are_counted(self):
        d = document()
        d["policies"][0]["policy"]["mx-host"] = "mx.alder.example"
        result = self.imports(self.write("r.json", json.dumps(d)))
        self.assert_counts(result, imported=1, warnings=1)
        self.assertEqual([("string-not-array",)], self.query("SELECT warnings FROM reports"))


class Corpus(Import):
    """Some hundred mails, by each way files can lie; the figures are those that the generator counted."""

    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(900, seed=5, duplicates=0.04, broken=0.05, other=0.04, conflicts=0.02, failing=0.3)

    def check(self, path):
        config = self.config()
        result = self.expect(OK, "-c", config, "import", "--json", path)
        self.assert_counts(result, **self.corpus.counts)
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_table(expected.csv_lines(expected.FAILURES, self.corpus.failures()), "failures")
        self.assertEqual(dict(self.corpus.reasons), self.reasons())
        self.assertEqual(self.corpus.counts["conflict"] + self.corpus.counts["rejected"], len(result.lines))

    def test_a_folder_of_mails(self):
        corpus.write_folder(self.path("in"), self.corpus.mails)
        self.check(self.path("in"))

    def test_a_folder_of_mails_with_crlf(self):
        corpus.write_folder(self.path("in"), self.corpus.mails, crlf=True)
        self.check(self.path("in"))

    def test_a_maildir(self):
        corpus.write_maildir(self.path("in"), self.corpus.mails)
        self.check(self.path("in"))

    def test_an_mbox(self):
        corpus.write_mbox(self.path("mbox"), self.corpus.mails)
        self.check(self.path("mbox"))

    def test_twice_is_once(self):
        corpus.write_maildir(self.path("in"), self.corpus.mails)
        self.check(self.path("in"))
        before = {n: self.read("csv", n) for n in os.listdir(self.export)}
        result = self.run_it("-c", self.path("tlsrua.conf"), "import", "--json", self.path("in"))
        c = self.corpus.counts
        self.assert_counts(result, imported=0, duplicate=c["imported"] + c["duplicate"] + c["conflict"], conflict=0,
                           rejected=c["rejected"])
        self.assertEqual([], result.lines, "what was said is not said again")
        self.assertEqual(before, {n: self.read("csv", n) for n in os.listdir(self.export)})


class Slow(Import):
    def test_what_comes_slowly_is_stored_before_it_is_all_there(self):
        """A transaction waits for more messages, but not for long."""
        def one(number):
            return b"From MAILER-DAEMON Mon Mar  2 06:00:00 2026\n" + mail(text(**{"report-id": str(number)})) + b"\n"
        running = subprocess.Popen([BINARY, "-d", self.store, "import", "-"], env=environment(),
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        running.stdin.write(one(1) + one(2))
        running.stdin.flush()
        deadline = time.monotonic() + 30
        number = 3
        while not self.stored():
            self.assertLess(time.monotonic(), deadline, "nothing is stored")
            time.sleep(1)
            running.stdin.write(one(number))
            running.stdin.flush()
            number += 1
        self.assertIsNone(running.poll())
        _, said = running.communicate(timeout=HANG)
        self.assertEqual((OK, b""), (running.returncode, said))
        self.assertEqual([(number - 1,)], self.query("SELECT count(*) FROM reports"))

    def stored(self):
        if not os.path.exists(self.store):
            return 0
        made = self.query("SELECT count(*) FROM sqlite_master WHERE name = 'reports'")[0][0]
        return made and self.query("SELECT count(*) FROM reports")[0][0]


class OwnDomains(Import):
    def test_entries_about_other_domains_are_skipped(self):
        d = document()
        other = json.loads(json.dumps(d["policies"][0]))
        other["policy"]["policy-domain"] = "birch.example"
        d["policies"].append(other)
        path = self.write("r.json", json.dumps(d))
        config = self.config(extra="[reports]\ndomains = alder.example *.oak.example\n")
        result = self.run_it("-c", config, "import", "--json", path)
        self.assert_counts(result, imported=1, warnings=1)
        self.assertEqual({"alder.example"}, {r["domain"] for r in self.table("daily")})

    def domains_of(self, extra, *names):
        """What is counted of entries about those domains."""
        d = document()
        entry = d["policies"][0]
        d["policies"] = []
        for name in names:
            other = json.loads(json.dumps(entry))
            other["policy"]["policy-domain"] = name
            d["policies"].append(other)
        config = self.config(extra=extra)
        self.run_it("-c", config, "import", self.write("r.json", json.dumps(d)))
        return {r["domain"] for r in self.table("daily")}

    def test_subdomains_count_only_where_they_are_named(self):
        self.assertEqual({"birch.example", "x.oak.example", "y.x.oak.example", "www.elm.example"}, self.domains_of(
            "[reports]\ndomains = birch.example *.oak.example www.elm.example\n",
            "birch.example", "a00001.birch.example", "oak.example", "x.oak.example", "y.x.oak.example", "elm.example",
            "www.elm.example", "x.www.elm.example", "anoak.example"))

    def test_a_file_names_more_of_them(self):
        names = self.write("names", "\n# ours\nBirch.Example.\n  *.oak.example \nb\u00fccher.example\r\n" +
                           "".join(f"d{i}.example\n" for i in range(20000)))
        self.assertEqual({"birch.example", "x.oak.example", "xn--bcher-kva.example", "d19999.example", "elm.example"},
                         self.domains_of(f"[reports]\ndomains = elm.example\ndomains_file = {names}\n",
                                         "birch.example", "x.oak.example", "xn--bcher-kva.example", "d19999.example",
                                         "d20000.example", "elm.example"))

    def test_a_file_that_is_wrong_is_said_with_its_line(self):
        names = self.write("names", "a.example\n\nb..example\n")
        for path, why in ((names, 'line 3: "b..example" is no domain name'), (names + "x", "cannot be read"),
                          (self.dir, "is not a file"), ("/dev/zero", "is not a file"),
                          (self.write("cut", ""), "holds no name"), (self.write("none", "# ours\n\n"), "holds no name")):
            config = self.config(extra=f"[reports]\ndomains_file = {path}\n")
            result = self.expect(CONFIG, "-c", config, "import", self.write("r.json", text()))
            self.assertIn(f"[reports] domains_file: {why}", result.err)

    def test_a_report_about_other_domains_alone_is_refused(self):
        config = self.config(extra="[reports]\ndomains = birch.example\n")
        self.expect_line(DATAERR, "domain-not-ours", "-c", config, "import", self.write("r.json", text()))


if __name__ == "__main__":
    tap.main()
