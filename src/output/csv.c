#include <arpa/inet.h>
#include <csv.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "output/csv.h"

enum {
	PIECE = 1024, /* bytes of a text that are quoted at once */
	ADDRESS = 64, /* more than any IP address has */
	RATE_UNIT = 1000000,
	RATE_DIGITS = 6
};

const struct csv_style csv_style_default = {
	.bom = false,
	.delimiter = ',',
	.decimal = '.',
	.guard = true,
};

static bool
is_address(const char *text, size_t len)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char s[ADDRESS];

	if (len >= sizeof s)
		return false;
	memcpy(s, text, len);
	s[len] = '\0';
	return inet_pton(AF_INET, s, bytes) == 1 ||
	       inet_pton(AF_INET6, s, bytes) == 1;
}

/* Whether `c` may be in what a spreadsheet takes for a number or a time. */
static bool
is_numeric(char c)
{
	switch (c) {
	case '.':
	case ',':
	case '+':
	case '-':
	case '/':
	case ':':
	case 'e':
	case 'E':
	case '%':
		return true;
	default:
		return c >= '0' && c <= '9';
	}
}

bool
csv_needs_guard(const char *text, size_t len)
{
	bool digit = false;
	size_t i;

	if (len == 0)
		return false;
	switch (text[0]) {
	case '=':
	case '+':
	case '-':
	case '@':
	case '\t':
	case '\r':
		return true;
	default:
		break;
	}
	for (i = 0; i < len; i++) {
		if (!is_numeric(text[i]))
			return false;
		digit |= text[i] >= '0' && text[i] <= '9';
	}
	return digit && !is_address(text, len);
}

/* A row is put together here, for a call of stdio costs more than a field. */
static void
flush(struct csv *csv)
{
	fwrite(csv->line, 1, csv->used, csv->out);
	csv->used = 0;
}

static void
put(struct csv *csv, const char *p, size_t n)
{
	if (n > sizeof csv->line - csv->used)
		flush(csv);
	if (n > sizeof csv->line) {
		fwrite(p, 1, n, csv->out);
		return;
	}
	memcpy(csv->line + csv->used, p, n);
	csv->used += n;
}

static void
put_char(struct csv *csv, char c)
{
	if (csv->used == sizeof csv->line)
		flush(csv);
	csv->line[csv->used++] = c;
}

/* Quoted by libcsv, piece by piece, each without its own quotes. */
static void
put_escaped(struct csv *csv, const char *text, size_t len)
{
	char quoted[2 * PIECE + 2];
	size_t n, size;

	for (; len > 0; text += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		size = csv_write2(quoted, sizeof quoted, text, n, '"');
		put(csv, quoted + 1, size - 2);
	}
}

static void
put_text(struct csv *csv, const char *text, size_t len)
{
	put_char(csv, '"');
	if (csv->style->guard && csv_needs_guard(text, len))
		put_char(csv, '\'');
	if (memchr(text, '"', len) == NULL)
		put(csv, text, len);
	else
		put_escaped(csv, text, len);
	put_char(csv, '"');
}

/* What needs no quotes, unless the delimiter was chosen so that it does. */
static void
put_bare(struct csv *csv, const char *text, size_t len)
{
	bool quote = csv->odd && memchr(text, csv->style->delimiter, len);

	if (quote)
		put_char(csv, '"');
	put(csv, text, len);
	if (quote)
		put_char(csv, '"');
}

/* The digits of `n` before `end`, at least so many; returns where they begin.*/
static char *
digits(char *end, uint64_t n, int least)
{
	for (; n > 0 || least > 0; n /= 10, least--)
		*--end = (char)('0' + n % 10);
	return end;
}

static void
put_number(struct csv *csv, int64_t n)
{
	char text[32], *end = text + sizeof text;
	char *begin = digits(end, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 1);

	if (n < 0)
		*--begin = '-';
	put_bare(csv, begin, (size_t)(end - begin));
}

/* By whole millionths; the locale has no say in the decimal sign. */
static void
put_rate(struct csv *csv, double rate)
{
	long long millionths = llround(rate * RATE_UNIT);
	uint64_t n = millionths < 0 ? 0 : (uint64_t)millionths;
	char text[64], *end = text + sizeof text, *begin;

	begin = digits(end, n % RATE_UNIT, RATE_DIGITS);
	*--begin = csv->style->decimal;
	begin = digits(begin, n / RATE_UNIT, 1);
	put_bare(csv, begin, (size_t)(end - begin));
}

/* "2026-11-23T00:00:00Z" as "2026-11-23 00:00:00". */
static void
put_time(struct csv *csv, const char *text, size_t len)
{
	enum {
		SHORT = sizeof "2026-11-23T00:00:00" - 1,
		T = sizeof "2026-11-23" - 1
	};
	char s[SHORT];

	if (len != SHORT + 1 || text[T] != 'T' || text[SHORT] != 'Z') {
		put_text(csv, text, len);
		return;
	}
	memcpy(s, text, SHORT);
	s[T] = ' ';
	put_bare(csv, s, SHORT);
}

static void
put_cell(struct csv *csv, enum column_kind kind, const struct cell *cell)
{
	if (cell->null)
		return;
	if (kind != COLUMN_NUMBER && kind != COLUMN_RATE && cell->len == 0)
		return;
	switch (kind) {
	case COLUMN_NUMBER:
		put_number(csv, cell->number);
		return;
	case COLUMN_RATE:
		put_rate(csv, cell->rate);
		return;
	case COLUMN_TEXT:
		put_text(csv, cell->text, cell->len);
		return;
	case COLUMN_DATE:
		put_bare(csv, cell->text, cell->len);
		return;
	case COLUMN_TIME:
		put_time(csv, cell->text, cell->len);
	}
}

/* Whether the delimiter may be in a number, a date or a time. */
static bool
is_odd(const struct csv_style *style)
{
	static const char bare[] = "0123456789-: .W";

	return style->delimiter == style->decimal ||
	       memchr(bare, style->delimiter, sizeof bare) != NULL;
}

static int
check(const struct csv *csv, struct fault *f)
{
	if (!ferror(csv->out))
		return 0;
	return fault(f, FAULT_HOST, EX_CANTCREAT, "%s: cannot be written: %s",
	    csv->name != NULL ? csv->name : "standard output",
	    errno != 0 ? strerror(errno) : "writing failed");
}

static int
head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct csv *csv = arg;
	size_t i;

	csv->columns = columns;
	csv->rows = 0;
	errno = 0;
	if (csv->style->bom)
		fputs("\xef\xbb\xbf", csv->out);
	for (i = 0; i < n; i++) {
		if (i > 0)
			putc(csv->style->delimiter, csv->out);
		fputs(columns[i].name, csv->out);
	}
	fputs("\r\n", csv->out);
	return check(csv, f);
}

static int
row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct csv *csv = arg;
	size_t i;

	errno = 0;
	csv->odd = is_odd(csv->style);
	for (i = 0; i < n; i++) {
		if (i > 0)
			put_char(csv, csv->style->delimiter);
		put_cell(csv, csv->columns[i].kind, &cells[i]);
	}
	put(csv, "\r\n", 2);
	flush(csv);
	csv->rows++;
	return check(csv, f);
}

struct row_sink
csv_sink(struct csv *csv)
{
	return (struct row_sink){ .head = head, .row = row, .arg = csv };
}
