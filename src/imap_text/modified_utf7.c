#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "imap_text/modified_utf7.h"

enum {
	GROWTH = 5, /* bytes that one byte becomes, at most */
	SPARE = 8   /* for the end of a run of base64, and the terminator */
};

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

/* Allocated; NULL when `text` is not in the encoding `from`. */
static char *
convert(const char *to, const char *from, const char *text)
{
	size_t left = strlen(text), room = left * GROWTH + SPARE;
	char *converted = xmalloc(room), *out = converted;
	char *in = (char *)(uintptr_t)text; /* iconv() does not write to it */
	iconv_t cd = iconv_open(to, from);
	bool ok;

	if (cd == (iconv_t)-1) /* glibc without its conversion modules */
		out_of_memory();
	room--;
	ok = iconv(cd, &in, &left, &out, &room) != (size_t)-1 &&
	     iconv(cd, NULL, NULL, &out, &room) != (size_t)-1;
	iconv_close(cd);
	*out = '\0';
	if (ok)
		return converted;
	free(converted);
	return NULL;
}

char *
folder_encode(const char *name)
{
	return has_control(name) ? NULL : convert("UTF-7-IMAP", "UTF-8", name);
}

bool
folder_is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0 ||
	       (strcasecmp(a, "INBOX") == 0 && strcasecmp(b, "INBOX") == 0);
}

char *
folder_decode(const char *name)
{
	const char *shift = strrchr(name, '&');
	char *decoded;

	/* iconv() takes a name that ends inside a run of base64 */
	if (shift != NULL && strchr(shift, '-') == NULL)
		return NULL;
	decoded = convert("UTF-8", "UTF-7-IMAP", name);
	if (decoded == NULL || !has_control(decoded))
		return decoded;
	free(decoded);
	return NULL;
}
