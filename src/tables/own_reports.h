#ifndef TABLES_OWN_REPORTS_H
#define TABLES_OWN_REPORTS_H

struct arena;

/*
 * The SELECT behind the table `reports` of a filter that is `alone`, in
 * brackets; the conditions begin with " AND".  Of a report that has entries
 * about other domains too, lists and figures are of the entries about these,
 * and what its sender says of all of it (report_id) is empty.  Where the mail
 * lies (source, message_id) is the operator's own business, and empty.
 */
const char *own_reports_sql(
    struct arena *, const char *from, const char *to, const char *domains);

#endif
