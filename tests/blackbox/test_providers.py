#!/usr/bin/env python3
"""The big providers, each as it behaves: what works as it is, and what each refusal is told to be."""
import base64
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import providers, tap  # noqa: E402
from lib.program import CHECK, FIXTURES, NOPERM, OK, TEMPFAIL, TOP, UNAVAILABLE  # noqa: E402
from lib.providers import PASSWORD, TOKEN, USER, ProviderScene  # noqa: E402


class Provided(ProviderScene):
    def token(self, *tokens):
        """A helper that prints these tokens, one a call, and the last one from then on."""
        script = self.write("helper", "#!/bin/sh\nd=$(dirname \"$0\")\necho run >> \"$d/runs\"\nhead -n 1 \"$d/tokens\"\n"
                            "[ $(wc -l < \"$d/tokens\") -lt 2 ] || sed -i 1d \"$d/tokens\"\n", 0o755)
        self.write("tokens", "\n".join(tokens) + "\n")
        return {"password": None, "token_command": script}

    def poll(self, status, config, *options):
        return self.expect(status, "-c", config, "poll", "--json", *options)

    def works(self, server, **options):
        """A poll finds the three reports and says nothing."""
        config = self.config(server.box(**options))
        result = self.poll(OK, config)
        self.assertEqual(b"", result.raw_err, str(result))
        self.assert_counts(result, messages=3, imported=3)
        return config

    def refused(self, server, *patterns, status=NOPERM, **options):
        """A poll ends with that exit code and one line that says each of these; one connection was made."""
        config = self.config(server.box(**options))
        result = self.poll(status, config)
        self.assertEqual(1, len(result.lines), str(result))
        for pattern in patterns:
            self.assertRegex(result.err, pattern)
        for secret in (PASSWORD, TOKEN):
            self.assertNotIn(secret, result.err)
        self.assertEqual(1, server.connections)
        return config


class Google(Provided):
    def test_an_app_password(self):
        server = self.serve(providers.Gmail)
        self.works(server)
        self.assertEqual([("password", USER, PASSWORD)], server.secrets)
        self.assertIn("ID", server.verbs())

    def test_a_token(self):
        server = self.serve(providers.Gmail)
        self.works(server, **self.token(TOKEN), auth="xoauth2")
        self.assertEqual([("token", USER, TOKEN)], server.secrets)

    def test_a_token_by_oauthbearer(self):
        server = self.serve(providers.Gmail)
        self.works(server, **self.token(TOKEN), auth="oauthbearer")
        self.assertEqual([("token", USER, TOKEN)], server.secrets)

    def test_an_ordinary_password(self):
        server = self.serve(providers.Gmail, password="other", refusal="[ALERT] Application-specific password required: "
                            "https://support.google.com/accounts/answer/185833 (Failure)")
        self.refused(server, r"Application-specific password required: https://", "make an app password")

    def test_a_wrong_password(self):
        server = self.serve(providers.Gmail, password="other")
        self.refused(server, r"\[AUTHENTICATIONFAILED\] Invalid credentials", "app password.* or a token")

    def test_a_login_that_wants_a_browser_first(self):
        server = self.serve(providers.Gmail, password="other", refusal="[ALERT] Please log in via your web browser: "
                            "https://support.google.com/mail/accounts/answer/78754 (Failure)")
        config = self.config(server.box())
        result = self.poll(NOPERM, config)
        self.assertRegex(result.err, r"WEBALERT https://accounts.google.com/signin/continue")
        self.assertRegex(result.lines[-1], "Please log in via your web browser.*allow this login")

    def test_too_many_connections_and_too_much(self):
        for refusal in ("[ALERT] Too many simultaneous connections. (Failure)",
                        "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
                        "[THROTTLED] slow down (Failure)", "[UNAVAILABLE] Temporary System Error (Failure)",
                        "Temporary System Error (Failure)"):
            with self.subTest(refusal):
                server = self.serve(providers.Gmail, password="other", refusal=refusal)
                config = self.config(server.box(), store=self.path(f"{len(refusal)}.db"))
                result = self.poll(TEMPFAIL, config)
                self.assertIn(refusal, result.lines[-1])
                self.assertEqual(1, server.connections)
                self.poll(TEMPFAIL, config)
                self.assertEqual(2, len(server.secrets), "it is no refusal: the next poll tries again")

    def test_a_token_that_is_refused_ends_the_exchange_in_order(self):
        server = self.serve(providers.Gmail, token="other")
        self.refused(server, r'refused: \{"status":"400".*\}: \[AUTHENTICATIONFAILED\]', **self.token(TOKEN),
                     auth="xoauth2")
        self.assertEqual([""], server.after_challenge)
        self.assertEqual(2, len(self.read("runs").split()), "the helper is asked once more")
        server = self.serve(providers.Gmail, token="other")
        self.refused(server, r'"status":"400"', **self.token(TOKEN + "2"), auth="oauthbearer")
        self.assertEqual([base64.b64encode(b"\1").decode()], server.after_challenge)

    def test_spam_is_found_where_it_is(self):
        server = self.serve(providers.Gmail)
        result = self.expect(OK, "-c", self.config(server.box()), "check", "--mailbox")
        self.assertRegex(result.out, r"\[Gmail\]/Spam +\d\.\d+ s  WARN  3 TLS reports in the spam folder")
        self.assertRegex(result.out, r"folders = INBOX \\Junk")


