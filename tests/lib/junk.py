"""Mail that is no TLS report, and reports that are broken: each kind a function, with what must become of it."""
import gzip
import io
import json
import zipfile
from datetime import timedelta

from . import post

DMARC = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback><report_metadata><org_name>google.example</org_name>"
         "<report_id>{id}</report_id></report_metadata><policy_published><domain>{domain}</domain><p>reject</p>"
         "</policy_published></feedback>\n")


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _head(rng, site, when, sender, subject, content_type):
    return [f"From: someone@{sender}", f"To: tls-reports@{site.domain}", f"Subject: {subject}",
            f"Date: {post.date(when)}", f"Message-ID: {post.message_id(rng, sender)}", "MIME-Version: 1.0",
            f"Content-Type: {content_type}"]


def _mail(rng, site, when, size, sender, subject, content_type, body):
    return post.assemble(rng, _head(rng, site, when, sender, subject, content_type), body, when, sender, site.domain,
                         size)


# -- other mail: each is left alone

def spam(rng, site, when, size):
    return _mail(rng, site, when, size, "spam.example", "=?utf-8?b?8J+OgSBZb3Ugd29u?=", "text/html; charset=utf-8",
                 b"<html><body><h1>You won</h1><p>{ \"prize\": 1 }</p></body></html>\n")


def _dmarc(rng, site, when, size, suffix, content_type, data):
    mark = post.boundary(rng)
    name = f"google.example!{site.domain}!{int(when.timestamp())}.{suffix}"
    body = post.multipart(mark, [
        post.part(["Content-Type: text/plain"], b"A DMARC report.\n"),
        post.part([f"Content-Type: {content_type}; name=\"{name}\"",
                   f"Content-Disposition: attachment; filename=\"{name}\"", "Content-Transfer-Encoding: base64"],
                  post.encoded(data, "base64"))])
    return _mail(rng, site, when, size, "google.example", f"Report domain: {site.domain} Report-ID: 1",
                 f"multipart/mixed; boundary=\"{mark}\"", body)


def dmarc_zip(rng, site, when, size):
    text = DMARC.format(id=rng.getrandbits(40), domain=site.domain).encode()
    return _dmarc(rng, site, when, size, "zip", "application/zip", zipped("report.xml", text))


def dmarc_gzip(rng, site, when, size):
    text = DMARC.format(id=rng.getrandbits(40), domain=site.domain).encode()
    return _dmarc(rng, site, when, size, "xml.gz", "application/gzip", gzip.compress(text, mtime=0))


def bounce(rng, site, when, size):
    mark = post.boundary(rng)
    body = post.multipart(mark, [
        post.part(["Content-Type: text/plain"], b"Your mail could not be delivered.\n"),
        post.part(["Content-Type: message/delivery-status"],
                  f"Reporting-MTA: dns; mx.{site.domain}\n\nFinal-Recipient: rfc822; x@{site.domain}\n"
                  f"Action: failed\nStatus: 5.1.1\n".encode()),
        post.part(["Content-Type: text/rfc822-headers"], b"Subject: hello\nFrom: x@example.com\n")])
    return _mail(rng, site, when, size, f"mx.{site.domain}", "Undelivered Mail Returned to Sender",
                 f"multipart/report; report-type=delivery-status; boundary=\"{mark}\"", body)


def vacation(rng, site, when, size):
    return _mail(rng, site, when, size, "office.example", "Out of office: TLS report", "text/plain; charset=utf-8",
                 "Ich bin im Urlaub.\n".encode())


def picture(rng, site, when, size):
    mark = post.boundary(rng)
    body = post.multipart(mark, [
        post.part(["Content-Type: text/plain"], b"See the picture.\n"),
        post.part(["Content-Type: image/png; name=\"tls.png\"", "Content-Transfer-Encoding: base64"],
                  post.encoded(b"\x89PNG\r\n\x1a\n" + rng.randbytes(400), "base64"))])
    return _mail(rng, site, when, size, "friend.example", "Picture", f"multipart/mixed; boundary=\"{mark}\"", body)


