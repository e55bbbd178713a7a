#include <stddef.h>
#include <stdint.h>

#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_filter.h"

struct pg_value
shared_day(const char *day)
{
	if (day == NULL)
		return (struct pg_value){ PG_TEXT, { NULL, 0 } };
	return pg_text(day);
}

struct pg_value
shared_texts(struct binary_array *array, const char *const *texts, size_t n)
{
	size_t i;

	array_begin(array, PG_TEXT);
	for (i = 0; i < n; i++)
		array_add_text(array, texts[i]);
	if (n == 0)
		return (struct pg_value){ array_type(PG_TEXT), { NULL, 0 } };
	return pg_array(array);
}

struct pg_value
shared_numbers(struct binary_array *array, const int64_t *numbers, size_t n)
{
	size_t i;

	array_begin(array, PG_INT8);
	for (i = 0; i < n; i++)
		array_add_int(array, numbers[i]);
	return pg_array(array);
}
