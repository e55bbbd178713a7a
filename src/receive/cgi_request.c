#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/span.h"
#include "receive/cgi_request.h"

enum {
	NETWORK_BYTES = 8, /* of an IPv6 address */
	ADDRESS_BYTES = 16
};

/* The value of a variable; NULL when it is not set, or empty. */
static const char *
variable(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; *environment != NULL; environment++)
		if (strncmp(*environment, name, n) == 0 &&
		    (*environment)[n] == '=')
			return (*environment)[n + 1] != '\0'
				   ? *environment + n + 1
				   : NULL;
	return NULL;
}

/* Digits and nothing else; more than fit are UINT64_MAX. */
static bool
read_length(const char *text, uint64_t *length)
{
	uint64_t n = 0, digit;

	if (text == NULL || text[strspn(text, "0123456789")] != '\0')
		return false;
	for (; *text != '\0'; text++) {
		digit = (uint64_t)(*text - '0');
		n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
	}
	*length = n;
	return true;
}

/* Whether a media type, parameters behind it or not, is that of a report. */
static bool
is_tlsrpt(const char *type)
{
	struct span s;

	if (type == NULL)
		return false;
	s = span_trim((struct span){ type, strcspn(type, ";") });
	return span_is_nocase(s, "application/tlsrpt+gzip") ||
	       span_is_nocase(s, "application/tlsrpt+json");
}

/* An IPv4 address inside of IPv6 is that address. */
static bool
read_mapped(const struct in6_addr *six, struct cgi_request *q)
{
	const uint8_t *four = six->s6_addr + ADDRESS_BYTES - 4;

	return IN6_IS_ADDR_V4MAPPED(six) &&
	       inet_ntop(AF_INET, four, q->address, sizeof q->address) != NULL;
}

static void
read_address(const char *text, struct cgi_request *q)
{
	char network[INET6_ADDRSTRLEN];
	struct in_addr four;
	struct in6_addr six;

	if (text != NULL && inet_pton(AF_INET, text, &four) == 1) {
		inet_ntop(AF_INET, &four, q->address, sizeof q->address);
	} else if (text != NULL && inet_pton(AF_INET6, text, &six) == 1) {
		if (!read_mapped(&six, q)) {
			inet_ntop(
			    AF_INET6, &six, q->address, sizeof q->address);
			memset(six.s6_addr + NETWORK_BYTES, 0,
			    ADDRESS_BYTES - NETWORK_BYTES);
			inet_ntop(AF_INET6, &six, network, sizeof network);
			snprintf(
			    q->network, sizeof q->network, "%s/64", network);
			return;
		}
	} else {
		strcpy(q->address, "unknown");
	}
	memcpy(q->network, q->address, sizeof q->network);
}

bool
cgi_request_read(char *const *environment, struct cgi_request *q)
{
	const char *method = variable(environment, "REQUEST_METHOD");

	*q = (struct cgi_request){ 0 };
	if (method == NULL)
		return false;
	q->is_post = strcmp(method, "POST") == 0;
	q->has_length =
	    read_length(variable(environment, "CONTENT_LENGTH"), &q->length);
	q->is_tlsrpt = is_tlsrpt(variable(environment, "CONTENT_TYPE"));
	read_address(variable(environment, "REMOTE_ADDR"), q);
	return true;
}
