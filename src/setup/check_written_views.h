#ifndef SETUP_CHECK_WRITTEN_VIEWS_H
#define SETUP_CHECK_WRITTEN_VIEWS_H

struct machine_points;

/*
 * Add a point for each [view NAME]: whether its domains_file can be read, its
 * files can be written and given to its group, and no other view writes into
 * its folder.  A domain about which no report was ever stored is named, since
 * it may be mistyped; it is no failure.
 */
void check_written_views(struct machine_points *);

#endif
