#include <idn2.h>
#include <string.h>

#include "base/arena.h"
#include "base/domain_label.h"
#include "base/utf8.h"

const char *
domain_label_shown(struct arena *a, const char *domain)
{
	char *unicode = NULL, *shown;

	if (strstr(domain, "xn--") == NULL)
		return domain;
	if (idn2_to_unicode_8z8z(domain, &unicode, 0) != IDN2_OK)
		return domain;
	shown = arena_strdup(a, unicode);
	text_clean(shown);
	if (strcmp(shown, unicode) != 0)
		shown = NULL; /* it holds what is not to be printed */
	idn2_free(unicode);
	return shown != NULL ? shown : domain;
}
