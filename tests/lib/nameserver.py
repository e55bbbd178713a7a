"""A DNS server by script, over UDP and TCP: TXT records and aliases, and whatever can go wrong with an answer.

    with Nameserver() as dns:
        dns.txt("a._domainkey.reporter.example", "v=DKIM1; p=...")
        dns.trouble["b._domainkey.reporter.example"] = "servfail"   # late, cut, garbage, nothing
        ... f"127.0.0.1@{dns.port}" ...
"""
import ipaddress
import re
import socket
import struct
import threading
import time

A, CNAME, SOA, PTR, TXT, AAAA, DNSKEY = 1, 5, 6, 12, 16, 28, 48
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TROUBLES = ("servfail", "refused", "late", "cut", "garbage", "nothing")


def wire_name(name):
    labels = [label for label in name.strip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def wire_text(strings):
    return b"".join(bytes([len(s)]) + s for s in strings)


def chunks(text):
    raw = text.encode()
    return [raw[i:i + 255] for i in range(0, len(raw), 255)] or [b""]


class Nameserver:
    def __init__(self):
        self.records = {}   # name -> [(type, rdata)]
        self.trouble = {}   # name, or "*" for all -> one of TROUBLES
        self.asked = []     # names, in the order of the questions
        self.late = 1.0     # seconds
        self._open()
        self.stopping = False
        self.threads = [threading.Thread(target=target, daemon=True) for target in (self._udp, self._tcp)]
        for thread in self.threads:
            thread.start()

    def _open(self):
        """The same free port for both."""
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(16)
        self.udp.settimeout(0.2)
        self.tcp.settimeout(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()

    @property
    def address(self):
        return f"127.0.0.1@{self.port}"

    def txt(self, name, text):
        self.records.setdefault(name.lower().strip("."), []).append((TXT, wire_text(chunks(text))))

    def host(self, name, address):
        """A or AAAA."""
        ip = ipaddress.ip_address(address)
        self.records.setdefault(name.lower().strip("."), []).append((A if ip.version == 4 else AAAA, ip.packed))

    def name_of(self, address, name):
        """PTR."""
        reverse = ipaddress.ip_address(address).reverse_pointer
        self.records.setdefault(reverse, []).append((PTR, name if isinstance(name, bytes) else wire_name(name)))

    def zone(self, path):
        """TXT and CNAME of a zone file with a record a line and names that end in a dot."""
        with open(path, encoding="ascii") as f:
            for line in f:
                m = re.match(r"(\S+)\. (TXT|CNAME) (.*)", line)
                if m and m[2] == "TXT":
                    strings = [re.sub(r"\\(.)", r"\1", s).encode() for s in re.findall(r'"((?:[^"\\]|\\.)*)"', m[3])]
                    self.records.setdefault(m[1].lower(), []).append((TXT, wire_text(strings)))
                elif m:
                    self.records.setdefault(m[1].lower(), []).append((CNAME, wire_name(m[3])))

    # -- answering

    def _question(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        return ".".join(labels).lower(), kind, query[12:at + 5]

    def _records(self, name, kind):
        """The answer's records, aliases followed; a loop of them is given once round."""
        found, seen = [], set()
        while name in self.records and name not in seen:
            seen.add(name)
            alias = None
            for have, rdata in self.records[name]:
                if have in (kind, CNAME):
                    found.append((name, have, rdata))
                if have == CNAME:
                    alias = rdata
            if alias is None:
                return found
            labels, at = [], 0
            while alias[at]:
                labels.append(alias[at + 1:at + 1 + alias[at]].decode())
                at += 1 + alias[at]
            name = ".".join(labels).lower()
        return found

    def _exists(self, name):
        return name == "" or any(have == name or have.endswith("." + name) for have in self.records)

    def answer(self, query, over_udp):
        """The bytes to send; None for none."""
        name, kind, question = self._question(query)
        self.asked.append(name)
        trouble = self.trouble.get(name, self.trouble.get("*"))
        found = self._records(name, kind)
        rcode = NOERROR if found or self._exists(name) else NXDOMAIN
        if trouble == "nothing":
            return None
        if trouble == "late":
            time.sleep(self.late)
        if trouble == "garbage":
            return query[:2] + b"\x81\x80" + b"\xff" * 40
        if trouble in ("servfail", "refused"):
            found, rcode = [], SERVFAIL if trouble == "servfail" else REFUSED
        body = b"".join(wire_name(n) + struct.pack(">HHIH", t, 1, 300, len(r)) + r for n, t, r in found)
        authority = b""
        if not found and rcode in (NOERROR, NXDOMAIN):
            rdata = wire_name("ns.test") + wire_name("root.test") + struct.pack(">IIIII", 1, 3600, 600, 86400, 300)
            authority = b"\0" + struct.pack(">HHIH", SOA, 1, 300, len(rdata)) + rdata
        flags = 0x8180 | rcode
        if over_udp and (trouble == "cut" or len(body) > 1100):
            flags, found, body = flags | 0x0200, [], b""
        if not over_udp and trouble == "cut":
            return None
        head = query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 1 if authority else 0, 0)
        return head + question + body + authority

    def _udp(self):
        while not self.stopping:
            try:
                query, peer = self.udp.recvfrom(4096)
            except TimeoutError:
                continue
            threading.Thread(target=self._answer_udp, args=(query, peer), daemon=True).start()

    def _answer_udp(self, query, peer):
        answer = self.answer(query, True)
        if answer is not None and not self.stopping:
            self.udp.sendto(answer, peer)

    def _tcp(self):
        while not self.stopping:
            try:
                peer, _ = self.tcp.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._answer_tcp, args=(peer,), daemon=True).start()

    def _answer_tcp(self, peer):
        with peer:
            peer.settimeout(5)
            try:
                size = struct.unpack(">H", peer.recv(2, socket.MSG_WAITALL))[0]
                answer = self.answer(peer.recv(size, socket.MSG_WAITALL), False)
                if answer is not None:
                    peer.sendall(struct.pack(">H", len(answer)) + answer)
            except (OSError, struct.error):
                pass
