#ifndef SETUP_CHECK_WRITTEN_VIEWS_H
#define SETUP_CHECK_WRITTEN_VIEWS_H

struct machine_check;

/*
 * Add a point for each [view NAME]: its domains_file can be read, what it
 * writes can be written where nothing else is, and given to its group.  A
 * domain about which nothing was ever stored is named, for it may be mistyped,
 * and is no failure.
 */
void check_written_views(struct machine_check *);

#endif
