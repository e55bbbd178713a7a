#ifndef CONFIG_SET_MAILBOX_OPTIONS_H
#define CONFIG_SET_MAILBOX_OPTIONS_H

#include "config/config_options.h"

/*
 * The kinds of values that a [mailbox] has, and commands; `field` points to a
 * variable of the type given here.
 */
config_set_fn set_command; /* const char *, quotes kept */
config_set_fn set_command_if_any;
config_set_fn set_host;	       /* const char *, A-labels or an address */
config_set_fn set_fingerprint; /* const char *, 64 digits or empty */
config_set_fn set_tls;	       /* enum tls_mode */
config_set_fn set_auth;	       /* enum imap_auth */
config_set_fn set_folders;     /* struct config_mailbox */
config_set_fn set_action;      /* const char *, empty for keep */

#endif
