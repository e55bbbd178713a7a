#!/usr/bin/env python3
"""Views show the domains they are about and no other, follow the store, and fail one by one."""
import csv
import email
import email.policy
import grp
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import tap  # noqa: E402
from lib.program import BINARY, CANTCREAT, CONFIG, HANG, OK, USAGE, Scene, environment  # noqa: E402

TABLES = ("daily", "weekly", "monthly", "failures", "problems", "mx", "domains", "senders", "reports")
FIRST = date(2026, 10, 1)
# what the sender says of a policy, in its own words
WORDS = ("policy_domain", "organization", "reporter_domain", "receiving_mx_hostname", "failure_reason_code",
         "additional_information", "organization_names", "contact", "report_id", "remedy", "policy_domains")
TUESDAY = str(int(datetime(2026, 10, 13, 6, tzinfo=timezone.utc).timestamp()))  # behind the week of the 5th


def policy(domain, good=10, bad=0, kind="sts", policy_domain=None, **detail):
    entry = {"policy": {"policy-type": kind, "policy-domain": policy_domain or domain,
                        "policy-string": ["version: STSv1", "mode: enforce", f"mx: mx.{domain}"]},
             "summary": {"total-successful-session-count": good, "total-failure-session-count": bad}}
    if bad:
        entry["failure-details"] = [{"result-type": "certificate-expired", "receiving-mx-hostname": f"mx.{domain}",
                                     "receiving-ip": "192.0.2.1", "sending-mta-ip": "198.51.100.1",
                                     "failed-session-count": bad, **detail}]
    return entry


class Views(Scene):
    def setUp(self):
        super().setUp()
        self.n = 0

    def conf(self, *views, extra="", export=False):
        """A configuration; a view is (name, domains, and more options)."""
        text = extra
        for name, domains, *more in views:
            text += f"[view {name}]\ndomains = {domains}\ndir = {self.path(name)}\n" + "".join(f"{m}\n" for m in more)
        return self.config(extra=text, export=export)

    def report(self, day, *policies, sender="sender.example", report_id=None):
        self.n += 1
        return self.write(f"reports/{self.n}.json", json.dumps({
            "organization-name": f"Organization {sender}", "contact-info": f"tls@{sender}",
            "report-id": report_id or f"{self.n}",
            "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
            "policies": list(policies)}))

    def take(self, conf, *paths, status=OK, env=None):
        return self.expect(status, "-c", conf, "-v", "import", *paths, env=env)

    def rows(self, view, table):
        return self.table(table, self.path(view))

    def files(self, *views):
        """By what a file that was written again is told from one that was not."""
        return {(v, t): os.stat(self.path(v, t + ".csv")).st_ino for v in views for t in TABLES}

    def text_of(self, view):
        return "".join(self.read(view, t + ".csv").decode() for t in TABLES)


