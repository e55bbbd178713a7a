#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/config.h"
#include "config/config_options.h"
#include "config/set_mailbox_options.h"
#include "config/set_options.h"
#include "config/set_trust_options.h"
#include "config/set_view_options.h"
#include "config/value_types.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KB ((uint64_t)1 << 10)
#define MB ((uint64_t)1 << 20)
#define GB ((uint64_t)1 << 30)

#define OPTION(in, called, by, at) \
	.section = (in), .name = (called), .set = (by), .offset = (at)
#define STORE(called, by, member) \
	OPTION("store", called, by, offsetof(struct config, member))
#define POLL(called, by, member) \
	OPTION("poll", called, by, offsetof(struct config, member))
#define EXPORT(called, by, member) \
	OPTION("export", called, by, offsetof(struct config, member))
#define NOTIFY(called, by, member) \
	OPTION("notify", called, by, offsetof(struct config, member))
#define REPORT(called, by, member) \
	OPTION("report", called, by, offsetof(struct config, member))
#define REPORTS(called, by, member) \
	OPTION("reports", called, by, offsetof(struct config, member))
#define DNS(called, by, member) \
	OPTION("dns", called, by, offsetof(struct config, member))
#define CHECK(called, by) \
	OPTION("check", #called, by, offsetof(struct config, check.called))
#define LIMIT(called, by) \
	OPTION("limits", #called, by, offsetof(struct config, limits.called))
#define RECEIVE(called, by, member) \
	OPTION("receive", called, by, offsetof(struct config, member))
#define POSTGRESQL(called, by)            \
	OPTION("postgresql", #called, by, \
	    offsetof(struct config, postgresql.called))
#define MAILBOX(called, by, member) \
	OPTION("mailbox", called, by, offsetof(struct config_mailbox, member))
#define VIEW(called, by, member) \
	OPTION("view", called, by, offsetof(struct config_view, member))

const struct config_option config_options[] = {
	{ STORE("path", set_path, store_path) },
	{ STORE("keep_raw", set_yes, keep_raw) },

	{ POLL("parallel", set_number, parallel), .min = 1, .max = 64 },
	{ POLL("limit", set_seconds, poll_limit), .min = 1,
	    .max = 7 * 24 * 3600 },

	{ EXPORT("dir", set_path_if_any, export_dir) },
	{ EXPORT("since", set_since, export_since), .min = 1, .max = 36500 },
	{ EXPORT("bom", set_yes, csv.bom) },
	{ EXPORT("delimiter", set_delimiter, csv.delimiter) },
	{ EXPORT("decimal", set_decimal, csv.decimal) },
	{ EXPORT("guard", set_yes, csv.guard) },

	{ NOTIFY("command", set_command_if_any, notify_command),
	    .is_list = true },

	{ OPTION("log", "syslog", set_yes, offsetof(struct config, syslog)) },

	{ REPORT("from", set_address, report_from) },
	{ REPORT("to", set_addresses, report_to), .is_list = true },
	{ REPORT("sendmail", set_command, sendmail), .is_list = true },

	{ REPORTS("domains", set_domains, domains), .is_list = true },
	{ REPORTS("domains_file", set_domains_file, domains) },
	{ REPORTS("dkim", set_dkim, vouching) },
	{ REPORTS("trust_authserv", set_authservs, vouching), .is_list = true },
	{ REPORTS("signers", set_signers, vouching), .is_list = true },

	{ DNS("resolver", set_dns_servers, dns), .is_list = true },
	{ DNS("trust_anchor", set_trust_anchor, dns.trust_anchor) },
	{ DNS("timeout", set_seconds, dns.timeout), .min = 1, .max = 60 },

	{ CHECK(ca_file, set_ca_file) },
	{ CHECK(timeout, set_seconds), .min = 1, .max = 300 },
	{ CHECK(parallel, set_number), .min = 1, .max = 64 },
	{ CHECK(helo, set_host_name_if_any) },
	{ CHECK(smtp, set_yes) },
	{ CHECK(private_addresses, set_yes) },
	{ CHECK(https_port, set_port), .min = 1, .max = 65535 },
	{ CHECK(smtp_port, set_port), .min = 1, .max = 65535 },

	{ LIMIT(message, set_size), .min = KB, .max = GB },
	{ LIMIT(header, set_size), .min = KB, .max = 16 * MB },
	{ LIMIT(mime_depth, set_number), .min = 1, .max = 100 },
	{ LIMIT(parts, set_number), .min = 1, .max = 10000 },
	{ LIMIT(reports, set_number), .min = 1, .max = 1000 },
	{ LIMIT(report, set_size), .min = KB, .max = GB },
	{ LIMIT(json_depth, set_number), .min = 1, .max = 1000 },
	{ LIMIT(policies, set_number), .min = 1, .max = 1000000 },
	{ LIMIT(failures, set_number), .min = 1, .max = 100000000 },
	{ LIMIT(quarantine, set_size), .min = 0, .max = 1024 * GB },
	{ LIMIT(download, set_size), .min = 0, .max = 1024 * GB },

	{ RECEIVE("verified_hosts", set_yes, verified_hosts) },
	{ RECEIVE("max_reports_per_day_and_address", set_number, receive_max),
	    .min = 1, .max = 1000000000 },
	{ RECEIVE("refresh", set_seconds_or_0, receive_refresh), .min = 1,
	    .max = 24 * 3600 },

	{ POSTGRESQL(service, set_service), .max = 63 },
	{ POSTGRESQL(name, set_label), .max = 63 },
	{ POSTGRESQL(raw, set_yes) },
	{ POSTGRESQL(timeout, set_seconds), .min = 1, .max = 3600 },
	{ POSTGRESQL(grace, set_seconds), .max = 365 * 24 * 3600 },

	{ VIEW("domains", set_domains, domains), .is_list = true },
	{ VIEW("domains_file", set_path_if_any, domains_file) },
	{ VIEW("dir", set_path_if_any, dir) },
	{ VIEW("html", set_page_if_any, html) },
	{ VIEW("mail", set_addresses, mail), .is_list = true },
	{ VIEW("mode", set_mode, mode) },
	{ VIEW("group", set_path_if_any, group) },

	{ MAILBOX("host", set_host, account.tls.host) },
	{ MAILBOX("port", set_port, account.tls.port), .min = 1, .max = 65535 },
	{ MAILBOX("tls", set_tls, account.tls.mode) },
	{ MAILBOX("user", set_text, account.user) },
	{ MAILBOX("password_file", set_path, password_file) },
	{ MAILBOX("password_command", set_command, password_command),
	    .is_list = true },
	{ MAILBOX("token_command", set_command, token_command),
	    .is_list = true },
	{ MAILBOX("auth", set_auth, account.auth) },
	{ OPTION("mailbox", "folders", set_folders, 0), .is_list = true },
	{ MAILBOX("delete_after", set_days, delete_after), .min = 1,
	    .max = 36500 },
	{ MAILBOX("import_since", set_date, import_since) },
	{ MAILBOX("ca_file", set_ca_file, account.tls.ca_file) },
	{ MAILBOX("fingerprint", set_fingerprint, account.tls.fingerprint) },
	{ MAILBOX("after_import", set_action, after_import) },
	{ MAILBOX("after_reject", set_action, after_reject) },
	{ MAILBOX("timeout", set_seconds, account.tls.timeout), .min = 1,
	    .max = 3600 },
	{ MAILBOX("retries", set_number, retries), .max = 100 },
	{ MAILBOX("grace", set_seconds, grace), .max = 365 * 24 * 3600 },
	{ MAILBOX("dkim", set_dkim, vouching) },
	{ MAILBOX("trust_authserv", set_authservs, vouching), .is_list = true },
	{ MAILBOX("dkim_since", set_date, vouching.required_since) },
};

static_assert(COUNT(config_options) == CONFIG_OPTIONS, "count them");

size_t
config_option_find(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < CONFIG_OPTIONS; i++)
		if (strcmp(config_options[i].section, section) == 0 &&
		    strcmp(config_options[i].name, name) == 0)
			break;
	return i;
}

/* Many programs take " #" for a comment, so hardly anybody means it here. */
static bool
has_hash_comment(const char *s)
{
	bool quoted = false, after_blank = false;

	for (; *s != '\0'; s++) {
		if (*s == '#' && after_blank && !quoted)
			return true;
		if (*s == '"')
			quoted = !quoted;
		after_blank = *s == ' ' || *s == '\t';
	}
	return false;
}

int
config_option_set(const struct config_option *o, struct setting *s, void *owner)
{
	const char *text = s->text;

	if (has_hash_comment(text))
		return config_refuse(s,
		    "a comment behind a value begins with \";\"; put a \"#\" "
		    "of the value in double quotes");
	if (!o->is_list && setting_text(s->text, s->memory, &text) == -1)
		return config_refuse(s, "a double quote is not closed");
	s->text = text;
	if (o->set(o, s, (char *)owner + o->offset) == -1)
		return -1;
	return 0;
}
