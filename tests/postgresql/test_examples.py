#!/usr/bin/env python3
"""What etc/postgresql shows works, as it stands."""
import configparser
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import TOP  # noqa: E402
from lib.shared_store import Poller, SharedStore  # noqa: E402

EXAMPLES = os.path.join(TOP, "etc", "postgresql")


def example(name):
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as f:
        return f.read()


class Examples(SharedStore):
    def test_roles(self):
        self.pg.sql(example("roles.sql"))
        self.pg.service("as-shown", user="tlsrua")
        one = Poller(self, "one", service="as-shown")
        one.take(self.reports(3))
        one.ship()
        for reader in ("tlsrua_grafana", "tlsrua_postmaster"):
            self.assertEqual("3", self.pg.value("SELECT count(*) FROM tlsrua.csv_reports", user=reader))
        self.assertEqual("0", self.pg.value("SELECT count(*) FROM by_domain", user="tlsrua_customer"))
        self.pg.sql("INSERT INTO tlsrua.mutes SELECT min(id), '2027-01-01', 'known' FROM tlsrua.problems"
                    " HAVING min(id) IS NOT NULL", user="tlsrua_postmaster")

    def test_an_owner_that_is_no_superuser(self):
        """As doc/scale.md has it; the functions run with the rights of that role, and no more."""
        self.pg.sql("DROP SCHEMA tlsrua CASCADE; CREATE ROLE tlsrua_owner CREATEROLE;"
                    "GRANT CREATE ON DATABASE tlsrua TO tlsrua_owner")
        self.pg.sql("SET ROLE tlsrua_owner;" + self.script)
        self.assertEqual([("tlsrua_owner",)], self.pg.sql(
            "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'tlsrua'::regnamespace UNION"
            " SELECT proowner::regrole FROM pg_proc WHERE pronamespace = 'tlsrua'::regnamespace"))
        one = Poller(self, "one")
        one.take(self.reports(30))
        self.assertEqual(30, one.ship().json["new"])
        self.assertEqual(30, one.ship("--again").json["duplicate"])
        self.expect(0, "-c", one.conf, "drop", "1")
        one.ship()
        self.assertEqual("29", self.value("SELECT count(*) FROM tlsrua.csv_reports"))
        self.pg.sql("SELECT * FROM tlsrua.csv_problems")

    def test_service_file(self):
        parser = configparser.ConfigParser()
        parser.read_string(example("pg_service.conf"))
        self.assertEqual(["tlsrua-here", "tlsrua", "tlsrua-two"], parser.sections())
        for section in parser.sections()[1:]:
            self.assertEqual("verify-full", parser[section]["sslmode"])
            self.assertNotIn("password", parser[section])

    def test_pg_hba(self):
        """The server finds nothing wrong in it."""
        name = os.path.join(self.pg.data, "pg_hba.conf")
        with open(name, encoding="utf-8") as f:
            before = f.read()
        try:
            self.pg.append("pg_hba.conf", example("pg_hba.conf"))
            self.assertEqual([], self.pg.sql("SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL"))
            self.assertEqual("6", self.value("SELECT count(*) FROM pg_hba_file_rules WHERE line_number >"
                                             f" {before.count(chr(10))}"))
        finally:
            with open(name, "w", encoding="utf-8") as f:
                f.write(before)


if __name__ == "__main__":
    tap.main()
