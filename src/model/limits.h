#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#include <stdint.h>

/* What a stranger may cost us; section [limits] of the configuration. */
struct limits {
	uint64_t message;    /* bytes of one mail; also of one IMAP literal */
	uint64_t header;     /* bytes of one header block */
	uint64_t report;     /* bytes of one report, decompressed */
	uint64_t quarantine; /* bytes kept of rejected reports, in all */
	uint64_t download;   /* bytes of a mailbox and UTC day; 0: any */
	unsigned mime_depth; /* parts inside parts */
	unsigned parts;	     /* parts of a mail */
	unsigned reports;    /* reports of a mail; entries of a zip */
	unsigned json_depth; /* open JSON objects and arrays */
	unsigned policies;   /* policies of a report */
	unsigned failures;   /* failure details of a report, in all */
};

extern const struct limits limits_default;

#endif
