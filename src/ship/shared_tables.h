#ifndef SHIP_SHARED_TABLES_H
#define SHIP_SHARED_TABLES_H

struct fault;
struct row_sink;
struct store_filter;

/*
 * The tables of a shared store on PostgreSQL, all as they are at one moment.
 * Faults have the exit codes of ship().
 */
struct shared_tables;

/*
 * Connect to a section of libpq's service file; `timeout` in seconds, on each
 * wait.  NULL with the fault.
 */
struct shared_tables *shared_tables_open(
    const char *service, unsigned timeout, struct fault *);
void shared_tables_close(struct shared_tables *); /* NULL is legal */

/* The newest day of which there is a report, as "2026-11-23"; "" for none. */
int shared_tables_newest_day(
    struct shared_tables *, char day[static 16], struct fault *);

/* As store_read_table(), but for the numbers of reports and problems. */
int shared_tables_read(struct shared_tables *, const char *table,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
