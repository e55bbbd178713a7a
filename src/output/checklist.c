#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "output/checklist.h"
#include "output/display_width.h"
#include "output/json_line.h"
#include "output/terminal_text.h"

enum {
	NAME_COLUMNS = 10
};

/* Once, before the first point of a subject that is printed. */
static void
print_heading(struct checklist *c)
{
	if (c->heading == NULL)
		return;
	fputs(c->has_begun ? "\n" : "", c->out);
	text_put(c->out, c->heading);
	fputc('\n', c->out);
	free(c->heading);
	c->heading = NULL;
	c->has_begun = true;
}

void
checklist_begin(
    struct checklist *c, const char *kind, const char *name, const char *about)
{
	if (c->json) {
		c->subject = json_new_object();
		json_add_text(c->subject, kind, name);
		json_add_text(c->subject, "about", about);
		c->points = json_new_array();
		json_add(c->subject, "points", c->points);
	} else {
		c->heading = xasprintf("%s: %s", name, about);
		if (!c->quiet)
			print_heading(c);
	}
	c->failed = false;
}

static void
add_json(struct checklist *c, const struct check_point *p)
{
	static const char *const states[] = { "ok", "warning", "failed" };
	struct json_object *point = json_new_object();

	json_add_text(point, "name", p->name);
	json_add_text(point, "state", states[p->state]);
	json_add_decimal(point, "seconds", p->seconds, 3);
	json_add_text(point, "detail", p->detail);
	json_add_text(point, "remedy", p->remedy);
	json_append(c->points, point);
}

static void
add_line(struct checklist *c, const struct check_point *p)
{
	static const char *const states[] = { "ok  ", "WARN", "FAIL" };
	size_t width = width_text(p->name, strlen(p->name));

	fputs("  ", c->out);
	text_put(c->out, p->name);
	fprintf(c->out, "%*s %7.3f s  %s  ",
	    width < NAME_COLUMNS ? (int)(NAME_COLUMNS - width) : 0, "",
	    p->seconds, states[p->state]);
	text_put(c->out, p->detail);
	fputc('\n', c->out);
	if (p->remedy[0] != '\0')
		text_wrap(c->out, "      to do: ", p->remedy);
	fflush(c->out); /* the next point may take its time */
}

void
checklist_add(struct checklist *c, const struct check_point *p)
{
	c->failed |= p->state == CHECK_FAILED;
	if (c->json) {
		add_json(c, p);
	} else if (!c->quiet || p->state != CHECK_OK) {
		print_heading(c);
		add_line(c, p);
	}
}

void
checklist_end(struct checklist *c)
{
	free(c->heading);
	c->heading = NULL;
	if (!c->json)
		return;
	json_add_bool(c->subject, "ok", !c->failed);
	json_line_print(c->out, c->subject);
	c->subject = c->points = NULL;
}
