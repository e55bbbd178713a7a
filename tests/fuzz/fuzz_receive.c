#define _GNU_SOURCE /* memfd_create() */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "config/config.h"
#include "receive/receive.h"
#include "store/store.h"

/*
 * A request of a CGI program: variables, one a line up to an empty one, and the
 * body behind them.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum {
	VARIABLES = 20,
	STORED_MOST = 100 /* until a new store is begun */
};

/* In memory, since there is no such file. */
static struct store *store;
static unsigned stored;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_init(0, true);
	return 0;
}

static struct store *
begin_store(void)
{
	struct fault f = { 0 };

	if (store != NULL && stored++ < STORED_MOST)
		return store;
	store_close(store);
	stored = 0;
	store = store_open("/nonexistent/fuzz.db", STORE_TRY, &f);
	check(store != NULL);
	return store;
}

/* Cut the lines of variables off the front; returns how much that was. */
static size_t
read_variables(char *text, size_t size, char *environment[VARIABLES + 1])
{
	size_t at = 0, n = 0;
	char *end;

	while (at < size && n < VARIABLES &&
	       (end = memchr(text + at, '\n', size - at)) != NULL) {
		*end = '\0';
		if (end == text + at)
			break;
		environment[n++] = text + at;
		at = (size_t)(end - text) + 1;
	}
	environment[n] = NULL;
	return at < size ? at + 1 : size;
}

/* Nothing that was sent is in an answer: each is one of a few. */
static void
check_answer(const struct cgi_answer *a)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:/;=,-\r\n ";
	char text[1000] = "";
	FILE *out = fmemopen(text, sizeof text - 1, "w");

	check(out != NULL);
	cgi_answer_print(a, out);
	check(fclose(out) == 0);
	check(strncmp(text, "Status: ", 8) == 0 && strlen(text) < 400);
	check(text[strspn(text, allowed)] == '\0');
	check((a->status == 405) == (strstr(text, "Allow: POST\r\n") != NULL));
}

static void
check_address(const struct cgi_request *q)
{
	static const char allowed[] = "0123456789abcdef:.";

	check(strcmp(q->address, "unknown") == 0 ||
	      q->address[strspn(q->address, allowed)] == '\0');
	check(q->address[0] != '\0' && q->network[0] != '\0');
}

static void
check_stored(struct receive *r)
{
	struct fault f = { 0 };

	check(receive_store(r, begin_store(), &f) == 0);
	check(r->answer.status == 200 || r->answer.status == 201 ||
	      r->answer.status == 400 || r->answer.status == 415);
	check((r->answer.code != NULL) == (r->answer.status >= 400));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *environment[VARIABLES + 1];
	int fd = memfd_create("body", MFD_CLOEXEC);
	struct receive r;
	struct config c;
	size_t body;

	check(text != NULL && fd != -1);
	memcpy(text, data, size);
	body = read_variables(text, size, environment);
	check(
	    pwrite(fd, data + body, size - body, 0) == (ssize_t)(size - body));
	config_defaults(&c);
	c.receive_max = 1000000;
	c.limits.message = c.limits.report = 64 * 1024;
	receive_init(&r, &c);
	if (receive_read(&r, environment, fd)) {
		check(r.request.is_post && r.body.len > 0);
		check(!r.request.has_length || r.body.len <= r.request.length);
		check_stored(&r);
	} else {
		check(r.answer.status >= 400 && r.answer.status < 500);
	}
	check_answer(&r.answer);
	if (r.answer.status != 405)
		check_address(&r.request);
	receive_free(&r);
	close(fd);
	free(text);
	return 0;
}
