#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/utf8.h"

int
fault(struct fault *f, enum fault_scope scope, int status, const char *fmt, ...)
{
	va_list ap;

	f->scope = scope;
	f->status = status;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof f->text, fmt, ap);
	va_end(ap);
	text_clean(f->text);
	return -1;
}

int
fault_prefix(struct fault *f, const char *fmt, ...)
{
	char text[FAULT_TEXT];
	size_t left, used, n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	used = strlen(text);
	left = sizeof text - used;
	if (left > sizeof ": ") {
		memcpy(text + used, ": ", 2);
		n = strnlen(f->text, left - sizeof ": ");
		memcpy(text + used + 2, f->text, n);
		text[used + 2 + n] = '\0';
	}
	text_clean(text);
	memcpy(f->text, text, sizeof text);
	return -1;
}
