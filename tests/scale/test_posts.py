#!/usr/bin/env python3
"""Many reports POSTed to nginx with fcgiwrap at once: nothing lost, nothing twice, also when CGI programs are killed, and
beside a poll and an import.

POSTS says how many POSTs there are in all, of a tenth as many reports; 8 clients send them.  The default is a sample.
"""
import base64
import collections
import datetime
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import OK, Scene, mailbox  # noqa: E402
from lib.webserver import WebServer, have  # noqa: E402

POSTS = int(os.environ.get("POSTS", "400"))
CLIENTS = 8
# all clients come from one address
OPEN = ((r"rate=5r/s", "rate=100000r/s"), (r"burst=20", "burst=100000 nodelay"),
        (r"limit_conn tlsrua_connections 10", "limit_conn tlsrua_connections 100"))
USER = "reports@example.org"


def report(number):
    return json.dumps({
        "organization-name": f"Reporter {number % 7}", "report-id": f"{number:06}",
        "date-range": {"start-datetime": f"2026-03-{1 + number % 28:02}T00:00:00Z",
                       "end-datetime": f"2026-03-{1 + number % 28:02}T23:59:59Z"},
        "contact-info": f"tls@reporter{number % 7}.example",
        "policies": [{"policy": {"policy-type": "sts", "policy-domain": f"d{number % 5}.example"},
                      "summary": {"total-successful-session-count": number, "total-failure-session-count": 1},
                      "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 1,
                                           "receiving-mx-hostname": f"mx.d{number % 5}.example"}]}]}).encode()


def mail(number):
    body = base64.encodebytes(report(number)).decode()
    return (f"From: tls@reporter{number % 7}.example\nSubject: Report Domain: d{number % 5}.example\n"
            f"Message-ID: <{number}@reporter.example>\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\n"
            f"Content-Type: application/tlsrpt+json\nContent-Transfer-Encoding: base64\n\n{body}\n--b--\n").encode()


class Client(threading.Thread):
    """Sends reports of a queue; its answers are (number, status), 0 where the connection broke."""

    def __init__(self, web, queue, answers):
        super().__init__()
        self.web, self.queue, self.answers = web, queue, answers

    def run(self):
        connection = self.web.connect()
        while True:
            try:
                number = self.queue.pop()
            except IndexError:
                break
            try:
                status = self.web.post(report(number), connection=connection)[0]
            except (OSError, http.client.HTTPException):
                status = 0
                connection.close()
                connection = self.web.connect()
            self.answers.append((number, status))
        connection.close()


class Killer(threading.Thread):
    """Kills CGI programs, whichever run, until it is stopped."""

    def __init__(self, web, rng):
        super().__init__()
        self.web, self.rng = web, rng
        self.stopping, self.killed = False, 0

    def run(self):
        while not self.stopping:
            time.sleep(self.rng.random() * 0.1)
            pids = self.web.pids()
            if pids:
                try:
                    os.kill(self.rng.choice(pids), signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    pass


@unittest.skipUnless(have("nginx"), "no nginx here")
class Posts(Scene):
    def setUp(self):
        super().setUp()
        self.expect_silence("-d", self.store, "prune", "--before", "2016-01-01")
        self.web = WebServer("nginx", f"[store]\npath = {self.store}\n[reports]\ndkim = record\n"
                             "[receive]\nmax_reports_per_day_and_address = 1000000\n", 8, OPEN)
        self.addCleanup(self.web.close)
        for name in (self.dir, self.store):
            os.chown(name, self.web.owner.pw_uid, self.web.owner.pw_gid)
        self.rng = random.Random(8460)

    def send(self, numbers):
        """All of them, in any order: how often each status came for each number."""
        queue, answers = list(numbers), []
        self.rng.shuffle(queue)
        clients = [Client(self.web, queue, answers) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        got = collections.defaultdict(collections.Counter)
        for number, status in answers:
            got[number][status] += 1
        return got

    def assert_stored(self, numbers):
        """These and no others, each once, with all figures right."""
        numbers = set(numbers)
        self.assertEqual(sorted(f"{n:06}" for n in numbers),
                         [r for r, in self.query("SELECT report_id FROM reports ORDER BY report_id")])
        self.assertEqual([(sum(numbers),)], self.query("SELECT total(successful_sessions) FROM csv_daily"))
        self.expect(OK, "-d", self.store, "status", "--verify")
        self.assertEqual([("ok",)], self.query("PRAGMA integrity_check"))

    def test_nothing_is_lost_and_nothing_twice(self):
        distinct = range(1, POSTS // 10 + 1)
        began = time.monotonic()
        got = self.send(n for n in distinct for _ in range(10))
        seconds = time.monotonic() - began
        self.assertEqual({n: {201: 1, 200: 9} for n in distinct}, got)
        self.assert_stored(distinct)
        self.assertEqual([(POSTS,)], self.query("SELECT total(posts) FROM posts"))
        self.assertEqual([(len(distinct),)], self.query("SELECT count(*) FROM messages"))
        print(f"# {POSTS} POSTs in {seconds:.1f} s")

    def test_what_was_answered_is_there_whoever_is_killed(self):
        distinct = range(1, POSTS // 10 + 1)
        killer = Killer(self.web, random.Random(1))
        killer.start()
        got = self.send(n for n in distinct for _ in range(10))
        killer.stopping = True
        killer.join()
        statuses = sum(got.values(), collections.Counter())
        self.assertGreater(killer.killed, 0)
        self.assertEqual(set(), set(statuses) - {200, 201, 0, 500, 502}, statuses)
        stored = {int(r) for r, in self.query("SELECT report_id FROM reports")}
        self.assertEqual(set(), {n for n in distinct if got[n][200] + got[n][201] > 0} - stored)
        # a sender of which nothing was stored has been told so, and tries again
        again = self.send(distinct)
        self.assertEqual(set(), set(sum(again.values(), collections.Counter())) - {200, 201})
        self.assert_stored(distinct)
        print(f"# {killer.killed} killed; answers {dict(statuses)}")

    def test_beside_a_poll_and_an_import(self):
        number = POSTS // 10
        posted, mailed, filed = (range(1 + i * number // 2, 1 + i * number // 2 + number) for i in range(3))
        for n in filed:
            self.write(f"files/{n}.json", report(n))
        with Dovecot({USER: []}) as server:
            when = datetime.datetime(2026, 3, 29, 6, tzinfo=datetime.timezone.utc)
            server.deliver(USER, [corpus.Mail(mail(n), when, "report") for n in mailed])
            conf = self.config(mailbox(server, USER), extra="[reports]\ndkim = record\n[dns]\nresolver = 127.0.0.1@9\n"
                               "timeout = 1s\n")
            results = []
            others = [threading.Thread(target=lambda a=a: results.append(self.run_it("-c", conf, *a)))
                      for a in (("poll",), ("import", self.path("files")))]
            for other in others:
                other.start()
            got = self.send(n for n in posted for _ in range(2))
            for other in others:
                other.join()
        for result in results:
            self.assertEqual(OK, result.status, str(result))
        statuses = sum(got.values(), collections.Counter())
        self.assertEqual(set(), set(statuses) - {200, 201}, statuses)
        self.assert_stored({*posted, *mailed, *filed})
        # POSTs do not write the folder, but whatever runs next does
        self.expect(OK, "-c", self.config(), "import", self.path("files"))
        self.assertEqual(len({*posted, *mailed, *filed}), len(self.table("reports")))


if __name__ == "__main__":
    tap.main()
