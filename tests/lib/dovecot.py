#!/usr/bin/env python3
"""A throwaway Dovecot of one's own: own folder, free ports, own certificates; as root and as anybody else.

    with Dovecot({"reports@example.org": mails}) as server: ...     server.config("reports@example.org", ...)
    dovecot.py --dir DIR --mail MAILDIR run COMMAND...              IMAP_HOST, IMAP_PORT, ... in the environment
    dovecot.py --dir DIR --mail MAILDIR start | stop                DIR/env holds those as shell assignments

Four loopback addresses show four certificates: 127.0.0.1 (and localhost) a good one, 127.0.0.2 one for another name,
127.0.0.3 an expired one, 127.0.0.4 one of another authority.
"""
import argparse
import base64
import grp
import hmac
import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

if __package__:
    from . import corpus, dovecot_conf
    from .patience import HANG
else:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from lib import corpus, dovecot_conf
    from lib.patience import HANG

PASSWORD = "s3cret \"quo\\ted\" p\u00e4ss"  # a quote, a backslash, a blank, two bytes
GOOD, WRONG_NAME, EXPIRED, OTHER_CA = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"

CA_CONF = """
[ca]
default_ca = own
[own]
dir = {dir}
database = {dir}/index
new_certs_dir = {dir}
serial = {dir}/serial
default_md = sha256
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
"""


def _openssl(*args):
    done = subprocess.run(["openssl", *args], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {args[0]}: {done.stderr.strip()}")


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder, name):
        self.dir = os.path.join(folder, "ca-" + name)
        os.makedirs(self.dir)
        self.cert, self.key = os.path.join(self.dir, "ca.pem"), os.path.join(self.dir, "ca.key")
        self.conf = os.path.join(self.dir, "ca.conf")
        for path, text in ((self.conf, CA_CONF.format(dir=self.dir)), (os.path.join(self.dir, "index"), ""),
                           (os.path.join(self.dir, "serial"), "1000\n")):
            with open(path, "w") as out:
                out.write(text)
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                 "-subj", f"/CN=tlsrua test CA {name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                 "-keyout", self.key, "-out", self.cert)

    def issue(self, folder, name, alternatives, start="20200101000000Z", end="20491231235959Z"):
        key, request, cert = (os.path.join(folder, name + s) for s in (".key", ".csr", ".pem"))
        extensions = os.path.join(folder, name + ".ext")
        with open(extensions, "w") as out:
            out.write(f"basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName={alternatives}\n"
                      "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("ca", "-batch", "-notext", "-config", self.conf, "-keyfile", self.key, "-cert", self.cert,
                 "-extfile", extensions, "-startdate", start, "-enddate", end, "-in", request, "-out", cert)


