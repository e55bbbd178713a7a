"""The rollups that a set of reports must come to, counted from their truth alone, by the rules of the manual page.

Each function gives rows as dictionaries, of the days from `first` to `last` (both included; None: all).
"""
from collections import Counter, defaultdict
from datetime import date, timedelta

from . import expected
from .truth import SIDES

WEEKLY = MONTHLY = expected.DAILY
PROBLEMS = ("problem domain receiving_mx_hostname result_type policy_types policy_mode side state first_day last_day days "
            "organizations organization_names failed_sessions failed_last_7_days remedy").split()
MX = "date week domain policy_type receiving_mx_hostname receiving_ip result_type organizations failed_sessions".split()
DOMAINS = ("domain first_day last_day organizations counted_sessions counted_failed failure_rate policy_types policy_mode "
           "clean_days worst_result_type silent_organizations").split()
SENDERS = ("organization reporter_domain domain first_day last_day days_reported days_in_range longest_gap silent_days "
           "reports counted_sessions counted_failed verified_reports").split()
ALL = {"daily": expected.DAILY, "weekly": WEEKLY, "monthly": MONTHLY, "failures": expected.FAILURES,
       "problems": PROBLEMS, "mx": MX, "domains": DOMAINS, "senders": SENDERS}


def within(reports, first, last):
    return [r for r in reports if (first is None or r.day >= first) and (last is None or r.day <= last)]


def summed(reports, period):
    """The rows of daily, added up by the first day of their period."""
    groups = {}
    for row in expected.daily(reports):
        r = dict(zip(expected.DAILY, row))
        first = period(date.fromisoformat(r["date"]))
        key = (str(first), expected.week(first)) + tuple(row[2:8])
        sums = groups.setdefault(key, Counter())
        for c in ("reports", "successful_sessions", "failed_sessions", "total_sessions", "counted_sessions",
                  "counted_failed"):
            sums[c] += r[c]
    rows = []
    for key, sums in groups.items():
        row = dict(zip(expected.DAILY[:8], key))
        row.update({c: sums[c] for c in expected.DAILY[8:14]})
        row["failure_rate"] = expected.rate(sums["failed_sessions"], sums["total_sessions"])
        rows.append(row)
    return rows


def monday(day):
    return day - timedelta(days=day.weekday())


def weekly(reports, first=None, last=None):
    """Weeks are whole, also those that the range cuts."""
    lower = monday(first) if first else None
    upper = monday(last) + timedelta(days=6) if last else None
    return summed(within(reports, lower, upper), monday)


def monthly(reports, first=None, last=None):
    lower = first.replace(day=1) if first else None
    upper = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if last else None
    return summed(within(reports, lower, upper), lambda d: d.replace(day=1))


def findings(reports):
    return [dict(zip(expected.FAILURES, row)) for row in expected.failures(reports)]


def mx(reports, first=None, last=None):
    who, failed = defaultdict(set), Counter()
    for f in findings(within(reports, first, last)):
        key = tuple(f[c] for c in MX[:7])
        who[key].add(f["organization"])
        failed[key] += f["failed_sessions"]
    return [dict(zip(MX, key + (len(who[key]), failed[key]))) for key in who]


def present(reports):
    """On which days each organization reported on each domain."""
    days = defaultdict(set)
    for r in reports:
        for domain in expected.domains_of(r):
            days[domain, r.organization].add(r.day)
    return days


def side_of(result_type, seen_by, reporters):
    if result_type == "not-detailed":
        return "unclear"
    side = SIDES.get(result_type, "unclear")
    if side != "unclear":
        return side
    if seen_by >= 2 and 2 * seen_by >= reporters:
        return "ours"
    return "theirs" if seen_by == 1 and reporters >= 3 else "unclear"


def state_of(days, seen_by, reported, newest):
    """`reported`: the days of each organization that saw it."""
    def gone(after, before):
        return any(sum(after < d < before for d in reported[o]) >= 2 for o in seen_by)
    days = sorted(days)
    if gone(days[-1], date.max):
        return "cured"
    if (newest - days[0]).days < 7:
        return "new"
    if any(gone(a, b) for a, b in zip(days, days[1:])):
        return "recurring"
    return "open"


