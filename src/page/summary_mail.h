#ifndef PAGE_SUMMARY_MAIL_H
#define PAGE_SUMMARY_MAIL_H

#include <stdio.h>

struct page_origin;
struct words;

/* Who writes the mail, and to whom: addresses, and ", " between them. */
struct mail_envelope {
	const char *from, *to;
	const char *view; /* what its Message-ID says too, or NULL */
};

/*
 * Print the overview as a mail for `sendmail -t`, with lines that end in LF:
 * the verdict and the trend as its subject, `text` and the same in HTML as its
 * body, and the page attached.  The same arguments give the same bytes.
 */
void summary_mail_print(FILE *, const struct words *,
    const struct page_origin *, const struct mail_envelope *, const char *text);

#endif
