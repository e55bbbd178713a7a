#!/usr/bin/env python3
"""Larger mails of which header, structure and the front of each part show that they hold no report: Dovecot."""
import base64
import gzip
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import corpus, tap  # noqa: E402
from lib.program import OK, mailbox  # noqa: E402
from lib.proxy import Cut  # noqa: E402
from lib.served import Served  # noqa: E402

LARGE = 64 << 10
REPORT = ('{"organization-name": "Other", "date-range": {"start-datetime": "2026-09-01T00:00:00Z", "end-datetime": '
          '"2026-09-01T23:59:59Z"}, "contact-info": "a@other.example", "report-id": "1", "policies": [{"policy": '
          '{"policy-type": "no-policy-found", "policy-domain": "example.net"}, "summary": '
          '{"total-successful-session-count": 1, "total-failure-session-count": 0}}]}')


def mail(number, kind, *parts):
    """A mail with the parts (type, further header, text) in a multipart of that kind; one part alone without."""
    head = (f"From: Somebody <s{number}@other.example>\nSubject: Letter {number}\n"
            f"Message-ID: <{number}@other.example>\nMIME-Version: 1.0\n")
    if len(parts) == 1:
        (media, more, text), = parts
        return f"{head}Content-Type: {media}\n{more}\n{text}"
    body = "".join(f"--=_b\nContent-Type: {media}\n{more}\n{text}\n" for media, more, text in parts)
    return f'{head}Content-Type: multipart/{kind}; boundary="=_b"\n\nA multipart.\n{body}--=_b--\n'


HTML = ("text/html; charset=utf-8", "", "<html><body>" + "<p>Much ado about nothing at all, dear reader.</p>\n" * 2000)
PLAIN = ("text/plain", "Content-Transfer-Encoding: quoted-printable\n", "Hello =C3=BC, here are the pictures.\n")


def attached(rng, media, name, magic, size=100000):
    data = base64.encodebytes(magic + rng.randbytes(size)).decode()
    return (f"{media}; name={name}", f"Content-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
            f" filename={name}\n", data)


def others(rng):
    """What is in any mailbox, and holds no report."""
    image = attached(rng, "image/jpeg", '"Foto {12} \\"(a)\\".jpg"', b"\xff\xd8\xff\xe0")
    return [("html", HTML), ("alternative", PLAIN, HTML), ("mixed", PLAIN, image), ("mixed", HTML, image, image),
            ("mixed", PLAIN, attached(rng, "application/pdf", "invoice.pdf", b"%PDF-1.7\n")),
            ("related", HTML, attached(rng, "image/png", '"\u00fcber.png"', b"\x89PNG\r\n\x1a\n")),
            ("text", ("text/plain", "", "All work and no play makes Jack a dull boy.\n" * 2000))]


class Preview(Served):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = [m for m in corpus.build(40, seed=3).mails if m.kind == "report"]

    def user(self, texts):
        when = max(m.when for m in self.good)
        return super().user([t if isinstance(t, corpus.Mail) else corpus.Mail(t.encode(), when, "other")
                             for t in texts])

    def poll(self, user):
        """The result, and how many bytes the server sent."""
        with Cut(self.server.tls_port, 1 << 40) as proxy:
            result = self.expect(OK, "-c", self.config(mailbox(self.server, user, port=proxy.port)), "poll", "--json")
            return result, proxy.sent


class RuledOut(Preview):
    def test_bodies_stay_where_they_are(self):
        rng = random.Random(1)
        texts = [mail(i, *others(rng)[i % 7]) for i in range(140)]
        size = sum(len(t) for t in texts)
        user = self.user(texts + self.good[:10])
        result, received = self.poll(user)
        self.assert_counts(result, messages=150, imported=10, no_report=140, rejected=0)
        self.assertLess(received, size // 20)
        rows = self.query("SELECT sender, subject, message_id, received IS NOT NULL, verdict FROM messages "
                          "WHERE subject = 'Letter 7'")
        self.assertEqual([("Somebody <s7@other.example>", "Letter 7", "<7@other.example>", 1, "no_report")], rows)
        self.assertGreater(result.json["bytes"], size)
        self.assert_counts(self.poll(user)[0], messages=0)


class NotOverlooked(Preview):
    def test_large_reports_and_all_else_are_judged_as_ever(self):
        c = corpus.build(120, seed=8, duplicates=0.05, broken=0.2, other=0.2, conflicts=0.05, size=90000)
        self.assertGreater(sum(len(m.raw) > LARGE for m in c.mails), 60)
        result, _ = self.poll(self.user(c.mails))
        self.assert_counts(result, **c.counts)
        self.assertEqual(dict(c.reasons), self.reasons())

    def test_a_report_beside_large_other_things(self):
        rng = random.Random(2)
        image = attached(rng, "image/jpeg", "a.jpg", b"\xff\xd8\xff\xe0")
        data = base64.encodebytes(gzip.compress(REPORT.encode())).decode()
        encoded = "Content-Transfer-Encoding: base64\n"
        for part in (("application/octet-stream; name=a", encoded, data), ("application/gzip", encoded, data),
                     ("image/png; name=b.png", encoded, data), ("text/plain", "", REPORT), ("text/html", "", data),
                     ("text/plain", "", "\n" * 700 + REPORT)):
            with self.subTest(part[0]):
                self.assert_counts(self.poll(self.user([mail(1, "mixed", PLAIN, image, part)]))[0],
                                   messages=1, imported=1)
                os.unlink(self.store)

    def test_a_large_mail_that_holds_a_mail_is_fetched(self):
        rng = random.Random(3)
        image = attached(rng, "image/jpeg", "a.jpg", b"\xff\xd8\xff\xe0")
        text = mail(1, "mixed", PLAIN, image, ("message/rfc822", "", self.good[1].raw.decode("latin-1")))
        result, _ = self.poll(self.user([text]))
        self.assert_counts(result, messages=1, imported=1)


class Odd(Preview):
    def test_structures_of_any_size_do_not_stop_the_poll(self):
        parts = [("text/plain", "", "x")] * 20000
        nested = "".join(f'Content-Type: multipart/mixed; boundary="b{i}"\n\n--b{i}\n' for i in range(90)) + \
            "\nx\n" + "y" * 70 * 1100
        names = [(f'text/plain; name="{c * 300}"', "", "z" * 200)
                 for c in ("{1}", "(", "\\\"", "\u00fc", "[", "]*")] * 40
        texts = [mail(1, "mixed", *parts), mail(2, "mixed", *names), "Subject: deep\nMIME-Version: 1.0\n" + nested,
                 "\n" * 70000, "Subject: " + "x" * 70000 + "\n\nHello.\n", mail(3, *others(random.Random(4))[1])]
        result, _ = self.poll(self.user(texts + self.good[:5]))
        self.assert_counts(result, messages=11, imported=5, no_report=6)
        self.assertEqual("", result.err)


if __name__ == "__main__":
    tap.main()
