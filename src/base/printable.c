#define _GNU_SOURCE /* newlocale, nl_langinfo_l */
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/printable.h"
#include "base/utf8.h"

enum {
	SECTION_SIGN = 0xa7
};

/* Set before any thread starts. */
static bool is_ascii;

void
printable_init(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

	is_ascii = true;
	if (locale == (locale_t)0)
		return;
	is_ascii = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0;
	freelocale(locale);
}

void
printable_be_utf8(void)
{
	is_ascii = false;
}

bool
printable_is_ascii(void)
{
	return is_ascii;
}

/* Print one character beyond ASCII as what resembles it most. */
static void
put_likeness(FILE *out, iconv_t converter, const char *s, size_t n, unsigned c)
{
	char in[4], text[32], *from = in, *to = text;
	size_t left = n, room = sizeof text;

	memcpy(in, s, n);
	if (c == SECTION_SIGN)
		fputs("section ", out);
	else if (iconv(converter, &from, &left, &to, &room) == (size_t)-1 ||
		 to == text || (to == text + 1 && text[0] == '?'))
		fprintf(out, "\\u%04x", c);
	else
		fwrite(text, 1, (size_t)(to - text), out);
}

static char *
transliterate(const char *s)
{
	iconv_t converter = iconv_open("ASCII//TRANSLIT", "UTF-8");
	size_t n = strlen(s), len, size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);
	unsigned c;

	if (out == NULL || converter == (iconv_t)-1)
		out_of_memory();
	for (; n > 0; s += len, n -= len) {
		len = text_utf8(s, n, &c); /* not 0: the text is clean */
		if (c < 0x80)
			fputc((int)c, out);
		else
			put_likeness(out, converter, s, len, c);
	}
	iconv_close(converter);
	if (fclose(out) == EOF)
		out_of_memory();
	return text;
}

char *
printable_in_ascii(const char *s)
{
	char *clean = xstrdup(s), *ascii;

	text_clean(clean);
	if (clean[text_plain(clean, strlen(clean))] == '\0')
		return clean;
	ascii = transliterate(clean);
	free(clean);
	return ascii;
}

char *
printable(const char *s)
{
	char *clean;

	if (is_ascii)
		return printable_in_ascii(s);
	clean = xstrdup(s);
	text_clean(clean);
	return clean;
}
