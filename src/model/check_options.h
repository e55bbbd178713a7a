#ifndef MODEL_CHECK_OPTIONS_H
#define MODEL_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Section [check] of the configuration: how domains are looked at. */
struct check_options {
	const char *ca_file; /* "": the system's trust store */
	unsigned timeout;    /* seconds, of each connection and each answer */
	unsigned parallel;   /* domains at once */
	const char *helo;    /* "": this machine's name */
	bool smtp;	     /* whether anything connects to port 25 */
	bool private_addresses; /* whether to connect to them as well */
	uint16_t https_port, smtp_port;
};

#endif
