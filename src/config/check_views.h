#ifndef CONFIG_CHECK_VIEWS_H
#define CONFIG_CHECK_VIEWS_H

struct config;
struct config_complaints;
struct config_section;

/*
 * Check the sections [view NAME]: each names domains and something to write,
 * and no two write to the same place, which is not [export] dir either.
 */
void check_views(const struct config *, const struct config_section *sections,
    const struct config_complaints *);

#endif
