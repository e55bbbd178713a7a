"""A store made of small reports, a day each."""
import json
from datetime import datetime, timedelta, timezone

from .program import OK, Scene

YESTERDAY = datetime.now(timezone.utc).date() - timedelta(days=1)


def report(day, domain="a.example", good=100, failed=0, organization="Sender", result="certificate-expired",
           mode="enforce", mx="mx1.a.example"):
    policy = {"policy": {"policy-type": "sts", "policy-domain": domain,
                         "policy-string": ["version: STSv1", f"mode: {mode}", f"mx: {mx}", "max_age: 86400"]},
              "summary": {"total-successful-session-count": good, "total-failure-session-count": failed}}
    if failed:
        policy["failure-details"] = [{"result-type": result, "receiving-mx-hostname": mx,
                                      "failed-session-count": failed}]
    return {"organization-name": organization, "report-id": f"{day} {domain}",
            "contact-info": f"tls@{organization.split()[0].lower()}.example",
            "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
            "policies": [policy]}


class Made(Scene):
    def add(self, *reports):
        for r in reports:
            name = f"{r['organization-name']}-{r['report-id']}.json".replace("/", "-").replace(" ", "-")
            self.expect_silence("-d", self.store, "import", self.write(name, json.dumps(r)))

    def days(self, number, last=YESTERDAY, **options):
        self.add(*(report(last - timedelta(days=i), **options) for i in range(number)))

    def summary(self, *options, status=OK):
        return self.expect(status, "-d", self.store, "summary", *options)
