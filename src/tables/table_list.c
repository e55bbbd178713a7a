#include <string.h>

#include "model/row.h"
#include "store/schema.h"
#include "tables/table_list.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct column daily[] = {
	{ "date", COLUMN_DATE },
	{ "week", COLUMN_DATE },
	{ "domain", COLUMN_TEXT },
	{ "policy_domain", COLUMN_TEXT },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "policy_type", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "reports", COLUMN_NUMBER },
	{ "successful_sessions", COLUMN_NUMBER },
	{ "failed_sessions", COLUMN_NUMBER },
	{ "total_sessions", COLUMN_NUMBER },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "failure_rate", COLUMN_RATE },
};

static const struct column failures[] = {
	{ "date", COLUMN_DATE },
	{ "week", COLUMN_DATE },
	{ "domain", COLUMN_TEXT },
	{ "policy_domain", COLUMN_TEXT },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "policy_type", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "result_type", COLUMN_TEXT },
	{ "side", COLUMN_TEXT },
	{ "receiving_mx_hostname", COLUMN_TEXT },
	{ "receiving_ip", COLUMN_TEXT },
	{ "sending_mta_ip", COLUMN_TEXT },
	{ "failure_reason_code", COLUMN_TEXT },
	{ "failed_sessions", COLUMN_NUMBER },
	{ "additional_information", COLUMN_TEXT },
};

static const struct column reports[] = {
	{ "id", COLUMN_NUMBER },
	{ "date", COLUMN_DATE },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "report_id", COLUMN_TEXT },
	{ "start", COLUMN_TIME },
	{ "end", COLUMN_TIME },
	{ "domain", COLUMN_TEXT },
	{ "policy_domains", COLUMN_TEXT },
	{ "policy_types", COLUMN_TEXT },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "contact", COLUMN_TEXT },
	{ "source", COLUMN_TEXT },
	{ "message_id", COLUMN_TEXT },
	{ "received", COLUMN_TIME },
	{ "dkim", COLUMN_TEXT },
	{ "warnings", COLUMN_TEXT },
	{ "status", COLUMN_TEXT },
	{ "dkim_domain", COLUMN_TEXT },
};

static const struct column mx[] = {
	{ "date", COLUMN_DATE },
	{ "week", COLUMN_DATE },
	{ "domain", COLUMN_TEXT },
	{ "policy_type", COLUMN_TEXT },
	{ "receiving_mx_hostname", COLUMN_TEXT },
	{ "receiving_ip", COLUMN_TEXT },
	{ "result_type", COLUMN_TEXT },
	{ "organizations", COLUMN_NUMBER },
	{ "failed_sessions", COLUMN_NUMBER },
};

static const struct column problems[] = {
	{ "problem", COLUMN_NUMBER },
	{ "domain", COLUMN_TEXT },
	{ "receiving_mx_hostname", COLUMN_TEXT },
	{ "result_type", COLUMN_TEXT },
	{ "policy_types", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "side", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "first_day", COLUMN_DATE },
	{ "last_day", COLUMN_DATE },
	{ "days", COLUMN_NUMBER },
	{ "organizations", COLUMN_NUMBER },
	{ "organization_names", COLUMN_TEXT },
	{ "failed_sessions", COLUMN_NUMBER },
	{ "failed_last_7_days", COLUMN_NUMBER },
	{ "remedy", COLUMN_TEXT },
};

static const struct column domains[] = {
	{ "domain", COLUMN_TEXT },
	{ "first_day", COLUMN_DATE },
	{ "last_day", COLUMN_DATE },
	{ "organizations", COLUMN_NUMBER },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "failure_rate", COLUMN_RATE },
	{ "policy_types", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "clean_days", COLUMN_NUMBER },
	{ "worst_result_type", COLUMN_TEXT },
	{ "silent_organizations", COLUMN_NUMBER },
};

static const struct column senders[] = {
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "domain", COLUMN_TEXT },
	{ "first_day", COLUMN_DATE },
	{ "last_day", COLUMN_DATE },
	{ "days_reported", COLUMN_NUMBER },
	{ "days_in_range", COLUMN_NUMBER },
	{ "longest_gap", COLUMN_NUMBER },
	{ "silent_days", COLUMN_NUMBER },
	{ "reports", COLUMN_NUMBER },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "verified_reports", COLUMN_NUMBER },
};

/* What the tables of sessions join. */
#define DAY_FIRST \
	"FROM days AS cal CROSS JOIN rollup_daily AS d CROSS JOIN series AS s"
#define SERIES_FIRST \
	"FROM series AS s CROSS JOIN days AS cal CROSS JOIN rollup_daily AS d"

