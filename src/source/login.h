#ifndef SOURCE_LOGIN_H
#define SOURCE_LOGIN_H

struct fault;
struct imap;

/*
 * Log in by the mechanism that the account names, or the strongest that the
 * server offers; capabilities are asked for before and after, and ID is sent
 * when offered.  77 when refused, 75 when the server asks to come back later.
 */
int login(struct imap *, struct fault *);

/* Tell the server who we are (RFC 2971); its refusal is no fault. */
int login_send_id(struct imap *, struct fault *);

#endif
