#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "config/config.h"
#include "config/config_options.h"
#include "config/domain_list.h"
#include "config/set_options.h"
#include "config/value_types.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
	SECONDS_A_DAY = 24 * 60 * 60
};

int
config_refuse(struct setting *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->reason, sizeof s->reason, fmt, ap);
	va_end(ap);
	return -1;
}

static int
in_range(const struct config_option *o, struct setting *s, uint64_t v)
{
	if (v < o->min || v > o->max)
		return config_refuse(s,
		    "%s is out of range: %" PRIu64 " to %" PRIu64, s->text,
		    o->min, o->max);
	return 0;
}

/* A byte count with the largest unit that divides it: "25M". */
static const char *
size_text(uint64_t v, char out[24])
{
	static const char units[] = "KMGT";
	size_t i = 0;

	for (; v >= 1024 && v % 1024 == 0 && units[i] != '\0'; i++)
		v /= 1024;
	snprintf(out, 24, "%" PRIu64 "%.1s", v, i > 0 ? &units[i - 1] : "");
	return out;
}

int
set_number(const struct config_option *o, struct setting *s, void *field)
{
	uint64_t v;

	if (setting_number(s->text, &v) == -1)
		return config_refuse(s, "must be a number");
	if (in_range(o, s, v) == -1)
		return -1;
	*(unsigned *)field = (unsigned)v;
	return 0;
}

int
set_port(const struct config_option *o, struct setting *s, void *field)
{
	unsigned v = 0;

	if (set_number(o, s, &v) == -1)
		return -1;
	*(uint16_t *)field = (uint16_t)v;
	return 0;
}

int
set_size(const struct config_option *o, struct setting *s, void *field)
{
	char least[24], most[24];
	uint64_t v;

	if (setting_size(s->text, &v) == -1)
		return config_refuse(
		    s, "must be a size: digits, and K, M or G, such as 25M");
	if (v < o->min || v > o->max)
		return config_refuse(s, "%s is out of range: %s to %s", s->text,
		    size_text(o->min, least), size_text(o->max, most));
	*(uint64_t *)field = v;
	return 0;
}

static int
seconds_of(const struct config_option *o, struct setting *s, uint64_t *v)
{
	if (setting_duration(s->text, v) == -1)
		return config_refuse(s,
		    "must be a duration: digits and s, m, h or d, such as 60s");
	if (*v < o->min || *v > o->max)
		return config_refuse(s,
		    "%s is out of range: %" PRIu64 "s to %" PRIu64 "s", s->text,
		    o->min, o->max);
	return 0;
}

int
set_seconds(const struct config_option *o, struct setting *s, void *field)
{
	uint64_t v;

	if (seconds_of(o, s, &v) == -1)
		return -1;
	*(unsigned *)field = (unsigned)v;
	return 0;
}

int
set_seconds_or_0(const struct config_option *o, struct setting *s, void *field)
{
	*(unsigned *)field = 0;
	return strcmp(s->text, "0") == 0 ? 0 : set_seconds(o, s, field);
}

int
set_date(const struct config_option *o, struct setting *s, void *field)
{
	int64_t t = 0;

	(void)o;
	if (s->text[0] != '\0' && utc_parse_date(span_of(s->text), &t) == -1)
		return config_refuse(s, "must be a day, such as 2026-01-31");
	*(int64_t *)field = t;
	return 0;
}

/* Whole days; `other` is what may stand in their place, for the reason. */
static int
days_of(const struct config_option *o, struct setting *s, const char *other,
    unsigned *days)
{
	uint64_t v = 0;

	if (setting_duration(s->text, &v) == -1 || v % SECONDS_A_DAY != 0)
		return config_refuse(
		    s, "must be whole days, such as 400d%s", other);
	v /= SECONDS_A_DAY;
	if (v < o->min || v > o->max)
		return config_refuse(s,
		    "%s is out of range: %" PRIu64 "d to %" PRIu64 "d%s",
		    s->text, o->min, o->max, other);
	*days = (unsigned)v;
	return 0;
}

int
set_days(const struct config_option *o, struct setting *s, void *field)
{
	*(unsigned *)field = 0;
	return s->text[0] == '\0' ? 0 : days_of(o, s, "", field);
}

int
set_since(const struct config_option *o, struct setting *s, void *field)
{
	if (strcmp(s->text, "all") == 0) {
		*(unsigned *)field = SINCE_ALL;
		return 0;
	}
	return days_of(o, s, ", or \"all\"", field);
}

int
set_yes(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (setting_yes(s->text, field) == -1)
		return config_refuse(s, "must be yes or no");
	return 0;
}

int
set_text(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (s->text[0] == '\0')
		return config_refuse(s, "is empty");
	*(const char **)field = s->text;
	return 0;
}

