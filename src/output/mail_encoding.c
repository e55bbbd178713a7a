#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "output/mail_encoding.h"

enum {
	QUOTED_LINE = 76, /* characters, the "=" of a soft break with them */
	BASE64_LINE = 57  /* bytes that 76 characters hold */
};

/* Whether a character stands for itself; a blank not at the end of a line. */
static bool
is_literal(const char *s)
{
	if (*s == ' ' || *s == '\t')
		return s[1] != '\n' && s[1] != '\0';
	return *s > ' ' && *s <= '~' && *s != '=';
}

void
mail_put_quoted(FILE *out, const char *text)
{
	size_t column = 0, width;

	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			fputc('\n', out);
			column = 0;
			continue;
		}
		width = is_literal(text) ? 1 : 3;
		if (column + width > QUOTED_LINE - 1) {
			fputs("=\n", out);
			column = 0;
		}
		/* some servers take a "From " there for the next mail */
		if (column == 0 && strncmp(text, "From ", 5) == 0)
			width = 3;
		if (width == 1)
			fputc(*text, out);
		else
			fprintf(out, "=%02X", (unsigned char)*text);
		column += width;
	}
	if (column > 0)
		fputc('\n', out);
}

void
mail_put_base64(FILE *out, const char *bytes, size_t n)
{
	unsigned char line[BASE64_LINE / 3 * 4 + 1];
	size_t part;

	for (; n > 0; bytes += part, n -= part) {
		part = n < BASE64_LINE ? n : BASE64_LINE;
		EVP_EncodeBlock(line, (const unsigned char *)bytes, (int)part);
		fprintf(out, "%s\n", (const char *)line);
	}
}
