#include <string.h>

#include "output/checklist.h"
#include "output/terminal_text.h"
#include "output/display_width.h"

enum {
	NAME_COLUMNS = 10
};

void
checklist_begin(
    struct checklist *c, const char *kind, const char *name, const char *about)
{
	if (c->json) {
		fprintf(c->out, "{\"%s\":", kind);
		text_put_json(c->out, name);
		fputs(",\"about\":", c->out);
		text_put_json(c->out, about);
		fputs(",\"points\":[", c->out);
	} else {
		fputs(c->has_begun ? "\n" : "", c->out);
		text_put(c->out, name);
		fputs(": ", c->out);
		text_put(c->out, about);
		fputc('\n', c->out);
	}
	c->has_begun = true;
	c->n = 0;
	c->failed = false;
}

static void
add_json(struct checklist *c, const struct check_point *p)
{
	static const char *const states[] = { "ok", "warning", "failed" };

	fputs(c->n > 0 ? ",{\"name\":" : "{\"name\":", c->out);
	text_put_json(c->out, p->name);
	fprintf(c->out,
	    ",\"state\":\"%s\",\"seconds\":%.3f,\"detail\":", states[p->state],
	    p->seconds);
	text_put_json(c->out, p->detail);
	fputs(",\"remedy\":", c->out);
	text_put_json(c->out, p->remedy);
	fputc('}', c->out);
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
	if (c->json)
		add_json(c, p);
	else
		add_line(c, p);
	c->n++;
}

void
checklist_end(struct checklist *c)
{
	if (c->json)
		fprintf(c->out, "],\"ok\":%s}\n", c->failed ? "false" : "true");
}
