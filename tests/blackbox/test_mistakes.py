#!/usr/bin/env python3
"""The natural mistakes of a first day: each is said by what was run, with what to do, and doing that sets it right."""
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import WRONG_NAME, Dovecot  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import (BINARY, CANTCREAT, CONFIG, IOERR, NOINPUT, NOPERM, OK, UNAVAILABLE, USAGE, Scene,  # noqa: E402
                         as_nobody, environment, mailbox)

USER = "tls-reports@example.org"
NOBODY = 65534


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Mistakes(Scene):
    """Run by nobody, in a folder of nobody's own."""

    @classmethod
    def setUpClass(cls):
        cls.server = Dovecot({USER: corpus.build(5, seed=3).mails})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        os.chown(self.dir, NOBODY, NOBODY)

    def box(self, **options):
        return mailbox(self.server, USER, **{"grace": "0s", "timeout": "60s", **options})

    def configure(self, *boxes, **more):
        more.setdefault("export", False)
        conf = self.config(*(boxes or [self.box()]), **more)
        for name in os.listdir(self.dir):
            os.chown(self.path(name), NOBODY, NOBODY)
        return conf

    def secret(self, content, mode=0o600, owner=(NOBODY, NOBODY)):
        path = self.write("reports.password", content, mode)
        os.chown(path, *owner)
        return path

    def poll(self, status, pattern, conf, *args):
        result = self.expect(status, "-c", conf, "poll", *args, preexec=as_nobody)
        self.assertRegex(result.err, rf"\Atlsrua: .*{pattern}")
        return result

    def check(self, pattern, conf):
        """What check says of the same, on as many lines as it takes."""
        result = self.run_it("-c", conf, "check", "--mailbox", preexec=as_nobody)
        self.assertRegex(re.sub(r"\s+", " ", result.out), pattern)

    def do(self, result):
        """What the message ends with, as root; type the password where that is asked for."""
        said = result.lines[0].replace(", if nothing else is in it", "")
        command = re.split(r": (?:as root, )?(?=[a-z]+ )", said)[-1]
        subprocess.run(["sh", "-c", command], input=self.server.users[USER] + "\n", text=True, check=True, timeout=HANG)

    def cured_by_command(self, status, pattern, conf):
        self.do(self.poll(status, pattern, conf))
        self.expect(OK, "-c", conf, "poll", preexec=as_nobody)

    # -- the fifteen

    def test_1_a_wrong_password(self):
        conf = self.configure(self.box(password="nonsense"))
        self.check("login .*FAIL.*to do: check user and the secret.*app password", conf)
        self.poll(NOPERM, "login was refused at .*`tlsrua check --mailbox reports` tries it now|"
                  "login of .* refused.*; to look closer: tlsrua check --mailbox reports$", conf)

    def test_2_a_wrong_port(self):
        conf = self.configure(self.box(port=1))
        self.poll(UNAVAILABLE, "cannot reach 127.0.0.1 port 1.*; to look closer: tlsrua check --mailbox reports$", conf)
        self.check("TCP .*FAIL.*to do: check host and port .993 with tls = implicit", conf)

    def test_3_a_wrong_ca(self):
        conf = self.configure(self.box(ca_file=self.server.other_ca_file))
        self.poll(UNAVAILABLE, rf"not among the certificates in ca_file {self.server.other_ca_file}: put the issuer's "
                  "certificate there, or,.* set fingerprint = sha256:", conf)
        conf = self.configure(self.box(ca_file=None))
        self.poll(UNAVAILABLE, "its issuer is not trusted: set ca_file to", conf)
        conf = self.configure(self.box(ca_file="/nowhere/ca.pem"))
        self.poll(CONFIG, r"tlsrua\.conf:\d+: \[mailbox reports\] ca_file: /nowhere/ca\.pem cannot be read: No such file "
                  "or directory: without ca_file the system's certificates are used", conf)

    def test_4_a_folder_that_is_missing(self):
        """That of the CSV files, and that of the store."""
        os.mkdir(self.path("ours"))
        conf = self.configure(extra=f"[export]\ndir = {self.path('ours/csv')}\n")
        os.chown(self.path("ours"), 0, 0)
        self.cured_by_command(CANTCREAT, "ours/csv: No such file or directory: as root, install -d -o nobody -g nogroup "
                              r"\S+/ours/csv$", conf)
        conf = self.configure(store=self.path("ours/store/t.db"))
        os.chown(self.path("ours"), 0, 0)
        self.cured_by_command(IOERR, r"cannot be created: No such file or directory: as root, install -d .*/ours/store$",
                              conf)
        conf = self.configure(store=self.path("own/t.db"))
        self.poll(IOERR, rf"cannot be created: No such file or directory: mkdir {self.path('own')}$", conf)

    def test_5_a_secret_that_everybody_can_read(self):
        conf = self.configure()
        secret = self.secret(self.server.users[USER], 0o644)
        self.check(f"everybody can read it to do: chmod 600 {secret}", conf)
        self.cured_by_command(CONFIG, f"everybody can read it; to do: chmod 600 {secret}$", conf)
        secret = self.secret(self.server.users[USER], 0o644, (0, 0))
        self.cured_by_command(CONFIG, f"to do: as root, chgrp nogroup {secret} && chmod 640 {secret}$", conf)

    def test_5_a_secret_of_somebody_else(self):
        conf = self.configure()
        secret = self.secret(self.server.users[USER], 0o600, (0, 0))
        self.cured_by_command(CONFIG, f"Permission denied; to do: as root, chgrp nogroup {secret} && chmod 640", conf)
        self.secret(self.server.users[USER], 0o640, (0, 8))
        self.poll(CONFIG, r"Permission denied; to do: run as a user of the group mail, which may read it: sudo -u mail "
                  r"tlsrua \.\.\.$", conf)

    def test_6_a_typing_error(self):
        self.poll(CONFIG, r"tlsrua\.conf:\d+: \[mailbox reports\] pasword_file: no such option; did you mean "
                  r"password_file\?", self.configure(self.box(pasword_file="x")))
        self.poll(CONFIG, r"tlsrua\.conf:\d+: \[exprot\]: no such section; did you mean \[export\]\?",
                  self.configure(extra="[exprot]\n"))
        self.poll(CONFIG, r"\[Mailbox x\]: no such section; did you mean \[mailbox x\]\?",
                  self.configure(extra="[Mailbox x]\n"))
        conf = self.configure()
        self.poll(USAGE, r"no \[mailbox report\] in \S+; did you mean reports\?", conf, "report")
        self.expect_line(USAGE, "pol: no such command; did you mean poll", "-c", conf, "pol")
        self.expect_line(USAGE, "--jsno: no such option here; did you mean --json", "-c", conf, "poll", "--jsno")

    def test_7_a_folder_of_the_mailbox_that_is_not_there(self):
        conf = self.configure(self.box(folders="Reports"))
        self.poll(NOPERM, "Reports: imap: .*; to look closer: tlsrua check --mailbox reports$", conf)
        self.check("Reports .*FAIL.*to do: set folders to names that the server has: .*INBOX", conf)

    def test_8_a_store_that_may_not_be_written(self):
        conf = self.configure()
        os.chown(self.dir, 0, 0)
        self.cured_by_command(IOERR, rf"tlsrua\.db: cannot be created: Permission denied: as root, chown nobody:nogroup "
                              rf"{self.dir}, if nothing else is in it$", conf)

    def test_8_a_store_of_another_user(self):
        """As when `sudo -u tlsrua` was forgotten."""
        conf = self.configure()
        os.chown(self.dir, 1, 1)
        self.poll(IOERR, rf"Permission denied: {self.dir} belongs to daemon: run as that user: sudo -u daemon tlsrua "
                  r"\.\.\.$", conf)

    def test_9_root_once_and_then_the_user(self):
        conf = self.configure()
        self.expect(OK, "-c", conf, "poll")
        self.expect(OK, "-c", conf, "poll", preexec=as_nobody)
        # where the folder is root's, too, nobody knew whose it should be
        os.mkdir(self.path("of-root"))
        conf = self.configure(store=self.path("of-root", "t.db"))
        os.chown(self.path("of-root"), 0, 0)
        self.expect(OK, "-c", conf, "poll")
        self.do(self.poll(IOERR, r"t\.db: cannot be opened: Permission denied: as root, chown nobody:nogroup \S+/t\.db$",
                          conf))
        self.do(self.poll(IOERR, r"t\.db: is read-only: as root, chown nobody:nogroup \S+/of-root, if nothing", conf))
        self.cured_by_command(IOERR, r"t\.db\.lock: cannot be locked: Permission denied: as root, chown \S+ \S+$", conf)

    def test_10_a_configuration_elsewhere(self):
        for options in (["-c", "/nowhere/t.conf", "poll"], ["-c", "/nowhere/t.conf", "summary"]):
            self.expect_line(NOINPUT, r"/nowhere/t\.conf: No such file or directory: put the example tlsrua\.conf there and "
                             "edit it, or name another file with -c", *options)
        conf = self.configure()
        os.chmod(conf, 0o600)
        os.chown(conf, 0, 0)
        self.cured_by_command(CONFIG, rf"Permission denied: it holds no secret, so: as root, chmod a\+r {conf}$", conf)

    def test_11_two_mailboxes_of_one_name(self):
        self.poll(CONFIG, r"tlsrua\.conf:\d+: \[mailbox reports\]: given twice, first on line \d+: give each mailbox a name "
                  "of its own", self.configure(self.box(), self.box()))

    def test_12_odd_passwords(self):
        """Those that work, and files that hold none."""
        odd = 'with "quotes", \\ and  \u00fcnicode '
        own = Dovecot({f"u@{i}.example": () for i in range(1)}, passwords={"0.example": odd})
        self.addCleanup(own.close)
        box = mailbox(own, "u@0.example", grace="0s")
        self.expect(OK, "-c", self.configure(box), "poll", preexec=as_nobody)
        conf = self.configure()
        password = self.server.users[USER]
        for content, why in (("", "is empty"), ("\n", "is empty"), ("a\nb\n", "more than one line"),
                             ("a\rb", "control character"), ("\ufeff" + password, "byte order mark"), (None, "No such")):
            with self.subTest(why):
                secret = self.secret(content or "")
                if content is None:
                    os.unlink(secret)
                result = self.poll(CONFIG, rf"password_file \S+: .*{why}.*; to do: .*{secret}$", conf)
                if why != "more than one line":  # whose first is not the password here
                    self.do(result)
                    self.expect(OK, "-c", conf, "poll", preexec=as_nobody)

    def test_13_starttls_and_implicit_swapped(self):
        self.poll(UNAVAILABLE, "does not begin TLS there: set tls = starttls", self.configure(
            self.box(port=self.server.plain_port)))
        self.poll(UNAVAILABLE, "begins TLS at once there: set tls = implicit", self.configure(
            self.box(tls="starttls", timeout="2s")))

    def test_14_the_host_by_its_address(self):
        self.poll(UNAVAILABLE, "it is for imap.elsewhere.example 192.0.2.1, not for 127.0.0.2: if that is the same server, "
                  "set host = imap.elsewhere.example", self.configure(self.box(host=WRONG_NAME)))

    def test_15_a_full_disk(self):
        disk = self.small_disk("200k")
        if disk is None:
            self.skipTest("no tmpfs")
        os.chown(disk, NOBODY, NOBODY)
        conf = self.configure(store=os.path.join(disk, "t.db"))
        self.poll(IOERR, r"disk/t\.db: the disk is full: free room and run again$", conf)
        self.assertEqual(0, subprocess.run(["mount", "-o", "remount,size=20m", disk], check=False).returncode)
        self.expect(OK, "-c", conf, "poll", preexec=as_nobody)


if __name__ == "__main__":
    tap.main()
