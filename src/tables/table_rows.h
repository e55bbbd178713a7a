#ifndef TABLES_TABLE_ROWS_H
#define TABLES_TABLE_ROWS_H

#include "tables/table_list.h"

/*
 * The rows of tables as their views give them, had in quicker ways; the table
 * is one that names the function.  See table_read_fn.
 */

/*
 * `daily`, `weekly` and `monthly`: the rollup is read as numbers alone, and the
 * names of a series, that is most of a row, are put to them in order, where
 * SQLite would sort all of it.  1 where there are more series than are worth
 * the memory.
 */
table_read_fn sessions_read;

/*
 * `senders`: the days of each sender are read once, in order, where SQL must
 * ask for the day before of every day.
 */
table_read_fn senders_read;

/*
 * `domains`: the days of each sender are read once for all figures made of
 * them.  1 for a choice of organizations.
 */
table_read_fn domains_read;

/*
 * A table whose rows are of one day each: an index has the days in order, and
 * the rows of a day are sorted here, which SQLite does at three times the cost.
 * From a day on that is not worth the memory the view is read.
 */
table_read_fn dated_read;

/*
 * The same for `mx`, whose rows are added up here.  1 for a choice of domains
 * or organizations.
 */
table_read_fn mx_read;

#endif
