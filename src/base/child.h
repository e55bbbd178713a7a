#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>

struct fault;

/* Another program that is run once, without a shell. */
struct child {
	char *const *argv; /* ends with NULL; $PATH is searched for argv[0] */
	char *const *env;  /* NULL: that of this process */
	const char *input; /* its standard input, `input_len` bytes; or empty */
	size_t input_len;
	unsigned seconds; /* after that it is killed */
	int failed;	  /* exit code of the fault when it fails */
	/* Where its standard output goes, less than `out_size` bytes, not
	   terminated; NULL: nowhere. */
	char *out;
	size_t out_size;

	size_t out_len; /* set by child_run() */
	bool is_late;	/* it was killed since its time was over */
};

/*
 * Run it to its end.  Descriptors over 2 are closed in it, signals are as at
 * the start of a program, and it gets a process group, which is killed when it
 * takes too long or prints too much.  Returns 0 when it ends with exit code 0,
 * or -1 with scope FAULT_SESSION and an exit code: `failed` with the
 * beginning of its standard error in the text; 78 when it cannot be run; 75
 * when the system has no room for it.
 */
int child_run(struct child *, struct fault *);

#endif
