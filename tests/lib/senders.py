"""How senders write their reports: one class a sender, each with its own habits.

A sender turns the truth of a report into JSON (`document`) and that into a mail (`mail`).  The habits are those that
public samples show; every name and address is from the ranges reserved for documentation.
"""
import gzip
import io
import json
import zipfile
from datetime import datetime, timedelta, timezone

from . import post
from .truth import Failure, Policy, Report

TLSA = ["3 1 1 6007eee553e85d8df007a845d19ec343283d4e416e9a33f9ef3040c8b7c285bc",
        "3 1 1 837c773d54c2e2bd71871a3fc352be8214d5646cbae5e3091401a7274717998b"]


class Site:
    """A domain that receives mail, and how it is set up."""

    def __init__(self, domain, mode="enforce", hosts=("mx1", "mx2"), dane=True, number=1):
        self.domain = domain
        self.mode = mode  # "" without MTA-STS
        self.mx = [f"{h}.{domain}" for h in hosts]
        self.dane = dane
        self.addresses = [f"192.0.2.{number % 250 + 1}", f"2001:db8:{number:x}::25"]

    def sts_lines(self):
        return ["version: STSv1", f"mode: {self.mode}"] + [f"mx: {m}" for m in self.mx] + ["max_age: 604800"]


class Sender:
    organization = ""
    contact = ""
    submitter = ""
    header_from = ""
    compact = False
    gzipped = True
    media_type = "application/tlsrpt+gzip"
    encoding = "base64"
    warnings = frozenset()
    end_is_midnight = False
    weight = 1.0
    types = ("sts",)
    failures = ("certificate-expired", "certificate-host-mismatch", "certificate-not-trusted", "validation-failure",
                "starttls-not-supported")
    reasons = ("",)

    # -- the truth

    def sessions(self, rng):
        return max(1, int(rng.lognormvariate(3, 1.2)))

    def report_id(self, rng, site, day):
        return f"{day}T00:00:00Z_{site.domain}"

    def failure(self, rng, site, sessions, result_type):
        mx = rng.choice(site.mx)
        return Failure(result_type, sessions, sending_ip=f"198.51.100.{rng.randrange(1, 255)}",
                       receiving_ip=rng.choice(site.addresses), mx=mx, reason=rng.choice(self.reasons))

    def fill(self, rng, site, policy, failing):
        """Figures and failure details of one policy."""
        total = self.sessions(rng)
        if failing:
            policy.failed = max(1, int(total * rng.uniform(0.01, 0.6)))
            self.detail(rng, site, policy)
        policy.successful = total - min(total, policy.failed)

    def detail(self, rng, site, policy):
        left = policy.failed
        while left > 0 and len(policy.failures) < 3:
            n = left if len(policy.failures) == 2 else rng.randrange(1, left + 1)
            policy.failures.append(self.failure(rng, site, n, rng.choice(self.failures)))
            left -= n

    def policies(self, rng, site, failing):
        if site.mode:
            p = Policy("sts", site.domain, mode=site.mode, strings=site.sts_lines(), mx_hosts=list(site.mx))
        else:
            p = Policy("no-policy-found", site.domain)
        self.fill(rng, site, p, failing)
        return [p]

    def report(self, rng, site, day, failing):
        return Report(self.organization, self.report_id(rng, site, day), day, self.contact,
                      self.policies(rng, site, failing), header_domain=site.domain,
                      end_is_midnight=self.end_is_midnight, warnings=self.warnings)

    # -- the JSON

    def failure_object(self, f):
        o = {"result-type": f.result_type}
        for key, value in (("sending-mta-ip", f.sending_ip), ("receiving-ip", f.receiving_ip),
                           ("receiving-mx-hostname", f.mx), ("receiving-mx-helo", f.helo)):
            if value:
                o[key] = value
        o["failed-session-count"] = f.sessions
        if f.info:
            o["additional-information"] = f.info
        if f.reason:
            o["failure-reason-code"] = f.reason
        return o

    def policy_object(self, p):
        policy = {"policy-type": p.type}
        if p.strings:
            policy["policy-string"] = p.strings
        if p.domain:
            policy["policy-domain"] = p.domain
        if p.mx_hosts:
            policy["mx-host"] = p.mx_hosts
        o = {"policy": policy, "summary": {"total-successful-session-count": p.successful,
                                           "total-failure-session-count": p.failed}}
        if p.failures:
            o["failure-details"] = [self.failure_object(f) for f in p.failures]
        return o

    def document(self, r):
        return {"organization-name": r.organization,
                "date-range": {"start-datetime": r.start, "end-datetime": r.end},
                "contact-info": r.contact, "report-id": r.report_id,
                "policies": [self.policy_object(p) for p in r.policies]}

    def text(self, document):
        if self.compact:
            return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        return json.dumps(document, indent=2, ensure_ascii=False).encode()

    # -- the mail

    def packed(self, text, level=9):
        return gzip.compress(text, level, mtime=0) if self.gzipped else text

    def filename(self, r, site):
        begin = int(datetime.fromisoformat(r.start.replace("Z", "+00:00")).timestamp())
        suffix = ".json.gz" if self.gzipped else ".json"
        return f"{self.submitter}!{site.domain}!{begin}!{begin + 86399}!001{suffix}"

    def subject(self, r, site):
        return f"Report Domain: {site.domain} Submitter: {self.submitter} Report-ID: <{r.report_id}@{self.submitter}>"

    def arrival(self, rng, day):
        noon = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(days=1)
        return noon + timedelta(seconds=rng.randrange(600, 40000))

    def part_headers(self, name):
        return [f"Content-Type: {self.media_type}; name=\"{name}\"",
                f"Content-Disposition: attachment; filename=\"{name}\"",
                f"Content-Transfer-Encoding: {self.encoding}"]

    def type_header(self, boundary):
        return f"Content-Type: multipart/report; report-type=\"tlsrpt\"; boundary=\"{boundary}\""

    def text_part(self, site):
        return post.part(["Content-Type: text/plain; charset=\"us-ascii\"", "Content-Transfer-Encoding: 7bit"],
                         f"This is an aggregate TLS report from {self.submitter}\n".encode())

    def head(self, rng, r, site, when):
        return [f"From: {self.header_from}", f"To: tls-reports@{site.domain}", f"Subject: {self.subject(r, site)}",
                f"Date: {post.date(when)}", f"Message-ID: {post.message_id(rng, self.submitter)}",
                f"TLS-Report-Domain: {site.domain}", f"TLS-Report-Submitter: {self.submitter}", "MIME-Version: 1.0"]

    def mail(self, rng, r, site, when, packed, size):
        boundary = post.boundary(rng)
        body = post.multipart(boundary, [self.text_part(site),
                                         post.part(self.part_headers(self.filename(r, site)),
                                                   post.encoded(packed, self.encoding))])
        head = self.head(rng, r, site, when) + [self.type_header(boundary)]
        return post.assemble(rng, head, body, when, self.submitter, site.domain, size)


