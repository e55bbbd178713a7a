/*
 * Hold a file of vectors against the grammars: vectors KIND FILE.tsv
 *
 * KIND is one of tlsrpt-txt, sts-txt, sts-policy, mx-match, tlsa, record-args.
 * Prints what differs, then how many of how many do.  Exit status: 0 when none
 * does, 1 otherwise, 2 when the file cannot be used.
 */
#include <stdio.h>

#include "scenes/published_vectors.h"

int
main(int argc, char **argv)
{
	const struct vector_kind *kind =
	    argc == 3 ? vector_kind(argv[1]) : NULL;
	size_t n;
	int differ;

	if (kind == NULL) {
		fputs("usage: vectors "
		      "tlsrpt-txt|sts-txt|sts-policy|mx-match|tlsa|record-args "
		      "FILE.tsv\n",
		    stderr);
		return 2;
	}
	if ((differ = vectors_hold(kind, argv[2], &n)) == -1) {
		fprintf(stderr, "vectors: %s: no vectors in it\n", argv[2]);
		return 2;
	}
	printf("%s: %zu vectors, %d differ\n", argv[2], n, differ);
	return differ > 0;
}
