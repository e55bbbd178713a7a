#!/usr/bin/env python3
"""No password and no token is seen anywhere: not in what is said at any level, not by ps, not in the store."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, CHECK, CONFIG, NOPERM, OK, Scene, as_nobody, environment  # noqa: E402
from lib.providers import USER, ProviderScene, Talk  # noqa: E402

PASSWORDS = {"plain": "Correct \"Horse\\ Battery 9", "beyond ASCII": "Sch\u00f6ner Tag \u4f60\u597d 77"}
TOKEN = "ya29.a0AfH6SMBx-fresh_token+/=="


class Echo(Talk):
    """It sends back what it got, as a refusal, in the form it came in and decoded."""
    before = "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=SCRAM-SHA-256"
    sent = ""

    def command(self, verb, rest):
        self.sent = rest
        super().command(verb, rest)

    def read_line(self):
        line = super().read_line()
        self.sent += " " + line
        return line

    def refuse(self, _kind):
        secret = self.server.secrets[-1][2]
        self.line(f"* NO [ALERT] you said {secret}")
        sent = self.sent.replace("{", "(")  # at the end of a line it would announce a literal
        self.line(f"* OK {sent}")
        self.no(f"[AUTHENTICATIONFAILED] not {secret} as in {sent}")

    @property
    def challenge(self):
        return '{"status":"401","token":"%s"}' % self.server.secrets[-1][2]

    def do_authenticate(self, rest):
        if not rest.startswith("SCRAM"):
            super().do_authenticate(rest)
            return
        self.scram(base64.b64decode(rest.split(" ")[1]).decode())

    def ask(self, text):
        self.line("+ " + base64.b64encode(text.encode()).decode())
        return base64.b64decode(self.read_line()).decode()

    def scram(self, first):
        """RFC 5802, the server's side."""
        bare = first[3:]
        challenge = f"r={bare.split('r=')[1]}server,s={base64.b64encode(b'salt').decode()},i=4096"
        final = self.ask(challenge)
        without, _, proof = final.rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", self.server.password.encode(), b"salt", 4096)
        key = hmac.digest(salted, b"Client Key", "sha256")
        text = f"{bare},{challenge},{without}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), text, "sha256")
        self.server.secrets.append(("password", USER, proof))
        if bytes(a ^ b for a, b in zip(key, signature)) != base64.b64decode(proof):
            self.refuse("password")
            return
        self.ask("v=" + base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), text,
                                                     "sha256")).decode())
        self.logged_in = True
        self.ok()


class Waiting(Echo):
    """It takes its time with the login."""

    def answer(self, *args):
        self.server.asked.set()
        self.server.go_on.wait(HANG)
        super().answer(*args)

    def good(self, kind, user, secret):
        if kind == "token":
            self.server.asked.set()
            self.server.go_on.wait(HANG)
        return super().good(kind, user, secret)


def forms(secret):
    """The secret as it is, as it is quoted, and what is the same in each base64 that holds it."""
    found = [secret.encode(), secret.replace("\\", "\\\\").replace('"', '\\"').encode()]
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret.encode()).rstrip(b"=")
        found.append(text[(4 if before else 0):-2])
    for start in (f"\0{USER}\0{secret}", f"user={USER}\1auth=Bearer {secret}\1\1"):
        found.append(base64.b64encode(start.encode()).rstrip(b"=")[:-2])
    return found


