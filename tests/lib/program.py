"""The program under test, and a place to run it in.

The binary is build/tlsrua or that of the environment variable TLSRUA; TLSRUA_SANITIZED says that it was built with
sanitizers, which makes memory and time no figures to judge.
"""
import csv
import io
import json
import os
import pwd
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass

from .patience import HANG

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
FIXTURES = os.path.join(TOP, "tests", "fixtures")
BINARY = os.path.abspath(os.environ.get("TLSRUA", os.path.join(TOP, "build", "tlsrua")))
# The folder it was built in, as make calls it at the top: by its whole name what depends on a header is not known.
BUILD = os.path.relpath(os.path.dirname(BINARY), TOP)
SANITIZED = os.environ.get("TLSRUA_SANITIZED", "") not in ("", "0")
SANITIZER_STATUS = 99
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:",
                   "UndefinedBehaviorSanitizer")

# sysexits.h
OK, CHECK, USAGE, DATAERR, NOINPUT, UNAVAILABLE, SOFTWARE, CANTCREAT, IOERR, TEMPFAIL, PROTOCOL, NOPERM, CONFIG = (
    0, 1, 64, 65, 66, 69, 70, 73, 74, 75, 76, 77, 78)


@dataclass
class Result:
    command: list
    status: int
    raw_out: bytes
    raw_err: bytes
    seconds: float = 0.0
    cpu: float = 0.0
    peak_kb: int = 0

    @property
    def out(self):
        return self.raw_out.decode("utf-8", "replace")

    @property
    def err(self):
        return self.raw_err.decode("utf-8", "replace")

    @property
    def lines(self):
        """What was said to people."""
        return self.err.splitlines()

    @property
    def json(self):
        """The one line for programs."""
        return json.loads(self.out)

    def __str__(self):
        return f"$ {' '.join(self.command)}\n-> {self.status}\n{self.out[-4000:]}{self.err[-4000:]}"


