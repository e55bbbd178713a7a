"""NSD, a DNS server that others wrote, with one zone for the root, so that it answers everything."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

from .dovecot import free_ports
from .patience import HANG

PROGRAM = shutil.which("nsd", path=os.environ["PATH"] + ":/usr/sbin")
HEAD = """$ORIGIN .
$TTL 300
. SOA ns.host.test. root.host.test. 1 3600 600 86400 300
. NS ns.host.test.
ns.host.test. A 127.0.0.1
"""
CONF = """server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{dir}"
  database: ""
  pidfile: "{dir}/nsd.pid"
  logfile: "{dir}/nsd.log"
  zonelistfile: "{dir}/zone.list"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "zone"
"""


def available():
    return PROGRAM is not None


def txt(name, text):
    """A line of a zone: one TXT record, in strings of 255 bytes."""
    strings = [text[i:i + 255] for i in range(0, len(text), 255)]
    return f"{name}. TXT " + " ".join('"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"' for s in strings) + "\n"


class Nsd:
    """Serves a zone on 127.0.0.1 from a folder of its own until it is closed."""

    def __init__(self, zone):
        self.dir = tempfile.mkdtemp(prefix="tlsrua-nsd-")
        (self.port,) = free_ports(1)
        with open(os.path.join(self.dir, "zone"), "w", encoding="ascii") as f:
            f.write(zone)
        conf = os.path.join(self.dir, "nsd.conf")
        with open(conf, "w", encoding="ascii") as f:
            f.write(CONF.format(port=self.port, dir=self.dir))
        self.process = subprocess.Popen([PROGRAM, "-d", "-c", conf], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self):
        until = time.monotonic() + HANG
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        with open(os.path.join(self.dir, "nsd.log"), encoding="utf-8", errors="replace") as f:
            text = f.read()
        self.close()
        raise RuntimeError("nsd does not answer: " + text[-2000:])

    @property
    def address(self):
        return f"127.0.0.1@{self.port}"

    def close(self):
        self.process.terminate()
        self.process.wait(HANG)
        shutil.rmtree(self.dir, ignore_errors=True)
