#ifndef POSTGRESQL_SHARED_SCHEMA_H
#define POSTGRESQL_SHARED_SCHEMA_H

#include <stddef.h>

struct fault;
struct pg;
struct result_type;

enum {
	SHARED_VERSION = 1 /* of the schema that this release writes */
};

/*
 * The SQL that makes the shared store: schema tlsrua with its tables, views,
 * functions, roles and rights, in one transaction.  `type_at` gives the result
 * types that are known, NULL past the last.  The caller frees the text.
 */
typedef const struct result_type *shared_type_fn(size_t i);
char *shared_schema_script(shared_type_fn *type_at);

/*
 * Run that SQL, unless there is a schema of this version.  Returns 1 when it
 * was made, 0 when it was there already, or -1.
 */
int shared_schema_make(struct pg *, shared_type_fn *type_at, struct fault *);

/*
 * Whether this release may write a shared store whose schema has `version` and
 * takes pollers that know version `oldest` or a newer one: 0, or -1 with a
 * fault of exit code 76 that says which of the two is too old.
 */
int shared_schema_judge(
    const struct pg *, int version, int oldest, struct fault *);

#endif
