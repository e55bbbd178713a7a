#ifndef PUBLISHED_TLSA_H
#define PUBLISHED_TLSA_H

#include <stdbool.h>

#include "base/span.h"
#include "model/domain_setup.h"
#include "published/points.h"

struct arena;

enum {
	TLSA_TA = 2, /* usage: the certificate of an issuer */
	TLSA_EE = 3  /* usage: that of the server */
};

/* The RDATA of a TLSA record (RFC 6698 §2.1); false when it is too short. */
bool tlsa_read(struct span rdata, struct tlsa_record *);

/*
 * Whether DANE for SMTP can go by it (RFC 7672 §3.1).  `*flaw` gets what there
 * is to say of it, POINT_NONE when that is nothing; one may be usable and have
 * one.
 */
bool tlsa_is_usable(const struct tlsa_record *, enum point_code *flaw);

/* "3 1 1 4F9C...", in the arena; with `brief` "3 1 1" alone. */
const char *tlsa_shown(const struct tlsa_record *, bool brief, struct arena *);

#endif
