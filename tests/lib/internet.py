"""A small internet on loopback for `tlsrua check DOMAIN`: signed zones, policy hosts and MX hosts, each with one thing
wrong at most.

    with Internet(folder) as net:
        mx = net.mx("mx.sound.example", tlsa="3 1 1")
        net.domain("sound.example", mx=[mx], policy=policy("enforce", "mx.sound.example"))
        net.start()
        ... net.settings() ...      # [dns] and [check] of a configuration that sees it

nsd serves the zones, whose signatures lead to a root key of their own; before it stands a resolver that fails where it
is told to.  Everything listens on 127.0.0.0/8 and ends with close().
"""
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import warnings
from datetime import datetime, timedelta, timezone

from .dovecot import Authority, free_ports
from .patience import wait_until

HOME = "127.0.0.1"
WEB, DESERTED, ANCIENT = "127.0.30.1", "127.0.30.2", "127.0.30.3"  # policy hosts: sound, nobody there, TLS 1.0 alone
RECORD = "v=TLSRPTv1; rua=mailto:tls-reports@sound.example"
STS = "v=STSv1; id=20260101;"
SERVFAIL, REFUSED = 2, 5
SILENCE = None
warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 is one of the faults


def policy(mode, *mx, max_age=604800):
    return "\r\n".join(["version: STSv1", f"mode: {mode}", *(f"mx: {m}" for m in mx), f"max_age: {max_age}", ""])


