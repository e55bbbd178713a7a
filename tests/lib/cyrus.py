"""A throwaway Cyrus IMAP of one's own, beside Dovecot: own folder, free ports, own certificate, stopped by its pid.

Its packages remove Dovecot's when they are installed, so `scripts/deps cyrus` unpacks them into build-cyrus.
"""
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

from .dovecot import GOOD, PASSWORD, Authority, free_ports, mail_owner
from .patience import HANG
from .program import TOP

ROOT = os.path.join(TOP, "build-cyrus", "root")
PROGRAMS = os.path.join(ROOT, "usr", "lib", "cyrus", "bin")
REALM = "localhost"  # the servername; users of the default domain lose theirs
AT_ONCE = 100  # mails an APPEND

IMAPD_CONF = """
configdirectory: {dir}/conf
defaultpartition: default
partition-default: {dir}/spool
cyrus_user: {user}
admins: admin
servername: localhost
virtdomains: userid
defaultdomain: example.org
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 0
delete_mode: immediate
expunge_mode: immediate
skiplist_unsafe: yes
allowplaintext: yes
failedloginpause: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {dir}/sasldb2
sasl_mech_list: PLAIN LOGIN SCRAM-SHA-256
tls_server_cert: {dir}/good.pem
tls_server_key: {dir}/good.key
"""

CYRUS_CONF = """
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {dir}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {dir}/imapd.conf" listen="127.0.0.1:{plain_port}" prefork=1
  imaps cmd="{programs}/imapd -C {dir}/imapd.conf -s" listen="127.0.0.1:{tls_port}" prefork=1
}}
EVENTS {{
}}
"""


def is_there():
    return os.path.exists(os.path.join(PROGRAMS, "master"))


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Cyrus:
    """Users come with their mails; all have the same password."""

    def __init__(self, users=None):
        self.dir = tempfile.mkdtemp(prefix="cy-")
        self.users = {}
        self.process = None
        libraries = os.path.join(ROOT, "usr", "lib", os.uname().machine + "-linux-gnu")
        self.env = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": libraries}
        try:
            self._prepare()
            self._start()
            for user, mails in (users or {}).items():
                self.add_user(user, mails)
        except BaseException:
            self.close()
            raise

    def _prepare(self):
        uid, gid = mail_owner()
        for name in ("conf", "conf/socket", "spool"):
            os.makedirs(os.path.join(self.dir, name))
        authority = Authority(self.dir, "own")
        self.ca_file = authority.cert
        authority.issue(self.dir, "good", f"DNS:localhost,IP:{GOOD}")
        self.plain_port, self.tls_port = free_ports(2)
        values = {"dir": self.dir, "programs": PROGRAMS, "plain_port": self.plain_port, "tls_port": self.tls_port,
                  "user": pwd.getpwuid(uid).pw_name}
        for name, text in (("imapd.conf", IMAPD_CONF), ("cyrus.conf", CYRUS_CONF)):
            with open(os.path.join(self.dir, name), "w") as out:
                out.write(text.format(**values))
        self._set_password("admin")
        for path, _, names in os.walk(self.dir):
            for name in ("", *names):
                os.chown(os.path.join(path, name), uid, gid)

    def _set_password(self, name):
        subprocess.run([os.path.join(ROOT, "usr", "sbin", "saslpasswd2"), "-p", "-c", "-f",
                        os.path.join(self.dir, "sasldb2"), "-u", REALM, name], input=PASSWORD.encode(), env=self.env,
                       check=True, capture_output=True)

    def _start(self):
        with open(os.path.join(self.dir, "log"), "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(PROGRAMS, "master"), "-C", os.path.join(self.dir, "imapd.conf"), "-M",
                 os.path.join(self.dir, "cyrus.conf"), "-p", os.path.join(self.dir, "pid"), "-D"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env, start_new_session=True)
        deadline = time.monotonic() + HANG
        while True:
            try:
                with socket.create_connection((GOOD, self.plain_port), 1) as s:
                    s.settimeout(60)
                    if s.recv(4) == b"* OK":
                        return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.dir, "log")) as log:
                    raise RuntimeError("cyrus: " + log.read()[-2000:])
            time.sleep(0.05)

    def close(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- users and mails

    def client(self, user):
        context = ssl.create_default_context(cafile=self.ca_file)
        c = imaplib.IMAP4_SSL(GOOD, self.tls_port, ssl_context=context)
        c.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        return c

    def add_user(self, user, mails=()):
        self._set_password(user.partition("@")[0])
        self.users[user] = PASSWORD
        self.deliver(user, mails)

    def deliver(self, user, mails, folder="INBOX"):
        """Put mails into a folder, made when missing; its name as IMAP encodes it."""
        c = self.client(user)
        try:
            if folder != "INBOX":
                c.create(quoted(folder))
            for i in range(0, len(mails), AT_ONCE):
                self._append(c, folder, mails[i:i + AT_ONCE])
        finally:
            c.logout()

    @staticmethod
    def _append(c, folder, mails):
        """As many as are given by one command (RFC 3502, 7888)."""
        tag = c._new_tag()
        parts = [tag + b" APPEND " + quoted(folder).encode()]
        for mail in mails:
            raw = mail.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            parts.append(f" {imaplib.Time2Internaldate(mail.when)} {{{len(raw)}+}}\r\n".encode() + raw)
        c.tagged_commands[tag] = None
        c.send(b"".join(parts) + b"\r\n")
        status, text = c._command_complete("APPEND", tag)
        if status != "OK":
            raise RuntimeError(f"cyrus: APPEND: {text}")

    def refill(self, user, mails):
        """The user has these mails, and no other folder, as if they had just come; under a new UIDVALIDITY."""
        if user not in self.users:
            self._set_password(user.partition("@")[0])
            self.users[user] = PASSWORD
        admin = self.client("admin")
        try:
            home = "user/" + user.partition("@")[0]
            admin.setacl(home, "admin", "lrswipkxtecda")
            admin.delete(home)
        finally:
            admin.logout()
        self.deliver(user, mails)