class Google(Sender):
    """The id of the Subject differs; Content-Type folded with a trailing blank, MIME-Version behind it."""
    organization = "Google Inc."
    contact = "smtp-tls-reporting@google.example"
    submitter = "google.example"
    header_from = "noreply-smtp-tls-reporting@google.example"
    compact = True
    weight = 1.0

    def subject(self, r, site):
        own = f"{r.day:%Y.%m.%d}T00.00.00Z+{site.domain}"
        return f"Report Domain: {site.domain} Submitter: {self.submitter} Report-ID: <{own}@{self.submitter}>"

    def failure(self, rng, site, sessions, result_type):
        f = super().failure(rng, site, sessions, result_type)
        if result_type.startswith("sts-"):
            f.receiving_ip = f.mx = ""
        return f

    failures = Sender.failures + ("sts-policy-fetch-error", "sts-webpki-invalid", "sts-policy-invalid")

    def type_header(self, boundary):
        return f"Content-Type: multipart/report; \n\tboundary=\"{boundary}\"; report-type=tlsrpt"

    def part_headers(self, name):
        return [f"Content-Type: {self.media_type}; \n\tname=\"{name}\"",
                f"Content-Disposition: attachment; \n\tfilename=\"{name}\"",
                "Content-Transfer-Encoding: base64"]

    def head(self, rng, r, site, when):
        return [h for h in super().head(rng, r, site, when) if h != "MIME-Version: 1.0"]

    def mail(self, rng, r, site, when, packed, size):
        boundary = post.boundary(rng)
        body = post.multipart(boundary, [self.text_part(site),
                                         post.part(self.part_headers(self.filename(r, site)),
                                                   post.encoded(packed, "base64"))])
        head = self.head(rng, r, site, when) + [self.type_header(boundary), "MIME-Version: 1.0"]
        return post.assemble(rng, head, body, when, self.submitter, site.domain, size)


