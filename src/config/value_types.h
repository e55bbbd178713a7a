#ifndef CONFIG_VALUE_TYPES_H
#define CONFIG_VALUE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * The types a value of the configuration can have.  Each returns 0, or -1 with
 * the out-parameters untouched when the text is no such value.
 */

/* Digits and nothing else. */
int setting_number(const char *text, uint64_t *number);

/* Digits, and K, M or G for powers of 1024. */
int setting_size(const char *text, uint64_t *bytes);

/* Digits and one of s, m, h, d. */
int setting_duration(const char *text, uint64_t *seconds);

/* "yes" or "no". */
int setting_yes(const char *text, bool *yes);

/* The text without the double quotes around it; -1 when one is not closed. */
int setting_text(const char *text, struct arena *, const char **out);

/*
 * The items between blanks, followed by a NULL that is not counted.  Double
 * quotes keep blanks in an item and are dropped; nothing escapes them.  -1
 * when one is not closed.
 */
int setting_list(
    const char *text, struct arena *, const char *const **item, size_t *n);

/*
 * The same for a command: the arguments of execvp(), in the arena.  NULL when
 * there is none or a double quote is not closed.
 */
char *const *setting_argv(const char *line, struct arena *);

/* A domain name as A-labels (RFC 5890), lower case, without trailing dot. */
int setting_domain(const char *text, struct arena *, const char **domain);

/* The same, or an IP address; brackets around that are dropped. */
int setting_host(const char *text, struct arena *, const char **host);

/* Whether a host from setting_host() is surely this machine. */
bool setting_is_loopback(const char *host);

/* Whether it is "ADDRESS" or "ADDRESS@PORT": a server of DNS. */
bool setting_is_dns_server(const char *text);

/* "sha256:" and 64 hexadecimal digits, colons between them or not. */
int setting_fingerprint(const char *text, struct arena *, const char **digits);

/* comma, semicolon, tab or pipe by name, or the character but for the tab. */
int setting_delimiter(const char *text, char *delimiter);

/* "." or ",". */
int setting_decimal(const char *text, char *decimal);

/* The one of `n` names that `word` was meant to be, or NULL. */
const char *setting_nearest(
    const char *word, const char *const *names, size_t n);

#endif
