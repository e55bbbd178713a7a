#include "base/arena.h"
#include "tables/own_reports.h"

/* Up to twenty names and the number of the rest, as the store has them. */
#define LIST(what, of)                                                      \
	"(SELECT group_concat(x.name, ' ') || iif(max(x.n) > 20, ' and '"   \
	" || (max(x.n) - 20) || ' more', '') FROM (SELECT y.name AS name,"  \
	" count(*) OVER () AS n FROM (SELECT DISTINCT " what " AS name " of \
	") AS y ORDER BY y.name LIMIT 20) AS x)"

const char *
own_reports_sql(
    struct arena *a, const char *from, const char *to, const char *domains)
{
	/* the entries of a report that are about these domains */
	const char *own = arena_printf(a,
	    "FROM main.policies AS p WHERE p.report = r.id"
	    " AND p.skipped = 0%s",
	    domains);

	return arena_printf(a,
	    "(WITH own AS (SELECT DISTINCT date, report FROM temp.own_entries"
	    " WHERE 1%s%s%s), e AS MATERIALIZED (SELECT w.date AS date,"
	    " w.report AS report, EXISTS (SELECT 1 FROM main.policies AS p"
	    " WHERE p.report = w.report AND NOT (1%s)) OR EXISTS (SELECT 1"
	    " FROM main.reports AS q WHERE q.id = w.report AND"
	    " instr(q.domain, ' ') > 0 AND NOT EXISTS (SELECT 1 FROM"
	    " main.policies AS p WHERE p.report = q.id))"
	    " AS mixed FROM own AS w)"
	    " SELECT r.id AS id, r.date AS date, r.organization AS"
	    " organization, r.reporter_domain AS reporter_domain,"
	    " iif(e.mixed, '', r.report_id) AS report_id, r.start AS start,"
	    " r.end AS end, iif(e.mixed, "
	    "(SELECT group_concat(y.domain, ' ') || iif(max(y.n) > 20,"
	    " ' and ' || (max(y.n) - 20) || ' more', '') FROM (SELECT"
	    " w.domain AS domain, count(*) OVER () AS n FROM"
	    " temp.own_entries AS w WHERE w.report = r.id"
	    " AND w.date = r.date%s ORDER BY w.domain LIMIT 20) AS y)"
	    ", r.domain) AS domain,"
	    " iif(e.mixed, ifnull(" LIST("p.policy_domain",
		"%s") ", ''),"
		      " r.policy_domains) AS policy_domains,"
		      " iif(e.mixed, ifnull(" LIST("p.policy_type",
			  "%s") ", ''),"
				" r.policy_types) AS policy_types,"
				" CASE WHEN r.status <> 'counted' THEN 0 WHEN "
				"e.mixed THEN"
				" (SELECT iif(count(*) = 0, NULL, "
				"CAST(total(p.counted_sessions)"
				" AS INTEGER)) %s) ELSE r.counted_sessions END"
				" AS counted_sessions,"
				" CASE WHEN r.status <> 'counted' THEN 0 WHEN "
				"e.mixed THEN"
				" (SELECT iif(count(*) = 0, NULL, "
				"CAST(total(p.counted_failed)"
				" AS INTEGER)) %s) ELSE r.counted_failed END "
				"AS counted_failed,"
				" r.contact AS contact, '' AS source, '' AS "
				"message_id,"
				" m.received AS received, r.dkim AS dkim,"
				" r.warnings AS warnings, r.status AS status,"
				" r.dkim_domain AS dkim_domain FROM e CROSS "
				"JOIN"
				" main.reports AS r CROSS JOIN main.messages "
				"AS m"
				" WHERE r.id = e.report AND m.id = r.message)",
	    from, to, domains, domains, domains, own, own, own, own);
}
