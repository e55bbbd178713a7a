#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/problem_number.h"

enum {
	MOST_DIGITS = 18
};

int
problem_number(const char *text, int64_t *number)
{
	const char *digits = text[0] == '#' ? text + 1 : text;
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > MOST_DIGITS || digits[n] != '\0')
		return -1;
	*number = strtoll(digits, NULL, 10);
	return 0;
}
