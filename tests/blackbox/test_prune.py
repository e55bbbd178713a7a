#!/usr/bin/env python3
"""prune drops what old reports hold beyond the figures: every figure stays, and what comes again is still known."""
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.dump import dump  # noqa: E402
from lib.program import BINARY, CONFIG, DATAERR, NOINPUT, OK, TEMPFAIL, USAGE, Scene, environment  # noqa: E402

FIRST = date(2026, 9, 1)
CUT = str(FIRST + timedelta(days=30))
FIGURES = "daily weekly monthly mx problems domains senders reports".split()
NOTHING = {"reports": 0, "failures": 0, "raw": 0, "raw_bytes": 0, "given_back": 0, "days_left": 0,
           "days_unshipped": 0}


class Pruned(Scene):
    """A store of 3,000 mails of 60 days; what is before the middle is pruned."""
    @classmethod
    def setUpClass(cls):
        cls.corpus = corpus.build(3000, seed=5, conflicts=0, failing=0.3, first_day=FIRST)

    def setUp(self):
        super().setUp()
        corpus.write_mbox(self.path("mbox"), self.corpus.mails)
        self.conf = self.config(export=False)
        self.expect(OK, "-c", self.conf, "import", self.path("mbox"))

    def prune(self, *args, before=CUT, status=OK):
        result = self.expect(status, "-c", self.conf, "prune", "--json", "--before", before, *args)
        return result.json

    def exported(self):
        out = self.path("out")
        shutil.rmtree(out, True)
        os.mkdir(out)
        self.expect(OK, "-c", self.conf, "export", "--since", "all", "-o", out)
        return {n: self.read("out", n) for n in os.listdir(out)}

    def assert_verified(self):
        result = self.expect_silence("-c", self.conf, "status", "--verify")
        self.assertEqual("", result.out)

    def number(self, sql, *values):
        return self.query(sql, *values)[0][0]

    def test_every_figure_stays(self):
        before = self.exported()
        size = os.path.getsize(self.store)
        done = self.prune()
        after = self.exported()
        for table in FIGURES:
            self.assertEqual(before[table + ".csv"].decode(), after[table + ".csv"].decode(), table)
        lines = before["failures.csv"].decode().split("\r\n")
        kept = [line for line in lines[1:] if line >= CUT]
        self.assertEqual([lines[0]] + kept + [""], after["failures.csv"].decode().split("\r\n"))
        self.assertGreater(len(kept), 100)
        self.assertEqual(len(lines) - 2 - len(kept), done["failures"])
        self.assertEqual(self.number("SELECT count(*) FROM reports WHERE date < ?", CUT), done["reports"])
        self.assertEqual(done["reports"], done["raw"])
        self.assertGreater(done["raw_bytes"], 0)
        self.assertLess(os.path.getsize(self.store), size - done["raw_bytes"])
        self.assertEqual(os.path.getsize(self.store), size - done["given_back"])
        self.assertEqual(0, self.number("SELECT count(*) FROM failures WHERE date < ?", CUT))
        self.assert_verified()

    def test_what_comes_again_is_a_duplicate(self):
        self.prune()
        wanted = dump(self.store)
        again = self.expect(OK, "-c", self.conf, "import", "--json", self.path("mbox")).json
        known = self.corpus.counts["imported"] + self.corpus.counts["duplicate"]
        self.assertEqual((0, known, 0), (again["imported"], again["duplicate"], again["conflict"]))
        self.assertEqual(wanted, dump(self.store))
        corpus.write_folder(self.path("elsewhere"), self.corpus.mails)  # as other files
        again = self.expect(OK, "-c", self.conf, "import", "--json", self.path("elsewhere")).json
        self.assertEqual((0, known, 0), (again["imported"], again["duplicate"], again["conflict"]))
        self.assert_verified()

    def test_a_second_prune_does_nothing(self):
        self.prune()
        wanted = dump(self.store)
        self.assertEqual(NOTHING, self.prune())
        self.assertEqual(wanted, dump(self.store))

    def test_either_part_alone(self):
        reports = self.number("SELECT count(*) FROM reports WHERE date < ?", CUT)
        raw = self.prune("--raw")
        self.assertEqual((0, reports), (raw["reports"], raw["raw"]))
        self.assertEqual(0, self.number("SELECT count(*) FROM report_bytes b JOIN reports r ON r.id = b.report "
                                        "WHERE date < ?", CUT))
        self.assertGreater(self.number("SELECT count(*) FROM failures WHERE date < ?", CUT), 0)
        self.assert_verified()
        details = self.prune("--details", before=str(FIRST + timedelta(days=40)))
        self.assertEqual(0, details["raw"])
        self.assertGreater(details["reports"], reports)
        self.assertEqual(raw["raw"], self.number("SELECT count(*) FROM reports")
                         - self.number("SELECT count(*) FROM report_bytes"))
        self.assert_verified()

    def test_a_dry_run_says_what_would_go_and_changes_nothing(self):
        before = self.read("tlsrua.db")
        told = self.prune("-n")
        words = self.expect_silence("-c", self.conf, "prune", "-n", "--before", CUT).out
        self.assertEqual(before, self.read("tlsrua.db"))
        done = self.prune()
        self.assertGreater(done.pop("given_back"), told.pop("given_back"))
        self.assertEqual(done, told)
        self.assertIn(f"would drop the details of {done['reports']:,} reports with {done['failures']:,} failures", words)

    def test_it_is_silent_into_a_pipe_and_tells_with_v(self):
        result = self.expect_silence("-c", self.conf, "prune", "--raw", "--before", CUT)
        self.assertEqual("", result.out)
        result = self.expect(OK, "-v", "-c", self.conf, "prune", "--before", CUT)
        self.assertRegex(result.err, r"dropped the details of [\d,]+ reports with [\d,]+ failures, and the bytes of 0 "
                                     r"\(0 bytes\); [\d,]+ bytes given back to the disk\n\Z")

    def test_new_reports_of_a_pruned_day_count(self):
        self.prune()
        late = {"organization-name": "Late Inc.", "report-id": "late", "contact-info": "x@late.example",
                "date-range": {"start-datetime": f"{FIRST}T00:00:00Z", "end-datetime": f"{FIRST}T23:59:59Z"},
                "policies": [{"policy": {"policy-type": "sts", "policy-domain": "late.example"},
                              "summary": {"total-successful-session-count": 3, "total-failure-session-count": 4}}]}
        path = self.write("late.json", json.dumps(late))
        self.expect(OK, "-c", self.conf, "import", path)
        self.assert_verified()
        self.assertEqual([(7, 4)], self.query("SELECT counted_sessions, counted_failed FROM csv_daily "
                                              "WHERE domain = 'late.example'"))
        done = self.prune()
        self.assertEqual((1, 1, 1), (done["reports"], done["failures"], done["raw"]))
        self.assertEqual([(7, 4)], self.query("SELECT counted_sessions, counted_failed FROM csv_daily "
                                              "WHERE domain = 'late.example'"))
        # a copy that contradicts it can be dropped, but no longer take its place
        late["policies"][0]["summary"]["total-failure-session-count"] = 5
        self.expect(OK, "-c", self.conf, "import", self.write("other.json", json.dumps(late)))
        number = self.number("SELECT id FROM quarantine WHERE report IS NOT NULL")
        self.assertIn("details of the stored copy were pruned",
                      self.expect_silence("-c", self.conf, "quarantine", "show", number).out)
        self.expect_line(DATAERR, rf"{number}: the details of its day were pruned.*quarantine drop {number}", "-c",
                         self.conf, "quarantine", "accept", number)
        self.assert_verified()
        self.expect(OK, "-c", self.conf, "quarantine", "drop", number)
        self.assertEqual([("",)], self.query("SELECT warnings FROM reports WHERE report_id = 'late' AND "
                                             "warnings LIKE '%conflict%' UNION SELECT ''"))
        self.assert_verified()

    def test_what_is_not_shipped_is_kept_or_nothing_can_be(self):
        rows = self.number("SELECT count(*) FROM policies")
        conf = self.config(export=False, extra="[postgresql]\nservice = tlsrua\n")
        result = self.run_it("-c", conf, "prune", "--before", CUT)
        if result.status == CONFIG:
            self.assertRegex(result.err, r"\[postgresql\] service: .*libpq-dev")
        else:
            self.assertRegex(result.err, rf"^tlsrua: prune: 30 days before {CUT} are left alone.*`tlsrua ship`")
            self.assertEqual(OK, result.status)
        self.assertEqual(rows, self.number("SELECT count(*) FROM policies"))

    def test_a_day_with_a_conflict_waits_for_the_decision(self):
        day = str(self.corpus.reports[0].day)
        rows = self.number("SELECT count(*) FROM policies WHERE date = ?", day)
        raw = self.query("SELECT bytes FROM report_bytes b JOIN reports r ON r.id = b.report WHERE date = ? "
                         "AND status = 'counted' LIMIT 1", day)[0][0]
        report = json.loads(gzip.decompress(raw))
        report["policies"][0]["summary"]["total-successful-session-count"] += 1
        self.expect(OK, "-c", self.conf, "import", self.write("other.json", json.dumps(report)))
        extra = self.number("SELECT count(*) FROM policies WHERE date = ?", day) - rows
        result = self.expect_line(OK, rf"1 day before {CUT} is left alone.*quarantine list", "-c", self.conf, "prune",
                                  "--before", CUT)
        self.assertEqual("", result.out)
        self.assertEqual(rows + extra, self.number("SELECT count(*) FROM policies WHERE date < ?", CUT))
        self.assert_verified()
        number = self.number("SELECT id FROM quarantine WHERE report IS NOT NULL")
        self.expect(OK, "-c", self.conf, "quarantine", "accept", number)
        self.assert_verified()
        self.expect(OK, "-c", self.conf, "quarantine", "drop", number)
        self.assertEqual(0, self.prune()["days_left"])
        self.assertEqual(0, self.number("SELECT count(*) FROM policies WHERE date < ?", CUT))
        self.assert_verified()

    def test_an_import_may_run_meanwhile(self):
        more = corpus.build(3000, seed=6, conflicts=0, failing=0.3, first_day=FIRST + timedelta(days=200))
        corpus.write_mbox(self.path("more"), more.mails)
        running = subprocess.Popen([BINARY, "-c", self.conf, "import", self.path("more")], env=environment(),
                                   stderr=subprocess.DEVNULL)
        prunes = 0
        while running.poll() is None:
            self.prune(before=str(FIRST + timedelta(days=10 * prunes % 60)))
            prunes += 1
        self.assertEqual(OK, running.returncode)
        self.assertGreater(prunes, 0)
        self.prune()
        self.assertEqual(0, self.number("SELECT count(*) FROM policies WHERE date < ?", CUT))
        self.assertGreaterEqual(self.number("SELECT count(*) FROM reports"),
                                self.corpus.counts["imported"] + more.counts["imported"])
        self.assert_verified()

    def test_a_domain_is_found_without_its_entries(self):
        name = self.query("SELECT domain FROM senders ORDER BY id LIMIT 1")[0][0]
        args = ("-c", self.conf, "export", "--since", "all", "-o", "-", "--domain", name)
        before = self.expect_silence(*args, "reports").out
        summary = self.expect_silence("-c", self.conf, "summary", "--json", "--since", "all", "--domain", name).json
        self.prune()
        self.assertGreater(before.count("\n"), 20)
        self.assertEqual(before, self.expect_silence(*args, "reports").out)
        after = self.expect_silence("-c", self.conf, "summary", "--json", "--since", "all", "--domain", name).json
        self.assertEqual((summary["reports"], summary["warnings"]), (after["reports"], after["warnings"]))

    def test_a_kill_in_the_middle_is_made_good_by_the_next(self):
        shutil.copy(self.store, self.path("whole.db"))
        began = time.monotonic()
        self.expect(OK, "-d", self.path("whole.db"), "prune", "--before", CUT)
        whole = time.monotonic() - began
        wanted, size = dump(self.path("whole.db")), os.path.getsize(self.path("whole.db"))
        rng, killed = random.Random(3), 0
        for i in range(12):
            name = self.path(f"k{i}.db")
            shutil.copy(self.store, name)
            p = subprocess.Popen([BINARY, "-d", name, "prune", "--before", CUT], env=environment())
            time.sleep(rng.uniform(0.2, 1) * whole)
            p.send_signal(signal.SIGTERM if i % 3 == 0 else signal.SIGKILL)
            status = p.wait()
            self.assertIn(status, (OK, TEMPFAIL, -signal.SIGKILL, -signal.SIGTERM))
            killed += status != OK
            self.expect(OK, "-d", name, "prune", "--before", CUT)
            self.assertEqual(wanted, dump(name))
            self.assertEqual(size, os.path.getsize(name))
        print(f"# {killed} of 12 ended in the middle")
        self.assertGreater(killed, 0)


class CommandLine(Scene):
    def test_wrong_lines(self):
        for args, said in (([], "--before DATE"), (["--before", "soon"], "no day"), (["--before", CUT, "x"], "no argum")):
            self.expect_line(USAGE, said, "-d", self.store, "prune", *args)

    def test_a_store_that_is_not_there(self):
        self.expect_line(NOINPUT, "no such store", "-d", self.store, "prune", "-n", "--before", CUT)


if __name__ == "__main__":
    tap.main()
