#ifndef OUTPUT_WRITE_FAULT_H
#define OUTPUT_WRITE_FAULT_H

struct fault;

/*
 * A fault (exit code 73) for an output that cannot be written, by errno, with
 * what to do where that is known.  `name` is the file's, NULL for standard
 * output; `what` says what went wrong, as "cannot be written".  Returns -1.
 */
int write_fault(struct fault *, const char *name, const char *what);

#endif
