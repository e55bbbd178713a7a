#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stdbool.h>

/*
 * Text for people: UTF-8 where the user's locale (LC_ALL, LC_CTYPE, LANG) says
 * so, and plain ASCII anywhere else, as under cron.
 */

/* Look at the locale, once, before the first text is printed. */
void printable_init(void);

/* From now on it is UTF-8 whatever the locale: it goes into what says so. */
void printable_be_utf8(void);

/* Whether text for people must be ASCII. */
bool printable_is_ascii(void);

/*
 * A copy of `s` fit for a person's screen, which the caller frees: cleaned by
 * text_clean() and, where it must be ASCII, transliterated ("Mueller" stays,
 * "M\u00fcller" becomes "Muller"); what has no likeness in ASCII becomes its
 * number, as in "\u4f8b".
 */
char *printable(const char *s);

/* The same in ASCII, whatever the locale: for headers and the like. */
char *printable_in_ascii(const char *s);

#endif