class Apart(Views):
    """What one customer may see of another: nothing."""
    CUSTOMERS = 36  # more than one worker writes at a time

    def domains(self, customer):
        return [f"{kind}-of-customer{customer:02d}.example" for kind in ("main", "shop", "mail")]

    def names_in(self, text):
        return {int(n) for n in re.findall(r"customer(\d\d)\.example", text)}

    def fill(self):
        """Reports about one customer and about several, whose ids name them; failures at hosts of theirs."""
        paths = []
        for d in range(6):
            day = FIRST + timedelta(days=d)
            for c in range(self.CUSTOMERS):
                own, other = self.domains(c), self.domains((c + 1 + d) % self.CUSTOMERS)
                paths.append(self.report(day, *(policy(n, 5 + d, bad=(c + d) % 3) for n in own),
                                         report_id=f"{day}_{own[0]}"))
                paths.append(self.report(day, policy(own[0], 3, 2), policy(other[0], 4, 1), policy(own[1], 7),
                                         policy(other[1]), policy(other[1], 9, kind="tlsa", policy_domain=f"mx.{other[1]}"),
                                         policy(own[2], 2, kind="no-policy-found"), sender="large.example",
                                         report_id=f"{day}_{other[0]}_{own[0]}"))
        return paths

    def views(self):
        return [(f"v{c:02d}", " ".join(self.domains(c)), f"html = {self.path(f'v{c:02d}.html')}",
                 f"mail = owner@{self.domains(c)[0]}") for c in range(self.CUSTOMERS)]

    def mails(self):
        folder = self.path("mails")
        texts = []
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as f:
                mail = email.message_from_bytes(f.read(), policy=email.policy.default)
            texts.append((self.names_in(mail["to"]), "\n".join(f"{k}: {v}" for k, v in mail.items()) +
                          "".join(p.get_content() for p in mail.walk() if not p.is_multipart())))
        return texts

    def test_no_cell_page_or_mail_names_another_customer(self):
        os.mkdir(self.path("mails"))
        sendmail = self.write("sendmail", f"#!/bin/sh\ncat > {self.path('mails')}/$$\n", 0o755)
        conf = self.conf(*self.views(), extra=f"[report]\nfrom = tls@operator.example\nsendmail = {sendmail}\n")
        self.take(conf, *self.fill(), env={"SOURCE_DATE_EPOCH": TUESDAY})
        cells = 0
        for c in range(self.CUSTOMERS):
            for table in TABLES:
                rows = self.rows(f"v{c:02d}", table)
                self.assertTrue(rows, table)
                for row in rows:
                    for column, cell in row.items():
                        cells += 1
                        self.assertLessEqual(self.names_in(cell), {c}, f"{table} {column}: {cell}")
            page = self.read(f"v{c:02d}.html").decode()
            self.assertEqual({c}, self.names_in(page))
            self.assertNotIn(self.dir, page)
        self.assertGreater(cells, 20000)
        mails = self.mails()
        self.assertEqual(self.CUSTOMERS, len(mails))
        for to, text in mails:
            self.assertEqual(to, self.names_in(text))
            self.assertNotIn(self.dir, text)
        ids = [re.search(r"Message-ID: (.*)", t)[1] for _, t in mails]
        self.assertEqual(len(ids), len(set(ids)))

    def test_together_they_add_up_to_all_of_it(self):
        conf = self.conf(*self.views(), extra="[report]\nfrom = tls@operator.example\nsendmail = true\n", export=True)
        self.take(conf, *self.fill())
        for table in TABLES:
            if table == "reports":
                continue
            want = sorted(map(str, self.table(table)))
            got = sorted(str(r) for c in range(self.CUSTOMERS) for r in self.rows(f"v{c:02d}", table))
            self.assertEqual(want, got, table)
        for column in ("counted_sessions", "counted_failed"):
            self.assertEqual(sum(int(r[column]) for r in self.table("reports")),
                             sum(int(r[column]) for c in range(self.CUSTOMERS)
                                 for r in self.rows(f"v{c:02d}", "reports")))

    def test_a_report_about_several_is_told_each_as_far_as_it_is_theirs(self):
        conf = self.conf(("a", "a.example"), ("b", "b.example"), ("both", "b.example a.example"))
        path = self.report(FIRST, policy("a.example", 3, 2), policy("b.example", 4, 1),
                           policy("b.example", 9, kind="tlsa", policy_domain="mx.b.example"), report_id="a.example!b.example")
        self.take(conf, path)
        row = self.rows("a", "reports")[0]
        self.assertEqual(("", "", "", "a.example", "a.example", "sts", "5", "2"),
                         tuple(row[c] for c in ("report_id", "source", "message_id", "domain", "policy_domains",
                                                "policy_types", "counted_sessions", "counted_failed")))
        row = self.rows("b", "reports")[0]
        self.assertEqual(("b.example", "b.example mx.b.example", "sts tlsa", "9"),
                         tuple(row[c] for c in ("domain", "policy_domains", "policy_types", "counted_sessions")))
        row = self.rows("both", "reports")[0]
        self.assertEqual(("a.example!b.example", "a.example b.example", ""),
                         (row["report_id"], row["domain"], row["source"]))

    def test_what_a_sender_says_of_a_policy_is_told_to_its_owner_alone(self):
        """A hostile report names another's domain: in its own words, about a policy of the view."""
        conf = self.conf(("a", "a.example"), ("b", "b.example"))
        words = {"additional-information": "https://b.example/", "failure-reason-code": "see b.example",
                 "receiving-mx-hostname": "mx.b.example"}
        self.take(conf, self.report(FIRST, policy("a.example", 3, 2, **words)),
                  self.report(FIRST, policy("b.example", 8), sender="b.example"),
                  self.report(FIRST, policy("a.example", 1), policy("a.example", 1, kind="tlsa",
                                                                    policy_domain="mx.b.example")))
        for table in TABLES:
            for row in self.rows("a", table):
                named = {c for c, cell in row.items() if "b.example" in cell}
                self.assertLessEqual(named, set(WORDS), table)
            for row in self.rows("b", table):
                self.assertNotIn("a.example", str(row))
        self.assertEqual("8", self.rows("b", "daily")[0]["counted_sessions"])

    def test_figures_of_reports_whose_entries_were_pruned(self):
        conf = self.conf(("a", "a.example"))
        self.take(conf, self.report(FIRST, policy("a.example", 3)),
                  self.report(FIRST, policy("a.example", 5), policy("b.example", 4), report_id="b.example"),
                  self.report(FIRST + timedelta(days=9), policy("a.example", 3)))
        self.expect(OK, "-c", conf, "prune", "--before", FIRST + timedelta(days=5), "--details")
        self.take(conf, self.report(FIRST, policy("c.example")))
        rows = self.rows("a", "reports")
        self.assertEqual([("", "a.example", ""), ("'1", "a.example", "3"), ("'3", "a.example", "3")],
                         [(r["report_id"], r["domain"], r["counted_sessions"]) for r in rows])
        self.assertNotIn("b.example", self.text_of("a"))

    def test_a_pattern_that_fits_nothing_shows_nothing(self):
        conf = self.conf(("none", "*.none.example", f"html = {self.path('none.html')}"))
        self.take(conf, self.report(FIRST, policy("a.example", 3, 1), policy("xnone.example", 1)))
        self.assertEqual([], [r for t in TABLES for r in self.rows("none", t)])
        self.assertNotIn("example", self.text_of("none"))
        self.assertNotIn("a.example", self.read("none.html").decode())


