#!/usr/bin/env python3
"""check, and check --mailbox on a real Dovecot, as somebody sees it who has just written a configuration."""
import grp
import json
import os
import re
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, schema, tap  # noqa: E402
from lib.dovecot import EXPIRED, OTHER_CA, PASSWORD, WRONG_NAME, Dovecot  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.program import CHECK, CONFIG, NOINPUT, OK, USAGE, Scene, as_nobody, mailbox  # noqa: E402

USER = "reports@example.org"
STEPS = ["secret", "DNS", "TCP", "TLS", "greeting", "login"]


class Checking(Scene):
    @classmethod
    def setUpClass(cls):
        made = corpus.build(60, seed=5, duplicates=0, broken=0, other=0.3, conflicts=0, failing=0)
        cls.reports = [m for m in made.mails if m.kind == "report"]
        cls.others = [m for m in made.mails if m.kind == "other"]
        cls.server = Dovecot({USER: made.mails, "empty@example.org": []})
        cls.server.deliver(USER, cls.others[:3] + cls.reports[:4], "Junk")
        cls.server.deliver(USER, cls.reports[:1], "With blank")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def box(self, whose=USER, **options):
        return mailbox(self.server, whose, **options)

    def check(self, status, *boxes, args=(), **options):
        config = self.config(*boxes, export=False)
        result = self.expect(status, "-c", config, "check", "--mailbox", *args, **options)
        self.assertEqual(b"", result.raw_err, str(result))
        self.assertNotIn(PASSWORD, result.out)
        self.assertFalse(os.path.exists(self.store), "a store was made")
        return result

    def points(self, result):
        """[(mailbox, [(name, state, detail, remedy)])] of the lines that people see."""
        found = []
        for line in result.out.splitlines():
            head = re.match(r"(\S[^:]*): (.*)$", line)
            point = re.match(r"  (.+?) +(\d+\.\d{3}) s  (ok  |WARN|FAIL)  (.*)$", line)
            if head:
                found.append((head[1], []))
            elif point:
                found[-1][1].append([point[1], point[3].strip(), point[4], ""])
            elif line:
                found[-1][1][-1][3] += " " + line.strip().removeprefix("to do: ")
        return found

    def only(self, result):
        ((_, points),) = self.points(result)
        return points

    def fails_at(self, step, pattern, remedy, *boxes):
        """The first step that fails is that one, says why, and nothing of that mailbox comes behind it."""
        points = self.only(self.check(CHECK, *boxes))
        self.assertEqual(["ok"] * (len(points) - 1) + ["FAIL"], [p[1] for p in points])
        self.assertEqual(step, points[-1][0])
        self.assertRegex(points[-1][2], pattern)
        self.assertRegex(points[-1][3], remedy or "^$")


