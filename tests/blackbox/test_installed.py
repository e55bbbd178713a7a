#!/usr/bin/env python3
"""What make install puts beside the program: units of systemd, the cron file, completion, manual pages."""
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import rollups, tap  # noqa: E402
from lib.program import BINARY, BUILD, TOP, Scene, environment  # noqa: E402

CRON_ENVIRONMENT = {"HOME": "/nonexistent", "LOGNAME": "tlsrua", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}


def text(*names):
    with open(os.path.join(*names), encoding="utf-8") as f:
        return f.read()


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"no {program} here")


class Installed(Scene):
    def make(self, goal, *variables):
        """With the program under test as it is, whatever it was built with."""
        subprocess.run(["make", "-s", "-C", TOP, "-o", f"{BUILD}/tlsrua", f"BUILD={BUILD}",
                        f"DESTDIR={self.path('root')}", *variables, goal], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)

    def files(self):
        return sorted(os.path.relpath(os.path.join(folder, name), self.path("root"))
                      for folder, _, names in os.walk(self.path("root")) for name in names)

    def installed(self, *names):
        return self.path("root", "usr", "local", *names)

    def test_uninstall_leaves_nothing(self):
        self.make("install")
        self.assertIn("usr/local/bin/tlsrua", self.files())
        self.make("uninstall")
        self.assertEqual([], self.files())
        self.assertFalse(os.path.exists(self.installed("share", "doc", "tlsrua")))

    def test_another_prefix_is_known_to_the_jobs(self):
        self.make("install", "PREFIX=/opt/tls")
        self.assertIn("ExecStart=/opt/tls/bin/tlsrua poll\n",
                      text(self.path("root/opt/tls/lib/systemd/system/tlsrua.service")))
        self.assertIn("\nPATH=/opt/tls/bin:", text(self.path("root/opt/tls/share/doc/tlsrua/tlsrua.cron")))
        self.assertIn("exec /opt/tls/bin/tlsrua receive", text(self.path("root/opt/tls/libexec/tlsrua/receive")))
        for server in ("nginx", "apache2", "lighttpd"):
            self.assertRegex(text(self.path("root/opt/tls/share/doc/tlsrua", server, "tlsrua.conf")),
                             "[ \"]/opt/tls/libexec/tlsrua/receive[;\"]")

    # -- systemd

    def analyze(self, *args):
        return subprocess.run(["systemd-analyze", *args], capture_output=True, text=True, check=False, timeout=60)

    @needs("systemd-analyze")
    def test_the_service_is_hardened(self):
        self.make("install")
        result = self.analyze("security", "--offline=true", self.installed("lib/systemd/system/tlsrua.service"))
        level = re.search(r"Overall exposure level for tlsrua.service: ([0-9.]+)", result.stdout)
        self.assertIsNotNone(level, result.stdout + result.stderr)
        self.assertLess(float(level[1]), 2.0, result.stdout)

    @needs("systemd-analyze")
    def test_systemd_knows_each_line_of_the_units(self):
        self.make("install")
        for name in ("tlsrua.service", "tlsrua.timer", "tlsrua-failed.service"):
            result = self.analyze("verify", self.installed("lib/systemd/system", name))
            unknown = [line for line in result.stderr.splitlines() if re.search(r"\.(service|timer):\d+:", line)]
            self.assertEqual([], unknown)

    def test_the_timer_is_hourly_and_catches_up(self):
        timer = text(TOP, "etc/systemd/tlsrua.timer")
        for line in ("OnCalendar=hourly", "RandomizedDelaySec=10m", "Persistent=yes", "WantedBy=timers.target"):
            self.assertIn(f"\n{line}\n", timer)

    @needs("systemd-sysusers")
    def test_sysusers_makes_the_user_of_the_service(self):
        self.make("install")
        os.makedirs(self.path("root", "etc"))
        subprocess.run(["systemd-sysusers", f"--root={self.path('root')}"], check=True, capture_output=True)
        self.assertRegex(text(self.path("root/etc/passwd")), r"(?m)^tlsrua:.*:/var/lib/tlsrua:.*nologin$")
        self.assertIn("\nUser=tlsrua\n", text(TOP, "etc/systemd/tlsrua.service"))

    # -- cron

    def cron(self):
        """The variables of the cron file, and its jobs: (schedule, user, command)."""
        variables, jobs = {}, []
        for line in text(TOP, "etc/tlsrua.cron").splitlines():
            if not line or line.startswith("#"):
                continue
            variable = re.match(r"([A-Z_]+)=(.*)", line)
            if variable:
                variables[variable[1]] = variable[2].strip('"')
            else:
                *when, user, command = line.split(maxsplit=6)
                jobs.append((when, user, command))
        return variables, jobs

    def test_cron_runs_each_job_as_it_stands(self):
        self.make("install")
        variables, jobs = self.cron()
        env = dict(CRON_ENVIRONMENT, **variables)
        env["PATH"] = env["PATH"].replace("/usr/local/bin", self.installed("bin"))
        self.assertEqual(2, len(jobs))
        for when, user, command in jobs:
            self.assertTrue(all(re.fullmatch(r"[0-9*]+", field) for field in when), when)
            self.assertEqual("tlsrua", user)
            self.assertNotIn("%", command)
            result = subprocess.run(["/bin/sh", "-c", f"{command} -c /nonexistent.conf"], env=env,
                                    capture_output=True, text=True, check=False)
            self.assertEqual(66, result.returncode, result.stderr)
            self.assertIn("/nonexistent.conf", result.stderr)

    def test_mails_of_cron_are_utf_8(self):
        variables, _ = self.cron()
        self.assertEqual(("root", "C.UTF-8", "text/plain; charset=UTF-8"),
                         tuple(variables[name] for name in ("MAILTO", "LC_ALL", "CONTENT_TYPE")))


@needs("bash")
class Completion(Scene):
    def complete(self, *words):
        script = ('. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '_tlsrua "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf "%s\\n" "${COMPREPLY[@]}"')
        result = subprocess.run(["bash", "--norc", "-c", script, os.path.join(TOP, "etc/bash-completion/tlsrua"), BINARY,
                                 *words], capture_output=True, text=True, check=True, env=environment(), timeout=30)
        return result.stdout.split()

    def commands(self):
        return re.findall(r"(?m)^  tlsrua ([a-z]+)\b", self.expect_silence("--help").out)

    def test_every_command(self):
        self.assertEqual(self.commands(), self.complete(""))
        self.assertEqual(["poll", "prune"], self.complete("-v", "p"))

    def test_every_option_of_every_command(self):
        for command in self.commands():
            with self.subTest(command):
                listed = re.findall(r"(?m)^ {2,6}(?:(-\w), )?(--[a-z-]+)", self.expect_silence(command, "--help").out)
                self.assertEqual({option for pair in listed for option in pair if option},
                                 set(self.complete(command, "-")))

    def test_arguments(self):
        self.assertEqual(sorted([*rollups.ALL, "reports"]), sorted(self.complete("export", "")))
        self.assertEqual(["csv", "ndjson"], self.complete("export", "--format", ""))
        self.assertEqual("list show retry accept drop".split(), self.complete("quarantine", ""))
        self.assertEqual(["certificate-expired"], self.complete("explain", "certificate-e"))
        conf = self.write("t.conf", "[mailbox one]\nhost = h\n  [mailbox two]\n")
        self.assertEqual(["one", "two"], self.complete("-c", conf, "poll", ""))


if __name__ == "__main__":
    tap.main()
