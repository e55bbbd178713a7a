#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/mail_preview.h"
#include "mime/part_body.h"
#include "model/message.h"

/* Whether the header and the server agree on the mail being a multipart. */
static bool
agrees_with_header(const struct message_front *front, const struct head *h)
{
	struct span media = span_trim(h->value[HEAD_CONTENT_TYPE]);

	return h->count[HEAD_CONTENT_TYPE] <= 1 &&
	       span_begins_nocase(media, "multipart") == front->is_multipart;
}

bool
preview_may_hold(const struct message_front *front)
{
	struct arena mem = { 0 };
	struct span name;
	struct head h;
	bool may;
	size_t i;

	head_read(field_block(front->header), &h);
	may = head_claims(&h, &mem) || !agrees_with_header(front, &h);
	arena_free(&mem);
	for (i = 0; i < front->n && !may; i++)
		may = part_body_may_be_report(
			  front->part[i].bytes, front->part[i].is_all) ||
		      part_body_has_uuencode(front->part[i].bytes, &name);
	return may;
}
