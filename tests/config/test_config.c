#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "config/config.h"
#include "config/config_options.h"
#include "config/value_types.h"

enum {
	LINE_LIMIT = 198
};

/* A configuration and the errors found in it, one a line. */
struct scene {
	struct config config;
	struct fault fault;
	char errors[16384];
	bool loaded;
};

static void
collect(void *arg, const char *text)
{
	struct scene *s = arg;
	size_t n = strlen(s->errors);

	snprintf(s->errors + n, sizeof s->errors - n, "%s\n", text);
}

static int
parse_bytes(struct scene *s, const char *text, size_t n)
{
	if (s->loaded)
		config_free(&s->config);
	s->loaded = true;
	s->errors[0] = '\0';
	memset(&s->fault, 0, sizeof s->fault);
	return config_parse((struct span){ text, n }, "t.conf", &s->config,
	    collect, s, &s->fault);
}

static int
parse(struct scene *s, const char *text)
{
	return parse_bytes(s, text, strlen(text));
}

static void
assert_parses(struct scene *s, const char *text)
{
	if (parse(s, text) == -1)
		fail_msg("refused: %s%s", text, s->errors);
	assert_string_equal(s->errors, "");
}

/* Refused with just these errors. */
static void
assert_errors(struct scene *s, const char *text, const char *errors)
{
	if (parse(s, text) == 0)
		fail_msg("accepted: %s", text);
	assert_string_equal(s->errors, errors);
	assert_int_equal(s->fault.status, EX_CONFIG);
}

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state == NULL;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	if (s->loaded)
		config_free(&s->config);
	free(s);
	return 0;
}

#define MAILBOX "[mailbox m]\nhost = h.example\nuser = u\n"

static void
defaults_are_those_of_the_manual(void **state)
{
	struct scene *s = *state;
	const struct config *c = &s->config;
	const struct config_mailbox *mb;

	assert_parses(s, MAILBOX);
	assert_string_equal(c->store_path, "/var/lib/tlsrua/tlsrua.db");
	assert_true(c->keep_raw);
	assert_int_equal(c->parallel, 4);
	assert_string_equal(c->export_dir, "");
	assert_int_equal(c->export_since, 400);
	assert_false(c->csv.bom);
	assert_int_equal(c->csv.delimiter, ',');
	assert_int_equal(c->csv.decimal, '.');
	assert_true(c->csv.guard);
	assert_int_equal(c->domains.n, 0);
	assert_memory_equal(&c->limits, &limits_default, sizeof c->limits);
	assert_int_equal(c->n_mailboxes, 1);
	mb = &c->mailboxes[0];
	assert_string_equal(mb->name, "m");
	assert_string_equal(mb->account.name, "m");
	assert_string_equal(mb->account.user, "u");
	assert_string_equal(mb->account.tls.host, "h.example");
	assert_int_equal(mb->account.tls.port, 993);
	assert_int_equal(mb->account.tls.mode, TLS_IMPLICIT);
	assert_int_equal(mb->account.tls.timeout, 60);
	assert_string_equal(mb->account.tls.ca_file, "");
	assert_string_equal(mb->account.tls.fingerprint, "");
	assert_int_equal(mb->account.auth, IMAP_AUTH_AUTO);
	assert_int_equal(mb->account.message_max, limits_default.message);
	assert_int_equal(mb->account.header_max, limits_default.header);
	assert_string_equal(mb->password_file, "");
	assert_int_equal(mb->n_folders, 1);
	assert_string_equal(mb->folders[0], "INBOX");
	assert_int_equal(mb->retries, 3);
	assert_int_equal(mb->grace, 86400);
	assert_int_equal(mb->import_since, 0);
	assert_int_equal(mb->delete_after, 0);
}