class Microsoft365(Provided):
    def test_a_token_and_mails_moved_by_what_is_told_after_the_login(self):
        server = self.serve(providers.Microsoft)
        self.works(server, **self.token(TOKEN), after_import="move:Done")
        self.assertEqual([11, 12, 13], sorted(uid for uid, _ in server.moved))

    def test_a_password(self):
        server = self.serve(providers.Microsoft)
        self.refused(server, r"LOGIN failed\.", "token_command and auth = xoauth2")

    def test_a_token_that_ended(self):
        server = self.serve(providers.Microsoft, token="other")
        self.refused(server, "AUTHENTICATE failed.*the token has ended", **self.token(TOKEN))

    def test_a_login_without_mailbox(self):
        for kind in (providers.NotConnected, providers.NotConnectedNo):
            server = self.serve(kind)
            self.refused(server, "User is authenticated but not connected.*set user to its own address",
                         **self.token(TOKEN))
            result = self.expect(CHECK, "-c", self.config(server.box(**self.token(TOKEN))), "check", "--mailbox")
            self.assertRegex(result.out, "FAIL  .*not connected.*set user to its own address")

    def test_a_pause_that_it_asks_for(self):
        for kind in (providers.Throttled, providers.ThrottledNo):
            with self.subTest(kind.__name__):
                server = self.serve(kind)
                config = self.config(server.box(**self.token(TOKEN)), store=self.path(kind.__name__ + ".db"))
                result = self.poll(TEMPFAIL, config)
                self.assertRegex(result.err, "Suggested Backoff Time: 299961")
                self.assert_counts(result, messages=1, imported=1)
                self.assertEqual(1, server.connections, "no retry in the same run")
                result = self.poll(TEMPFAIL, config)
                self.assert_counts(result, messages=1, imported=1)
                self.assertEqual(2, server.connections)

    def test_the_other_mailboxes_are_polled_all_the_same(self):
        tired, well = self.serve(providers.Throttled), self.serve(providers.Microsoft)
        helper = self.token(TOKEN)
        result = self.poll(TEMPFAIL, self.config(tired.box("tired", **helper), well.box("well", **helper)))
        self.assertEqual(3, self.query("SELECT sum(messages) FROM mailboxes WHERE name = 'well'")[0][0], str(result))


class NetEase(Provided):
    def test_it_is_told_who_asks_after_the_login(self):
        for kind in (providers.NetEase, providers.NetEaseWithoutId):
            with self.subTest(kind.__name__):
                server = self.serve(kind)
                config = self.config(server.box(), store=self.path(kind.__name__ + ".db"))
                self.assert_counts(self.poll(OK, config), messages=3, imported=3)
                verbs = server.verbs()
                self.assertLess(verbs.index("LOGIN"), verbs.index("ID"))

    def test_the_password_in_place_of_the_code(self):
        server = self.serve(providers.NetEase, password="other")
        self.refused(server, "LOGIN Login error or password error", "authorization code")

    def test_spam_with_a_name_of_its_own(self):
        server = self.serve(providers.NetEase)
        result = self.expect(OK, "-c", self.config(server.box()), "check", "--mailbox")
        self.assertRegex(result.out, "\u5783\u573e\u90ae\u4ef6 .*WARN  3 TLS reports")


class QQ(Provided):
    def test_an_authorization_code(self):
        self.works(self.serve(providers.Tencent))

    def test_the_password_in_place_of_the_code(self):
        server = self.serve(providers.Tencent, password="other")
        self.refused(server, "Login fail. Account is abnormal", "authorization code it gives")
        server = self.serve(providers.Tencent, password="other", refusal="Login fail. Please using authorized code to "
                            "login. More information at http://service.mail.qq.com/cgi-bin/help?id=28")
        self.refused(server, "authorized code", "switch IMAP on", user="else@example.org")


