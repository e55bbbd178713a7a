#!/usr/bin/env python3
"""[notify] command: what is new, worse or cured is told once, whatever is killed; the examples of etc/notify."""
import http.server
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.made import YESTERDAY, Made, report  # noqa: E402
from lib.patience import HANG, wait_until  # noqa: E402
from lib.program import BINARY, CANTCREAT, CONFIG, OK, TOP, USAGE, environment  # noqa: E402

# Each run of it writes one file, whole or not at all.
TELL = """#!/bin/sh
set -eu
there={dir}
[ ! -e "$there/broken" ] || {{ echo "no way out" >&2; exit 9; }}
at=$(mktemp "$there/run.XXXXXX")
{{ env | grep ^TLSRUA_; echo; cat; }} >"$at"
{more}
mv "$at" "$there/told.${{at##*.}}"
"""


class Notified(Made):
    def setUp(self):
        super().setUp()
        self.command()
        self.conf = self.config(extra=f"[notify]\ncommand = {self.path('tell')}\n", export=False)

    def command(self, more=":"):
        self.write("tell", TELL.format(dir=self.dir, more=more), 0o755)

    def notify(self, status=OK, **options):
        return self.expect(status, "-c", self.conf, "notify", **options)

    def told(self):
        """The variables and the text of each run of the command, in any order; they are told once."""
        runs = []
        for name in sorted(n for n in os.listdir(self.dir) if n.startswith("told.")):
            variables, text = self.read(name).decode().split("\n\n", 1)
            runs.append((dict(line[len("TLSRUA_"):].split("=", 1) for line in variables.splitlines()), text))
            os.unlink(self.path(name))
        return runs

    def changes(self):
        return sorted((v["CHANGE"], v.get("DOMAIN", "")) for v, _ in self.told())

    def causes(self, number, last=YESTERDAY, failed=20):
        """So many domains with an MX host each, which fails."""
        for i in range(number):
            self.add(report(last, domain=f"d{i:02}.example", mx=f"mx.d{i:02}.example", failed=failed))


