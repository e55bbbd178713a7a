#ifndef POSTGRESQL_SQLSTATE_H
#define POSTGRESQL_SQLSTATE_H

#include <stdbool.h>

/* What the codes of PostgreSQL's errors mean here (its manual, appendix A). */

enum {
	SQLSTATE_TEXT = 6 /* five characters, and the terminator */
};

/* The exit code for it; 69 for "", which is a connection that broke. */
int sqlstate_exit_code(const char *state);

/* Whether the data are at fault: the server refuses a value or a row. */
bool sqlstate_is_data(const char *state);

/* Whether the same transaction may well succeed a moment later. */
bool sqlstate_is_passing(const char *state);

/* What to do about it, as "; ..."; "" where there is nothing to say. */
const char *sqlstate_advice(const char *state);

#endif