class Well(Checking):
    def test_every_step_in_turn(self):
        points = self.only(self.check(OK, self.box("empty@example.org")))
        self.assertEqual(STEPS + ["INBOX", "Junk"], [p[0] for p in points])
        self.assertEqual({"ok"}, {p[1] for p in points})
        told = {p[0]: p[2] for p in points}
        self.assertEqual(f"password_file {self.path('reports.password')}: {len(PASSWORD)} characters", told["secret"])
        self.assertEqual("127.0.0.1", told["DNS"])
        self.assertEqual(f"127.0.0.1 port {self.server.tls_port}", told["TCP"])
        self.assertRegex(told["TLS"], r"^TLSv1.3, subject CN = good, issuer CN = tlsrua test CA own, "
                                      r"expires 2049-12-31, \d+ days left$")
        self.assertRegex(told["greeting"], r"^Dovecot.* ready\.$")
        self.assertEqual("SCRAM-SHA-256 as empty@example.org", told["login"])
        self.assertRegex(told["INBOX"], r"^0 mails, UIDVALIDITY \d+, so no report yet$")

    def test_the_lines_are_aligned(self):
        result = self.check(OK, self.box(folders="INBOX Junk"))
        at = {re.search(r"\d+\.\d{3} s  ok", line).start() for line in result.out.splitlines()[1:]}
        self.assertEqual(1, len(at), result.out)

    def test_the_newest_report_is_found_and_those_in_spam(self):
        points = self.only(self.check(OK, self.box(folders='INBOX "With blank"')))
        newest = time.strftime("%Y-%m-%d", time.gmtime(max(m.stamp for m in self.reports)))
        self.assertRegex(points[6][2], rf"^60 mails, UIDVALIDITY \d+, newest report came on {newest}$")
        self.assertEqual(["Junk", "WARN", "4 TLS reports in the spam folder, which is not polled"], points[8][:3])
        self.assertIn('folders = INBOX "With blank" \\Junk', points[8][3])

    def test_a_spam_folder_that_is_polled_is_a_folder_like_others(self):
        points = self.only(self.check(OK, self.box(folders="INBOX Junk")))
        self.assertEqual(STEPS + ["INBOX", "Junk"], [p[0] for p in points])
        self.assertRegex(points[-1][2], "^7 mails.*newest report")

    def test_a_special_use_is_checked_as_the_folder_it_is(self):
        points = self.only(self.check(OK, self.box(folders="INBOX \\Junk")))
        self.assertEqual(STEPS + ["INBOX", "\\Junk"], [p[0] for p in points])
        self.assertRegex(points[-1][2], "^7 mails.*newest report")
        self.fails_at("\\Sent", "the server marks no folder as", "names that the server has",
                      self.box(folders="INBOX \\Sent"))

    def test_starttls_and_no_tls(self):
        points = self.only(self.check(OK, self.box(tls="starttls", port=self.server.plain_port)))
        self.assertEqual(["secret", "DNS", "TCP", "greeting", "TLS", "login", "INBOX", "Junk"], [p[0] for p in points])
        points = self.only(self.check(OK, self.box(tls="none", port=self.server.plain_port, ca_file=None)))
        self.assertEqual(["secret", "DNS", "TCP", "greeting", "login", "INBOX", "Junk"], [p[0] for p in points])

    def test_the_server_is_left_as_it_was(self):
        path = self.server.maildir(USER)
        before = [sorted(os.listdir(os.path.join(path, sub))) for sub in ("cur", "new", ".Junk/cur", ".Junk/new")]
        self.check(OK, self.box(folders="INBOX Junk"))
        after = [sorted(os.listdir(os.path.join(path, sub))) for sub in ("cur", "new", ".Junk/cur", ".Junk/new")]
        self.assertEqual([sorted(n.partition(":")[2] for n in names) for names in before],
                         [sorted(n.partition(":")[2] for n in names) for names in after])

    def test_what_one_does_not_see_in_a_secret_is_said(self):
        for secret, told in ((b"ends here ", "10 characters, ends with a blank"),
                             (b" x\n", "2 characters, begins with a blank"),
                             ("k\u00e4se".encode(), "4 characters"), (b"\xff\xfe", "2 characters")):
            with self.subTest(secret):
                path = self.path("odd")
                with open(path, "wb") as f:
                    os.chmod(path, 0o600)
                    f.write(secret)
                config = self.config(self.box("empty@example.org", password_file=path, password=None), export=False)
                point = self.only(self.expect(CHECK, "-c", config, "check", "--mailbox"))[0]
                self.assertEqual(["secret", "WARN" if "," in told else "ok", f"password_file {path}: {told}"], point[:3])

    def test_a_byte_order_mark_is_refused(self):
        path = self.write("odd", b"\xef\xbb\xbfpass\n", 0o600)
        config = self.config(self.box("empty@example.org", password_file=path, password=None), export=False)
        point = self.only(self.expect(CHECK, "-c", config, "check", "--mailbox"))[0]
        self.assertEqual(["secret", "FAIL", f"password_file {path}: begins with a byte order mark"], point[:3])

    def test_the_arguments_of_a_secret_command_are_not_said(self):
        box = self.box("empty@example.org", password=None,
                       password_command="sh -c \"echo 'Wrong-Horse-9' >/dev/null; cat {}\"".format(
                           self.write("p", PASSWORD, 0o600)))
        result = self.check(OK, box)
        self.assertEqual(f"password_command sh: {len(PASSWORD)} characters", self.only(result)[0][2])
        self.assertNotIn("Wrong-Horse-9", result.out)


