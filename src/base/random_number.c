#include <stdint.h>
#include <sys/random.h>
#include <sys/types.h>

#include "base/random_number.h"

uint64_t
random_number(void)
{
	uint64_t n = 0;

	while (getrandom(&n, sizeof n, 0) != (ssize_t)sizeof n)
		continue; /* a signal */
	return n;
}
