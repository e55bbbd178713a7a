#ifndef REPORT_MAIL_COMPARISON_H
#define REPORT_MAIL_COMPARISON_H

struct findings;
struct mail_head;
struct report;

/*
 * Compare a report with the mail that carried it (RFC 8460 §5.1, §5.3;
 * requirements R6 to R9), and add notes where they differ.  `filename` is that
 * of the attachment.
 */
void report_compare_mail(const struct report *, const struct mail_head *,
    const char *filename, struct findings *);

#endif
