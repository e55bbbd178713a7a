"""A store filled by tests/tools/fill_store, and what was put into it."""
import os
import subprocess
from datetime import date

from . import truth
from .program import BUILD, TOP

TOOL = os.path.join("tests", "tools", "fill_store")


def tool():
    """Built beside the program under test, from the same library when that is a build tree of make."""
    build = BUILD if os.path.exists(os.path.join(TOP, BUILD, "libtlsrua.a")) else "build"
    path = os.path.join(build, TOOL)
    options = ["SAN=address,undefined", "CFLAGS=-O1 -g"] if os.path.basename(build) == "build-address" else []
    subprocess.run(["make", "-s", "-C", TOP, f"BUILD={build}", *options, path], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(TOP, path)


def fill(store, reports, domains, senders, days, last="2026-11-23", raw=0, facts=None):
    command = [tool(), "-r", reports, "-d", domains, "-s", senders, "-n", days, "-l", last, "-k", raw]
    subprocess.run([*map(str, command), *(["-t", facts] if facts else []), store], check=True,
                   stdout=subprocess.DEVNULL)


def read(facts):
    """The reports that it tells of."""
    reports = []
    with open(facts, encoding="utf-8") as f:
        for line in f:
            kind, *fields = line.rstrip("\n").split("\t")
            if kind == "R":
                day, organization, contact, number = fields
                reports.append(truth.Report(organization, number, date.fromisoformat(day), contact, []))
            elif kind == "P":
                name, domain, mode, good, bad = fields
                reports[-1].policies.append(truth.Policy(name, domain, int(good), int(bad), mode))
            else:
                result, sessions, sending, receiving, mx, reason = fields
                reports[-1].policies[-1].failures.append(
                    truth.Failure(result, int(sessions), sending, receiving, mx, reason=reason))
    return reports
