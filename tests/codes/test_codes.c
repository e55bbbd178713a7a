#include "scenes/mails.h"

#include "codes/codes.h"
#include "codes/result_types.h"

static bool
is_kebab_case(const char *s)
{
	bool was_letter = false;

	for (; *s != '\0'; s++) {
		if (*s == '-' && !was_letter)
			return false;
		if (*s != '-' && (*s < 'a' || *s > 'z') &&
		    (*s < '0' || *s > '9'))
			return false;
		was_letter = *s != '-';
	}
	return was_letter;
}

/* One sentence, or a few. */
static bool
is_sentence(const char *s)
{
	size_t n = strlen(s);

	return n > 10 && s[0] != ' ' && s[n - 1] == '.' &&
	       strstr(s, "  ") == NULL && strstr(s, "..") == NULL;
}

static void
every_code_has_words_for_people(void **state)
{
	enum code c;

	(void)state;
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++) {
		const struct code_entry *e = code_entry(c);

		if (e->name == NULL) {
			fail_msg("code %d has no entry", c);
			return;
		}
		if (!is_kebab_case(e->name) || !is_sentence(e->meaning) ||
		    !is_sentence(e->advice) ||
		    strncmp(e->section, "RFC ", 4) != 0)
			fail_msg("%s is not filled in", e->name);
	}
}

static void
every_code_is_found_by_its_name(void **state)
{
	enum code c;

	(void)state;
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (code_find(code_entry(c)->name) != c)
			fail_msg("%s: twice, or lost", code_entry(c)->name);
	assert_int_equal(code_find(""), CODE_NONE);
	assert_int_equal(code_find("json"), CODE_NONE);
	assert_int_equal(code_find("JSON-BOM"), CODE_NONE);
}

static void
classes_follow_the_order_of_the_codes(void **state)
{
	enum code c;

	(void)state;
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++) {
		enum code_class class = CLASS_DEFER;

		if (c < CODE_REPORT_TYPE_MISSING)
			class = CLASS_REJECT;
		else if (c < CODE_MEDIA_TYPE)
			class = CLASS_WARN;
		else if (c < CODE_DKIM_TEMPERROR)
			class = CLASS_NOTE;
		if (code_entry(c)->class != class)
			fail_msg("%s: class %d", code_entry(c)->name,
			    code_entry(c)->class);
	}
}

static void
knows_the_whole_registry_of_result_types(void **state)
{
	static const char *const registry[] = { "starttls-not-supported",
		"certificate-host-mismatch", "certificate-expired",
		"certificate-not-trusted", "validation-failure", "tlsa-invalid",
		"dnssec-invalid", "dane-required", "sts-policy-fetch-error",
		"sts-policy-invalid", "sts-webpki-invalid" };
	const struct result_type *t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof registry / sizeof *registry; i++) {
		t = result_type_find(span_of(registry[i]));
		if (t == NULL || t != result_type_at(i)) {
			fail_msg("%s is missing", registry[i]);
			return;
		}
		if (!is_sentence(t->meaning) || !is_sentence(t->causes) ||
		    !is_sentence(t->remedy) || strchr(t->remedy, '`') == NULL ||
		    strncmp(t->section, "RFC 8460 §", 11) != 0)
			fail_msg("%s is not filled in", t->name);
		if (strcmp(t->side, "ours") != 0 &&
		    strcmp(t->side, "theirs") != 0 &&
		    strcmp(t->side, "unclear") != 0)
			fail_msg("%s: side %s", t->name, t->side);
	}
	assert_null(result_type_at(i));
	assert_null(result_type_find(span_of("certificate")));
	assert_null(result_type_find(span_of("")));
	assert_non_null(result_type_find(span_of("CERTIFICATE-Expired")));
}

static void
knows_the_policy_types(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(policy_type_find(span_of("TLSA"))->kind, POLICY_TLSA);
	assert_int_equal(policy_type_find(span_of("sts"))->kind, POLICY_STS);
	assert_int_equal(policy_type_find(span_of("no-policy-found"))->kind,
	    POLICY_NONE_FOUND);
	assert_null(policy_type_find(span_of("st")));
	assert_null(policy_type_find(span_of("stss")));
	for (i = 0; policy_type_at(i) != NULL; i++)
		assert_true(is_sentence(policy_type_at(i)->meaning));
	assert_int_equal(i, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_words_for_people),
		cmocka_unit_test(every_code_is_found_by_its_name),
		cmocka_unit_test(classes_follow_the_order_of_the_codes),
		cmocka_unit_test(knows_the_whole_registry_of_result_types),
		cmocka_unit_test(knows_the_policy_types),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
