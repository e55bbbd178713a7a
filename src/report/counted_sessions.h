#ifndef REPORT_COUNTED_SESSIONS_H
#define REPORT_COUNTED_SESSIONS_H

struct report_parser;

/*
 * Set counted_sessions and counted_failed of each policy of the report that is
 * not skipped.  The recipient domains must be known.
 */
void counted_sessions_settle(struct report_parser *);

#endif
