#include <json-c/json.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/span.h"
#include "base/utf8.h"
#include "output/json_line.h"

/* json-c returns NULL when memory is out; here that ends the program. */
static struct json_object *
made(struct json_object *value)
{
	if (value == NULL)
		out_of_memory();
	return value;
}

struct json_object *
json_new_object(void)
{
	return made(json_object_new_object());
}

struct json_object *
json_new_array(void)
{
	return made(json_object_new_array());
}

void
json_add(struct json_object *o, const char *name, struct json_object *value)
{
	if (json_object_object_add(o, name, made(value)) != 0)
		out_of_memory();
}

void
json_add_text(struct json_object *o, const char *name, const char *text)
{
	json_add(o, name, json_object_new_string(text));
}

void
json_add_number(struct json_object *o, const char *name, int64_t n)
{
	json_add(o, name, json_object_new_int64(n));
}

void
json_add_count(struct json_object *o, const char *name, uint64_t n)
{
	json_add(o, name, json_object_new_uint64(n));
}

void
json_add_bool(struct json_object *o, const char *name, int value)
{
	json_add(o, name, json_object_new_boolean(value));
}

void
json_add_null(struct json_object *o, const char *name)
{
	if (json_object_object_add(o, name, NULL) != 0)
		out_of_memory();
}

void
json_add_decimal(
    struct json_object *o, const char *name, double n, int decimals)
{
	double unit = pow(10, decimals);
	char text[64];

	/* halves are rounded up, as in CSV; printf would go by the binary */
	snprintf(text, sizeof text, "%.*f", decimals, round(n * unit) / unit);
	json_add(o, name, json_object_new_double_s(n, text));
}

void
json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, made(value)) != 0)
		out_of_memory();
}

void
json_append_text(struct json_object *array, const char *text)
{
	json_append(array, json_object_new_string(text));
}

void
json_append_bytes(struct json_object *array, struct span bytes)
{
	json_append(array, json_object_new_string_len(bytes.p, (int)bytes.n));
}

/* One character beyond ASCII, as one \u escape or a pair of surrogates. */
static void
put_escaped(FILE *out, unsigned c)
{
	if (c > 0xffff) {
		c -= 0x10000;
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
		    0xdc00 + (c & 0x3ff));
	} else {
		fprintf(out, "\\u%04x", c);
	}
}

void
json_line_print(FILE *out, struct json_object *o)
{
	size_t n, plain, len;
	const char *s = json_object_to_json_string_length(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	unsigned c;

	if (s == NULL)
		out_of_memory();
	for (; n > 0; s += len, n -= len) {
		plain = text_plain(s, n);
		fwrite(s, 1, plain, out);
		if (plain == n)
			break;
		if ((len = text_utf8(s + plain, n - plain, &c)) == 0) {
			c = 0xfffd;
			len = 1;
		}
		put_escaped(out, c);
		len += plain;
	}
	fputc('\n', out);
	json_object_put(o);
}

void
json_drop(struct json_object *o)
{
	json_object_put(o);
}
