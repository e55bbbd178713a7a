#ifndef BASE_RANDOM_NUMBER_H
#define BASE_RANDOM_NUMBER_H

#include <stdint.h>

/* A random number of 64 bits that nobody can guess, from the kernel. */
uint64_t random_number(void);

#endif
