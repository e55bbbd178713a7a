#ifndef TABLES_KNOWN_DOMAINS_H
#define TABLES_KNOWN_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/* Recipient domains, in order and each once. */
struct known_domains {
	const char *const *name;
	size_t n;
};

bool known_domains_have(const struct known_domains *, const char *domain);

/* The domains of all reports that count, in the arena. */
int known_domains_read(
    struct store *, struct arena *, struct known_domains *, struct fault *);

/*
 * The domains of the reports with a larger number than `report`, which are
 * those stored after it; `*newest` gets the largest number there is.
 */
int new_domains_read(struct store *, int64_t report, struct arena *,
    struct known_domains *, int64_t *newest, struct fault *);

#endif