class Alone(Views):
    """A view is what a store that holds the reports of its domains alone would export."""

    def test_it_is_the_export_of_a_store_of_its_own(self):
        own, others = [], []
        for d in range(40):
            day = FIRST + timedelta(days=d)
            if d < 30 and d % 4 != 1:
                own.append(self.report(day, policy("a.example", d + 1, d % 3)))
                own.append(self.report(day, policy("b.example", 2, 1), sender="other.example"))
            others.append(self.report(day, policy("c.example", 4, 2)))
        whole = self.conf(("ab", "a.example b.example"), extra="[export]\nsince = 20d\n")
        for half in (slice(None, 20), slice(20, None)):  # the second is added to what the first wrote
            self.take(whole, *own[half], *others[half])
        view = {t: self.rows("ab", t) for t in TABLES}
        self.store = self.path("alone.db")
        alone = self.config(name="alone.conf", export=False)
        self.expect(OK, "-c", alone, "import", *own)
        self.expect(OK, "-c", alone, "export", "-o", self.dir, "--since", "20d")
        for table in TABLES:
            want = self.table(table, self.dir)
            for row in (*want, *view[table]):
                for column in ("problem", "id", "source"):  # numbers of the store, and whence the operator has it
                    row.pop(column, None)
            self.assertEqual(want, view[table], table)

    def test_refreshed_it_is_what_it_would_be_from_nothing(self):
        conf = self.conf(("ab", "a.example b.example", f"html = {self.path('ab.html')}"))
        for d in (0, 3, 1, 9, 9, 8, 40):
            self.take(conf, self.report(FIRST + timedelta(days=d), policy("b.example", d + 1, d % 2)),
                      self.report(FIRST + timedelta(days=d), policy("c.example", 1, 1)))
        refreshed = {t: self.read("ab", t + ".csv") for t in TABLES}
        for t in TABLES:
            os.unlink(self.path("ab", t + ".csv"))
        self.expect(OK, "-c", conf, "export", "--views", "ab")
        self.assertEqual(refreshed, {t: self.read("ab", t + ".csv") for t in TABLES})


