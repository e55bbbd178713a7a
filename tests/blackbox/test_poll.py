#!/usr/bin/env python3
"""Polling a real Dovecot: what is read, where the next run goes on, and what the server is left with."""
import hashlib
import imaplib
import os
import re
import sqlite3
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, expected, tap  # noqa: E402
from lib.dovecot import EXPIRED, GOOD, OTHER_CA, PASSWORD, WRONG_NAME, Dovecot  # noqa: E402
from lib.program import CONFIG, NOPERM, OK, UNAVAILABLE, Scene, mailbox  # noqa: E402

USER = "reports@example.org"


class Polling(Scene):
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(240, seed=31, duplicates=0.05, broken=0.08, other=0.08, conflicts=0.02, failing=0.3)
        cls.server = Dovecot({USER: cls.corpus.mails, "empty@example.org": []},
                             passwords={"blank.example": "ends in a blank "})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def user(self, name, mails=(), domain="example.org"):
        user = f"{name}@{domain}"
        self.server.add_user(user, mails)
        return user

    def box(self, whose=USER, **options):
        return mailbox(self.server, whose, **options)

    def poll(self, config, *options, **more):
        return self.run_it("-c", config, "poll", "--json", *options, **more)

    def imap(self, user):
        context = ssl.create_default_context(cafile=self.server.ca_file)
        client = imaplib.IMAP4_SSL(GOOD, self.server.tls_port, ssl_context=context)
        token = f"\0{user}\0{self.server.users[user]}".encode()
        client.authenticate("PLAIN", lambda _: token)
        return client


class Figures(Polling):
    def test_counts_and_tables_are_those_of_the_generator(self):
        config = self.config(self.box())
        result = self.poll(config)
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, **self.corpus.counts)
        self.assertEqual(sum(len(m.raw) + m.raw.count(b"\n") for m in self.corpus.mails), result.json["bytes"])
        self.assert_table(expected.csv_lines(expected.DAILY, self.corpus.daily()), "daily")
        self.assert_table(expected.csv_lines(expected.FAILURES, self.corpus.failures()), "failures")
        self.assertEqual(dict(self.corpus.reasons), self.reasons())
        # trouble is one line each, naming mailbox and UID
        self.assertEqual(self.corpus.counts["rejected"] + self.corpus.counts["conflict"], len(result.lines))
        for line in result.lines:
            self.assertRegex(line, r"^tlsrua: reports: INBOX.*\b(UID )?\d+")

    def test_a_second_poll_finds_nothing_and_changes_no_byte(self):
        config = self.config(self.box())
        self.assertEqual(OK, self.poll(config).status)
        before = {n: (self.read("csv", n), os.stat(self.path("csv", n)).st_ino) for n in os.listdir(self.export)}
        result = self.expect_silence("-c", config, "poll", "--json")
        self.assert_counts(result, messages=0, reports=0, imported=0, duplicate=0, conflict=0, rejected=0, no_report=0)
        self.assertEqual(before,
                         {n: (self.read("csv", n), os.stat(self.path("csv", n)).st_ino)
                          for n in os.listdir(self.export)})

    def test_a_dry_run_counts_and_changes_nothing(self):
        config = self.config(self.box())
        result = self.poll(config, "-n")
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, **self.corpus.counts)
        self.assertFalse(os.path.exists(self.store), os.listdir(self.dir))
        self.assertEqual([], os.listdir(self.export))
        self.assert_counts(self.poll(config), **self.corpus.counts)

    def test_with_v_one_line_a_mailbox_is_said(self):
        config = self.config(self.box("empty@example.org", name="quiet"))
        result = self.expect(OK, "-c", config, "-v", "poll")
        self.assertEqual(1, len(result.lines), str(result))
        self.assertIn("quiet", result.err)

    def test_the_address_family_and_the_name_of_the_server_do_not_matter(self):
        config = self.config(self.box(host="localhost"))
        self.assert_counts(self.poll(config), **self.corpus.counts)


