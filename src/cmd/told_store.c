#include "base/arena.h"
#include "cmd/cmd.h"
#include "cmd/told_store.h"
#include "config/shared_store.h"
#include "store/store.h"

struct store *
told_store_open(
    const struct opened *in, enum store_access access, struct fault *f)
{
	struct arena a = { 0 };
	struct store *st =
	    store_open(shared_store_told(&in->config, &a), access, f);

	arena_free(&a);
	return st;
}