class Microsoft(Sender):
    """sts and tlsa judge the same sessions; the TLSA set is JSON inside a string; the id is digits and a plus."""
    organization = "Microsoft Corporation"
    contact = "tlsrpt-noreply@microsoft.example"
    submitter = "microsoft.example"
    header_from = "tlsrpt-noreply@microsoft.example"
    compact = True
    weight = 0.9
    failures = ("certificate-expired", "certificate-host-mismatch", "starttls-not-supported", "validation-failure")

    def report_id(self, rng, site, day):
        suffix = site.domain if rng.random() < 0.7 else ""
        return f"{rng.randrange(10 ** 17, 2 * 10 ** 17)}+{suffix}"

    def policies(self, rng, site, failing):
        result = []
        if site.mode:
            p = Policy("sts", site.domain, mode=site.mode, strings=site.sts_lines())
            self.fill(rng, site, p, failing)
            if failing and rng.random() < 0.3:
                p.failures = [Failure("sts-policy-fetch-error", p.failed)]
                p.mode, p.strings = "", []
            result.append(p)
        if site.dane:
            p = Policy("tlsa", site.domain, strings=[json.dumps([t.upper() for t in TLSA], separators=(",", ":"))])
            if result and rng.random() < 0.7:  # the same sessions, judged again
                total = result[0].successful + result[0].failed
                p.successful, p.failed = total, 0
                if failing and rng.random() < 0.5:
                    p.failed = rng.randrange(1, total + 1)
                    p.successful = total - p.failed
                    p.failures = [self.failure(rng, site, p.failed, "tlsa-invalid")]
            else:
                self.fill(rng, site, p, failing)
                for f in p.failures:
                    f.result_type = rng.choice(("tlsa-invalid", "dnssec-invalid", "dane-required"))
            result.append(p)
        if not result:
            p = Policy("no-policy-found", site.domain)
            self.fill(rng, site, p, failing)
            result.append(p)
        if rng.random() < 0.5:
            result.reverse()
        return result

    def report(self, rng, site, day, failing):
        r = super().report(rng, site, day, failing)
        if any(p.type == "tlsa" for p in r.policies):
            r.warnings = frozenset({"policy-string-nested"})
        return r

    def arrival(self, rng, day):
        when = super().arrival(rng, day)
        return when + timedelta(days=23) if rng.random() < 0.02 else when

    def subject(self, r, site):
        return f"Report Domain: {site.domain} Submitter: {self.submitter}\n Report-ID: {r.report_id}"

    def text_part(self, site):
        return post.part(["Content-Type: text/html; charset=\"utf-8\"", "Content-Transfer-Encoding: base64"],
                         post.encoded(f"<p>This is an aggregate TLS report from {self.submitter}</p>".encode(),
                                      "base64"))


class MailRu(Sender):
    """The end is the next midnight, no policy-string, reasons alone, details above the total."""
    organization = "Mail.ru"
    contact = "tls_support@corp.mailru.example"
    submitter = "mailru.example"
    header_from = "tls_support@mailru.example"
    end_is_midnight = True
    weight = 0.6

    def report_id(self, rng, site, day):
        h = f"{rng.getrandbits(128):032x}"
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}@mailru.example"

    def policies(self, rng, site, failing):
        p = Policy("sts" if site.mode else "no-policy-found", site.domain)
        p.successful = self.sessions(rng)
        if failing:
            p.failed = 1
            p.failures = [Failure("sts-policy-fetch-error", 1, reason=f"bad https response code: {code}")
                          for code in (404, 500)]
        return [p]

    def document(self, r):
        d = super().document(r)
        return {k: d[k] for k in sorted(d)}


