#include <string.h>

#include "model/vouching.h"

enum dkim_mode
dkim_mode_find(const char *text)
{
	return strcmp(text, "off") == 0	      ? DKIM_OFF
	       : strcmp(text, "record") == 0  ? DKIM_RECORD
	       : strcmp(text, "require") == 0 ? DKIM_REQUIRE
					      : DKIM_UNSET;
}
