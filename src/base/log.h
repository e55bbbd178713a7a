#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/*
 * What is said to people, on stderr: one event a line, control characters
 * replaced.  Lines begin with "tlsrua: "; when stderr is the journal they
 * begin with its priority prefix ("<3>") in place of that.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,	 /* the default */
	LOG_LEVEL_INFO,	 /* -v, or the journal */
	LOG_LEVEL_DEBUG, /* -vv */
	LOG_LEVEL_TRACE	 /* -vvv */
};

/* Once, at the start.  `verbose` counts -v, `quiet` means errors alone. */
void log_init(int verbose, bool quiet);

/* Whether lines of that level are printed. */
bool log_on(enum log_level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A line that stays on the terminal's last row until the next line of any
 * kind; nothing at all when stderr is not a terminal or with -q.
 */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Remove the progress line. */
void log_progress_end(void);

/* Whether log_progress() would print, that is, whether a person looks on. */
bool log_is_terminal(void);

#endif
