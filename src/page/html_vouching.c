#include <stddef.h>
#include <stdio.h>

#include "page/html_escape.h"
#include "page/html_vouching.h"
#include "summary/judge.h"
#include "summary/words.h"
#include "summary/words_of_vouching.h"

void
html_vouching(FILE *out, const struct words *w)
{
	const char *unvouched = words_unvouched(w);
	const char *ready = words_ready_to_require(w);
	size_t i;

	for (i = 0; i < w->j->advice.n_refusing; i++)
		html_printf(
		    out, "<p class=\"stale\">%s.</p>\n", words_refusing(w, i));
	if (unvouched[0] != '\0')
		html_printf(out, "<p class=\"mute\">%s; %s.</p>\n", unvouched,
		    words_unvouched_senders(w));
	if (ready[0] != '\0')
		html_printf(out, "<p class=\"mute\">%s.</p>\n", ready);
}
