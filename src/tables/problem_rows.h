#ifndef TABLES_PROBLEM_ROWS_H
#define TABLES_PROBLEM_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/overview.h"
#include "store/sql.h"

struct fault;
struct gathering;

/* The column of the CSV table problems that is the domain. */
enum {
	PROBLEM_DOMAIN = 1
};

/* The problems that are muted today, which people did one by one. */
struct mutes {
	struct mute {
		int64_t problem;
		const char *until, *note;
	} * item; /* by number */
	size_t n, room;
	struct arena mem;
};

int mutes_read(struct gathering *, struct mutes *, struct fault *);
void mutes_free(struct mutes *);

/*
 * A problem by its row of the CSV table problems.  The strings are valid until
 * the next row; what the table does not hold is empty.
 */
void problem_read(
    struct overview_problem *, sqlite3_stmt *row, const struct mutes *);

/* Copy the strings of an overview_problem into the arena. */
void problem_copy(struct arena *, void *problem);

/* Worst first: what goes on before what is cured, then by what fails. */
int problem_compare(const void *, const void *);

#endif
