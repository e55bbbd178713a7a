#!/usr/bin/env python3
"""What becomes of mails on the server once their reports are stored: seen, flag, move, delete; against Dovecot."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.folders import contents, flags  # noqa: E402
from lib.patience import HANG, allowed, catches, wait_until  # noqa: E402
from lib.program import BINARY, CHECK, CONFIG, NOPERM, OK, TEMPFAIL, USAGE, environment, mailbox  # noqa: E402
from lib.served import Acting, Actions  # noqa: E402

PLAIN_CAPABILITIES = "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE NAMESPACE LIST-EXTENDED SPECIAL-USE"


class Modest(Dovecot):
    """A server that can do less, with dots between the levels and all folders below INBOX."""
    capabilities = PLAIN_CAPABILITIES + " UIDPLUS"

    def _write_conf(self):
        super()._write_conf()
        with open(self.conf) as f:
            text = f.read()
        text = text.replace("separator = /", "separator = .\n  prefix = INBOX.")
        with open(self.conf, "w") as f:
            f.write(text + f"imap_capability = {self.capabilities}\n")


class Poor(Modest):
    capabilities = PLAIN_CAPABILITIES


class OnDovecot(Actions, Acting):
    def test_a_dry_run_does_nothing(self):
        user = self.user()
        before = contents(self.server, user)
        self.poll(user, "-n", after_import="delete", after_reject="delete")
        self.assertEqual(before, contents(self.server, user))
        self.assertFalse(os.path.exists(self.store))

    def test_a_dry_run_says_what_would_become_of_the_mails(self):
        user = self.user()
        self.poll(user)
        good, bad, _ = self.verdicts()
        os.unlink(self.store)
        for after, words in (("delete", "deleted"), ("move:Done", "moved to Done"), ("seen", "marked as seen")):
            result = self.poll(user, "-n", after_import=after, after_reject="flag")
            self.assertEqual({f"tlsrua: reports: INBOX: {len(bad)} mails would be flagged",
                              f"tlsrua: reports: INBOX: {len(good)} mails would be {words}"},
                             {line for line in result.lines if "would be" in line})

    def test_after_import_for_what_was_imported_before(self):
        user = self.user()
        self.poll(user)
        good, _, _ = self.verdicts()
        before = self.uids(user)
        self.assertEqual([], self.poll(user, after_import="delete").lines)
        self.assertEqual(before, self.uids(user))
        result = self.poll(user, "-n", "--again-actions", "reports", after_import="delete")
        self.assertEqual([f"tlsrua: reports: INBOX: {len(good)} mails would be deleted"], result.lines)
        self.assertEqual(before, self.uids(user))
        self.poll(user, "--again-actions", "reports", after_import="move:Done")
        self.assertEqual(before - good, self.uids(user))
        self.assertEqual(len(good), len(self.uids(user, "Done")))
        self.poll(user, "--again-actions", "reports", after_import="move:Done")
        self.assertEqual(len(good), len(self.uids(user, "Done")))
        self.poll(user, "--again-actions", status=USAGE)

    def rejected(self):
        return {r[0] for r in self.query("SELECT uid FROM messages WHERE verdict = 'rejected'")}

    def test_what_is_not_kept_in_full_is_left_alone(self):
        good = self.good(3)
        bad = [m for m in self.corpus.mails if m.kind == "broken"]
        big = corpus.Mail(good[1].raw + (b"y" * 78 + b"\n") * 4000, good[1].when, "big")
        user = self.user([good[0], big])
        self.poll(user, after_import="delete", after_reject="delete", extra="[limits]\nmessage = 100K\n")
        self.assertEqual(self.rejected(), self.uids(user))
        self.assertEqual(1, len(self.uids(user)))
        os.unlink(self.store)
        user = self.user([good[2]] + bad[:4])
        self.poll(user, after_import="delete", after_reject="delete", extra="[limits]\nquarantine = 0\n")
        self.assertEqual(self.rejected(), self.uids(user))
        self.assertEqual(4, len(self.uids(user)))

    def test_a_copy_of_a_conflict_is_treated_as_one(self):
        user = self.user()
        self.poll(user, after_import="keep")
        _, bad, none = self.verdicts()
        self.server.new_uidvalidity(user)
        self.poll(user, after_import="delete", after_reject="keep")
        self.assertEqual(len(bad | none), len(self.uids(user)))

    def test_a_refused_action_is_said_and_tried_again_by_the_next_run(self):
        good = self.good(3)
        user = self.user(good)
        path = self.server.maildir(user)
        blocker = os.path.join(path, ".Blocked")
        with open(blocker, "w") as f:
            f.write("no folder")
        result = self.poll(user, status=TEMPFAIL, after_import="move:Blocked")
        self.assertEqual(1, len(result.lines), str(result))
        self.assertEqual(3, self.query("SELECT count(*) FROM actions")[0][0])
        os.unlink(blocker)
        self.poll(user, after_import="move:Blocked")
        self.assertEqual(3, len(self.uids(user, "Blocked")))
        self.assertEqual([], self.query("SELECT * FROM actions"))

    def test_an_action_that_is_no_longer_wanted_is_dropped(self):
        good = self.good(3)
        user = self.user(good)
        with open(os.path.join(self.server.maildir(user), ".Blocked"), "w") as f:
            f.write("no folder")
        self.poll(user, status=TEMPFAIL, after_import="move:Blocked")
        self.poll(user, after_import="keep")
        self.assertEqual([], self.query("SELECT * FROM actions"))
        self.assertEqual(3, len(self.uids(user)))

    def test_moving_into_a_polled_folder_is_refused(self):
        for action in ("move:inbox", "move:Done"):
            self.poll(self.user([]), status=CONFIG, folders="INBOX Done", after_import=action)

    def test_many_scattered_uids(self):
        good = self.good(None)
        latest = max(m.when for m in good)
        other = next(m for m in self.corpus.mails if m.kind == "other")
        mails = [corpus.Mail(m.raw, latest + timedelta(seconds=i), m.kind)
                 for i, m in enumerate(m for i in range(400) for m in (good[i % len(good)], other))]
        user = self.user(mails)
        self.poll(user, after_import="move:Done")
        self.assertEqual(400, len(self.uids(user)))
        self.assertEqual(400, len(self.uids(user, "Done")))


class WithoutMove(Acting):
    kind = Modest

    def test_mails_are_copied_and_the_originals_expunged(self):
        user = self.user()
        before = contents(self.server, user)
        self.poll(user, after_import="move:TLS/Done", after_reject="move:INBOX.Bad")
        good, bad, none = self.verdicts()
        self.assertEqual(none, self.uids(user))
        self.assertEqual(len(good), len(self.uids(user, "INBOX.TLS.Done")))
        self.assertEqual(len(bad), len(self.uids(user, "INBOX.Bad")))
        self.assertEqual(sorted(sum(before.values(), [])), sorted(sum(contents(self.server, user).values(), [])))


class WithoutUidplus(Acting):
    kind = Poor

    def test_nothing_is_expunged_and_that_is_said_once(self):
        user = self.user()
        result = self.poll(user, after_import="delete")
        good, bad, none = self.verdicts()
        got = flags(self.server, user)
        self.assertEqual(good | bad | none, set(got))
        self.assertEqual(good, {u for u, f in got.items() if "\\Deleted" in f})
        self.assertEqual(1, len([line for line in result.lines if "UIDPLUS" in line]), str(result))
        self.server.deliver(user, self.good(2))
        self.assertEqual("", self.poll(user, after_import="delete").err)


class SideBySide(Acting):
    def several(self, n, **options):
        users = [self.user(self.corpus.mails) for _ in range(n)]
        boxes = [mailbox(self.server, u, name=f"m{i}", **options) for i, u in enumerate(users)]
        return users, boxes

    def test_several_mailboxes_count_as_one_after_the_other(self):
        users, boxes = self.several(6, after_import="delete")
        result = self.expect(OK, "-c", self.config(*boxes), "-v", "poll", "--json")
        counts = self.corpus.counts
        self.assert_counts(result, messages=6 * counts["messages"], imported=counts["imported"])
        self.assertEqual(6, len([line for line in result.lines if "new mails" in line]), str(result))
        table = self.read("csv", "daily.csv")
        self.expect(OK, "-c", self.config(*boxes, extra="[poll]\nparallel = 1\n"), "poll", "--json")
        self.assertEqual(table, self.read("csv", "daily.csv"))
        os.unlink(self.store)
        users, boxes = self.several(1)
        self.expect(OK, "-c", self.config(*boxes), "poll")
        self.assertEqual(table, self.read("csv", "daily.csv"))

    def test_a_broken_mailbox_holds_up_no_other(self):
        users, boxes = self.several(3)
        boxes[1]["password"] = "wrong"
        result = self.run_it("-c", self.config(*boxes), "poll", "--json")
        self.assertEqual(NOPERM, result.status, str(result))
        self.assertEqual(2 * self.corpus.counts["messages"], result.json["messages"])
        self.assertEqual([("m0", 0, ""), ("m1", NOPERM), ("m2", 0, "")],
                         [(m["mailbox"], m["status"], m["error"])[:2 if m["status"] else 3]
                          for m in result.json["mailboxes"]])
        self.assertIn("login", result.json["mailboxes"][1]["error"])
        again = self.run_it("-c", self.config(*boxes, extra="[poll]\nparallel = 1\n"), "poll", "--json", "m0", "m2")
        self.assertEqual([("m0", 0), ("m2", 0)], [(m["mailbox"], m["status"]) for m in again.json["mailboxes"]])
        self.assertEqual([("m0", 0), ("m1", NOPERM), ("m2", 0)],
                         self.query("SELECT name, status FROM mailboxes ORDER BY name"))

    def test_a_killed_child_is_70_and_holds_up_no_other(self):
        _, boxes = self.several(2)
        boxes.append(dict(boxes[0], name="m2", port=stalled(self)))
        process = subprocess.Popen([BINARY, "-c", self.config(*boxes), "poll", "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        child = wait_for_children(process.pid, 1)
        os.kill(child[0], signal.SIGKILL)
        out, err = process.communicate(timeout=HANG)
        self.assertEqual(70, process.returncode, err)
        self.assertIn(f'"messages":{2 * self.corpus.counts["messages"]},'.encode(), out)
        self.assertIn(b"m2: its process was ended by signal 9", err)
        self.assertEqual(("m2", 70), tuple(json.loads(out)["mailboxes"][2][k] for k in ("mailbox", "status")))


class Status(Acting):
    def test_what_is_no_longer_configured_is_left_out(self):
        boxes = [mailbox(self.server, self.user(), name=f"m{i}") for i in range(2)]
        self.expect(OK, "-c", self.config(*boxes), "poll")
        self.assertIn("m1: INBOX", self.expect(OK, "-c", self.config(*boxes), "status").out)
        conf = self.config(boxes[0])
        out = self.expect(OK, "-c", conf, "status").out
        self.assertIn("m0: INBOX", out)
        self.assertNotIn("m1", out)
        names = [m["mailbox"] for m in self.expect(OK, "-c", conf, "status", "--json").json["mailboxes"]]
        self.assertEqual(["m0"], names)
        self.assertNotIn("m0: INBOX", self.expect(OK, "-c", self.config(dict(boxes[0], folders="Other")),
                                                  "status").out)
        self.assertIn("m1: INBOX", self.expect(OK, "-d", self.store, "status").out)


class Overdue(Acting):
    """status --check"""

    def set(self, sql):
        db = sqlite3.connect(self.store)
        with db:
            db.execute(sql)
        db.close()

    def test_it_names_what_is_overdue(self):
        config = self.config(mailbox(self.server, self.user(), grace="2h"))
        self.expect(OK, "-c", config, "poll", "-q")
        self.set("UPDATE reports SET date = '2100-01-01', end = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-71 hours') "
                 "WHERE id = 1")
        self.set("UPDATE mailboxes SET last_good = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-119 minutes')")
        self.assertEqual("", self.expect_silence("-c", config, "status", "--check").out)
        self.set("UPDATE mailboxes SET last_good = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-121 minutes')")
        self.expect_line(CHECK, "^tlsrua: reports: INBOX: was polled well last at 2", "-c", config, "status", "--check")
        self.set("UPDATE mailboxes SET last_good = '2099-01-01T00:00:00Z'")
        self.expect_line(CHECK, "INBOX: .*2099.*in the future", "-c", config, "status", "--check")
        self.set("UPDATE mailboxes SET last_good = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")
        self.set("UPDATE reports SET end = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-73 hours') WHERE id = 1")
        self.expect_line(CHECK, "^tlsrua: the newest report ends at 2.*for 3 days$", "-c", config, "status", "--check")
        # a stranger's report that ends a month from now came when it began
        self.set("UPDATE reports SET start = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-73 hours'), "
                 "end = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+27 days') WHERE id = 1")
        self.expect_line(CHECK, "^tlsrua: the newest report ends at 2.*for 3 days$", "-c", config, "status", "--check")

    def test_a_mailbox_that_was_never_polled(self):
        config = self.config(mailbox(self.server, self.user([])))
        self.expect(OK, "-c", config, "poll", "-q")
        config = self.config(mailbox(self.server, self.user([]), folders="INBOX Other"))
        result = self.expect(CHECK, "-c", config, "status", "--check")
        self.assertEqual(2, len(result.lines), str(result))
        self.assertIn("reports: Other: was never polled well", result.err)
        self.assertIn("no report is stored yet", result.err)


class Stopping(Acting):
    def stop(self, boxes, sig, delay):
        process = subprocess.Popen([BINARY, "-c", self.config(*boxes), "poll", "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment())
        wait_until("it listens to signals", lambda: catches(process, sig), process)
        time.sleep(delay)
        process.send_signal(sig)
        began = time.monotonic()
        _, err = process.communicate(timeout=HANG)
        self.assertLess(time.monotonic() - began, allowed(2), err)
        self.assertEqual(TEMPFAIL, process.returncode, err)
        self.assertRegex(err, rb"^tlsrua: poll: stopped: .*\n$")

    def test_it_ends_while_a_server_keeps_silent(self):
        port = stalled(self)
        box = dict(mailbox(self.server, self.user([]), timeout="30m"), port=port)
        self.stop([box], signal.SIGTERM, 0.5)
        self.stop([box], signal.SIGINT, 0.5)
        self.stop([dict(box, name="a"), dict(box, name="b")], signal.SIGTERM, 0.5)

    def test_it_ends_while_it_waits_to_try_again(self):
        box = dict(mailbox(self.server, self.user([]), retries=5), port=1)
        self.stop([box], signal.SIGTERM, 0.5)


def stalled(test):
    """The port of a server that says nothing."""
    import socket
    listener = socket.create_server(("127.0.0.1", 0))
    test.addCleanup(listener.close)
    return listener.getsockname()[1]


def wait_for_children(pid, number):
    """The processes below it, once there are just so many, for a while."""
    calm = 0
    while True:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            children = [int(p) for p in f.read().split()]
        calm = calm + 1 if len(children) == number else 0
        if calm == 10:
            return children
        time.sleep(0.1)


if __name__ == "__main__":
    tap.main()