static void
reads_every_option(void **state)
{
	struct scene *s = *state;
	const struct config *c = &s->config;
	const struct config_mailbox *mb;

	assert_parses(s,
	    "[store]\npath = /x/y z.db\nkeep_raw = no\n"
	    "[poll]\nparallel = 4\n"
	    "[export]\ndir = out\nsince = 30d\nbom = yes\n"
	    "delimiter = semicolon\ndecimal = ,\nguard = no\n"
	    "[reports]\ndomains = Example.COM. *.b\xc3\xbc"
	    "cher.example\n"
	    "[limits]\nmessage = 1M\nheader = 2K\nmime_depth = 3\nparts = 4\n"
	    "reports = 5\nreport = 6M\njson_depth = 7\npolicies = 8\n"
	    "failures = 9\nquarantine = 0\n"
	    "[mailbox A.b_c-1]\nhost = IMAP.Example.com\nport = 1993\n"
	    "tls = starttls\nuser = me@example.com\npassword_file = /pw\n"
	    "auth = scram-sha-256\nfolders = INBOX \"TLS reports\" Gel\xc3\xb6"
	    "scht \\junk\n"
	    "import_since = 2026-01-01\ndelete_after = 90d\n"
	    "fingerprint = SHA256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
	    "FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff\n"
	    "after_import = keep\nafter_reject = keep\ntimeout = 2m\n"
	    "retries = 0\ngrace = 0s\ndkim = off\ntrust_authserv =\n"
	    "ca_file =\n");
	assert_string_equal(c->store_path, "/x/y z.db");
	assert_false(c->keep_raw);
	assert_string_equal(c->export_dir, "out");
	assert_int_equal(c->export_since, 30);
	assert_true(c->csv.bom);
	assert_int_equal(c->csv.delimiter, ';');
	assert_int_equal(c->csv.decimal, ',');
	assert_false(c->csv.guard);
	assert_int_equal(c->domains.n, 2);
	assert_string_equal(c->domains.name[1], "example.com");
	assert_string_equal(c->domains.name[0], "*.xn--bcher-kva.example");
	assert_int_equal(c->limits.message, 1 << 20);
	assert_int_equal(c->limits.header, 2048);
	assert_int_equal(c->limits.mime_depth, 3);
	assert_int_equal(c->limits.parts, 4);
	assert_int_equal(c->limits.reports, 5);
	assert_int_equal(c->limits.report, 6 << 20);
	assert_int_equal(c->limits.json_depth, 7);
	assert_int_equal(c->limits.policies, 8);
	assert_int_equal(c->limits.failures, 9);
	assert_int_equal(c->limits.quarantine, 0);
	mb = &c->mailboxes[0];
	assert_string_equal(mb->name, "A.b_c-1");
	assert_string_equal(mb->account.tls.host, "imap.example.com");
	assert_int_equal(mb->account.tls.port, 1993);
	assert_int_equal(mb->account.tls.mode, TLS_STARTTLS);
	assert_int_equal(mb->account.auth, IMAP_AUTH_SCRAM_SHA_256);
	assert_string_equal(mb->password_file, "/pw");
	assert_int_equal(mb->n_folders, 4);
	assert_string_equal(mb->folders[1], "TLS reports");
	assert_string_equal(mb->folders[2], "Gel\xc3\xb6scht");
	assert_string_equal(mb->folders[3], "\\Junk");
	assert_string_equal(mb->account.tls.fingerprint,
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	assert_int_equal(mb->account.tls.timeout, 120);
	assert_int_equal(mb->account.message_max, 1 << 20);
	assert_int_equal(mb->retries, 0);
	assert_int_equal(mb->grace, 0);
	assert_int_equal(mb->import_since, 1767225600);
	assert_int_equal(mb->delete_after, 90);
}

/* One line under a section, and why it is refused. */
static void
refuses_what_an_option_cannot_be(void **state)
{
	static const struct {
		const char *section, *line, *error;
	} rows[] = {
		{ "store", "path =", "path: is empty" },
		{ "store", "path = ~/x",
		    "path: \"~\" means nothing here: write the path" },
		{ "store", "path = \"a", "path: a double quote is not closed" },
		{ "store", "keep_raw = true", "keep_raw: must be yes or no" },
		{ "store", "keep_raw = Yes", "keep_raw: must be yes or no" },
		{ "poll", "parallel = 0",
		    "parallel: 0 is out of range: 1 to 64" },
		{ "poll", "parallel = 65",
		    "parallel: 65 is out of range: 1 to 64" },
		{ "poll", "parallel = four", "parallel: must be a number" },
		{ "poll", "parallel = -4", "parallel: must be a number" },
		{ "poll", "parallel = 18446744073709551620",
		    "parallel: must be a number" },
		{ "export", "since = 0d",
		    "since: 0d is out of range: 1d to 36500d, or \"all\"" },
		{ "export", "since = 36h",
		    "since: must be whole days, such as 400d, or \"all\"" },
		{ "export", "since = 400",
		    "since: must be whole days, such as 400d, or \"all\"" },
		{ "export", "delimiter = x",
		    "delimiter: must be comma, semicolon, tab or pipe" },
		{ "export", "delimiter =",
		    "delimiter: must be comma, semicolon, tab or pipe" },
		{ "export", "delimiter = ; a comment",
		    "delimiter: must be comma, semicolon, tab or pipe" },
		{ "export", "decimal = ;", "decimal: must be \".\" or \",\"" },
		{ "export", "decimal = ,",
		    "decimal: delimiter and decimal must be two characters" },
		{ "reports", "domains = a..b",
		    "domains: \"a..b\" is no domain name" },
		{ "reports", "domains = a.example *",
		    "domains: \"*\" is no domain name" },
		{ "reports", "domains = a.*.example",
		    "domains: \"a.*.example\" is no domain name" },
		{ "reports", "domains = -a.example",
		    "domains: \"-a.example\" is no domain name" },
		{ "limits", "message = 25X",
		    "message: must be a size: digits, and K, M or G, such as "
		    "25M" },
		{ "limits", "message = 25 M",
		    "message: must be a size: digits, and K, M or G, such as "
		    "25M" },
		{ "limits", "message = 25MB",
		    "message: must be a size: digits, and K, M or G, such as "
		    "25M" },
		{ "limits", "message = 1023",
		    "message: 1023 is out of range: 1K to 1G" },
		{ "limits", "message = 2G",
		    "message: 2G is out of range: 1K to 1G" },
		{ "limits", "message = 99999999999999999999G",
		    "message: must be a size: digits, and K, M or G, such as "
		    "25M" },
		{ "limits", "message = 18014398509481984K",
		    "message: must be a size: digits, and K, M or G, such as "
		    "25M" },
		{ "limits", "quarantine = 2000G",
		    "quarantine: 2000G is out of range: 0 to 1T" },
		{ "limits", "json_depth = 0",
		    "json_depth: 0 is out of range: 1 to 1000" },
		{ "store", "path = x # y",
		    "path: a comment behind a value begins with \";\"; put a "
		    "\"#\" of the value in double quotes" },
	};
	struct scene *s = *state;
	char text[512], error[512];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "[%s]\n%s\n", rows[i].section,
		    rows[i].line);
		snprintf(error, sizeof error, "t.conf:2: [%s] %s\n",
		    rows[i].section, rows[i].error);
		assert_errors(s, text, error);
	}
}

