/* What a section of libpq's service file may say of TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "postgresql/service.h"

/* A service file of one section, "shared". */
static const char *
mode_for(const char *lines, struct fault *f)
{
	char path[] = "/tmp/tlsrua-service-XXXXXX";
	FILE *out = fdopen(mkstemp(path), "w");
	const char *mode;

	assert_non_null(out);
	fprintf(out, "[shared]\n%s", lines);
	fclose(out);
	setenv("PGSERVICEFILE", path, 1);
	mode = service_sslmode("shared", f);
	unlink(path);
	return mode;
}

static void
assert_mode(const char *mode, const char *lines)
{
	struct fault f = { 0 };

	assert_string_equal(mode, mode_for(lines, &f));
}

static void
another_machine_is_verified_where_nothing_is_said(void **state)
{
	(void)state;
	unsetenv("PGSSLMODE");
	assert_mode("verify-full", "host=db.example.com\n");
	assert_mode("verify-full", "host=localhost,db.example.com\n");
	assert_mode("verify-full", "host=localhost\nhostaddr=192.0.2.1\n");
	assert_null(getenv("PGSSLMODE"));
	assert_null(getenv("PGSERVICE"));
}

static void
what_is_said_stands(void **state)
{
	(void)state;
	unsetenv("PGSSLMODE");
	assert_mode("", "host=db.example.com\nsslmode=verify-full\n");
	setenv("PGSSLMODE", "verify-full", 1);
	assert_mode("", "host=db.example.com\n");
	unsetenv("PGSSLMODE");
}

static void
this_machine_may_do_without(void **state)
{
	(void)state;
	unsetenv("PGSSLMODE");
	assert_mode("", "dbname=x\n");
	assert_mode("", "host=/run/postgresql\nsslmode=disable\n");
	assert_mode("", "host=localhost,127.0.0.2,::1\nsslmode=prefer\n");
}

static void
less_than_that_is_refused(void **state)
{
	struct fault f = { 0 };

	(void)state;
	unsetenv("PGSSLMODE");
	/* libpq's own default, said in so many words */
	assert_null(mode_for("host=db.example.com\nsslmode=prefer\n", &f));
	assert_int_equal(78, f.status);
	assert_non_null(
	    strstr(f.text, "sslmode=prefer towards db.example.com"));
	assert_null(mode_for("host=db.example.com\nsslmode=allow\n", &f));
	assert_null(mode_for("host=::1,192.0.2.1\nsslmode=require\n", &f));
	assert_non_null(strstr(f.text, "towards 192.0.2.1,"));
	setenv("PGSSLMODE", "verify-ca", 1);
	assert_null(mode_for("host=db.example.com\n", &f));
	unsetenv("PGSSLMODE");
}

/* A URI is what stands behind "postgresql:"; its section has the rest. */
static void
a_uri_is_held_to_the_same(void **state)
{
	struct fault f = { 0 };

	(void)state;
	unsetenv("PGSSLMODE");
	(void)mode_for("host=db.example.com\n", &f);
	assert_string_equal(
	    "verify-full", service_sslmode("//me@db.example.com/x", &f));
	assert_string_equal("verify-full",
	    service_sslmode("//localhost,db.example.com:5433/x", &f));
	assert_string_equal("", service_sslmode("//me@localhost/x", &f));
	assert_string_equal(
	    "", service_sslmode("///x?host=%2Frun%2Fpostgresql&user=me", &f));
	assert_string_equal(
	    "", service_sslmode("//db.example.com/x?sslmode=verify-full", &f));
	assert_null(service_sslmode("//192.0.2.1/x?sslmode=allow", &f));
	assert_int_equal(78, f.status);
	assert_non_null(strstr(f.text, "sslmode=allow towards 192.0.2.1"));
	assert_null(getenv("PGSERVICE"));
}

static void
a_password_in_a_uri_is_refused_and_not_repeated(void **state)
{
	static const char *const uris[] = { "//me:geheim@localhost/x",
		"//localhost/x?password=geheim",
		"//localhost/x?sslpassword=geheim", "//me:geheim@[localhost/x",
		"//me@localhost/x?nothing=geheim" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof uris / sizeof *uris; i++) {
		struct fault f = { 0 };

		assert_null(service_sslmode(uris[i], &f));
		assert_int_equal(64, f.status);
		assert_non_null(
		    strstr(f.text, i < 3 ? "~/.pgpass" : "is no URI"));
		assert_null(strstr(f.text, "geheim"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    another_machine_is_verified_where_nothing_is_said),
		cmocka_unit_test(what_is_said_stands),
		cmocka_unit_test(this_machine_may_do_without),
		cmocka_unit_test(less_than_that_is_refused),
		cmocka_unit_test(a_uri_is_held_to_the_same),
		cmocka_unit_test(
		    a_password_in_a_uri_is_refused_and_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
