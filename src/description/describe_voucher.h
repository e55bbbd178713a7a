#ifndef DESCRIPTION_DESCRIBE_VOUCHER_H
#define DESCRIPTION_DESCRIBE_VOUCHER_H

struct arena;
struct json_object;
struct verdict;

/* Who vouches for a report, as a sentence with its full stop, in the arena. */
const char *describe_voucher_sentence(const struct verdict *, struct arena *);

/* The same on stdout; nothing for NULL. */
void describe_voucher(const struct verdict *);

/* The same as the member "dkim" of `show --json`; NULL: it was not judged. */
void describe_voucher_json(struct json_object *, const struct verdict *);

#endif
