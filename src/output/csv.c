#include <arpa/inet.h>
#include <csv.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/utf8.h"
#include "model/row.h"
#include "output/csv.h"
#include "output/write_fault.h"

enum {
	PIECE = 1024, /* bytes of a text quoted at once */
	ADDRESS = 64, /* bytes; more than any IP address has */
	DIGITS = 20,  /* of the largest whole number, without its sign */
	RATE_UNIT = 1000000
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

/* What a spreadsheet may drop at the front: blanks, and what is not seen. */
static bool
is_dropped(unsigned c)
{
	return c == ' ' || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000 || text_is_unseen(c);
}

/* Whether a formula begins with it, in ASCII or in a form that is taken for
 * it: full-width, small, or the minus sign. */
static bool
begins_formula(unsigned c)
{
	switch (c) {
	case '=':
	case '+':
	case '-':
	case '@':
	case 0xff1d:
	case 0xff0b:
	case 0xff0d:
	case 0xff20:
	case 0xfe66:
	case 0xfe62:
	case 0xfe63:
	case 0xfe6b:
	case 0x2212:
		return true;
	default:
		return false;
	}
}

/* Whether it would be shown as a number, a date or a time. */
static bool
is_mangled(const char *text, size_t len)
{
	bool digit = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_numeric(text[i]))
			return false;
		digit |= text[i] >= '0' && text[i] <= '9';
	}
	return digit && !is_address(text, len);
}

bool
csv_needs_guard(const char *text, size_t len)
{
	size_t n;
	unsigned c = 0;

	if (len > 0 && (text[0] == '\t' || text[0] == '\r' || text[0] == '\n'))
		return true;
	while ((n = text_utf8(text, len, &c)) > 0 && is_dropped(c)) {
		text += n;
		len -= n;
	}
	return n > 0 && (begins_formula(c) || is_mangled(text, len));
}

/* Hands the part of a row that is gathered to `out`. */
static void
pour(struct csv *csv)
{
	fwrite(csv->gathered, 1, csv->n_gathered, csv->out);
	csv->n_gathered = 0;
}

/* A row is gathered before it is written: most have many short cells. */
static void
put(struct csv *csv, const char *text, size_t len)
{
	if (len > sizeof csv->gathered - csv->n_gathered)
		pour(csv);
	if (len > sizeof csv->gathered) {
		fwrite(text, 1, len, csv->out);
		return;
	}
	memcpy(csv->gathered + csv->n_gathered, text, len);
	csv->n_gathered += len;
}

static void
put_char(struct csv *csv, char c)
{
	put(csv, &c, 1);
}

/*
 * Quoted by libcsv piece by piece, each without its own quotes, so that the
 * guard stands inside them and no text needs memory.
 */
static void
put_text(struct csv *csv, const char *text, size_t len)
{
	char quoted[2 * PIECE + 2];
	size_t n, size;

	put_char(csv, '"');
	if (csv->style->guard && csv_needs_guard(text, len))
		put_char(csv, '\'');
	for (; len > 0; text += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		size = csv_write2(quoted, sizeof quoted, text, n, '"');
		put(csv, quoted + 1, size - 2);
	}
	put_char(csv, '"');
}

/* A number, date or time: without quotes, unless it holds the delimiter. */
static void
put_bare(struct csv *csv, const char *text, size_t len)
{
	bool quote = memchr(text, csv->style->delimiter, len) != NULL;

	if (quote)
		put_char(csv, '"');
	put(csv, text, len);
	if (quote)
		put_char(csv, '"');
}

/*
 * Writes the digits of `n`, at least so many, in front of `end`: where they
 * begin.  By hand, for a table can hold a million numbers, and printf() made
 * an export a tenth slower.
 */
static char *
digits(char *end, uint64_t n, int least)
{
	char *p = end;

	while (n > 0 || end - p < least) {
		*--p = (char)('0' + n % 10);
		n /= 10;
	}
	return p;
}

static void
put_number(struct csv *csv, int64_t n)
{
	char text[1 + DIGITS], *end = text + sizeof text;
	char *p = digits(end, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);

	if (n < 0)
		*--p = '-';
	put_bare(csv, p, (size_t)(end - p));
}

/* By whole millionths, so that the locale has no say in the decimal sign;
 * a rate lies between 0 and 1. */
static void
put_rate(struct csv *csv, double rate)
{
	uint64_t millionths = (uint64_t)llround(rate * (double)RATE_UNIT);
	char text[1 + 2 * DIGITS], *end = text + sizeof text;
	char *p = digits(end, millionths % RATE_UNIT, 6);

	*--p = csv->style->decimal;
	p = digits(p, millionths / RATE_UNIT, 1);
	put_bare(csv, p, (size_t)(end - p));
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

static int
end_row(struct csv *csv, struct fault *f)
{
	put(csv, "\r\n", 2);
	pour(csv);
	if (!ferror(csv->out))
		return 0;
	return write_fault(f, csv->name, "cannot be written");
}

static int
head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct csv *csv = arg;
	size_t i;

	csv->columns = columns;
	csv->rows = 0;
	csv->n_gathered = 0;
	errno = 0;
	if (csv->style->bom)
		put(csv, "\xef\xbb\xbf", 3);
	for (i = 0; i < n; i++) {
		if (i > 0)
			put_char(csv, csv->style->delimiter);
		put(csv, columns[i].name, strlen(columns[i].name));
	}
	return end_row(csv, f);
}

static int
row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct csv *csv = arg;
	size_t i;

	errno = 0;
	for (i = 0; i < n; i++) {
		if (i > 0)
			put_char(csv, csv->style->delimiter);
		put_cell(csv, csv->columns[i].kind, &cells[i]);
	}
	csv->rows++;
	return end_row(csv, f);
}

struct row_sink
csv_sink(struct csv *csv)
{
	return (struct row_sink){ .head = head, .row = row, .arg = csv };
}
