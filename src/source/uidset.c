#include "base/alloc.h"
#include "source/uidset.h"

static size_t
digits(uint32_t n)
{
	size_t d = 1;

	while (n >= 10) {
		n /= 10;
		d++;
	}
	return d;
}

void
uidset_init(struct uidset *u)
{
	*u = (struct uidset){ .set = mailimap_set_new_empty() };
	if (u->set == NULL)
		out_of_memory();
}

void
uidset_free(struct uidset *u)
{
	mailimap_set_free(u->set);
	u->set = NULL;
}

static void
end_range(struct uidset *u)
{
	if (u->first == 0)
		return;
	u->text += digits(u->first) + 1;
	if (u->first != u->last)
		u->text += digits(u->last) + 1;
	if (mailimap_set_add_interval(u->set, u->first, u->last) !=
	    MAILIMAP_NO_ERROR)
		out_of_memory();
	u->first = 0;
}

bool
uidset_add(struct uidset *u, uint32_t uid, bool adjoins)
{
	if (u->first != 0 && adjoins) {
		u->last = uid;
		return true;
	}
	end_range(u);
	/* room for "first:last," with a `last` as long as can be */
	if (u->text + digits(uid) + 12 > UIDSET_TEXT)
		return false;
	u->first = u->last = uid;
	return true;
}

struct mailimap_set *
uidset_get(struct uidset *u)
{
	end_range(u);
	return u->set;
}
