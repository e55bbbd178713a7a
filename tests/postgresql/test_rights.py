#!/usr/bin/env python3
"""Each role can do what it must, and nothing else: a poller that is broken into adds, but does not take away."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.shared_store import Poller, SharedStore  # noqa: E402

TABLES = ("schema", "journals", "unshipped", "reports", "dropped", "report_bytes", "policy_texts", "policies",
          "senders", "problems", "mutes", "result_types", "failures", "dirty", "months", "counting", "readers",
          "rollup_days", "rollup_domains", "rollup_failures", "pollers", "mailboxes")
VIEWS = ("daily", "weekly", "monthly", "failures", "mx", "reports", "senders", "domains", "problems")


class Rights(SharedStore):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, group in (("other", "ship"), ("reader", "read"), ("operator", "operate"), ("tenant", "tenant")):
            cls.pg.role(name, f"tlsrua_{group}")
        cls.pg.role("nobody_of_ours")

    def setUp(self):
        super().setUp()
        self.one = Poller(self, "one")
        self.one.take(self.reports(30))
        self.one.ship()

    def refused(self, user, sql, state="42501"):
        with self.assertRaisesRegex(RuntimeError, f"ERROR: +{state}", msg=f"{user}: {sql}"):
            self.pg.sql(sql, user=user)

    def test_nobody_changes_or_deletes_but_by_functions(self):
        for user in ("poller", "reader", "tenant", "operator", "nobody_of_ours"):
            for table in TABLES:
                if user == "operator" and table in ("mutes", "readers"):
                    continue
                column = self.pg.value("SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid ="
                                       f" 'tlsrua.{table}'::regclass ORDER BY attnum DESC LIMIT 1")
                self.refused(user, f"DELETE FROM tlsrua.{table}")
                self.refused(user, f"UPDATE tlsrua.{table} SET {column} = {column}")
                self.refused(user, f"TRUNCATE tlsrua.{table}")
                self.refused(user, f"DROP TABLE tlsrua.{table}")
            self.refused(user, "CREATE TABLE tlsrua.mine (x int)")
            self.refused(user, "DELETE FROM tlsrua.reports_2026_11")

    def test_who_reads_adds_nothing(self):
        for user in ("reader", "tenant", "operator"):
            self.refused(user, "INSERT INTO tlsrua.dirty (date, journal, position) VALUES ('2026-11-01', 1, 1)")
            for call in ("open_journal(gen_random_uuid(), 'x')", "advance_journal(1, 99, NULL, 0, 0, 0, 0, 0)",
                         "restart_journal(1)", "need_month('2026-01-01')", "choose_copies('{}', '{}')"):
                self.refused(user, f"SELECT tlsrua.{call}")
        for view in VIEWS:
            self.assertGreater(len(self.pg.sql(f"SELECT * FROM tlsrua.csv_{view}", user="reader")), 0, view)

    def test_a_poller_has_its_own_journals_alone(self):
        self.refused("other", "BEGIN; SELECT tlsrua.lock_journal(1, 30)")
        self.pg.sql("SELECT tlsrua.advance_journal(1, 99, NULL, 0, 0, 0, 0, 0); SELECT tlsrua.restart_journal(1)",
                    user="other")
        self.assertEqual("30", self.value("SELECT position FROM tlsrua.journals"))
        date, identity, content = self.pg.sql("SELECT date, identity, content FROM tlsrua.reports LIMIT 1")[0]
        for teller in ("NULL", "1"):
            self.refused("other", f"SELECT tlsrua.drop_copies({teller}, ARRAY['{date}'::date],"
                                  f" ARRAY['{identity}'::uuid], ARRAY['{content}'::bytea])")
        self.assertEqual("30", self.value("SELECT count(*) FROM tlsrua.reports"))

    def test_who_operates_drops_and_decides(self):
        date, identity, content = self.pg.sql("SELECT date, identity, content FROM tlsrua.reports LIMIT 1")[0]
        self.pg.sql(f"SELECT tlsrua.decide_copy('{date}', '{identity}', '{content}')", user="operator")
        self.assertEqual("1", self.value("SELECT count(*) FROM tlsrua.reports WHERE decided IS NOT NULL"))
        self.assertEqual("1", self.pg.value(
            f"SELECT tlsrua.drop_copies(NULL, ARRAY['{date}'::date], ARRAY['{identity}'::uuid],"
            f" ARRAY['{content}'::bytea])", user="operator"))
        self.assertEqual("29", self.value("SELECT count(*) FROM tlsrua.reports"))
        self.one.ship("--again")
        self.assertEqual("29", self.value("SELECT count(*) FROM tlsrua.reports"))

    def test_a_tenant_sees_its_domains_alone(self):
        for view in VIEWS:
            self.assertEqual([], self.pg.sql(f"SELECT * FROM tlsrua.csv_{view}", user="tenant"), view)
        self.pg.sql("INSERT INTO tlsrua.readers VALUES ('tenant', 'd1.example'), ('other', 'd2.example')",
                    user="operator")
        for dirty in (False, True):
            if dirty:
                self.pg.sql("INSERT INTO tlsrua.dirty SELECT DISTINCT date, 0, 0 FROM tlsrua.reports")
            for view in VIEWS:
                everything = self.pg.sql(f"SELECT domain FROM tlsrua.csv_{view}")
                seen = self.pg.sql(f"SELECT domain FROM tlsrua.csv_{view}", user="tenant")
                self.assertEqual([r for r in everything if r[0] == "d1.example"], seen, view)
                if view != "reports":
                    self.assertEqual(seen, self.pg.sql(
                        f"SELECT domain FROM tlsrua.{view}(NULL, NULL, NULL, NULL)", user="tenant"), view)
                self.assertLess(0, len(seen), view)
            for view in ("by_domain", "by_sender", "by_problem", "policies", "failures", "senders", "problems"):
                self.assertEqual([("d1.example",)], self.pg.sql(f"SELECT DISTINCT domain FROM tlsrua.{view}",
                                                                user="tenant"), view)
        self.assertEqual([("tenant", "d1.example")], self.pg.sql("SELECT * FROM tlsrua.readers", user="tenant"))
        for table in ("policy_texts", "journals", "unshipped", "report_bytes", "dropped", "dirty", "rollup_days",
                      "mutes", "by_day", "pollers", "mailboxes"):
            self.refused("tenant", f"SELECT * FROM tlsrua.{table}")
        self.refused("tenant", "INSERT INTO tlsrua.readers VALUES ('tenant', 'd2.example')")

    def test_the_search_path_of_a_caller_does_not_matter(self):
        """A function that is run with its owner's rights uses its own tables, whatever the caller has of that name."""
        self.pg.sql("GRANT TEMPORARY ON DATABASE tlsrua TO poller")
        self.pg.sql("SET search_path = pg_temp, tlsrua; CREATE TEMPORARY TABLE journals (id int, login name,"
                    " position bigint); SELECT tlsrua.restart_journal(1)", user="poller")
        self.assertEqual("0", self.value("SELECT position FROM tlsrua.journals"))
        for name, options in self.pg.sql("SELECT proname, array_to_string(proconfig, ' ') FROM pg_proc WHERE prosecdef"
                                         " AND pronamespace = 'tlsrua'::regnamespace"):
            self.assertEqual("search_path=tlsrua, pg_temp", options, name)


if __name__ == "__main__":
    tap.main()
