#include "base/utc.h"
#include "imap/arrival.h"

bool
arrival_is_section(
    const struct mailimap_msg_att_body_section *s, enum arrival_section wanted)
{
	const struct mailimap_section_spec *spec;
	const struct mailimap_section_msgtext *text;

	if (wanted == ARRIVAL_NONE || s == NULL || s->sec_origin_octet != 0)
		return false;
	spec = s->sec_section != NULL ? s->sec_section->sec_spec : NULL;
	if (spec == NULL)
		return wanted == ARRIVAL_WHOLE;
	if (spec->sec_type != MAILIMAP_SECTION_SPEC_SECTION_MSGTEXT)
		return false;
	text = spec->sec_data.sec_msgtext;
	if (text == NULL)
		return false;
	if (wanted == ARRIVAL_FIELDS)
		return text->sec_type == MAILIMAP_SECTION_MSGTEXT_HEADER_FIELDS;
	return wanted == ARRIVAL_HEADER &&
	       text->sec_type == MAILIMAP_SECTION_MSGTEXT_HEADER;
}

/* libetpan's clock fields are whatever the server wrote there. */
static bool
read_date(const struct mailimap_date_time *d, int64_t *t)
{
	int zone;

	if (d == NULL || d->dt_zone < -2400 || d->dt_zone > 2400 ||
	    d->dt_year < 1970 || d->dt_year > 9999 || d->dt_month < 1 ||
	    d->dt_month > 12 || d->dt_day < 1 || d->dt_day > 31 ||
	    d->dt_hour < 0 || d->dt_hour > 23 || d->dt_min < 0 ||
	    d->dt_min > 59 || d->dt_sec < 0 || d->dt_sec > 60)
		return false;
	zone = d->dt_zone / 100 * 60 + d->dt_zone % 100;
	*t = utc_of(d->dt_year, d->dt_month, d->dt_day, d->dt_hour, d->dt_min,
		 d->dt_sec) -
	     (int64_t)zone * 60;
	return true;
}

static void
read_section(struct arrival *a, const struct mailimap_msg_att_body_section *s,
    enum arrival_section wanted)
{
	if (!arrival_is_section(s, wanted))
		return;
	a->odd |= a->has_body;
	a->has_body = s->sec_body_part != NULL;
}

struct arrival
arrival_read(const struct mailimap_msg_att *att, enum arrival_section wanted)
{
	const struct mailimap_msg_att_item *item;
	const struct mailimap_msg_att_static *st;
	struct arrival a = { 0 };
	clistiter *it;

	for (it = clist_begin(att->att_list); it != NULL; it = clist_next(it)) {
		item = clist_content(it);
		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		st = item->att_data.att_static;
		switch (st->att_type) {
		case MAILIMAP_MSG_ATT_UID:
			a.odd |= a.has_uid;
			a.has_uid = true;
			a.uid = st->att_data.att_uid;
			break;
		case MAILIMAP_MSG_ATT_RFC822_SIZE:
			a.has_size = true;
			a.size = st->att_data.att_rfc822_size;
			break;
		case MAILIMAP_MSG_ATT_INTERNALDATE:
			a.has_date =
			    read_date(st->att_data.att_internal_date, &a.date);
			break;
		case MAILIMAP_MSG_ATT_BODY_SECTION:
			read_section(&a, st->att_data.att_body_section, wanted);
			break;
		default:
			break;
		}
	}
	return a;
}
