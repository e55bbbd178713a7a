#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/*
 * Start a thread that gets no signals, which are for the thread that waits for
 * the network.  0, or -1 when none can be started.
 */
int thread_start(pthread_t *, void *(*run)(void *), void *arg);

#endif
