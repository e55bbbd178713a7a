#!/usr/bin/env python3
"""The page: whole or not at all, well-formed, with the figures of the tables; and in a real browser, when there is one."""
import json
import os
import re
import sys
import unittest
from collections import defaultdict
from datetime import date, timedelta
from html.parser import HTMLParser

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import browser, corpus, tap  # noqa: E402
from lib.program import CANTCREAT, OK, SANITIZED, USAGE, Scene  # noqa: E402
from lib.stored_corpus import StoredCorpus  # noqa: E402

VOID = {"meta", "link", "br"}
# their end tags may be left out
IMPLIED = {"tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}}


class Reader(HTMLParser):
    """Tables by caption, and complaints about what does not nest."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.links = [], [], [], []
        self.tables, self.text, self.row, self.caption = {}, None, None, None

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_starttag(self, tag, attrs):
        if tag in IMPLIED:
            while self.open and self.open[-1] in IMPLIED[tag]:
                self._leave(self.open.pop())
        attributes = dict(attrs)
        if len(attributes) != len(attrs):
            self.faults.append(f"an attribute twice in {tag}")
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.row = []
        if tag in ("td", "th", "caption"):
            self.text = ""

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in ("tr", "td", "th", "dt", "dd"):
            self._leave(self.open.pop())
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> within {self.open[-3:]} at {self.getpos()}")
            return
        self._leave(self.open.pop())

    def _leave(self, tag):
        if tag == "caption":
            self.caption = self.text.strip()
            self.tables.setdefault(self.caption, [])
        elif tag in ("td", "th") and self.row is not None:
            self.row.append((self.text or "").strip())
        elif tag == "tr" and self.row:
            self.tables[self.caption].append(self.row)
            self.row = None

    def handle_data(self, data):
        if self.text is not None and not {"title", "desc"} & set(self.open[-2:]):
            self.text += data


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def number(text):
    return int(text.replace(",", ""))


class Page(StoredCorpus):
    made_of = {"seed": 8, "days": 60, "failing": 0.2, "broken": 0.01}
    NOON = {"SOURCE_DATE_EPOCH": "1795867200"}  # the page says when it was made

    def page(self, *options):
        self.expect_silence("-d", self.store, "html", "-o", self.path("p.html"), *options, env=self.NOON)
        return self.read("p.html").decode()

    def sums(self, days, key):
        first = self.last - timedelta(days=days - 1)
        result = defaultdict(lambda: [0, 0])
        for r in self.daily:
            if date.fromisoformat(r[0]) >= first:
                result[key(r)][0] += r[12]
                result[key(r)][1] += r[13]
        return dict(result)


class Content(Page):
    def test_it_nests_and_its_links_lead_somewhere(self):
        got = read(self.page())
        self.assertEqual([], got.faults)
        self.assertEqual([], [t for t in got.open if t not in IMPLIED])
        self.assertEqual(len(set(got.ids)), len(got.ids))
        self.assertEqual(set(), set(got.links) - set(got.ids))

    def test_domains_and_days_add_up_to_what_was_sent(self):
        tables = read(self.page()).tables
        wanted = self.sums(30, lambda r: r[2])
        got = {re.sub(r"^m\u00fcnchen\.example", "", r[0]): [number(r[4]), number(r[3])]
               for r in tables["Domains, to fix first, then by share failed"][1:]}
        self.assertEqual(wanted, got)
        by_day = self.sums(30, lambda r: r[0])
        rows = tables["Sessions per day: sessions by day"][1:]
        self.assertEqual(30, len(rows))
        self.assertEqual({k: v for k, v in by_day.items() if v != [0, 0]},
                         {r[0]: [number(r[1]), number(r[2])] for r in rows if number(r[1])})

    def test_reporters_add_up_to_what_was_sent(self):
        tables = read(self.page("--since", "all")).tables
        wanted = self.sums(999, lambda r: (r[4], r[2]))
        got = defaultdict(lambda: [0, 0])
        for r in tables["Reporters by domain, most sessions first"][1:]:
            got[r[0], r[1]][0] += number(r[8])
            got[r[0], r[1]][1] += number(r[9])
        self.assertEqual(wanted, {k: v for k, v in got.items()})

    def test_result_types_and_mx_hosts_equal_the_failures(self):
        tables = read(self.page("--since", "all")).tables
        types, hosts = defaultdict(int), defaultdict(int)
        for r in self.corpus.failures():
            types[r[8]] += r[14]
            hosts[r[10] or "none named"] += r[14]
        caption = next(c for c in tables if c.startswith("What failed"))
        self.assertEqual(sum(types.values()), sum(number(r[3]) for r in tables[caption][1:]))
        for r in tables[caption][1:]:
            name = max((t for t in types if r[0].endswith(t)), key=len)
            self.assertEqual(types[name], number(r[3]), name)
        caption = next(c for c in tables if c.startswith("Failed sessions at each MX"))
        got = defaultdict(int)
        for r in tables[caption][1:]:
            self.assertNotIn(r[0], got)
            got[r[0]] = number(r[3])
        self.assertEqual(dict(hosts), dict(got))

    def test_a_problem_has_its_remedy(self):
        html = self.page()
        cards = re.findall(r'<article class="card (?:fix|watch|fine|muted)" id="p(\d+)">(.*?)</article>', html, re.S)
        self.assertTrue(cards)
        for problem, card in cards:
            with self.subTest(problem):
                self.assertIn("<dt>Remedy<dd>", card)

    def test_the_same_store_gives_the_same_bytes(self):
        first = self.page()
        before = os.stat(self.path("p.html"))
        self.assertEqual(first, self.page())
        self.assertEqual((before.st_ino, before.st_mtime_ns),
                         (os.stat(self.path("p.html")).st_ino, os.stat(self.path("p.html")).st_mtime_ns))
        self.assertEqual(first, self.expect_silence("-d", self.store, "html", "-o", "-", env=self.NOON).out)


class Files(Page):
    def test_where_it_cannot_be_written_is_said(self):
        self.expect_line(CANTCREAT, "nowhere", "-d", self.store, "html", "-o", self.path("nowhere", "p.html"))
        self.expect_line(USAGE, "-o FILE", "-d", self.store, "html")

    def test_a_full_disk_leaves_the_old_page(self):
        from lib.program import limit_file_size
        path = self.write("p.html", "the old one")
        self.expect_line(CANTCREAT, "p.html", "-d", self.store, "html", "-o", path, preexec=limit_file_size(100_000))
        self.assertEqual(b"the old one", self.read("p.html"))
        self.assertEqual([], [n for n in os.listdir(self.dir) if n.startswith(".tlsrua")])


class Size(Scene):
    def test_a_year_of_ten_domains(self):
        c = corpus.build(4000 if SANITIZED else 15000, seed=3, days=400, failing=0.2, duplicates=0, broken=0, other=0,
                         first_day=date(2025, 9, 1), size=0)
        corpus.write_maildir(self.path("in"), c.mails)
        self.expect(OK, "-d", self.store, "import", "-q", self.path("in"))
        self.expect(OK, "-d", self.store, "html", "--since", "all", "-o", self.path("p.html"))
        self.assertLess(os.path.getsize(self.path("p.html")), 1_500_000)


class Many(Scene):
    """A store with as many domains as that: the first three fail at one MX host, every tenth has no policy."""
    NOON = {"SOURCE_DATE_EPOCH": "1795867200"}

    def fill(self, domains):
        for day in range(1, 11):
            policies = []
            for i in range(domains):
                name = f"d{i}.example"
                policy = {"policy-type": "sts", "policy-domain": name,
                          "policy-string": ["version: STSv1", "mode: enforce", f"mx: mx.{name}", "max_age: 86400"]}
                if i % 10 == 9:
                    policy = {"policy-type": "no-policy-found", "policy-domain": name}
                failed = 5 if i < 3 else 0
                policies.append({"policy": policy, "summary": {"total-successful-session-count": 95,
                                                               "total-failure-session-count": failed}})
                if failed:
                    policies[-1]["failure-details"] = [{"result-type": "certificate-expired", "failed-session-count": 5,
                                                        "receiving-mx-hostname": "mx.hoster.example"}]
            report = {"organization-name": "Sender", "report-id": str(day), "contact-info": "a@sender.example",
                      "date-range": {"start-datetime": f"2026-11-{day:02d}T00:00:00Z",
                                     "end-datetime": f"2026-11-{day:02d}T23:59:59Z"}, "policies": policies}
            self.write(f"in/{day}.json", json.dumps(report))
        self.expect(OK, "-d", self.store, "import", "-q", self.path("in"))
        self.expect(OK, "-d", self.store, "html", "-o", self.path("p.html"), env=self.NOON)
        return self.read("p.html").decode()

    def test_what_is_alike_is_said_once(self):
        html = self.fill(60)
        self.assertLess(html.index('id="overview"'), html.index('id="fix"'))
        cards = re.findall(r'<article class="card fix" id="p(\d+)">(.*?)</article>', html, re.S)
        self.assertEqual(1, len(cards))
        self.assertEqual(1, cards[0][1].count("<dt>Remedy"))
        self.assertEqual(2, len(re.findall(r'<li id="p\d+"><span class="no">#\d+</span> The same for', cards[0][1])))
        self.assertEqual(1, html.count('class="card step"'))
        self.assertIn("6 domains (", html)
        hosts = next(rows for caption, rows in read(html).tables.items() if caption.startswith("Failed sessions at each"))
        self.assertEqual([("mx.hoster.example", "150")], [(r[0], r[3]) for r in hosts[1:]])
        self.assertIn('<h2>Domains <span class="no">60</span></h2>', html)
        self.assertEqual(60, len(read(html).tables["Domains, to fix first, then by share failed"]) - 1)

    def test_it_says_where_it_comes_from(self):
        html = self.fill(1)
        self.assertIn("Made on 28 Nov 2026, 12:00 UTC", html)
        self.assertIn(f"<code>{self.store}</code>", html)

    def test_the_text_names_or_counts_everything(self):
        self.fill(60)
        text = self.expect(OK, "-d", self.store, "summary", env=self.NOON).out
        for domain in ("d0.example", "d1.example", "d2.example"):
            self.assertRegex(text, rf"(?m)^  {domain} ")
            self.assertIn(f"mx.hoster.example (for {domain}): certificate expired", re.sub(r"\s+", " ", text))
        fine = re.search(r"(?m)^Fine: (.*) and (\d+) more$", text)
        self.assertEqual(60 - 3 - 6, len(fine[1].split(", ")) + int(fine[2]))
        self.assertIn("6 domains (", text)

    @unittest.skipUnless(browser.BINARY, "chromium is not installed: scripts/deps browser")
    def test_it_fits_phone_screen_and_paper(self):
        for domains in (1, 60, 300):
            self.fill(domains)
            with browser.Browser() as b:
                for width, media in ((360, ""), (1400, ""), (718, "print")):
                    with self.subTest(domains=domains, width=width, media=media):
                        b.look_like(width, media=media)
                        b.open(self.path("p.html"))
                        self.assertEqual([], b.console)
                        self.assertEqual(width, b.value("document.documentElement.scrollWidth"))
                        if not media:
                            self.assertLess(b.value("document.querySelector('#overview').offsetHeight"), 900)


@unittest.skipUnless(browser.BINARY, "chromium is not installed: scripts/deps browser")
class Rendered(Page):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def show(self, width, **options):
        self.browser.look_like(width, **options)
        self.browser.open(self.path("p.html"))

    def test_it_says_nothing_on_the_console_asks_nobody_and_fits(self):
        self.page()
        for width in (360, 1400):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.show(width, dark=dark)
                    self.assertEqual([], self.browser.console)
                    self.assertEqual(["file://" + self.path("p.html")],
                                     [r for r in self.browser.requests if not r.startswith("data:")])
                    self.assertEqual(width, self.browser.value("document.documentElement.scrollWidth"))
        self.assertNotEqual("rgb(255, 255, 255)",
                            self.browser.value("getComputedStyle(document.body).backgroundColor"))

    def test_the_document_has_the_figures(self):
        self.page()
        self.show(1400)
        wanted = self.sums(30, lambda r: r[2])
        rows = self.browser.value("Array.from(document.querySelectorAll('#domains tbody tr'), "
                                  "r => Array.from(r.cells, c => c.textContent))")
        self.assertEqual(sorted(wanted.values()), sorted([number(r[4]), number(r[3])] for r in rows))

    def test_it_works_without_scripts(self):
        self.page()
        self.show(1400, scripts=False)
        self.assertEqual([], self.browser.console)
        dom = self.browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        self.assertEqual([], self.browser.call("DOM.querySelectorAll", nodeId=dom, selector="th button")["nodeIds"])
        self.assertTrue(self.browser.call("DOM.querySelectorAll", nodeId=dom, selector="svg path.bad")["nodeIds"])

    def test_tables_are_sorted_by_their_heads(self):
        self.page()
        self.show(1400)
        cells = ("Array.from(document.querySelectorAll('#domains tbody tr'), "
                 "r => Number(r.cells[4].textContent.replaceAll(',', '')))")
        click = "document.querySelectorAll('#domains thead th')[4].firstElementChild.click()"
        before = self.browser.value(cells)
        self.browser.value(click)
        self.assertEqual(sorted(before, reverse=True), self.browser.value(cells))
        self.browser.value(click)
        self.assertEqual(sorted(before), self.browser.value(cells))
        self.assertEqual("ascending",
                         self.browser.value("document.querySelectorAll('#domains th')[4].getAttribute('aria-sort')"))

    def test_bars_are_as_high_as_their_figures(self):
        self.page()
        self.show(1400)
        drawn = self.browser.value("document.querySelector('.total svg path.ok').getAttribute('d')")
        days = self.sums(30, lambda r: r[0])
        most = max(v[0] for v in days.values())
        first = self.last - timedelta(days=29)
        for x, height in re.findall(r"M(\d+) [\d.e+]+h\.8v-([\d.e+]+)h", drawn):
            sessions, failed = days[str(first + timedelta(days=int(x)))]
            self.assertAlmostEqual((sessions - failed) * 100 / most, float(height), delta=2.1)

    def test_contrast_is_enough_in_both_schemes(self):
        self.page()
        script = """(() => {
            const lum = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
                .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
            const back = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
            let worst = [99, ''];
            for (const e of document.querySelectorAll('h1, h2, h3, p, td, th, a, code, summary, caption, dt, dd, span, b')) {
                if (!e.textContent.trim()) continue;
                const a = lum(getComputedStyle(e).color), b = lum(back(e));
                const r = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (r < worst[0]) worst = [r, e.outerHTML.slice(0, 200)];
            }
            return worst; })()"""
        for dark in (False, True):
            self.show(1400, dark=dark)
            ratio, where = self.browser.value(script)
            self.assertGreaterEqual(ratio, 4.5, where)


if __name__ == "__main__":
    tap.main()
