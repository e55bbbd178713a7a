#!/usr/bin/env python3
"""The configuration: what is refused, where, and in which words."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import CONFIG, NOINPUT, NOPERM, TOP, UNAVAILABLE, Scene  # noqa: E402

BOX = "[mailbox one]\nhost = 127.0.0.1\nport = 1\nuser = u\npassword_file = {password}\nretries = 0\ntimeout = 2s\n"


class Config(Scene):
    def box(self, more=""):
        return BOX.format(password=self.write("password", "secret\n", 0o600)) + more

    def poll(self, text):
        path = self.write("t.conf", f"[store]\npath = {self.store}\n" + text)
        return self.run_it("-c", path, "poll")

    def assert_accepted(self, text):
        result = self.poll(text)
        self.assertNotEqual(CONFIG, result.status, f"{text}\n{result}")

    def assert_refused(self, text, *patterns):
        result = self.poll(text)
        self.assertEqual(CONFIG, result.status, f"{text}\n{result}")
        for pattern in patterns:
            self.assertRegex(result.err, pattern)
        self.assertFalse(os.path.exists(self.store), "a store was made")
        return result


class Errors(Config):
    def test_a_missing_file_is_66(self):
        for command in ("poll", "status", "import"):
            with self.subTest(command):
                self.expect_line(NOINPUT, "nosuch", "-c", self.path("nosuch.conf"), command,
                                 *([self.dir] if command == "import" else []))

    def test_all_errors_of_a_file_are_told_in_one_run_with_their_lines(self):
        text = ("[store]\n"                    # 1
                "path = x\n"                   # 2
                "keep_raw = perhaps\n"         # 3
                "[poll]\n"                     # 4
                "parallel = many\n"            # 5
                "[nonsense]\n"                 # 6
                "a = b\n"                      # 7
                "[mailbox one]\n"              # 8
                "host = h\n"                   # 9
                "user = u\n"                   # 10
                "password_file = /x\n"         # 11
                "prot = 993\n"                 # 12
                "port = 70000\n"               # 13
                "user = v\n"                   # 14
                "tls = sometimes\n")           # 15
        path = self.write("bad.conf", text)
        result = self.expect(CONFIG, "-c", path, "poll")
        for line, word in ((3, "keep_raw"), (5, "parallel"), (12, "prot"), (13, "port"), (14, "user"), (15, "tls")):
            self.assertRegex(result.err, rf"(?m)bad\.conf:{line}:.*{word}", str(result))
        self.assertRegex(result.err, r"bad\.conf:[67]:.*nonsense")

    def test_wrong_values(self):
        table = (
            ("keep_raw = maybe\n", "keep_raw"),
            ("[export]\nbom = 2\n", "bom"),
            ("[export]\ndelimiter = ab\n", "delimiter"),
            ("[export]\ndecimal = ,\n", "de(cimal|limiter)"),
            ("[export]\nsince = 3 weeks\n", "since"),
            ("[limits]\nmessage = 25 elephants\n", "message"),
            ("[limits]\nmime_depth = 0\n", "mime_depth"),
            ("[limits]\nmime_depth = -1\n", "mime_depth"),
            ("[limits]\nreport = 99999999999999999999G\n", "report"),
            ("[poll]\nparallel = 0\n", "parallel"),
            (self.box("timeout = soon\n").replace("timeout = 2s\n", ""), "timeout"),
            (self.box("auth = kerberos\n"), "auth"),
            (self.box("after_import = shred\n"), "after_import"),
            (self.box("fingerprint = md5:00\n"), "fingerprint"),
            (self.box("fingerprint = sha256:00\n"), "fingerprint"),
            (self.box("tls = none\n").replace("127.0.0.1", "imap.example.com"), "tls"),
            ("[mailbox two]\nuser = u\npassword_file = /x\n", "host"),
            ("[mailbox two]\nhost = h\npassword_file = /x\n", "user"),
            ("[mailbox]\nhost = h\nuser = u\n", "mailbox"),
        )
        for text, word in table:
            with self.subTest(text):
                self.assert_refused(text, rf"t\.conf:\d+:.*{word}")

    def test_lines_that_libinih_would_bend(self):
        box = self.box()
        for text in (box + "  user = v\n", box + "ca_file = " + "x" * 250 + "\n", box + "justaword\n",
                     "[export\nbom = yes\n", box + "= v\n"):
            with self.subTest(text):
                self.assert_refused(text, r"t\.conf:\d+:")

    def test_a_repeated_mailbox(self):
        box = self.box()
        self.assert_refused(box + box, r"t\.conf:\d+:.*one")

    def test_two_secrets(self):
        self.assert_refused(self.box("password_command = echo x\n"), r"t\.conf:\d+:.*password_")

    def test_whom_to_ask_and_whom_to_believe(self):
        for text in ("dkim = require\n", "dkim =\n", "trust_authserv = mx.example *.example none\n",
                     "dkim_since = 2026-11-01\n", "[dns]\nresolver = 127.0.0.1@5353 ::1\ntimeout = 3s\n",
                     "[dns]\ntrust_anchor = none\n", "[reports]\nsigners = relay.example:reporter.example\n"):
            with self.subTest(text):
                self.assert_accepted(self.box(text))

    def test_how_domains_are_looked_at(self):
        for text in ("ca_file =\ntimeout = 30s\nparallel = 1\nhelo =\n", "helo = MX.Example.com.\nsmtp = no\n",
                     "private_addresses = yes\nhttps_port = 8443\nsmtp_port = 2525\n"):
            with self.subTest(text):
                self.assert_accepted(self.box("[check]\n" + text))

    def test_how_domains_cannot_be_looked_at(self):
        for text, reason in (("helo = a b\n", "no host name"), ("timeout = 0s\n", "timeout"),
                             ("parallel = 65\n", "parallel"), ("smtp = maybe\n", "yes or no"),
                             ("ca_file = /nonexistent\n", "cannot be read")):
            with self.subTest(text):
                self.assert_refused(self.box("[check]\n" + text), reason)

    def test_whom_one_cannot_ask_or_believe(self):
        for text, reason in (("[dns]\nresolver = localhost\n", "no address of a server"),
                             ("[dns]\nresolver = 127.0.0.1@0\n", "no address of a server"),
                             ("[dns]\ntrust_anchor = /nonexistent\n", "auto, none, or a file"),
                             ("[dns]\ntrust_anchor = /dev/null\n", "auto, none, or a file"),
                             ("[reports]\nsigners = relay.example\n", "no pair of domains"),
                             ("[reports]\ndkim =\n", "off, record or require")):
            with self.subTest(text):
                self.assert_refused(self.box(text), reason)

    def test_what_may_be_done_after_an_import(self):
        for option in ("after_import", "after_reject"):
            for value in ("keep", "seen", "flag", "delete", "move:Done"):
                with self.subTest(f"{option} = {value}"):
                    self.assert_accepted(self.box(f"{option} = {value}\n"))

    def test_defaults_written_out_are_accepted(self):
        self.assert_accepted(
            "keep_raw = yes\n[poll]\nparallel = 4\n[export]\ndir =\nsince = 400d\nbom = no\ndelimiter = ,\n"
            "decimal = .\nguard = yes\n[reports]\ndomains =\n[limits]\nmessage = 25M\nheader = 256K\nmime_depth = 16\n"
            "parts = 100\nreports = 10\nreport = 16M\njson_depth = 32\npolicies = 1000\nfailures = 50000\n"
            "quarantine = 1G\n" + self.box("tls = implicit\nauth = auto\nfolders = INBOX\nca_file =\nfingerprint =\n"
                                           "after_import = keep\nafter_reject = keep\ngrace = 24h\ndkim = off\n"
                                           "trust_authserv =\n"))

    def test_comments_and_blanks(self):
        self.assert_accepted("; a comment\n# another\n\n[export]\nbom = no   ; inline\n" + self.box())

    def test_no_mailbox_to_poll(self):
        result = self.poll("")
        self.assertEqual(CONFIG, result.status, str(result))
        self.assertEqual(1, len(result.lines))

    def test_a_password_in_the_configuration_is_no_option(self):
        result = self.assert_refused(self.box("password = hunter2\n"), "password")
        self.assertNotIn("hunter2", result.err)


class Example(Config):
    def test_the_example_parses(self):
        with open(os.path.join(TOP, "etc", "tlsrua.conf")) as f:
            text = f.read()
        text = re.sub(r"(?m)^(\s*path\s*=).*", rf"\1 {self.store}", text, count=1)
        path = self.write("example.conf", text)
        result = self.run_it("-c", path, "status")
        self.assertEqual(NOINPUT, result.status, str(result))  # no store yet: the file itself is right
        self.assertEqual(1, len(result.lines), str(result))


class Secrets(Config):
    def test_a_secret_that_everybody_can_read_is_refused(self):
        for mode in (0o644, 0o604, 0o666):
            with self.subTest(oct(mode)):
                box = self.box()
                os.chmod(self.path("password"), mode)
                result = self.poll(box)
                self.assertEqual(CONFIG, result.status, str(result))
                self.assertEqual(1, len(result.lines), str(result))
                self.assertIn(self.path("password"), result.err)
                self.assertNotIn("secret", result.err.replace("secret file", "").replace("secrets", ""))

    def test_one_for_a_group_passes(self):
        box = self.box()
        for mode in (0o640, 0o440, 0o600, 0o400):
            with self.subTest(oct(mode)):
                os.chmod(self.path("password"), mode)
                self.assertEqual(UNAVAILABLE, self.poll(box).status)  # nobody listens on port 1

    def test_a_missing_secret_file(self):
        box = self.box()
        os.unlink(self.path("password"))
        result = self.poll(box)
        self.assertEqual(CONFIG, result.status, str(result))
        self.assertIn(self.path("password"), result.err)

    def test_a_command_that_fails(self):
        box = self.box().replace(f"password_file = {self.path('password')}", "password_command = false")
        result = self.poll(box)
        self.assertEqual(NOPERM, result.status, str(result))
        self.assertEqual(1, len(result.lines), str(result))

    def test_a_mailbox_in_trouble_keeps_none_of_the_others_from_being_polled(self):
        text = self.box() + self.box().replace("[mailbox one]", "[mailbox two]").replace("port = 1\n", "port = 2\n")
        os.chmod(self.path("password"), 0o600)
        result = self.poll(text)
        self.assertEqual(UNAVAILABLE, result.status)
        self.assertRegex(result.err, r"(?m)^tlsrua: one: ")
        self.assertRegex(result.err, r"(?m)^tlsrua: two: ")


if __name__ == "__main__":
    tap.main()
