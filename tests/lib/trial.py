"""Runs of one program against a test server, with what each costs."""
import base64
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timezone

from .corpus import Mail
from .program import HERE, environment

LARGE_REPORT = 16 << 20


def large_mail():
    """A mail whose report is just below 16 MB, with as many failure details as are taken, and not all alike."""
    rng = random.Random(16)
    document = {"organization-name": "Large Sender", "contact-info": "tls@large.example", "report-id": "large",
                "date-range": {"start-datetime": "2026-09-01T00:00:00Z", "end-datetime": "2026-09-01T23:59:59Z"},
                "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example",
                                         "policy-string": ["version: STSv1", "mode: enforce"]},
                              "summary": {"total-successful-session-count": 1, "total-failure-session-count": 50000},
                              "failure-details": [
                                  {"result-type": "validation-failure", "failed-session-count": 1,
                                   "sending-mta-ip": f"192.0.2.{i % 250}",
                                   "receiving-mx-hostname": f"mx{i}.alder.example",
                                   "additional-information": rng.randbytes(60).hex(),
                                   "failure-reason-code": ""} for i in range(49000)]}]}
    left = LARGE_REPORT - 1024 - len(json.dumps(document))
    padding = left // len(document["policies"][0]["failure-details"])
    for detail in document["policies"][0]["failure-details"]:
        detail["failure-reason-code"] = "x" * padding
    packed = gzip.compress(json.dumps(document).encode(), mtime=0)
    head = (b"From: tls@large.example\nMessage-ID: <large@large.example>\nTLS-Report-Domain: alder.example\n"
            b"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\n"
            b"Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n")
    return Mail(head + base64.encodebytes(packed) + b"--b--\n", datetime(2026, 9, 2, 6, tzinfo=timezone.utc), "report")


class Trial:
    """A program with a folder of its own for configuration, store and CSV files."""

    def __init__(self, binary, folder, server, more=""):
        """`more` stands behind the configuration, whose last section is the mailbox."""
        self.binary, self.dir, self.server, self.more = binary, folder, server, more
        self.store, self.csv = os.path.join(folder, "tlsrua.db"), os.path.join(folder, "csv")
        os.makedirs(self.csv)
        self.password = os.path.join(folder, "password")

    def config(self, user, port=None):
        with open(self.password, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(self.server.users[user] + "\n")
        path = os.path.join(self.dir, "tlsrua.conf")
        with open(path, "w") as out:
            out.write(f"[store]\npath = {self.store}\n[export]\ndir = {self.csv}\n[mailbox bench]\nhost = 127.0.0.1\n"
                      f"port = {port or self.server.tls_port}\nuser = {user}\npassword_file = {self.password}\n"
                      f"ca_file = {self.server.ca_file}\nauth = plain\n{self.more}")  # as the drain logs in
        return path

    def forget(self):
        """An empty store next time."""
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                os.unlink(os.path.join(self.dir, name))

    def _measured(self, *command):
        figures = os.path.join(self.dir, "figures")
        done = subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, *command],
                              capture_output=True, text=True, env=environment(), check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr[-2000:]}")
        with open(figures) as f:
            return done, json.load(f)

    def run(self, user, *args, port=None):
        """Figures of a run, and the counts that it told."""
        done, figures = self._measured(self.binary, "-c", self.config(user, port), *args, "--json")
        return {**json.loads(done.stdout), **figures}

    def poll(self, user, port=None):
        return self.run(user, "poll", port=port)

    def drain(self, user, port=None):
        """What the server and TLS alone cost."""
        wire = self.server.environment(user)
        if port:
            wire["IMAP_PORT"] = str(port)
        done = subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "drain.py")], capture_output=True,
                              text=True, env={**environment(), **wire}, check=True)
        return {**json.loads(done.stdout), "peak_kb": 0}

    def rooms(self, user):
        """Seconds by room of a poll into an empty store; a run of its own: looking at the clock costs."""
        self.forget()
        done, _ = self._measured(self.binary, "-c", self.config(user), "poll", "--timing")
        words = next(line.partition("seconds:")[2].split() for line in done.stderr.splitlines() if "seconds:" in line)
        return dict(zip(words[::2], map(float, words[1::2])))

    def mbsync(self, user):
        """A plain copy of the mailbox into a Maildir."""
        target, path = os.path.join(self.dir, "copy"), os.path.join(self.dir, "mbsyncrc")
        self.config(user)  # for the password
        with open(path, "w") as out:
            out.write(f"FSync no\n\nIMAPAccount a\nHost localhost\nPort {self.server.tls_port}\nUser {user}\n"
                      f"PassCmd \"cat {self.password}\"\nSSLType IMAPS\nCertificateFile {self.server.ca_file}\n\n"
                      f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {target}/\nInbox {target}/INBOX\n\n"
                      f"Channel c\nFar :far:\nNear :near:\nSync Pull\nCreate Near\nSyncState *\n")
        os.makedirs(target)
        _, figures = self._measured("mbsync", "-q", "-c", path, "c")
        shutil.rmtree(target)
        return figures
