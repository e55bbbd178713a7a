#ifndef NET_CONNECT_STEPS_H
#define NET_CONNECT_STEPS_H

/*
 * For somebody who looks on while a connection comes about: each step is begun
 * and then done; one that is not done is where it failed.
 */
struct steps {
	void (*begin)(void *arg, const char *name);
	/* `warning` is "" when all is well */
	void (*done)(void *arg, const char *detail, const char *warning);
	void *arg;
};

/* NULL is legal: nobody looks on. */
void steps_begin(const struct steps *, const char *name);
void steps_done(const struct steps *, const char *warning, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
