/*
 * For LD_PRELOAD: the allocation of number FAIL_MALLOC fails, counted from 1
 * when the libraries are loaded and have set themselves up; with
 * FAIL_MALLOC_ON set, it and all after it.  The file FAIL_MALLOC_MARK is
 * created when one failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, under names that nobody replaces */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static int begun;

static unsigned long
number(void)
{
	static unsigned long n;
	static int known;
	const char *text;

	if (!known) {
		known = 1;
		text = getenv("FAIL_MALLOC");
		n = text != NULL ? strtoul(text, NULL, 10) : 0;
	}
	return n;
}

static void
mark(void)
{
	static int marked;
	const char *path = getenv("FAIL_MALLOC_MARK");

	if (!marked && path != NULL)
		close(open(path, O_WRONLY | O_CREAT, 0600));
	marked = 1;
}

static int
fails(void)
{
	static unsigned long count;
	unsigned long at = number(), n;

	if (!begun)
		return 0;
	n = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
	if (at == 0 || n < at || (n > at && getenv("FAIL_MALLOC_ON") == NULL))
		return 0;
	mark();
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

typedef int main_fn(int, char **, char **);
typedef int start_fn(main_fn *, int, char **, void (*)(void), void (*)(void),
    void (*)(void), void *);

/* What the start of a program calls, all libraries being there. */
int __libc_start_main(main_fn *, int, char **, void (*)(void), void (*)(void),
    void (*)(void), void *);

int
__libc_start_main(main_fn *program, int argc, char **argv, void (*init)(void),
    void (*fini)(void), void (*unload)(void), void *stack)
{
	start_fn *start;

	*(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
	begun = 1;
	return start(program, argc, argv, init, fini, unload, stack);
}