class Badly(Checking):
    def test_no_secret(self):
        self.fails_at("secret", "no-such-file.*No such file", "into: install -m 6.*/no-such-file",
                      self.box(password=None, password_file="/no-such-file"))
        self.fails_at("secret", "password_command: exit code 3", "as the user that runs tlsrua",
                      self.box(password=None, password_command="sh -c \"exit 3\""))

    def test_no_such_host(self):
        self.fails_at("DNS", "nosuch.invalid", "getent ahosts nosuch.invalid", self.box(host="nosuch.invalid"))

    def test_a_closed_port(self):
        self.fails_at("TCP", "port 1: Connection refused", "993 with tls = implicit", self.box(port=1))

    def test_the_port_of_another_mode(self):
        self.fails_at("TLS", "does not begin TLS.*tls = starttls", "", self.box(port=self.server.plain_port))
        self.fails_at("greeting", "begins TLS at once there: set tls = implicit", "",
                      self.box(tls="starttls", timeout="2s"))

    def test_certificates(self):
        self.fails_at("TLS", "not for 127.0.0.2.*set host = imap.elsewhere.example", "", self.box(host=WRONG_NAME))
        self.fails_at("TLS", "expired on 2025-01-01", "", self.box(host=EXPIRED))
        self.fails_at("TLS", "not among the certificates in ca_file \S+: put the issuer.*issuer CN = tlsrua test CA other", "",
                      self.box(host=OTHER_CA))

    def test_a_wrong_password(self):
        self.fails_at("login", r"login of empty@example.org by PLAIN refused: \[AUTHENTICATIONFAILED\]",
                      r"app password.*tlsrua-providers\(7\)",
                      self.box("empty@example.org", password="wrong horse", auth="plain", timeout="30s"))

    def test_a_folder_that_is_not_there(self):
        self.fails_at("Reprots", "folder Reprots refused", 'names that the server has:.* INBOX.* "With blank"|'
                      'names that the server has:.*"With blank".* INBOX', self.box(folders="INBOX Reprots With"))

    def test_the_others_are_checked_all_the_same(self):
        result = self.check(CHECK, self.box(port=1, name="dead"), self.box(name="alive"))
        (dead, first), (alive, second) = self.points(result)
        self.assertEqual(("dead", "alive"), (dead, alive))
        self.assertEqual("FAIL", first[-1][1])
        self.assertEqual(["INBOX", "ok"], second[6][:2])
        self.check(OK, self.box(port=1, name="dead"), self.box(name="alive"), args=["alive"])


class Spam(Dovecot):
    """A server with a spam folder of another name, marked or not."""

    def __init__(self, name, marked, *args):
        self.name, self.marked = name, marked
        super().__init__(*args)

    def _write_conf(self):
        super()._write_conf()
        with open(self.conf, encoding="utf-8") as f:
            text = f.read()
        junk = "mailbox Junk {\n    auto = subscribe\n    special_use = \\Junk\n"
        assert junk in text
        mark = "    special_use = \\Junk\n" if self.marked else ""
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(text.replace(junk, f'mailbox "{self.name}" {{\n    auto = subscribe\n{mark}'))


