#!/usr/bin/env python3
"""The image of etc/container/Containerfile: built by buildah on a fresh Debian 13 of debootstrap's, then check, poll of
a Dovecot of the tests, status; exit codes come through; and it is small."""
import os
import shutil
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.patience import HANG, wait_until  # noqa: E402
from lib.program import OK, TEMPFAIL, TOP, UNAVAILABLE, USAGE, Scene  # noqa: E402

SUITE = "trixie"
USER = "reports@example.org"
UID = 8460  # as in the Containerfile
BEYOND_BASE = 60 << 20  # bytes
STORAGE = os.path.join(TOP, "build-container")
BUILDAH = ["buildah", "--storage-driver", "vfs", "--root", os.path.join(STORAGE, "root"), "--runroot",
           os.path.join(STORAGE, "run")]
PROGRAM = "/usr/local/bin/tlsrua"


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


def accepted(listener, connections):
    """Whether somebody has connected, who is then kept waiting."""
    try:
        connections.append(listener.accept()[0])
    except TimeoutError:
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
        must("build", "--isolation", "chroot", "--network", "host", "--pull-never", "--build-arg", "BASE=localhost/base",
             "-t", "localhost/tlsrua", "-f", "etc/container/Containerfile", ".", cwd=TOP)
        cls.container = must("from", "--pull-never", "localhost/tlsrua")
        must("config", "--volume", "/var/lib/tlsrua-", cls.container)  # each test brings its own
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
        base, image = sizes("localhost/base"), sizes("localhost/tlsrua")
        beyond = sum(size for path, size in image.items() if base.get(path) != size)
        print(f"# {beyond / 1e6:.1f} MB beyond its base; {sum(image.values()) / 1e6:.1f} MB in all")
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
