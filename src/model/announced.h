#ifndef MODEL_ANNOUNCED_H
#define MODEL_ANNOUNCED_H

#include <stdint.h>

/* Something that people were told; they are told again only if it changes. */
struct announced {
	const char *kind; /* "problem", "silent", "ready" */
	const char *key;  /* which of that kind */
	uint64_t figure;  /* how bad it was then */
};

#endif
