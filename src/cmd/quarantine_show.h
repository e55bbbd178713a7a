#ifndef CMD_QUARANTINE_SHOW_H
#define CMD_QUARANTINE_SHOW_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/*
 * Print an entry of the quarantine: why it was refused, or in what it differs
 * from the copy that counts; or, raw, its bytes and nothing else.  Exit code 66
 * when there is none of that number, or its bytes were not kept.
 */
int quarantine_show(
    struct store *, int64_t id, bool raw, struct arena *, struct fault *);

#endif
