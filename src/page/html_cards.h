#ifndef PAGE_HTML_CARDS_H
#define PAGE_HTML_CARDS_H

#include <stdio.h>

struct words;

/*
 * The sections of what is to fix and to watch, the steps that can be taken, and
 * what was cured: each finding as a card.  Sections without any are left out.
 */
void html_cards(FILE *, const struct words *);

#endif
