"""Mails with a report of one day each, signed or not, and a store that asks a DNS server by script for the keys."""
import gzip
import json
import unittest
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from lib import signing
from lib.nameserver import Nameserver
from lib.program import OK, Scene

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def day(ago):
    return (NOW - timedelta(days=ago)).date()


def report(ago=2, good=10, failed=0, organization="Reporter Inc.", contact="tls@reporter.example", domain="our.example",
           kind="certificate-expired"):
    """One day of a reporter: its JSON."""
    failures = [{"result-type": kind, "receiving-mx-hostname": "mx.our.example",
                 "failed-session-count": failed}] if failed else []
    return {"organization-name": organization, "contact-info": contact, "report-id": f"{day(ago)}_{domain}",
            "date-range": {"start-datetime": f"{day(ago)}T00:00:00Z", "end-datetime": f"{day(ago)}T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain,
                                     "policy-string": ["version: STSv1", "mode: enforce"]},
                          "summary": {"total-successful-session-count": good,
                                      "total-failure-session-count": failed}, "failure-details": failures}]}


def mail(document, number=1, sender="reporter.example"):
    """A mail with that report, as senders make it, not signed yet."""
    packed = gzip.compress(json.dumps(document).encode(), mtime=0)
    when = format_datetime(NOW - timedelta(days=1))
    body = signing.base64.encodebytes(packed).replace(b"\n", b"\r\n")
    head = (f"From: TLS Reports <tls@{sender}>\r\nTo: tls@our.example\r\nDate: {when}\r\n"
            f"Subject: Report Domain: our.example Submitter: {sender} Report-ID: <{number}@{sender}>\r\n"
            f"Message-ID: <{number}@{sender}>\r\nTLS-Report-Domain: our.example\r\nTLS-Report-Submitter: {sender}\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
            f"--b\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment; filename=\"{sender}!our.example!1!2.json.gz\"\r\n\r\n")
    return head.encode() + body + b"\r\n--b--\r\n"


def arrived(raw):
    when = format_datetime(NOW - timedelta(days=1))
    return f"Received: from x by mx.our.example with ESMTPS; {when}\r\n".encode() + raw


@unittest.skipUnless(signing.available(), "python3-dkim is not there")
class Dkim(Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = signing.Signer("reporter.example")

    def setUp(self):
        super().setUp()
        self.dns = Nameserver()
        self.addCleanup(self.dns.close)
        self.dns.txt(self.signer.name, self.signer.record)

    trust_anchor = "none"

    def conf(self, more="", **reports):
        return self.write("dkim.conf", f"[store]\npath = {self.store}\n[dns]\nresolver = {self.dns.address}\n"
                          f"trust_anchor = {self.trust_anchor}\ntimeout = 2s\n[reports]\n" +
                          "".join(f"{k} = {v}\n" for k, v in reports.items()) + more)

    def mails(self, *raws, signed=True):
        raws = self.signer.sign(*raws) if signed else raws
        return [self.write(f"{i}.eml", arrived(raw)) for i, raw in enumerate(raws)]

    def imports(self, paths, status=OK, **reports):
        return self.expect(status, "-c", self.conf(**reports), "import", "--json", *paths)

    def verdicts(self):
        return self.query("SELECT dkim, dkim_domain, warnings FROM reports ORDER BY id")

    def assert_rollups_are_true(self):
        self.expect(OK, "-d", self.store, "status", "--verify")
