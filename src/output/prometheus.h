#ifndef OUTPUT_PROMETHEUS_H
#define OUTPUT_PROMETHEUS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Figures in the text format of Prometheus 0.0.4: families of gauges, whose
 * head stands before the first of them.  Text is UTF-8 whatever the locale, and
 * cleaned of what cannot be seen.
 */
struct prometheus_label {
	const char *name, *value;
};

/* Begin a family; `help` is a sentence of ours, without line ends. */
void prometheus_family(FILE *, const char *name, const char *help);

/* A gauge of the family that was begun last. */
void prometheus_number(FILE *, const char *name,
    const struct prometheus_label *, size_t n, int64_t value);
void prometheus_seconds(FILE *, const char *name,
    const struct prometheus_label *, size_t n, double value);

#endif
