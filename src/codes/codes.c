#include <string.h>

#include "codes/codes.h"
#include "codes/codes_table.h"

const struct code_entry *
code_entry(enum code code)
{
	if (codes_refusals[code].name != NULL)
		return &codes_refusals[code];
	return &codes_warnings[code];
}

enum code
code_find(const char *name)
{
	enum code c;

	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (strcmp(code_entry(c)->name, name) == 0)
			return c;
	return CODE_NONE;
}