class Yahoo(Provided):
    def test_an_app_password(self):
        self.works(self.serve(providers.Yahoo))

    def test_the_password_in_place_of_it(self):
        self.refused(self.serve(providers.Yahoo, password="other"), "make an app password")

    def test_its_limits(self):
        server = self.serve(providers.YahooLimited)
        result = self.poll(TEMPFAIL, self.config(server.box()))
        self.assertRegex(result.err, r"\[LIMIT\]")
        self.assert_counts(result, messages=1, imported=1)
        self.assertEqual(1, server.connections)

    def test_trouble_of_its_own_is_not_the_secrets(self):
        server = self.serve(providers.Yahoo, password="other",
                            refusal="[SERVERBUG] AUTHENTICATE Server error - Please try again later")
        config = self.refused(server, "try again later", status=TEMPFAIL)
        server.refusal, server.password = None, PASSWORD
        self.poll(OK, config)


class Fastmail(Provided):
    def test_an_app_password(self):
        self.works(self.serve(providers.Fastmail))

    def test_the_password_in_place_of_it(self):
        self.refused(self.serve(providers.Fastmail, password="other"), "Incorrect username", "make an app password",
                     "user is the whole address")


class CPanel(Provided):
    def test_its_namespace_and_its_dots(self):
        server = self.serve(providers.Panel)
        self.works(server, after_import="move:TLS/Done")
        self.assertEqual([(11, '"INBOX.TLS.Done"'), (12, '"INBOX.TLS.Done"'), (13, '"INBOX.TLS.Done"')],
                         sorted(server.moved))

    def test_its_refusals(self):
        self.refused(self.serve(providers.Panel, password="other"), r"\[AUTHENTICATIONFAILED\] Authentication failed")
        for refusal in ("[UNAVAILABLE] Temporary authentication failure. [host.example:2026-11-25 01:00:00]",
                        "[LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=20)"):
            self.refused(self.serve(providers.Panel, password="other", refusal=refusal), refusal[:9].replace("[", r"\["),
                         status=TEMPFAIL, user="b@example.org")


class Refusals(Provided):
    def tries(self, server):
        return [secret for _, _, secret in server.secrets]

    def test_a_refused_secret_is_not_sent_again(self):
        server = self.serve(providers.Panel, password="new one")
        box = server.box()
        config = self.config(box)
        self.assertRegex(self.poll(NOPERM, config).err, "login of .* refused: .AUTHENTICATIONFAILED")
        for _ in range(2):
            result = self.poll(NOPERM, config)
            self.assertEqual(1, len(result.lines), str(result))
            self.assertRegex(result.err, r"reports: the login was refused at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ and is not "
                             r"tried again until user, host, auth or the secret changes; `tlsrua check --mailbox "
                             r"reports` tries it now \(it said: .*Authentication failed")
        self.poll(NOPERM, config, "-n")
        self.assertEqual((1, 1), (server.connections, len(server.secrets)))
        self.assertEqual([(NOPERM,)], self.query("SELECT status FROM mailboxes"))

    def test_another_secret_user_or_auth_is_tried(self):
        server = self.serve(providers.Panel, password="new one")
        self.poll(NOPERM, self.config(server.box()))
        self.poll(NOPERM, self.config(server.box(user="else@example.org")))
        self.poll(NOPERM, self.config(server.box(user="else@example.org", auth="login")))
        self.poll(NOPERM, self.config(server.box(user="else@example.org", auth="login", host="127.0.0.1")))
        self.assertEqual(4, len(server.secrets))
        self.poll(OK, self.config(server.box(password="new one")))
        self.assertEqual([], self.query("SELECT * FROM refusals"))

    def test_only_a_digest_is_kept(self):
        server = self.serve(providers.Panel, password="other")
        self.poll(NOPERM, self.config(server.box()))
        ((salt, digest),) = self.query("SELECT salt, digest FROM refusals")
        self.assertEqual((16, 32), (len(salt), len(digest)))
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                self.assertNotIn(PASSWORD.encode(), self.read(name))

    def test_two_mailboxes_with_one_secret_have_salts_of_their_own(self):
        server = self.serve(providers.Panel, password="other")
        self.poll(NOPERM, self.config(server.box("a"), server.box("b")))
        rows = self.query("SELECT salt, digest FROM refusals")
        self.assertEqual(2, len({r[0] for r in rows}))
        self.assertEqual(2, len({r[1] for r in rows}))

    def test_a_person_may_try_it_and_the_next_poll_knows(self):
        server = self.serve(providers.Panel, password="other")
        config = self.config(server.box())
        self.poll(NOPERM, config)
        self.expect(CHECK, "-c", config, "check", "--mailbox")
        self.assertEqual(2, len(server.secrets))
        self.poll(NOPERM, config)
        self.assertEqual(2, len(server.secrets))
        server.password = PASSWORD  # as when somebody unlocked it
        self.expect(OK, "-c", config, "check", "--mailbox")
        self.assert_counts(self.poll(OK, config), messages=3, imported=3)

    def test_what_a_person_saw_refused_the_next_poll_does_not_try(self):
        server = self.serve(providers.Panel)
        config = self.config(server.box())
        self.poll(OK, config)
        server.password = "changed"
        self.expect(CHECK, "-c", config, "check", "--mailbox")
        self.poll(NOPERM, config)
        self.assertEqual(2, len(server.secrets))

    def test_a_new_token_is_tried_once_in_the_same_run(self):
        server = self.serve(providers.Microsoft, token="second")
        result = self.poll(OK, self.config(server.box(**self.token("first", "second"))))
        self.assertEqual(["first", "second"], self.tries(server))
        self.assertEqual(b"", result.raw_err, str(result))
        self.assert_counts(result, messages=3, imported=3)

    def test_a_third_token_is_not(self):
        server = self.serve(providers.Microsoft, token="third")
        config = self.config(server.box(**self.token("first", "second", "second", "third")))
        self.poll(NOPERM, config)
        self.assertEqual(["first", "second"], self.tries(server))
        self.poll(OK, config)
        self.assertEqual(["first", "second", "third"], self.tries(server))

    def test_it_is_said_when_the_login_last_worked(self):
        server = self.serve(providers.Panel)
        config = self.config(server.box())
        self.poll(OK, config)
        ((day,),) = self.query("SELECT substr(last_good, 1, 10) FROM mailboxes")
        server.password = "changed"
        for _ in range(2):
            self.assertRegex(self.poll(NOPERM, config).err, f"; the login last worked on {day}(;|$)")

    def test_a_server_that_is_away_is_asked_again(self):
        server = self.serve(providers.Panel)
        config = self.config(server.box(retries=0))
        server.close()
        for _ in range(2):
            self.poll(UNAVAILABLE, config)
        self.assertEqual([], self.query("SELECT * FROM refusals"))


