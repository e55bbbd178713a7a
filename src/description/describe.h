#ifndef DESCRIPTION_DESCRIBE_H
#define DESCRIPTION_DESCRIBE_H

struct candidate;
struct finding;
struct mail_head;

/* Print a candidate in words: who reports on whom, what failed and why. */
void describe_words(
    const char *source, const struct mail_head *, const struct candidate *);

/* Print it as the JSON line of `show --json`. */
void describe_json(const char *source, const struct candidate *);

/* Print in the same two ways that a message holds no report. */
void describe_no_report_words(const char *source, const struct mail_head *);
void describe_no_report_json(const char *source);

/* Print "Name      value" on a line; nothing when the value is empty. */
void describe_field(const char *name, const char *value);

/* Print why something was refused: code, place, meaning and remedy. */
void describe_refusal(const char *code, const char *where);

#endif
