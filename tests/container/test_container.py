#!/usr/bin/env python3
"""The images of etc/container: built by buildah on a fresh Debian 13 of debootstrap's, then check, poll of
a Dovecot of the tests, status, a report POSTed by way of nginx; exit codes come through; and they are small."""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot, free_ports  # noqa: E402
from lib.patience import HANG, wait_until  # noqa: E402
from lib.program import FIXTURES, OK, TEMPFAIL, TOP, UNAVAILABLE, USAGE, Scene  # noqa: E402
from lib.webserver import WebServer, have  # noqa: E402

SUITE = "trixie"
USER = "reports@example.org"
UID = 8460  # as in the Containerfile
BEYOND_BASE = 60 << 20  # bytes
STORAGE = os.path.join(TOP, "build-container")
BUILDAH = ["buildah", "--storage-driver", "vfs", "--root", os.path.join(STORAGE, "root"), "--runroot",
           os.path.join(STORAGE, "run")]
PROGRAM = "/usr/local/bin/tlsrua"
SCRIPT = "/usr/local/libexec/tlsrua/receive"


def buildah(*args, **options):
    return subprocess.run([*BUILDAH, *args], capture_output=True, text=True, timeout=3 * HANG, check=False, **options)


def must(*args, **options):
    done = buildah(*args, **options)
    if done.returncode != 0:
        raise RuntimeError(f"buildah {args[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout.strip()


def sizes(image):
    """Path -> bytes, of all files in it."""
    container = must("from", "--pull-never", image)
    top = must("mount", container)
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, top)] = os.lstat(path).st_size
    must("rm", container)
    return found


def build(image, name, argument):
    must("build", "--isolation", "chroot", "--network", "host", "--pull-never", "--build-arg", argument, "-t", image,
         "-f", "etc/container/" + name, ".", cwd=TOP)


def accepted(listener, connections):
    """Whether somebody has connected, who is then kept waiting."""
    try:
        connections.append(listener.accept()[0])
    except TimeoutError:
        return False
    return True


def answers(address):
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def fresh_suite():
    """A tar of what debootstrap makes; this test is skipped where none can be made."""
    fresh = os.path.join(TOP, "build-" + SUITE, "base.tar")
    if not os.path.exists(fresh):
        done = subprocess.run([os.path.join(TOP, "scripts", "on"), SUITE, "true"], stderr=subprocess.PIPE, text=True,
                              check=False)
        if done.returncode == UNAVAILABLE:
            raise unittest.SkipTest(done.stderr.splitlines()[-1])
        done.check_returncode()
    return fresh


def make_base():
    fresh = fresh_suite()
    base = must("from", "scratch")
    must("add", base, fresh, "/")
    may = buildah("run", "--isolation", "chroot", "--", base, "true")
    if may.returncode != 0:
        raise unittest.SkipTest("buildah may run nothing here: " + (may.stderr.strip().splitlines() or [""])[-1])
    must("commit", base, "localhost/base")
    must("rm", base)