class ManualPage(Provided):
    """Every example of tlsrua-providers(7) is read as it stands, and works with that provider."""
    kinds = {"google": providers.Gmail, "google-oauth2": providers.Gmail, "microsoft": providers.Microsoft,
             "fastmail": providers.Fastmail, "yahoo": providers.Yahoo, "qq": providers.Tencent,
             "netease": providers.NetEase, "cpanel": providers.Panel}

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(TOP, "man", "tlsrua-providers.7"), encoding="utf-8") as f:
            cls.page = f.read()
        for roff, text in (("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'"), ("\\&", ""), ("\\e", "\\")):
            cls.page = cls.page.replace(roff, text)
        cls.examples = dict(re.findall(r"(?ms)^\.Bd -literal -offset indent\n(?=\[mailbox (\S+)\])(.*?)^\.Ed", cls.page))

    def test_there_is_one_of_each(self):
        self.assertEqual(set(self.kinds), set(self.examples))

    def test_the_configuration_takes_them_as_they_are(self):
        report = os.path.join(FIXTURES, "valid", "bare-mail.eml")
        for name, text in self.examples.items():
            with self.subTest(name):
                config = self.write("example.conf", f"[store]\npath = {self.path(name + '.db')}\n{text}")
                self.expect_silence("-c", config, "import", "-n", report)
        together = self.write("all.conf", f"[store]\npath = {self.store}\n" + "".join(self.examples.values()))
        self.expect_silence("-c", together, "import", "-n", report)

    def test_they_work_with_that_provider(self):
        for name, text in self.examples.items():
            with self.subTest(name):
                server = self.serve(self.kinds[name])
                options = dict(line.split(" = ", 1) for line in text.splitlines()[1:])
                self.assertIn("user", options)
                self.assertRegex(options["host"], r"^(imap|outlook|mail)\.[a-z0-9.]+$")
                secret = self.token(TOKEN) if "token_command" in options else {}
                box = server.box(name, **{k: options[k] for k in ("auth", "folders") if k in options}, **secret)
                config = self.config(box, store=self.path(name + ".db"))
                self.assert_counts(self.poll(OK, config), messages=6, imported=3, duplicate=3)

    def test_each_refusal_that_is_known_is_explained(self):
        with open(os.path.join(TOP, "src", "imap_text", "server_refusal.c"), encoding="utf-8") as f:
            known = re.findall(r'(?m)^\t\{ BY_\w+, "(.*?)",', f.read())
        self.assertGreater(len(known), 10)
        for says in known:
            said = re.sub(r"^\] | \(Failure\)$|\.$|^(LOGIN|AUTHENTICATE) (?=Invalid|Login)", "", says)
            with self.subTest(said):
                self.assertIn(said.lower(), self.page.lower())


if __name__ == "__main__":
    tap.main()
