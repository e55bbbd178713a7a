#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "net/certificate_names.h"

enum {
	NAME_TEXT = 120,
	NAMES_SHOWN = 6,
	ELLIPSIS = 4 /* " ..." */
};

/* A subject alternative name as text; false for kinds nobody connects to. */
static bool
san_text(const GENERAL_NAME *san, char *text, size_t size)
{
	const ASN1_STRING *s;
	const unsigned char *p;
	int n;

	if (san->type != GEN_DNS && san->type != GEN_IPADD)
		return false;
	s = san->type == GEN_DNS ? san->d.dNSName : san->d.iPAddress;
	p = ASN1_STRING_get0_data(s);
	n = ASN1_STRING_length(s);
	if (san->type == GEN_DNS)
		snprintf(text, size, "%.*s", n, (const char *)p);
	else if (n != 4 && n != 16)
		return false;
	else if (inet_ntop(n == 4 ? AF_INET : AF_INET6, p, text,
		     (socklen_t)size) == NULL)
		return false;
	return text[0] != '\0';
}

/* Behind its first label, dot included; "" when it has but one. */
static const char *
parent(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL ? dot : "";
}

static bool
has_label(const char *name, const char *const *labels)
{
	size_t n = strcspn(name, ".");

	for (; *labels != NULL; labels++)
		if (strlen(*labels) == n && strncasecmp(name, *labels, n) == 0)
			return true;
	return false;
}

/* How likely a name is that of the IMAP server that was meant by `host`. */
static int
likeness(const char *name, const char *host)
{
	static const char *const mail[] = { "imap", "mail", "imaps", "mx",
		NULL };
	static const char *const web[] = { "www", "webmail", "cpanel",
		"webdisk", "webhost", "autodiscover", "autoconfig", "smtp",
		"pop", NULL };
	size_t n = strcspn(host, ".");
	int score = 4;

	if (name[0] == '*')
		return 1;
	if (strspn(name, "0123456789.") == strlen(name) ||
	    strchr(name, ':') != NULL)
		return 2;
	if (has_label(name, web))
		score--;
	if (has_label(name, mail))
		score++;
	if (strcspn(name, ".") == n && strncasecmp(name, host, n) == 0)
		score += 2;
	if (parent(host)[0] != '\0' &&
	    strcasecmp(parent(name), parent(host)) == 0)
		score += 2;
	return score;
}

/* Another name in the list; false when it is full. */
static bool
show(struct alternatives *names, const char *text, int shown)
{
	size_t n = strlen(names->list), room = sizeof names->list - n;

	if (shown < NAMES_SHOWN && strlen(text) + 1 + ELLIPSIS < room) {
		snprintf(
		    names->list + n, room, "%s%s", shown > 0 ? " " : "", text);
		return true;
	}
	snprintf(names->list + n, room, " ...");
	return false;
}

void
alternatives_read(X509 *cert, const char *host, struct alternatives *names)
{
	GENERAL_NAMES *sans =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int i, score, best = 0, shown = 0, n;
	char text[NAME_TEXT];
	bool full = false;

	*names = (struct alternatives){ "", "" };
	n = sans != NULL ? sk_GENERAL_NAME_num(sans) : 0;
	for (i = 0; i < n; i++) {
		if (!san_text(
			sk_GENERAL_NAME_value(sans, i), text, sizeof text))
			continue;
		if ((score = likeness(text, host)) > best) {
			best = score;
			snprintf(names->best, sizeof names->best, "%s", text);
		}
		if (!full)
			full = !show(names, text, shown++);
	}
	if (names->list[0] == '\0')
		snprintf(names->list, sizeof names->list,
		    "no name (the subject does not count)");
	GENERAL_NAMES_free(sans);
}