static void
refuses_what_a_mailbox_cannot_be(void **state)
{
	static const struct {
		const char *lines, *error;
	} rows[] = {
		{ "port = 0", "4: [mailbox m] port: 0 is out of range: 1 to "
			      "65535" },
		{ "port = 65536", "4: [mailbox m] port: 65536 is out of range: "
				  "1 to 65535" },
		{ "tls = yes",
		    "4: [mailbox m] tls: must be implicit, starttls, "
		    "or none for a server on this machine" },
		{ "tls = none", "4: [mailbox m] tls: none is for a server on "
				"this machine: 127.0.0.1, ::1 or localhost" },
		{ "password_file =", "4: [mailbox m] password_file: is empty" },
		{ "password_command = a \"b",
		    "4: [mailbox m] password_command: "
		    "a double quote is not closed" },
		{ "password_command = \"\"",
		    "4: [mailbox m] password_command: is empty" },
		{ "password_command = sh -c \"a ; b\"",
		    "4: [mailbox m] password_command: a double quote is not "
		    "closed" },
		{ "password = geheim",
		    "4: [mailbox m] password: a password never stands in the "
		    "configuration: use password_file" },
		{ "passwd = geheim",
		    "4: [mailbox m] passwd: a password never stands in the "
		    "configuration: use password_file" },
		{ "password_file = /x\npassword_command = y",
		    "5: [mailbox m] password_command: password_file is given "
		    "as "
		    "well, on line 4: only one can be" },
		{ "token_command = y\npassword_file = /x",
		    "4: [mailbox m] token_command: password_file is given as "
		    "well, on line 5: only one can be" },
		{ "auth = cram-md5",
		    "4: [mailbox m] auth: must be auto, plain, login, "
		    "scram-sha-256, xoauth2 or oauthbearer" },
		{ "auth = xoauth2",
		    "4: [mailbox m] auth: needs token_command" },
		{ "auth = oauthbearer\npassword_file = /x",
		    "4: [mailbox m] auth: needs token_command" },
		{ "auth = plain\ntoken_command = x",
		    "4: [mailbox m] auth: must be xoauth2 or oauthbearer with "
		    "token_command" },
		{ "folders =", "4: [mailbox m] folders: is empty" },
		{ "folders = a \"\"", "4: [mailbox m] folders: an empty name" },
		{ "folders = a \"b",
		    "4: [mailbox m] folders: a double quote is not closed" },
		{ "folders = a b a",
		    "4: [mailbox m] folders: a is given twice" },
		{ "folders = INBOX inbox",
		    "4: [mailbox m] folders: inbox is given twice" },
		{ "folders = \\Jnk",
		    "4: [mailbox m] folders: \\Jnk is no special use; known "
		    "are \\All \\Archive \\Drafts \\Flagged \\Important "
		    "\\Inbox \\Junk \\Sent \\Trash" },
		{ "folders = \\Junk \\junk",
		    "4: [mailbox m] folders: \\junk is given twice" },
		{ "folders = inbox \\Inbox",
		    "4: [mailbox m] folders: \\Inbox is given twice" },
		{ "ca_file = /nowhere/ca.pem",
		    "4: [mailbox m] ca_file: /nowhere/ca.pem cannot be read: "
		    "No such file or directory: without ca_file the system's "
		    "certificates are used" },
		{ "ca_file = /", "4: [mailbox m] ca_file: is not a file" },
		{ "fingerprint = 0011",
		    "4: [mailbox m] fingerprint: must be sha256: and 64 "
		    "hexadecimal digits" },
		{ "after_import = shred",
		    "4: [mailbox m] after_import: must be keep, seen, flag, "
		    "move:FOLDER or delete" },
		{ "after_import = move:",
		    "4: [mailbox m] after_import: move: needs the name of a "
		    "folder, of up to 200 bytes" },
		{ "after_reject = move:\\Junk",
		    "4: [mailbox m] after_reject: move: needs the name of a "
		    "folder, of up to 200 bytes" },
		{ "after_reject = move:inbox",
		    "4: [mailbox m] after_reject: moves mails into a folder "
		    "that is polled" },
		{ "dkim = on",
		    "4: [mailbox m] dkim: must be off, record or require" },
		{ "trust_authserv = *",
		    "4: [mailbox m] trust_authserv: \"*\" is no authserv-id: "
		    "write mx.example.com, *.example.com, or none" },
		{ "dkim_since = soon", "4: [mailbox m] dkim_since: must be a "
				       "day, such as 2026-01-31" },
		{ "timeout = 60", "4: [mailbox m] timeout: must be a duration: "
				  "digits and s, m, h or d, such as 60s" },
		{ "timeout = 0s", "4: [mailbox m] timeout: 0s is out of range: "
				  "1s to 3600s" },
		{ "timeout = 61m",
		    "4: [mailbox m] timeout: 61m is out of range: "
		    "1s to 3600s" },
		{ "retries = 101",
		    "4: [mailbox m] retries: 101 is out of range: "
		    "0 to 100" },
		{ "import_since = 2026-02-30",
		    "4: [mailbox m] import_since: must be a day, such as "
		    "2026-01-31" },
		{ "import_since = 90d",
		    "4: [mailbox m] import_since: must be a day, such as "
		    "2026-01-31" },
		{ "delete_after = 90",
		    "4: [mailbox m] delete_after: must be whole days, such as "
		    "400d" },
		{ "delete_after = 0d",
		    "4: [mailbox m] delete_after: 0d is out of range: 1d to "
		    "36500d" },
		{ "after_import = delete\ndelete_after = 9d",
		    "5: [mailbox m] delete_after: after_import takes the mails "
		    "out of the folder at once: only one of the two can be" },
		{ "after_import = move:x\ndelete_after = 9d",
		    "5: [mailbox m] delete_after: after_import takes the mails "
		    "out of the folder at once: only one of the two can be" },
		{ "grace = 1w",
		    "4: [mailbox m] grace: must be a duration: digits "
		    "and s, m, h or d, such as 60s" },
		{ "user = other",
		    "4: [mailbox m] user: given twice, first on line 3" },
		{ "usre = other",
		    "4: [mailbox m] usre: no such option; did you mean user?" },
		{ "Port = 1",
		    "4: [mailbox m] Port: no such option; did you mean port?" },
		{ "keep_raw = no",
		    "4: [mailbox m] keep_raw: is an option of [store], not of "
		    "this" },
		{ "something = no",
		    "4: [mailbox m] something: no such option" },
	};
	struct scene *s = *state;
	char text[512], error[512];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, MAILBOX "%s\n", rows[i].lines);
		snprintf(error, sizeof error, "t.conf:%s\n", rows[i].error);
		assert_errors(s, text, error);
	}
}

