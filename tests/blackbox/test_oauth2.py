#!/usr/bin/env python3
"""etc/oauth2/tlsrua-oauth2 against a scripted token server: logins, tokens, and what goes wrong."""
import base64
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import unittest
from urllib.parse import parse_qs, quote

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import TOP, Scene  # noqa: E402

SCRIPT = os.path.join(TOP, "etc", "oauth2", "tlsrua-oauth2")
SCOPE = "https://mail.example/imap offline_access"
PENDING, SLOW = {"error": "authorization_pending"}, {"error": "slow_down"}
TOKENS = {"access_token": "at-1", "refresh_token": "rt/1+2=", "expires_in": 3600}


class TokenServer(http.server.ThreadingHTTPServer):
    """Answers in the order of its script, and remembers the forms it was sent."""

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.forms = list(answers), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        self.server.forms.append((self.path, {name: value for name, (value,) in form.items()}))
        answer = self.server.answers.pop(0)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(400 if b'"error"' in body else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@unittest.skipUnless(all(map(shutil.which, ("curl", "jq", "openssl"))), "needs curl, jq and openssl")
class OAuth2(Scene):
    def setUp(self):
        super().setUp()
        self.file = self.path("oauth2.test")

    def serve(self, *answers):
        server = TokenServer(*answers)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def script(self, *args, stdin=""):
        return subprocess.run([SCRIPT, *args], input=stdin, capture_output=True, text=True, timeout=60, check=False)

    def save(self, server, mode=0o600, **changes):
        values = dict({"grant": "refresh_token", "token_url": server.url("token"), "client_id": "id & co",
                       "client_secret": "se=cret", "scope": SCOPE, "refresh_token": "rt-0"}, **changes)
        self.write("oauth2.test", "".join(f"{name}={value}\n" for name, value in values.items()), mode)

    def saved(self):
        return dict(line.split("=", 1) for line in self.read("oauth2.test").decode().splitlines())

    def assert_says(self, result, pattern):
        self.assertEqual((1, ""), (result.returncode, result.stdout), result.stderr)
        self.assertRegex(result.stderr, pattern)

    # -- tokens

    def test_a_token(self):
        server = self.serve({"access_token": "at-1"})
        self.save(server)
        result = self.script(self.file)
        self.assertEqual((0, "at-1\n", ""), (result.returncode, result.stdout, result.stderr))
        self.assertEqual([("/token", {"grant_type": "refresh_token", "client_id": "id & co", "client_secret": "se=cret",
                                      "scope": SCOPE, "refresh_token": "rt-0"})], server.forms)
        self.assertEqual("rt-0", self.saved()["refresh_token"])

    def test_a_new_refresh_token_is_kept(self):
        server = self.serve(TOKENS, {"access_token": "at-2"})
        self.save(server)
        self.assertEqual(["at-1\n", "at-2\n"], [self.script(self.file).stdout for _ in range(2)])
        self.assertEqual("rt/1+2=", server.forms[1][1]["refresh_token"])
        self.assertEqual(0o600, os.stat(self.file).st_mode & 0o777)
        self.assertEqual(["oauth2.test"], os.listdir(self.dir))

    def test_an_application_has_no_refresh_token(self):
        server = self.serve({"access_token": "at-1"})
        self.save(server, grant="client_credentials", refresh_token="")
        self.assertEqual("at-1\n", self.script(self.file).stdout)
        self.assertNotIn("refresh_token", server.forms[0][1])

    def test_a_refusal_is_told_in_the_providers_words(self):
        server = self.serve({"error": "invalid_grant", "error_description": "Token has been expired or revoked.\nx"},
                            b"<html>busy</html>")
        self.save(server)
        self.assert_says(self.script(self.file),
                         r"invalid_grant \(Token has been expired or revoked\.\).*tlsrua-oauth2 login")
        self.assert_says(self.script(self.file), "not what was expected")

    def test_nobody_answers(self):
        server = self.serve()
        self.save(server)
        server.shutdown()
        server.server_close()
        self.assert_says(self.script(self.file), "no answer from http://127.0.0.1")

    def test_a_file_that_others_can_read(self):
        self.save(self.serve(), mode=0o640)
        self.assert_says(self.script(self.file), f"chmod 600 {self.file}")

    def test_a_file_that_is_not_there(self):
        self.assert_says(self.script(self.file), "no such file")

    def test_plain_http_is_for_this_machine_alone(self):
        self.save(self.serve(), token_url="http://oauth2.example/token")
        self.assert_says(self.script(self.file), "no answer from http://oauth2.example")

    def test_secrets_stand_on_no_command_line(self):
        curl = self.write("bin/curl", '#!/bin/sh\necho "$*" >>"$ARGS"\nexec "$CURL" "$@"\n', 0o755)
        server = self.serve(TOKENS)
        self.save(server)
        env = dict(os.environ, PATH=f"{os.path.dirname(curl)}:{os.environ['PATH']}", CURL=shutil.which("curl"),
                   ARGS=self.path("args"))
        subprocess.run([SCRIPT, self.file], env=env, check=True, capture_output=True)
        self.assertIn(server.url("token"), self.read("args").decode())
        self.assertNotRegex(self.read("args").decode(), "cret|rt-0")

    # -- logins

    def test_login_by_a_code(self):
        server = self.serve({"device_code": "dc", "user_code": "ABCD-EFGH", "interval": 0,
                             "verification_uri": "https://login.example/dev"}, PENDING, PENDING, TOKENS)
        result = self.script("login", "other", self.file,
                             stdin=f"{server.url('token')}\n{server.url('device')}\n{SCOPE}\nmy id\n\n")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertRegex(result.stderr, r"https://login.example/dev\n.*ABCD-EFGH")
        self.assertEqual(("/device", {"client_id": "my id", "scope": SCOPE}), server.forms[0])
        self.assertEqual(("/token", {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "my id",
                                     "device_code": "dc"}), server.forms[3])
        self.assertEqual("rt/1+2=", self.saved()["refresh_token"])
        self.assertEqual(0o600, os.stat(self.file).st_mode & 0o777)

    def test_login_by_a_code_is_slower_when_asked(self):
        server = self.serve({"device_code": "dc", "user_code": "A", "interval": 0,
                             "verification_url": "https://x.example"}, SLOW, {"error": "expired_token"})
        result = self.script("login", "other", self.file,
                             stdin=f"{server.url('token')}\n{server.url('device')}\n{SCOPE}\nid\n\n")
        self.assert_says(result, "https://x.example(.|\n)*expired_token")
        self.assertFalse(os.path.exists(self.file))

    def browser(self, server, answer):
        """A login by browser; answer() makes the address that is pasted of the one that was shown."""
        run = subprocess.Popen([SCRIPT, "login", "other", self.file], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        run.stdin.write(f"{server.url('token')}\n\n{server.url('login')}\n{SCOPE}\nid\nsecret\n")
        run.stdin.flush()
        said = ""
        while "code_challenge=" not in said:
            line = run.stderr.readline()
            self.assertTrue(line, said)
            said += line
        address = re.search(r"http://127\S*code_challenge\S*", said)[0]
        out, err = run.communicate(answer(address) + "\n", timeout=60)
        return address, subprocess.CompletedProcess([], run.returncode, out, said + err)

    def test_login_by_a_browser(self):
        server = self.serve(TOKENS)
        address, result = self.browser(server, lambda a: "http://127.0.0.1:8460/?state=" +
                                       re.search("state=([0-9a-f]+)", a)[1] + "&code=4%2F0ab&scope=x")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn(f"&scope={quote(SCOPE, safe='')}&", address)
        form = server.forms[0][1]
        self.assertEqual(("authorization_code", "4/0ab", "http://127.0.0.1:8460/", "secret"),
                         tuple(form[n] for n in ("grant_type", "code", "redirect_uri", "client_secret")))
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        self.assertIn(f"&code_challenge={digest}&", address)
        self.assertEqual("rt/1+2=", self.saved()["refresh_token"])

    def test_an_address_of_another_login(self):
        _, result = self.browser(self.serve(), lambda a: "http://127.0.0.1:8460/?state=0&code=x")
        self.assert_says(result, "not of this login")

    def test_a_login_that_was_refused(self):
        _, result = self.browser(self.serve(), lambda a: "http://127.0.0.1:8460/?error=access_denied&state=" +
                                 re.search("state=([0-9a-f]+)", a)[1])
        self.assert_says(result, "refused: error=access_denied")

    def test_wrong_words(self):
        for args in ([], ["a", "b"], ["login"], ["login", "nobody", self.file]):
            with self.subTest(args):
                self.assert_says(self.script(*args), "^tlsrua-oauth2: ")
        self.assertIn("other  ", self.script("--help").stdout)


if __name__ == "__main__":
    tap.main()
