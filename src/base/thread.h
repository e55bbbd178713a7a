#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/*
 * Start a thread that takes no signals: they are for the one that waits for
 * the network.  -1 when there can be none now.
 */
int thread_start(pthread_t *, void *(*run)(void *), void *arg);

#endif
