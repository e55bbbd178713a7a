"""What is in the folders of a user on a test server, seen over IMAP."""
import hashlib
import imaplib
import re
import ssl

from .dovecot import GOOD


def client(server, user):
    context = ssl.create_default_context(cafile=server.ca_file)
    c = imaplib.IMAP4_SSL(GOOD, server.tls_port, ssl_context=context)
    c.authenticate("PLAIN", lambda _: f"\0{user}\0{server.users[user]}".encode())
    return c


def _select(c, folder):
    status, found = c.select('"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"', readonly=True)
    return int(found[0]) if status == "OK" else 0


def flags(server, user, folder="INBOX"):
    """The flags of each mail, by UID."""
    c = client(server, user)
    try:
        if _select(c, folder) == 0:
            return {}
        lines = c.uid("fetch", "1:*", "(FLAGS)")[1]
        found = [re.search(rb"UID (\d+) FLAGS \((.*?)\)|FLAGS \((.*?)\).*UID (\d+)", line) for line in lines]
        return {int(m[1] or m[4]): set((m[2] or m[3] or b"").decode().split()) for m in found}
    finally:
        c.logout()


def _flags_of(line):
    return sorted({f.decode() for f in re.search(rb"FLAGS \((.*?)\)", line)[1].split()} - {"\\Recent"})


def contents(server, user):
    """The digests of the mails of every folder, sorted, with their flags."""
    c = client(server, user)
    try:
        out = {}
        for line in c.list()[1]:
            name = re.match(rb'\(.*?\) "." "?(.*?)"?$', line)[1].decode()
            if _select(c, name) == 0:
                out[name] = []
                continue
            mails = [p for p in c.uid("fetch", "1:*", "(FLAGS BODY.PEEK[])")[1] if isinstance(p, tuple)]
            out[name] = sorted(" ".join([hashlib.sha256(p[1]).hexdigest()[:16], *_flags_of(p[0])]) for p in mails)
        return out
    finally:
        c.logout()