class SpamFolders(Scene):
    def points(self, name, marked, **options):
        server = Spam(name, marked, {USER: []})
        try:
            config = self.config(mailbox(server, USER, **options), export=False)
            result = self.expect(OK, "-c", config, "check", "--mailbox", "--json")
        finally:
            server.close()
        return [p for p in json.loads(result.out)["points"] if p["name"] not in STEPS + ["INBOX"]]

    def test_one_that_is_marked_is_told_by_its_name(self):
        (point,) = self.points("M\u00fcll & mehr", True)
        self.assertEqual(("M\u00fcll & mehr", "spam folder, not polled: no TLS report in it"),
                         (point["name"], point["detail"]))

    def test_one_that_is_marked_may_be_polled_by_its_use(self):
        (point,) = self.points("M\u00fcll", True, folders="INBOX \\Junk")
        self.assertEqual("\\Junk", point["name"])
        self.assertIn("so no report yet", point["detail"])

    def test_one_that_is_not_marked_is_known_by_common_names(self):
        (point,) = self.points("spam", False)
        self.assertEqual(("spam", "ok"), (point["name"], point["state"]))
        self.assertEqual([], self.points("Papers", False))


class ForPrograms(Checking):
    def test_one_line_a_mailbox(self):
        result = self.check(CHECK, self.box(port=1, name="dead"), self.box(name="alive"), args=["--json"])
        dead, alive = map(json.loads, result.out.splitlines())
        self.assertEqual(("dead", False, "alive", True), (dead["mailbox"], dead["ok"], alive["mailbox"], alive["ok"]))
        self.assertEqual(["ok", "ok", "failed"], [p["state"] for p in dead["points"]])
        self.assertEqual(STEPS + ["INBOX", "Junk"], [p["name"] for p in alive["points"]])
        self.assertEqual("warning", alive["points"][-1]["state"])
        for p in dead["points"] + alive["points"]:
            self.assertEqual({"name", "state", "seconds", "detail", "remedy"}, set(p))


class Arguments(Checking):
    def test_a_mailbox_that_is_not_configured(self):
        self.expect_line(USAGE, r"no \[mailbox nosuch\]", "-c", self.config(self.box()), "check", "--mailbox", "nosuch")

    def test_configurations_that_are_wrong(self):
        self.expect(CONFIG, "-c", self.write("bad.conf", "[mailbox a]\nhots = x\n"), "check", "--mailbox")
        self.expect(CONFIG, "-c", self.write("none.conf", "[store]\n"), "check", "--mailbox")
        self.expect(NOINPUT, "-c", self.path("absent.conf"), "check", "--mailbox")