def quoted(text):
    """A TXT record as zone files have it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return " ".join(f'"{escaped[i:i + 200]}"' for i in range(0, len(escaped), 200))


def stamp(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%S")


def run(*command, cwd=None):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout


class Certificates:
    """Certificates by what is wrong with them; made when first asked for."""

    def __init__(self, folder):
        self.dir = folder
        self.authority = Authority(folder, "internet")
        self.made = {}

    def get(self, fault, names):
        """The paths of a certificate, with what is sent behind it, and of its key."""
        tag = f"{fault}-{names[0].replace('*', 'star')}"
        if tag not in self.made:
            self.made[tag] = self._make(tag, fault, names)
        return self.made[tag]

    def _make(self, tag, fault, names):
        cert, key = (os.path.join(self.dir, tag + s) for s in (".pem", ".key"))
        alternatives = ",".join("DNS:" + n for n in names)
        start, end = {"expired": (-100, -10), "future": (3, 90), "soon": (-80, 4)}.get(fault, (-10, 60))
        if fault == "self-signed":
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "60",
                "-subj", f"/CN={names[0]}", "-addext", "subjectAltName=" + alternatives, "-keyout", key, "-out", cert)
            return cert, key
        if fault == "cn":
            alternatives = "email:nobody@example"
        self.authority.issue(self.dir, tag, alternatives, stamp(start) + "Z", stamp(end) + "Z")
        if fault == "cn":
            self._rename(tag, names[0])
        with open(cert, "a") as out, open(self.authority.cert) as ca:
            out.write(ca.read())
        return cert, key

    def _rename(self, tag, name):
        """The same with that name in the CN."""
        cert, key, request = (os.path.join(self.dir, tag + s) for s in (".pem", ".key", ".csr"))
        run("openssl", "req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        run("openssl", "x509", "-req", "-in", request, "-CA", self.authority.cert, "-CAkey", self.authority.key,
            "-days", "60", "-out", cert)

    def digest(self, cert, selector):
        """SHA-256 of the first certificate in a file, or of its key."""
        if selector == "0":
            with open(cert) as f:
                first = f.read().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
        public = run("openssl", "x509", "-in", cert, "-pubkey", "-noout")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(
            public.replace("PUBLIC KEY", "CERTIFICATE"))).hexdigest()


def server_context(cert, key, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = version or ssl.TLSVersion.TLSv1_2
    if version:
        context.maximum_version = version
    context.load_cert_chain(cert, key)
    return context


class Listener:
    """Takes connections at an address and gives each to `serve` in a thread."""

    def __init__(self, address, port, serve, backlog=64):
        self.connections = 0
        self.serve = serve
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(backlog)
        self.crowd = []

    def start(self):
        threading.Thread(target=self._loop, daemon=True).start()

    def shut_out(self, address, port):
        """Nobody accepts any more: the queue is full."""
        for _ in range(4):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex((address, port))
            self.crowd.append(s)

    def _loop(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        try:
            connection.settimeout(60)
            self.serve(connection)
        except (OSError, ValueError, IndexError):
            pass
        finally:
            connection.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        for s in self.crowd:
            s.close()


class MailHost:
    """An MX host: `fault` says where it leaves the way of RFC 5321 and RFC 3207."""

    def __init__(self, name, address, fault, context):
        self.name, self.address, self.fault, self.context = name, address, fault, context
        self.tlsa = []

    def serve(self, s):
        greeting = {"turned-away": "554 5.7.1 go away", "busy": "421 4.3.2 later", "other": "SSH-2.0-none"}
        if self.fault == "silent":
            time.sleep(60)
        s.sendall((greeting.get(self.fault, f"220 {self.name} ESMTP") + "\r\n").encode())
        while self.fault == "endless":
            s.sendall(b"220-" + b"x" * 400 + b"\r\n")
        if self.fault not in greeting:
            self._talk(s, s.makefile("rb"), secure=False)

    def _talk(self, s, lines, secure):
        for line in iter(lambda: lines.readline(2000), b""):
            verb = line.strip().upper().split(b" ")[0]
            if verb == b"EHLO" and self.fault == "old":
                s.sendall(b"500 what?\r\n")
            elif verb == b"EHLO":
                s.sendall(self._offers(secure))
            elif verb == b"STARTTLS" and not secure and self._starts_tls(s):
                s = self.context.wrap_socket(s, server_side=True)
                if self.fault == "leaves":
                    return
                self._talk(s, s.makefile("rb"), secure=True)
                return
            elif verb == b"QUIT":
                s.sendall(b"221 bye\r\n")
                return
            elif verb != b"STARTTLS":
                s.sendall(b"502 what?\r\n")

    def _offers(self, secure):
        word = {"clear": None, "hidden": "XXXXXXXA"}.get(self.fault, "STARTTLS")
        words = [self.name, "SIZE 1000000"] + ([word] if word and not secure else []) + ["8BITMIME"]
        return "".join(f"250{' ' if w == words[-1] else '-'}{w}\r\n" for w in words).encode()

    def _starts_tls(self, s):
        if self.fault == "refuses":
            s.sendall(b"454 4.7.0 no certificate\r\n")
            return False
        s.sendall(b"220 go\r\n" + (b"250 and more\r\n" if self.fault in ("injects", "goes-on") else b""))
        if self.fault == "closes":
            s.close()
        return self.fault not in ("closes", "goes-on")


class PolicyHosts:
    """Policies by the name that is asked for; `answer` of a domain says how, see Internet.domain()."""

    def __init__(self, certificates):
        self.certificates, self.sites, self.requests = certificates, {}, []
        self.unknown = certificates.get("good", ["nobody.example"])  # for names that nobody has

    def add(self, name, text, answer):
        cert, key = self.certificates.get(answer.get("cert", "good"), answer.get("names", [name]))
        self.sites[name] = server_context(cert, key), text.encode(), answer

    def serve(self, connection, version=None):
        context = server_context(*self.unknown, version)
        context.sni_callback = self._choose
        with context.wrap_socket(connection, server_side=True) as s:
            head = b""
            while b"\r\n\r\n" not in head:
                more = s.recv(4096)
                if not more:
                    return
                head += more
            self.requests.append(head.decode())
            lines = head.decode().split("\r\n")
            host = next(line[5:].strip().split(":")[0] for line in lines if line.lower().startswith("host:"))
            self._answer(s, host, lines[0].split(" ")[1])

    def _choose(self, connection, name, _):
        if name in self.sites and connection.context.maximum_version != ssl.TLSVersion.TLSv1:
            connection.context = self.sites[name][0]

    def _answer(self, s, host, path):
        if host not in self.sites or path != "/.well-known/mta-sts.txt":
            s.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n")
            return
        _, body, how = self.sites[host]
        if how.get("silent"):
            time.sleep(60)
        body = how.get("body", body)
        head = [f"HTTP/1.1 {how.get('status', 200)} so", *how.get("fields", []), "Connection: close"]
        head.append("Content-Type: " + how.get("type", "text/plain"))
        if how.get("chunked"):
            head.append("Transfer-Encoding: chunked")
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
        else:
            head.append(f"Content-Length: {len(body) + how.get('missing', 0)}")
        s.sendall("\r\n".join(head + ["", ""]).encode() + body)


class Front:
    """The resolver before nsd; `faults` are its answers for names: SERVFAIL, REFUSED or SILENCE.  With `strips` it knows
    nothing of DNSSEC."""

    def __init__(self, port, nsd, faults, strips=False):
        self.nsd, self.faults, self.strips, self.questions = nsd, faults, strips, 0
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((HOME, port))
        self.tcp = Listener(HOME, port, self._serve_tcp)
        self.tcp.start()
        threading.Thread(target=self._loop, daemon=True).start()

    @staticmethod
    def _question(q):
        at, labels = 12, []
        while q[at]:
            labels.append(q[at + 1:at + 1 + q[at]].decode("latin-1").lower())
            at += q[at] + 1
        return ".".join(labels), struct.unpack("!H", q[at + 1:at + 3])[0], at + 5

    def _answer(self, q, ask):
        self.questions += 1
        name, kind, end = self._question(q)
        for key in ((name, kind), name):
            if key in self.faults:
                code = self.faults[key]
                return code and q[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, 0, 0, 0) + q[12:end]
        if self.strips:
            q = q[:10] + b"\0\0" + q[12:end]
        a = ask(q)
        flags = struct.unpack("!H", a[2:4])[0]
        return a[:2] + struct.pack("!H", (flags | 0x80) & ~0x400) + a[4:]

    def _ask_udp(self, q):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.5)  # what is lost is asked again
            s.connect((HOME, self.nsd))
            s.send(q)
            return s.recv(65535)

    def _ask_tcp(self, q):
        with socket.create_connection((HOME, self.nsd), 10) as s:
            s.sendall(struct.pack("!H", len(q)) + q)
            return self._message(s)

    @staticmethod
    def _message(s):
        data = b""
        while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
            more = s.recv(65535)
            if not more:
                raise OSError("the end")
            data += more
        return data[2:]

    def _loop(self):
        while True:
            try:
                q, peer = self.udp.recvfrom(65535)
                a = self._answer(q, self._ask_udp)
                if a is not None:
                    self.udp.sendto(a, peer)
            except (IndexError, struct.error, socket.timeout):
                pass
            except OSError:
                return

    def _serve_tcp(self, s):
        while True:
            a = self._answer(self._message(s), self._ask_tcp)
            if a is not None:
                s.sendall(struct.pack("!H", len(a)) + a)

    def close(self):
        self.udp.close()
        self.tcp.close()


class Zones:
    """Zone files, signed from a root key of their own, and the nsd that serves them."""

    def __init__(self, folder):
        self.dir = folder
        os.makedirs(folder)
        self.lines = {".": [], "example.": [], "plain.example.": [], "forged.example.": []}
        for zone, parent in (("example.", "."), ("plain.example.", "example."), ("forged.example.", "example.")):
            self.lines[parent] += [f"{zone} NS ns.{zone}", f"ns.{zone} A {HOME}"]
            self.lines[zone].append(f"ns.{zone} A {HOME}")

    def put(self, line):
        name = line.split(" ")[0]
        zone = next(z for z in ("plain.example.", "forged.example.", "example.") if name.endswith("." + z) or name == z)
        self.lines[zone].append(line)

    def _sign(self, zone, parent):
        key = run("ldns-keygen", "-a", "ECDSAP256SHA256", "-r", "/dev/urandom", "-k", zone, cwd=self.dir).strip()
        if parent:
            self.lines[parent].append(run("ldns-key2ds", "-n", "-2", key + ".key", cwd=self.dir).strip())
        return key

    def write(self):
        """Write and sign them; returns the file with the key of the root."""
        keys = {z: self._sign(z, p) for z, p in (("forged.example.", "example."), ("example.", "."), (".", None))}
        self.files = {}
        for zone, lines in self.lines.items():
            path = os.path.join(self.dir, zone.strip(".") or "root")
            ns = "ns." + zone if zone != "." else "ns.example."
            with open(path, "w") as out:
                out.write("\n".join(["$TTL 3600", f"{zone} SOA {ns} nobody.example. 1 3600 900 604800 300", f"{zone} NS {ns}",
                                     *lines, ""]))
            if zone in keys:
                until = -5 if zone == "forged.example." else 20
                run("ldns-signzone", "-i", stamp(-20), "-e", stamp(until), "-o", zone, path, keys[zone], cwd=self.dir)
                path += ".signed"
            self.files[zone] = path
        return os.path.join(self.dir, keys["."] + ".key")

    def serve(self, port):
        conf = os.path.join(self.dir, "nsd.conf")
        with open(conf, "w") as out:
            out.write(f'server:\n ip-address: {HOME}@{port}\n username: ""\n chroot: ""\n database: ""\n pidfile: ""\n'
                      f' zonesdir: "{self.dir}"\n xfrdfile: "{self.dir}/xfrd"\n zonelistfile: "{self.dir}/list"\n'
                      f' xfrdir: "{self.dir}"\n server-count: 1\n logfile: "{self.dir}/log"\nremote-control:\n'
                      " control-enable: no\n")
            for zone, path in self.files.items():
                out.write(f'zone:\n name: "{zone}"\n zonefile: "{path}"\n')
        return subprocess.Popen([NSD, "-d", "-c", conf], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


NSD = next((p for p in ("/usr/sbin/nsd", "/usr/bin/nsd") if os.path.exists(p)), None)


class Internet:
    def __init__(self, folder):
        self.dir = folder
        self.certificates = Certificates(folder)
        self.policies = PolicyHosts(self.certificates)
        self.zones = Zones(os.path.join(folder, "zones"))
        self.faults, self.hosts, self.open = {}, [], []
        self.nsd = None
        self.ports = dict(zip(("nsd", "dns", "strip", "dead", "https", "smtp"), free_ports(6)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- what there is

    def record(self, line):
        self.zones.put(line)

    def mx(self, name, fault=None, cert="good", names=None, tlsa=(), version=None):
        """A host; `tlsa` as "3 1 1", "3 1 1 other" for the key of somebody else, "2 0 1" for the issuer."""
        pem, key = self.certificates.get(cert, names or [name])
        host = MailHost(name, f"127.0.40.{len(self.hosts) + 1}", fault, server_context(pem, key, version))
        self.hosts.append(host)
        self.record(f"{name}. A {host.address}")
        for usage, selector, matching, *other in (t.split() for t in tlsa):
            path = self.certificates.authority.cert if usage == "2" else \
                self.certificates.get("good", ["stranger.example"])[0] if other else pem
            self.record(f"_25._tcp.{name}. TLSA {usage} {selector} {matching} {self.certificates.digest(path, selector)}")
        return host

    def domain(self, name, tlsrpt=(RECORD,), mx=(), sts=None, text=None, web=WEB, more=(), **answer):
        """`text` is the policy, `web` the address of its host; `answer` may have status, fields, type, body, missing,
        chunked, silent, and cert and names for its certificate."""
        for record in tlsrpt:
            self.record(f"_smtp._tls.{name}. TXT {quoted(record)}")
        if sts is None and text is not None:
            sts = STS
        if sts:
            self.record(f"_mta-sts.{name}. TXT {quoted(sts)}")
        if text is not None:
            self.record(f"mta-sts.{name}. A {web}")
            self.policies.add("mta-sts." + name, text, answer)
        for n, host in enumerate(mx):
            self.record(f"{name}. MX {10 * (n + 1)} {host.name if isinstance(host, MailHost) else host}.")
        for line in more:
            self.record(line)
        if not mx and not more:
            self.record(f'{name}. TXT "x"')

    # -- running it

    def start(self):
        self.anchor = self.zones.write()
        self.nsd = self.zones.serve(self.ports["nsd"])
        self.front = Front(self.ports["dns"], self.ports["nsd"], self.faults)
        self.open += [self.front, Front(self.ports["strip"], self.ports["nsd"], {}, strips=True)]
        self.listeners = {}
        for host in self.hosts:
            if host.fault == "absent":
                continue
            one = Listener(host.address, self.ports["smtp"], host.serve, 0 if host.fault == "shut" else 64)
            self.listeners[host.name] = one
            if host.fault == "shut":
                one.shut_out(host.address, self.ports["smtp"])
            else:
                one.start()
        web = Listener(WEB, self.ports["https"], self.policies.serve)
        old = Listener(ANCIENT, self.ports["https"], lambda c: self.policies.serve(c, ssl.TLSVersion.TLSv1))
        web.start()
        old.start()
        self.open += [*self.listeners.values(), web, old]
        wait_until("nsd", self._is_served, self.nsd)

    def _is_served(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.3)
            try:
                s.connect((HOME, self.ports["nsd"]))
                s.send(b"\0\1\1\0\0\1\0\0\0\0\0\0\0\0\6\0\1")
                return len(s.recv(512)) > 12
            except OSError:
                return False

    def address(self, which):
        return f"{HOME}@{self.ports[which]}"

    def settings(self, timeout=3):
        return (f"[dns]\nresolver = {self.address('dns')}\ntrust_anchor = {self.anchor}\ntimeout = {timeout}s\n[check]\n"
                f"ca_file = {self.certificates.authority.cert}\ntimeout = {timeout}s\nhelo = tests.example\n"
                f"private_addresses = yes\nhttps_port = {self.ports['https']}\nsmtp_port = {self.ports['smtp']}\n")

    def close(self):
        for one in self.open:
            one.close()
        if self.nsd is not None:
            self.nsd.terminate()
            self.nsd.wait()
