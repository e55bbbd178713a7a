#!/usr/bin/env python3
"""Each query of the dashboard for PostgreSQL, as who reads all and as a tenant."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import TOP  # noqa: E402
from lib.shared_store import Poller, SharedStore  # noqa: E402

FIRST, LAST = "2026-10-22", "2026-11-20"
MINE = ("d0.example", "d3.example")
# as Grafana writes the variable for several values, and for all of them
CHOICES = {"all": "domain", "two": ", ".join(f"'{d}'" for d in MINE)}


def dashboard():
    with open(os.path.join(TOP, "etc", "grafana", "tlsrua-postgresql.json"), encoding="utf-8") as f:
        return json.load(f)


def expanded(sql, domains):
    """What Grafana makes of its macros and of the variable."""
    first, last = f"'{FIRST}T00:00:00Z'", f"'{LAST}T23:59:59.999Z'"
    sql = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {first} AND {last}", sql)
    sql = sql.replace("$__timeFrom()", first).replace("$__timeTo()", last).replace("${domain:sqlstring}", domains)
    assert "$" not in sql, sql
    return sql


class Dashboard(SharedStore):
    def setUp(self):
        super().setUp()
        self.panels = dashboard()["panels"]
        one = Poller(self, "one")
        one.take(self.reports(300))
        one.ship()
        for role in ("viewer", "tenant"):
            self.pg.sql(f"DROP ROLE IF EXISTS {role}")
        self.pg.role("viewer", "tlsrua_read")
        self.pg.role("tenant", "tlsrua_tenant")
        self.pg.sql("INSERT INTO tlsrua.readers VALUES " + ", ".join(f"('tenant', '{d}')" for d in MINE))

    def queries(self):
        """Title, SQL, and whether it is about everybody's domains."""
        everybody = False
        for panel in self.panels:
            everybody |= panel["type"] == "row"
            for target in panel.get("targets", ()):
                yield panel["title"], target["rawSql"], everybody

    def ask(self, sql, role, domains):
        """Rows as members by column."""
        text = self.pg.value("SELECT coalesce(json_agg(to_json(q.*)), '[]') FROM ("
                             f"{expanded(sql, CHOICES[domains])}) AS q", user=role)
        return json.loads(text)

    def test_each_query_answers_who_reads_all(self):
        for title, sql, _ in self.queries():
            for domains in CHOICES:
                rows = self.ask(sql, "viewer", domains)
                self.assertTrue(rows, (title, domains))
                for column in set(rows[0]) - {"silent_days", "mode"}:
                    self.assertTrue(any(row[column] not in (None, "") for row in rows), (title, column))

    def test_a_tenant_sees_its_domains_alone(self):
        asked = 0
        for title, sql, everybody in self.queries():
            if everybody:
                with self.assertRaisesRegex(RuntimeError, "42501"):
                    self.ask(sql, "tenant", "all")
                continue
            asked += 1
            self.assertEqual(self.ask(sql, "viewer", "two"), self.ask(sql, "tenant", "all"), title)
            self.assertNotEqual(self.ask(sql, "viewer", "all"), [], title)
        self.assertEqual(11, asked)
        variable = dashboard()["templating"]["list"][1]["query"]
        self.assertEqual([(d,) for d in MINE], self.pg.sql(variable, user="tenant"))
        self.assertEqual("8", self.pg.value(f"SELECT count(*) FROM ({variable}) AS v", user="viewer"))

    def test_the_figures_are_those_of_the_tables(self):
        sql, = [query for title, query, _ in self.queries() if title == "Sessions"]
        rows = {row["time"][:10]: [row["successful"], row["failed"]] for row in self.ask(sql, "viewer", "all")}
        daily = self.pg.sql("SELECT date, sum(successful_sessions), sum(failed_sessions) FROM tlsrua.csv_daily"
                            f" WHERE date BETWEEN '{FIRST}' AND '{LAST}' GROUP BY date")
        self.assertEqual({d: [int(good), int(bad)] for d, good, bad in daily}, rows)

    def test_the_panels_do_not_cover_each_other(self):
        ids = [panel["id"] for panel in self.panels]
        self.assertEqual(len(ids), len(set(ids)))
        taken = set()
        for panel in self.panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            self.assertFalse(taken & cells, panel["title"])
            taken |= cells


if __name__ == "__main__":
    tap.main()
