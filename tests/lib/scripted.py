"""The scripted IMAP server (tests/scripted_imap.py) as a process of its own."""
import os
import subprocess
import sys

from .program import TOP

SERVER = os.path.join(TOP, "tests", "scripted_imap.py")


def scenarios():
    """(name, tls, exit code, note, further settings of the mailbox) of each."""
    out = subprocess.run([sys.executable, SERVER, "--list"], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        name, tls, code, note, settings = line.split("\t")
        yield name, tls, int(code), note, dict(s.split(" = ", 1) for s in settings.split("; ") if s)


class Scripted:
    """Serves one scenario; its certificate and what it notes are in a folder that is made."""

    def __init__(self, name, folder):
        self.folder = folder
        os.makedirs(folder)
        self.process = subprocess.Popen([sys.executable, SERVER, "--dir", folder, name], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline())
        self.process.stdout.readline()

    def mailbox(self, tls, **settings):
        """Its section of a configuration, without a password."""
        return {"name": "hostile", "host": "localhost", "port": self.port, "tls": tls, "user": "user@example.org",
                "ca_file": os.path.join(self.folder, "cert.pem"), "timeout": "2s", "retries": 0,
                **settings}

    @property
    def is_silent(self):
        """Whether it has come to where it says nothing more."""
        return os.path.exists(os.path.join(self.folder, "stalled"))

    @property
    def heard_logout(self):
        return os.path.exists(os.path.join(self.folder, "logout"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
