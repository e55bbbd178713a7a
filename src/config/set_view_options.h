#ifndef CONFIG_SET_VIEW_OPTIONS_H
#define CONFIG_SET_VIEW_OPTIONS_H

#include "config/config_options.h"

/* The kinds of values that only [view NAME] has. */
config_set_fn set_page_if_any; /* const char *, a path that ends in .html */
config_set_fn set_mode;	       /* mode_t, of a file */

#endif