class Secrets(ProviderScene):
    def ways(self):
        """(auth, secret, options of the mailbox) of every way to log in."""
        for auth in ("plain", "login", "scram-sha-256"):
            for what, password in PASSWORDS.items():
                yield auth, password, {"auth": auth, "password": password}
        for auth in ("xoauth2", "oauthbearer"):
            helper = self.write("helper", "#!/bin/sh\ncat \"$(dirname \"$0\")/token\"\n", 0o755)
            self.write("token", TOKEN, 0o600)
            yield auth, TOKEN, {"auth": auth, "password": None, "token_command": helper}

    def assert_unseen(self, secret, where, *texts):
        for text in texts:
            for form in forms(secret):
                self.assertNotIn(form, text, where)

    def stored(self, name):
        return [self.read(n) for n in os.listdir(self.dir) if n.startswith(name)]

    def test_neither_poll_nor_check_says_it(self):
        for number, (auth, secret, options) in enumerate(self.ways()):
            for good in (True, False):
                with self.subTest(auth=auth, number=number, good=good):
                    known = secret if good else "other"
                    server = self.serve(Echo, password=known, token=known)
                    store = self.path(f"{number}{good}.db")
                    config = self.config(server.box(**options), store=store, export=False)
                    for verbose in ("-v", "-vv", "-vvv"):
                        checked = self.expect(OK if good else CHECK, "-c", config, verbose, "check", "--mailbox")
                        self.assert_unseen(secret, verbose, checked.raw_out, checked.raw_err)
                    polled = self.expect(OK if good else NOPERM, "-c", config, "-vvv", "poll")
                    self.assertEqual(4, len(server.secrets))
                    self.assertIn(b"C: ", polled.raw_err)
                    self.assert_unseen(secret, "poll", polled.raw_out, polled.raw_err,
                                       *self.stored(os.path.basename(store)))

    def test_nobody_sees_it_in_the_list_of_processes(self):
        for number, (auth, secret, options) in enumerate(self.ways()):
            if auth.startswith("scram"):
                continue
            with self.subTest(auth=auth, number=number):
                server = self.serve(Waiting, password=secret, token=secret)
                server.asked, server.go_on = threading.Event(), threading.Event()
                # two mailboxes, so that there are processes beside
                config = self.config(server.box("a", **options), server.box("b", **options),
                                     store=self.path(f"{number}.db"), export=False)
                run = subprocess.Popen([BINARY, "-c", config, "poll"], env=environment(), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, cwd=self.dir)
                try:
                    self.assertTrue(server.asked.wait(HANG))
                    time.sleep(0.2)
                    seen = self.processes(run.pid)
                    self.assertGreaterEqual(len(seen), 3)
                    listed = subprocess.run(["ps", "auxwwe"], capture_output=True, check=True).stdout
                    self.assertIn(config.encode(), listed)
                    self.assert_unseen(secret, "ps", listed, *seen.values())
                finally:
                    server.go_on.set()
                    _, err = run.communicate(timeout=HANG)
                self.assertEqual(OK, run.returncode, err)

    def processes(self, pid):
        """Command line and environment of a process and all below it."""
        parents = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat") as f:
                    parents[int(entry)] = int(f.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
        found, more = {pid}, True
        while more:
            more = {p for p, parent in parents.items() if parent in found} - found
            found |= more
        texts = {}
        for p in found:
            try:
                texts[p] = b"".join(open(f"/proc/{p}/{name}", "rb").read() for name in ("cmdline", "environ"))
            except OSError:
                continue
        return texts


class Remedies(Scene):
    """What is wrong with the file of a secret is said with a command, and that command sets it right."""

    def check(self, user=None):
        """How the step "secret" ended."""
        done = subprocess.run([BINARY, "-c", self.conf, "check", "--mailbox", "--json"], cwd=self.dir,
                              env=environment(), capture_output=True, preexec_fn=user, check=False, timeout=HANG)
        return json.loads(done.stdout)["points"][0]

    def test_each_fault_names_the_command_that_helps(self):
        secret = self.path("password")
        self.conf = self.config({"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password_file": secret},
                                export=False)
        for content, mode, why in ((None, 0, "No such file"), ("", 0o600, "is empty"), ("\n", 0o600, "is empty"),
                                   ("\ufeffpass\n", 0o600, "byte order mark"), ("pa\rss\n", 0o600, "control character"),
                                   ("pass\nmore\n", 0o600, "more than one line"),
                                   ("pass\n", 0o644, "everybody can read it"),
                                   ("pass\n", 0o602, "everybody can write it")):
            with self.subTest(why):
                if content is not None:
                    self.write("password", content, mode)
                point = self.check()
                self.assertRegex(point["detail"], f"^password_file {secret}: .*{why}")
                command = point["remedy"].rpartition(": ")[2]
                subprocess.run(["sh", "-c", command], input=b"pass\n", check=True, timeout=HANG)
                self.assertEqual("ok", self.check()["state"])

    def test_a_file_of_root_that_the_user_may_not_read(self):
        """The worst of messages once: it said what should be, and not what to do."""
        if os.geteuid() != 0:
            self.skipTest("needs root")
        secret = self.write("password", "pass\n", 0o600)
        self.conf = self.config({"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password_file": secret},
                                export=False)
        point = self.check(as_nobody)
        self.assertIn("Permission denied", point["detail"])
        self.assertEqual(f"as root, chgrp nogroup {secret} && chmod 640 {secret}", point["remedy"])
        self.expect_line(CONFIG, f"; to do: as root, chgrp nogroup {secret} && chmod 640 {secret}$", "-c", self.conf, "-d",
                         "/tmp/none-of-it.db", "poll", preexec=as_nobody)
        os.unlink("/tmp/none-of-it.db")


if __name__ == "__main__":
    tap.main()