class Told(Notified):
    def test_new_worse_and_cured_once_each(self):
        start = YESTERDAY - timedelta(days=25)
        self.days(1, last=start, failed=20)
        self.assertEqual(b"", self.notify().raw_err)
        (variables, text), = self.told()
        self.assertEqual({"CHANGE": "new", "DOMAIN": "a.example", "DOMAINS": "a.example", "MX": "mx1.a.example",
                          "RESULT_TYPE": "certificate-expired", "SIDE": "ours", "VERDICT": "fix", "STATE": "new",
                          "FAILED_SESSIONS": "20", "FAILED_LAST_7_DAYS": "20", "FIRST_DAY": str(start),
                          "LAST_DAY": str(start), "ORGANIZATIONS": "Sender",
                          "SUBJECT": "new: mx1.a.example: certificate expired",
                          "ID": f"{variables['PROBLEM']}-new-{start}-20"},
                         {k: v for k, v in variables.items() if k not in ("HOST", "PROBLEM")})
        self.assertRegex(re.sub(r"\s+", " ", text), r"\Anew: #\d+ mx1\.a\.example: certificate expired, new since .*"
                         r"20 failed sessions.*tlsrua explain \d+ says more")
        self.notify()
        self.assertEqual([], self.told())
        self.days(1, last=start + timedelta(days=1), failed=20)
        self.notify()
        self.notify()
        self.assertEqual([("worse", "a.example")], self.changes())
        self.days(15, last=start + timedelta(days=16))
        self.notify()
        self.notify()
        self.assertEqual([("cured", "a.example")], self.changes())

    def test_summary_changes_keeps_an_account_of_its_own(self):
        self.days(1, failed=20)
        self.notify()
        self.assertIn("New", self.expect(OK, "-c", self.conf, "summary", "--changes").out)
        self.notify()
        self.assertEqual(1, len(self.told()))
        self.assertEqual("", self.expect(OK, "-c", self.conf, "summary", "--changes").out)

    def test_a_muted_one_is_not_told_until_the_mute_ends(self):
        self.days(1, failed=20)
        number = self.query("SELECT id FROM problems")[0][0]
        self.expect(OK, "-c", self.conf, "mute", number, "--until", "2999-01-01", "--note", "known")
        self.notify()
        self.assertEqual([], self.told())
        self.expect(OK, "-c", self.conf, "mute", "--end", number)
        self.notify()
        self.assertEqual([("new", "a.example")], self.changes())

    def test_one_cause_of_many_domains_is_told_once(self):
        for i in range(25):
            self.add(report(YESTERDAY, domain=f"d{i:02}.example", mx="mx.host.example", failed=20 + i))
        self.notify()
        (variables, text), = self.told()
        self.assertEqual("d24.example", variables["DOMAIN"])
        self.assertEqual([f"d{i:02}.example" for i in range(24, 4, -1)] + ["and", "5", "more"],
                         variables["DOMAINS"].split())
        self.assertIn("The same for mail to: d24.example, d23.example,", text)

    def test_more_than_twenty_causes_end_in_a_number(self):
        self.causes(26)
        self.notify()
        runs = self.told()
        self.assertEqual(21, len(runs))
        rest, = (v for v, _ in runs if v["CHANGE"] == "more")
        self.assertEqual("6 more problems changed: 6 new, 0 worse, 0 cured", rest["SUBJECT"])
        self.notify()
        self.assertEqual([], self.told())

    def test_a_poll_tells(self):
        """Also one that reaches no server."""
        self.days(1, failed=20)
        box = {"name": "x", "host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "p"}
        self.conf = self.config(box, extra=f"[notify]\ncommand = {self.path('tell')}\n", export=False)
        self.run_it("-c", self.conf, "poll", "-n")
        self.assertEqual([], self.told())
        self.run_it("-c", self.conf, "poll")
        self.assertEqual([("new", "a.example")], self.changes())

    def test_another_store_is_nobody_elses_business(self):
        self.days(1, failed=20)
        other = self.path("other.db")
        shutil.copy(self.store, other)
        box = {"name": "x", "host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "p"}
        conf = self.config(box, extra=f"[notify]\ncommand = {self.path('tell')}\n", export=False)
        self.run_it("-c", conf, "-d", other, "poll")
        self.assertEqual([], self.told())

    def test_what_a_stranger_names_is_cleaned(self):
        self.add(report(YESTERDAY, failed=20, organization="M\u00fcller\x1b[31m\nTLSRUA_CHANGE=cured",
                        result="odd\u202e\x07"))
        self.notify(env={"TLSRUA_STRANGE": "1", "TLSRUA_CHANGE": "x", "LC_ALL": "C"})
        (variables, text), = self.told()
        self.assertEqual("new", variables["CHANGE"])
        self.assertNotIn("STRANGE", variables)
        self.assertTrue(variables["SUBJECT"].isascii() and variables["SUBJECT"].isprintable())
        self.assertRegex(variables["ORGANIZATIONS"], r"\AMuller\?\[31m\?TLSRUA_CHANGE=cured\Z")
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\u202e]")


class Fails(Notified):
    def test_what_the_command_does_not_take_is_told_by_the_next_run(self):
        self.causes(3)
        self.write("broken", "")
        result = self.notify(CANTCREAT)
        self.assertEqual(1, len(result.lines), str(result))
        self.assertRegex(result.err, r"\[notify\] command: exit code 9: no way out; 3 of 3 not told: the next run tries "
                         r"again; to try it: tlsrua notify --test")
        os.unlink(self.path("broken"))
        self.notify()
        self.assertEqual([("new", f"d{i:02}.example") for i in range(3)], self.changes())

    def test_one_that_is_refused_does_not_hold_up_the_others(self):
        self.causes(3)
        self.command('! grep -q "^TLSRUA_DOMAIN=d01" "$at" || { rm "$at"; exit 3; }')
        self.assertIn("1 of 3 not told", self.notify(CANTCREAT).err)
        self.assertEqual([("new", "d00.example"), ("new", "d02.example")], self.changes())
        self.command()
        self.notify()
        self.assertEqual([("new", "d01.example")], self.changes())

    def test_one_that_cannot_be_run(self):
        os.unlink(self.path("tell"))
        self.causes(2)
        self.assertRegex(self.notify(CONFIG).err, r"\[notify\] command: cannot run \S+/tell: No such file.*2 of 2 not")
        self.assertRegex(self.expect(CONFIG, "-c", self.conf, "notify", "--test").err, r"cannot run \S+/tell")

    def test_without_a_command_it_says_where_to_set_one(self):
        conf = self.config(export=False)
        for options in ([], ["--test"]):
            self.expect_line(CONFIG, r"tlsrua\.conf: \[notify\] command: is not set", "-c", conf, "notify", *options)
        self.expect(USAGE, "-c", conf, "notify", "x")

    def test_a_test_is_told_and_forgotten(self):
        self.expect(OK, "-c", self.conf, "notify", "--test")
        (variables, text), = self.told()
        self.assertEqual(("test", "example.com"), (variables["CHANGE"], variables["DOMAIN"]))
        self.assertIn("This is a test", text)
        self.assertFalse(os.path.exists(self.store))


class Killed(Notified):
    CAUSES, TRIES = 3, 15

    def start(self):
        return subprocess.Popen([BINARY, "-c", self.conf, "notify"], env=environment(), cwd=self.dir,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def begun(self):
        return [n for n in os.listdir(self.dir) if n.startswith("run.")]

    def test_killed_while_the_command_runs(self):
        self.causes(2)
        self.command(f"while [ ! -e {self.path('go')} ]; do sleep 0.05; done")
        run = self.start()
        wait_until("the command begins", self.begun, run)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        self.write("go", "")
        self.notify()
        self.assertEqual([("new", "d00.example"), ("new", "d01.example")], self.changes())

    def test_asked_to_stop_it_ends_behind_the_command_that_runs(self):
        self.causes(3)
        self.command(f"while [ ! -e {self.path('go')} ]; do sleep 0.05; done")
        run = self.start()
        wait_until("the command begins", self.begun, run)
        run.terminate()
        self.write("go", "")
        self.assertEqual(75, run.wait(timeout=HANG))
        self.notify()
        self.assertEqual([("new", f"d{i:02}.example") for i in range(3)], self.changes())

    def test_killed_at_random_times(self):
        """Each cause of each day exactly once."""
        dice = random.Random(5)
        self.command("sleep 0.02")
        cut = 0
        for n in range(self.TRIES):
            for i in range(self.CAUSES):
                self.add(report(YESTERDAY, domain=f"n{n}-{i}.example", mx=f"mx.n{n}-{i}.example", failed=20))
            run = self.start()
            time.sleep(dice.uniform(0, 0.3))
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
                cut += 1
            run.wait()
            self.notify()
            self.assertEqual(sorted(("new", f"n{n}-{i}.example") for i in range(self.CAUSES)), self.changes())
        print(f"# {cut} of {self.TRIES} runs were cut")
        self.assertGreater(cut, self.TRIES // 4)


class Hook(http.server.ThreadingHTTPServer):
    """Takes messages."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), HookHandler)
        self.got, self.status = [], 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class HookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


class Examples(Notified):
    """The commands of etc/notify, run by the program."""

    def use(self, name, argument):
        path = os.path.join(TOP, "etc", "notify", name)
        self.conf = self.config(extra=f"[notify]\ncommand = {path} {argument}\n", export=False)
        self.add(report(YESTERDAY, failed=20, organization='A & "B" <!channel>'))

    def hook(self, name):
        server = Hook()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.use(name, self.write("address", server.url + "\n", 0o600))
        server.status = 500
        self.assertRegex(self.notify(CANTCREAT).err, r"exit code 22: curl: .*500")
        server.status, server.got = 200, []
        self.notify()
        self.notify()
        (headers, body), = server.got
        return headers, body

    def test_sendmail(self):
        self.use("sendmail", "boss@example.com")
        self.write("sendmail", f"#!/bin/sh\n[ $# = 1 ] && [ $1 = -t ] && cat >{self.path('mail')}\n", 0o755)
        self.notify(env={"SENDMAIL": self.path("sendmail")})
        head, body = self.read("mail").decode().split("\n\n", 1)
        self.assertRegex(head, r"\ATo: boss@example\.com\nSubject: TLS reports: new: mx1\.a\.example: certificate expired\n"
                         r"Message-ID: <tlsrua\.\d+-new-[0-9-]+@\S+>\n")
        self.assertIn('A & "B" <!channel>', re.sub(r"\s+", " ", body))

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_ntfy(self):
        headers, body = self.hook("ntfy")
        self.assertEqual(("new: mx1.a.example: certificate expired", "warning"), (headers["Title"], headers["Tags"]))
        self.assertIn("20 failed sessions", body)

    @unittest.skipUnless(shutil.which("curl") and shutil.which("jq"), "needs curl and jq")
    def test_slack(self):
        headers, body = self.hook("slack")
        self.assertEqual("application/json", headers["Content-Type"])
        text = re.sub(r"\s+", " ", json.loads(body)["text"])
        self.assertIn('A &amp; "B" &lt;!channel&gt;', text)

    @unittest.skipUnless(shutil.which("curl") and shutil.which("jq"), "needs curl and jq")
    def test_teams(self):
        _, body = self.hook("teams")
        card = json.loads(body)["attachments"][0]["content"]
        self.assertEqual("AdaptiveCard", card["type"])
        subject, text = (b["inlines"][0]["text"] for b in card["body"])
        self.assertEqual("new: mx1.a.example: certificate expired", subject)
        self.assertIn("20 failed sessions", text)


if __name__ == "__main__":
    tap.main()
