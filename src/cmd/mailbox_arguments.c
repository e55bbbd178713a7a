#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/mailbox_arguments.h"
#include "config/value_types.h"

static bool
is_chosen(const struct options *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->n_args; i++)
		if (strcmp(o->args[i], name) == 0)
			return true;
	return o->n_args == 0;
}

static int
no_such_mailbox(const char *word, const struct config *c, const char *command)
{
	const char **names = xcalloc(c->n_mailboxes, sizeof *names), *near;
	size_t i;

	for (i = 0; i < c->n_mailboxes; i++)
		names[i] = c->mailboxes[i].name;
	near = setting_nearest(word, names, c->n_mailboxes);
	free(names);
	return cmd_usage("%s: %s: no [mailbox %s] in %s%s%s%s", command, word,
	    word, c->path, near != NULL ? "; did you mean " : "",
	    near != NULL ? near : "", near != NULL ? "?" : "");
}

int
mailbox_arguments_check(
    const struct options *o, const struct config *c, const char *command)
{
	size_t i, k;

	if (c->n_mailboxes == 0) {
		log_error("%s: no [mailbox NAME] section: nothing to %s: "
			  "tlsrua.conf(5) shows one",
		    c->path, command);
		return EX_CONFIG;
	}
	for (i = 0; i < o->n_args; i++) {
		for (k = 0; k < c->n_mailboxes; k++)
			if (strcmp(o->args[i], c->mailboxes[k].name) == 0)
				break;
		if (k == c->n_mailboxes)
			return no_such_mailbox(o->args[i], c, command);
	}
	return 0;
}

size_t
mailbox_arguments_list(const struct options *o, const struct config *c,
    const struct config_mailbox **list)
{
	size_t i, n = 0;

	for (i = 0; i < c->n_mailboxes; i++)
		if (is_chosen(o, c->mailboxes[i].name))
			list[n++] = &c->mailboxes[i];
	return n;
}
