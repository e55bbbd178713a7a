"""Mails that hold a mail: bounces as servers of several kinds write them, forwarded mails, and odd shapes of both."""
import base64
import quopri
import random
from datetime import datetime, timedelta, timezone

from . import mixed, post
from .corpus import Mail

WHEN = datetime(2026, 9, 1, 6, tzinfo=timezone.utc)
STATUS = (b"Reporting-MTA: dns; mx.receiver.example\nX-Queue-ID: 4XyZ12\nArrival-Date: Tue,  1 Sep 2026 06:00:00 +0000\n\n"
          b"Final-Recipient: rfc822; nobody@far.example\nAction: failed\nStatus: 5.1.1\n"
          b"Diagnostic-Code: smtp; 550 5.1.1 <nobody@far.example>: user unknown\n")
TEXT = b"This is the mail system at host mx.receiver.example.\n\nI'm sorry to have to inform you that your message could not\n"
PAGE = b"<!DOCTYPE html>\n<html><body><h1>Address not found</h1><p>Your message was not delivered.</p></body></html>\n"
IMAGE = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)


def _text():
    return post.part(["Content-Description: Notification", "Content-Type: text/plain; charset=us-ascii"], TEXT)


def _page():
    return post.part(["Content-Type: text/html; charset=\"UTF-8\""], PAGE)


def _status():
    return post.part(["Content-Description: Delivery report", "Content-Type: message/delivery-status"], STATUS)


def _mail(raw, *more, media="message/rfc822"):
    return post.part([f"Content-Type: {media}", *more], raw)


def _both(mark, kind="alternative"):
    return post.part([f"Content-Type: multipart/{kind}; boundary=\"{mark}\""], post.multipart(mark, [_text(), _page()]))


def postfix(mark, raw):
    return "report; report-type=delivery-status", [_text(), _status(),
                                                   _mail(raw, "Content-Description: Undelivered Message")]


def exchange(mark, raw):
    return "report; report-type=delivery-status", [_both(mark + "a"), _status(), _mail(raw)]


def gmail(mark, raw):
    image = post.part(["Content-Type: image/png; name=\"icon.png\"", "Content-Disposition: attachment; filename=\"icon.png\"",
                       "Content-Transfer-Encoding: base64"], IMAGE)
    beside = post.part([f"Content-Type: multipart/related; boundary=\"{mark}r\""],
                       post.multipart(mark + "r", [_both(mark + "a"), image]))
    return "report; report-type=delivery-status", [beside, _status(), _mail(raw)]


def forwarded(mark, raw):
    return "mixed", [_text(), _mail(raw, "Content-Disposition: attachment; filename=\"Letter of mine.eml\"",
                                    "Content-Transfer-Encoding: 7bit", media="message/rfc822; charset=UTF-8; name=\"x.eml\"")]


def complaint(mark, raw):
    about = post.part(["Content-Type: message/feedback-report"], b"Feedback-Type: abuse\nUser-Agent: A/1\nVersion: 1\n")
    return "report; report-type=feedback-report", [_text(), about, _mail(raw, "Content-Disposition: inline")]


def header_alone(mark, raw):
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    return "report; report-type=delivery-status", [_text(), _status(), _mail(head, media="text/rfc822-headers")]


USUAL = (postfix, exchange, gmail, forwarded, complaint, header_alone)


def in_base64(mark, raw):
    return "mixed", [_text(), _mail(base64.encodebytes(raw), "Content-Transfer-Encoding: base64")]


def quoted(mark, raw):
    return "mixed", [_text(), _mail(quopri.encodestring(raw) + b"\n", "Content-Transfer-Encoding: quoted-printable")]


def labelled_so(mark, raw):
    return "mixed", [_text(), _mail(raw, "Content-Transfer-Encoding: base64")]


def international(mark, raw):
    return "report; report-type=delivery-status", [_text(), _mail(raw, media="message/global")]


def news(mark, raw):
    return "mixed", [_text(), _mail(raw, media="message/news")]


def digest(mark, raw):
    return "digest", [b"\n" + raw, _text(), b"Content-Type: ;\n\n" + raw]


def digest_beside(mark, raw):
    return "mixed", [_text(), post.part([f"Content-Type: multipart/digest; boundary=\"{mark}d\""],
                                        post.multipart(mark + "d", [b"\n" + raw]))]


def behind_a_blank_line(mark, raw):
    return "mixed", [_text(), _mail(b"\n" + raw)]


def behind_a_mark(mark, raw):
    return "mixed", [_text(), _mail(b"\xef\xbb\xbf" + raw)]


def without_a_header(mark, raw):
    return "mixed", [_text(), _mail(b"\n" + raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2])]


def twice(mark, raw):
    return "report; report-type=delivery-status", [_text(), _mail(whole(forwarded, mark + "t", raw))]


def thrice(mark, raw):
    return "mixed", [_text(), _mail(whole(twice, mark + "u", raw))]


def alone_inside(mark, raw):
    return "mixed", [_mail(b"Subject: x\nContent-Type: message/rfc822\n\n" + raw)]


def two(mark, raw):
    return "mixed", [_mail(mixed.letter(random.Random(1), 2, WHEN, 2000).raw), _mail(raw), _text()]


def three(mark, raw):
    return "mixed", [_mail(raw), _mail(raw), _mail(raw)]


def cut_off(mark, raw):
    return "mixed", [_text(), _mail(raw[:len(raw) * 2 // 3])]


def not_closed(mark, raw):
    return "mixed", [_text(), _mail(raw) + f"\n--{mark}".encode() + _text()]


ODD = (in_base64, quoted, labelled_so, international, news, digest, digest_beside, behind_a_blank_line, behind_a_mark,
       without_a_header, twice, thrice, alone_inside, two, three, cut_off, not_closed)


def whole(way, mark, raw, number=0):
    """The mail that holds the other one."""
    kind, parts = way(mark, raw)
    head = ["From: Mail Delivery System <MAILER-DAEMON@mx.receiver.example>", "To: postmaster@receiver.example",
            "Subject: Undelivered Mail Returned to Sender", f"Date: {post.date(WHEN)}",
            f"Message-ID: <4XyZ{number}.{way.__name__}@mx.receiver.example>", "MIME-Version: 1.0",
            f"Content-Type: multipart/{kind}; boundary=\"{mark}\""]
    return "\n".join(head).encode() + b"\n\nThis is a MIME-encapsulated message.\n\n" + post.multipart(mark, parts)


def bounces(mails, ways=USUAL, seed=1):
    """Each mail in another one."""
    rng = random.Random(seed)
    return [Mail(whole(ways[i % len(ways)], post.boundary(rng), mail.raw, i), WHEN + timedelta(seconds=60 * i), "other")
            for i, mail in enumerate(mails)]
