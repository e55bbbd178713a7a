#!/usr/bin/env python3
"""Every scenario of the scripted IMAP server, each with its exit code: no crash, no hang, no secret told."""
import base64
import concurrent.futures
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import OK, SANITIZED, TOP, Scene  # noqa: E402

SERVER = os.path.join(TOP, "tests", "scripted_imap.py")
PASSWORD = "Trustno1 and more"
SECONDS = 25  # for the longest, with a timeout of 2 s on every wait
PEAK_KB = 128 * 1024
SIDE_BY_SIDE = 4


def scenarios():
    """(name, tls, exit code, note, options of the mailbox) of each."""
    out = subprocess.run([sys.executable, SERVER, "--list"], capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.split("\n") if line]


class Hostile(Scene):
    def serve(self, name):
        folder = self.path(name)
        os.mkdir(folder)
        server = subprocess.Popen([sys.executable, SERVER, "--dir", folder, name], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        port = server.stdout.readline().strip()
        server.stdout.readline()
        return server, port, os.path.join(folder, "cert.pem")

    def one(self, name, tls, options):
        server, port, certificate = self.serve(name)
        try:
            password = self.write(f"{name}/password", PASSWORD, 0o600)
            config = self.write(f"{name}/t.conf", f"[store]\npath = {self.path(name, 't.db')}\n[mailbox hostile]\n"
                                f"host = localhost\nport = {port}\ntls = {tls}\nuser = user@example.org\n"
                                f"password_file = {password}\nca_file = {certificate}\ntimeout = 2s\nretries = 0\n" +
                                options.replace("; ", "\n") + "\n")
            began = time.monotonic()
            result = self.run_it("-c", config, "-vvv", "poll", "--json", timeout=2 * SECONDS, measured=True,
                                 figures=f"{name}/figures")
            return result, time.monotonic() - began
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def judge(self, code, result, seconds):
        self.assertEqual(code, result.status, str(result))
        if not SANITIZED:
            self.assertLess(seconds, SECONDS)
            self.assertLess(result.peak_kb, PEAK_KB)
        said = result.raw_out + result.raw_err
        for secret in (PASSWORD.encode(), base64.b64encode(PASSWORD.encode()),
                       base64.b64encode(f"\0user@example.org\0{PASSWORD}".encode())):
            self.assertNotIn(secret, said)
        for byte in said.replace(b"\n", b""):
            self.assertGreaterEqual(byte, 0x20, "a control character was printed")

    def test_scenarios(self):
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            runs = [(row, pool.submit(self.one, row[0], row[1], row[4])) for row in scenarios()]
            for (name, _, code, note, _), run in runs:
                with self.subTest(f"{name}: {note}"):
                    result, seconds = run.result()
                    self.judge(int(code), result, seconds)
                    self.passed(f"{name}: {note}")

    def passed(self, name):
        """Each scenario is a test of its own."""
        print(f"ok - {name}", flush=True)

    def test_one_line_says_what_is_wrong(self):
        """Without -v: one line for a run that fails, none for one that goes well."""
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            chosen = [row for row in scenarios() if row[0] in (
                "greeting-http", "greeting-stall", "login-refused", "login-echo", "tls-garbage", "tls-old",
                "starttls-not-offered", "fetch-reset", "fetch-garbage", "uidvalidity-zero", "examine-missing")]
            for name, tls, code, _, _ in chosen:
                with self.subTest(name):
                    lines = pool.submit(self.quiet, name, tls).result()
                    self.assertEqual(0 if int(code) == OK else 1, len(lines), "\n".join(lines))

    def quiet(self, name, tls):
        server, port, certificate = self.serve(name)
        try:
            config = self.config({"name": "hostile", "host": "localhost", "port": port, "tls": tls, "user": "u",
                                  "password": PASSWORD, "ca_file": certificate, "timeout": "2s", "retries": 0},
                                 store=self.path(name, "t.db"), export=False)
            return self.run_it("-c", config, "poll").lines
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


if __name__ == "__main__":
    tap.main()
