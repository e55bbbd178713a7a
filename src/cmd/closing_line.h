#ifndef CMD_CLOSING_LINE_H
#define CMD_CLOSING_LINE_H

struct ingest_counts;

/*
 * Remove the progress line and, when a person looks on, print one line on
 * stderr that says what the run did with all messages; `verb` is "imported" or
 * what a dry run says instead.
 */
void closing_line(
    const struct ingest_counts *, double seconds, const char *verb);

/* The same as the line that --json promises, on stdout. */
void closing_line_json(const struct ingest_counts *, double seconds);

#endif
