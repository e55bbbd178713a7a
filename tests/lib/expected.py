"""The CSV files that a set of reports must come to, counted from their truth alone.

The rules are those of the manual page, "COUNTING"; nothing here looks at a mail, at the program, or at its store.
"""
from collections import defaultdict
from decimal import Decimal, ROUND_HALF_UP

from .truth import SIDES

DAILY = ("date week domain policy_domain organization reporter_domain policy_type policy_mode reports "
         "successful_sessions failed_sessions total_sessions counted_sessions counted_failed failure_rate").split()
FAILURES = ("date week domain policy_domain organization reporter_domain policy_type policy_mode result_type side "
            "receiving_mx_hostname receiving_ip sending_mta_ip failure_reason_code failed_sessions "
            "additional_information").split()
BARE = {"date", "week", "reports", "successful_sessions", "failed_sessions", "total_sessions", "counted_sessions",
        "counted_failed", "failure_rate"}
IP_COLUMNS = {"receiving_ip", "sending_mta_ip"}
KNOWN = ("sts", "tlsa")
# blanks and signs without width, which spreadsheets drop at the front
DROPPED = "\t\n\v\f\r \x85\xa0\xad\u180e\u3000\ufeff" + "".join(
    chr(c) for first, last in ((0x2000, 0x200f), (0x2028, 0x202f), (0x205f, 0x206f)) for c in range(first, last + 1))


def week(day):
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def guarded(text, is_ip):
    """The text with an apostrophe before what a spreadsheet would run or mangle."""
    if not text or is_ip:
        return text
    rest = text.lstrip(DROPPED)
    if text[0] in "\t\r\n" or rest[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20"):
        return "'" + text
    text, whole = rest, text
    if all(c in "0123456789.,+-/:eE%" for c in text) and any(c.isdigit() for c in text):
        return "'" + whole
    return whole


def rate(failed, total):
    if total == 0:
        return ""
    return str((Decimal(failed) / Decimal(total)).quantize(Decimal("0.000001"), ROUND_HALF_UP))


def domains_of(report):
    """Whose mail each policy is about."""
    own = [p.domain for p in report.policies if p.type in ("sts", "no-policy-found") and p.domain]
    result = []
    for p in report.policies:
        if p.type in ("sts", "no-policy-found"):
            result.append(p.domain or report.header_domain)
        else:
            result.append((own[0] if own else "") or report.header_domain or p.domain)
    return result


def counted_types(report, domains):
    """For each domain the one of sts and tlsa that carries the figures."""
    totals = defaultdict(lambda: {t: [0, 0] for t in KNOWN})
    for p, domain in zip(report.policies, domains):
        if p.type in KNOWN:
            totals[domain][p.type][0] += p.successful + p.failed
            totals[domain][p.type][1] += p.failed
    return {d: "tlsa" if t["tlsa"] > t["sts"] else "sts" for d, t in totals.items()}


def daily(reports):
    groups = defaultdict(lambda: [set(), 0, 0, 0, 0])
    for number, r in enumerate(reports):
        domains = domains_of(r)
        carries = counted_types(r, domains)
        for p, domain in zip(r.policies, domains):
            key = (str(r.day), week(r.day), domain, p.domain or r.header_domain, r.organization, r.reporter_domain,
                   p.type, p.mode)
            g = groups[key]
            g[0].add(number)
            g[1] += p.successful
            g[2] += p.failed
            if p.type not in KNOWN or carries[domain] == p.type:
                g[3] += p.successful + p.failed
                g[4] += p.failed
    return [key + (len(g[0]), g[1], g[2], g[1] + g[2], g[3], g[4], rate(g[2], g[1] + g[2]))
            for key, g in groups.items()]


def failures(reports):
    """A row a finding, and one for what a total has beyond its findings."""
    rows = []
    for r in reports:
        for p, domain in zip(r.policies, domains_of(r)):
            head = (str(r.day), week(r.day), domain, p.domain or r.header_domain, r.organization, r.reporter_domain,
                    p.type, p.mode)
            rows += [head + (f.result_type, SIDES.get(f.result_type, "unclear"), f.mx, f.receiving_ip, f.sending_ip,
                             f.reason, f.sessions, f.info) for f in p.failures]
            missing = p.failed - sum(f.sessions for f in p.failures)
            if missing > 0:
                rows.append(head + ("not-detailed", "unclear", "", "", "", "", missing, ""))
    return rows


def csv_line(columns, row):
    """One line as the program writes it: text quoted, numbers, dates and empty fields bare."""
    fields = []
    for name, value in zip(columns, row):
        if value == "" or name in BARE or isinstance(value, int):
            fields.append(str(value))
        else:
            fields.append('"' + guarded(value, name in IP_COLUMNS).replace('"', '""') + '"')
    return ",".join(fields) + "\r\n"


def csv_lines(columns, rows):
    return [csv_line(columns, r) for r in rows]


def csv_text(columns, rows):
    """The whole file, its rows in the order of their lines' fields."""
    return ",".join(columns) + "\r\n" + "".join(csv_lines(columns, sorted(rows, key=lambda r: [str(v) for v in r])))
