#include <string.h>

#include "published/flaws.h"
#include "published/points.h"

void
flaws_add(struct flaws *fs, enum point_code code, const char *x, const char *y)
{
	size_t i;

	for (i = 0; i < fs->n; i++)
		if (fs->item[i].code == code && strcmp(fs->item[i].x, x) == 0)
			return;
	if (fs->n < FLAWS_MAX)
		fs->item[fs->n++] = (struct flaw){ code, x, y };
}

bool
flaws_has(const struct flaws *fs, enum point_code code)
{
	size_t i;

	for (i = 0; i < fs->n; i++)
		if (fs->item[i].code == code)
			return true;
	return false;
}