def free_ports(number):
    """Ports that nothing listens on, for all of 127.0.0.0/8; taken at once, so that they differ."""
    sockets = []
    for _ in range(number):
        s = socket.socket()
        s.bind(("0.0.0.0", 0))
        sockets.append(s)
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def mail_owner():
    """(uid, gid) that the mails belong to; root may not read mail in Dovecot."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


class Dovecot:
    """Users are given with their mails; a user without any has an empty INBOX.

    Everybody of a domain has the domain's password, so that users can be added while the server runs.  With tokens it
    takes those that token() makes, too.
    """

    def __init__(self, users=None, folder=None, passwords=None, tokens=False):
        self.dir = folder or tempfile.mkdtemp(prefix="dc-")
        self.temporary = folder is None
        self.passwords = {"example.org": PASSWORD, **(passwords or {})}
        self.tokens = tokens
        self.users = {}
        self.process = None
        self.owner = mail_owner()
        self._next = {}
        try:
            self._prepare()
            for user, mails in (users or {}).items():
                self.add_user(user, mails)
            self.start()
        except BaseException:
            self.close()
            raise

    # -- setting up

    def _prepare(self):
        os.makedirs(os.path.join(self.dir, "mail"), exist_ok=True)
        os.chmod(self.dir, 0o711)
        os.chown(os.path.join(self.dir, "mail"), *self.owner)
        own, other = Authority(self.dir, "own"), Authority(self.dir, "other")
        self.ca_file, self.other_ca_file = own.cert, other.cert
        own.issue(self.dir, "good", f"DNS:localhost,IP:{GOOD},IP:::1")
        own.issue(self.dir, "wrongname", "DNS:imap.elsewhere.example,IP:192.0.2.1")
        own.issue(self.dir, "expired", f"DNS:localhost,IP:{EXPIRED}", end="20250101000000Z")
        other.issue(self.dir, "otherca", f"DNS:localhost,IP:{OTHER_CA}")
        self.plain_port, self.tls_port = free_ports(2)
        self._write_passwords()
        self._write_conf()

    def _write_conf(self):
        if os.geteuid() == 0:
            users = "default_internal_user = dovecot\ndefault_login_user = dovenull\n"
        else:
            me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
            users = f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n"
        made = dovecot_conf.files(
            dovecot_conf.installed_version(), ((WRONG_NAME, "wrongname"), (EXPIRED, "expired"), (OTHER_CA, "otherca")),
            self.tokens, dir=self.dir, uid=self.owner[0], gid=self.owner[1], users=users, plain_port=self.plain_port,
            tls_port=self.tls_port)
        for name, text in made.items():
            with open(os.path.join(self.dir, name), "w") as out:
                out.write(text)
        if self.tokens:
            self._write_key()

    def _write_key(self):
        """Where Dovecot looks for it: keys/AZP/ALGORITHM/KID."""
        self.key = os.urandom(32)
        folder = os.path.join(self.dir, "keys", "default", "HS256")
        os.makedirs(folder)
        with open(os.path.join(folder, "default"), "wb") as out:
            out.write(base64.b64encode(self.key))

    def token(self, user, seconds=3600):
        """A token for that user (RFC 7519), good for so long."""
        def packed(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")
        now = int(time.time())
        claims = {"sub": user, "email": user, "iat": now - 60, "nbf": now - 60, "exp": now + seconds}
        text = b".".join(packed(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return (text + b"." + packed(hmac.new(self.key, text, "sha256").digest())).decode()

    def _write_passwords(self):
        with open(os.path.join(self.dir, "passwords"), "w", encoding="utf-8") as out:
            for domain, password in self.passwords.items():
                out.write(f"{domain}:{{PLAIN}}{password}\n")
        os.chmod(out.name, 0o644)

    @property
    def conf(self):
        return os.path.join(self.dir, "dovecot.conf")

    @property
    def log(self):
        with open(os.path.join(self.dir, "dovecot.log"), errors="replace") as log:
            return log.read()

    # -- running

    def start(self):
        os.makedirs(os.path.join(self.dir, "run"), exist_ok=True)
        errors = os.path.join(self.dir, "stderr")
        with open(errors, "w") as out:
            self.process = subprocess.Popen(["dovecot", "-F", "-c", self.conf], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, start_new_session=True,
                                            env=dovecot_conf.ENVIRONMENT)
        deadline = time.monotonic() + HANG
        while True:
            if self.process.poll() is not None:
                with open(errors) as out:
                    raise RuntimeError("dovecot: " + out.read().strip())
            try:
                with socket.create_connection((GOOD, self.plain_port), 1) as s:
                    if s.recv(4) == b"* OK":
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("dovecot: does not answer: " + self.log[-2000:])
            time.sleep(0.05)

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def close(self):
        self.stop()
        if self.temporary:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- users and mails

    def maildir(self, user, folder="INBOX"):
        base = os.path.join(self.dir, "mail", user)
        return base if folder == "INBOX" else os.path.join(base, "." + folder.replace("/", "."))

    def add_user(self, user, mails=()):
        self.users[user] = self.passwords[user.rpartition("@")[2]]
        self.deliver(user, mails)

    def deliver(self, user, mails, folder="INBOX"):
        """Put mails into a folder behind those that are there."""
        path = self.maildir(user, folder)
        start = self._next.get(path, 1)
        corpus.write_maildir(path, mails, start, self.owner)
        self._next[path] = start + len(mails)

    def refill(self, user, mails):
        """The user has these mails, and no other folder, as if they had just come."""
        self.users[user] = self.passwords[user.rpartition("@")[2]]
        template, target = os.path.join(self.dir, "template", user), self.maildir(user)
        if not os.path.exists(template):
            corpus.write_maildir(template, mails, 1, self.owner)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(template, target, copy_function=os.link)
        for path, _, _ in os.walk(target):
            os.chown(path, *self.owner)
        self._next[target] = 1 + len(mails)

    def take_maildir(self, user, source):
        """A user whose INBOX is a copy of that Maildir."""
        self.users[user] = self.passwords[user.rpartition("@")[2]]
        target = self.maildir(user)
        for sub in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(target, sub), exist_ok=True)
            for name in os.listdir(os.path.join(source, sub)) if os.path.isdir(os.path.join(source, sub)) else ():
                shutil.copy2(os.path.join(source, sub, name), os.path.join(target, sub, name))
        for path, _, names in os.walk(target):
            os.chown(path, *self.owner)
            for name in names:
                os.chown(os.path.join(path, name), *self.owner)

    def new_uidvalidity(self, user, folder="INBOX"):
        """Number the mails of a folder anew, as a server does after a restore from backup."""
        path = self.maildir(user, folder)
        for name in os.listdir(path):
            if name.startswith("dovecot") and os.path.isfile(os.path.join(path, name)):
                if name == "dovecot-uidlist":
                    with open(os.path.join(path, name)) as f:
                        old = int(next(w[1:] for w in f.readline().split() if w.startswith("V")))
                os.unlink(os.path.join(path, name))
        with open(os.path.join(path, "dovecot-uidlist"), "w") as f:
            f.write(f"3 V{old + 17} N1 G{os.urandom(16).hex()}\n")
        os.chown(os.path.join(path, "dovecot-uidlist"), *self.owner)

    # -- for the program under test

    def environment(self, user):
        return {"IMAP_HOST": GOOD, "IMAP_PORT": str(self.tls_port), "IMAP_STARTTLS_PORT": str(self.plain_port),
                "IMAP_CA": self.ca_file, "IMAP_USER": user, "IMAP_PASSWORD": self.users[user]}


def _stop(folder):
    with open(os.path.join(folder, "pid")) as f:
        pid = int(f.read())
    try:
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.1)
    except ProcessLookupError:
        pass
    os.unlink(os.path.join(folder, "pid"))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--dir", required=True, help="where it keeps everything; made when missing")
    p.add_argument("--mail", metavar="MAILDIR", help="mails of the user, copied")
    p.add_argument("--user", default="reports@example.org")
    p.add_argument("what", choices=("run", "start", "stop"))
    p.add_argument("command", nargs=argparse.REMAINDER)
    a = p.parse_args()
    folder = os.path.abspath(a.dir)
    if a.what == "stop":
        return _stop(folder)
    os.makedirs(folder, exist_ok=True)
    server = Dovecot(folder=folder)
    if a.mail:
        server.take_maildir(a.user, a.mail)
    else:
        server.add_user(a.user)
    if a.what == "run":
        with server:
            return subprocess.run(a.command, env={**os.environ, **server.environment(a.user)}, check=False).returncode
    with open(os.path.join(folder, "env"), "w") as out:
        os.chmod(out.name, 0o600)
        for name, value in server.environment(a.user).items():
            out.write(f"{name}={shlex.quote(value)}\n")
    with open(os.path.join(folder, "pid"), "w") as out:
        out.write(f"{server.process.pid}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
