#include <stddef.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/fault.h"
#include "config/secret_command.h"
#include "config/value_types.h"

int
secret_command(const char *line, unsigned seconds, struct secret_text *out,
    struct fault *f)
{
	struct arena memory = { 0 };
	struct child c = { .seconds = seconds,
		.failed = EX_NOPERM,
		.out = out->bytes,
		.out_size = sizeof out->bytes };
	int rc;

	if ((c.argv = setting_argv(line, &memory)) == NULL)
		rc = fault(f, FAULT_SESSION, EX_CONFIG, "is no command");
	else
		rc = child_run(&c, f);
	out->len = c.out_len;
	arena_free(&memory);
	return rc;
}
