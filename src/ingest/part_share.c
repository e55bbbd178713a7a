#include <stddef.h>
#include <stdint.h>

#include "ingest/part_share.h"
#include "mime/candidates.h"
#include "mime/mime.h"

uint64_t
part_share(const struct candidates *found, size_t i, uint64_t left)
{
	uint64_t equal = left / (found->n - i), share;
	double all = 1; /* not 0 */
	size_t k;

	for (k = i; k < found->n; k++)
		all += (double)found->part[k].body.n;
	share = (uint64_t)((double)left * (double)found->part[i].body.n / all);
	return share > equal ? share : equal;
}
