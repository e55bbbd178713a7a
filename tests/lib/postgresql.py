"""A throwaway PostgreSQL: a cluster of its own in a temporary folder, on a socket there and with TLS on loopback.

    with PostgreSQL() as pg:
        service = pg.service("shared", user="poller")       # a section of its service file; programs get pg.env
        pg.sql("SELECT 1")                                  # [("1",)], as the administrator

Run by root, the server is nobody's, since it refuses to be root's.
"""
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from .dovecot import Authority, free_ports
from .patience import HANG
from .program import as_nobody

DATABASE, ADMINISTRATOR = "tlsrua", "administrator"
SEPARATOR, ROW_END = "\x1f", "\x1e"

CONF = """listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{dir}'
ssl = on
ssl_cert_file = '{dir}/server.pem'
ssl_key_file = '{dir}/server.key'
max_connections = 60
shared_buffers = 64MB
fsync = {fsync}
log_min_messages = warning
log_line_prefix = '%m [%p] %a '
"""
# by the socket anybody is whom he says he is; over TLS with a password
HBA = """local all all trust
local replication all trust
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 127.0.0.1/32 {plain}
"""


def folder():
    """Where PostgreSQL's own programs are; None when it is not installed."""
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    found = versions[-1] if versions else shutil.which("initdb")
    return found and os.path.dirname(found)


class PostgreSQL:
    def __init__(self, fsync=False, plain="scram-sha-256"):
        self.bin = folder()
        self.dir = tempfile.mkdtemp(prefix="pg-")
        self.data = os.path.join(self.dir, "data")
        self.port, = free_ports(1)
        self.process = None
        self.root = os.geteuid() == 0
        self.services = os.path.join(self.dir, "services")
        open(self.services, "w").close()
        self.env = {"PGSERVICEFILE": self.services, "PGSYSCONFDIR": self.dir}
        try:
            self._make(fsync, plain)
            self.start()
            self.sql(f"CREATE DATABASE {DATABASE}", database="postgres")
        except BaseException:
            self.close()
            raise

    def _run(self, *args, **options):
        done = subprocess.run(args, preexec_fn=as_nobody if self.root else None, capture_output=True, text=True,
                              timeout=HANG, cwd=self.dir, check=False, **options)
        if done.returncode != 0:
            raise RuntimeError(f"{args[0]}: {done.stderr.strip()}")
        return done.stdout

    def _make(self, fsync, plain):
        authority = Authority(self.dir, "postgresql")
        self.ca = authority.cert
        authority.issue(self.dir, "server", "DNS:localhost,IP:127.0.0.1")
        os.chmod(self.dir, 0o755)
        if self.root:
            nobody = pwd.getpwnam("nobody")
            for path in (self.dir, os.path.join(self.dir, "server.key"), os.path.join(self.dir, "server.pem")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        os.chmod(os.path.join(self.dir, "server.key"), 0o600)
        self._run(os.path.join(self.bin, "initdb"), "-D", self.data, "-U", ADMINISTRATOR, "-E", "UTF8", "-A", "trust",
                  "--no-sync", "--locale=C.UTF-8")
        self.append("postgresql.conf", CONF.format(port=self.port, dir=self.dir, fsync="on" if fsync else "off"))
        with open(os.path.join(self.data, "pg_hba.conf"), "w") as out:
            out.write(HBA.format(plain=plain))

    def append(self, name, text):
        """More text at the end of one of the server's files."""
        with open(os.path.join(self.data, name), "a") as out:
            out.write(text)

    # -- the server

    def start(self):
        self.log = open(os.path.join(self.dir, "log"), "ab")
        self.process = subprocess.Popen([os.path.join(self.bin, "postgres"), "-D", self.data], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, preexec_fn=as_nobody if self.root else None,
                                        cwd=self.dir)
        until = time.monotonic() + HANG
        while True:
            try:
                self.sql("SELECT 1", database="postgres")
                return
            except RuntimeError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT: at once but in order; SIGQUIT: as if it had crashed."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(HANG)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.log.close()

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- what is in it

    def sql(self, text, user=ADMINISTRATOR, database=DATABASE, port=None, host=None):
        """The rows of the last statement, as tuples of text; NULL is None.  RuntimeError with the server's words."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", SEPARATOR, "-R", ROW_END, "-P", "null=\x1d", "-v",
                               "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-h", host or self.dir, "-p",
                               str(port or self.port), "-U", user, "-d", database], input=text, env=env,
                              capture_output=True, text=True, timeout=HANG, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        rows = done.stdout.removesuffix("\n").split(ROW_END) if done.stdout.strip("\n") else []
        return [tuple(None if v == "\x1d" else v for v in row.split(SEPARATOR)) for row in rows]

    def value(self, text, **options):
        return self.sql(text, **options)[0][0]

    def role(self, name, *groups, password=None):
        """A login, member of those groups."""
        word = f" PASSWORD '{password}'" if password else ""
        self.sql(f"CREATE ROLE {name} LOGIN{word}" + (f" IN ROLE {', '.join(groups)}" if groups else ""))

    def service(self, name, user=ADMINISTRATOR, **options):
        """A section of the service file; by the socket unless `host` says otherwise."""
        lines = {"host": self.dir, "port": self.port, "dbname": DATABASE, "user": user, **options}
        with open(self.services, "a") as out:
            out.write(f"[{name}]\n" + "".join(f"{k}={v}\n" for k, v in lines.items() if v is not None))
        return name


class Replica(PostgreSQL):
    """A server that follows another one, until it is promoted; has its sections in that one's service file."""

    def __init__(self, primary):
        self.bin, self.root, self.ca = primary.bin, primary.root, primary.ca
        self.services, self.env = primary.services, primary.env
        self.dir = tempfile.mkdtemp(prefix="pg-")
        self.data = os.path.join(self.dir, "data")
        self.port, = free_ports(1)
        self.process = None
        try:
            if self.root:
                nobody = pwd.getpwnam("nobody")
                os.chown(self.dir, nobody.pw_uid, nobody.pw_gid)
            self._run(os.path.join(self.bin, "pg_basebackup"), "-h", primary.dir, "-p", str(primary.port), "-U",
                      ADMINISTRATOR, "-D", self.data, "-R", "-c", "fast", "--no-sync")
            self.append("postgresql.conf", f"port = {self.port}\nunix_socket_directories = '{self.dir}'\n")
            self.start()
        except BaseException:
            self.close()
            raise

    def promote(self):
        self.sql("SELECT pg_promote()")
