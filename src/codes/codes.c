#include <string.h>

#include "codes/codes.h"

static const struct code_entry entries[CODE_COUNT] = {
	/* the mail and its parts */
	[CODE_MESSAGE_TOO_LARGE] = { "message-too-large", CLASS_REJECT,
	    "The mail is larger than the limit for one message.",
	    "Only its headers are kept and nothing is done to it on the "
	    "server; raise limits.message if the sender is genuine.",
	    "RFC 8460 §5.2, §7" },
	[CODE_NOT_HANDED_OUT] = { "not-handed-out", CLASS_REJECT,
	    "The server has this mail and does not hand it out, or breaks off "
	    "when it is asked for it; four runs have tried, while it served "
	    "others.",
	    "Open the mail by another program, or ask the provider; then "
	    "`tlsrua quarantine retry` has the next poll ask for it again.",
	    "RFC 9051 §7.1" },
	[CODE_MIME_MALFORMED] = { "mime-malformed", CLASS_REJECT,
	    "The mail claims to carry a TLS report but its MIME structure is "
	    "broken.",
	    "Nothing was counted; the sender or a relay damaged the mail and "
	    "must send it again.",
	    "RFC 2046 §5.1" },
	[CODE_MIME_TOO_DEEP] = { "mime-too-deep", CLASS_REJECT,
	    "Parts are nested in parts beyond the limit.",
	    "No real reporter does this; look at who sent it before raising "
	    "limits.mime_depth.",
	    "RFC 2046 §5.1" },
	[CODE_NO_REPORT_PART] = { "no-report-part", CLASS_REJECT,
	    "The mail claims to be a TLS report but holds no part that could "
	    "be one.",
	    "Look whether a relay or virus scanner removed the attachment.",
	    "RFC 8460 §5.3" },
	[CODE_TRANSFER_ENCODING] = { "transfer-encoding", CLASS_REJECT,
	    "The attachment's base64 or quoted-printable text cannot be "
	    "decoded.",
	    "The attachment was damaged on its way; the sender must send it "
	    "again.",
	    "RFC 2045 §6" },
	[CODE_MIME_TOO_MANY_PARTS] = { "mime-too-many-parts", CLASS_REJECT,
	    "The mail has more parts than the limit.",
	    "No real reporter does this; look at who sent it before raising "
	    "limits.parts.",
	    "RFC 8460 §7" },
	[CODE_HEADER_TOO_LARGE] = { "header-too-large", CLASS_REJECT,
	    "A header block in the mail is larger than the limit.",
	    "No real reporter does this; look at who sent it before raising "
	    "limits.header.",
	    "RFC 5322 §2.2" },
	[CODE_TOO_MANY_REPORTS] = { "too-many-reports", CLASS_REJECT,
	    "The mail or archive holds more reports than the limit.",
	    "None of them was counted; raise limits.reports if the sender is "
	    "genuine.",
	    "RFC 8460 §7" },
	[CODE_UUENCODE] = { "uuencode", CLASS_REJECT,
	    "The attachment is uuencoded, which MIME does not know.",
	    "Ask the sender for base64; the bytes are kept in quarantine.",
	    "RFC 2045 §6.3" },

	/* containers */
	[CODE_GZIP_INVALID] = { "gzip-invalid", CLASS_REJECT,
	    "The gzip file is corrupt: header, data, checksum or length is "
	    "wrong.",
	    "The attachment was damaged on its way; the sender must send it "
	    "again.",
	    "RFC 1952 §2.3" },
	[CODE_GZIP_TRUNCATED] = { "gzip-truncated", CLASS_REJECT,
	    "The gzip file ends early.",
	    "The attachment was cut off; the sender must send it again.",
	    "RFC 1952 §2.2" },
	[CODE_DECOMPRESSED_TOO_LARGE] = { "decompressed-too-large",
	    CLASS_REJECT,
	    "The report is larger than the limit once decompressed.",
	    "Real reports stay under 1 MiB, so this is likely a decompression "
	    "bomb.",
	    "RFC 8460 §5.2, §7" },
	[CODE_ZIP_INVALID] = { "zip-invalid", CLASS_REJECT,
	    "The zip archive is corrupt or inconsistent.",
	    "The attachment was damaged or forged; the RFC asks for gzip "
	    "anyway.",
	    "RFC 8460 §5.2" },
	[CODE_ZIP_TOO_MANY_ENTRIES] = { "zip-too-many-entries", CLASS_REJECT,
	    "The zip archive has more entries than the limit for reports.",
	    "None of them was counted; raise limits.reports if the sender is "
	    "genuine.",
	    "RFC 8460 §7" },
	[CODE_ZIP_ENCRYPTED] = { "zip-encrypted", CLASS_REJECT,
	    "The zip archive is encrypted.",
	    "There is no way to read it; ask the sender for a plain gzip file.",
	    "RFC 8460 §5.2" },

	/* DKIM */
	[CODE_DKIM_MISSING] = { "dkim-missing", CLASS_REJECT,
	    "The mail bears no DKIM signature.",
	    "Anybody may have sent it. It is counted and turns no answer, or "
	    "refused by dkim = require, as RFC 8460 asks for.",
	    "RFC 8460 §3" },
	[CODE_DKIM_FAIL] = { "dkim-fail", CLASS_REJECT,
	    "The DKIM signature does not fit the mail.",
	    "The mail was forged, or changed on its way: by a forwarder, a "
	    "mailing list, a banner, or the provider itself, as Exchange "
	    "Online does. Where yours does, set trust_authserv: see "
	    "tlsrua-providers(7).",
	    "RFC 6376 §6.1.3" },
	[CODE_DKIM_NOT_ALIGNED] = { "dkim-not-aligned", CLASS_REJECT,
	    "No DKIM signature of the mail is of the reporter's organization.",
	    "The signing domain must be of one organization with the domain in "
	    "contact-info; where another may sign for it, name both in "
	    "signers.",
	    "RFC 8460 §3" },
	[CODE_DKIM_BODY_LENGTH] = { "dkim-body-length", CLASS_REJECT,
	    "The DKIM signature covers only the front of the body (l=).",
	    "Reporters must not sign with l=, since anything may be appended "
	    "to such a mail.",
	    "RFC 8460 §3" },
	[CODE_DKIM_EXPIRED] = { "dkim-expired", CLASS_REJECT,
	    "The DKIM signature had expired when the mail arrived.",
	    "The mail was delayed or replayed.", "RFC 6376 §3.5" },
	[CODE_DKIM_ALGORITHM] = { "dkim-algorithm", CLASS_REJECT,
	    "The DKIM signature uses an algorithm that is unknown or no longer "
	    "allowed.",
	    "The reporter must sign with rsa-sha256 or ed25519-sha256.",
	    "RFC 8301 §3.1" },
	[CODE_DKIM_KEY_WEAK] = { "dkim-key-weak", CLASS_REJECT,
	    "The DKIM key has fewer than 1024 bits.",
	    "Signatures by such keys count as absent; the reporter needs a "
	    "longer key.",
	    "RFC 8301 §3.2" },
	[CODE_DKIM_KEY_MISSING] = { "dkim-key-missing", CLASS_REJECT,
	    "There is no DKIM key in DNS under the signature's selector.",
	    "The reporter removed its key or never published it.",
	    "RFC 6376 §6.1.2" },
	[CODE_DKIM_KEY_REVOKED] = { "dkim-key-revoked", CLASS_REJECT,
	    "The DKIM key was revoked: its record holds an empty key.",
	    "The signature is worth nothing any more.", "RFC 6376 §3.6.1" },
	[CODE_DKIM_SYNTAX] = { "dkim-syntax", CLASS_REJECT,
	    "The DKIM signature or the key's record cannot be read.",
	    "The reporter must repair its signature or record.",
	    "RFC 6376 §3.5, §3.6.1" },

	/* HTTPS */
	[CODE_HTTP_METHOD] = { "http-method", CLASS_REJECT,
	    "The request was not a POST.",
	    "It was answered with 405; reports come by POST alone.",
	    "RFC 8460 §5.4" },
	[CODE_HTTP_LENGTH] = { "http-length", CLASS_REJECT,
	    "The request named no length.", "It was answered with 411.",
	    "RFC 9110 §15.5.12" },
	[CODE_HTTP_TOO_LARGE] = { "http-too-large", CLASS_REJECT,
	    "The request's body is larger than the limit.",
	    "It was answered with 413 and not read.", "RFC 9110 §15.5.14" },
	[CODE_HTTP_MEDIA_TYPE] = { "http-media-type", CLASS_REJECT,
	    "The request's body is neither JSON nor gzip by type or content.",
	    "It was answered with 415.", "RFC 8460 §5.4" },
	[CODE_HTTP_BODY] = { "http-body", CLASS_REJECT,
	    "The request's body was cut short or is no report at all.",
	    "It was answered with 400.", "RFC 8460 §5.4" },
	[CODE_RATE_LIMITED] = { "rate-limited", CLASS_REJECT,
	    "The sender posted too many reports in a short time.",
	    "It was answered with 429 and may try again later.",
	    "RFC 8460 §7" },

	/* JSON text */
	[CODE_JSON_EMPTY] = { "json-empty", CLASS_REJECT,
	    "The report is empty, or nothing but blanks.",
	    "Nothing was counted; the sender's report generator failed.",
	    "RFC 8259 §2" },
	[CODE_JSON_ENCODING] = { "json-encoding", CLASS_REJECT,
	    "The report is not valid UTF-8.",
	    "JSON between systems must be UTF-8; the sender must repair its "
	    "generator.",
	    "RFC 8259 §8.1" },
	[CODE_JSON_SYNTAX] = { "json-syntax", CLASS_REJECT,
	    "The report is not valid JSON, or cut off.",
	    "Look at the place named: a cut at the end means damage on the "
	    "way, anything else a fault of the sender.",
	    "RFC 8259 §2" },
	[CODE_JSON_TRAILING_DATA] = { "json-trailing-data", CLASS_REJECT,
	    "More text follows after the end of the report.",
	    "A second document may hide there, so neither was counted.",
	    "RFC 8259 §2" },
	[CODE_JSON_DUPLICATE_KEY] = { "json-duplicate-key", CLASS_REJECT,
	    "An object holds the same name twice.",
	    "Programs disagree on which of the two counts, so none was "
	    "counted.",
	    "RFC 7493 §2.3" },
	[CODE_JSON_SURROGATE] = { "json-surrogate", CLASS_REJECT,
	    "A string holds half of an escaped surrogate pair, which is no "
	    "character.",
	    "Such text cannot be kept as UTF-8; the sender must repair its "
	    "generator.",
	    "RFC 7493 §2.1" },
	[CODE_JSON_NUL] = { "json-nul", CLASS_REJECT,
	    "The report holds the character NUL.",
	    "Text with NUL is cut at different places by different programs, "
	    "so it was not counted.",
	    "RFC 8259 §9" },
	[CODE_JSON_TOO_DEEP] = { "json-too-deep", CLASS_REJECT,
	    "Objects and arrays are nested beyond the limit.",
	    "A report needs six levels; look at who sent it before raising "
	    "limits.json_depth.",
	    "RFC 8259 §9" },
	[CODE_JSON_TOO_LARGE] = { "json-too-large", CLASS_REJECT,
	    "The report's text is larger than the limit.",
	    "Real reports stay under 1 MiB; raise limits.report if the sender "
	    "is genuine.",
	    "RFC 8460 §7" },
	[CODE_JSON_TOO_MANY_NAMES] = { "json-too-many-names", CLASS_REJECT,
	    "One object holds more than 1,000 names.",
	    "A report needs ten; look at who sent it.", "RFC 8259 §9" },

	/* structure */
	[CODE_NOT_OBJECT] = { "not-object", CLASS_REJECT,
	    "The JSON text is not an object.",
	    "A report is one object; arrays of reports are not defined.",
	    "RFC 8460 §4.4" },
	[CODE_FIELD_TYPE] = { "field-type", CLASS_REJECT,
	    "A member of the report has a type that cannot be used there, or "
	    "an identifying text is over 4 KiB.",
	    "The place is named; the sender must repair its generator.",
	    "RFC 8460 §4.4" },
	[CODE_TOO_MANY_POLICIES] = { "too-many-policies", CLASS_REJECT,
	    "The report has more policies than the limit.",
	    "Raise limits.policies if the sender is genuine.", "RFC 8460 §7" },
	[CODE_TOO_MANY_FAILURES] = { "too-many-failures", CLASS_REJECT,
	    "The report has more failure details than the limit.",
	    "Raise limits.failures if the sender is genuine.", "RFC 8460 §7" },
	[CODE_REPORT_INFLATED] = { "report-inflated", CLASS_REJECT,
	    "The report's policies would take more than ten times the size of "
	    "its mail in the store.",
	    "Real reports compress less; look at who sent it. Its JSON text as "
	    "a file may be imported: it is as large as what it says.",
	    "RFC 8460 §7" },
	[CODE_DATE_RANGE_MISSING] = { "date-range-missing", CLASS_REJECT,
	    "The report does not say which time it covers.",
	    "Without date-range it belongs to no day, so it was not counted.",
	    "RFC 8460 §4.4" },
	[CODE_POLICIES_MISSING] = { "policies-missing", CLASS_REJECT,
	    "The report has no policies.", "There is nothing in it to count.",
	    "RFC 8460 §4.4" },
	[CODE_POLICIES_NOT_ARRAY] = { "policies-not-array", CLASS_REJECT,
	    "The report's policies are not an array.",
	    "They must be an array even when there is one.", "RFC 8460 §4.4" },
	[CODE_POLICY_MISSING] = { "policy-missing", CLASS_REJECT,
	    "An element of policies does not say which policy it is about.",
	    "Its counts belong to nothing, so the report was not counted.",
	    "RFC 8460 §4.4" },
	[CODE_POLICY_TYPE_MISSING] = { "policy-type-missing", CLASS_REJECT,
	    "A policy has no policy-type.",
	    "Its counts belong to no type, so the report was not counted.",
	    "RFC 8460 §4.4" },
	[CODE_SUMMARY_MISSING] = { "summary-missing", CLASS_REJECT,
	    "An element of policies has no summary.",
	    "There are no session counts, so the report was not counted.",
	    "RFC 8460 §4.2" },

	/* values */
	[CODE_DATE_INVALID] = { "date-invalid", CLASS_REJECT,
	    "A date-time of the report is none, or of a day that does not "
	    "exist.",
	    "It belongs to no day, so the report was not counted.",
	    "RFC 3339 §5.6" },
	[CODE_DATE_RANGE_REVERSED] = { "date-range-reversed", CLASS_REJECT,
	    "The report's time ends before it starts.",
	    "It belongs to no day, so the report was not counted.",
	    "RFC 8460 §4.1" },
	[CODE_DATE_RANGE_TOO_LONG] = { "date-range-too-long", CLASS_REJECT,
	    "The report covers more than 31 days.",
	    "A report covers one day; so long a range cannot be attributed to "
	    "one.",
	    "RFC 8460 §4.1" },
	[CODE_DATE_FUTURE] = { "date-future", CLASS_REJECT,
	    "The report starts more than a day after it arrived, or after now.",
	    "Check this machine's clock and the mail's date; otherwise the "
	    "sender's clock is wrong.",
	    "RFC 8460 §4.1" },
	[CODE_DATE_TOO_OLD] = { "date-too-old", CLASS_REJECT,
	    "The report starts before 2016, when there were no TLS reports "
	    "yet.",
	    "The sender's clock is wrong, or the report is made up, so it was "
	    "not counted.",
	    "RFC 8460 §4.1" },
	[CODE_DOMAIN_INVALID] = { "domain-invalid", CLASS_REJECT,
	    "A policy-domain is not a domain name.",
	    "Its counts belong to no domain, so the report was not counted.",
	    "RFC 8460 §4.4" },
	[CODE_DOMAIN_NOT_OURS] = { "domain-not-ours", CLASS_REJECT,
	    "The whole report is about domains that are not ours.",
	    "Add the domain to reports.domains if it is; otherwise somebody "
	    "points a foreign record at this mailbox.",
	    "RFC 8460 §7" },
	[CODE_COUNT_NEGATIVE] = { "count-negative", CLASS_REJECT,
	    "A session count is below zero.",
	    "It cannot be counted truthfully; the sender must repair its "
	    "generator.",
	    "RFC 8460 §4.4" },
	[CODE_COUNT_FRACTIONAL] = { "count-fractional", CLASS_REJECT,
	    "A session count is not a whole number.",
	    "It cannot be counted truthfully; the sender must repair its "
	    "generator.",
	    "RFC 8460 §4.4" },
	[CODE_COUNT_OVERFLOW] = { "count-overflow", CLASS_REJECT,
	    "A session count, or the sum of the report's counts, is beyond "
	    "9,007,199,254,740,991.",
	    "Numbers beyond 2^53-1 are not exact in JSON, so the report was "
	    "not counted.",
	    "RFC 8259 §6" },

	/* the mail and its parts */
	[CODE_REPORT_TYPE_MISSING] = { "report-type-missing", CLASS_WARN,
	    "The mail is not a multipart/report with report-type=tlsrpt, "
	    "though it holds a report.",
	    "The report is counted; some sender or gateway does not follow the "
	    "form.",
	    "RFC 8460 §5.3" },
	[CODE_CONTAINER_ZIP] = { "container-zip", CLASS_WARN,
	    "The report came in a zip archive.",
	    "The report is counted; the RFC knows only plain JSON and gzip.",
	    "RFC 8460 §5.2" },
	[CODE_CONTAINER_ZLIB] = { "container-zlib", CLASS_WARN,
	    "The report came as a bare zlib stream.",
	    "The report is counted; the RFC knows only plain JSON and gzip.",
	    "RFC 8460 §5.2" },
	[CODE_FORWARDED] = { "forwarded", CLASS_WARN,
	    "The report was inside a mail that somebody forwarded.",
	    "The report is counted, but nobody vouches for it: the outer "
	    "mail's signature is not the reporter's.",
	    "RFC 8460 §3" },
	[CODE_GZIP_MULTI_MEMBER] = { "gzip-multi-member", CLASS_WARN,
	    "The gzip file consists of several members.",
	    "All of them together were read as the report.", "RFC 1952 §2.2" },
	[CODE_GZIP_TRAILING_DATA] = { "gzip-trailing-data", CLASS_WARN,
	    "Other bytes follow after the gzip file.",
	    "The report is counted and those bytes were ignored.",
	    "RFC 1952 §2.2" },

	/* DKIM and trust */
	[CODE_DKIM_SERVICE_TYPE] = { "dkim-service-type", CLASS_WARN,
	    "The DKIM key is not marked for the service tlsrpt.",
	    "The report is counted; few reporters publish such keys.",
	    "RFC 8460 §3" },
	[CODE_DKIM_TEST_KEY] = { "dkim-test-key", CLASS_WARN,
	    "The DKIM key is marked as a test (t=y).",
	    "The report is counted; its reporter does not vouch for the "
	    "signature yet.",
	    "RFC 6376 §3.6.1" },
	[CODE_DKIM_RSA_SHORT] = { "dkim-rsa-short", CLASS_WARN,
	    "The DKIM key has 1024 bits or more but fewer than 2048.",
	    "The report is counted; the reporter should use a longer key.",
	    "RFC 8301 §3.2" },
	[CODE_HEADERS_UNSIGNED] = { "headers-unsigned", CLASS_WARN,
	    "The DKIM signature leaves out headers that name the report.",
	    "The report is counted; its Subject and TLS-Report headers could "
	    "have been changed.",
	    "RFC 6376 §5.4" },
	[CODE_AUTH_RESULTS_ONLY] = { "auth-results-only", CLASS_WARN,
	    "Only the mail provider's Authentication-Results say that DKIM was "
	    "valid.",
	    "The report is counted on the provider's word.", "RFC 8601 §7.1" },
	[CODE_UNAUTHENTICATED] = { "unauthenticated", CLASS_WARN,
	    "Nothing proves who sent the report.",
	    "The report is counted and marked; anybody could have sent it.",
	    "RFC 8460 §3, §7" },

	/* identity */
	[CODE_REPORT_ID_CONFLICT] = { "report-id-conflict", CLASS_WARN,
	    "Two reports of one identity differ in content.",
	    "The one better vouched for is counted, else the first to arrive; "
	    "compare both and accept the right one.",
	    "RFC 8460 §4.4" },
	[CODE_REPORT_ID_REUSED] = { "report-id-reused", CLASS_WARN,
	    "The reporter used the same report-id for another range.",
	    "Both reports are counted.", "RFC 8460 §4.4" },

	/* JSON text */
	[CODE_JSON_BOM] = { "json-bom", CLASS_WARN,
	    "The report starts with a byte order mark.",
	    "It was ignored; JSON text should not have one.", "RFC 8259 §8.1" },
	[CODE_TEXT_UNSAFE] = { "text-unsafe", CLASS_WARN,
	    "A text holds control characters, direction marks or "
	    "non-characters.",
	    "It is kept as sent and escaped wherever it is shown.",
	    "RFC 8460 §7" },
	[CODE_TEXT_TRUNCATED] = { "text-truncated", CLASS_WARN,
	    "A name is longer than 255 bytes, a type longer than 64, or "
	    "another "
	    "text longer than 4 KiB.",
	    "So much of its beginning is kept.", "RFC 8460 §7" },
	[CODE_DETAILS_LEFT_OUT] = { "details-left-out", CLASS_WARN,
	    "The report's failure details would take more than ten times the "
	    "size of its mail in the store.",
	    "As many as fit are kept; the other failed sessions are counted as "
	    "not-detailed.",
	    "RFC 8460 §7" },
	[CODE_NULL_FIELD] = { "null-field", CLASS_WARN,
	    "A member of the report is null.", "It was taken as absent.",
	    "RFC 8460 §4.4" },
	[CODE_ALIAS_KEY] = { "alias-key", CLASS_WARN,
	    "A member has the name of a draft, or of the RFC's placeholder, in "
	    "place of its own.",
	    "It was read as the member it stands for.", "RFC 8460 §4.4" },
	[CODE_ARRAY_EXPECTED] = { "array-expected", CLASS_WARN,
	    "A single object stands where an array of objects is due.",
	    "It was taken as an array of one.", "RFC 8460 §4.4" },

	/* the reporter */
	[CODE_ORG_MISSING] = { "org-missing", CLASS_WARN,
	    "The report does not name the organization that sent it.",
	    "The report is counted; the domain of its contact stands in where "
	    "names are shown.",
	    "RFC 8460 §4.4" },
	[CODE_CONTACT_MISSING] = { "contact-missing", CLASS_WARN,
	    "The report names no contact.",
	    "The report is counted; its reporter's domain is unknown.",
	    "RFC 8460 §4.4" },
	[CODE_CONTACT_FORMAT] = { "contact-format", CLASS_WARN,
	    "The report's contact is not a mail address.",
	    "The report is counted; the contact is kept as sent.",
	    "RFC 8460 §4.4, RFC 5322 §3.4.1" },
	[CODE_REPORT_ID_MISSING] = { "report-id-missing", CLASS_WARN,
	    "The report has no report-id.",
	    "The SHA-256 of its content stands in, so that a copy is still "
	    "known as one.",
	    "RFC 8460 §4.4" },

	/* time */
	[CODE_DATE_NO_TIMEZONE] = { "date-no-timezone", CLASS_WARN,
	    "A date-time has no time zone.", "UTC was assumed.",
	    "RFC 3339 §5.6" },
	[CODE_DATE_NOT_UTC] = { "date-not-utc", CLASS_WARN,
	    "A date-time is given with an offset from UTC.",
	    "It was converted; the range may touch two UTC days and counts for "
	    "the first.",
	    "RFC 8460 §4.1" },
	[CODE_DATE_FORMAT] = { "date-format", CLASS_WARN,
	    "A date-time is understandable but not in the form of RFC 3339.",
	    "It was read as meant.", "RFC 3339 §5.6" },
	[CODE_DATE_RANGE_NOT_DAY] = { "date-range-not-day", CLASS_WARN,
	    "The report does not cover one whole UTC day.",
	    "It is counted on the day it starts.", "RFC 8460 §4.1" },
	[CODE_DATE_STALE] = { "date-stale", CLASS_WARN,
	    "The report ended more than 30 days before it arrived.",
	    "It is counted; senders retry for a day only, so it was delayed, "
	    "replayed or imported late.",
	    "RFC 8460 §5.5" },

	/* policies */
	[CODE_POLICIES_EMPTY] = { "policies-empty", CLASS_WARN,
	    "The list of policies is empty.",
	    "The report is kept as a sign of life; there is nothing in it to "
	    "count.",
	    "RFC 8460 §4.4" },
	[CODE_POLICY_DOMAIN_MISSING] = { "policy-domain-missing", CLASS_WARN,
	    "A policy does not name its domain.",
	    "It was taken from the mail's TLS-Report-Domain, or from the only "
	    "other domain in the report, or left empty.",
	    "RFC 8460 §4.4" },
	[CODE_POLICY_DOMAIN_MIXED] = { "policy-domain-mixed", CLASS_WARN,
	    "One report is about several recipient domains.",
	    "Each is counted by itself.", "RFC 8460 §1.1" },
	[CODE_DOMAIN_NOT_ALABEL] = { "domain-not-alabel", CLASS_WARN,
	    "An internationalized domain is written in Unicode.",
	    "It was converted to its A-label form.",
	    "RFC 8460 §4.4, RFC 5891 §4.4" },
	[CODE_DOMAIN_FORMAT] = { "domain-format", CLASS_WARN,
	    "A domain ends with a dot.", "The dot was removed.",
	    "RFC 8460 §4.4" },
	[CODE_DOMAIN_SKIPPED] = { "domain-skipped", CLASS_WARN,
	    "A policy is about a domain that is not ours.",
	    "It is kept and marked but not counted; add the domain to "
	    "reports.domains if it is ours.",
	    "RFC 8460 §7" },
	[CODE_VALUE_CASE] = { "value-case", CLASS_WARN,
	    "A registered value is written in other letters' case.",
	    "It was read as the registered one.", "RFC 8460 §4.2, §4.3" },
	[CODE_UNKNOWN_POLICY_TYPE] = { "unknown-policy-type", CLASS_WARN,
	    "A policy-type is not in the RFC.",
	    "It is kept as sent and counted by itself.", "RFC 8460 §4.4" },
	[CODE_STRING_NOT_ARRAY] = { "string-not-array", CLASS_WARN,
	    "A single string stands where an array of strings is due.",
	    "It was split at its line ends.", "RFC 8460 §4.4" },
	[CODE_POLICY_STRING_NESTED] = { "policy-string-nested", CLASS_WARN,
	    "The policy-string is an array that was put into a string.",
	    "It was unwrapped.", "RFC 8460 §4.5" },
	[CODE_POLICY_STRING_LINES] = { "policy-string-lines", CLASS_WARN,
	    "One string of policy-string holds several lines of the policy.",
	    "It was split at its line ends, also where they are written as "
	    "backslash letters.",
	    "RFC 8460 §4.5" },
	[CODE_POLICY_TYPE_MISPLACED] = { "policy-type-misplaced", CLASS_WARN,
	    "The policy-type stands beside the policy and not in it.",
	    "It was read from there.", "RFC 8460 §4.4" },
	[CODE_MX_HOST_PREFIX] = { "mx-host-prefix", CLASS_WARN,
	    "An mx-host pattern still has its \"mx:\" before it.",
	    "It was removed.", "RFC 8460 §4.4, RFC 8461 §3.2" },

	/* counts and failures */
	[CODE_COUNT_MISSING] = { "count-missing", CLASS_WARN,
	    "A session count is absent.", "It was taken as 0.",
	    "RFC 8460 §4.2" },
	[CODE_COUNT_STRING] = { "count-string", CLASS_WARN,
	    "A session count is written as a string.", "Its digits were read.",
	    "RFC 8460 §4.4" },
	[CODE_COUNT_FLOAT] = { "count-float", CLASS_WARN,
	    "A session count is a whole number written with a fraction or "
	    "exponent.",
	    "It was read exactly.", "RFC 8259 §6" },
	[CODE_FAILURE_COUNT_MISMATCH] = { "failure-count-mismatch", CLASS_WARN,
	    "The failure details do not fit the total of failures.",
	    "All are kept as sent; what is not detailed shows as not-detailed.",
	    "RFC 8460 §4.2, §4.3" },
	[CODE_UNKNOWN_RESULT_TYPE] = { "unknown-result-type", CLASS_WARN,
	    "A result-type is not in the IANA registry.",
	    "It is kept as sent and counted; read the failure's reason code "
	    "beside it.",
	    "RFC 8460 §6.6" },
	[CODE_RESULT_TYPE_MISSING] = { "result-type-missing", CLASS_WARN,
	    "A failure does not say what failed.",
	    "It is counted with an empty result type.", "RFC 8460 §4.3" },
	[CODE_IP_FORMAT] = { "ip-format", CLASS_WARN,
	    "An address has brackets, an IPv6 tag or a zone around it.",
	    "They were removed.", "RFC 8460 §4.4" },
	[CODE_IP_INVALID] = { "ip-invalid", CLASS_WARN,
	    "A text that should be an address is none.",
	    "It is kept as text; some senders mask addresses.",
	    "RFC 8460 §4.4" },
	[CODE_URI_INVALID] = { "uri-invalid", CLASS_WARN,
	    "The additional information is not an http or https URI.",
	    "It is kept as text and never made a link.", "RFC 8460 §4.4" },
	[CODE_INFORMATION_NOT_TEXT] = { "information-not-text", CLASS_WARN,
	    "The additional information is an object or an array.",
	    "The failure is counted without it.", "RFC 8460 §4.4" },

	/* notes: the mail beside the report */
	[CODE_MEDIA_TYPE] = { "media-type", CLASS_NOTE,
	    "The attachment's media type is not that of its content.",
	    "The content decides.", "RFC 8460 §5.3, §6.4, §6.5" },
	[CODE_HEADER_DOMAIN_MISSING] = { "header-domain-missing", CLASS_NOTE,
	    "The mail has no TLS-Report-Domain header.",
	    "The report alone says what it is about.", "RFC 8460 §5.3" },
	[CODE_HEADER_DOMAIN_MISMATCH] = { "header-domain-mismatch", CLASS_NOTE,
	    "TLS-Report-Domain names a domain that the report is not about.",
	    "The report decides.", "RFC 8460 §5.6" },
	[CODE_SUBMITTER_MISSING] = { "submitter-missing", CLASS_NOTE,
	    "The mail has no TLS-Report-Submitter header.",
	    "The report's contact alone says who sent it.", "RFC 8460 §5.3" },
	[CODE_SUBMITTER_MISMATCH] = { "submitter-mismatch", CLASS_NOTE,
	    "TLS-Report-Submitter is not the domain of the report's contact.",
	    "The report decides.", "RFC 8460 §5.3" },
	[CODE_SUBJECT_FORMAT] = { "subject-format", CLASS_NOTE,
	    "The mail's Subject does not have the form of the RFC.",
	    "The Subject is used for nothing.", "RFC 8460 §5.3" },
	[CODE_SUBJECT_MISMATCH] = { "subject-mismatch", CLASS_NOTE,
	    "The mail's Subject names another domain or submitter than the "
	    "report.",
	    "The report decides.", "RFC 8460 §5.6" },
	[CODE_FILENAME_FORMAT] = { "filename-format", CLASS_NOTE,
	    "The attachment's file name does not have the form of the RFC.",
	    "The file name is used for nothing.", "RFC 8460 §5.1" },
	[CODE_FILENAME_MISMATCH] = { "filename-mismatch", CLASS_NOTE,
	    "The attachment's file name names another sender, domain or time "
	    "than the report.",
	    "The report decides.", "RFC 8460 §5.6" },
	[CODE_MULTIPLE_REPORT_PARTS] = { "multiple-report-parts", CLASS_NOTE,
	    "The mail or archive holds several reports.",
	    "Each is counted by itself.", "RFC 8460 §5.3" },
	[CODE_REPORT_REPEATED] = { "report-repeated", CLASS_NOTE,
	    "A report of the same content but another report-id is stored "
	    "already.",
	    "Both are counted; look whether the reporter sends everything "
	    "twice.",
	    "RFC 8460 §4.4" },

	/* to be tried again */
	[CODE_DKIM_TEMPERROR] = { "dkim-temperror", CLASS_DEFER,
	    "The DKIM key could not be asked for just now.",
	    "The mail is tried again at the next run.", "RFC 6376 §3.9" },
	[CODE_DNS_TEMPERROR] = { "dns-temperror", CLASS_DEFER,
	    "A DNS question was not answered just now.",
	    "It is tried again at the next run.", "RFC 1035 §4.1.1" },
};

const struct code_entry *
code_entry(enum code code)
{
	return &entries[code];
}

enum code
code_find(const char *name)
{
	enum code c;

	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (strcmp(code_entry(c)->name, name) == 0)
			return c;
	return CODE_NONE;
}
