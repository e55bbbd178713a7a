#ifndef MODEL_ANNOUNCED_H
#define MODEL_ANNOUNCED_H

#include <stdint.h>

/* Something that people were told, and may be told again only if it changes. */
struct announced {
	const char *kind; /* "problem", "silent", "ready" */
	const char *key;  /* what it was, among those of the kind */
	uint64_t figure;  /* how bad it was */
};

#endif
