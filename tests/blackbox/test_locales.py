#!/usr/bin/env python3
"""The same bytes in any locale and time zone: CSV, JSON, the page, and what is stored; for people, too, in UTF-8.

Locales are made by localedef, for this test alone.  One has no dot on its small I, one writes numbers with commas, one
has characters whose second byte is ASCII; one time zone is a quarter of an hour off, one changes its clock.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import FIXTURES, OK, SANITIZER_STATUS, Scene, mailbox  # noqa: E402

LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "zh_CN.GB18030")
ZONES = ("Asia/Kathmandu", "Europe/Berlin")  # the locales have UTC; Berlin turned its clocks back on 2026-10-25
WITHOUT_FILES = ("C", "C.UTF-8")
TABLES = ("daily", "weekly", "monthly", "domains", "failures", "mx", "problems", "reports", "senders")
FOR_PROGRAMS = (
    ["status", "--json"], ["summary", "--json", "--since", "all"], ["summary", "--json", "--domain", "birch.example"],
    ["summary", "--mail"], ["metrics"],
    ["export", "-o", "-", "--format", "ndjson", "daily"],
    *(["export", "-o", "-", "--since", "all", table] for table in TABLES),
    ["export", "-o", "-", "--delimiter", "semicolon", "--decimal", ",", "daily"],
    ["export", "-o", "-", "--from", "2026-10-20", "--to", "2026-10-27", "daily"],
    ["quarantine", "show", "--raw", "1"], ["show", "--json", os.path.join(FIXTURES, "valid", "google.eml")],
    ["import", "-n", "--json", os.path.join(FIXTURES, "valid")], ["prune", "-n", "--json", "--before", "2026-10-25"],
    ["check", "--mailbox", "--json"], ["poll", "-n", "--json"],
    ["record", "--json", "m\u00fcnchen.example", "--rua", "mailto:tls@example.com"],
)
FOR_PEOPLE = (
    ["status"], ["summary"], ["summary", "--changes"], ["quarantine", "list"], ["quarantine", "show", "1"],
    ["show", os.path.join(FIXTURES, "valid", "google.eml")], ["explain"], ["explain", "1"], ["mute", "--list"],
    ["import", "-n", os.path.join(FIXTURES, "valid")], ["prune", "-n", "--before", "2026-10-25"], ["drop", "-n", "1"],
    ["poll", "-n"], ["record", "m\u00fcnchen.example", "--rua", "mailto:tls@example.com"], ["--help"], ["--version"],
)
WRITTEN = (
    ["mute", "1", "--until", "2999-01-01", "--note", "gr\u00fcn"], ["drop", "2"], ["quarantine", "retry", "--all"],
    ["quarantine", "drop", "1"], ["prune", "--before", "2026-10-01"], ["poll"],
)
POSTED = json.dumps({
    "organization-name": "B\u00fcro", "contact-info": "tls@buero.example", "report-id": "1",
    "date-range": {"start-datetime": "2026-10-25T00:00:00Z", "end-datetime": "2026-10-25T23:59:59Z"},
    "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                  "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}]}).encode()
POST = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_TYPE": "application/tlsrpt+json", "CONTENT_LENGTH": str(len(POSTED))}
# when something was run is no matter of locales
TIMES = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\"seconds\":[0-9.]+|tlsrua_.*_seconds(\{.*\})? [0-9.]+\n")
OF_THE_RUN = ("exports: ", "told: ", "reading: ")
USER = "reports@example.org"


class Locales(Scene):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tlsrua-locales-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in LOCALES:
            if name not in WITHOUT_FILES:
                language, charset = name.split(".")
                subprocess.run(["localedef", "-i", language, "-f", charset, os.path.join(cls.folder, name)], check=True,
                               capture_output=True)
        cls.mails = corpus.build(80, seed=12, days=60, broken=0.1, other=0.1, failing=0.3, conflicts=0.05).mails
        cls.server = Dovecot({USER: cls.mails})
        cls.addClassCleanup(cls.server.close)

    def places(self):
        """An environment of each locale, and of each time zone."""
        common = {"SOURCE_DATE_EPOCH": "1790000000"}
        # glibc keeps the list that it makes of LOCPATH; to look for it among leaks takes ten times as long as the rest
        made = {"LOCPATH": self.folder, "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=0", **common}
        for locale in LOCALES:
            yield locale, {"LC_ALL": locale, "TZ": "UTC", **(common if locale in WITHOUT_FILES else made)}
        for zone in ZONES:
            yield zone, {"LC_ALL": "tr_TR.UTF-8", "TZ": zone, **made}

    def configure(self):
        return self.config(mailbox(self.server, USER), extra="[report]\nfrom = boss@example.com\nto = boss@example.com\n"
                           f"[notify]\ncommand = dd status=none of={self.path('told')}\n")

    def everything(self, config, env):
        """What all commands say over the same store: bytes for programs, and text for people."""
        for_programs, for_people = {}, {}
        for commands, said in ((FOR_PROGRAMS, for_programs), (FOR_PEOPLE, for_people)):
            for command in commands:
                result = self.expect(OK, "-c", config, *command, env=env)
                said[" ".join(command)] = TIMES.sub(b"T", result.raw_out + result.raw_err)
        self.expect(OK, "-c", config, "html", "--since", "all", "-o", self.path("page.html"), env=env)
        for_programs["html"] = TIMES.sub(b"T", self.read("page.html"))
        self.expect(OK, "-c", config, "notify", "--test", env=env)
        for_people["notify"] = TIMES.sub(b"T", self.read("told"))
        return for_programs, for_people

    def compare(self, wanted, got, where):
        self.assertEqual(wanted.keys(), got.keys())
        for what in wanted:
            with self.subTest(f"{what} under {where}"):
                self.assertEqual(wanted[what], got[what])

    def test_the_locales_are_what_they_are_called(self):
        for name in LOCALES:
            said = subprocess.run(["locale", "charmap"], env={"PATH": os.environ["PATH"], "LC_ALL": name,
                                                              "LOCPATH": self.folder}, capture_output=True, text=True,
                                  check=True)
            wanted = "ANSI_X3.4-1968" if name == "C" else name.split(".")[1]
            self.assertEqual((wanted, ""), (said.stdout.strip(), said.stderr))

    def test_what_is_read_is_the_same(self):
        config = self.configure()
        self.expect(OK, "-c", config, "-q", "poll")
        wanted = wanted_text = None
        for where, env in self.places():
            got, text = self.everything(config, env)
            wanted = wanted or got
            self.compare(wanted, got, where)
            if env["LC_ALL"].endswith("UTF-8"):
                wanted_text = wanted_text or text
                self.compare(wanted_text, text, where)
        self.assertGreater(len(wanted["html"]), 10_000)

    def test_what_is_written_is_the_same(self):
        wanted, day = None, datetime.now(timezone.utc)
        # when something came by HTTPS or was dropped; midnight may be near
        days = f"{day:%F}|{day + timedelta(days=1):%F}"
        today = re.compile(rf"({days})[T ]\d\d:\d\d:\d\d".encode())
        for where, env in self.places():
            shutil.rmtree(self.export, ignore_errors=True)
            self.store = self.path(where.replace("/", "-") + ".db")
            config = self.configure()
            for command in (["poll"], *WRITTEN):
                self.expect(OK, "-c", config, "-q", *command, env=env)
            answer = self.expect(OK, "-c", config, "receive", env={**env, **POST}, stdin=POSTED)
            self.assertIn(b"Status: 2", answer.raw_out)
            self.expect(OK, "-c", config, "-q", "poll", env=env)  # brings the folder up to date
            got = {n: today.sub(b"now", self.read("csv", n)) for n in os.listdir(self.export) if n.endswith(".csv")}
            got["store"] = [today.sub(b"now", line.encode()) for line in dump(self.store)
                            if not line.startswith(OF_THE_RUN)]
            wanted = wanted or got
            self.compare(wanted, got, where)

    def test_every_command_is_among_these(self):
        commands = re.findall(r"^  tlsrua ([a-z]+) ", self.expect(OK, "--help").out, re.MULTILINE)
        ours = {command[0] for command in (*FOR_PROGRAMS, *FOR_PEOPLE, *WRITTEN)} | {"html", "notify", "receive"}
        ours.add("ship")  # it needs a PostgreSQL; what it sends is compared by tests/postgresql
        self.assertEqual([], [name for name in commands if name not in ours])
        self.assertIn("poll", commands)


if __name__ == "__main__":
    tap.main()