static void
takes_lines_that_are_indented(void **state)
{
	struct scene *s = *state;

	assert_parses(s,
	    "    [store]\n\tpath = /x y \n    ; a comment\n   \n"
	    "  [export]\n    delimiter = ;\n    dir = out ; behind it\n"
	    "    [mailbox m]\n    host = h.example\n      user = u\n");
	assert_string_equal(s->config.store_path, "/x y");
	assert_string_equal(s->config.export_dir, "out");
	assert_int_equal(s->config.csv.delimiter, ';');
	assert_string_equal(s->config.mailboxes[0].account.user, "u");
}

static void
refuses_lines_that_are_not_as_they_seem(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "path = x\n", "1: stands before any [section]" },
		{ "[store]\n path = x\n more of it\n",
		    "3: neither \"[section]\" nor \"option = value\"" },
		{ "[store]\npath\n",
		    "2: neither \"[section]\" nor \"option = value\"" },
		{ "[store]\npath ; = x\n",
		    "2: neither \"[section]\" nor \"option = value\"" },
		{ "[store]\n= x\n", "2: no name before the \"=\"" },
		{ "[store\npath = x\n", "1: the section's \"]\" is missing" },
		{ "[store] path = x\n", "1: text behind the section's \"]\"" },
		{ "[store]\npath = a\001b\n", "2: a control character" },
		{ "[store]\npath = a\rb\n", "2: a control character" },
		{ "[store]\npath = a\xc2\x85\n", "2: a control character" },
		{ "[store]\npath = a\xff\n", "2: not UTF-8" },
		{ "[sotre]\nx = y\n",
		    "1: [sotre]: no such section; did you mean [store]?" },
		{ "[general]\nx = y\n", "1: [general]: no such section" },
		{ "[]\nx = y\n", "1: []: no such section" },
		{ "[store x]\n", "1: [store x]: takes no name" },
		{ "[mailbox]\n", "1: [mailbox]: needs a name: [mailbox NAME]" },
		{ "[mailbox a b]\n",
		    "1: [mailbox a b]: a mailbox is named by up to 64 of A-Z "
		    "a-z 0-9 . _ -, the first a letter or digit" },
		{ "[mailbox -n]\n",
		    "1: [mailbox -n]: a mailbox is named by up to 64 of A-Z "
		    "a-z 0-9 . _ -, the first a letter or digit" },
		{ "[store]\n\n[store]\npath =\n",
		    "3: [store]: given twice, first on line 1: put its options "
		    "together" },
		{ MAILBOX "[mailbox m]\nhost = x\n",
		    "4: [mailbox m]: given twice, first on line 1: give each "
		    "mailbox a name of its own" },
		{ "[mailbox m]\nhost = h\n",
		    "1: [mailbox m] user: is missing" },
		{ "[mailbox m]\nuser = h\n",
		    "1: [mailbox m] host: is missing" },
	};
	struct scene *s = *state;
	char error[512];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(error, sizeof error, "t.conf:%s\n", rows[i].error);
		assert_errors(s, rows[i].text, error);
	}
}

