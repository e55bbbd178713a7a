#ifndef POLL_FOLDER_COST_H
#define POLL_FOLDER_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	COST_TEXT = 400
};

/* What a folder holds, and about what it costs to read that. */
struct folder_cost {
	int share;     /* of reports; see poll/report_share.h */
	bool is_cut;   /* import_since leaves out older mails */
	bool is_guess; /* the sizes are those of a sample */
	uint64_t mails, bytes, to_read;
	uint64_t a_day; /* limits.download; 0: any number of bytes */
};

/* Add a mail of that size. */
void folder_cost_add(struct folder_cost *, uint32_t size);

/* In words, with the days that it takes and what costs less; returns `out`. */
const char *folder_cost_text(
    const struct folder_cost *, char out[static COST_TEXT]);

#endif
