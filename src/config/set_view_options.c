#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#include "config/config_options.h"
#include "config/set_options.h"
#include "config/set_view_options.h"

enum {
	DIGITS = 4,	  /* of "0640" */
	OWNER_RW = 0600,  /* without which the next run could not go on */
	MODE_MOST = 0666, /* nothing that is written is to be run */
	OTHERS_WRITE = 02
};

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* A page has its own ending, so that it is never a CSV file of a folder. */
int
set_page_if_any(const struct config_option *o, struct setting *s, void *field)
{
	if (s->text[0] != '\0' && !ends_with(s->text, ".html") &&
	    !ends_with(s->text, ".htm"))
		return config_refuse(s, "must end in .html");
	return set_path_if_any(o, s, field);
}

int
set_mode(const struct config_option *o, struct setting *s, void *field)
{
	size_t n = strspn(s->text, "01234567"), i;
	mode_t mode = 0;

	(void)o;
	for (i = 0; i < n && i < DIGITS; i++)
		mode = mode * 8 + (mode_t)(s->text[i] - '0');
	if (n == 0 || n > DIGITS || s->text[n] != '\0' ||
	    (mode & OWNER_RW) != OWNER_RW || (mode & ~(mode_t)MODE_MOST) != 0 ||
	    (mode & OTHERS_WRITE) != 0)
		return config_refuse(s,
		    "must be a mode of files that their owner alone or its "
		    "group may write, such as 0640");
	*(mode_t *)field = mode;
	return 0;
}
