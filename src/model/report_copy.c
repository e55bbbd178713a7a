#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/report_copy.h"

/* Less than 0 when the one with the greater number, if it has any, is first. */
static int
greater_first(bool has_a, int64_t a, bool has_b, int64_t b)
{
	if (!has_a || !has_b)
		return (int)has_b - (int)has_a;
	return (a < b) - (a > b);
}

int
report_copy_order(const struct report_copy *a, const struct report_copy *b,
    enum report_copy_reason *why)
{
	int order;

	*why = COPY_DECIDED;
	if ((order = greater_first(
		 a->is_decided, a->decided, b->is_decided, b->decided)) != 0)
		return order;
	*why = COPY_VOUCHED;
	if (a->vouched != b->vouched)
		return b->vouched - a->vouched;
	*why = COPY_ARRIVAL;
	if ((order = greater_first(a->has_arrival, -a->arrival, b->has_arrival,
		 -b->arrival)) != 0)
		return order;
	order = memcmp(a->content, b->content, sizeof a->content);
	*why = order == 0 ? COPY_SAME : COPY_CONTENT;
	return order;
}

int
vouched_rank(const char *dkim)
{
	static const char *const ranks[] = { "waiting", "host", "provider",
		"pass" };
	int i;

	for (i = 0; dkim != NULL && i < 4; i++)
		if (strcmp(dkim, ranks[i]) == 0)
			return i + 1;
	return 0;
}

bool
report_word_is_better(
    const struct report_word *other, const struct report_word *known)
{
	int order = vouched_rank(known->dkim) - vouched_rank(other->dkim);

	if (order == 0)
		order = (other->dkim[0] == '\0') - (known->dkim[0] == '\0');
	if (order == 0)
		order = strcmp(other->dkim, known->dkim);
	if (order == 0)
		order = strcmp(other->dkim_domain, known->dkim_domain);
	if (order == 0)
		order = strcmp(other->dkim_selector, known->dkim_selector);
	return order < 0;
}
