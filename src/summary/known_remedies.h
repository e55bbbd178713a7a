#ifndef SUMMARY_KNOWN_REMEDIES_H
#define SUMMARY_KNOWN_REMEDIES_H

#include "summary/remedy.h"

struct arena;

/* What is known of result types and warnings, for those who tell of them. */
struct remedies remedies_known(struct arena *);

#endif
