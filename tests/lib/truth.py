"""A TLS report as its sender meant it, before any sender's habits of writing are put on it.

Expected figures are computed from these objects alone, never from a mail.
"""
from dataclasses import dataclass, field
from datetime import date, timedelta

# The IANA registry of result types; "unclear" where either end may be at fault.
SIDES = {
    "starttls-not-supported": "ours",
    "certificate-host-mismatch": "ours",
    "certificate-expired": "ours",
    "certificate-not-trusted": "ours",
    "validation-failure": "unclear",
    "tlsa-invalid": "ours",
    "dnssec-invalid": "ours",
    "dane-required": "unclear",
    "sts-policy-fetch-error": "ours",
    "sts-policy-invalid": "ours",
    "sts-webpki-invalid": "ours",
}


@dataclass
class Failure:
    result_type: str
    sessions: int
    sending_ip: str = ""
    receiving_ip: str = ""
    mx: str = ""
    helo: str = ""
    reason: str = ""
    info: str = ""


@dataclass
class Policy:
    type: str
    domain: str  # "" when the sender leaves it out
    successful: int = 0
    failed: int = 0
    mode: str = ""
    strings: list = field(default_factory=list)
    mx_hosts: list = field(default_factory=list)
    failures: list = field(default_factory=list)


@dataclass
class Report:
    organization: str
    report_id: str
    day: date
    contact: str
    policies: list
    header_domain: str = ""  # TLS-Report-Domain
    end_is_midnight: bool = False  # the next one, as some senders write it
    warnings: frozenset = frozenset()

    @property
    def start(self):
        return f"{self.day}T00:00:00Z"

    @property
    def end(self):
        if self.end_is_midnight:
            return f"{self.day + timedelta(days=1)}T00:00:00Z"
        return f"{self.day}T23:59:59Z"

    @property
    def reporter_domain(self):
        return self.contact.rpartition("@")[2].lower() if "@" in self.contact else ""
