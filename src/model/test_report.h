#ifndef MODEL_TEST_REPORT_H
#define MODEL_TEST_REPORT_H

/*
 * The report by which `check --post` tries an address: well-formed, empty, and
 * about example.invalid.  `receive` knows it, byte for byte, and throws it
 * away.
 */
extern const char test_report[];

#endif
