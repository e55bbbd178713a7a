#include <stdint.h>
#include <stdio.h>

#include "page/html_escape.h"
#include "page/page_limits.h"

void
html_left_out(FILE *out, uint64_t all, uint64_t shown, const char *where)
{
	if (all > shown)
		html_printf(out, "<p class=\"rest\">And %u more: %s.</p>\n",
		    all - shown, where);
}