class Cut(Views):
    """A refresh by two workers that is ended in the middle."""
    NAMES = [f"v{i:02d}" for i in range(34)]  # 16 go to the disk together

    def setUp(self):
        super().setUp()
        self.all = self.conf(*((name, f"{name}.example both.example", *self.page(name)) for name in self.NAMES))
        self.without = self.config(extra="", export=False, name="without.conf")
        self.day = 0
        self.known = self.new_day()
        self.take(self.all, self.known)

    def page(self, name):
        return [f"html = {self.path(name + '.html')}"] if name in self.NAMES[::10] else []

    def new_day(self):
        self.day += 1
        return self.report(FIRST + timedelta(days=self.day), policy("both.example", self.day, self.day % 3),
                           *(policy(f"{name}.example", self.day + i, i % 2) for i, name in enumerate(self.NAMES)))

    def marks(self):
        return [os.stat(self.path(name, "daily.csv")).st_ino for name in self.NAMES]

    def cut(self, number):
        """Start a refresh and send it a signal when the first files appear; gives its exit code."""
        self.expect(OK, "-c", self.without, "import", self.new_day())
        before = self.marks()
        process = subprocess.Popen([BINARY, "-c", self.all, "import", self.known], env=environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and self.marks() == before:
            time.sleep(0.001)
        process.send_signal(number)
        status = process.wait(HANG)
        self.cuts += any(a == b for a, b in zip(before, self.marks()))
        return status

    def contents(self):
        pages = {name: re.sub(rb"\d\d:\d\d(:\d\d)?", b"", self.read(name + ".html")) for name in self.NAMES[::10]}
        return pages, {(name, t): self.read(name, t + ".csv") for name in self.NAMES for t in TABLES}

    def test_the_next_one_leaves_all_of_them_whole(self):
        self.cuts = 0
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            self.assertIn(self.cut(number), (-number, OK))
            self.take(self.all, self.known)
            for name in self.NAMES:  # nothing is left behind either
                self.assertEqual({t + ".csv" for t in TABLES}, set(os.listdir(self.path(name))))
        self.assertGreater(self.cuts, 0, "each refresh was over before the signal came")
        refreshed = self.contents()
        for name in self.NAMES:
            for t in TABLES:
                os.unlink(self.path(name, t + ".csv"))
        self.expect(OK, "-c", self.all, "export", "--views")
        self.assertEqual(refreshed, self.contents())


class Following(Views):
    def written(self, result):
        return re.findall(r"\[view (\w+)\]: written", result.err)

    def test_only_views_whose_domains_changed_are_written(self):
        conf = self.conf(("a", "a.example"), ("b", "b.example"), ("both", "a.example b.example"))
        start = [self.report(FIRST, policy("a.example")), self.report(FIRST, policy("b.example", 9, 9))]
        self.assertEqual(["a", "b", "both"], self.written(self.take(conf, *start)))
        before = self.files("a", "b", "both")
        self.assertEqual([], self.written(self.take(conf, *start)))
        new = self.report(FIRST + timedelta(days=30), policy("a.example"))
        self.assertEqual(["a", "both"], self.written(self.take(conf, new)))
        after = self.files("a", "b", "both")
        self.assertEqual({k: v for k, v in before.items() if k[0] == "b"},
                         {k: v for k, v in after.items() if k[0] == "b"})
        self.assertNotEqual(before["a", "daily"], after["a", "daily"])

    def test_what_is_taken_out_of_the_store_goes_from_the_views(self):
        conf = self.conf(("a", "a.example"), ("b", "b.example"))
        self.take(conf, self.report(FIRST, policy("a.example", 1), report_id="dropped"),
                  self.report(FIRST, policy("a.example", 2)), self.report(FIRST, policy("b.example", 2)))
        number = self.query("SELECT id FROM reports WHERE report_id = 'dropped'")[0][0]
        self.expect(OK, "-c", conf, "drop", number)
        self.take(conf, self.report(FIRST, policy("c.example")))
        self.assertEqual(["2"], [r["counted_sessions"] for r in self.rows("a", "daily")])
        self.assertNotIn("dropped", self.text_of("a"))

    def test_a_file_that_was_changed_or_removed_is_written_again(self):
        conf = self.conf(("a", "a.example", f"html = {self.path('a.html')}"))
        path = self.report(FIRST, policy("a.example"))
        self.take(conf, path)
        for name in ("a/mx.csv", "a.html"):
            was = self.read(name)
            os.unlink(self.path(name))
            self.assertEqual(["a"], self.written(self.take(conf, path)))
            if name != "a.html":
                self.assertEqual(was, self.read(name))

    def test_the_section_changed(self):
        conf = self.conf(("a", "a.example"))
        path = self.report(FIRST, policy("a.example"), policy("b.example"))
        self.take(conf, path)
        conf = self.conf(("a", "b.example", "mode = 0600"))
        self.take(conf, path)
        self.assertEqual(["b.example"], [r["domain"] for r in self.rows("a", "daily")])
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path("a", "daily.csv")).st_mode))
        self.assertNotIn("a.example", self.text_of("a"))

    def test_domains_are_told_as_people_write_them(self):
        names = self.write("names", "# ours\n\n  Bücher.Example  \nshop.EXAMPLE\nshop.example.\n")
        conf = self.config(export=False, extra=f"[view n]\ndomains_file = {names}\ndir = {self.path('n')}\n"
                           f"[view w]\ndomains = *.Bücher.example\ndir = {self.path('w')}\n")
        self.take(conf, self.report(FIRST, policy("xn--bcher-kva.example"), policy("SHOP.example."),
                                    policy("bücher.EXAMPLE", 3, 3), policy("deep.er.bücher.example")))
        self.assertEqual(["shop.example", "xn--bcher-kva.example"],
                         sorted({r["domain"] for r in self.rows("n", "daily")}))
        self.assertEqual(["deep.er.xn--bcher-kva.example"], [r["domain"] for r in self.rows("w", "daily")])

    def test_the_command_writes_those_that_are_named(self):
        conf = self.conf(("a", "a.example"), ("b", "b.example"))
        self.take(conf, self.report(FIRST, policy("a.example")))
        self.assertEqual(["b"], self.written(self.expect(OK, "-v", "-c", conf, "export", "--views", "b")))
        self.assertEqual([], self.written(self.expect(OK, "-v", "-c", conf, "export", "--views")))
        self.expect_line(USAGE, "no such view", "-c", conf, "export", "--views", "c")
        self.expect_line(USAGE, "no other option", "-c", conf, "export", "--views", "-o", self.dir)
        self.expect_line(USAGE, "no \\[view NAME\\]", "-c", self.config(export=False), "export", "--views")

    def test_another_store_leaves_them_alone(self):
        conf = self.conf(("a", "a.example"))
        self.expect(OK, "-c", conf, "-d", self.path("other.db"), "import", self.report(FIRST, policy("a.example")))
        self.assertFalse(os.path.exists(self.path("a")))