static void
refuses_a_nul_byte_even_in_a_comment(void **state)
{
	static const char text[] = "# a\0b\n[store]\npath = a\0b\n";
	struct scene *s = *state;

	assert_int_equal(parse_bytes(s, text, sizeof text - 1), -1);
	assert_string_equal(
	    s->errors, "t.conf:1: a NUL byte\nt.conf:3: a NUL byte\n");
}

static void
says_all_errors_in_one_run(void **state)
{
	struct scene *s = *state;

	assert_errors(s,
	    "# first\n"
	    "[store]\n"
	    "pth = x ; a comment\n"
	    "[poll]\n"
	    "\n"
	    "parallel = many\n"
	    "[nonsense]\n"
	    "anything = goes\n"
	    "[mailbox one]\n"
	    "host = imap.example.com:993\n"
	    "[mailbox two]\n"
	    "port = 1\n"
	    "port = 2\n",
	    "t.conf:3: [store] pth: no such option; did you mean path?\n"
	    "t.conf:6: [poll] parallel: must be a number\n"
	    "t.conf:7: [nonsense]: no such section\n"
	    "t.conf:10: [mailbox one] host: is no host name; a port is an "
	    "option of its own, and a protocol none\n"
	    "t.conf:13: [mailbox two] port: given twice, first on line 12\n"
	    "t.conf:9: [mailbox one] user: is missing\n"
	    "t.conf:11: [mailbox two] host: is missing\n"
	    "t.conf:11: [mailbox two] user: is missing\n");
	assert_string_equal(s->fault.text, "t.conf: 8 errors");
}

static void
counts_errors_beyond_those_it_says(void **state)
{
	struct scene *s = *state;
	char text[8192] = "[store]\n";
	size_t i, n = strlen(text), lines = 0;

	for (i = 0; i < 1000; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "x = y\n");
	assert_int_equal(parse(s, text), -1);
	assert_string_equal(s->fault.text, "t.conf: 1000 errors");
	for (i = 0; s->errors[i] != '\0'; i++)
		lines += s->errors[i] == '\n';
	assert_int_equal(lines, 100);
}

static void
takes_a_line_of_198_bytes_and_no_more(void **state)
{
	struct scene *s = *state;
	char text[512], path[256];
	size_t n;

	for (n = LINE_LIMIT - 1; n <= LINE_LIMIT + 1; n++) {
		memset(path, 'x', sizeof path);
		path[n - strlen("path = ")] = '\0';
		snprintf(text, sizeof text, "[store]\npath = %s\n", path);
		if (n > LINE_LIMIT) {
			assert_errors(
			    s, text, "t.conf:2: longer than 198 bytes\n");
			continue;
		}
		assert_parses(s, text);
		assert_string_equal(s->config.store_path, path);
	}
}

static void
takes_line_ends_and_marks_of_other_systems(void **state)
{
	static const char *const texts[] = { "[store]\r\npath = x\r\n",
		"\xef\xbb\xbf[store]\npath = x", "[store]\npath=x",
		"[ store ]\npath : x ; why\n",
		"; \xff\n[store] ; y\npath = x\t",
		"\t# indented\n   \n[store]\npath = \"x\"\n" };
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_parses(s, texts[i]);
		assert_string_equal(s->config.store_path, "x");
	}
}

static void
takes_every_spelling_of_a_delimiter(void **state)
{
	static const struct {
		const char *text;
		char delimiter;
	} rows[] = { { ",", ',' }, { "comma", ',' }, { ";", ';' },
		{ "\";\"", ';' }, { "; ; for a spreadsheet", ';' },
		{ "semicolon", ';' }, { "tab", '\t' }, { "|", '|' },
		{ "pipe", '|' } };
	struct scene *s = *state;
	char text[100];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "[export]\ndelimiter = %s\n",
		    rows[i].text);
		assert_parses(s, text);
		assert_int_equal(s->config.csv.delimiter, rows[i].delimiter);
	}
	assert_parses(s, "[export]\ndelimiter=;\nsince = all\n");
	assert_int_equal(s->config.csv.delimiter, ';');
	assert_int_equal(s->config.export_since, SINCE_ALL);
}