@unittest.skipIf(os.geteuid() != 0, "buildah with chroot isolation is tried as root")
@unittest.skipUnless(shutil.which("buildah"), "no buildah: scripts/deps container")
class Container(Scene):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(STORAGE, ignore_errors=True)
        os.makedirs(STORAGE)
        cls.addClassCleanup(shutil.rmtree, STORAGE, ignore_errors=True)
        make_base()
        build("localhost/tlsrua", "Containerfile", "BASE=localhost/base")
        build("localhost/tlsrua-receive", "Containerfile.receive", "PROGRAM=localhost/tlsrua")
        cls.container = must("from", "--pull-never", "localhost/tlsrua")
        cls.receiver = must("from", "--pull-never", "localhost/tlsrua-receive")
        for container in cls.container, cls.receiver:
            must("config", "--volume", "/var/lib/tlsrua-", container)  # each test brings its own
        cls.mails = corpus.build(30, seed=4, broken=0.1, failing=0.3).mails
        cls.server = Dovecot({USER: cls.mails})
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        self.state, self.secrets = self.path("state"), self.path("secrets")
        for folder in (self.state, self.secrets):
            os.makedirs(folder)
        self.write("secrets/tlsrua.reports", self.server.users[USER], 0o400)
        for path in (self.state, self.secrets, self.path("secrets", "tlsrua.reports")):
            os.chown(path, UID, UID)
        shutil.copy(self.server.ca_file, self.path("ca.pem"))
        os.chmod(self.path("ca.pem"), 0o644)
        self.configure(self.server.tls_port)

    def configure(self, port):
        self.write("tlsrua.conf", f"[export]\ndir = /var/lib/tlsrua\n[mailbox reports]\nhost = localhost\nport = {port}\n"
                   f"user = {USER}\nca_file = /etc/ca.pem\nretries = 0\n")

    def command(self, *args):
        """As podman would: with the image's user, environment and entry point, and a volume."""
        mounts = (f"{self.state}:/var/lib/tlsrua:rw", f"{self.secrets}:/run/secrets:ro",
                  f"{self.path('tlsrua.conf')}:/etc/tlsrua.conf:ro", f"{self.path('ca.pem')}:/etc/ca.pem:ro")
        return ["run", "--isolation", "chroot", *(w for m in mounts for w in ("--volume", m)), "--", self.container,
                PROGRAM, *args]

    def run_in(self, status, *args):
        done = buildah(*self.command(*args))
        self.assertEqual(status, done.returncode, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def test_it_checks_polls_and_tells(self):
        self.assertIn('"ok":true', self.run_in(OK, "check", "--mailbox", "--json"))
        self.assertIn(f'"messages":{len(self.mails)},', self.run_in(OK, "poll", "--json"))
        self.assertIn('"messages":0,', self.run_in(OK, "poll", "--json"))
        self.assertIn("reports", self.run_in(OK, "status"))
        self.assertIn("daily.csv", os.listdir(self.state))
        self.assertEqual({UID}, {os.stat(os.path.join(self.state, n)).st_uid for n in os.listdir(self.state)})

    @contextlib.contextmanager
    def receiving(self, conf):
        """Whatever reaches the address at which fcgiwrap serves in its container."""
        self.write("tlsrua-receive.conf", conf)
        address = f"127.0.0.1:{free_ports(1)[0]}"
        mounts = f"{self.state}:/var/lib/tlsrua:rw", f"{self.path('tlsrua-receive.conf')}:/etc/tlsrua-receive.conf:ro"
        with subprocess.Popen([*BUILDAH, "run", "--isolation", "chroot", *(w for m in mounts for w in ("--volume", m)), "--",
                               self.receiver, "/usr/sbin/fcgiwrap", "-f", "-c", "2", "-p", SCRIPT, "-s", "tcp:" + address],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True) as process:
            try:
                wait_until("fcgiwrap answers", lambda: answers(address), process)
                yield address
            finally:
                os.killpg(process.pid, signal.SIGTERM)
        wait_until("fcgiwrap is gone", lambda: not answers(address))

    @unittest.skipUnless(have("nginx"), "no nginx: scripts/deps web")
    def test_behind_a_web_server_it_receives(self):
        self.run_in(OK, "poll")
        with open(os.path.join(FIXTURES, "vectors", "001-plain.json"), "rb") as f:
            report = f.read()
        with self.receiving("[store]\npath = /var/lib/tlsrua/tlsrua.db\n") as address:
            with WebServer("nginx", "", fastcgi=address) as web:
                self.assertEqual([201, 200], [web.post(report)[0] for _ in range(2)], web.said())
            with WebServer("nginx", "", fastcgi=address, changes=[(SCRIPT, PROGRAM)]) as web:
                self.assertEqual(403, web.post(report)[0])  # it runs nothing else
        store = os.path.join(self.state, "tlsrua.db")
        self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports AS r JOIN messages AS m ON m.id = r.message "
                                            "WHERE m.source LIKE 'https:%'", store=store))
        self.assertEqual(len(self.mails) + 1, json.loads(self.run_in(OK, "status", "--json"))["messages"])

    def test_the_receiver_is_what_is_said_of_it(self):
        made = must("inspect", "--format", "{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.User}}",
                    "localhost/tlsrua-receive")
        self.assertEqual(f"[/usr/sbin/fcgiwrap -f -c 4 -p {SCRIPT}] [-s tcp:0.0.0.0:9000] tlsrua", made)

    def test_exit_codes_come_through(self):
        self.run_in(USAGE, "no-such-command")

    def test_of_two_polls_at_once_the_second_says_75(self):
        connections = []
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.configure(silent.getsockname()[1])
            first = subprocess.Popen([*BUILDAH, *self.command("poll")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            silent.settimeout(1)
            wait_until("it connects", lambda: accepted(silent, connections), first)
            self.run_in(TEMPFAIL, "poll")
        connections[0].close()
        said = first.communicate(timeout=HANG)[1]
        self.assertEqual(UNAVAILABLE, first.returncode, said)

    def test_it_is_small(self):
        base = sizes("localhost/base")
        for name in "tlsrua", "tlsrua-receive":
            image = sizes("localhost/" + name)
            beyond = sum(size for path, size in image.items() if base.get(path) != size)
            print(f"# {name}: {beyond / 1e6:.1f} MB beyond its base; {sum(image.values()) / 1e6:.1f} MB in all")
            self.assertLess(beyond, BEYOND_BASE)

    def test_it_needs_no_shell_and_no_root(self):
        made = must("inspect", "--format", "{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.User}} {{.OCIv1.Config.Volumes}}",
                    "localhost/tlsrua")
        self.assertEqual(f"[{PROGRAM}] tlsrua map[/var/lib/tlsrua:{{}}]", made)

    def test_its_libraries(self):
        said = must("run", "--isolation", "chroot", "--", self.container, "ldd", PROGRAM)
        self.assertNotIn("not found", said)
        for line in said.splitlines():
            print("# " + line.strip())


if __name__ == "__main__":
    tap.main()
