"""A throwaway web server that runs `tlsrua receive`, by the sample configuration of etc/, with TLS on loopback.

    with WebServer("nginx", RECEIVE_CONF) as web:       # or apache2, lighttpd
        status, headers, body = web.post(report)

Run by root, server and CGI program are those of nobody, whom web.owner names.
"""
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from .dovecot import Authority, free_ports
from .patience import HANG
from .program import BINARY, SANITIZER_WORDS, TOP, as_nobody

PATH = "/v1/tlsrpt"
JSON, GZIP = "application/tlsrpt+json", "application/tlsrpt+gzip"
PROGRAMS = {"nginx": ("nginx", "fcgiwrap"), "apache2": ("apache2",), "lighttpd": ("lighttpd",)}

NGINX = """daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log info;
worker_processes 2;
events {{ worker_connections 256; }}
http {{
    access_log {dir}/access.log;
    client_body_temp_path {dir}/body;
    fastcgi_temp_path {dir}/fastcgi;
    proxy_temp_path {dir}/proxy;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    include {dir}/tlsrua.conf;
}}
"""
APACHE2 = """ServerRoot {dir}
ServerName localhost
PidFile {dir}/apache2.pid
ErrorLog {dir}/error.log
Mutex file:{dir}
Listen {port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
ScriptSock {dir}/cgid.socket
<Directory />
    Require all denied
</Directory>
Include {dir}/tlsrua.conf
"""
LIGHTTPD = """server.document-root = "{dir}/root"
server.port = {other}
server.bind = "127.0.0.1"
server.errorlog = "{dir}/error.log"
server.breakagelog = "{dir}/error.log"
server.upload-dirs = ( "{dir}" )
server.modules = ( "mod_access" )
include "{dir}/tlsrua.conf"
"""


def have(kind):
    """Whether the programs are there."""
    return all(shutil.which(p, path="/usr/sbin:/usr/bin:/sbin:/bin") for p in PROGRAMS[kind])