static void
lets_plain_text_only_to_this_machine(void **state)
{
	static const struct {
		const char *host;
		bool allowed;
	} rows[] = { { "127.0.0.1", true }, { "127.255.0.9", true },
		{ "::1", true }, { "[::1]", true }, { "localhost", true },
		{ "LocalHost", true }, { "128.0.0.1", false }, { "::2", false },
		{ "localhost.example.com", false }, { "0.0.0.0", false },
		{ "127.0.0.1.example", false } };
	struct scene *s = *state;
	char text[200];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text,
		    "[mailbox m]\ntls = none\nuser = u\nhost = %s\n",
		    rows[i].host);
		if ((parse(s, text) == 0) != rows[i].allowed)
			fail_msg("%s: %s", rows[i].host, s->errors);
		if (rows[i].allowed)
			assert_int_equal(
			    s->config.mailboxes[0].account.tls.port, 143);
	}
	assert_errors(s,
	    "[mailbox m]\ntls = none\nuser = u\nhost = ::1\n"
	    "ca_file = /etc/passwd\n",
	    "t.conf:5: [mailbox m] ca_file: means nothing with tls = none\n");
}

static void
refuses_hosts_that_are_none(void **state)
{
	static const char *const hosts[] = { "127.0.0", "1.2.3.4.5", "a b",
		"imaps://h.example", "h.example:993", "[::1", "[127.0.0.1]",
		"a_b..c", "-x.example", "x-.example",
		"h\xc3\xa4\xef\xbf\xbd.de" };
	struct scene *s = *state;
	char text[300];
	size_t i;

	for (i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		snprintf(text, sizeof text,
		    "[mailbox m]\nuser = u\nhost = %s\n", hosts[i]);
		if (parse(s, text) == 0)
			fail_msg("accepted: %s", hosts[i]);
		assert_non_null(
		    strstr(s->errors, "t.conf:3: [mailbox m] host: "));
	}
}

static void
a_label_has_63_bytes_and_a_name_253(void **state)
{
	struct arena a = { 0 };
	const char *domain;
	char name[300];
	size_t n;

	(void)state;
	memset(name, 'a', sizeof name);
	for (n = 63; n <= 64; n++) {
		name[n] = '\0';
		assert_int_equal(
		    setting_domain(name, &a, &domain), n == 63 ? 0 : -1);
		name[n] = 'a';
	}
	for (n = 50; n < sizeof name; n += 51)
		name[n] = '.';
	for (n = 253; n <= 254; n++) {
		name[n] = '\0';
		assert_int_equal(
		    setting_domain(name, &a, &domain), n == 253 ? 0 : -1);
		name[n] = 'a';
	}
	arena_free(&a);
}

static void
chooses_xoauth2_for_a_token(void **state)
{
	struct scene *s = *state;

	assert_parses(s, MAILBOX "token_command = get-token \"a b\"\n");
	assert_int_equal(
	    s->config.mailboxes[0].account.auth, IMAP_AUTH_XOAUTH2);
	assert_string_equal(
	    s->config.mailboxes[0].token_command, "get-token \"a b\"");
	assert_parses(s, MAILBOX "token_command = x\nauth = oauthbearer\n");
	assert_int_equal(
	    s->config.mailboxes[0].account.auth, IMAP_AUTH_OAUTHBEARER);
}

static void
names_of_mailboxes_have_64_characters_at_most(void **state)
{
	struct scene *s = *state;
	char name[80], text[200];
	size_t n;

	for (n = 64; n <= 65; n++) {
		memset(name, 'n', n);
		name[n] = '\0';
		snprintf(text, sizeof text,
		    "[mailbox %s]\nhost = h\nuser = u\n", name);
		assert_int_equal(parse(s, text), n == 64 ? 0 : -1);
	}
}

static void
keeps_mailboxes_in_the_order_of_the_file(void **state)
{
	struct scene *s = *state;

	assert_parses(s, "[mailbox b]\nhost = h\nuser = u\n[store]\npath = p\n"
			 "[mailbox a]\nhost = h\nuser = u\n");
	assert_int_equal(s->config.n_mailboxes, 2);
	assert_string_equal(s->config.mailboxes[0].name, "b");
	assert_string_equal(s->config.mailboxes[1].name, "a");
}

static void
an_error_holds_no_control_characters(void **state)
{
	struct scene *s = *state;

	assert_errors(s, "[store]\n\xe2\x80\xa8x = y\n",
	    "t.conf:2: [store] ?x: no such option\n");
}

static void
a_file_that_is_missing_is_66_and_others_78(void **state)
{
	struct scene *s = *state;
	char text[100];

	assert_int_equal(
	    config_load("/nowhere/t.conf", &s->config, &s->fault), -1);
	assert_int_equal(s->fault.status, EX_NOINPUT);
	assert_non_null(strstr(s->fault.text, "/nowhere/t.conf: No such file"));
	config_free(&s->config);
	assert_int_equal(config_load("/tmp", &s->config, &s->fault), -1);
	assert_int_equal(s->fault.status, EX_CONFIG);
	assert_string_equal(s->fault.text, "/tmp: Is a directory");
	config_free(&s->config);
	snprintf(text, sizeof text, "/dev/zero");
	assert_int_equal(config_load(text, &s->config, &s->fault), -1);
	assert_int_equal(s->fault.status, EX_CONFIG);
	assert_string_equal(s->fault.text, "/dev/zero: over 1048576 bytes");
	config_free(&s->config);
}

static char *
read_whole(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	return text;
}