static const struct table tables[] = {
	{
	    .name = "daily",
	    .view = "csv_daily",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .period = "date",
	    .join = DAY_FIRST,
	    .join_by_domain = SERIES_FIRST,
	    .columns = daily,
	    .n_columns = COUNT(daily),
	},
	/* weeks and months are whole, also where the range cuts them */
	{
	    .name = "weekly",
	    .view = "csv_weekly",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "monday >= date(?N, 'weekday 0', '-6 days')",
	    .to = "monday <= ?N",
	    .period = "monday",
	    .join = DAY_FIRST,
	    .join_by_domain = SERIES_FIRST,
	    .columns = daily,
	    .n_columns = COUNT(daily),
	},
	{
	    .name = "monthly",
	    .view = "csv_monthly",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "month >= date(?N, 'start of month')",
	    .to = "month <= ?N",
	    .period = "month",
	    .join = DAY_FIRST,
	    .join_by_domain = SERIES_FIRST,
	    .columns = daily,
	    .n_columns = COUNT(daily),
	},
	{
	    .name = "failures",
	    .view = "csv_failures",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode, result_type,"
		     " side, receiving_mx_hostname, receiving_ip,"
		     " sending_mta_ip, failure_reason_code, failed_sessions,"
		     " additional_information",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .period = "date",
	    .join = "FROM days AS cal CROSS JOIN failures AS f CROSS JOIN"
		    " policies AS p",
	    .join_by_domain = "FROM own AS e CROSS JOIN policies AS p"
			      " CROSS JOIN failures AS f CROSS JOIN days"
			      " AS cal",
	    .join_more = " AND p.report = e.report AND p.domain = e.domain",
	    .columns = failures,
	    .n_columns = COUNT(failures),
	},
	{
	    .name = "problems",
	    .view = "csv_problems",
	    .order = "problem",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "date >= ?N",
	    .to = "date <= ?N",
	    .group = "GROUP BY b.id",
	    .group_by_domain = "GROUP BY b.domain, b.receiving_mx_hostname,"
			       " b.result_type",
	    .columns = problems,
	    .n_columns = COUNT(problems),
	},
	{
	    .name = "mx",
	    .view = "csv_mx",
	    .order = "date, domain, policy_type, receiving_mx_hostname,"
		     " receiving_ip, result_type",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "date >= ?N",
	    .to = "date <= ?N",
	    .period = "date",
	    .join = "FROM days AS cal CROSS JOIN rollup_failures AS f CROSS"
		    " JOIN problems AS b\n    CROSS JOIN series AS s",
	    .join_by_domain = "FROM problems AS b CROSS JOIN days AS cal CROSS"
			      " JOIN rollup_failures AS f CROSS JOIN series"
			      " AS s",
	    .columns = mx,
	    .n_columns = COUNT(mx),
	},
	{
	    .name = "domains",
	    .view = "csv_domains",
	    .order = "domain",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "date >= ?N",
	    .to = "date <= ?N",
	    .columns = domains,
	    .n_columns = COUNT(domains),
	},
	{
	    .name = "senders",
	    .view = "csv_senders",
	    .order = "organization, reporter_domain, domain",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .from = "date >= ?N",
	    .to = "date <= ?N",
	    .columns = senders,
	    .n_columns = COUNT(senders),
	},
	{
	    .name = "reports",
	    .view = "csv_reports",
	    .order = "date, organization, report_id, start, end, id",
	    /* its own domain is a list, which may be cut */
	    .domain_in = "EXISTS (SELECT 1 FROM json_each(json_array(",
	    .domain_end = ")) AS j WHERE instr(' ' || csv_reports.domain ||"
			  " ' ', ' ' || j.value || ' ') > 0 OR"
			  " csv_reports.domain LIKE '% more' AND EXISTS"
			  " (SELECT 1 FROM policies AS p WHERE p.report ="
			  " csv_reports.id AND p.domain = j.value"
			  " AND p.skipped = 0))",
	    .period = "date",
	    .columns = reports,
	    .n_columns = COUNT(reports),
	},
};

const struct table *
table_at(size_t i)
{
	return i < COUNT(tables) ? &tables[i] : NULL;
}

const struct table *
table_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(tables); i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

const char *
view_body(const char *view, size_t *len)
{
	const char *p = views_sql, *body;
	size_t n = strlen(view);

	while ((p = strstr(p, "CREATE VIEW ")) != NULL) {
		p += sizeof "CREATE VIEW " - 1;
		if (strncmp(p, view, n) == 0 && p[n] == ' ')
			break;
	}
	if (p == NULL || (body = strchr(p, '\n')) == NULL)
		return NULL;
	*len = strcspn(body, ";");
	return body;
}
