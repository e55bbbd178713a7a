"""Pollers that ship into a shared store on PostgreSQL, and what is in it then."""
import json
import os
import random
import signal
import sqlite3
import subprocess
from datetime import date, timedelta

from .patience import HANG
from .postgresql import PostgreSQL, folder
from .program import BINARY, OK, Scene, environment

PASSWORD = "a word for the poller"
LAST = date(2026, 11, 20)
RESULTS = ("certificate-expired", "starttls-not-supported", "sts-policy-fetch-error", "validation-failure")

# All that is stored, but for numbers that are drawn on the way; one line a row.
CONTENT = """
SELECT line FROM (
SELECT 'report ' || (to_jsonb(r.*) - 'id' - 'journal')::text AS line FROM tlsrua.reports AS r
UNION ALL SELECT 'policy ' || r.identity || encode(r.content, 'hex') || (to_jsonb(p.*) - 'report')::text
    FROM tlsrua.policies AS p LEFT JOIN tlsrua.reports AS r ON r.date = p.date AND r.id = p.report
UNION ALL SELECT 'failure ' || r.identity || encode(r.content, 'hex') || b.key || (to_jsonb(f.*) - 'report' - 'problem')::text
    FROM tlsrua.failures AS f LEFT JOIN tlsrua.reports AS r ON r.date = f.date AND r.id = f.report
    JOIN tlsrua.problems AS b ON b.id = f.problem
UNION ALL SELECT 'bytes ' || r.identity || md5(o.bytes) FROM tlsrua.report_bytes AS o
    LEFT JOIN tlsrua.reports AS r ON r.date = o.date AND r.id = o.report
UNION ALL SELECT 'text ' || to_jsonb(t.*)::text FROM tlsrua.policy_texts AS t
UNION ALL SELECT 'sender ' || to_jsonb(s.*)::text FROM tlsrua.senders AS s
UNION ALL SELECT 'problem ' || (to_jsonb(b.*) - 'id')::text FROM tlsrua.problems AS b
UNION ALL SELECT 'dropped ' || d.date || d.identity || encode(d.content, 'hex') FROM tlsrua.dropped AS d
UNION ALL SELECT 'day ' || to_jsonb(d.*)::text FROM tlsrua.rollup_days AS d
UNION ALL SELECT 'domain ' || to_jsonb(d.*)::text FROM tlsrua.rollup_domains AS d
UNION ALL SELECT 'failure on a day ' || b.key || (to_jsonb(f.*) - 'problem')::text
    FROM tlsrua.rollup_failures AS f JOIN tlsrua.problems AS b ON b.id = f.problem
) AS x ORDER BY line COLLATE "C";
"""


def some_report(rng, number, days=30, domains=8, good=None, last=LAST):
    """A report as a sender writes it, of those days; the same for the same generator."""
    day = last - timedelta(days=rng.randrange(days))
    organization = rng.choice(("Alder Mail", "Birch & Sons", "Čedar", "Dogwood's"))
    policies = []
    for domain in rng.sample(range(domains), rng.choice((1, 1, 1, 2, 3))):
        name = f"d{domain}.example"
        mx = f"mx{rng.randrange(2)}.{name}"
        bad = rng.choice((0, 0, 0, 1, 7))
        kind = rng.choice(("sts", "sts", "tlsa", "no-policy-found"))
        policy = {"policy": {"policy-type": kind, "policy-domain": name},
                  "summary": {"total-successful-session-count": rng.randrange(1000) if good is None else good,
                              "total-failure-session-count": bad}}
        if kind == "sts":
            policy["policy"].update({"policy-string": ["version: STSv1", f"mode: {rng.choice(('enforce', 'testing'))}",
                                                       f"mx: *.{name}", "max_age: 86400"], "mx-host": [f"*.{name}"]})
        if bad:
            policy["failure-details"] = [{"result-type": rng.choice(RESULTS), "receiving-mx-hostname": mx,
                                          "receiving-ip": f"192.0.2.{rng.randrange(4)}", "failed-session-count": 1}]
        policies.append(policy)
    return {"organization-name": organization, "report-id": f"report {number}",
            "contact-info": f"tls@{organization.split()[0].strip('Č').lower()}.example",
            "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
            "policies": policies}


SHARED = "postgresql:read"  # see ReadStore


class Poller:
    """A store of its own that ships."""

    def __init__(self, scene, name, service="ship", **options):
        self.scene, self.name = scene, name
        self.store = scene.path(name + ".db")
        self.section = {"service": service, "name": name, "timeout": "20s", **options}
        self.conf = self.configure()

    def configure(self, **options):
        self.section.update(options)
        lines = "".join(f"{k} = {v}\n" for k, v in self.section.items())
        return self.scene.config(store=self.store, export=False, name=self.name + ".conf",
                                 extra="[postgresql]\n" + lines)

    def take(self, reports):
        """Import without shipping."""
        where = self.scene.path(f"{self.name}-reports")
        os.makedirs(where, exist_ok=True)
        for name in os.listdir(where):
            os.unlink(os.path.join(where, name))
        for i, report in enumerate(reports):
            with open(os.path.join(where, f"{i:06}.json"), "w", encoding="utf-8") as out:
                json.dump(report, out)
        plain = self.scene.config(store=self.store, export=False, name="plain.conf")
        self.scene.expect(OK, "-c", plain, "import", where)

    def ship(self, *options, status=OK):
        return self.scene.expect(status, "-c", self.conf, "ship", "--json", *options, env=self.scene.pg.env)

    def start(self, *options):
        return subprocess.Popen([BINARY, "-c", self.conf, "ship", "-q", *options], env=environment(self.scene.pg.env),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def execute(self, sql, *values):
        db = sqlite3.connect(self.store)
        with db:
            db.execute(sql, values)
        db.close()


class SharedStore(Scene):
    """One PostgreSQL for a class of tests; each test has a shared store that is empty."""

    @classmethod
    def setUpClass(cls):
        if folder() is None:
            raise cls.skipTest(cls, "no PostgreSQL: scripts/deps postgresql")
        cls.pg = PostgreSQL()
        cls.addClassCleanup(cls.pg.close)  # also when what follows fails
        cls.pg.service("admin")
        cls.pg.service("ship", user="poller")
        done = subprocess.run([BINARY, "ship", "--init", "--print"], capture_output=True, text=True, check=True)
        cls.script = done.stdout
        cls.pg.sql(cls.script)
        cls.pg.role("poller", "tlsrua_ship", password=PASSWORD)

    def setUp(self):
        super().setUp()
        self.empty()

    def empty(self):
        self.pg.sql("DROP SCHEMA IF EXISTS tlsrua CASCADE;\n" + self.script)

    def content(self):
        self.pg.sql("SELECT tlsrua.roll_up()")
        return [row[0] for row in self.pg.sql(CONTENT)]

    def value(self, sql):
        """The first column of the first row."""
        return self.pg.value(sql)

    def reports(self, number, seed=1, **options):
        rng = random.Random(seed)
        return [some_report(rng, n, **options) for n in range(number)]

    def positions(self):
        return self.pg.sql("SELECT name, position, mark FROM tlsrua.journals ORDER BY name")


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait(HANG)


class ReadStore(SharedStore):
    """A shared store that one poller fills, and SHARED reads as a member of tlsrua_read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pg.role("reader", "tlsrua_read")
        cls.pg.service("read", user="reader")

    def setUp(self):
        super().setUp()
        self.maxDiff = 4000
        self.poller = Poller(self, "one")
