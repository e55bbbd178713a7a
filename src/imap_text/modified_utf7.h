#ifndef IMAP_TEXT_MODIFIED_UTF7_H
#define IMAP_TEXT_MODIFIED_UTF7_H

#include <stdbool.h>

/*
 * A folder's name in UTF-8 as servers take it: modified UTF-7 (RFC 3501
 * §5.1.3).  Allocated; NULL when `name` is not UTF-8 or has control
 * characters.
 */
char *folder_encode(const char *name);

/* Whether two names are of one folder: INBOX is so in any case (RFC 9051 §5.1).
 */
bool folder_is_same(const char *, const char *);

/*
 * And back.  Allocated; NULL when it is not modified UTF-7, or has control
 * characters.
 */
char *folder_decode(const char *name);

#endif
