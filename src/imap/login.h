#ifndef IMAP_LOGIN_H
#define IMAP_LOGIN_H

struct fault;
struct imap;

/*
 * Log in by the mechanism that the account names, or the strongest that the
 * server offers.  77 when refused, 75 when the server asks to come back later.
 * Then capabilities are asked for once more, and ID is sent when offered; the
 * answers may be left to login_settle(), which comes before any other answer,
 * so that the command after the login need not wait for them.
 */
int login(struct imap *, struct fault *);
int login_settle(struct imap *, struct fault *);

/* Tell the server who we are (RFC 2971); its refusal is no fault. */
int login_send_id(struct imap *, struct fault *);

#endif
