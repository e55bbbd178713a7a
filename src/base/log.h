#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/*
 * Messages to people, on stderr, one event a line, with control characters
 * replaced.  Lines begin with "tlsrua: ", or with a priority ("<3>") when
 * stderr is the journal.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,	 /* the default */
	LOG_LEVEL_INFO,	 /* -v, or the journal */
	LOG_LEVEL_DEBUG, /* -vv */
	LOG_LEVEL_TRACE	 /* -vvv */
};

/* Call once, at the start: `verbose` counts -v, `quiet` is -q (errors only). */
void log_init(int verbose, bool quiet);

/* Whether lines of that level are printed. */
bool log_on(enum log_level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Write a line that the next one replaces, of either kind.  Does nothing with
 * -q or when stderr is not a terminal.
 */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Remove the progress line. */
void log_progress_end(void);

/* Whether log_progress() prints: stderr is a terminal, and -q is not given. */
bool log_is_terminal(void);

#endif
