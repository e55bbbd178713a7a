#ifndef POLL_SINGLE_MAILS_H
#define POLL_SINGLE_MAILS_H

#include "poll/mails_to_read.h"

struct fault;
struct folder_poll;

/* Ask for the mails that are in that state one by one, each once a run. */
int single_mails_ask(struct folder_poll *, enum mail_state, struct fault *);

#endif
