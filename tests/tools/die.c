/*
 * Preloaded into the program under test: it is killed at the N-th call that
 * writes to a file, a folder or a socket, before the call or behind it, where
 * N is the environment's DIE_AT (negative: behind).  DIE_COUNT names a file
 * that gets the number of calls at the end instead.  SLOW is how many
 * microseconds each of them takes longer; with STALL_LOOKUP set, no look-up of
 * a name comes to an end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, at;
static useconds_t slow;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread long mine; /* the number of this thread's call */

static void
report(void)
{
	const char *path = getenv("DIE_COUNT");
	FILE *out = path != NULL ? fopen(path, "w") : NULL;

	if (out == NULL)
		return;
	fprintf(out, "%ld\n", calls);
	fclose(out);
}

static void
begin(void)
{
	at = getenv("DIE_AT") != NULL ? atol(getenv("DIE_AT")) : 0;
	slow = getenv("SLOW") != NULL ? (useconds_t)atol(getenv("SLOW")) : 0;
	atexit(report);
}

static void
before(void)
{
	pthread_once(&once, begin);
	mine = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	if (mine == at)
		kill(getpid(), SIGKILL);
	if (slow > 0)
		usleep(slow);
}

static void
behind(void)
{
	if (mine == -at)
		kill(getpid(), SIGKILL);
}

/* The resolver goes on waiting after a signal, and so does this. */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **list)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

	while (getenv("STALL_LOOKUP") != NULL)
		usleep(100000);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(name, service, hints, list);
}

#define WRAP(type, name, parameters, arguments)                    \
	type name parameters                                       \
	{                                                          \
		static type(*real) parameters;                     \
		type r;                                            \
		if (real == NULL)                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		before();                                          \
		r = real arguments;                                \
		behind();                                          \
		return r;                                          \
	}

WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t o), (fd, p, n, o))
WRAP(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t o),
    (fd, p, n, o))
WRAP(ssize_t, send, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t n), (fd, n))
WRAP(int, ftruncate64, (int fd, off64_t n), (fd, n))
WRAP(int, rename, (const char *a, const char *b), (a, b))
WRAP(int, renameat, (int a, const char *from, int b, const char *to),
    (a, from, b, to))
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags),
    (a, from, b, to, flags))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