class Rights(Views):
    def test_mode_and_group(self):
        group = next(g for g in grp.getgrall() if g.gr_gid not in (0, os.getegid()))
        conf = self.conf(("a", "a.example", "mode = 0664", f"group = {group.gr_name}", f"html = {self.path('a.html')}"),
                         ("b", "b.example"))
        if os.geteuid() != 0:
            self.skipTest("only root can give files to any group")
        self.take(conf, self.report(FIRST, policy("a.example"), policy("b.example")))
        for name, mode, gid in (("a", 0o775, group.gr_gid), ("a/daily.csv", 0o664, group.gr_gid),
                                ("a.html", 0o664, group.gr_gid), ("b", 0o750, os.getegid()),
                                ("b/mx.csv", 0o640, os.getegid())):
            sb = os.stat(self.path(name))
            self.assertEqual((mode, gid), (stat.S_IMODE(sb.st_mode), sb.st_gid), name)


class Wrong(Views):
    def test_what_is_refused_when_the_configuration_is_read(self):
        a = f"[view a]\ndomains = a.example\ndir = {self.path('x')}\n"
        cases = {
            f"{a}[view b]\ndomains = b.example\ndir = {self.path('x')}/\n": r":\d+: \[view b\] dir: is dir of \[view a\]",
            f"[view a]\ndomains = a.example\ndir = {self.export}\n": r"\[view a\] dir: is dir of \[export\]",
            f"{a}html = /y.html\n[view b]\ndomains = b.example\nhtml = /y.html\n": r"\[view b\] html: is html of \[view a\]",
            f"[view a]\ndir = {self.path('x')}\n": r"\[view a\] domains: is missing",
            "[view a]\ndomains = a.example\n": r"\[view a\]: writes nothing",
            f"{a}domains_file = /x\n": r"\[view a\] domains_file: domains is given as well",
            f"{a}mail = x@a.example\n": r"\[view a\] mail: needs from in \[report\]",
            f"{a}mode = 0777\n": r"\[view a\] mode: must be a mode",
            f"{a}mode = 0646\n": r"\[view a\] mode: must be a mode",
            f"{a}mode = 0440\n": r"\[view a\] mode: must be a mode",
            f"{a}html = /x/daily.csv\n": r"\[view a\] html: must end in .html",
            f"{a}[view a]\ndomains = b.example\ndir = /y\n": r"given twice",
            "[view]\ndomains = a.example\n": r"needs a name: \[view NAME\]",
            "[view a/b]\ndomains = a.example\n": r"a view is named by",
            "[view a]\ndomains = a.example,b.example\ndir = /x\n": r"is no domain name",
            "[views a]\ndomains = a.example\n": r"did you mean \[view a\]",
        }
        for text, pattern in cases.items():
            conf = self.config(extra=text)
            result = self.expect(CONFIG, "-c", conf, "status")
            self.assertRegex(result.err, pattern)

    def test_one_that_fails_stops_neither_the_others_nor_the_reports(self):
        names, link = self.write("names", "b.example\nno domain\n"), self.path("link")
        os.symlink(self.path("good"), link)
        sections = {
            "unread": f"domains_file = {self.path('missing')}\ndir = {self.path('unread')}",
            "wrong": f"domains_file = {names}\ndir = {self.path('wrong')}",
            "group": f"domains = a.example\ndir = {self.path('group')}\ngroup = no-such-group",
            "good": f"domains = a.example\ndir = {self.path('good')}",
            "again": f"domains = b.example\ndir = {link}",
            "deep": f"domains = a.example\ndir = {self.path('no', 'such', 'folder')}",
            "last": f"domains = b.example\ndir = {self.path('last')}"}
        conf = self.config(extra="".join(f"[view {n}]\n{t}\n" for n, t in sections.items()))
        paths = [self.report(FIRST, policy("a.example"), policy("b.example"))]
        result = self.take(conf, *paths, status=CONFIG)
        for pattern in (r"tlsrua.conf:\d+: \[view unread\] domains_file: /.*/missing: cannot be read",
                        r"\[view wrong\] domains_file: .*/names: line 2: \"no domain\" is no domain name",
                        r"\[view group\] group: there is no group \"no-such-group\": as root, groupadd",
                        r"\[view again\] dir: .*link is the folder of \[view good\] as well",
                        r"\[view deep\] dir: .*install -d"):
            self.assertRegex(result.err, pattern)
        self.assertEqual([("a.example",)], [(r["domain"],) for r in self.rows("good", "daily")])
        self.assertEqual([("b.example",)], [(r["domain"],) for r in self.rows("last", "daily")])
        self.assertEqual([(1,)], self.query("SELECT count(*) FROM reports"))
        self.assertEqual(1, len(self.table("reports")))
        self.write("missing", "b.example\n")  # and what failed is made up for though nothing is new
        self.take(conf, *paths, status=CONFIG)
        self.assertEqual(["b.example"], [r["domain"] for r in self.rows("unread", "daily")])

    def test_a_list_that_cannot_be_read_leaves_what_was_written(self):
        names = self.write("names", "a.example\n")
        conf = self.config(extra=f"[view a]\ndomains_file = {names}\ndir = {self.path('a')}\n", export=False)
        self.take(conf, self.report(FIRST, policy("a.example")))
        before = self.files("a")
        for content in ("", "# all gone\n"):
            self.write("names", content)
            self.take(conf, self.report(FIRST, policy("a.example")), status=CONFIG)
            self.assertEqual(before, self.files("a"))


