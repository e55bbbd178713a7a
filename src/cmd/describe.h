#ifndef CMD_DESCRIBE_H
#define CMD_DESCRIBE_H

struct candidate;
struct finding;
struct mail_head;

/* One candidate in words, on stdout: who, about whom, what failed and why. */
void describe_words(
    const char *source, const struct mail_head *, const struct candidate *);

/* The same as the JSON line that `show --json` promises. */
void describe_json(const char *source, const struct candidate *);

/* A message without a report, in the same two ways. */
void describe_no_report_words(const char *source, const struct mail_head *);
void describe_no_report_json(const char *source);

/* "Name      value" on a line; nothing when the value is empty. */
void describe_field(const char *name, const char *value);

/* A refusal in words: the code, where, what it means and what to do. */
void describe_refusal(const char *code, const char *where);

#endif