/* "name = value", and no second place of the password. */
static bool
is_option_in_comment(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_");

	return n > 0 && strncmp(s + n, " =", 2) == 0 &&
	       strncmp(s, "password_command", n) != 0 &&
	       strncmp(s, "token_command", n) != 0;
}

#define SHARED "[postgresql]\n"

static void
tells_where_a_shared_store_is(void **state)
{
	struct scene *s = *state;

	assert_parses(s, "");
	assert_string_equal(s->config.postgresql.service, "");
	assert_false(s->config.postgresql.raw);
	assert_int_equal(s->config.postgresql.timeout, 30);
	assert_int_equal(s->config.postgresql.grace, 24 * 3600);
	assert_parses(s,
	    SHARED "service =\nname = mail 1\nraw = yes\ntimeout = 1h\n"
		   "grace = 0s\n");
	assert_string_equal(s->config.postgresql.name, "mail 1");
	assert_true(s->config.postgresql.raw);
	assert_int_equal(s->config.postgresql.timeout, 3600);
	assert_int_equal(s->config.postgresql.grace, 0);
	assert_errors(s, SHARED "name = a\tb\n",
	    "t.conf:2: [postgresql] name: has a control character\n");
	assert_errors(s,
	    SHARED "name = 0123456789012345678901234567890123456789"
		   "012345678901234567890123\n",
	    "t.conf:2: [postgresql] name: is longer than 63 bytes\n");
	assert_errors(s, SHARED "raw = yes\n[store]\nkeep_raw = no\n",
	    "t.conf:2: [postgresql] raw: needs keep_raw = yes in [store]\n");
	assert_errors(s, SHARED "timeout = 0s\n",
	    "t.conf:2: [postgresql] timeout: 0s is out of range: 1s to "
	    "3600s\n");
}

static void
a_service_needs_libpq(void **state)
{
	struct scene *s = *state;

#ifdef HAVE_LIBPQ
	assert_parses(s, SHARED "service = tlsrua\n");
	assert_string_equal(s->config.postgresql.service, "tlsrua");
	assert_errors(s, SHARED "service = postgresql://host/\n",
	    "t.conf:2: [postgresql] service: must be the name of a section in "
	    "the service file, such as tlsrua\n");
#else
	assert_errors(s, SHARED "service = tlsrua\n",
	    "t.conf:2: [postgresql] service: this tlsrua was built without "
	    "PostgreSQL: install libpq-dev and build it again, or leave this "
	    "empty\n");
#endif
}

static void
the_example_parses_and_shows_every_default(void **state)
{
	struct scene *s = *state, other = { 0 };
	char *text = read_whole("etc/tlsrua.conf"), *p;

	assert_parses(s, text);
	assert_int_equal(s->config.n_mailboxes, 1);
	for (p = text; (p = strstr(p, "\n#")) != NULL; p++)
		if (is_option_in_comment(p + 2) ||
		    strncmp(p + 2, "[view ", 6) == 0)
			memmove(p + 1, p + 2, strlen(p + 1));
	if (parse(&other, text) == -1)
		fail_msg("%s", other.errors);
	assert_int_equal(other.config.n_views, 1);
	assert_memory_equal(
	    &s->config.limits, &other.config.limits, sizeof(struct limits));
	assert_string_equal(s->config.store_path, other.config.store_path);
	assert_int_equal(s->config.export_since, other.config.export_since);
	assert_int_equal(s->config.csv.delimiter, other.config.csv.delimiter);
	assert_int_equal(s->config.mailboxes[0].account.tls.port,
	    other.config.mailboxes[0].account.tls.port);
	assert_int_equal(
	    s->config.mailboxes[0].grace, other.config.mailboxes[0].grace);
	config_free(&other.config);
	free(text);
}

static void
the_example_and_the_manual_name_every_option(void **state)
{
	char *example = read_whole("etc/tlsrua.conf");
	char *manual = read_whole("man/tlsrua.conf.5");
	char word[100], bare[100];
	size_t i;

	(void)state;
	for (i = 0; i < CONFIG_OPTIONS; i++) {
		const struct config_option *o = &config_options[i];

		snprintf(word, sizeof word, "\n#%s =", o->name);
		snprintf(bare, sizeof bare, "\n%s =", o->name);
		if (strstr(example, word) == NULL &&
		    strstr(example, bare) == NULL)
			fail_msg("no %s in the example", o->name);
		snprintf(word, sizeof word, "\n.It Ic %s\n", o->name);
		if (strstr(manual, word) == NULL)
			fail_msg("no %s in the manual", o->name);
		snprintf(word, sizeof word, "\n.Ss [%s", o->section);
		if (strstr(manual, word) == NULL)
			fail_msg("no [%s] in the manual", o->section);
	}
	free(example);
	free(manual);
}