class Machine(Checking):
    """check without arguments."""

    def setUp(self):
        super().setUp()
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)

    def everything(self, status, extra="", preexec=None, args=(), **options):
        conf = self.config(self.box("empty@example.org"), extra=f"[dns]\nresolver = 127.0.0.1@{self.dns.port}\n"
                           f"trust_anchor = none\ntimeout = 2s\n{extra}", **options)
        return self.expect(status, "-c", conf, "check", *args, preexec=preexec)

    def machine(self, result):
        """name -> (state, detail, remedy) of the points about the machine"""
        result.raw_out = result.raw_out.split(b"\n\n")[0]
        (name, points), = self.points(result)
        self.assertEqual("this machine", name)
        return {p[0]: tuple(p[1:]) for p in points}

    def test_all_is_well_before_the_first_poll(self):
        result = self.everything(OK)
        self.assertEqual("", result.err)
        self.assertEqual(["this machine", "reports"], [name for name, _ in self.points(result)])
        points = self.machine(result)
        self.assertEqual(["config", "store", "folder", "resolver"], list(points))
        self.assertEqual({"ok"}, {p[0] for p in points.values()})
        self.assertEqual(f"{self.store} is not there yet: the first poll makes it", points["store"][1])
        self.assertFalse(os.path.exists(self.store))
        self.assertEqual("", self.everything(OK, args=["-q"]).out)
        lines = [json.loads(line) for line in self.everything(OK, args=["--json"]).out.splitlines()]
        self.assertEqual([("this machine", True), ("reports", True)],
                         [(x.get("machine") or x["mailbox"], x["ok"]) for x in lines])

    def test_a_store_with_reports(self):
        self.expect_silence("-c", self.config(), "import", *[self.write(f"{n}.eml", m.raw) for n, m in
                                                             enumerate(self.reports[:3])])
        with open(self.store, "rb") as f:
            before = f.read()
        result = self.everything(CHECK, args=["--no-smtp"])
        self.assertRegex(result.out, r"(?m)^\S+: \d failed")  # the domains that the reports are about
        self.assertRegex(self.machine(result)["store"][1], rf"^{self.store}: sound, \d+ reports?$")
        with open(self.store, "rb") as f:
            self.assertEqual(before, f.read())

    def test_a_store_that_is_damaged(self):
        self.expect_silence("-c", self.config(), "import", *[self.write(f"{n}.eml", m.raw) for n, m in
                                                             enumerate(self.reports)])
        db = sqlite3.connect(self.store)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root, = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'reports_date'").fetchone()
        size, = db.execute("PRAGMA page_size").fetchone()
        db.close()
        with open(self.store, "r+b") as f:
            f.seek((root - 1) * size + 8)
            f.write(b"\x55" * 64)
        state, detail, _ = self.machine(self.everything(CHECK, args=["--no-smtp"]))["store"]
        self.assertEqual("FAIL", state)
        self.assertRegex(detail, "damaged|malformed")

    def test_a_store_and_a_folder_of_somebody_else(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.expect_silence("-c", self.config(), "import", self.write("0.eml", self.reports[0].raw))
        self.config(self.box("empty@example.org"))
        os.chown(self.path("reports.password"), 65534, 65534)
        conf = self.config(extra=f"[dns]\nresolver = 127.0.0.1@{self.dns.port}\ntrust_anchor = none\ntimeout = 2s\n")
        points = self.machine(self.expect(CHECK, "-c", conf, "check", preexec=as_nobody))
        self.assertEqual("FAIL", points["store"][0])
        self.assertEqual("FAIL", points["folder"][0])
        self.assertRegex(points["folder"][2], rf"^ ?as root: chown nobody {self.export}")

    def test_a_folder_that_can_and_one_that_cannot_be_made(self):
        conf = f"[export]\ndir = {self.path('new')}\n"
        points = self.machine(self.everything(OK, extra=conf, export=False))
        self.assertEqual(("ok", f"{self.path('new')} is not there yet: the first poll makes it"), points["folder"][:2])
        self.assertFalse(os.path.exists(self.path("new")))
        conf = f"[export]\ndir = {self.path('far/away')}\n"
        state, detail, remedy = self.machine(self.everything(CHECK, extra=conf, export=False))["folder"]
        self.assertEqual("FAIL", state)
        self.assertRegex(detail + remedy, "cannot be made.*No such file.*install -d")

    def test_a_folder_in_which_a_name_is_taken(self):
        os.makedirs(os.path.join(self.export, "daily.csv"))
        state, detail, _ = self.machine(self.everything(CHECK))["folder"]
        self.assertEqual(("FAIL", f"{self.export}/daily.csv is no file"), (state, detail))

    def views(self, status, *sections, **options):
        """view -> (state, detail, remedy); a section is a name and its lines"""
        extra = "".join(f"[view {name}]\n" + "".join(f"{line}\n" for line in lines) for name, *lines in sections)
        out = self.everything(status, extra=extra, args=["--json", "--no-smtp"], **options).out
        machine, *others = [json.loads(line) for line in out.splitlines()]
        schema.check("check", machine, *others)
        return {p["name"][len("view "):]: (p["state"], p["detail"], p["remedy"]) for p in machine["points"]
                if p["name"].startswith("view ")}

    def test_views_that_can_be_written(self):
        self.write("ours.domains", "# of ours\none.example\ntwo.example\n")
        points = self.views(OK, ("a", "domains = one.example", f"dir = {self.path('a')}"),
                            ("b", f"domains_file = {self.path('ours.domains')}", f"html = {self.path('b.html')}",
                             f"group = {grp.getgrgid(os.getegid()).gr_name}"))
        self.assertEqual({"a": ("ok", "1 domain", ""), "b": ("ok", "2 domains", "")}, points)
        self.assertFalse(os.path.exists(self.path("a")))
        self.assertNotIn("view", self.everything(OK).out)

    def test_a_domain_of_a_view_about_which_nothing_was_stored_is_told(self):
        self.expect_silence("-c", self.config(), "import", self.write("0.eml", self.reports[0].raw))
        db = sqlite3.connect(self.store)
        (known,), *_ = db.execute("SELECT DISTINCT domain FROM senders").fetchall()
        db.close()
        points = self.views(CHECK, ("a", f"domains = {known} mistyped.example", f"dir = {self.path('a')}"),
                            ("b", f"domains = {known}", f"dir = {self.path('b')}"))
        self.assertEqual({"a": ("ok", "2 domains; nothing was ever stored about mistyped.example", ""),
                          "b": ("ok", "1 domain", "")}, points)

    def test_views_that_cannot_be_written(self):
        self.write("empty.domains", "# none\n")
        self.write("bad.domains", "one.example\nno domain\n")
        os.makedirs(self.path("here"))
        os.makedirs(self.path("taken.html"))
        os.symlink(self.path("here"), self.path("there"))
        points = self.views(
            CHECK, ("absent", f"domains_file = {self.path('absent')}", f"dir = {self.path('a')}"),
            ("empty", f"domains_file = {self.path('empty.domains')}", f"dir = {self.path('b')}"),
            ("bad", f"domains_file = {self.path('bad.domains')}", f"dir = {self.path('c')}"),
            ("folder", "domains = one.example", f"dir = {self.path('far/away')}"),
            ("page", "domains = one.example", f"html = {self.path('far/page.html')}"),
            ("taken", "domains = one.example", f"html = {self.path('taken.html')}"),
            ("group", "domains = one.example", f"dir = {self.path('d')}", "group = no-such-group"),
            ("one", "domains = one.example", f"dir = {self.path('here')}"),
            ("two", "domains = two.example", f"dir = {self.path('there')}"),
            ("exported", "domains = one.example", f"dir = {self.path('csv-too')}"))
        self.assertEqual({"one", "exported"}, {name for name, p in points.items() if p[0] == "ok"})
        for name, words in (("absent", "absent: .*No such file"), ("empty", "empty.domains"),
                            ("bad", "bad.domains.*2"), ("folder", "far/away cannot be made.*install -d"),
                            ("page", "page.html cannot be made.*install -d"), ("taken", "taken.html is no file"),
                            ("group", "groupadd no-such-group"), ("two", r"is the folder of \[view one\] as well")):
            with self.subTest(name):
                self.assertRegex(" ".join(points[name]), words)

    def test_a_group_that_the_user_is_not_in(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.config(self.box("empty@example.org"))
        os.chown(self.path("reports.password"), 65534, 65534)
        conf = self.config(extra=f"[dns]\nresolver = 127.0.0.1@{self.dns.port}\ntrust_anchor = none\ntimeout = 2s\n"
                           f"[view a]\ndomains = one.example\nhtml = {self.path('a.html')}\ngroup = daemon\n")
        result = self.expect(CHECK, "-c", conf, "check", preexec=as_nobody)
        self.assertRegex(result.out, r'view a +[0-9.]+ s +FAIL +group: nobody is not in "daemon"')
        self.assertIn("as root: usermod -aG daemon nobody", result.out)

    def test_a_resolver_that_is_dead(self):
        self.dns.trouble["*"] = "nothing"
        state, detail, remedy = self.machine(self.everything(CHECK))["resolver"]
        self.assertEqual(("FAIL", f"127.0.0.1@{self.dns.port} does not answer"), (state, detail))
        self.assertIn("/etc/resolv.conf", remedy)

    def test_our_domains_come_last(self):
        result = self.everything(CHECK, extra="[reports]\ndomains = ours.example *.sub.example\n", args=["--no-smtp"])
        self.assertRegex(result.out, r"\n\nours\.example: \d failed")
        self.assertNotIn("sub.example", result.out)


if __name__ == "__main__":
    tap.main()
