#ifndef PUBLISHED_STS_RECORD_H
#define PUBLISHED_STS_RECORD_H

#include <stdbool.h>

#include "published/flaws.h"

struct arena;
struct txt_answer;
struct txt_record;

/* What the TXT records at _mta-sts come to (RFC 8461 §3.1). */
struct sts_record {
	bool valid;
	const struct txt_record *record; /* the one judged; NULL without */
	const char *id;			 /* "" unless valid */
	struct flaws flaws;
};

/* Read the TXT records that DNS gave for _mta-sts.DOMAIN; none is legal. */
void sts_record_read(
    const struct txt_answer *, struct arena *, struct sts_record *);

#endif
