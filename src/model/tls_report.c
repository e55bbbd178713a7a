#include <string.h>

#include "model/tls_report.h"

const struct mail_head mail_head_empty = { "", "", "", "", "", "" };

bool
report_is_verified(const struct report *r)
{
	return r->dkim != NULL && (strcmp(r->dkim, "pass") == 0 ||
				      strcmp(r->dkim, "provider") == 0 ||
				      strcmp(r->dkim, "host") == 0);
}