class WebServer:
    def __init__(self, kind, receive_conf, processes=4, changes=(), fastcgi=None):
        """With `fastcgi`, an address, nginx hands requests to a fcgiwrap that runs there."""
        self.kind = kind
        self.fastcgi = fastcgi
        self.dir = tempfile.mkdtemp(prefix="web-")
        self.receive_conf = receive_conf
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.processes = []
        self.port, self.other = free_ports(2)
        try:
            self._certificate()
            self._script()
            self._configure(changes)
            self._start(processes)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- setting up

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def _write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as out:
            out.write(text)
        os.chmod(self.path(name), mode)

    def _certificate(self):
        authority = Authority(self.dir, "web")
        authority.issue(self.dir, "web", "DNS:localhost,DNS:reports.example,IP:127.0.0.1")
        self.ca_file = authority.cert
        self.tls = ssl.create_default_context(cafile=self.ca_file)

    def _script(self):
        """What the web server runs, as make install puts it there."""
        with open(os.path.join(TOP, "etc", "cgi", "tlsrua-receive"), encoding="utf-8") as f:
            text = f.read()
        os.makedirs(self.path("libexec", "tlsrua"))
        text = text.replace("/usr/local/bin/tlsrua", BINARY).replace("/etc/tlsrua-receive.conf",
                                                                      self.path("receive.conf"))
        self._write("libexec/tlsrua/receive", text, 0o755)
        self._write("receive.conf", self.receive_conf)

    def _configure(self, changes):
        with open(os.path.join(TOP, "etc", self.kind, "tlsrua.conf"), encoding="utf-8") as f:
            text = f.read()
        for old, new in ((r".*\[::\]:443.*\n", ""), (r"\b443\b", str(self.port)),
                         (r"/etc/letsencrypt/live/reports.example.com/fullchain.pem", self.path("web.pem")),
                         (r"/etc/letsencrypt/live/reports.example.com/privkey.pem", self.path("web.key")),
                         *([] if self.fastcgi else [("/usr/local/libexec/tlsrua", self.path("libexec/tlsrua"))]),
                         ("unix:/run/fcgiwrap.socket", self.fastcgi or "unix:" + self.path("fcgiwrap.socket")),
                         ("reports.example.com", "localhost"), *changes):
            text, n = re.subn(old, new, text)
            if n == 0 and (old, new) in changes:
                raise ValueError(f"{self.kind}: no {old}")
        self._write("tlsrua.conf", text)
        main = {"nginx": NGINX, "apache2": APACHE2, "lighttpd": LIGHTTPD}[self.kind]
        self._write("main.conf", main.format(dir=self.dir, port=self.port, other=self.other))
        os.makedirs(self.path("root"))
        if self.kind == "nginx":
            shutil.copy("/etc/nginx/fastcgi_params", self.dir)
        for folder, folders, names in os.walk(self.dir):
            for name in (".", *folders, *names):
                os.chown(os.path.join(folder, name), self.owner.pw_uid, self.owner.pw_gid)
        os.chmod(self.dir, 0o755)

    def _spawn(self, *command):
        with open(self.path("spawned.log"), "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.dir,
                                       start_new_session=True, preexec_fn=as_nobody if os.geteuid() == 0 else None,
                                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.processes.append(process)

    def _start(self, processes):
        if self.kind == "nginx":
            if not self.fastcgi:
                self._start_fcgiwrap(processes)
            self._spawn("nginx", "-p", self.dir, "-c", self.path("main.conf"), "-e", self.path("error.log"))
        elif self.kind == "apache2":
            self._spawn("apache2", "-DFOREGROUND", "-f", self.path("main.conf"))
        else:
            self._spawn("lighttpd", "-D", "-f", self.path("main.conf"))
        self._wait(self.kind, self._answers)

    def _start_fcgiwrap(self, processes):
        self._spawn("fcgiwrap", "-f", "-c", str(processes), "-s", "unix:" + self.path("fcgiwrap.socket"))
        self._wait("fcgiwrap", lambda: os.path.exists(self.path("fcgiwrap.socket")))

    def _wait(self, what, condition):
        deadline = time.monotonic() + HANG
        while not condition():
            if self.processes[-1].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{what} does not run:\n{self.said()}")
            time.sleep(0.02)

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5):
                return True
        except OSError:
            return False

    # -- asking

    @property
    def url(self):
        return f"https://localhost:{self.port}{PATH}"

    def connect(self):
        """A connection that can be used again."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=HANG)

    def request(self, method, body=None, headers=None, path=PATH, connection=None):
        """(status, headers, body)"""
        c = connection or self.connect()
        c.request(method, path, body, headers or {})
        answer = c.getresponse()
        content = answer.read()
        if connection is None:
            c.close()
        return answer.status, answer.headers, content

    def post(self, body, media_type=JSON, connection=None):
        return self.request("POST", body, {"Content-Type": media_type}, connection=connection)

    def raw(self, data, patience=HANG):
        """Send bytes as they are, and return all that comes back."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), patience) as plain:
            with self.tls.wrap_socket(plain, server_hostname="localhost") as s:
                try:
                    s.sendall(data)
                except OSError:
                    pass  # it has answered and hung up
                try:
                    while more := s.recv(65536):
                        answer += more
                except OSError:
                    pass
        return answer

    def pids(self):
        """The CGI programs that run now."""
        done = subprocess.run(["pgrep", "-f", "--", f"receive -c {self.path('receive.conf')}"], capture_output=True,
                              text=True, check=False)
        return [int(pid) for pid in done.stdout.split()]

    def said(self):
        """What server and program wrote to the log."""
        text = ""
        for name in ("spawned.log", "error.log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="utf-8", errors="replace") as f:
                    text += f.read()
        return text

    def crashes(self):
        """Lines of sanitizers."""
        return [line for line in self.said().splitlines() if any(w in line for w in SANITIZER_WORDS)]

    # -- ending

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)  # its children, too
            except ProcessLookupError:
                pass
            process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)
