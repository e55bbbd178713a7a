#!/usr/bin/env python3
"""The command line itself: help, version, options, usage errors."""
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CANTCREAT, CONFIG, IOERR, NOINPUT, OK, USAGE, BINARY, Scene, environment  # noqa: E402

COMMANDS = ("poll", "import", "export", "status")


class Help(Scene):
    def test_help_goes_to_stdout_and_names_every_command(self):
        result = self.expect_silence("--help")
        for command in COMMANDS:
            self.assertRegex(result.out, rf"(?m)^\s+tlsrua {command}\b")

    def test_every_command_has_help_of_its_own(self):
        for command in COMMANDS:
            with self.subTest(command):
                result = self.expect_silence(command, "--help")
                self.assertIn(f"tlsrua {command}", result.out)
                self.assertIn("--help", result.out)

    def test_lines_fit_a_terminal(self):
        for args in (["--help"], *([c, "--help"] for c in COMMANDS)):
            for line in self.expect_silence(*args).out.splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_version(self):
        result = self.expect_silence("--version")
        self.assertRegex(result.out, r"\Atlsrua \d+\.\d+\.\d+ \((unknown|[0-9a-f]{7,40}(-dirty)?)\)\n"
                                     r"libetpan [^\n]*, OpenSSL 3[^\n]*, SQLite 3[^\n]*\n\Z")

    def test_help_needs_no_configuration(self):
        self.expect_silence("-c", "/nonexistent", "poll", "--help")


class OneReport(Scene):
    def report(self):
        return self.write("r.json", '{"organization-name":"A","date-range":{"start-datetime":"2026-03-01T00:00:00Z",'
                          '"end-datetime":"2026-03-01T23:59:59Z"},"contact-info":"a@b.example","report-id":"1",'
                          '"policies":[{"policy":{"policy-type":"sts","policy-domain":"c.example"},"summary":'
                          '{"total-successful-session-count":1,"total-failure-session-count":0}}]}')


class Usage(OneReport):
    CASES = (
        [], ["nonsense"], ["--nonsense"], ["-X"], ["poll", "--nonsense"], ["import"], ["-c"], ["poll", "-c"],
        ["export", "--from", "yesterday"], ["export", "--from", "2026-02-30"], ["export", "--since", "30"],
        ["export", "--since", "0d"], ["export", "--since", "d"], ["status", "extra"], ["poll", "-o", "x"],
        ["export", "--domain"],
    )

    def test_every_wrong_line_is_said_in_one_line(self):
        for args in self.CASES:
            with self.subTest(args):
                result = self.expect_line(USAGE, r"\Atlsrua: ", *args)
                self.assertEqual("", result.out)

    def test_what_was_meant_is_said(self):
        for args, meant in ((["improt"], "import"), (["sumary"], "summary"), (["Poll"], "poll"),
                            (["summary", "--domian", "x"], "--domain"), (["summary", "--fail_above=1%"], "--fail-above"),
                            (["--verison"], "--version")):
            with self.subTest(args):
                self.expect_line(USAGE, f"; did you mean {meant}\\?$", *args)
        for args in (["status", "--domian", "x"], ["nonsense"]):
            self.expect_line(USAGE, "see tlsrua --help$", *args)

    def test_a_section_by_its_wrong_name(self):
        conf = self.write("c.conf", "[Mailbox x]\nhost = localhost\n")
        self.assertIn("[Mailbox x]: no such section; did you mean [mailbox x]?",
                      self.expect(CONFIG, "-c", conf, "poll").err)

    def test_unknown_table(self):
        self.expect(OK, "-d", self.store, "import", self.report())
        self.expect_line(USAGE, "nosuch", "-d", self.store, "export", "-o", "-", "nosuch")

    def test_unknown_mailbox(self):
        config = self.config({"name": "one", "host": "localhost", "user": "u", "password": "p"})
        self.expect_line(USAGE, "two", "-c", config, "poll", "two")

    def test_global_options_stand_before_or_after_the_command(self):
        report = self.report()
        self.expect_silence("-d", self.store, "import", report)
        self.expect_silence("import", "-d", self.store, report)
        self.expect_silence("import", report, "-d", self.store, "-q")
        self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports"))

    def test_control_characters_of_an_argument_do_not_reach_the_terminal(self):
        result = self.expect(NOINPUT, "-d", self.store, "import", self.path("a\x1b[31m\nb\x07"))
        self.assertNotRegex(result.err.rstrip("\n"), r"[\x00-\x1f]")

    def test_words_after_two_dashes_are_no_options(self):
        self.write("-n", self.read_report())
        self.expect_silence("-d", self.store, "import", "--", "-n")
        self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports"))

    def read_report(self):
        with open(self.report()) as f:
            return f.read()


class Output(OneReport):
    def test_a_full_standard_output_is_told(self):
        with open("/dev/full", "wb") as full:
            for args in (["--help"], ["--version"]):
                with self.subTest(args):
                    done = subprocess.run([BINARY, *args], stdout=full, stderr=subprocess.PIPE, env=environment(),
                                          check=False)
                    self.assertIn(done.returncode, (CANTCREAT, IOERR), done.stderr)
                    self.assertTrue(re.search(rb"standard output", done.stderr), done.stderr)

    def test_what_prints_ends_quietly_when_nobody_reads_on(self):
        self.expect(OK, "-d", self.store, "import", self.report())
        for args in (["summary"], ["export", "-o", "-", "daily"], ["status"], ["explain", "certificate-expired"],
                     ["show", self.report()]):
            with self.subTest(args):
                reader, writer = os.pipe()
                os.close(reader)  # as "| head" does once it has its lines
                done = subprocess.run([BINARY, "-d", self.store, *args], stdout=writer, stderr=subprocess.PIPE,
                                      env=environment(), check=False)
                os.close(writer)
                self.assertEqual((-signal.SIGPIPE, b""), (done.returncode, done.stderr))


if __name__ == "__main__":
    tap.main()
