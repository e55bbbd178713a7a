#ifndef CMD_OPTION_VALUES_H
#define CMD_OPTION_VALUES_H

struct options;

/* Options with a letter have its code as key. */
enum option_key {
	KEY_CONFIG = 'c',
	KEY_STORE = 'd',
	KEY_QUIET = 'q',
	KEY_VERBOSE = 'v',
	KEY_DRY_RUN = 'n',
	KEY_OUTPUT = 'o',
	NO_LETTER = 256,
	KEY_HELP = NO_LETTER,
	KEY_VERSION,
	KEY_JSON,
	KEY_FROM,
	KEY_TO,
	KEY_SINCE,
	KEY_DOMAIN,
	KEY_ORG,
	KEY_ARRIVAL,
	KEY_TIMING,
	KEY_RAW,
	KEY_ALL,
	KEY_FAIL_ABOVE,
	KEY_MIN_SESSIONS,
	KEY_CHANGES,
	KEY_FORMAT,
	KEY_UNTIL,
	KEY_NOTE,
	KEY_AGAIN,
	KEY_LIST,
	KEY_END,
	KEY_VERIFY,
	KEY_CHECK,
	KEY_MAILBOX,
	KEY_BEFORE,
	KEY_DETAILS,
	KEY_BOM,
	KEY_DELIMITER,
	KEY_DECIMAL,
	KEY_DKIM,
	KEY_TEST,
	KEY_MAIL,
	KEY_RUA,
	KEY_TTL,
	KEY_NO_SMTP,
	KEY_POST,
	KEY_RESOLVER,
	KEY_FROM_FILE,
	KEY_VIEWS,
	KEY_SYSLOG,
	KEY_INIT,
	KEY_PRINT,
	KEY_STATUS,
	KEY_FROM_START
};

/*
 * Note an option, with its value if it takes one.  -1 once what is wrong with
 * the value was logged.
 */
int option_set(struct options *, enum option_key, const char *value);

#endif
