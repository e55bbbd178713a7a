#include <openssl/evp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "output/terminal_text.h"
#include "page/html_escape.h"

enum {
	SHA256_BYTES = 32,
	SHA256_BASE64 = 44
};

static void
put_escaped(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		fputc(c, out);
	}
}

void
escape_html(FILE *out, const char *s)
{
	char *clean = xstrdup(s);
	size_t i;

	text_clean(clean);
	for (i = 0; clean[i] != '\0'; i++)
		put_escaped(out, clean[i]);
	free(clean);
}

void
html_printf(FILE *out, const char *fmt, ...)
{
	char number[GROUPED];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	for (; *fmt != '\0'; fmt += n) {
		n = strcspn(fmt, "%");
		fwrite(fmt, 1, n, out);
		if (fmt[n] == '\0')
			break;
		switch (fmt[n + 1]) {
		case 's':
			escape_html(out, va_arg(ap, const char *));
			break;
		case 'u':
			fputs(text_grouped(va_arg(ap, uint64_t), number), out);
			break;
		case 'd':
			fprintf(out, "%d", va_arg(ap, int));
			break;
		default:
			fputc('%', out);
		}
		n += 2;
	}
	va_end(ap);
}

void
csp_hash(FILE *out, const char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE], base64[SHA256_BASE64 + 1];
	unsigned len = 0;

	if (EVP_Digest(text, strlen(text), digest, &len, EVP_sha256(), NULL) !=
	    1)
		out_of_memory();
	EVP_EncodeBlock(base64, digest, SHA256_BYTES);
	fprintf(out, "'sha256-%s'", (const char *)base64);
}
