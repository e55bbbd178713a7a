#ifndef SURVEY_DNS_WISHES_H
#define SURVEY_DNS_WISHES_H

#include <stddef.h>

#include "dns/resolver.h"

struct arena;
struct lookup;
struct wish;

/*
 * Questions that are collected, then asked together, and whose answers go to
 * where each belongs.  Zero-initialise.
 */
struct wishes {
	struct dns_question *question;
	struct wish *wish;
	size_t n, room, question_room;
};

/*
 * Where the records of an answer go: `into` is of the type named here.  What is
 * past its room is counted as left out.
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
 * Ask for that, and note in `lookup` how it ended.  What is made, the name with
 * it, goes into the arena.
 */
void wish(struct wishes *, struct arena *, const char *name, enum dns_type,
    struct lookup *, enum wish_kind, void *into);

/* Ask, hand out the answers, and be empty again. */
void wishes_grant(struct wishes *, struct resolver *);

void wishes_free(struct wishes *);

#endif
