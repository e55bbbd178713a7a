#ifndef CONFIG_SET_OPTIONS_H
#define CONFIG_SET_OPTIONS_H

#include "config/config_options.h"

/* Give the reason.  Returns -1, so that "return config_refuse()" reads well. */
int config_refuse(struct setting *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The kinds of values; `field` points to a variable of the type given here. */
config_set_fn set_number;	    /* unsigned, from min to max */
config_set_fn set_port;		    /* uint16_t */
config_set_fn set_size;		    /* uint64_t, bytes */
config_set_fn set_seconds;	    /* unsigned */
config_set_fn set_seconds_or_0;	    /* the same, or 0 */
config_set_fn set_date;		    /* int64_t, midnight UTC; 0 when empty */
config_set_fn set_days;		    /* unsigned, 0 when empty */
config_set_fn set_since;	    /* unsigned, days or SINCE_ALL */
config_set_fn set_yes;		    /* bool */
config_set_fn set_text;		    /* const char *, not empty */
config_set_fn set_path;		    /* the same */
config_set_fn set_path_if_any;	    /* const char * */
config_set_fn set_label;	    /* const char *, up to max bytes */
config_set_fn set_service;	    /* the same, of a service file */
config_set_fn set_host_name_if_any; /* const char *, A-labels */
config_set_fn set_ca_file;	/* const char *, of a file that can be read */
config_set_fn set_delimiter;	/* char */
config_set_fn set_decimal;	/* char */
config_set_fn set_domains;	/* struct domain_list */
config_set_fn set_domains_file; /* the same */
config_set_fn set_address;	/* const char *, or empty */
config_set_fn set_addresses;	/* the same, several with ", " between */

#endif
