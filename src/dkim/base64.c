#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "dkim/base64.h"

const char *
base64_without_blanks(struct span value, struct arena *arena)
{
	char *out = arena_alloc(arena, value.n + 1);
	size_t i, n = 0;

	for (i = 0; i < value.n; i++)
		if (value.p[i] != ' ' && value.p[i] != '\t')
			out[n++] = value.p[i];
	return out;
}

static bool
is_base64(const char *text, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t good = strspn(text, letters);

	if (n % 4 != 0 || n - good > 2)
		return false;
	return strspn(text + good, "=") == n - good;
}

/* OpenSSL counts the padding as bytes, and takes more than base64. */
bool
base64_decode(const char *text, struct arena *arena, struct span *out)
{
	size_t n = strlen(text), room = n / 4 * 3;
	unsigned char *bytes;

	if (!is_base64(text, n) || n > INT32_MAX)
		return false;
	bytes = arena_alloc(arena, room + 1);
	if (n > 0 &&
	    EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)n) == -1)
		return false;
	for (; n > 0 && text[n - 1] == '='; n--)
		room--;
	*out = (struct span){ (const char *)bytes, room };
	return true;
}
