#ifndef CMD_CLOSING_LINE_H
#define CMD_CLOSING_LINE_H

struct ingest_counts;
struct json_object;
struct resolver;

/*
 * Remove the progress line and, when a person looks on, print one line on
 * stderr that says what the run did with all messages; `verb` is "imported" or
 * what a dry run says instead.
 */
void closing_line(
    const struct ingest_counts *, double seconds, const char *verb);

/* Say once that mails wait since DNS does not answer; nothing for none. */
void closing_line_waiting(
    const struct ingest_counts *, const struct resolver *);

/*
 * The same as the line that --json promises, on stdout.  `mailboxes` tells how
 * each of them ended, and is taken over; NULL for an import.
 */
void closing_line_json(const struct ingest_counts *, double seconds,
    struct json_object *mailboxes);

#endif