/* What stands between .Bd -literal and .Ed, as mandoc(1) would print it. */
static void
the_examples_of_the_manual_parse(void **state)
{
	struct scene *s = *state;
	char *manual = read_whole("man/tlsrua.conf.5"), *p = manual, *end, *q;
	size_t n = 0;

	while ((p = strstr(p, "\n.Bd -literal")) != NULL) {
		p = strchr(p + 1, '\n') + 1;
		assert_non_null(end = strstr(p, ".Ed\n"));
		*end = '\0';
		while ((q = strstr(p, "\\(dq")) != NULL) {
			*q = '"';
			memmove(q + 1, q + 4, strlen(q + 4) + 1);
		}
		assert_parses(s, p);
		assert_true(s->config.n_mailboxes > 0);
		p = end + 1;
		n++;
	}
	assert_int_equal(n, 2);
	free(manual);
}

static void
lists_are_divided_at_blanks_outside_quotes(void **state)
{
	struct arena a = { 0 };
	const char *const *item;
	size_t n;

	(void)state;
	assert_int_equal(
	    setting_list(" a  \"b c\"\td\"e f\"g \"\" ", &a, &item, &n), 0);
	assert_int_equal(n, 4);
	assert_string_equal(item[0], "a");
	assert_string_equal(item[1], "b c");
	assert_string_equal(item[2], "de fg");
	assert_string_equal(item[3], "");
	assert_null(item[4]);
	assert_int_equal(setting_list("", &a, &item, &n), 0);
	assert_int_equal(n, 0);
	assert_null(item[0]);
	assert_int_equal(setting_list("a \"b", &a, &item, &n), -1);
	arena_free(&a);
}

static void
fingerprints_are_of_64_digits(void **state)
{
	static const char hex[] =
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	static const char *const wrong[] = { "", "sha256:", "sha1:00",
		"sha256:"
		"00112233445566778899aabbccddeeff00112233445566778899aabb"
		"ccddeef",
		"sha256:"
		"00112233445566778899aabbccddeeff00112233445566778899aabb"
		"ccddeeff0",
		"sha256:"
		"00112233445566778899aabbccddeeff00112233445566778899aabb"
		"ccddeefg",
		"sha256::"
		"00112233445566778899aabbccddeeff00112233445566778899aab"
		"bccddeeff",
		"sha256:"
		"00112233445566778899aabbccddeeff00112233445566778899aabb"
		"ccddeeff:",
		"sha256:00::"
		"112233445566778899aabbccddeeff00112233445566778899aa"
		"bbccddeeff",
		"sha256:0:"
		"0112233445566778899aabbccddeeff00112233445566778899aab"
		"bccddeeff" };
	struct arena a = { 0 };
	const char *digits = NULL;
	char text[100];
	size_t i;

	(void)state;
	snprintf(text, sizeof text, "sha256:%s", hex);
	assert_int_equal(setting_fingerprint(text, &a, &digits), 0);
	assert_string_equal(digits, hex);
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (setting_fingerprint(wrong[i], &a, &digits) == 0)
			fail_msg("accepted: %s", wrong[i]);
	arena_free(&a);
}

static void
takes_what_is_to_be_done_with_mails(void **state)
{
	static const struct {
		const char *value, *taken;
	} rows[] = { { "keep", "" }, { "seen", "seen" }, { "flag", "flag" },
		{ "delete", "delete" }, { "move:TLS/Done", "move:TLS/Done" },
		{ "\"move:With blank\"", "move:With blank" } };
	struct scene *s = *state;
	const struct config_mailbox *mb;
	char text[200];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text,
		    "[mailbox m]\nhost = h.example\nuser = u\n"
		    "after_import = %s\n",
		    rows[i].value);
		assert_parses(s, text);
		mb = &s->config.mailboxes[0];
		assert_string_equal(mb->after_import, rows[i].taken);
		assert_string_equal(mb->after_reject, "");
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_are_those_of_the_manual),
		TEST(reads_every_option),
		TEST(takes_what_is_to_be_done_with_mails),
		TEST(refuses_what_an_option_cannot_be),
		TEST(refuses_what_a_mailbox_cannot_be),
		TEST(takes_lines_that_are_indented),
		TEST(refuses_lines_that_are_not_as_they_seem),
		TEST(refuses_a_nul_byte_even_in_a_comment),
		TEST(says_all_errors_in_one_run),
		TEST(counts_errors_beyond_those_it_says),
		TEST(takes_a_line_of_198_bytes_and_no_more),
		TEST(takes_line_ends_and_marks_of_other_systems),
		TEST(takes_every_spelling_of_a_delimiter),
		TEST(lets_plain_text_only_to_this_machine),
		TEST(refuses_hosts_that_are_none),
		TEST(a_label_has_63_bytes_and_a_name_253),
		TEST(chooses_xoauth2_for_a_token),
		TEST(names_of_mailboxes_have_64_characters_at_most),
		TEST(keeps_mailboxes_in_the_order_of_the_file),
		TEST(an_error_holds_no_control_characters),
		TEST(a_file_that_is_missing_is_66_and_others_78),
		TEST(tells_where_a_shared_store_is),
		TEST(a_service_needs_libpq),
		TEST(the_example_parses_and_shows_every_default),
		TEST(the_example_and_the_manual_name_every_option),
		TEST(the_examples_of_the_manual_parse),
		TEST(lists_are_divided_at_blanks_outside_quotes),
		TEST(fingerprints_are_of_64_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
