#!/usr/bin/env python3
"""Every scenario of the scripted IMAP server: its exit code, one line that says why, in time, in little memory; no crash,
no secret told.  The last lines tell which came nearest to the limits.
"""
import base64
import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.patience import HANG, allowed, slowness  # noqa: E402
from lib.program import CHECK, OK, SANITIZED, Scene  # noqa: E402
from lib.scripted import Scripted, scenarios  # noqa: E402

PASSWORD = "Trustno1 and more"
TIMEOUT = round(2 * slowness())  # of every wait
DEADLINE = 6 * TIMEOUT  # seconds of a run; steady drips get several time-outs
# what takes a server long to say: millions of lines, 150 MB
VAST = dict.fromkeys(("sizes-vast", "sizes-descending", "fetch-huge", "fetch-huge-whole"), 60)
PEAK_KB = 128 * 1024
SIDE_BY_SIDE = 6
SHOWN = 8
# what a server says on purpose to be seen, and what is wrong with single mails, is said beside the fault
SAID = ("says:", "rejected:", "(PERMANENTFLAGS)")


class Hostile(Scene):
    def one(self, name, tls, settings, *options, command=("poll", "--json")):
        """One poll of an empty store, or another command."""
        folder = f"{name}{''.join(options)}{command[0]}"
        with Scripted(name, self.path(folder, "server")) as server:
            secret = self.write(f"{folder}/password", PASSWORD, 0o600)
            box = server.mailbox(tls, password_file=secret, timeout=f"{TIMEOUT}s", **{"after_import": "seen"} | settings)
            config = self.config(box, export=False, store=self.path(folder, "t.db"), name=f"{folder}/t.conf")
            return self.run_it("-c", config, *options, *command, timeout=HANG, measured=True,
                               figures=f"{folder}/figures")

    def judge_limits(self, name, result):
        if not SANITIZED:
            self.assertLess(result.seconds, allowed(VAST.get(name, DEADLINE)))
            self.assertLess(result.peak_kb, PEAK_KB)

    def judge_quiet(self, name, code, result):
        """One line for a run that fails, none for one that goes well."""
        self.assertEqual(code, result.status, str(result))
        self.judge_limits(name, result)
        lines = [line for line in result.lines if not any(word in line for word in SAID)]
        self.assertEqual(0 if code == OK else 1, len(lines), str(result))
        for line in lines:
            self.assertRegex(line, r"^tlsrua: hostile: .{10,}")
            self.assertLess(len(line), 500)

    def judge_traced(self, name, code, result):
        """With -vvv all that came over the wire is shown, but for secrets and what a terminal would obey."""
        self.assertEqual(code, result.status, str(result))
        self.judge_limits(name, result)
        said = result.raw_out + result.raw_err
        for secret in (PASSWORD.encode(), base64.b64encode(PASSWORD.encode()),
                       base64.b64encode(f"\0user@example.org\0{PASSWORD}".encode())):
            self.assertNotIn(secret, said)
        for byte in said.replace(b"\n", b""):
            self.assertGreaterEqual(byte, 0x20, "a control character was printed")

    def judge_checked(self, name, _code, result):
        """A server in good order is 0, all else 0 or 1; and no crash, no hang, no secret told there either."""
        self.assertIn(result.status, (OK,) if name.startswith("healthy") else (OK, CHECK), str(result))
        self.assertEqual(result.status == OK, result.json["ok"])
        self.judge_traced(name, result.status, result)

    def every_scenario(self, chosen, judge, *options, **more):
        worst = []
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            runs = [(row, pool.submit(self.one, row[0], row[1], row[4], *options, **more)) for row in chosen]
            for (name, _, code, note, _), run in runs:
                with self.subTest(f"{name}: {note}"):
                    result = run.result()
                    judge(name, code, result)
                    worst.append((result.peak_kb, result.seconds, name))
                    print(f"ok - {name}: {note}", flush=True)  # each is a test of its own
        return worst

    def test_one_line_says_what_is_wrong(self):
        worst = self.every_scenario(scenarios(), self.judge_quiet)
        for what, key in (("most memory", 0), ("longest", 1)):
            print(f"# {what}: " + "; ".join(f"{name} {peak / 1024:.0f} MB {seconds:.1f} s" for peak, seconds, name in
                                            sorted(worst, key=lambda w: -w[key])[:SHOWN]))

    def test_nothing_secret_is_traced(self):
        self.every_scenario([row for row in scenarios() if row[0] not in VAST], self.judge_traced, "-vvv")

    def test_a_check_says_where_it_ends(self):
        self.every_scenario([row for row in scenarios() if row[0].startswith(("healthy", "fetch-", "use-"))],
                            self.judge_checked, "-vvv", command=("check", "--mailbox", "--json"))


if __name__ == "__main__":
    tap.main()