class GoingOn(Polling):
    def test_an_empty_folder(self):
        config = self.config(self.box("empty@example.org"))
        for _ in range(2):
            result = self.expect_silence("-c", config, "poll", "--json")
            self.assert_counts(result, messages=0, imported=0)

    def test_mail_that_arrives_between_two_polls(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("later", good[:30])
        config = self.config(self.box(user))
        self.assert_counts(self.poll(config), messages=30, imported=30)
        self.server.deliver(user, good[30:41])
        self.assert_counts(self.poll(config), messages=11, imported=11)
        self.assert_counts(self.poll(config), messages=0, imported=0)

    def test_mail_that_is_gone_meanwhile(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("gone", good[:20])
        config = self.config(self.box(user))
        self.assertEqual(OK, self.poll(config).status)
        client = self.imap(user)
        client.select("INBOX")
        client.uid("store", "5:20", "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.logout()
        self.server.deliver(user, good[20:25])
        result = self.poll(config)
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=5, imported=5)
        self.assertEqual([(25,)], self.query("SELECT count(*) FROM reports"))

    def test_a_changed_uidvalidity_reads_all_again_and_counts_once(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("restored", good[:25])
        config = self.config(self.box(user))
        self.assertEqual(OK, self.poll(config).status)
        before = self.read("csv", "daily.csv")
        self.server.new_uidvalidity(user)
        self.server.deliver(user, good[25:28])
        result = self.poll(config)
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=28, imported=3, duplicate=25)
        self.assertRegex(result.err, "UIDVALIDITY")
        self.assertNotEqual(before, self.read("csv", "daily.csv"))
        self.assert_counts(self.expect_silence("-c", config, "poll", "--json"), messages=0)

    def test_several_folders_and_their_names(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("folders", good[:3])
        self.server.deliver(user, good[3:8], "Reports/TLS")
        self.server.deliver(user, good[8:10], "With blank")
        self.server.deliver(user, good[10:14], "&ANw-bersicht")  # Übersicht, as Maildir++ and IMAP encode it
        config = self.config(self.box(user, folders='INBOX Reports/TLS "With blank" \u00dcbersicht'))
        result = self.poll(config)
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=14, imported=14)
        self.assertEqual({"INBOX", "Reports/TLS", "With blank", "\u00dcbersicht"},
                         {r[0] for r in self.query("SELECT folder FROM mailboxes")})

    def test_the_same_report_in_two_mailboxes_counts_once(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        one, two = self.user("one", good[:10]), self.user("two", good[5:15])
        config = self.config(self.box(one, name="one"), self.box(two, name="two"))
        result = self.poll(config)
        self.assert_counts(result, messages=20, imported=15, duplicate=5)
        self.assert_counts(self.poll(config, "two"), messages=0)


class Left(Polling):
    def test_the_server_is_left_as_it_was(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("untouched", good[:5])
        path = self.server.maildir(user)
        before = sorted(os.listdir(os.path.join(path, "cur")))
        config = self.config(self.box(user))
        self.assertEqual(OK, self.poll(config).status)
        self.assertEqual(before, sorted(os.listdir(os.path.join(path, "cur"))))
        client = self.imap(user)
        client.select("INBOX", readonly=True)
        for line in client.uid("fetch", "1:*", "(FLAGS)")[1]:
            self.assertNotIn(b"\\Seen", line)


class Large(Polling):
    def test_a_mail_over_the_limit_is_set_aside_with_its_head(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        big = corpus.Mail(good[1].raw + b"x" * 79 * 1000 + b"\n" + (b"y" * 78 + b"\n") * 4000, good[1].when, "big")
        user = self.user("large", [good[0], big, good[2]])
        config = self.config(self.box(user), extra="[limits]\nmessage = 100K\n")
        result = self.poll(config)
        self.assertEqual(OK, result.status, str(result))
        self.assert_counts(result, messages=3, imported=2, rejected=1)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertIn("message-too-large", result.err)
        self.assertEqual([("message-too-large",)], self.query("SELECT code FROM quarantine"))
        kept, = self.query("SELECT total(length(bytes)) FROM quarantine_bytes")[0]
        self.assertTrue(0 < kept <= 100 << 10, kept)
        self.assert_counts(self.poll(config), messages=0)


class Login(Polling):
    def test_every_mechanism(self):
        for auth in ("auto", "plain", "login", "scram-sha-256"):
            with self.subTest(auth):
                config = self.config(self.box("empty@example.org", auth=auth))
                self.expect_silence("-c", config, "-d", self.path(auth + ".db"), "poll")

    def test_a_wrong_password(self):
        config = self.config(self.box("empty@example.org", password="wrong horse"))
        result = self.expect_line(NOPERM, r"\Atlsrua: reports: ", "-c", config, "poll")
        self.assertNotIn("wrong horse", result.err)

    def test_an_unknown_user(self):
        config = self.config({**self.box("empty@example.org"), "user": "somebody@else.example"})
        self.expect_line(NOPERM, r"\Atlsrua: reports: ", "-c", config, "poll")

    def test_a_missing_folder(self):
        config = self.config(self.box("empty@example.org", folders="INBOX Nowhere"))
        self.expect_line(NOPERM, "Nowhere", "-c", config, "poll")

    def test_a_password_by_command(self):
        self.write("secret", PASSWORD + "\n", 0o600)
        box = self.box("empty@example.org", password=None, password_command=f"cat {self.path('secret')}")
        self.expect_silence("-c", self.config(box), "poll")

    def test_a_password_by_systemd_credential(self):
        self.write("credentials/tlsrua.reports", PASSWORD, 0o400)
        config = self.config(self.box("empty@example.org", password=None))
        self.expect_silence("-c", config, "poll", env={"CREDENTIALS_DIRECTORY": self.path("credentials")})
        result = self.run_it("-c", config, "poll")
        self.assertEqual(CONFIG, result.status, str(result))

    def test_one_trailing_newline_of_a_secret_is_dropped(self):
        user = self.user("newline", domain="blank.example")
        self.expect_silence("-c", self.config(self.box(user)), "poll")

    def test_a_password_with_a_line_end_inside_is_refused_unsent(self):
        config = self.config(self.box("empty@example.org", password="one\r\nA1 DELETE INBOX"))
        result = self.run_it("-c", config, "poll")
        self.assertIn(result.status, (CONFIG, NOPERM), str(result))
        self.assertNotIn("DELETE", result.err)

    def test_secrets_are_never_said(self):
        for auth in ("plain", "login", "scram-sha-256"):
            for password, status in ((PASSWORD, OK), ("Wrong-Horse-9", NOPERM)):
                with self.subTest(auth + password[:2]):
                    config = self.config(self.box("empty@example.org", auth=auth, password=password))
                    result = self.expect(status, "-c", config, "-d", self.path(auth + ".db"), "-vvv", "poll")
                    import base64
                    said = result.raw_out + result.raw_err
                    user = "empty@example.org"
                    for secret in (password.encode(), base64.b64encode(password.encode()),
                                   base64.b64encode(f"\0{user}\0{password}".encode()),
                                   password.replace("\\", "\\\\").replace("\"", "\\\"").encode()):
                        self.assertNotIn(secret, said)
                    with open(self.path(auth + ".db"), "rb") as f:
                        self.assertNotIn(password.encode(), f.read())


class Certificates(Polling):
    def expect_refusal(self, *patterns, **options):
        config = self.config(self.box("empty@example.org", **options))
        result = self.expect_line(UNAVAILABLE, r"\Atlsrua: reports: ", "-c", config, "poll")
        for pattern in patterns:
            self.assertRegex(result.err, pattern)
        self.assertNotIn(PASSWORD, result.err)

    def fingerprint(self, name):
        der = subprocess.run(["openssl", "x509", "-in", os.path.join(self.server.dir, name + ".pem"), "-outform",
                              "DER"], capture_output=True, check=True).stdout
        return "sha256:" + hashlib.sha256(der).hexdigest()

    def test_an_unknown_authority(self):
        self.expect_refusal("CA other|tlsrua test CA other", host=OTHER_CA)

    def test_without_ca_file_the_systems_trust_store_counts(self):
        self.expect_refusal("certificate", ca_file=None)

    def test_a_wrong_name(self):
        self.expect_refusal("imap.elsewhere.example", re.escape(WRONG_NAME), host=WRONG_NAME)

    def test_an_expired_one(self):
        self.expect_refusal("expired", "2025-01-01", host=EXPIRED)

    def test_a_pinned_certificate_is_taken_although_its_chain_is_unknown(self):
        config = self.config(self.box("empty@example.org", host=OTHER_CA, fingerprint=self.fingerprint("otherca")))
        self.expect_silence("-c", config, "poll")

    def test_a_pin_of_another_certificate(self):
        self.expect_refusal(host=OTHER_CA, fingerprint=self.fingerprint("good"))

    def test_a_pinned_certificate_must_still_bear_the_name(self):
        self.expect_refusal(host=WRONG_NAME, fingerprint=self.fingerprint("wrongname"))

    def test_nobody_listens(self):
        self.expect_refusal(port=1)

    def test_a_host_that_does_not_exist(self):
        self.expect_refusal("nosuch", host="nosuch.invalid")

    def test_a_server_that_speaks_no_tls(self):
        self.expect_refusal(port=self.server.plain_port)

    def test_starttls(self):
        config = self.config(self.box("empty@example.org", tls="starttls", port=self.server.plain_port))
        self.expect_silence("-c", config, "poll")

    def test_starttls_verifies_as_well(self):
        for host in (WRONG_NAME, EXPIRED, OTHER_CA):
            with self.subTest(host):
                self.expect_refusal(tls="starttls", port=self.server.plain_port, host=host)

    def test_no_tls_at_all_to_a_loopback_address(self):
        config = self.config(self.box("empty@example.org", tls="none", port=self.server.plain_port, ca_file=None))
        self.expect_silence("-c", config, "poll")

    def test_a_certificate_in_trouble_keeps_none_of_the_others_from_being_polled(self):
        good = [m for m in self.corpus.mails if m.kind == "report"]
        user = self.user("third", good[:3])
        config = self.config(self.box("empty@example.org", name="a", host=EXPIRED), self.box(user, name="b"))
        result = self.poll(config)
        self.assertEqual(UNAVAILABLE, result.status, str(result))
        self.assert_counts(result, messages=3, imported=3)


class Grace(Polling):
    def test_a_fault_of_the_network_is_said_once_the_last_good_poll_is_old(self):
        good = self.config(self.box("empty@example.org"))
        self.expect_silence("-c", good, "poll")
        dead = self.config(self.box("empty@example.org", port=1), name="dead.conf")
        self.expect_silence("-c", dead, "poll")
        impatient = self.config(self.box("empty@example.org", port=1, grace="0s"), name="impatient.conf")
        import time
        time.sleep(1.1)
        self.expect_line(UNAVAILABLE, "reports", "-c", impatient, "poll")

    def test_a_clock_that_was_ahead_hides_no_fault(self):
        self.expect_silence("-c", self.config(self.box("empty@example.org")), "poll")
        db = sqlite3.connect(self.store)
        db.execute("UPDATE mailboxes SET last_good = '2099-01-01T00:00:00Z'")
        db.commit()
        db.close()
        dead = self.config(self.box("empty@example.org", port=1), name="dead.conf")
        self.expect_line(UNAVAILABLE, "reports", "-c", dead, "poll")

    def test_a_refused_login_is_said_at_once(self):
        good = self.config(self.box("empty@example.org"))
        self.expect_silence("-c", good, "poll")
        wrong = self.config(self.box("empty@example.org", password="x"), name="wrong.conf")
        self.expect_line(NOPERM, "reports", "-c", wrong, "poll")

    def test_status_shows_the_trouble(self):
        config = self.config(self.box("empty@example.org", port=1))
        self.expect(UNAVAILABLE, "-c", config, "poll")
        box = self.expect_silence("-c", config, "status", "--json").json["mailboxes"][0]
        self.assertEqual(("reports", "INBOX", UNAVAILABLE), (box["mailbox"], box["folder"], box["status"]))
        self.assertTrue(box["error"])


if __name__ == "__main__":
    tap.main()
