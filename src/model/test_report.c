#include "model/test_report.h"

const char test_report[] =
    "{\"organization-name\":\"tlsrua check\",\"date-range\":{"
    "\"start-datetime\":\"2026-01-01T00:00:00Z\","
    "\"end-datetime\":\"2026-01-01T23:59:59Z\"},"
    "\"contact-info\":\"postmaster@example.invalid\","
    "\"report-id\":\"test\",\"policies\":[{\"policy\":{"
    "\"policy-type\":\"no-policy-found\","
    "\"policy-domain\":\"example.invalid\"},\"summary\":{"
    "\"total-successful-session-count\":0,"
    "\"total-failure-session-count\":0}}]}";
