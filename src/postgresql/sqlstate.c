#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sysexits.h>

#include "postgresql/sqlstate.h"

#define NO_STORE                                                               \
	"; `tlsrua ship --init` makes the shared store there, or prints what " \
	"makes it (--print)"

/* The first entry with whose `state` the code begins counts. */
static const struct meaning {
	const char *state;
	int exit_code;
	const char *advice;
} meanings[] = {
	{ "28", EX_NOPERM,
	    "; see the role, its passfile and the server's pg_hba.conf" },
	{ "42501", EX_NOPERM,
	    "; make the role a member of tlsrua_ship, or of tlsrua_read to "
	    "read: GRANT tlsrua_ship TO ROLE" },
	{ "3D000", EX_PROTOCOL,
	    "; make the database, or name another in the service" },
	{ "3F000", EX_PROTOCOL, NO_STORE },
	{ "42P01", EX_PROTOCOL, NO_STORE },
	{ "42703", EX_PROTOCOL, NO_STORE },
	{ "42883", EX_PROTOCOL, NO_STORE },
	{ "0A000", EX_PROTOCOL, "" }, /* of require_version() */
	{ "53100", EX_CANTCREAT,
	    "; the server's disk is full: nothing is lost, and the next run "
	    "goes on" },
	{ "53", EX_TEMPFAIL, "" },
	{ "40", EX_TEMPFAIL, "" },
	{ "55P03", EX_TEMPFAIL, "" },
	{ "57014", EX_UNAVAILABLE, "" },
	{ "57", EX_UNAVAILABLE, "" },
	{ "58", EX_UNAVAILABLE, "" },
	{ "08", EX_UNAVAILABLE, "" },
	{ "25006", EX_UNAVAILABLE,
	    "; it is a replica: target_session_attrs=read-write in the "
	    "service finds the one that may be written" },
};

static const struct meaning *
find(const char *state)
{
	size_t i;

	for (i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strncmp(state, meanings[i].state,
			strlen(meanings[i].state)) == 0)
			return &meanings[i];
	return NULL;
}

int
sqlstate_exit_code(const char *state)
{
	const struct meaning *m = find(state);

	if (m != NULL)
		return m->exit_code;
	return state[0] == '\0' ? EX_UNAVAILABLE : EX_SOFTWARE;
}

bool
sqlstate_is_data(const char *state)
{
	return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
	       strncmp(state, "54", 2) == 0;
}

bool
sqlstate_is_passing(const char *state)
{
	return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 ||
	       strcmp(state, "55P03") == 0;
}

const char *
sqlstate_advice(const char *state)
{
	const struct meaning *m = find(state);

	return m != NULL ? m->advice : "";
}