OTHER = [spam, dmarc_zip, dmarc_gzip, bounce, vacation, picture]


# -- broken reports: a function makes (media type, encoded body) of a report's JSON text

def _cut_gzip(rng, sender, document):
    data = gzip.compress(sender.text(document), mtime=0)
    return "application/tlsrpt+gzip", post.encoded(data[:len(data) * 2 // 3], "base64")


def _wrong_crc(rng, sender, document):
    data = bytearray(gzip.compress(sender.text(document), mtime=0))
    data[-6] ^= 0x40
    return "application/tlsrpt+gzip", post.encoded(bytes(data), "base64")


def _plain(text):
    return "application/tlsrpt+json", post.encoded(text, "base64")


def _cut_json(rng, sender, document):
    return _plain(sender.text(document)[:-20])


def _empty(rng, sender, document):
    # some blanks, so that each of these mails has bytes of its own
    return _plain(b" " * rng.randrange(1, 200) + b"\n" * rng.randrange(1, 200))


def _without(*path):
    def change(rng, sender, document):
        target = document
        for key in path[:-1]:
            target = target[key]
        del target[path[-1]]
        return _plain(sender.text(document))
    return change


def _with(value, *path):
    def change(rng, sender, document):
        target = document
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value
        return _plain(sender.text(document))
    return change


def _two_names(rng, sender, document):
    text = json.dumps(document)
    return _plain((text[:-1] + ", \"policies\": []}").encode())


def _trailing(rng, sender, document):
    return _plain(sender.text(document) + b"\n{}")


def _bad_base64(rng, sender, document):
    text = post.encoded(sender.text(document), "base64")
    return "application/tlsrpt+json", text[:40] + b"!!#!!" + text[40:]


BROKEN = [
    ("gzip-truncated", _cut_gzip),
    ("gzip-invalid", _wrong_crc),
    ("json-syntax", _cut_json),
    ("json-empty", _empty),
    ("date-range-missing", _without("date-range")),
    ("policies-missing", _without("policies")),
    ("policies-not-array", _with({}, "policies")),
    ("summary-missing", _without("policies", 0, "summary")),
    ("policy-type-missing", _without("policies", 0, "policy", "policy-type")),
    ("count-negative", _with(-1, "policies", 0, "summary", "total-successful-session-count")),
    ("count-fractional", _with(1.5, "policies", 0, "summary", "total-failure-session-count")),
    ("count-overflow", _with(2 ** 53 + 1, "policies", 0, "summary", "total-successful-session-count")),
    ("date-invalid", _with("2026-02-30T00:00:00Z", "date-range", "start-datetime")),
    ("date-range-reversed", _with("2020-01-01T00:00:00Z", "date-range", "end-datetime")),
    ("date-future", None),
    ("json-duplicate-key", _two_names),
    ("json-trailing-data", _trailing),
    ("transfer-encoding", _bad_base64),
    ("no-report-part", None),
]


def broken(rng, sender, report, site, when, size, reason, change):
    """A mail that claims to carry a report and is refused for `reason`."""
    mark = post.boundary(rng)
    parts = [post.part(["Content-Type: text/plain"], b"This is an aggregate TLS report.\n")]
    if reason == "date-future":
        when -= timedelta(days=5)
        change = _same
    if change is not None:
        media_type, body = change(rng, sender, sender.document(report))
        encoding = "base64"
        parts.append(post.part([f"Content-Type: {media_type}; name=\"report\"",
                                f"Content-Transfer-Encoding: {encoding}"], body))
    head = sender.head(rng, report, site, when)
    if not any(h.startswith("MIME-Version") for h in head):
        head.append("MIME-Version: 1.0")
    head.append(f"Content-Type: multipart/report; report-type=tlsrpt; boundary=\"{mark}\"")
    return post.assemble(rng, head, post.multipart(mark, parts), when, sender.submitter, site.domain, size), when


def _same(rng, sender, document):
    return _plain(sender.text(document))
