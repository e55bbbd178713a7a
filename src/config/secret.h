#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

struct config_mailbox;
struct fault;

/* In the text of a fault, this stands before the command that helps. */
#define SECRET_TO_DO "; to do: "

/*
 * The secret of a mailbox, read now: from its file, by its command, or from
 * the file tlsrua.NAME in $CREDENTIALS_DIRECTORY (systemd.exec(5)).  Files that
 * everybody can read are refused and one trailing newline is dropped; of a
 * command, which runs without a shell and for 30 seconds at most, the first
 * line counts.  NULL with scope FAULT_SESSION and exit code 78, or 77 when the
 * command fails.  The secret is in no message, at no level.
 */
char *secret_read(const struct config_mailbox *, struct fault *);

/*
 * Where the secret comes from, in words, allocated: the path of its file, or
 * the program that prints it, whose arguments may be secret themselves.
 */
char *secret_origin(const struct config_mailbox *);

/* Overwrite and free it; NULL is legal. */
void secret_free(char *secret);

#endif
