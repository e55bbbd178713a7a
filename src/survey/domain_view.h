#ifndef SURVEY_DOMAIN_VIEW_H
#define SURVEY_DOMAIN_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/domain_setup.h"
#include "published/tlsrpt_record.h"

enum {
	VIEW_HOSTS = 16,    /* MX hosts that are looked at */
	VIEW_ADDRESSES = 6, /* of a host */
	VIEW_TLSA = 16,	    /* records of a host */
	VIEW_TXT = 32,	    /* records of a name */
	VIEW_MX = 100	    /* records of the domain */
};

/* The addresses of a host, A before AAAA. */
struct address_list {
	const char *item[VIEW_ADDRESSES];
	size_t n, left_out;
};

struct tlsa_list {
	struct tlsa_record record[VIEW_TLSA];
	size_t n, left_out;
};

/* An MX host while it is looked at. */
struct host_view {
	struct address_list addresses;
	struct tlsa_list tlsa;
	/* the same at the name that aliases lead to, where there are any */
	struct lookup alias_lookup;
	struct tlsa_list alias_tlsa;
	struct smtp_found found[VIEW_ADDRESSES];
};

/*
 * A domain while it is looked at for `check`.  `setup` is what is judged
 * afterwards; it points into the other members and the arena.
 */
struct domain_view {
	struct domain_setup setup;
	struct arena arena;
	struct address_list addresses; /* of the domain itself */
	struct address_list policy;    /* of its policy host */
	struct mx_record mx[VIEW_MX];
	struct mx_host host[VIEW_HOSTS];
	struct host_view *hosts; /* one for each of `host` */
	struct tlsrpt_record *record;
	struct rua_target *target;
	struct address_list *target_addresses; /* one for each of `target` */
	struct txt_answer *tlsrpt_misplaced, *sts_misplaced;
	int64_t smtp_until; /* on wait_clock(); 0: not begun */
	bool is_cut;	    /* the run was stopped before all was looked at */
};

/* `domain` as A-labels; it must outlive the view. */
void domain_view_init(struct domain_view *, const char *domain);
void domain_view_free(struct domain_view *);

#endif
