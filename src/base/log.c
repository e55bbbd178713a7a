#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"

enum {
	LINE = 2048
};

/* What is global to the process, beside the locale of base/printable. */
static struct {
	enum log_level level;
	bool journal, terminal;
	bool progress; /* a progress line stands there */
} state = { .level = LOG_LEVEL_WARN };

/* systemd gives the journal's device and inode in JOURNAL_STREAM. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) == -1)
		return false;
	snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

void
log_init(int verbose, bool quiet)
{
	state.journal = stderr_is_journal();
	state.terminal = !quiet && isatty(STDERR_FILENO);
	if (quiet)
		state.level = LOG_LEVEL_ERROR;
	else if (verbose > 2)
		state.level = LOG_LEVEL_TRACE;
	else if (verbose > 1)
		state.level = LOG_LEVEL_DEBUG;
	else if (verbose == 1 || state.journal)
		state.level = LOG_LEVEL_INFO;
	else
		state.level = LOG_LEVEL_WARN;
}

bool
log_on(enum log_level level)
{
	return level <= state.level;
}

bool
log_is_terminal(void)
{
	return state.terminal;
}

void
log_progress_end(void)
{
	if (!state.progress)
		return;
	fputs("\r\033[K", stderr);
	state.progress = false;
}

__attribute__((format(printf, 2, 0))) static void
say(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const priority[] = { "<3>", "<4>", "<6>", "<7>",
		"<7>" };
	char line[LINE], *text;

	if (!log_on(level))
		return;
	vsnprintf(line, sizeof line, fmt, ap);
	text = printable(line);
	log_progress_end();
	fprintf(stderr, "%s%s\n",
	    state.journal ? priority[level] : "tlsrua: ", text);
	free(text);
}

#define SAY(level)                   \
	do {                         \
		va_list ap;          \
		va_start(ap, fmt);   \
		say(level, fmt, ap); \
		va_end(ap);          \
	} while (0)

void
log_error(const char *fmt, ...)
{
	SAY(LOG_LEVEL_ERROR);
}

void
log_warn(const char *fmt, ...)
{
	SAY(LOG_LEVEL_WARN);
}

void
log_info(const char *fmt, ...)
{
	SAY(LOG_LEVEL_INFO);
}

void
log_debug(const char *fmt, ...)
{
	SAY(LOG_LEVEL_DEBUG);
}

void
log_trace(const char *fmt, ...)
{
	SAY(LOG_LEVEL_TRACE);
}

void
log_progress(const char *fmt, ...)
{
	char line[LINE], *text;
	va_list ap;

	if (!state.terminal)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	text = printable(line);
	fprintf(stderr, "\r%s\033[K", text);
	fflush(stderr);
	state.progress = true;
	free(text);
}
