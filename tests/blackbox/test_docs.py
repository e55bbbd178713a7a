#!/usr/bin/env python3
"""The manual pages name what there is: every command and option, every configuration key, every CSV column."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import rollups, tap  # noqa: E402
from lib.program import TOP, Scene  # noqa: E402

# section -> options that the configuration knows
KEYS = {
    "store": "path keep_raw",
    "poll": "parallel",
    "export": "dir since bom delimiter decimal guard",
    "notify": "command",
    "report": "from to",
    "reports": "domains domains_file dkim trust_authserv signers",
    "dns": "resolver trust_anchor timeout",
    "check": "ca_file timeout parallel helo smtp private_addresses https_port smtp_port",
    "limits": "message header mime_depth parts reports report json_depth policies failures quarantine "
              "download",
    "receive": "verified_hosts max_reports_per_day_and_address refresh",
    "mailbox": "host port tls user password_file password_command token_command auth folders ca_file fingerprint "
               "after_import after_reject delete_after import_since timeout retries grace dkim trust_authserv "
               "dkim_since",
}


def text(*names):
    with open(os.path.join(TOP, *names), encoding="utf-8") as f:
        return f.read()


class Manual(Scene):
    def help(self, *args):
        return self.expect_silence(*args, "--help").out

    def commands(self):
        return re.findall(r"(?m)^\s+tlsrua ([a-z]+)\b", self.help().split("Options")[0])

    def test_every_command_and_option(self):
        page = text("man", "tlsrua.1")
        for command in self.commands():
            with self.subTest(command):
                self.assertTrue(re.search(rf"(?m)^\.(It|Nm|Cm|Ic|Ss|Bk|Sx).*\b{command}\b", page), command)
                for option in re.findall(r"--([a-z-]+)", self.help(command)):
                    self.assertTrue(re.search(rf"\\-\\-{option}\b|Fl -{option}\b", page), f"--{option} of {command}")

    def test_every_configuration_key(self):
        page, example = text("man", "tlsrua.conf.5"), text("etc", "tlsrua.conf")
        for section, keys in KEYS.items():
            for key in keys.split():
                with self.subTest(f"[{section}] {key}"):
                    self.assertRegex(page, rf"(?m)^\.(It|Pp|Cm|Ic)?.*\b{key}\b")
                    self.assertRegex(example, rf"(?m)^[;#]?\s*{key}\s*=")

    def test_every_column(self):
        page = text("man", "tlsrua.1")
        for column in sorted(set().union(*rollups.ALL.values())):
            with self.subTest(column):
                self.assertTrue(column in page, f"{column} is not in tlsrua(1)")

    def test_every_exit_code(self):
        page = text("man", "tlsrua.1")
        for code in (0, 1, 64, 65, 66, 69, 70, 73, 74, 75, 76, 77, 78):
            self.assertRegex(page, rf"(?m)^\.It (Li )?{code}\b", str(code))


class Readme(Scene):
    def test_files_that_it_names_are_there(self):
        readme = text("README.md")
        for name in set(re.findall(r"(?<![\w/])(?:scripts|man|etc|tests|src)/[\w./-]*\w", readme)):
            with self.subTest(name):
                self.assertTrue(os.path.exists(os.path.join(TOP, name)), name)

    def test_it_fits_one_screen(self):
        self.assertLessEqual(len(text("README.md").splitlines()), 75)


class Rooms(Scene):
    """src/README.md, which tells the way of one mail."""

    def test_each_file_and_function_that_it_names_is_there(self):
        readme = text("src", "README.md")
        for name in set(re.findall(r"`([a-z]+/[\w.]+\.[a-z]+)`", readme)):
            with self.subTest(name):
                self.assertTrue(os.path.exists(os.path.join(TOP, "src", name)), name)
        sources = "".join(text(folder, name) for folder, _, names in os.walk(os.path.join(TOP, "src"))
                          for name in names if name.endswith(".c"))
        for name in set(re.findall(r"`(\w+)\(\)`", readme)):
            with self.subTest(name):
                self.assertTrue(re.search(rf"(?m)^{name}\(", sources), name)


class Vouching(Scene):
    """doc/dkim.md: the rules, and where they are built and shown."""

    def test_each_file_function_and_test_that_it_names_is_there(self):
        page = text("doc", "dkim.md")
        rows = [row.split("|")[3:5] for row in page.splitlines() if row.startswith("| ") and row.count("|") == 5]
        self.assertGreater(len(rows), 44)
        files = {folder: "".join(text(path, name) for path, _, names in os.walk(os.path.join(TOP, folder))
                                 for name in names if name.endswith((".c", ".py"))) for folder in ("src", "tests")}
        for built, shown in rows:
            for folder, cell in (("src", built), ("tests", shown)):
                for name in re.findall(r"(?<![\w/.])[a-z_]+/[\w/]+\.(?:c|py|sql)", cell):
                    self.assertTrue(os.path.exists(os.path.join(TOP, folder, name)), name)
                for name in re.findall(r"`(\w+)`", cell):
                    self.assertTrue(re.search(rf"(?m)(^|class |def ){name}\b", files[folder]), name)


if __name__ == "__main__":
    tap.main()
