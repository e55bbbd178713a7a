#!/usr/bin/env python3
"""Every command that README, doc/ and the manual show is run, in their order, as a reader would run it.

All of it happens in a mount namespace of its own, where /etc, /usr/local, /var/lib and /srv may be changed; the mailbox
is a Dovecot of the test.  What cannot be run here is in SKIPPED, with the reason.
"""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import PASSWORD, Dovecot  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BUILD, FIXTURES, OK, TOP, Scene, environment  # noqa: E402

# In this order: the last one takes everything away again.
PAGES = ["README.md", "README.zh-CN.md", "doc/getting-started.md", "doc/several-domains.md",
         "doc/mails-on-the-server.md", "doc/spreadsheets.md", "doc/sql.md", "doc/oauth2.md", "doc/platforms.md",
         "doc/scheduling.md", "doc/notify.md", "doc/dkim.md", "doc/scale.md", "doc/backup.md"]
MANUAL = ["man/tlsrua.1", "man/tlsrua.conf.5", "man/tlsrua-providers.7", "man/tlsrua-publishing.7",
          "man/tlsrua-oauth2.1", "man/tlsrua-receive.7"]
SKIPPED = {
    r"(sudo )?(scripts/deps|apt|git)\b": "fetches from the network",
    r"dpkg(-buildpackage)?\b": "wants a root of its own, and another architecture in it",
    r"(sudo )?(systemctl|journalctl|systemd-run)\b": "there is no running systemd",
    r"(sudo -u tlsrua )?tlsrua notify\b": "tells somebody outside; test_notify does it",
    r"curl\b": "asks a web server; test_receive does it with three",
    r"tlsrua check example\.com\b": "asks DNS and mail servers; test_check_domain does it in a lab",
    r"(sudo -u \w+ )?(createuser|createdb|psql|tlsrua ship|tlsrua (-c \S+ |-q )*-d postgresql:)": "there is no PostgreSQL; tests/postgresql has one",
    r"sudo -u tlsrua tlsrua-oauth2\b": "asks a provider; test_oauth2 does it with a scripted one",
}
# these say by exit code 1 what they found
ANSWERS = re.compile(r"--fail-above|status --check|tlsrua check\b(?! --mailbox)")
USERS = ("tls-reports@example.com", "tls@example.net")
SUDO = """#!/bin/sh
[ "$1" = -u ] || exec "$@"
user=$2
shift 2
exec setpriv --reuid="$user" --regid="$user" --init-groups env HOME=/var/lib/tlsrua "$@"
"""
NAMESPACE = """set -eu
mkdir -p {work}/mnt && mount -t tmpfs tmpfs {work}/mnt
for folder in etc usr/local var/lib srv; do
    mkdir -p {work}/mnt/$folder.up {work}/mnt/$folder.work
    mount -t overlay overlay /$folder \\
        -o lowerdir=/$folder,upperdir={work}/mnt/$folder.up,workdir={work}/mnt/$folder.work
done
mkdir -p /etc/cron.d  # of the package cron, which a root of its own may lack
"""


