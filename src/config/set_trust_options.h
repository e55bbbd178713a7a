#ifndef CONFIG_SET_TRUST_OPTIONS_H
#define CONFIG_SET_TRUST_OPTIONS_H

#include "config/config_options.h"

/*
 * The kinds of values that say whom to ask and whom to believe; `field` points
 * to a variable of the type given here.
 */
config_set_fn set_dns_servers;	/* struct dns_settings */
config_set_fn set_trust_anchor; /* const char *: auto, none, or a file */
config_set_fn set_dkim;		/* struct vouching, its mode */
config_set_fn set_authservs;	/* struct vouching */
config_set_fn set_signers;	/* struct vouching */

#endif
