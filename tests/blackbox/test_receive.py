#!/usr/bin/env python3
"""Reports over HTTPS: `tlsrua receive` as a web server runs it, and behind nginx, Apache and lighttpd."""
import gzip
import json
import os
import pwd
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.junk import zipped  # noqa: E402
from lib.nameserver import Nameserver  # noqa: E402
from lib.patience import HANG, wait_until  # noqa: E402
from lib.program import BINARY, CONFIG, FIXTURES, IOERR, NOINPUT, OK, SANITIZED, SOFTWARE  # noqa: E402
from lib.program import TEMPFAIL, USAGE, Scene, environment, limit_file_size  # noqa: E402
from lib.webserver import GZIP, JSON, WebServer, have  # noqa: E402

SERVERS = ("nginx", "apache2", "lighttpd")
MEMORY = 128 * 1024  # KB


def report(number=1, **changes):
    d = {"organization-name": "Example Reporter",
         "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
         "contact-info": "tls@reporter.example", "report-id": f"{number:06}",
         "policies": [{"policy": {"policy-type": "sts", "policy-domain": "alder.example"},
                       "summary": {"total-successful-session-count": 10, "total-failure-session-count": 0}}]}
    d.update(changes)
    return json.dumps(d).encode()


class Answer:
    """What a CGI program wrote: RFC 3875, section 6."""

    def __init__(self, result):
        self.result = result
        head, _, self.body = result.raw_out.partition(b"\r\n\r\n")
        self.fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.status = int(self.fields["Status"].split(" ")[0])
        self.text = self.body.decode().rstrip("\n")


class Receiving(Scene):
    def setUp(self):
        super().setUp()
        self.conf = self.write("receive.conf", f"[store]\npath = {self.store}\n")
        self.make_store()

    def make_store(self):
        self.expect_silence("-d", self.store, "prune", "--before", "2016-01-01")

    def configure(self, text):
        self.write("receive.conf", f"[store]\npath = {self.store}\n{text}")

    def request(self, body=b"", method="POST", length=None, media_type=JSON, address="192.0.2.1", status=OK, env=None,
                **options):
        """Run it as a web server does."""
        variables = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": method, "REMOTE_ADDR": address,
                     "CONTENT_TYPE": media_type, "CONTENT_LENGTH": str(len(body)) if length is None else length}
        result = self.run_it("-c", self.conf, "receive", stdin=body, env={**variables, **(env or {})}, **options)
        self.assertEqual(status, result.status, str(result))
        answer = Answer(result)
        if "Content-Length" in answer.fields:
            self.assertEqual(len(answer.body), int(answer.fields["Content-Length"]))
        self.assertFalse({"Location", "Content-Location", "Refresh"} & set(answer.fields))
        return answer

    def assert_stored(self, number):
        self.assertEqual([(number,)], self.query("SELECT count(*) FROM reports WHERE status = 'counted'"))