def text(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def blocks(page):
    """The fenced blocks of a page: (language, text)."""
    return re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", text(page))


def commands_of_manual(page):
    """What stands behind a dollar sign, with the lines that go on."""
    plain = text(page)
    for roff, character in (("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'"), ("\\&", ""), ("\\e", "\\")):
        plain = plain.replace(roff, character)
    found = re.findall(r"(?m)^\.Dl \$ (.*)$", plain)
    for block in re.findall(r"(?ms)^\.Bd -literal.*?\n(.*?)^\.Ed$", plain):
        found += [c.strip() for c in re.findall(r"(?ms)^\$ (.*?)(?=^\$ |\Z)", block)]
    return found


def skipped(command):
    return any(re.match(pattern, command) for pattern in SKIPPED)


def can_unshare():
    return os.geteuid() == 0 and shutil.which("systemd-sysusers") is not None and subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode == 0


class Documents(Scene):
    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            for link in re.findall(r"\]\(([^)#]+)\)", text(page)):
                with self.subTest(f"{page}: {link}"):
                    path = os.path.normpath(os.path.join(TOP, os.path.dirname(page), link))
                    self.assertTrue(link.startswith("https://") or os.path.exists(path))

    def test_every_page_is_run_and_linked_from_the_readme(self):
        self.assertEqual(sorted(p for p in PAGES if p.startswith("doc/")),
                         sorted(os.path.relpath(p, TOP) for p in glob.glob(os.path.join(TOP, "doc", "*.md"))))
        for page in PAGES[1:]:
            self.assertIn(f"({page})", text("README.md"))

    def test_every_reason_to_skip_is_needed(self):
        shown = [c for page in PAGES for language, block in blocks(page) if language == "sh"
                 for line in block.splitlines() for c in line.split(" && ")]
        shown += [c for page in MANUAL for c in commands_of_manual(page)]
        for pattern in SKIPPED:
            self.assertTrue(any(re.match(pattern, command) for command in shown), pattern)

    def test_every_configuration_is_accepted(self):
        mail = os.path.join(FIXTURES, "valid", "bare-mail.eml")
        for page in PAGES:
            for number, (language, block) in enumerate(blocks(page)):
                if language == "ini" and "[Service]" not in block:
                    with self.subTest(f"{page}, block {number}"):
                        conf = self.write("shown.conf", f"[store]\npath = {self.store}\n{block}")
                        self.expect_silence("-c", conf, "import", "-n", mail)

    def test_every_query_runs_and_finds_something(self):
        corpus.write_maildir(self.path("in"), corpus.build(400, seed=8460, days=60, failing=0.3, broken=0.1,
                                                           conflicts=0.05).mails)
        self.expect(OK, "-d", self.store, "import", self.path("in"))
        queries = [block for language, block in blocks("doc/sql.md") if language == "sql"]
        self.assertEqual(10, len(queries))
        for query in queries:
            with self.subTest(query):
                self.assertNotEqual([], self.query(query))


@unittest.skipUnless(can_unshare(), "needs root, mount namespaces and systemd-sysusers")
class Commands(Scene):
    @classmethod
    def setUpClass(cls):
        made = corpus.build(400, seed=8460, days=60, failing=0.4, broken=0.06, conflicts=0.03)
        cls.server = Dovecot({user: made.mails for user in USERS},
                             passwords={user.partition("@")[2]: PASSWORD for user in USERS})
        cls.server.deliver(USERS[0], made.mails[:2], "Junk")
        cls.report = next(m for m in made.mails if m.kind == "report")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.write("bin/sudo", SUDO, 0o755)
        self.write("bin/sendmail", "#!/bin/sh\ngrep -q ^To:\n", 0o755)
        self.write("password", PASSWORD + "\n")
        self.script = [NAMESPACE.format(work=self.dir), f"cd {shlex.quote(TOP)}"]
        self.places = []

    def add(self, place, command, stdin):
        """A command to be run; its exit code and output are looked at later."""
        self.places.append((place, command))
        n = len(self.places)
        self.script.append(f"status=0; (eval {shlex.quote(command)}) <{stdin} >{self.dir}/{n}.said 2>&1 || status=$?; "
                           f"echo $status >{self.dir}/{n}.status")

    def configure(self, block):
        """The configuration of a page, but for where the server is."""
        block = re.sub(r"(?m)^host = .*$", f"host = 127.0.0.1\nport = {self.server.tls_port}\n"
                       f"ca_file = {self.server.ca_file}", block)
        if "[mailbox" not in block:
            block += "\n" + self.section
        else:
            self.section = block[block.index("[mailbox"):]
        path = self.write(f"{len(self.script)}.conf", block)
        self.script.append(f"cp {path} /etc/tlsrua.conf; cp {path} /etc/tlsrua-customer.conf; "
                           "install -m 640 -g tlsrua /etc/tlsrua.password /etc/tlsrua.password.two 2>/dev/null || true")

    def add_page(self, page):
        for language, block in blocks(page):
            if language == "ini" and not re.search(r"token_command|\[(notify|Service|postgresql)\]", block):
                self.configure(block)
            for line in block.splitlines() if language == "sh" else ():
                for command in line.split(" && "):
                    if not skipped(command):
                        self.add(page, command, self.stdin_of(command))

    def stdin_of(self, command):
        """What a person types: a password, where one is asked for."""
        return self.path("password") if "/dev/stdin" in command else "/dev/null"

    def add_manual(self):
        """As the user tlsrua, where the files are that the examples name."""
        self.script.append(f"install -d -o tlsrua /srv/www /var/lib/prometheus/node-exporter {self.path('here')}")
        self.script.append(f"cd {self.path('here')}")
        self.script.append("install -d -o tlsrua /var/lib/tlsrua/Maildir/.tls-reports/cur")
        for name in ("mail", "report.json.gz"):
            data = self.report.raw if name == "mail" else self.gzip()
            self.script.append(f"install -o tlsrua {self.write(name, data)} .")
        for page in MANUAL:
            for command in commands_of_manual(page):
                command = re.sub(r"--until \S+", "--until 2099-12-31", command)
                if not skipped(command):
                    self.add(page, command if command.startswith("sudo ") else
                             f"sudo -u tlsrua bash -c {shlex.quote(command)}", self.stdin_of(command))
        self.script.append(f"cd {shlex.quote(TOP)}")

    def gzip(self):
        with open(os.path.join(FIXTURES, "golden", "in", sorted(os.listdir(os.path.join(FIXTURES, "golden", "in")))[0]),
                  "rb") as f:
            return f.read()

    def run_all(self):
        script = self.write("all.sh", "\n".join(self.script) + "\n")
        env = environment({"PATH": f"{self.path('bin')}:/usr/local/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                           "BUILD": BUILD, "MAKEFLAGS": f"-s -o {BUILD}/tlsrua"})
        done = subprocess.run(["unshare", "-m", "bash", script], env=env, capture_output=True, text=True, timeout=HANG,
                              check=False)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_each_of_them_works(self):
        for page in PAGES[:-1]:
            self.add_page(page)
        self.add_manual()
        self.add_page(PAGES[-1])
        self.run_all()
        self.assertGreater(len(self.places), 50)
        for n, (place, command) in enumerate(self.places, 1):
            with self.subTest(f"{place}: {command}"):
                status = int(self.read(f"{n}.status"))
                said = self.read(f"{n}.said").decode("utf-8", "replace")
                self.assertIn(status, (0, 1) if ANSWERS.search(command) else (0,), f"{place}\n$ {command}\n{said}")


if __name__ == "__main__":
    tap.main()
