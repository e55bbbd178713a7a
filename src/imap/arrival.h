#ifndef IMAP_ARRIVAL_H
#define IMAP_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>
#include <libetpan/libetpan.h>

/* The part of a mail that a command asks for. */
enum arrival_section {
	ARRIVAL_NONE,
	ARRIVAL_WHOLE,	/* BODY[] */
	ARRIVAL_HEADER, /* BODY[HEADER] */
	ARRIVAL_FIELDS	/* BODY[HEADER.FIELDS (...)] */
};

/* What one FETCH of the server holds; nothing in it was asked for as yet. */
struct arrival {
	uint32_t uid, size;
	bool has_uid, has_size, has_date;
	bool has_body; /* the section, and it is not NIL */
	bool odd;      /* a UID or the section twice */
	int64_t date;  /* INTERNALDATE, seconds since 1970 UTC */
};

/* Whether it is that section, from its beginning. */
bool arrival_is_section(
    const struct mailimap_msg_att_body_section *, enum arrival_section);

struct arrival arrival_read(
    const struct mailimap_msg_att *, enum arrival_section);

#endif
