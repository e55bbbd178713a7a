#!/usr/bin/env python3
"""poll --syslog: a line a mailbox and one a new problem, each with structured data that the grammar of RFC 5424 takes."""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import unittest
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.made import YESTERDAY, report  # noqa: E402
from lib.patience import HANG  # noqa: E402
from lib.program import BINARY, NOPERM, OK, Result, Scene, environment, mailbox  # noqa: E402

USER = "reports@example.org"
ELEMENT = re.compile(r'\[([!-<>-\\^-~]{1,32})((?: [!-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\]')
PARAM = re.compile(r' ([^=]+)="((?:[^"\\\]]|\\["\\\]])*)"')
CAN_MOUNT = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
# a /dev of its own, whose log leads to the socket of the test
SCRIPT = """set -e
mount -t tmpfs tmpfs "$1"
cp -a /dev/null /dev/zero /dev/random /dev/urandom "$1"
ln -s /proc/self/fd "$1/fd"
[ -z "$2" ] || ln -s "$2" "$1/log"
mount --bind "$1" /dev
shift 2
exec "$@"
"""


def mail(number, document):
    return corpus.Mail(b"From: tls@sender.example\nMessage-ID: <%d@sender.example>\nMIME-Version: 1.0\n"
                       b"Content-Type: application/tlsrpt+json\n\n%s\n" % (number, json.dumps(document).encode()),
                       datetime.now(timezone.utc), "report")


@unittest.skipUnless(CAN_MOUNT, "this user may not make a mount namespace")
class Syslog(Scene):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(self.path("log"))
        os.mkdir(self.path("dev"))

    def poll(self, conf, *args, status=OK, daemon=True):
        command = ["unshare", "-m", "sh", "-c", SCRIPT, "sh", self.path("dev"), self.path("log") if daemon else "",
                   BINARY, "-c", conf, "poll", *args]
        came = []
        reader = threading.Thread(target=self.read, args=(came,))  # the queue of such a socket is short
        reader.start()
        try:
            done = subprocess.run(command, capture_output=True, env=environment(), timeout=HANG, check=False)
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"end", self.path("log"))
            reader.join()
        result = Result(command, done.returncode, done.stdout, done.stderr)
        self.refuse_crashes(result)
        self.assertEqual(status, result.status, str(result))
        return self.lines(came)

    def read(self, came):
        while (data := self.socket.recv(1 << 16)) != b"end":
            came.append(data)

    def lines(self, came):
        """[(priority, element, {parameter: value}, text)] of what came."""
        found = []
        for data in came:
            head = re.match(rb"<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d tlsrua\[\d+\]: ", data)
            self.assertTrue(head, data)
            text = data[head.end():].decode()  # UTF-8
            self.assertTrue(text.isprintable(), text)
            element = ELEMENT.match(text)
            self.assertTrue(element, text)
            values = {k: re.sub(r'\\(["\\\]])', r"\1", v) for k, v in PARAM.findall(element[2])}
            found.append((int(head[1]), element[1], values, text[element.end() + 1:]))
        return found


class Lines(Syslog):
    def test_a_line_a_mailbox_and_one_a_new_problem(self):
        mails = [mail(1, report(YESTERDAY, failed=7)), mail(2, report(YESTERDAY, domain="b.example"))]
        with Dovecot({USER: mails}) as server:
            conf = self.config(mailbox(server, USER), mailbox(server, USER, name="broken", password="secret-word"))
            lines = self.poll(conf, "--syslog", status=NOPERM)
            again = self.poll(self.config(mailbox(server, USER), extra="[log]\nsyslog = yes\n"))
            silent = self.poll(self.config(mailbox(server, USER)))
        good = next(x for x in lines if x[2].get("name") == "reports")
        self.assertEqual((8 * 3 + 6, "mailbox@32473"), good[:2])
        self.assertEqual({"name": "reports", "status": "0", "messages": "2", "imported": "2", "rejected": "0",
                          "error": ""}, {k: v for k, v in good[2].items() if k != "seconds"})
        self.assertRegex(good[2]["seconds"], r"^\d+\.\d{3}$")
        self.assertRegex(good[3], r"^mailbox reports: 2 mails looked at in [\d.]+ s, 2 reports imported, 0 rejected$")
        bad = next(x for x in lines if x[2].get("name") == "broken")
        self.assertEqual((8 * 3 + 4, "77"), (bad[0], bad[2]["status"]))
        self.assertTrue(bad[3].endswith("ended with 77: " + bad[2]["error"]), bad)
        self.assertNotIn("secret-word", str(lines))
        problem = next(x for x in lines if x[1] == "problem@32473")
        self.assertEqual({"number": "1", "domain": "a.example", "mx": "mx1.a.example", "side": "ours",
                          "result_type": "certificate-expired", "failed_sessions": "7"}, problem[2])
        self.assertEqual(3, len(lines))
        self.assertEqual(["mailbox@32473"], [x[1] for x in again])
        self.assertEqual([], silent)

    def test_names_that_would_end_a_value_or_a_line(self):
        hostile = report(YESTERDAY, failed=3, result='x"] [evil@1 a="b\\', mx="mx\u0001\n<13>\u202e\u00fc]\"")
        with Dovecot({USER: [mail(1, hostile)]}) as server:
            lines = self.poll(self.config(mailbox(server, USER)), "--syslog")
        self.assertEqual(["mailbox@32473", "problem@32473"], [x[1] for x in lines])
        stored = self.query("SELECT result_type, receiving_mx_hostname FROM problems")[0]
        self.assertEqual(stored[0], lines[1][2]["result_type"])
        self.assertIn('"]', lines[1][2]["result_type"])
        self.assertNotIn("evil@1", lines[1][1])

    def test_many_problems_are_told_as_twenty_and_a_number(self):
        mails = [mail(i, report(YESTERDAY, domain=f"d{i}.example", failed=100 + i, mx=f"mx.d{i}.example"))
                 for i in range(30)]
        with Dovecot({USER: mails}) as server:
            lines = self.poll(self.config(mailbox(server, USER)), "--syslog")
        self.assertEqual(20, len([x for x in lines if x[1] == "problem@32473"]))
        self.assertEqual({"count": "10"}, lines[-1][2])
        self.assertEqual("129", lines[1][2]["failed_sessions"])

    def test_without_a_daemon_the_poll_goes_on(self):
        with Dovecot({USER: [mail(1, report(YESTERDAY, failed=7))]}) as server:
            self.assertEqual([], self.poll(self.config(mailbox(server, USER)), "--syslog", daemon=False))
            self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports"))

    def test_a_dry_run_tells_nothing(self):
        with Dovecot({USER: [mail(1, report(YESTERDAY, failed=7))]}) as server:
            self.assertEqual([], self.poll(self.config(mailbox(server, USER)), "--syslog", "-n"))


if __name__ == "__main__":
    tap.main()
