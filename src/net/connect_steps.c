#include <stdarg.h>
#include <stdio.h>

#include "net/connect_steps.h"

enum {
	DETAIL = 600
};

void
steps_begin(const struct steps *steps, const char *name)
{
	if (steps != NULL)
		steps->begin(steps->arg, name);
}

void
steps_done(const struct steps *steps, const char *warning, const char *fmt, ...)
{
	char detail[DETAIL];
	va_list ap;

	if (steps == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	steps->done(steps->arg, detail, warning);
}