def problems(reports, first=None, last=None):
    """Without their numbers and remedies."""
    newest = max(r.day for r in reports)
    reported = present(reports)
    life, part = defaultdict(list), defaultdict(list)
    for f in findings(reports):
        cause = (f["domain"], f["receiving_mx_hostname"], f["result_type"])
        f["day"] = date.fromisoformat(f["date"])
        life[cause].append(f)
        if (first is None or f["day"] >= first) and (last is None or f["day"] <= last):
            part[cause].append(f)
    rows = []
    for cause, seen in part.items():
        ever = life[cause]
        days = {f["day"] for f in ever}
        seen_by = {f["organization"] for f in ever}
        of_domain = {o: d for (domain, o), d in reported.items() if domain == cause[0]}
        reporters = sum(any(min(days) <= d <= max(days) for d in when) for when in of_domain.values())
        names = sorted({f["organization"] for f in seen}, key=str.encode)
        modes = sorted((-f["day"].toordinal(), f["policy_mode"]) for f in seen if f["policy_mode"])
        rows.append(dict(zip(PROBLEMS[1:15], cause + (
            " ".join(sorted({f["policy_type"] for f in seen})), modes[0][1] if modes else "",
            side_of(cause[2], len(seen_by), reporters), state_of(days, seen_by, of_domain, newest),
            str(min(days)), str(max(days)), len({f["day"] for f in seen}), len(names), " ".join(names),
            sum(f["failed_sessions"] for f in seen),
            sum(f["failed_sessions"] for f in seen if (newest - f["day"]).days < 7)))))
    return rows


def longest_gap(days):
    days = sorted(days)
    return max([(b - a).days - 1 for a, b in zip(days, days[1:])], default=0)


def is_silent(days, newest):
    return len(days) >= 5 and (newest - max(days)).days > 3 + 2 * longest_gap(days)


def by_sender(reports):
    """(organization, reporter_domain, domain) -> days, reports, counted sessions and failures."""
    days, number, sums = defaultdict(set), Counter(), defaultdict(lambda: [0, 0])
    for r in reports:
        domains = expected.domains_of(r)
        carries = expected.counted_types(r, domains)
        for domain in set(domains):
            days[r.organization, r.reporter_domain, domain].add(r.day)
            number[r.organization, r.reporter_domain, domain] += 1
        for p, domain in zip(r.policies, domains):
            if p.type not in expected.KNOWN or carries[domain] == p.type:
                sums[r.organization, r.reporter_domain, domain][0] += p.successful + p.failed
                sums[r.organization, r.reporter_domain, domain][1] += p.failed
    return days, number, sums


def senders(reports, first=None, last=None):
    reports = within(reports, first, last)
    days, number, sums = by_sender(reports)
    newest, oldest = max(r.day for r in reports), min(r.day for r in reports)
    return [dict(zip(SENDERS, key + (str(min(d)), str(max(d)), len(d), (newest - oldest).days + 1, longest_gap(d),
                                     (newest - max(d)).days, number[key], *sums[key], 0))) for key, d in days.items()]


def domains(reports, first=None, last=None):
    reports = within(reports, first, last)
    newest = max(r.day for r in reports)
    days, _, sums = by_sender(reports)
    types, modes, bad, failed = defaultdict(set), defaultdict(list), defaultdict(set), defaultdict(Counter)
    for r in reports:
        for p, domain in zip(r.policies, expected.domains_of(r)):
            types[domain].add(p.type)
            if p.mode:
                modes[domain].append((-r.day.toordinal(), p.mode))
            if p.failed:
                bad[domain].add(r.day)
    for f in findings(reports):
        failed[f["domain"]][f["result_type"]] += f["failed_sessions"]
    rows = []
    for domain in types:
        mine = {k: d for k, d in days.items() if k[2] == domain}
        seen = set().union(*mine.values())
        sessions, fails = (sum(sums[k][i] for k in mine) for i in (0, 1))
        organizations = {k[0] for k in mine}
        silent = [o for o in organizations if all(is_silent(d, newest) for k, d in mine.items() if k[0] == o)]
        worst = sorted(failed[domain].items(), key=lambda x: (x[0] == "not-detailed", -x[1], x[0]))
        rows.append(dict(zip(DOMAINS, (
            domain, str(min(seen)), str(max(seen)), len(organizations), sessions, fails, expected.rate(fails, sessions),
            " ".join(sorted(types[domain])), min(modes[domain])[1] if modes[domain] else "",
            sum(all(d > b for b in bad[domain]) for d in seen), worst[0][0] if worst else "", len(silent)))))
    return rows
