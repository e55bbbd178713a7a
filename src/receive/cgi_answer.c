#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "receive/cgi_answer.h"

static const struct phrase {
	enum cgi_status status;
	const char *reason; /* behind the status */
	const char *text;   /* the body; NULL: there is none */
} phrases[] = {
	{ CGI_OK, "OK", "stored before" },
	{ CGI_CREATED, "Created", "stored" },
	{ CGI_BAD_REQUEST, "Bad Request", "refused" },
	{ CGI_METHOD_NOT_ALLOWED, "Method Not Allowed", NULL },
	{ CGI_REQUEST_TIMEOUT, "Request Timeout", "it did not come in time" },
	{ CGI_LENGTH_REQUIRED, "Length Required", "refused" },
	{ CGI_CONTENT_TOO_LARGE, "Content Too Large", "refused" },
	{ CGI_UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", "refused" },
	{ CGI_TOO_MANY_REQUESTS, "Too Many Requests",
	    "refused until tomorrow" },
	{ CGI_SERVICE_UNAVAILABLE, "Service Unavailable",
	    "not stored, try again later" },
};

static const struct phrase *
phrase_of(enum cgi_status status)
{
	const struct phrase *p = phrases;

	while (p->status != status)
		p++;
	return p;
}

void
cgi_answer_print(const struct cgi_answer *a, FILE *out)
{
	const struct phrase *p = phrase_of(a->status);
	const char *text = a->text != NULL ? a->text : p->text;
	const char *code = a->code != NULL ? a->code : "";
	const char *colon = code[0] != '\0' ? ": " : "";

	fprintf(out, "Status: %d %s\r\n", (int)a->status, p->reason);
	if (a->status == CGI_METHOD_NOT_ALLOWED)
		fputs("Allow: POST\r\n", out);
	if (a->retry_after > 0)
		fprintf(out, "Retry-After: %u\r\n", a->retry_after);
	fputs("Cache-Control: no-store\r\n", out);
	if (text == NULL) {
		fputs("Content-Length: 0\r\n\r\n", out);
		return;
	}
	fprintf(out,
	    "X-Content-Type-Options: nosniff\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n\r\n%s%s%s\n",
	    strlen(text) + strlen(colon) + strlen(code) + 1, text, colon, code);
}
