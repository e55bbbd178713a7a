#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/span.h"
#include "base/utc.h"

enum {
	FIRST_YEAR = 1970,
	LAST_YEAR = 9999,
	MINUTES_A_DAY = 24 * 60
};

/* A date and time on some clock. */
struct civil {
	int year, month, day, hour, min, sec;
	int offset; /* minutes east of UTC */
};

static bool
is_leap_year(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int
days_in_month(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return m == 2 && is_leap_year(y) ? 29 : days[m - 1];
}

static bool
is_date(const struct civil *c)
{
	return c->year >= FIRST_YEAR && c->year <= LAST_YEAR && c->month >= 1 &&
	       c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in_month(c->year, c->month);
}

/* Days since 1970 of a Gregorian date, counting years from March. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t
utc_of(int year, int month, int day, int hour, int min, int sec)
{
	return days_of(year, month, day) * UTC_DAY + hour * 3600 + min * 60 +
	       sec;
}

static int64_t
utc_of_civil(const struct civil *c)
{
	return utc_of(c->year, c->month, c->day, c->hour, c->min, c->sec) -
	       (int64_t)c->offset * 60;
}

/* Exactly `width` digits, taken from the front of `s`. */
static bool
digits(struct span *s, size_t width, int *value)
{
	size_t i;
	int v = 0;

	if (s->n < width)
		return false;
	for (i = 0; i < width; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = span_skip(*s, width);
	*value = v;
	return true;
}

/* One byte out of `set`, taken from the front of `s`. */
static bool
one_of(struct span *s, const char *set)
{
	if (s->n == 0 || s->p[0] == '\0' || strchr(set, s->p[0]) == NULL)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

static bool
date(struct span *s, struct civil *c)
{
	return digits(s, 4, &c->year) && one_of(s, "-") &&
	       digits(s, 2, &c->month) && one_of(s, "-") &&
	       digits(s, 2, &c->day);
}

static bool
fraction(struct span *s)
{
	int d;

	if (!one_of(s, "."))
		return true;
	if (!digits(s, 1, &d))
		return false;
	while (digits(s, 1, &d))
		continue;
	return true;
}

/* "Z", "+02:00", "+0200" or nothing, to the end of the text. */
static bool
zone(struct span *s, struct civil *c, unsigned *dev)
{
	int h, m, sign;

	if (s->n == 0) {
		*dev |= UTC_NO_ZONE;
		return true;
	}
	if (one_of(s, "Zz"))
		return s->n == 0;
	sign = s->p[0] == '-' ? -1 : 1;
	if (!one_of(s, "+-") || !digits(s, 2, &h))
		return false;
	if (!one_of(s, ":"))
		*dev |= UTC_FORMAT;
	if (!digits(s, 2, &m) || s->n > 0 || h > 23 || m > 59)
		return false;
	c->offset = sign * (h * 60 + m);
	if (c->offset != 0)
		*dev |= UTC_OFFSET;
	return true;
}

/* Whether the time of day exists; a leap second is set to :59. */
static bool
settle_clock(struct civil *c, unsigned *dev)
{
	int utc_minute = c->hour * 60 + c->min - c->offset;

	if (c->hour == 24 && c->min == 0 && c->sec == 0) {
		*dev |= UTC_FORMAT;
		return true;
	}
	if (c->hour > 23 || c->min > 59)
		return false;
	utc_minute = (utc_minute + 2 * MINUTES_A_DAY) % MINUTES_A_DAY;
	if (c->sec == 60 && utc_minute == MINUTES_A_DAY - 1)
		c->sec = 59;
	return c->sec <= 59;
}

int
utc_parse(struct span s, int64_t *t, unsigned *deviation)
{
	struct civil c = { 0 };
	unsigned dev = 0;

	if (!date(&s, &c) || !is_date(&c))
		return -1;
	if (s.n > 0 && s.p[0] == ' ')
		dev |= UTC_FORMAT;
	if (!one_of(&s, "Tt ") || !digits(&s, 2, &c.hour) || !one_of(&s, ":") ||
	    !digits(&s, 2, &c.min) || !one_of(&s, ":") ||
	    !digits(&s, 2, &c.sec) || !fraction(&s) || !zone(&s, &c, &dev) ||
	    !settle_clock(&c, &dev))
		return -1;
	*t = utc_of_civil(&c);
	*deviation = dev;
	return 0;
}

int
utc_parse_date(struct span s, int64_t *t)
{
	struct civil c = { 0 };

	if (!date(&s, &c) || s.n > 0 || !is_date(&c))
		return -1;
	*t = utc_of_civil(&c);
	return 0;
}

/* Blanks, line ends and comments, which RFC 5322 allows between any words. */
static void
skip_cfws(struct span *s)
{
	unsigned depth = 0;

	for (; s->n > 0; *s = span_skip(*s, 1)) {
		if (s->p[0] == '(')
			depth++;
		else if (s->p[0] == ')' && depth > 0)
			depth--;
		else if (depth == 0 && strchr(" \t\r\n", s->p[0]) == NULL)
			return;
		else if (s->p[0] == '\0')
			return;
	}
}

/* One or two digits. */
static bool
number(struct span *s, int *value)
{
	int v;

	skip_cfws(s);
	if (!digits(s, 1, value))
		return false;
	if (digits(s, 1, &v))
		*value = *value * 10 + v;
	return true;
}

const char *
utc_month_name(int month)
{
	static const char names[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	return names[month - 1];
}

int
utc_month_of(struct span s)
{
	int month;

	for (month = 1; month <= 12; month++)
		if (span_begins_nocase(s, utc_month_name(month)))
			return month;
	return 0;
}

static bool
month_name(struct span *s, int *month)
{
	skip_cfws(s);
	*month = utc_month_of(*s);
	*s = span_skip(*s, 3);
	return *month != 0;
}

/* RFC 5322 §4.3: two digits mean 1950 to 2049. */
static bool
mail_year(struct span *s, int *year)
{
	skip_cfws(s);
	if (digits(s, 4, year))
		return true;
	if (!digits(s, 2, year))
		return false;
	*year += *year < 50 ? 2000 : 1900;
	return true;
}

/* An offset or one of the American names; all others mean UTC (§4.3). */
static bool
mail_zone(struct span *s, struct civil *c)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "EDT", -4 }, { "EST", -5 }, { "CDT", -5 },
		{ "CST", -6 }, { "MDT", -6 }, { "MST", -7 }, { "PDT", -7 },
		{ "PST", -8 } };
	int hhmm, sign;
	size_t i;

	skip_cfws(s);
	if (s->n > 0 && (s->p[0] == '+' || s->p[0] == '-')) {
		sign = s->p[0] == '-' ? -1 : 1;
		*s = span_skip(*s, 1);
		if (!digits(s, 4, &hhmm) || hhmm % 100 > 59)
			return false;
		c->offset = sign * (hhmm / 100 * 60 + hhmm % 100);
		return true;
	}
	for (i = 0; i < sizeof zones / sizeof *zones; i++)
		if (span_begins_nocase(*s, zones[i].name))
			c->offset = zones[i].hours * 60;
	return true;
}

int
utc_parse_mail(struct span s, int64_t *t)
{
	struct civil c = { 0 };

	skip_cfws(&s);
	if (s.n > 0 && (s.p[0] < '0' || s.p[0] > '9')) { /* day of the week */
		while (s.n > 0 && s.p[0] != ',')
			s = span_skip(s, 1);
		s = span_skip(s, 1);
	}
	if (!number(&s, &c.day) || !month_name(&s, &c.month) ||
	    !mail_year(&s, &c.year) || !is_date(&c))
		return -1;
	if (!number(&s, &c.hour) || !one_of(&s, ":") || !number(&s, &c.min))
		return -1;
	if (one_of(&s, ":") && !number(&s, &c.sec))
		return -1;
	if (c.hour > 23 || c.min > 59 || c.sec > 60 || !mail_zone(&s, &c))
		return -1;
	*t = utc_of_civil(&c);
	return 0;
}

/* The civil date of a day counted from 1970; the inverse of days_of(). */
static void
civil_of_days(int64_t days, int *y, int *m, int *d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* `width` digits; returns behind them.  printf would be ten times slower. */
static char *
put_digits(char *out, unsigned n, unsigned width)
{
	unsigned i;

	for (i = width; i-- > 0; n /= 10)
		out[i] = (char)('0' + n % 10);
	return out + width;
}

static char *
put_date(char *out, int64_t days)
{
	int y, m, d;

	civil_of_days(days, &y, &m, &d);
	out = put_digits(out, (unsigned)y, y > LAST_YEAR ? 5 : 4);
	*out++ = '-';
	out = put_digits(out, (unsigned)m, 2);
	*out++ = '-';
	return put_digits(out, (unsigned)d, 2);
}

int64_t
utc_day(int64_t t)
{
	return (t >= 0 ? t : t - (UTC_DAY - 1)) / UTC_DAY;
}

void
utc_format_date(int64_t t, char out[UTC_TEXT])
{
	*put_date(out, utc_day(t)) = '\0';
}

void
utc_format(int64_t t, char out[UTC_TEXT])
{
	unsigned sec = (unsigned)(t - utc_day(t) * UTC_DAY);

	out = put_date(out, utc_day(t));
	*out++ = 'T';
	out = put_digits(out, sec / 3600, 2);
	*out++ = ':';
	out = put_digits(out, sec / 60 % 60, 2);
	*out++ = ':';
	out = put_digits(out, sec % 60, 2);
	*out++ = 'Z';
	*out = '\0';
}
