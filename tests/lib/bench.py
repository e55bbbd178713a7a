#!/usr/bin/env python3
"""The measuring of scripts/bench."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, drain  # noqa: E402
from lib.dovecot import Dovecot  # noqa: E402
from lib.program import BINARY, HERE, environment  # noqa: E402

USER = "reports@example.org"


class Bench:
    def __init__(self, folder, server):
        self.dir = folder
        self.server = server
        self.figures = {}  # name -> list of (wall, CPU, peak KB)
        self.parts = []
        self.config = os.path.join(folder, "tlsrua.conf")
        self.store = os.path.join(folder, "tlsrua.db")
        self.csv = os.path.join(folder, "csv")
        os.makedirs(self.csv)
        password = os.path.join(folder, "password")
        with open(password, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(server.users[USER] + "\n")
        with open(self.config, "w") as out:
            out.write(f"[store]\npath = {self.store}\n[export]\ndir = {self.csv}\n[mailbox bench]\nhost = 127.0.0.1\n"
                      f"port = {server.tls_port}\nuser = {USER}\npassword_file = {password}\n"
                      f"ca_file = {server.ca_file}\n")

    def forget(self):
        for name in os.listdir(self.dir):
            if name.startswith("tlsrua.db"):
                os.unlink(os.path.join(self.dir, name))

    def note(self, name, wall, cpu, peak=0):
        self.figures.setdefault(name, []).append((wall, cpu, peak))

    def drain(self):
        wall, cpu, self.bytes = drain.run(self.server.environment(USER))
        self.note("drain", wall, cpu)

    def run(self, name, *args):
        figures = os.path.join(self.dir, "figures")
        done = subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, BINARY,
                               "-c", self.config, *args, "--json"],
                              capture_output=True, text=True, env=environment(), check=False)
        if done.returncode != 0:
            sys.exit(f"{name}: exit code {done.returncode}: {done.stderr[-2000:]}")
        with open(figures) as f:
            f = json.load(f)
        self.note(name, f["seconds"], f["cpu"], f["peak_kb"])
        return json.loads(done.stdout), done.stderr

    def timing(self):
        """Where a poll spends its time; a run of its own, since looking at the clock costs a little."""
        self.forget()
        done = subprocess.run([BINARY, "-c", self.config, "poll", "--timing"], capture_output=True, text=True,
                              env=environment(), check=False)
        words = next((line.partition("seconds:")[2].split() for line in done.stderr.splitlines()
                      if "seconds:" in line), [])
        self.parts = list(zip(words[::2], map(float, words[1::2])))

    def once(self, maildir, mbox):
        self.drain()
        self.forget()
        self.first, _ = self.run("poll, empty store", "poll")
        self.second, _ = self.run("poll again", "poll")
        self.forget()
        self.run("import Maildir", "import", maildir)
        self.forget()
        self.run("import mbox", "import", mbox)

    def mbsync(self):
        """What a plain copy of the mailbox costs, for comparison."""
        target = os.path.join(self.dir, "copy")
        conf = os.path.join(self.dir, "mbsyncrc")
        with open(conf, "w") as out:
            out.write(f"IMAPAccount a\nHost 127.0.0.1\nPort {self.server.tls_port}\nUser {USER}\n"
                      f"PassCmd \"cat {self.dir}/password\"\nSSLType IMAPS\nCertificateFile {self.server.ca_file}\n\n"
                      f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {target}/\nInbox {target}/INBOX\n\n"
                      f"Channel c\nFar :far:\nNear :near:\nSync Pull\nCreate Near\nSyncState *\nFSync no\n")
        os.makedirs(target)
        figures = os.path.join(self.dir, "figures")
        done = subprocess.run([sys.executable, "-S", "-E", os.path.join(HERE, "measure.py"), figures, "mbsync", "-q",
                               "-c", conf, "c"], capture_output=True, text=True, check=False)
        shutil.rmtree(target)
        if done.returncode == 0:
            with open(figures) as f:
                f = json.load(f)
            self.note("mbsync (copy)", f["seconds"], f["cpu"], f["peak_kb"])

    def report(self):
        median = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in self.figures.items()}
        floor = median["drain"][0]
        lines = [f"{self.first['messages']} mails, {self.bytes / 1e6:.1f} MB, {self.first['imported']} reports imported;"
                 f" second poll imported {self.second['imported']}; medians of {len(self.figures['drain'])} runs",
                 f"{'':20} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'/ drain':>8} {'mails/s':>9}"]
        for name, (wall, cpu, peak) in median.items():
            lines.append(f"{name:20} {wall:8.3f} {cpu:8.3f} {peak / 1024:8.1f} {wall / floor:8.2f} "
                         f"{self.first['messages'] / wall:9.0f}")
        if self.parts:
            lines += ["parts of a poll into an empty store:", "  " + ", ".join(f"{n} {s:.3f}" for n, s in self.parts)]
        return "\n".join(lines) + "\n"


def main():
    p = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    p.add_argument("-n", type=int, default=10000, metavar="MAILS")
    p.add_argument("-r", type=int, default=5, metavar="RUNS")
    p.add_argument("-o", metavar="FILE", help="write the figures there too")
    a = p.parse_args()
    mails = corpus.build(a.n).mails
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Dovecot({USER: mails}) as server:
        maildir, mbox = os.path.join(folder, "maildir"), os.path.join(folder, "mbox")
        corpus.write_maildir(maildir, mails)
        corpus.write_mbox(mbox, mails)
        bench = Bench(folder, server)
        drain.run(server.environment(USER))  # warm: the server's caches, the disk's
        for _ in range(a.r):
            bench.once(maildir, mbox)
        if shutil.which("mbsync"):
            bench.mbsync()
        bench.timing()
        text = bench.report()
    sys.stdout.write(text)
    if a.o:
        with open(a.o, "w") as out:
            out.write(text)


if __name__ == "__main__":
    main()
