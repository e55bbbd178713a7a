#include <stddef.h>
#include <string.h>

#include "base/span.h"
#include "ingest/file_kind.h"
#include "mime/header_field.h"
#include "mime/report_front.h"
#include "model/message.h"
#include "unpack/container.h"

bool
is_mail_file(struct span s)
{
	size_t i;

	if (container_kind(s) != CONTAINER_NONE)
		return false;
	s = field_front(s, field_eol(s));
	if (s.n >= 5 && memcmp(s.p, "From ", 5) == 0)
		return true;
	for (i = 0; i < s.n && s.p[i] > ' ' && s.p[i] < 0x7f; i++)
		if (s.p[i] == ':')
			return i > 0;
	return false;
}

bool
is_report_file(const struct message *m, struct span name, unsigned entries)
{
	if (begins_as_report(m->bytes, entries) || is_report_file_name(name))
		return true;
	return m->is_named &&
	       (span_ends_nocase(name, ".json") ||
		   span_ends_nocase(name, ".json.gz") || span_is(name, "-") ||
		   container_kind(m->bytes) == CONTAINER_JSON);
}