class Answers(Receiving):
    def test_each_shape_of_a_report_is_taken(self):
        shapes = (report(1), gzip.compress(report(2)), zipped("r.json", report(3)), b"\xef\xbb\xbf" + report(4),
                  gzip.compress(gzip.compress(report(5))), b"\n " + report(6))
        for media_type in (JSON, GZIP, "application/x-www-form-urlencoded", "", "text/html; a=\"b\""):
            for i, body in enumerate(shapes):
                with self.subTest(f"{media_type}: {i}"):
                    self.assertEqual(201 if media_type == JSON else 200,
                                     self.request(body, media_type=media_type).status)
        self.assert_stored(len(shapes))

    def test_the_answers_say_what_became_of_it(self):
        other = report(1).replace(b": 10,", b": 5,")  # its digest is the greater one, should it come in the same second
        for body, status, text in ((report(1), 201, "stored"), (report(1), 200, "stored before"),
                                   (gzip.compress(report(1)), 200, "stored before"), (other, 200, "stored before"),
                                   (report(2)[:-1], 400, "refused: json-syntax"),
                                   (gzip.compress(report(2))[:-9], 400, "refused: gzip-truncated"),
                                   (report(3) + b"{}", 400, "refused: json-trailing-data"),
                                   (zipped("r.json", report(4)) + b"x" * 70000, 400, "refused: zip-invalid"),
                                   (b"", 400, "refused: http-body")):
            with self.subTest(text):
                got = self.request(body)
                self.assertEqual((status, text), (got.status, got.text))
                self.assertEqual("text/plain; charset=utf-8", got.fields["Content-Type"])
        self.assert_stored(1)
        self.assertEqual({"json-syntax": 1, "gzip-truncated": 1, "json-trailing-data": 1, "zip-invalid": 1},
                         self.reasons())
        self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports WHERE status = 'conflict'"))

    def test_only_post_is_taken(self):
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "post", "<script>", "PÖST"):
            with self.subTest(method):
                got = self.request(report(), method=method)
                self.assertEqual((405, "POST", b""), (got.status, got.fields["Allow"], got.body))
        self.assertEqual([], self.query("SELECT * FROM messages"))

    def test_what_claims_to_be_no_report_is_not_kept(self):
        mail = b"From: tls@reporter.example\nContent-Type: application/tlsrpt+json\n\n" + report()
        for body in (b"hello", b"{}", b"{\"name\": \"acme\"}", b"<xml/>", os.urandom(1000), gzip.compress(b"hello"), mail,
                     b"a=" + report(), zipped("r.txt", b"hello")):
            with self.subTest(body[:20]):
                self.assertEqual((415, "refused: http-media-type"),
                                 (lambda a: (a.status, a.text))(self.request(body, media_type="text/plain")))
        self.assertEqual([], self.query("SELECT * FROM messages"))
        # said to be a report, it is looked at, and kept
        self.assertEqual((400, "refused: json-syntax"),
                         (lambda a: (a.status, a.text))(self.request(b"hello", media_type=GZIP)))

    def test_a_length_is_an_upper_bound_and_no_more(self):
        body = report()
        for length, status in (("", 201), ("999999", 200), ("0", 400), ("-1", 200), ("1e9", 200), ("10", 400),
                               (str(25 << 20), 200), (str((25 << 20) + 1), 413), ("9" * 40, 413)):
            with self.subTest(length):
                self.assertEqual(status, self.request(body, length=length).status)
        self.assertEqual(411, self.request(b"", length="").status)

    def test_a_hundred_megabytes_are_not_read_to_their_end(self):
        for length in ("", str(100 << 20)):
            with subprocess.Popen([BINARY, "-c", self.conf, "receive"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env=environment({"REQUEST_METHOD": "POST", "CONTENT_LENGTH": length})) as p:
                sent = 0
                try:
                    while sent < 100 << 20:
                        sent += p.stdin.write(b"{" * 65536)
                except BrokenPipeError:
                    pass
                self.assertLess(sent, 30 << 20)
                self.assertIn(b"Status: 413 ", p.stdout.read())
                try:
                    p.stdin.close()
                except BrokenPipeError:
                    pass

    def test_nothing_of_the_request_stands_in_the_answer_or_the_log(self):
        evil = "\r\nSet-Cookie: x\x1b[31m<script>"
        for number, name in enumerate(("CONTENT_TYPE", "REMOTE_ADDR", "QUERY_STRING", "PATH_INFO", "HTTP_USER_AGENT",
                                       "HTTP_HOST", "CONTENT_LENGTH", "REQUEST_METHOD", "HTTP_PROXY")):
            for body in (report(number), report(number)[:-1]):
                with self.subTest(name):
                    got = self.request(body, env={name: evil + "A" * 100000})
                    said = got.result.raw_out + got.result.raw_err
                    self.assertNotIn(b"script", said)
                    self.assertNotIn(b"\x1b", said)
                    self.assertLess(len(said), 600)

    def test_it_is_for_web_servers(self):
        self.expect_line(USAGE, "receive: is run by a web server", "receive", "-c", self.conf)
        self.expect_line(USAGE, "takes no arguments", "receive", "-c", self.conf, "x", env={"REQUEST_METHOD": "POST"})


class Trouble(Receiving):
    def assert_try_again(self, status, pattern, **options):
        got = self.request(report(), status=status, **options)
        self.assertEqual((503, "300"), (got.status, got.fields["Retry-After"]))
        self.assertRegex(got.result.err, pattern)
        return got

    def test_a_busy_store(self):
        holder = subprocess.Popen(["sqlite3", self.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.wait)
        holder.stdin.write("BEGIN IMMEDIATE;\nSELECT 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        self.assert_try_again(TEMPFAIL, "busy")
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()
        self.assertEqual(201, self.request(report()).status)

    def test_a_full_disk(self):
        self.assert_try_again(IOERR, "tlsrua.db", preexec=limit_file_size(8192))
        self.assert_stored(0)
        self.assertEqual(201, self.request(report()).status)

    def test_a_store_that_is_not_there_is_not_made(self):
        os.remove(self.store)
        self.assert_try_again(NOINPUT, "man tlsrua-receive")
        self.assertFalse(os.path.exists(self.store))

    def test_a_store_of_an_older_release_is_not_touched(self):
        os.remove(self.store)
        with open(os.path.join(FIXTURES, "stores", "version2.sql"), encoding="utf-8") as f:
            subprocess.run(["sqlite3", self.store], stdin=f, check=True)
        self.assert_try_again(SOFTWARE, "`tlsrua poll`")
        self.assertEqual([(2,)], self.query("PRAGMA user_version"))
        self.make_store()
        self.assertEqual(201, self.request(report()).status)

    def test_a_wrong_configuration(self):
        for text in ("[receive]\nrefresh = 60s\n", "[receive]\nmax_reports_per_day_and_address = 0\n", "[nonsense]\n"):
            self.configure(text)
            self.assert_try_again(CONFIG, "receive.conf:[0-9]+: ")

    def test_a_request_that_does_not_reach_the_store_does_not_need_it(self):
        os.remove(self.store)
        self.assertEqual(405, self.request(b"", method="GET").status)
        self.assertEqual(415, self.request(b"hello", media_type="x").status)


class Trust(Receiving):
    def test_nobody_vouches_for_a_post(self):
        self.request(report())
        self.assertEqual([("https:192.0.2.1", "https", "unauthenticated date-stale")],
                         self.query("SELECT source, dkim, warnings FROM csv_reports"))
        self.assertEqual([(0,)], self.query("SELECT verified_reports FROM csv_senders"))

    def test_summary_and_status_say_that_nobody_vouches(self):
        self.request(report())
        said = self.expect(OK, "-d", self.store, "summary").out
        self.assertIn("1 of 1 report is vouched for by nobody (https 1): tlsrua explain unauthenticated",
                      " ".join(said.split()))
        self.expect_silence("explain", "unauthenticated")

    def test_where_a_voucher_is_required_it_waits_in_quarantine(self):
        self.configure("[reports]\ndkim = require\n")
        self.assertEqual((400, "refused: dkim-missing"), (lambda a: (a.status, a.text))(self.request(report())))
        self.assert_stored(0)
        self.expect(OK, "-d", self.store, "-c", self.conf, "quarantine", "accept", "1")
        self.assert_stored(1)

    def test_what_is_tried_again_is_still_a_post(self):
        self.configure("[reports]\ndkim = require\n")
        self.request(report())
        self.configure("")
        self.expect(OK, "-c", self.conf, "quarantine", "retry", "1")
        self.assertEqual([("https:192.0.2.1", "https")], self.query("SELECT source, dkim FROM csv_reports"))

    def test_a_file_is_a_duplicate_of_a_post(self):
        self.request(report())
        result = self.expect(OK, "-d", self.store, "import", "--json", self.write("r.json", report()))
        self.assertEqual(1, result.json["duplicate"])

    def test_reports_about_other_domains_are_refused(self):
        self.configure("[reports]\ndomains = example.com\n")
        self.assertEqual("refused: domain-not-ours", self.request(report()).text)


class Hosts(Receiving):
    """verified_hosts: what DNS says of an address, forth and back.  Of addresses for documentation libunbound answers
    itself that they have no name; those for benchmarks will do."""

    def setUp(self):
        super().setUp()
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)
        self.ask("yes")

    def ask(self, hosts, more=""):
        self.configure(f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\ntimeout = 2s\n"
                       f"[receive]\nverified_hosts = {hosts}\n{more}")

    def judged(self, number, address):
        self.assertIn(self.request(report(number), address=address).status, (200, 201))
        return self.query("SELECT dkim, dkim_domain FROM reports WHERE report_id = ?", f"{number:06}")[0]

    def test_a_name_that_leads_there_and_back_vouches(self):
        for number, address in enumerate(("198.18.0.10", "2001:2::10")):
            self.dns.name_of(address, "Out.Reporter.example")
            self.dns.host("out.reporter.example", address)
            self.assertEqual(("host", "out.reporter.example"), self.judged(number, address))
        self.assertEqual([("unauthenticated" in w) for w, in self.query("SELECT warnings FROM reports")], [False] * 2)
        self.assertEqual([(2,)], self.query("SELECT sum(verified_reports) FROM csv_senders"))
        self.assertEqual([("out.reporter.example",)], self.query("SELECT DISTINCT signed_by FROM messages"))
        self.expect(OK, "-d", self.store, "status", "--verify")
        said = self.expect(OK, "-d", self.store, "summary").out
        self.assertNotIn("vouched for by nobody", said)
        self.assertIn("2 vouched for", " ".join(said.split()))

    def test_one_of_several_is_enough(self):
        self.dns.name_of("198.18.0.11", "x.other.example")
        self.dns.name_of("198.18.0.11", "out.reporter.example")
        self.dns.host("x.other.example", "198.18.0.11")
        self.dns.host("out.reporter.example", "198.18.0.99")
        self.dns.host("out.reporter.example", "198.18.0.11")
        self.assertEqual(("host", "out.reporter.example"), self.judged(1, "198.18.0.11"))

    def test_all_else_does_not(self):
        dns = self.dns
        dns.name_of("198.18.0.1", "out.reporter.example")    # it leads elsewhere
        dns.name_of("198.18.0.2", "other.example")           # of another organization
        dns.host("other.example", "198.18.0.2")
        dns.host("back.reporter.example", "198.18.0.3")   # the address has no name
        dns.name_of("198.18.0.4", "example")                 # belongs to nobody
        dns.host("example", "198.18.0.4")
        dns.name_of("198.18.0.5", b"\x20" + b"x" * 8 + b"\0")  # broken
        dns.name_of("198.18.0.6", b"\x0ca b.reporter\x07example\0")
        dns.name_of("198.18.0.7", "late.reporter.example")
        dns.trouble["late.reporter.example"] = "servfail"
        for number in range(1, 9):
            with self.subTest(number):
                self.assertEqual(("https", ""), self.judged(number, f"198.18.0.{number}"))
        self.assertEqual(("https", ""), self.judged(9, "unix:"))

    def test_it_is_asked_for(self):
        self.dns.name_of("198.18.0.10", "out.reporter.example")
        self.dns.host("out.reporter.example", "198.18.0.10")
        self.ask("no")
        self.assertEqual(("https", ""), self.judged(1, "198.18.0.10"))
        self.ask("yes", "[reports]\ndkim = off\n")
        self.assertEqual(("https", ""), self.judged(2, "198.18.0.10"))
        self.assertEqual([], self.dns.asked)
        self.ask("yes", "[reports]\ndkim = require\n")
        self.assertEqual(("host", "out.reporter.example"), self.judged(3, "198.18.0.10"))
        # the same report again: the better word stands
        self.assertEqual(("host", "out.reporter.example"), self.judged(1, "198.18.0.10"))

    def test_what_is_no_report_asks_nothing(self):
        self.request(b"hello", media_type="x", address="198.18.0.10")
        self.request(b"", method="GET", address="198.18.0.10")
        self.assertEqual([], self.dns.asked)

    def test_where_dns_is_silent_the_report_is_stored(self):
        self.dns.trouble["*"] = "nothing"
        self.assertEqual(("https", ""), self.judged(1, "198.18.0.10"))


class Limits(Receiving):
    def test_an_address_has_so_many_a_day(self):
        self.configure("[receive]\nmax_reports_per_day_and_address = 3\n")
        got = [self.request(report(n)).status for n in range(3)]
        self.assertEqual([201, 201, 201], got)
        refused = self.request(report(3))
        self.assertEqual((429, "refused until tomorrow: rate-limited"), (refused.status, refused.text))
        self.assertLessEqual(int(refused.fields["Retry-After"]), 24 * 3600)
        self.assertEqual(201, self.request(report(3), address="192.0.2.2").status)
        self.assert_stored(4)

    def test_the_limit_holds_for_many_at_once(self):
        self.configure("[receive]\nmax_reports_per_day_and_address = 5\n")
        running = [subprocess.Popen([BINARY, "-c", self.conf, "receive"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    env=environment({"REQUEST_METHOD": "POST", "REMOTE_ADDR": "192.0.2.1"}))
                   for _ in range(12)]
        for n, p in enumerate(running):
            p.stdin.write(report(n))
            p.stdin.close()
        statuses = sorted(int(p.stdout.read().split()[1]) for p in running)
        for p in running:
            p.wait()
            p.stdout.close()
        self.assertEqual([201] * 5 + [429] * 7, statuses)
        self.assert_stored(5)

    def test_hostile_bodies_within_memory(self):
        bomb = gzip.compress(b"{\"report-id\":\"" + b"0" * (200 << 20))
        deep = b"{\"report-id\":" + b"[" * 1000000
        many = b"{\"report-id\":\"1\"," + b",".join(b"\"%d\":0" % i for i in range(1000000)) + b"}"
        bodies = {"decompressed-too-large": bomb, "json-too-deep": deep, "json-too-many-names": many,
                  "json-syntax": b"{\"report-id\":" + b"0" * (15 << 20),
                  "json-too-large": b"{\"report-id\":\"" + b"0" * (24 << 20)}
        for code, body in bodies.items():
            with self.subTest(code):
                got = self.request(body, measured=True)
                self.assertEqual((400, f"refused: {code}"), (got.status, got.text))
                if not SANITIZED:
                    self.assertLess(got.result.peak_kb, MEMORY, str(got.result.peak_kb))


class Refresh(Receiving):
    def setUp(self):
        super().setUp()
        os.mkdir(self.export)

    def rows(self):
        try:
            return len(self.table("reports"))
        except FileNotFoundError:
            return None

    def test_a_post_does_not_write_the_folder(self):
        self.configure(f"[export]\ndir = {self.export}\n")
        self.request(report())
        self.assertEqual([], os.listdir(self.export))

    def test_the_first_post_after_that_time_does(self):
        self.configure(f"[export]\ndir = {self.export}\n[receive]\nrefresh = 1h\n")
        self.request(report(1))
        wait_until("the folder", lambda: self.rows() == 1)
        self.request(report(2))
        self.assertEqual(1, self.rows())
        before = self.query("SELECT refreshed FROM totals")
        self.expect(OK, "-d", self.store, "prune", "--before", "2016-01-01")
        self.assertEqual(before, self.query("SELECT refreshed FROM totals"))

    def test_it_lets_go_of_the_web_server(self):
        """All that the request is given is closed, while the refresh waits for somebody who has the folder."""
        import fcntl
        self.configure(f"[export]\ndir = {self.export}\n[receive]\nrefresh = 1h\n")
        folder = os.open(self.export, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.assertEqual(201, self.request(report(1)).status)
        self.assertIsNone(self.rows())
        fcntl.flock(folder, fcntl.LOCK_UN)
        wait_until("the folder", lambda: self.rows() == 1)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_folder_of_another_user_is_left_alone(self):
        self.configure(f"[export]\ndir = {self.export}\n[receive]\nrefresh = 1h\n")
        nobody = pwd.getpwnam("nobody")
        for path in (self.dir, self.store):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        got = self.request(report(1), preexec=lambda: (os.setgid(nobody.pw_gid), os.setuid(nobody.pw_uid)))
        self.assertEqual(201, got.status)
        self.assertIn("belongs to another user", got.result.err)
        self.assertEqual([], os.listdir(self.export))
        self.assertEqual(201, self.request(report(2)).status)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Privileges(Receiving):
    """As tlsrua-receive(7) has it: a group for the store, and nothing else for the user of the web server."""
    POLLER, SERVER, GROUP = "daemon", "www-data", "games"

    def setUp(self):
        super().setUp()
        self.poller, self.server = pwd.getpwnam(self.POLLER), pwd.getpwnam(self.SERVER)
        self.group = pwd.getpwnam(self.GROUP).pw_gid
        folder = self.path("state")
        os.mkdir(folder)
        self.store = os.path.join(folder, "tlsrua.db")
        self.conf = self.write("receive.conf", f"[store]\npath = {self.store}\n")
        os.chown(folder, self.poller.pw_uid, self.poller.pw_gid)
        self.expect_silence("-d", self.store, "prune", "--before", "2016-01-01", preexec=self.as_poller())
        for command in (["chgrp", "-R", str(self.group), folder], ["chmod", "2770", folder],
                        ["chmod", "660", self.store]):
            subprocess.run(command, check=True)

    def become(self, user):
        def become():
            os.umask(0o022)
            os.setgroups([self.group])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        return become

    def as_poller(self):
        return self.become(self.poller)

    def post(self, number):
        return self.request(report(number), preexec=self.become(self.server)).status

    def test_both_users_write_the_store(self):
        secret = self.write("password", "secret\n", 0o600)
        os.chown(secret, self.poller.pw_uid, self.poller.pw_gid)
        for number in range(0, 6, 2):
            self.assertEqual(201, self.post(number))
            self.expect(OK, "-d", self.store, "import", self.write("r.json", report(number + 1)),
                        preexec=self.as_poller())
        self.assert_stored(6)
        self.expect(OK, "-d", self.store, "status", preexec=self.as_poller())

    def test_also_while_the_other_has_it_open(self):
        """The log, too, belongs to the group, whoever has made it."""
        for first, second in ((self.server, self.poller), (self.poller, self.server)):
            holder = subprocess.Popen(["sqlite3", self.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      preexec_fn=self.become(first), text=True)
            self.addCleanup(holder.wait)
            holder.stdin.write("SELECT count(*) FROM reports;\n")
            holder.stdin.flush()
            holder.stdout.readline()
            number = first.pw_uid
            for name in ("-wal", "-shm"):
                state = os.stat(self.store + name)
                self.assertEqual((first.pw_uid, self.group, 0o660), (state.st_uid, state.st_gid, state.st_mode & 0o777))
            self.assertEqual(201, self.request(report(number), preexec=self.become(second)).status)
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

    def test_a_user_outside_of_the_group_stores_nothing(self):
        nobody = pwd.getpwnam("nobody")
        got = self.request(report(), status=NOINPUT,
                           preexec=lambda: (os.setgroups([]), os.setgid(nobody.pw_gid), os.setuid(nobody.pw_uid)))
        self.assertEqual(503, got.status)


class Behind(Receiving):
    """What the three web servers have in common, by the files of etc/."""
    kind = None

    def setUp(self):
        super().setUp()
        if self.kind is None or not have(self.kind):
            self.skipTest(f"no {self.kind} here")
        self.web = WebServer(self.kind, f"[store]\npath = {self.store}\n")
        self.addCleanup(self.web.close)
        self.addCleanup(lambda: self.assertEqual([], self.web.crashes()))
        for name in (self.dir, self.store):
            os.chown(name, self.web.owner.pw_uid, self.web.owner.pw_gid)

    def curl(self, *args):
        """As senders do it: (status, what was said)."""
        done = subprocess.run(["curl", "--silent", "--ipv4", "--cacert", self.web.ca_file, "-w", "\n%{http_code}", *args,
                               self.web.url], capture_output=True, text=True, timeout=HANG, check=False)
        said, _, status = done.stdout.rpartition("\n")
        return int(status), said.strip()


def behind(kind):
    class Server(Behind):
        pass
    Server.kind = kind
    Server.__name__ = Server.__qualname__ = f"Behind{kind.capitalize()}"

    def test_as_senders_do_it(self):
        path = self.write("report.json.gz", gzip.compress(report()))
        large = self.write("large.json", report(2, padding="x" * (3 << 20)))
        self.assertEqual((201, "stored"), self.curl("--data-binary", "@" + path, "-H", f"Content-Type: {GZIP}"))
        self.assertEqual((200, "stored before"), self.curl("--data-binary", "@" + path))
        self.assertEqual((200, "stored before"), self.curl("-T", path, "-X", "POST"))
        self.assertEqual((200, "stored before"),
                         self.curl("--http1.1", "-T", path, "-X", "POST", "-H", "Transfer-Encoding: chunked"))
        self.assertEqual((201, "stored"), self.curl("--data-binary", "@" + large))  # waits for 100 Continue
        self.assert_stored(2)
        self.assertEqual([("https:127.0.0.1",)], self.query("SELECT DISTINCT source FROM csv_reports"))

    def test_what_is_no_report_posted(self):
        self.assertEqual((405, ""), self.curl())
        self.assertEqual(405, self.curl("--head")[0])
        self.assertEqual((415, "refused: http-media-type"), self.curl("--data-binary", "hello"))
        self.assertEqual((400, "refused: json-syntax"),
                         self.curl("--data-binary", "hello", "-H", f"Content-Type: {JSON}"))
        # lighttpd answers by itself, a newer one with 400
        self.assertIn(self.curl("-X", "POST")[0], (400, 411) if self.kind == "lighttpd" else (411,))
        for path in ("/", "/v1/tlsrpt/", "/v1/tlsrpt/x", "/v1/tlsrpt/../../etc/passwd", "/v1", "/v1/tlsrptx",
                     "/v1/tlsrpt%00", "/libexec/tlsrua/receive"):
            with self.subTest(path):
                status, _, content = self.web.request("POST", report(), path=path)
                self.assertIn(status, (400, 403, 404))
                self.assertNotIn(b"tlsrua receive", content)
        self.assert_stored(0)

    def test_a_query_is_no_argument(self):
        for query in ("?--help", "?-d+/tmp/x", "?a=b", "?" + "x" * 3000):
            self.assertIn(self.web.request("POST", report(), path="/v1/tlsrpt" + query)[0], (200, 201))
        self.assert_stored(1)

    def test_too_much(self):
        head = b"POST /v1/tlsrpt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for fields, statuses in ((b"Content-Length: 104857600\r\n", (413,)),
                                 (b"Content-Length: 99999999999999999999999\r\n", (400, 413)),
                                 (b"Content-Length: -1\r\n", (400,)), (b"Content-Length: x\r\n", (400,)),
                                 (b"Content-Length: 1\r\nContent-Length: 2\r\n", (400,)),
                                 (b"X: y\r\n" * 20000, (400, 431)), (b"X: " + b"y" * 1000000 + b"\r\n", (400, 431))):
            with self.subTest(fields[:40]):
                answer = self.web.raw(head + fields + b"\r\nx")
                status = re.match(rb"HTTP/1.[01] (\d+) ", answer)
                # a server may hang up in the middle of a flood
                self.assertTrue(status is None and len(fields) > 10000 or int(status[1]) in statuses, answer[:200])
        self.assertEqual([], self.query("SELECT * FROM messages"))
        self.assertIn(self.web.post(report())[0], (201,))

    for test in (test_as_senders_do_it, test_what_is_no_report_posted, test_a_query_is_no_argument, test_too_much):
        setattr(Server, test.__name__, test)
    return Server


class Checked(Behind):
    """check DOMAIN looks at a rua=https: and, with --post, sends a test report."""
    kind = "nginx"

    def setUp(self):
        super().setUp()
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)
        self.dns.host("reports.example", "127.0.0.1")
        self.publish("/v1/tlsrpt")

    def publish(self, path, port=None):
        self.dns.records.pop("_smtp._tls.alder.example", None)
        self.dns.txt("_smtp._tls.alder.example",
                     f"v=TLSRPTv1; rua=https://reports.example:{port or self.web.port}{path}")

    def point(self, *args, trusted=True):
        """The state and detail of the one point about the web server."""
        conf = self.write("check.conf", f"[dns]\nresolver = {self.dns.address}\ntrust_anchor = none\n"
                          "[check]\nprivate_addresses = yes\n" +
                          (f"ca_file = {self.web.ca_file}\n" if trusted else ""))
        result = self.run_it("-c", conf, "-d", self.path("none.db"), "check", "--json", "--no-smtp", *args,
                             "alder.example")
        points = [p for p in result.json["points"] if p["code"].startswith("rua-web")]
        self.assertEqual(1, len(points), str(result))
        return points[0]["code"], points[0]["state"]

    def assert_nothing_stored(self):
        for table in ("messages", "reports", "quarantine", "posts"):
            self.assertEqual([], self.query(f"SELECT * FROM {table}"))

    def test_a_get_is_enough_to_see_that_it_answers(self):
        self.assertEqual(("rua-web-answers", "ok"), self.point())
        self.publish("/elsewhere")
        self.assertEqual(("rua-web-status", "note"), self.point())
        self.assert_nothing_stored()

    def test_a_test_report_is_answered_and_thrown_away(self):
        self.assertEqual(("rua-web-taken", "ok"), self.point("--post"))
        self.assert_nothing_stored()
        self.publish("/elsewhere")
        self.assertEqual(("rua-web-refused", "failed"), self.point("--post"))

    def test_a_test_report_shows_that_nothing_can_be_stored(self):
        os.remove(self.store)
        self.assertEqual(("rua-web-answers", "ok"), self.point())
        self.assertEqual(("rua-web-refused", "failed"), self.point("--post"))

    def test_senders_would_not_trust_the_certificate(self):
        self.assertEqual(("rua-web-cert", "failed"), self.point(trusted=False))

    def test_nobody_is_there(self):
        self.publish("/v1/tlsrpt", self.web.other)
        self.assertEqual(("rua-web-fetch", "failed"), self.point("--post"))


BehindNginx, BehindApache2, BehindLighttpd = map(behind, SERVERS)
del Behind


if __name__ == "__main__":
    tap.main()
