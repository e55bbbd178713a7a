#include <stddef.h>

#include "base/span.h"
#include "codes/result_types.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const struct policy_type policy_types[] = {
	{ .name = "tlsa",
	    .kind = POLICY_TLSA,
	    .meaning = "DANE (RFC 7672): the sender found TLSA records for the "
		       "MX host and held the connection to them." },
	{ .name = "sts",
	    .kind = POLICY_STS,
	    .meaning = "MTA-STS (RFC 8461): the sender found the domain's "
		       "policy and held the connection to it." },
	{ .name = "no-policy-found",
	    .kind = POLICY_NONE_FOUND,
	    .meaning = "The sender found neither TLSA records nor an MTA-STS "
		       "policy; TLS was opportunistic." },
};

static const struct result_type result_types[] = {
	{ .name = "starttls-not-supported",
	    .side = "ours",
	    .words = "STARTTLS not offered",
	    .brief = "switch TLS on at MX, or SMTP inspection off in the "
		     "firewall before it",
	    .look = "openssl s_client -starttls smtp -connect MX:25 </dev/null",
	    .meaning = "The MX host did not offer STARTTLS, so the mail would "
		       "have gone in clear text.",
	    .causes =
		"TLS is off on one of the MX hosts or its certificate failed "
		"to load; something between strips STARTTLS (a firewall's SMTP "
		"inspection, a transparent proxy, an attacker).",
	    .remedy =
		"From outside your network, for every MX host and every IPv4 "
		"and IPv6 address of it: `openssl s_client -starttls smtp "
		"-connect MX:25 -servername MX </dev/null`. \"Didn't find "
		"STARTTLS\" there means: switch TLS on, look into the mail "
		"server's log for a certificate that did not load, reload. If "
		"it is offered on the host itself but not from outside, switch "
		"SMTP inspection off in the firewall (Cisco ASA: `no inspect "
		"esmtp`).",
	    .section = "RFC 8460 §4.3.1" },
	{ .name = "certificate-host-mismatch",
	    .side = "ours",
	    .words = "certificate for other names",
	    .brief = "give MX a certificate that holds this name, and reload",
	    .look = "openssl s_client -starttls smtp -connect MX:25 "
		    "-verify_hostname MX </dev/null",
	    .meaning = "The MX host's certificate is for other names than the "
		       "one the sender connected to.",
	    .causes =
		"An MX host was renamed or added and its name is not in the "
		"certificate; the server shows its default certificate because "
		"no name is chosen (SNI); the MX record points to an alias of "
		"a provider whose certificate bears another name.",
	    .remedy =
		"`dig +short MX DOMAIN`, then for each: `openssl s_client "
		"-starttls smtp -connect MX:25 -servername MX -verify_hostname "
		"MX </dev/null`, and again with `-noservername`. Issue a "
		"certificate that holds every MX host name as subjectAltName, "
		"make it the default one, reload; or correct the MX record.",
	    .section = "RFC 8460 §4.3.1" },
	{ .name = "certificate-expired",
	    .side = "ours",
	    .words = "certificate expired",
	    .brief = "renew the certificate and reload on MX",
	    .look = "openssl s_client -starttls smtp -connect MX:25 </dev/null "
		    "| openssl x509 -noout -dates",
	    .meaning = "The MX host's certificate is past its last day.",
	    .causes = "The automatic renewal failed; it was renewed but the "
		      "mail server was not reloaded; one of several MX hosts "
		      "was forgotten.",
	    .remedy =
		"For each MX host: `openssl s_client -starttls smtp -connect "
		"MX:25 -servername MX </dev/null | openssl x509 -noout "
		"-subject -dates`. Renew (`certbot renew`), reload the mail "
		"server on every MX host (`postfix reload`), make the reload "
		"part of the renewal (a deploy hook), and monitor the date.",
	    .section = "RFC 8460 §4.3.1" },
	{ .name = "certificate-not-trusted",
	    .side = "ours",
	    .words = "certificate not trusted",
	    .brief =
		"serve the full chain of a public authority on MX, and reload",
	    .look = "openssl s_client -starttls smtp -connect MX:25 -showcerts "
		    "</dev/null",
	    .meaning = "The sender could not build a chain from the MX host's "
		       "certificate to an authority it trusts.",
	    .causes =
		"The intermediate certificate is not sent; the certificate is "
		"self-signed or of a private authority although MTA-STS asks "
		"for a public one; the authority is not in the sender's store, "
		"or a constraint of the chain is violated.",
	    .remedy =
		"`openssl s_client -starttls smtp -connect MX:25 -servername "
		"MX -verify_hostname MX -showcerts </dev/null` must end with "
		"\"Verify return code: 0 (ok)\". Serve the full chain of a "
		"public authority (Postfix: fullchain.pem in "
		"smtpd_tls_chain_files), reload, and read failure_reason_code "
		"for the sender's words.",
	    .section = "RFC 8460 §4.3.1" },
	{ .name = "validation-failure",
	    .side = "unclear",
	    .words = "validation failed",
	    .brief = "read the sender's reason, and compare the TLS versions "
		     "and ciphers of MX",
	    .look = "openssl s_client -starttls smtp -connect MX:25 -tls1_2 "
		    "</dev/null",
	    .meaning = "TLS or the policy's validation failed for a reason "
		       "that has no type of its own.",
	    .causes = "No common TLS version or cipher; the handshake timed "
		      "out or broke off; the MX host is not among the mx lines "
		      "of the MTA-STS policy; a fault at the sender.",
	    .remedy = "Read failure_reason_code first. `openssl s_client "
		      "-starttls smtp -connect MX:25 -servername MX -tls1_2 "
		      "</dev/null`, the same with `-tls1_3`; compare `dig "
		      "+short MX DOMAIN` with the mx lines of `curl -v "
		      "https://mta-sts.DOMAIN/.well-known/mta-sts.txt`. If one "
		      "sender alone reports it and all of this is well, ask "
		      "that sender.",
	    .section = "RFC 8460 §4.3.3" },
	{ .name = "tlsa-invalid",
	    .side = "ours",
	    .words = "TLSA records do not match the certificate",
	    .brief = "publish the TLSA record of the key that MX has now",
	    .look = "dig +dnssec TLSA _25._tcp.MX",
	    .meaning = "TLSA records exist, but none of them is valid and "
		       "matches the MX host's certificate.",
	    .causes =
		"The key was changed before the new TLSA record was published; "
		"the record's parameters cannot be used for SMTP (only usages "
		"2 and 3 can); a digest was copied wrong.",
	    .remedy =
		"`dig +dnssec TLSA _25._tcp.MX`, and the digest of the key in "
		"use: `openssl s_client -starttls smtp -connect MX:25 "
		"-servername MX </dev/null | openssl x509 -noout -pubkey | "
		"openssl pkey -pubin -outform DER | openssl dgst -sha256`. It "
		"must be the one of a `3 1 1` record. Publish the right one "
		"now; for the next change of key publish the new record at "
		"least two TTLs before, keep both until it is done, or keep "
		"the key on renewal (`certbot renew --reuse-key`).",
	    .section = "RFC 8460 §4.3.2.1, RFC 7672 §3" },
	{ .name = "dnssec-invalid",
	    .side = "ours",
	    .words = "DNSSEC not valid",
	    .brief = "sign the zone of DOMAIN again, or correct its DS record",
	    .look = "delv MX DOMAIN",
	    .meaning = "The sender's validating resolver got no valid answer "
		       "for the domain, its MX or its TLSA records.",
	    .causes =
		"Signatures expired because re-signing stopped; the DS record "
		"at the registry fits no key in use; the name server denies "
		"_25._tcp names wrongly; seldom the sender's resolver.",
	    .remedy = "`delv MX DOMAIN`, `delv TLSA _25._tcp.MX`, and `dig +cd "
		      "+dnssec SOA DOMAIN` to see the dates in RRSIG; `dig DS "
		      "DOMAIN` against `dig DNSKEY DOMAIN`. Sign again, or "
		      "correct the DS at the registrar; https://dnsviz.net "
		      "draws the chain. If you are about to turn DNSSEC off: "
		      "remove the DS first, and wait for its TTL.",
	    .section = "RFC 8460 §4.3.2.1" },
	{ .name = "dane-required",
	    .side = "unclear",
	    .words = "no secure TLSA records where the sender demands them",
	    .brief = "publish TLSA records for MX, or ask the sender to drop "
		     "its rule",
	    .look = "dig +dnssec TLSA _25._tcp.MX",
	    .meaning = "The sender is told to demand DANE for this domain, but "
		       "the MX host has no TLSA records that DNSSEC secures.",
	    .causes = "The TLSA records were removed, or an MX moved to a host "
		      "or zone without DNSSEC, while a sender still has a "
		      "fixed rule for the domain; the sender's rule is wrong.",
	    .remedy =
		"`dig +dnssec TLSA _25._tcp.MX` from a validating resolver "
		"must show records and the flag ad. Publish them for every MX "
		"host, or agree with the sender's postmaster to drop the rule.",
	    .section = "RFC 8460 §4.3.2.1" },
	{ .name = "sts-policy-fetch-error",
	    .side = "ours",
	    .words = "MTA-STS policy cannot be fetched",
	    .brief = "bring the web server of mta-sts.DOMAIN back",
	    .look = "curl -v https://mta-sts.DOMAIN/.well-known/mta-sts.txt",
	    .meaning = "The sender could not fetch the MTA-STS policy that the "
		       "domain's TXT record announces.",
	    .causes = "The web server of mta-sts.DOMAIN is down or times out; "
		      "it answers with 404 or a redirect, which senders must "
		      "not follow; mta-sts.DOMAIN has no address, or an AAAA "
		      "record where nothing listens.",
	    .remedy = "`dig TXT _mta-sts.DOMAIN`, `dig A mta-sts.DOMAIN`, `dig "
		      "AAAA mta-sts.DOMAIN`, then `curl -v "
		      "https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (with "
		      "-4 and with -6): it must be 200, text/plain, without "
		      "redirect. To give MTA-STS up, serve mode: none for "
		      "max_age, and remove the TXT record only then.",
	    .section = "RFC 8460 §4.3.2.2, RFC 8461 §3.3" },
	{ .name = "sts-policy-invalid",
	    .side = "ours",
	    .words = "MTA-STS policy is not valid",
	    .brief = "correct the policy's text and change the id in "
		     "_mta-sts.DOMAIN",
	    .look = "curl -s https://mta-sts.DOMAIN/.well-known/mta-sts.txt",
	    .meaning =
		"The MTA-STS policy was fetched but its text is not valid.",
	    .causes = "A required line (version, mode, max_age, mx) is missing "
		      "or misspelt; a value is out of range; the server sent "
		      "an HTML page in its place.",
	    .remedy =
		"`curl -s https://mta-sts.DOMAIN/.well-known/mta-sts.txt` must "
		"show `version: STSv1`, `mode: enforce` (or testing, none), "
		"one `mx:` line for each MX host or pattern, and `max_age:` "
		"with seconds up to 31557600. Correct the file and change the "
		"id in the TXT record _mta-sts.DOMAIN.",
	    .section = "RFC 8460 §4.3.2.2, RFC 8461 §3.2" },
	{ .name = "sts-webpki-invalid",
	    .side = "ours",
	    .words = "certificate of the MTA-STS web server is not valid",
	    .brief = "renew the web server's certificate for mta-sts.DOMAIN",
	    .look = "curl -v https://mta-sts.DOMAIN/.well-known/mta-sts.txt",
	    .meaning = "The certificate of the web server mta-sts.DOMAIN is "
		       "not valid, so the policy could not be trusted.",
	    .causes = "mta-sts.DOMAIN is not among the certificate's names; it "
		      "has expired; its intermediate certificate is not sent.",
	    .remedy =
		"`curl -v https://mta-sts.DOMAIN/.well-known/mta-sts.txt` and "
		"`openssl s_client -connect mta-sts.DOMAIN:443 -servername "
		"mta-sts.DOMAIN -verify_hostname mta-sts.DOMAIN </dev/null` "
		"name the fault. This is the web server's certificate, not the "
		"MX host's: issue or renew it with that name, with its full "
		"chain, and reload the web server.",
	    .section = "RFC 8460 §4.3.2.2, RFC 8461 §3.3" },
};

const struct policy_type *
policy_type_find(struct span name)
{
	size_t i;

	for (i = 0; i < LENGTH(policy_types); i++)
		if (span_is_nocase(name, policy_types[i].name))
			return &policy_types[i];
	return NULL;
}

enum policy_kind
policy_kind_of(const char *type)
{
	const struct policy_type *t = policy_type_find(span_of(type));

	return t != NULL ? t->kind : POLICY_UNKNOWN;
}

const struct policy_type *
policy_type_at(size_t i)
{
	return i < LENGTH(policy_types) ? &policy_types[i] : NULL;
}

const struct result_type *
result_type_find(struct span name)
{
	size_t i;

	for (i = 0; i < LENGTH(result_types); i++)
		if (span_is_nocase(name, result_types[i].name))
			return &result_types[i];
	return NULL;
}

const struct result_type *
result_type_at(size_t i)
{
	return i < LENGTH(result_types) ? &result_types[i] : NULL;
}