int
set_label(const struct config_option *o, struct setting *s, void *field)
{
	size_t i, n = strlen(s->text);

	if (n > o->max)
		return config_refuse(
		    s, "is longer than %" PRIu64 " bytes", o->max);
	for (i = 0; i < n; i++)
		if ((unsigned char)s->text[i] < ' ' || s->text[i] == 0x7f)
			return config_refuse(s, "has a control character");
	*(const char **)field = s->text;
	return 0;
}

int
set_service(const struct config_option *o, struct setting *s, void *field)
{
#ifndef HAVE_LIBPQ
	if (s->text[0] != '\0')
		return config_refuse(s,
		    "this tlsrua was built without PostgreSQL: install "
		    "libpq-dev and build it again, or leave this empty");
#endif
	if (strpbrk(s->text, "[]=:/ \t") != NULL)
		return config_refuse(s,
		    "must be the name of a section in the service file, such "
		    "as tlsrua");
	return set_label(o, s, field);
}

int
set_path_if_any(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (s->text[0] == '~')
		return config_refuse(
		    s, "\"~\" means nothing here: write the path");
	*(const char **)field = s->text;
	return 0;
}

int
set_path(const struct config_option *o, struct setting *s, void *field)
{
	if (s->text[0] == '\0')
		return config_refuse(s, "is empty");
	return set_path_if_any(o, s, field);
}

int
set_host_name_if_any(
    const struct config_option *o, struct setting *s, void *field)
{
	if (s->text[0] == '\0')
		return set_path_if_any(o, s, field);
	if (setting_domain(s->text, s->memory, field) == 0)
		return 0;
	return config_refuse(s, "is no host name");
}

int
set_ca_file(const struct config_option *o, struct setting *s, void *field)
{
	struct stat st;

	if (s->text[0] != '\0') {
		if (stat(s->text, &st) == -1 || access(s->text, R_OK) == -1)
			return config_refuse(s,
			    "%.80s cannot be read: %s: without ca_file the "
			    "system's certificates are used",
			    s->text, strerror(errno));
		if (!S_ISREG(st.st_mode))
			return config_refuse(s, "is not a file");
	}
	return set_path_if_any(o, s, field);
}

/*
 * Whether the value is a bare semicolon, which the reader takes for a comment
 * although people write "delimiter = ;".
 */
static bool
is_lone_semicolon(struct span rest)
{
	return rest.n > 0 && rest.p[0] == ';' &&
	       (rest.n == 1 ||
		   span_begins_nocase(span_trim(span_skip(rest, 1)), ";"));
}

int
set_delimiter(const struct config_option *o, struct setting *s, void *field)
{
	const char *text = s->text;

	(void)o;
	if (text[0] == '\0' && is_lone_semicolon(s->rest))
		text = ";";
	if (setting_delimiter(text, field) == -1)
		return config_refuse(
		    s, "must be comma, semicolon, tab or pipe");
	return 0;
}

int
set_decimal(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (setting_decimal(s->text, field) == -1)
		return config_refuse(s, "must be \".\" or \",\"");
	return 0;
}

int
set_domains(const struct config_option *o, struct setting *s, void *field)
{
	const char *const *item;
	size_t n, i;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	for (i = 0; i < n; i++)
		if (domain_list_add(field, item[i], s->memory) == -1)
			return config_refuse(
			    s, "\"%.80s\" is no domain name", item[i]);
	return 0;
}

int
set_domains_file(const struct config_option *o, struct setting *s, void *field)
{
	struct fault f;

	(void)o;
	if (s->text[0] != '\0' &&
	    domain_list_read(field, s->text, s->memory, &f) == -1)
		return config_refuse(s, "%s", f.text);
	return 0;
}

/* Whether it is an address that can stand in a header as it is. */
static bool
is_address(const char *s)
{
	const char *at = strchr(s, '@'), *p;

	for (p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("<>()[],;:\\\"", *p))
			return false;
	return at != NULL && at != s && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL;
}

static int
refuse_address(struct setting *s, const char *address)
{
	return config_refuse(s,
	    "\"%.80s\" is no address; write it as boss@example.com", address);
}

int
set_address(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (s->text[0] != '\0' && !is_address(s->text))
		return refuse_address(s, s->text);
	*(const char **)field = s->text;
	return 0;
}

int
set_addresses(const struct config_option *o, struct setting *s, void *field)
{
	const char *const *item;
	const char *all = "";
	size_t n, i;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	for (i = 0; i < n; i++) {
		if (!is_address(item[i]))
			return refuse_address(s, item[i]);
		all = arena_printf(
		    s->memory, "%s%s%s", all, i > 0 ? ", " : "", item[i]);
	}
	*(const char **)field = all;
	return 0;
}