class Comcast(Sender):
    """Every optional field; tlsa entries under the name of the MX host."""
    organization = "Comcast"
    contact = "tlsrpt@comcast.example"
    submitter = "comcast.example"
    header_from = "\"Comcast TLS reports\" <noreply@comcast.example>"
    weight = 0.6
    reasons = ("X509_V_ERR_CERT_HAS_EXPIRED", "hostname \"mail\" does not match", "=cmd|' /C calc'!A0", "-1",
               "x509: certificate signed by unknown authority", "451 4.7.5, retry", "")

    def failure(self, rng, site, sessions, result_type):
        f = super().failure(rng, site, sessions, result_type)
        f.helo = f.mx
        if rng.random() < 0.5:
            f.info = f"https://tls.comcast.example/why?mx={f.mx}&n={sessions}"
        return f

    def policies(self, rng, site, failing):
        result = []
        if site.mode:
            result += super().policies(rng, site, failing)
        if site.dane or not result:
            for mx in site.mx[:2 if site.dane else 1]:
                p = Policy("tlsa", mx, strings=list(TLSA), mx_hosts=[mx])
                self.fill(rng, site, p, failing and not result)
                for f in p.failures:
                    f.result_type = rng.choice(("tlsa-invalid", "dnssec-invalid", "dane-required"))
                    f.mx = f.helo = mx
                result.append(p)
        return result


class Postfix(Sender):
    """The reporter beside Postfix: no policy-domain without a policy, a submitter that is no domain."""
    organization = "M\u00fcller, \"Mail\" & S\u00f6hne"
    contact = "postmaster@mueller.example"
    submitter = "mail.mueller.example"
    header_from = "postmaster@mueller.example"
    compact = True
    weight = 0.5

    def report_id(self, rng, site, day):
        return f"{day}T00:00:00Z_idx{rng.randrange(1, 3)}_{site.domain}"

    def policies(self, rng, site, failing):
        if site.dane and rng.random() < 0.7:
            p = Policy("tlsa", site.mx[0], strings=[TLSA[0]])
        else:
            p = Policy("no-policy-found", "")
        self.fill(rng, site, p, failing)
        return [p]

    def detail(self, rng, site, policy):
        """Totals a failure and details only some of it."""
        n = rng.randrange(1, policy.failed + 1)
        policy.failures.append(self.failure(rng, site, n, "validation-failure"))

    reasons = ("TLS handshake failed", "certificate verification failed for mx: num=18:self signed certificate")

    def report(self, rng, site, day, failing):
        r = super().report(rng, site, day, failing)
        warnings = set()
        if not r.policies[0].domain:
            warnings.add("policy-domain-missing")
        if r.policies[0].failed > sum(f.sessions for f in r.policies[0].failures):
            warnings.add("failure-count-mismatch")
        r.warnings = frozenset(warnings)
        return r

    def head(self, rng, r, site, when):
        return [h.replace(f"Submitter: {self.submitter}", "Submitter: Mueller Mail")
                if h.startswith("TLS-Report-Submitter") else h for h in super().head(rng, r, site, when)]


class Egressif(Sender):
    """Null contact, empty arrays, plain JSON in quoted-printable."""
    organization = "egressif.example"
    contact = ""
    submitter = "egressif.example"
    header_from = "tlsrpt@egressif.example"
    gzipped = False
    media_type = "application/tlsrpt+json"
    encoding = "quoted-printable"
    end_is_midnight = True
    warnings = frozenset({"contact-missing"})
    weight = 0.4

    def report_id(self, rng, site, day):
        return f"{int(self.arrival(rng, day).timestamp())}_{rng.randrange(1, 100000)}"

    def document(self, r):
        d = super().document(r)
        d["contact-info"] = None
        for p in d["policies"]:
            p["policy"].setdefault("policy-string", [])
            p["policy"].setdefault("mx-host", [])
            p.setdefault("failure-details", [])
        return d


class SocketLabs(Sender):
    """An alias for the MX host name; successes and failures of one policy in two blocks."""
    organization = "SocketLabs"
    contact = "tls-reports@socketlabs.example"
    submitter = "socketlabs.example"
    header_from = "tls-reports@socketlabs.example"
    media_type = "application/gzip"
    weight = 0.3

    def report_id(self, rng, site, day):
        return f"{rng.getrandbits(64):016x}.{day}@socketlabs.example"

    def policies(self, rng, site, failing):
        first = super().policies(rng, site, failing)[0]
        if not first.failed:
            return [first]
        second = Policy(first.type, first.domain, 0, first.failed, first.mode, first.strings, first.mx_hosts,
                        first.failures)
        first.failed, first.failures = 0, []
        return [first, second]

    def report(self, rng, site, day, failing):
        r = super().report(rng, site, day, failing)
        if any(f.mx for p in r.policies for f in p.failures):
            r.warnings = frozenset({"alias-key"})
        return r

    def failure_object(self, f):
        return {"receiving-mx-host-name" if k == "receiving-mx-hostname" else k: v
                for k, v in super().failure_object(f).items()}


