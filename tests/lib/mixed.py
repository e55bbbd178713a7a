"""A mailbox with other mail in it: letters of people, and DMARC reports as ten senders pack them."""
import gzip
import random
import zipfile
import zlib
from datetime import datetime, timedelta, timezone

from . import post
from .corpus import Mail
from .junk import zipped
from .senders import Site

SITE = Site("alder.example", "enforce", ("mx1", "mx2"), dane=False, number=1)
WORDS = ("much ado about nothing at all dear reader please find below what we talked of last week and let me know "
         "whether the figures are right before we meet again on monday kind regards").split()
DOCUMENT = zipped("[Content_Types].xml", b"<Types/>")
NAMED = ("image/jpeg", "photo.jpg", b"\xff\xd8\xff\xe0"), ("application/pdf", "invoice.pdf", b"%PDF-1.7\n"), \
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "letter.docx", DOCUMENT), \
    ("application/octet-stream", "data.bin", b"\0\1\2\3")


def prose(rng, size):
    text = []
    while size > 0:
        line = " ".join(rng.choice(WORDS) for _ in range(11))
        text.append(line)
        size -= len(line) + 1
    return "\n".join(text).encode() + b"\n"


def attachment(media, name, data, encoding="base64"):
    named = f"; name=\"{name}\"" if name else ""
    filed = f"; filename=\"{name}\"" if name else ""
    return post.part([f"Content-Type: {media}{named}", f"Content-Disposition: attachment{filed}",
                      f"Content-Transfer-Encoding: {encoding}"], post.encoded(data, encoding))


def _whole(rng, sender, subject, more, body, when):
    head = [f"From: Somebody <s{rng.randrange(999)}@{sender}>", f"To: postmaster@{SITE.domain}", f"Subject: {subject}",
            f"Date: {post.date(when)}", f"Message-ID: {post.message_id(rng, sender)}", "MIME-Version: 1.0", *more]
    return Mail(post.assemble(rng, head, body, when, sender, SITE.domain, 1), when, "other")


def letter(rng, number, when, size=18000):
    """What is in any mailbox; a message with a message in it is not among them."""
    kind, room = number % 6, max(200, size - 1800)
    subject = f"Letter {number} about the {rng.choice(WORDS)} of {rng.choice(WORDS)}"
    plain = post.part(["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"],
                      prose(rng, 300 if kind > 2 else room // 3))
    mark = post.boundary(rng)
    multipart = f"Content-Type: multipart/{{}}; boundary=\"{mark}\""
    if kind == 0:
        return _whole(rng, "other.example", subject, ["Content-Type: text/plain; charset=utf-8"], prose(rng, room), when)
    markup = b"<!DOCTYPE html>\n<html><head><title>x</title></head><body><p>" + prose(rng, room * 2 // 3) + b"</p></body></html>\n"
    if kind == 1:
        return _whole(rng, "shop.example", subject, ["Content-Type: text/html; charset=utf-8"], markup, when)
    if kind == 2:
        body = post.multipart(mark, [plain, post.part(["Content-Type: text/html; charset=utf-8"], markup)])
        return _whole(rng, "shop.example", subject, [multipart.format("alternative")], body, when)
    media, name, magic = NAMED[number % len(NAMED)]
    body = post.multipart(mark, [plain, attachment(media, name, magic + rng.randbytes(room * 3 // 5))])
    return _whole(rng, "other.example", subject, [multipart.format("mixed")], body, when)


def letters(number, seed=1, size=18000, begin=datetime(2026, 9, 1, 6, tzinfo=timezone.utc)):
    rng = random.Random(seed)
    return [letter(rng, i, begin + timedelta(seconds=240 * i), int(rng.gauss(size, size / 6))) for i in range(number)]


def feedback(rng, records, number):
    """A DMARC report."""
    rows = "".join(f"<record><row><source_ip>192.0.2.{rng.randrange(256)}</source_ip><count>{rng.randrange(1, 900)}</count>"
                   f"</row><identifiers><header_from>{SITE.domain}</header_from></identifiers></record>\n"
                   for _ in range(records))
    return ("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<feedback>\n<report_metadata><org_name>sender.example</org_name>"
            f"<report_id>{number}</report_id></report_metadata>\n<policy_published><domain>{SITE.domain}</domain>"
            f"<p>none</p></policy_published>\n{rows}</feedback>\n").encode()


class Pipe:
    """What cannot be sought in: a zip that is written to it tells each size behind the data."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data
        return len(data)

    def flush(self):
        pass


def _streamed(name, xml):
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), xml)
    return pipe.data


def dmarc(rng, number, when, records=8):
    """One of ten ways."""
    stamp = int(when.timestamp())
    name = f"sender.example!{SITE.domain}!{stamp - 86400}!{stamp}"
    xml = feedback(rng, records, number)
    packed = gzip.compress(xml, mtime=0)
    text = post.part(["Content-Type: text/plain"], b"This is a DMARC aggregate report.\n")
    mark, inner = post.boundary(rng), post.boundary(rng)
    ways = {
        "zip alone": ("application/zip", name + ".zip", zipped(name + ".xml", xml), False),
        "streamed zip alone": ("application/zip", name + ".zip", _streamed(name + ".xml", xml), False),
        "gzip alone": ("application/gzip", name + ".xml.gz", packed, False),
        "gzip": ("application/gzip", name + ".xml.gz", packed, True),
        "x-gzip": ("application/x-gzip", name + ".xml.gz", packed, True),
        "zip": ("application/x-zip-compressed", name + ".zip", zipped(name + ".xml", xml), True),
        "octets": ("application/octet-stream", name + ".xml.gz", packed, True),
        "without a name": ("application/gzip", "", packed, True),
        "two levels": ("application/zip", name + ".zip", zipped(name + ".xml.gz", packed), True),
        "zlib": ("application/octet-stream", name + ".xml.z", zlib.compress(xml), True),
    }
    way = list(ways)[number % len(ways)]
    media, filename, data, beside = ways[way]
    subject = f"Report domain: {SITE.domain} Submitter: sender.example Report-ID: {number}"
    part = attachment(media, filename, data)
    if not beside:
        fields, body = part.split(b"\n\n", 1)
        return _whole(rng, "sender.example", subject, fields.decode().split("\n"), body, when)
    if number // len(ways) % 2:
        text = post.part([f"Content-Type: multipart/alternative; boundary=\"{inner}\""],
                         post.multipart(inner, [text, post.part(["Content-Type: text/html"], b"<p>A report.</p>\n")]))
    body = post.multipart(mark, [text, part])
    return _whole(rng, "sender.example", subject, [f"Content-Type: multipart/mixed; boundary=\"{mark}\""], body, when)


def dmarcs(number, seed=1, begin=datetime(2026, 9, 1, 6, tzinfo=timezone.utc)):
    rng = random.Random(seed)
    return [dmarc(rng, i, begin + timedelta(seconds=240 * i), rng.choice((1, 3, 8, 30, 200))) for i in range(number)]


def among(some, others):
    """The first ones spread evenly among the others."""
    step = max(1, len(others) // max(1, len(some)))
    result, rest = [], list(others)
    for i, mail in enumerate(some):
        result += rest[i * step:(i + 1) * step] + [mail]
    return result + rest[len(some) * step:]


def encoded_size(mails):
    """Bytes as a server counts them, with CR LF line ends."""
    return sum(len(m.raw) + m.raw.count(b"\n") - m.raw.count(b"\r\n") for m in mails)
