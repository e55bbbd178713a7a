#ifndef SOURCE_FOLDER_H
#define SOURCE_FOLDER_H

/*
 * A folder's name in UTF-8 as servers take it: modified UTF-7 (RFC 3501
 * §5.1.3).  Allocated; NULL when `name` is not UTF-8 or has control
 * characters.
 */
char *folder_encode(const char *name);

#endif
