#include <stdint.h>
#include <stdio.h>

#include "output/terminal_text.h"
#include "poll/folder_cost.h"
#include "poll/report_share.h"

void
folder_cost_add(struct folder_cost *c, uint32_t size)
{
	c->mails++;
	c->bytes += size;
	c->to_read += share_cost(c->share, size);
}

/* What to do about it. */
static const char *
advice(const struct folder_cost *c)
{
	if (share_is_low(c->share))
		return c->is_cut
			   ? "; a folder of their own costs less: see \"A "
			     "folder of their own\" in tlsrua.conf(5)"
			   : "; import_since, or a folder of their own, "
			     "costs less: see \"A folder of their own\" "
			     "in tlsrua.conf(5)";
	return c->is_cut ? ""
			 : "; with import_since, which passes over old mails, "
			   "it is less: see tlsrua.conf(5)";
}

/* Where it does not come in one day. */
static const char *
days_text(const struct folder_cost *c, char *out, size_t size)
{
	char days[GROUPED];

	out[0] = '\0';
	if (c->a_day > 0 && c->to_read > c->a_day)
		snprintf(out, size, " over %s days (limits.download)",
		    text_grouped((c->to_read - 1) / c->a_day + 1, days));
	return out;
}

const char *
folder_cost_text(const struct folder_cost *c, char out[static COST_TEXT])
{
	char mails[GROUPED], bytes[GROUPED], to_read[GROUPED];
	char why[80] = "", part[40] = "all", days[80];

	if (share_is_low(c->share))
		snprintf(why, sizeof why,
		    ", since %s%d %% of the mails seem "
		    "to be reports",
		    c->share < SHARE_ALL / 100 ? "less than " : "",
		    c->share < SHARE_ALL / 100 ? 1 : c->share / 100);
	if (c->to_read < c->bytes)
		snprintf(part, sizeof part, "about %s",
		    text_size(c->to_read, to_read));
	snprintf(out, COST_TEXT,
	    "%s mail%s, %s%s; %s of that will be read%s%s%s",
	    text_grouped(c->mails, mails), c->mails == 1 ? "" : "s",
	    c->is_guess ? "about " : "", text_size(c->bytes, bytes), part,
	    days_text(c, days, sizeof days), why, advice(c));
	return out;
}
