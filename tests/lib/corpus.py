"""A mailbox full of report mails, the same for the same seed, with what must become of each."""
import json
import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from . import expected, junk
from .senders import ALL, Site

NAMES = ("alder birch cedar dogwood elm fir ginkgo hazel ivy juniper katsura larch maple nutmeg oak pine quince rowan "
         "spruce teak ulmus viburnum willow yew").split()


@dataclass
class Mail:
    raw: bytes  # with LF line ends
    when: object  # arrival
    kind: str  # report, duplicate, conflict, broken, other
    reason: str = ""  # of a broken one

    @property
    def stamp(self):
        return int(self.when.timestamp())


@dataclass
class Corpus:
    mails: list
    reports: list  # the truth of those that are imported, in order of arrival
    counts: dict = field(default_factory=dict)
    reasons: Counter = field(default_factory=Counter)

    def daily(self):
        return expected.daily(self.reports)

    def failures(self):
        return expected.failures(self.reports)


def sites(number):
    modes = ["enforce", "testing", "", "enforce", "none", "enforce"]
    result = []
    for i in range(number):
        name = NAMES[i % len(NAMES)] + (str(i // len(NAMES)) if i >= len(NAMES) else "")
        if i == 3:
            name = "xn--mnchen-3ya"
        hosts = ("mx1", "mx2") if i % 3 else ("mail",)
        result.append(Site(f"{name}.example", modes[i % len(modes)], hosts, dane=i % 4 != 1, number=i + 1))
    return result


def _combinations(rng, wanted, days, first_day):
    """(day, site, sender), each once and so each with a key of its own; about `wanted` of them."""
    weight = sum(s.weight for s in ALL)
    number = max(3, -(-wanted * 5 // int(days * weight * 4)) + 1)
    all_sites = sites(number)
    result = [(first_day + timedelta(days=d), site, sender)
              for d in range(days) for site in all_sites for sender in ALL if rng.random() < sender.weight]
    rng.shuffle(result)
    if len(result) < wanted:
        raise ValueError(f"{len(result)} reports possible, {wanted} wanted")
    return sorted(result[:wanted], key=lambda c: c[0])


def _again(rng, sender, report, site, packed, first, size):
    """The same report once more: the same bytes, packed anew, or written in another order."""
    how = rng.randrange(3)
    if how == 1:
        packed = sender.packed(sender.text(sender.document(report)), level=1)
    elif how == 2:
        document = sender.document(report)
        document = {k: document[k] for k in reversed(document)}
        packed = sender.packed(json.dumps(document, indent=3).encode())
    when = first.when + timedelta(seconds=rng.randrange(3, 86400))
    return Mail(sender.mail(rng, report, site, when, packed, size), when, "duplicate")


def _other_content(rng, sender, report, site, first, size):
    document = sender.document(report)
    document["policies"][0]["summary"]["total-successful-session-count"] += 1000
    when = first.when + timedelta(seconds=rng.randrange(3, 86400))
    packed = sender.packed(sender.text(document))
    return Mail(sender.mail(rng, report, site, when, packed, size), when, "conflict")


def build(mails, seed=1, days=60, failing=0.10, duplicates=0.02, broken=0.02, other=0.02, conflicts=0.0,
          first_day=date(2026, 9, 1), size=4400):
    """A corpus of `mails` mails, of which those shares are special.  Every special kind is met in turn."""
    rng = random.Random(seed)
    n = {k: round(mails * share) for k, share in
         (("duplicate", duplicates), ("broken", broken), ("other", other), ("conflict", conflicts))}
    wanted = mails - sum(n.values())
    combinations = _combinations(rng, wanted + n["broken"], days, first_day)
    spoilt = set(rng.sample(range(len(combinations)), n["broken"]))
    size = max(1, size)  # 0 would leave out what the way here adds
    made, originals, reports = [], [], {}
    reasons, with_warnings, turn = Counter(), 0, 0
    for i, (day, site, sender) in enumerate(combinations):
        report = sender.report(rng, site, day, rng.random() < failing)
        when = sender.arrival(rng, day)
        room = max(1, int(rng.gauss(size, size / 15)))
        if i in spoilt:
            reason, change = junk.BROKEN[turn % len(junk.BROKEN)]
            turn += 1
            raw, when = junk.broken(rng, sender, report, site, when, room, reason, change)
            made.append(Mail(raw, when, "broken", reason))
            reasons[reason] += 1
            continue
        packed = sender.packed(sender.text(sender.document(report)))
        mail = Mail(sender.mail(rng, report, site, when, packed, room), when, "report")
        made.append(mail)
        reports[id(mail)] = report
        originals.append((sender, report, site, packed, mail))
        with_warnings += bool(report.warnings)
    for chosen in rng.sample(originals, n["duplicate"]):
        made.append(_again(rng, *chosen, size))
    for sender, report, site, _, first in rng.sample(originals, n["conflict"]):
        made.append(_other_content(rng, sender, report, site, first, size))
    for i in range(n["other"]):
        day, site, _ = combinations[rng.randrange(len(combinations))]
        when = ALL[0].arrival(rng, day)
        made.append(Mail(junk.OTHER[i % len(junk.OTHER)](rng, site, when, size), when, "other"))
    made.sort(key=_order)
    counts = {"messages": len(made), "imported": len(originals), "duplicate": n["duplicate"],
              "conflict": n["conflict"], "rejected": n["broken"], "no_report": n["other"],
              "warnings": with_warnings, "reports": len(made) - n["other"]}
    return Corpus(made, [reports[id(m)] for m in made if id(m) in reports], counts, reasons)


def _order(mail):
    """By arrival; a copy never before what it copies."""
    return (mail.stamp, mail.kind in ("duplicate", "conflict"))


# -- where mails go

def maildir_name(number, mail):
    virtual = len(mail.raw) + mail.raw.count(b"\n") - mail.raw.count(b"\r\n")
    return f"{mail.stamp}.M{number:06d}P1Q{number}.generated,S={len(mail.raw)},W={virtual}:2,"


def write_maildir(path, mails, start=0, owner=None):
    """Put mails into a Maildir, made when missing; their modification time is that of arrival."""
    for sub in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, sub), exist_ok=True)
        if owner:
            os.chown(os.path.join(path, sub), *owner)
    if owner:
        os.chown(path, *owner)
    cur = os.path.join(path, "cur")
    for number, mail in enumerate(mails, start):
        name = os.path.join(cur, maildir_name(number, mail))
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(fd, mail.raw)
        if owner:
            os.fchown(fd, *owner)
        os.close(fd)
        os.utime(name, (mail.stamp, mail.stamp))


def write_mbox(path, mails):
    """In mboxrd form: lines that begin with From, quoted or not, get one more mark."""
    quote = re.compile(rb"^(>*From )", re.M)
    with open(path, "wb") as out:
        for mail in mails:
            out.write(b"From bounce@sender.example " + mail.when.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n")
            out.write(quote.sub(rb">\1", mail.raw))
            out.write(b"\n" if mail.raw.endswith(b"\n") else b"\n\n")


def write_folder(path, mails, crlf=False):
    os.makedirs(path, exist_ok=True)
    for number, mail in enumerate(mails, 1):
        raw = mail.raw.replace(b"\n", b"\r\n") if crlf else mail.raw
        with open(os.path.join(path, f"{number:06d}.eml"), "wb") as out:
            out.write(raw)


def write_expected(path, corpus):
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "counts.json"), "w") as out:
        json.dump({**corpus.counts, "reasons": corpus.reasons}, out, indent=1, sort_keys=True)
        out.write("\n")
    for name, columns, rows in (("daily", expected.DAILY, corpus.daily()),
                                ("failures", expected.FAILURES, corpus.failures())):
        with open(os.path.join(path, name + ".csv"), "w", newline="", encoding="utf-8") as out:
            out.write(expected.csv_text(columns, rows))
