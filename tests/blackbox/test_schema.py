#!/usr/bin/env python3
"""What is printed for programs is described by doc/schema, to the last member."""
import json
import os
import re
import sys
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, schema, tap  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.made import YESTERDAY, Made, report  # noqa: E402
from lib.program import FIXTURES, OK, mailbox  # noqa: E402

USER = "reports@example.org"
TABLES = ("daily", "weekly", "monthly", "failures", "problems", "mx", "domains", "senders", "reports")


def objects(part):
    """Every schema of an object within one."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for p in part:
            yield from objects(p)


class Files(Made):
    def test_none_lets_a_member_pass_that_it_does_not_describe(self):
        self.assertLessEqual({*TABLES, "poll", "summary", "summary-changes", "status", "show", "check", "prune", "record",
                              "ship", "ship-status"},
                             set(schema.names()))
        for name in schema.names():
            schema.validator(name)
            for one in objects(schema.load(name)):
                self.assertIs(False, one.get("additionalProperties"), name)

    def test_every_command_that_prints_for_programs_has_one(self):
        listed = re.findall(r"(?m)^  tlsrua (\w+) ", self.expect_silence("--help").out)
        printing = {c for c in listed if "--json" in self.expect_silence(c, "--help").out}
        self.assertGreater(len(printing), 7)
        self.assertEqual(set(), printing - {"import"} - set(schema.names()))

    def test_a_member_too_many_and_one_too_few_are_noticed(self):
        self.days(2, failed=3)
        line = self.summary("--json").json
        schema.check("summary", line)
        for wrong in ({**line, "more": 1}, {k: v for k, v in line.items() if k != "answer"},
                      {**line, "problems": [{**line["problems"][0], "more": 1}]}):
            with self.assertRaises(AssertionError):
                schema.check("summary", wrong)


class Output(Made):
    """A store with everything in it that is told: a mailbox that works and one that does not."""
    @classmethod
    def setUpClass(cls):
        made = corpus.build(120, seed=19, duplicates=0.1, broken=0.1, other=0.2, conflicts=0.05, failing=0.5)
        cls.server = Dovecot({USER: made.mails})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.conf = self.config(mailbox(self.server, USER), mailbox(self.server, USER, name="dead", port=1), extra="")
        text = self.read("tlsrua.conf").decode().replace("[reports]\ndkim = off\n", "")
        self.write("tlsrua.conf", text)  # so that who vouches is told

    def lines(self, *args, status=None):
        result = self.run_it("-c", self.conf, *args)
        if status is not None:
            self.assertEqual(status, result.status, str(result))
        return [json.loads(line) for line in result.out.splitlines()]

    def holds(self, name, *args, every=True, **options):
        """The lines, each as described; together they show every member, but for those that need not be there."""
        lines = self.lines(*args, **options)
        self.assertTrue(lines, args)
        schema.check(name, *lines)
        if every:
            self.assertEqual(set(schema.load(name)["properties"]), {k for line in lines for k in line}, name)
        return lines

    def test_all_of_it(self):
        (line,) = self.holds("poll", "poll", "--json")
        self.assertTrue(line["rejected"] and line["conflict"] and line["duplicate"] and line["mailboxes"][1]["error"])
        paths = [self.write(f"{n}.json", json.dumps(r)) for n, r in enumerate(
            [report(YESTERDAY - timedelta(days=i), failed=i % 3, organization="Silent Ltd") for i in range(20, 28)] +
            [report(YESTERDAY - timedelta(days=i), domain="b.example", mode="testing") for i in range(20)] +
            [report(YESTERDAY, domain="xn--bcher-kva.example", failed=90, result="validation-failure")])]
        self.holds("poll", "import", "--json", *paths, every=False)
        self.holds("summary-changes", "summary", "--changes", "--json")
        number = self.query("SELECT min(id) FROM problems")[0][0]
        self.expect(OK, "-c", self.conf, "mute", number, "--until", YESTERDAY + timedelta(days=30), "--note", "known")
        for table in TABLES:
            rows = self.holds(table, "export", "--since", "all", "--format", "ndjson", "-o", "-", table)
            self.assertGreater(len(rows), 1, table)
        (line,) = self.holds("summary", "summary", "--json", "--since", "all", "--fail-above", "1%")
        for members in ("problems", "domains", "silent", "warnings", "unverified"):
            self.assertTrue(line[members], members)
        self.assertIn("over", line["domains"][0])
        (line,) = self.holds("status", "status", "--json")
        self.assertEqual(2, len(line["mailboxes"]))
        self.add(*(report(YESTERDAY - timedelta(days=i), failed=500 if i < 2 else 1, domain="worse.example")
                   for i in range(9)))
        self.holds("summary-changes", "summary", "--changes", "--json")
        self.holds("prune", "prune", "-n", "--json", "--before", YESTERDAY)
        self.holds("record", "record", "--json", "example.com", "--rua", "mailto:tls@example.com")

    def test_an_empty_store(self):
        self.lines("import", "--json", self.write("none.eml", "Subject: none\n\nno report\n"))
        self.holds("summary", "summary", "--json")
        self.holds("status", "status", "--json")

    def test_every_verdict_of_show(self):
        seen = set()
        for folder in ("valid", "hostile"):
            for top, _, names in os.walk(os.path.join(FIXTURES, folder)):
                for name in sorted(names)[:60]:
                    lines = self.lines("show", "--json", os.path.join(top, name))
                    schema.check("show", *lines)
                    seen |= {line["verdict"] for line in lines}
        self.assertEqual({"accept", "warn", "reject", "no_report"}, seen)

    def test_check_of_machine_and_mailboxes(self):
        lines = self.holds("check", "check", "--mailbox", "--json", every=False)
        self.assertEqual([True, False], [line["ok"] for line in lines])
        schema.check("check", *self.lines("check", "--json", "--no-smtp"))


if __name__ == "__main__":
    tap.main()
