#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cmd/cmd.h"
#include "cmd/told_store.h"
#include "config/shared_store.h"
#include "store/store.h"

struct store *
told_store_open(const struct opened *in, bool dry_run, struct fault *f)
{
	bool is_shared = cmd_shared_service(&in->config) != NULL;
	struct arena a = { 0 };
	struct store *st =
	    store_open(is_shared ? shared_store_told(&in->config, &a)
				 : in->config.store_path,
		!dry_run    ? STORE_WRITE
		: is_shared ? STORE_TRY
			    : STORE_READ,
		f);

	arena_free(&a);
	return st;
}
