#include <stddef.h>
#include <stdint.h>

#include "model/tls_report.h"
#include "model/not_detailed.h"

/* What an entry has failed that no detail speaks of. */
static uint64_t
not_detailed(const struct policy *p)
{
	uint64_t rest = p->failed_sessions;
	size_t i;

	for (i = 0; i < p->n_failures && rest > 0; i++)
		rest -= p->failures[i].failed_sessions < rest
			    ? p->failures[i].failed_sessions
			    : rest;
	return rest;
}

bool
failure_not_detailed(const struct policy *p, struct failure *rest)
{
	*rest = (struct failure){
		.result_type = "not-detailed",
		.side = "unclear",
		.sending_mta_ip = "",
		.receiving_ip = "",
		.receiving_mx_hostname = "",
		.receiving_mx_helo = "",
		.failure_reason_code = "",
		.additional_information = "",
		.failed_sessions = not_detailed(p),
	};
	return rest->failed_sessions > 0;
}
