#ifndef SURVEY_DNS_WISHES_H
#define SURVEY_DNS_WISHES_H

#include <stddef.h>

#include "dns/resolver.h"

struct arena;
struct lookup;
struct wish;

/*
 * Wishes: questions to DNS that are collected and then asked all at once.  The
 * records of each answer are put where the wish says.  Zero-initialise.
 */
struct wishes {
	struct dns_question *question;
	struct wish *wish;
	size_t n, room, question_room;
};

/*
 * What a wish's `into` points to.  Records for which it has no room are counted
 * there as left out.
 */
enum wish_kind {
	WISH_STATUS,  /* NULL: only how the question ended */
	WISH_TXT,     /* struct txt_answer */
	WISH_MX,      /* struct domain_view */
	WISH_NULL_MX, /* bool: whether it says that it takes no mail */
	WISH_ADDRESS, /* struct address_list */
	WISH_TLSA     /* struct tlsa_list */
};

/*
 * Add a question for the records of a type at a name.  When it is asked,
 * `lookup` gets how that ended and `into` the records.  A copy of the name, and
 * what `into` points to, go into the arena.
 */
void wish(struct wishes *, struct arena *, const char *name, enum dns_type,
    struct lookup *, enum wish_kind, void *into);

/* Ask all questions, hand out the answers, and begin a new collection. */
void wishes_grant(struct wishes *, struct resolver *);

void wishes_free(struct wishes *);

#endif