def environment(extra=None):
    """Far from UTC and in another language's grip, so that whatever depends on either shows."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8",
           "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=1:abort_on_error=0",
           "TSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}",
           "UBSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:print_stacktrace=1"}
    for name in ("TMPDIR", "LSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(extra or {})
    return env


def as_nobody():
    """For preexec_fn: an ordinary user, whom file permissions bind."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def limit_file_size(size):
    """For preexec_fn: a disk that is full once a file has that size."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def shared_library(path, source, *libraries):
    """A C file of tests/tools, built to be preloaded."""
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-o", path,
                    os.path.join(TOP, "tests", "tools", source), "-ldl", *libraries], check=True)
    return path


def preloaded(library, **more):
    """An environment with a library before all others; sanitizers want to be the first one."""
    env = environment({"LD_PRELOAD": library, **more})
    env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
    return env


class Scene(unittest.TestCase):
    """A test with a folder of its own: self.dir, with a configuration, a store and a CSV folder on demand."""
    maxDiff = 4000

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="tlsrua-")
        os.chmod(self.dir, 0o755)
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.store = self.path("tlsrua.db")
        self.export = self.path("csv")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, content, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(fd, "wb") as out:
            out.write(data)
        os.chmod(path, mode)
        return path

    def read(self, *names):
        with open(self.path(*names), "rb") as f:
            return f.read()

    def small_disk(self, size):
        """A file system that is soon full; None where that is not allowed."""
        disk = self.path("disk")
        os.mkdir(disk)
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                                               capture_output=True, check=False).returncode != 0:
            return None
        # lazily: what still holds a file there, such as a connection that Python has not given up, must not keep it for good
        self.addCleanup(subprocess.run, ["umount", "-l", disk], capture_output=True, check=False)
        return disk

    # -- running it

    def run_it(self, *args, stdin=b"", env=None, preexec=None, timeout=HANG, binary=None, measured=False, cwd=None,
               figures=".figures"):
        command = [binary or BINARY, *map(str, args)]
        figures = self.path(figures)
        launched = [sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, *command] \
            if measured else command
        done = subprocess.run(launched, input=stdin, capture_output=True, env=environment(env), timeout=timeout,
                              preexec_fn=preexec, restore_signals=preexec is None, cwd=cwd or self.dir, check=False)
        result = Result(command, done.returncode, done.stdout, done.stderr)
        if measured:
            with open(figures) as f:
                for name, value in json.load(f).items():
                    setattr(result, name, value)
        self.refuse_crashes(result)
        return result

    def refuse_crashes(self, result):
        if result.status < 0 or result.status == SANITIZER_STATUS or \
                any(w in result.err for w in SANITIZER_WORDS):
            self.fail(f"crashed:\n{result}")

    def expect(self, status, *args, **options):
        """Run it; it must end with that exit code."""
        result = self.run_it(*args, **options)
        self.assertEqual(status, result.status, str(result))
        return result

    def expect_line(self, status, pattern, *args, **options):
        """Run it; it must end with that exit code and say one line about it, which matches."""
        result = self.expect(status, *args, **options)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertRegex(result.err, pattern)
        return result

    def expect_silence(self, *args, **options):
        result = self.expect(OK, *args, **options)
        self.assertEqual(b"", result.raw_err, str(result))
        return result

    # -- configuration

    def config(self, *mailboxes, store=None, export=True, extra="", name="tlsrua.conf"):
        """A configuration with those mailboxes (dictionaries with name, host, port, user, password or any option)."""
        lines = ["[store]", f"path = {store or self.store}"]
        # the mails of most tests are signed by nobody, which is a warning of its own
        if "[reports]" in extra and "dkim" not in extra:
            extra = extra.replace("[reports]\n", "[reports]\ndkim = off\n")
        elif "dkim" not in extra:
            lines[:0] = ["[reports]", "dkim = off"]
        if export:
            os.makedirs(self.export, exist_ok=True)
            lines += ["[export]", f"dir = {self.export}"]
        for box in mailboxes:
            box = dict(box)
            title = box.pop("name", "reports")
            if "password" in box:
                box["password_file"] = self.write(f"{title}.password", box.pop("password") + "\n", 0o600)
            lines += [f"[mailbox {title}]"] + [f"{k} = {v}" for k, v in box.items()]
        return self.write(name, "\n".join(lines) + "\n" + extra)

    # -- what is stored

    def query(self, sql, *values, store=None):
        db = sqlite3.connect(f"file:{store or self.store}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def reasons(self):
        """How often each reason to refuse a report stands in quarantine."""
        return dict(self.query("SELECT code, count(*) FROM quarantine WHERE code <> 'report-id-conflict' "
                               "GROUP BY code"))

    def table(self, name, folder=None):
        """A CSV file as a list of dictionaries."""
        with open(os.path.join(folder or self.export, name + ".csv"), encoding="utf-8-sig", newline="") as f:
            return list(csv.DictReader(f))

    def assert_counts(self, result, **wanted):
        got = result.json
        self.assertEqual(wanted, {k: got[k] for k in wanted}, str(result))
        self.assertEqual(got["reports"],
                         got["imported"] + got["duplicate"] + got["conflict"] + got["rejected"], str(result))

    def assert_table(self, wanted_lines, name, folder=None):
        """A CSV file holds just those lines, in whatever order."""
        with open(os.path.join(folder or self.export, name + ".csv"), "rb") as f:
            got = f.read().decode()
        self.assertTrue(got.endswith("\r\n"))
        lines = sorted(io.StringIO(got, newline="").read().split("\r\n")[1:-1])
        wanted = sorted(w.rstrip("\r\n") for w in wanted_lines)
        if lines != wanted:
            missing, extra = sorted(set(wanted) - set(lines)), sorted(set(lines) - set(wanted))
            self.fail(f"{name}.csv: {len(lines)} lines, {len(wanted)} wanted; {len(missing)} missing, such as\n" +
                      "\n".join(missing[:5]) + f"\n{len(extra)} too many, such as\n" + "\n".join(extra[:5]))


def mailbox(server, user, **options):
    """The section of a mailbox on a test server; None takes an option away."""
    box = {"host": "127.0.0.1", "port": server.tls_port, "user": user, "password": server.users[user],
           "ca_file": server.ca_file, "timeout": "5m", "retries": 0}
    box.update(options)
    return {k: v for k, v in box.items() if v is not None}
