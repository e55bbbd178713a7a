#ifndef STORE_VIEWS_MARK_H
#define STORE_VIEWS_MARK_H

struct fault;
struct store;

/*
 * The row of `exports` that tells how far the views ([view NAME] of the
 * configuration) follow the store: `generation` is the number of the newest
 * report that they show.  `options` is '' as long as nothing but new reports
 * came since; else a text that nobody had before.
 */
#define VIEWS_ROW "[views]"

/*
 * Note that something else than a new report changes what views show, in the
 * open transaction: the next refresh looks at each of them.
 */
int views_mark_changed(struct store *, struct fault *);

#endif
