#ifndef CMD_REMEDIES_H
#define CMD_REMEDIES_H

#include "output/remedy.h"

struct arena;

/* What is known of result types and warnings, for those who tell of them. */
struct remedies remedies_known(struct arena *);

#endif