class Draft(Sender):
    """Names of a draft of the RFC, an address as IPv6 literal with zeros, upper case, no transfer encoding."""
    organization = "+Draft Mailer"
    contact = "reports@draft.example"
    submitter = "draft.example"
    header_from = "reports@draft.example"
    gzipped = False
    media_type = "application/tlsrpt+json"
    encoding = "8bit"
    weight = 0.2

    def report_id(self, rng, site, day):
        return f"draft-{day:%Y%m%d}-{rng.getrandbits(48):012x}"

    def failure(self, rng, site, sessions, result_type):
        f = super().failure(rng, site, sessions, result_type)
        f.info, f.reason = "https://draft.example/help", "EXPIRED"
        return f

    def report(self, rng, site, day, failing):
        r = super().report(rng, site, day, failing)
        if r.policies[0].mx_hosts or r.policies[0].failures:
            r.warnings = frozenset({"alias-key"})
        return r

    def failure_object(self, f):
        names = {"failure-reason-code": "failure-error-code", "additional-information": "additional-info-uri"}
        o = {names.get(k, k): v for k, v in super().failure_object(f).items()}
        if o.get("receiving-ip", "").startswith("2001:db8:"):
            o["receiving-ip"] = o["receiving-ip"].replace("::25", ":0:0:0:0:0025").upper()
        return o

    def policy_object(self, p):
        o = super().policy_object(p)
        o["policy"]["policy-domain"] = o["policy"]["policy-domain"].upper()
        if "mx-host" in o["policy"]:
            o["policy"]["mx-host-pattern"] = o["policy"].pop("mx-host")
        return o


class Zipper(Sender):
    """A zip in place of a gzip file, under a general media type."""
    organization = "zip.example"
    contact = "tls@zip.example"
    submitter = "zip.example"
    header_from = "tls@zip.example"
    media_type = "application/zip"
    weight = 0.15
    warnings = frozenset({"container-zip"})

    def report_id(self, rng, site, day):
        return f"<{rng.getrandbits(64):x}@zip.example>"

    def filename(self, r, site):
        return super().filename(r, site).replace(".json.gz", ".zip")

    def packed(self, text, level=9):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as z:
            z.writestr(zipfile.ZipInfo("report.json", (2026, 1, 1, 0, 0, 0)), text)
        return out.getvalue()


class Forwarder(Sender):
    """A person passes a report on: it lies inside a message/rfc822."""
    organization = "forwarded.example"
    contact = "tls@forwarded.example"
    submitter = "forwarded.example"
    header_from = "tls@forwarded.example"
    weight = 0.1
    warnings = frozenset({"forwarded"})

    def report_id(self, rng, site, day):
        return f"{rng.getrandbits(40)}@forwarded.example"

    def mail(self, rng, r, site, when, packed, size):
        inner = super().mail(rng, r, site, when, packed, 0)
        boundary = post.boundary(rng)
        body = post.multipart(boundary, [
            post.part(["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"],
                      "Für Dich. Was ist das?\n".encode()),
            post.part(["Content-Type: message/rfc822", "Content-Disposition: inline"], inner)])
        head = [f"From: Someone <someone@{site.domain}>", f"To: tls-reports@{site.domain}",
                "Subject: Fwd: =?utf-8?q?Bericht_=C3=BCber_TLS?=", f"Date: {post.date(when)}",
                f"Message-ID: {post.message_id(rng, site.domain)}", "MIME-Version: 1.0",
                f"Content-Type: multipart/mixed; boundary=\"{boundary}\""]
        return post.assemble(rng, head, body, when, site.domain, site.domain, size)


ALL = [Google(), Microsoft(), MailRu(), Comcast(), Postfix(), Egressif(), SocketLabs(), Draft(), Zipper(),
       Forwarder()]