class Mail(Views):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("mails"))
        self.sendmail = self.write("sendmail", "#!/bin/sh\nexec sh " + self.path("how") + "\n", 0o755)
        self.write("how", f"cat > {self.path('mails')}/$$\n")
        self.mailing = self.config(export=False, extra="[report]\nfrom = tls@operator.example\n"
                                   f"sendmail = {self.sendmail}\n[view a]\ndomains = a.example\n"
                                   "mail = x@a.example y@a.example\n[view b]\ndomains = b.example\nmail = x@b.example\n")
        self.one = self.report(date(2026, 10, 7), policy("a.example", 3, 1), policy("b.example"))

    def sent(self):
        mails = []
        for name in sorted(os.listdir(self.path("mails"))):
            mails.append(email.message_from_bytes(self.read("mails", name), policy=email.policy.default))
            os.unlink(self.path("mails", name))
        return sorted(m["to"] for m in mails)

    def at(self, day, status=OK):
        moment = datetime(day.year, day.month, day.day, 1, tzinfo=timezone.utc)
        self.take(self.mailing, self.one, env={"SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}, status=status)
        return self.sent()

    def test_once_a_week_from_tuesday_on(self):
        both = ["x@a.example, y@a.example", "x@b.example"]
        self.assertEqual(both, self.at(date(2026, 10, 13)))
        for day in (13, 14, 18, 19):  # to the Monday behind
            self.assertEqual([], self.at(date(2026, 10, day)))
        self.assertEqual(both, self.at(date(2026, 10, 20)))
        self.assertEqual(both, self.at(date(2026, 10, 29)))  # two days late
        self.assertEqual([], self.at(date(2026, 11, 2)))

    def test_it_tells_of_a_week_from_monday_on(self):
        self.take(self.mailing, self.one, self.report(date(2026, 10, 12), policy("a.example", 900)),
                  self.report(date(2026, 10, 4), policy("a.example", 800)), env={"SOURCE_DATE_EPOCH": TUESDAY})
        texts = [email.message_from_bytes(self.read("mails", n), policy=email.policy.default)
                 for n in os.listdir(self.path("mails"))]
        text = next(m for m in texts if "x@a.example" in m["to"])
        self.assertIn("4 sessions", text.get_payload()[0].get_payload()[0].get_content())
        self.assertEqual("tls@operator.example", text["from"])

    def test_what_could_not_be_sent_is_sent_by_the_next_run(self):
        self.write("how", "echo no server >&2; exit 75\n")
        result = self.take(self.mailing, self.one, env={"SOURCE_DATE_EPOCH": TUESDAY}, status=CANTCREAT)
        self.assertEqual(2, len(re.findall(r"\[view [ab]\] mail: sendmail of \[report\]: .*no server", result.err)),
                         str(result))
        self.write("how", f"cat > {self.path('mails')}/$$\n")
        self.assertEqual(["x@a.example, y@a.example", "x@b.example"], self.at(date(2026, 10, 13)))

    def test_summary_changes_does_not_forget_that_it_was_sent(self):
        self.at(date(2026, 10, 13))
        self.expect(OK, "-c", self.mailing, "summary", "--changes")
        self.assertEqual([], self.at(date(2026, 10, 13)))


if __name__ == "__main__":
    tap.main()
