#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "config/config.h"
#include "config/secret.h"
#include "config/secret_command.h"

enum {
	COMMAND_SECONDS = 30
};

/* What some editors of Windows put before UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static int
refuse(struct fault *f, const char *why)
{
	return fault(f, FAULT_SESSION, EX_CONFIG, "%s", why);
}

/* The same for a file, with the command that sets it right. */
__attribute__((format(printf, 3, 4))) static int
refuse_file(struct fault *f, const char *why, const char *command, ...)
{
	char to_do[FAULT_TEXT / 2];
	va_list ap;

	va_start(ap, command);
	vsnprintf(to_do, sizeof to_do, command, ap);
	va_end(ap);
	return fault(
	    f, FAULT_SESSION, EX_CONFIG, "%s" SECRET_TO_DO "%s", why, to_do);
}

/* Let this user read a file, and nobody else but root. */
static int
refuse_rights(const char *path, const char *why, struct fault *f)
{
	struct group *group = getgrgid(getegid());
	struct stat st;

	if (geteuid() == 0 || group == NULL)
		return refuse_file(f, why, "chmod 600 %s", path);
	if (stat(path, &st) == 0 && st.st_uid == geteuid())
		return refuse_file(f, why, "chmod 600 %s", path);
	return refuse_file(f, why, "as root, chgrp %s %s && chmod 640 %s",
	    group->gr_name, path, path);
}

/* A file that is for others, or for root alone. */
static int
refuse_access(const char *path, const char *why, struct fault *f)
{
	struct stat st;
	const struct group *group;

	if (stat(path, &st) == -1)
		return refuse_file(
		    f, why, "run as the user that its folder belongs to");
	group = getgrgid(st.st_gid);
	if ((st.st_mode & S_IRGRP) != 0 && st.st_gid != 0 && group != NULL)
		return refuse_file(f, why,
		    "run as a user of the group %s, which may read it: sudo "
		    "-u %s tlsrua ...",
		    group->gr_name, group->gr_name);
	return refuse_rights(path, why, f);
}

/* The command that puts a password into a file, where a person types it. */
static int
refuse_content(const char *path, const char *why, struct fault *f)
{
	static const char type[] = "type the password, Enter and Ctrl-D";
	const struct group *group =
	    geteuid() == 0 ? getgrnam("tlsrua") : getgrgid(getegid());
	const char *as_root = geteuid() == 0 ? "" : ", as root,";

	if (group == NULL)
		return refuse_file(f, why,
		    "%s%s into: install -m 600 /dev/stdin %s", type, as_root,
		    path);
	return refuse_file(f, why,
	    "%s%s into: install -m 640 -g %s /dev/stdin %s", type, as_root,
	    group->gr_name, path);
}

/* A file that cannot be opened or read, by errno. */
static int
refuse_errno(const char *path, struct fault *f)
{
	const char *why = strerror(errno);

	if (errno == EACCES)
		return refuse_access(path, why, f);
	if (errno == ENOENT)
		return refuse_content(path, why, f);
	return refuse(f, why);
}

/* Refuse a secret file that others than its owner and group can read. */
static int
check_file(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse_errno(path, f);
	if (!S_ISREG(st.st_mode))
		return refuse(f, "is not a file");
	if ((st.st_mode & S_IROTH) != 0)
		return refuse_rights(path, "everybody can read it", f);
	if ((st.st_mode & S_IWOTH) != 0)
		return refuse_rights(path, "everybody can write it", f);
	return 0;
}

static int
read_all(int fd, const char *path, struct secret_text *raw, struct fault *f)
{
	ssize_t n;

	while (raw->len < sizeof raw->bytes) {
		n = read(
		    fd, raw->bytes + raw->len, sizeof raw->bytes - raw->len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return refuse_errno(path, f);
		if (n == 0)
			return 0;
		raw->len += (size_t)n;
	}
	return refuse(f, "is over 16 KB");
}

/* O_NONBLOCK, or else opening a FIFO would wait for a writer. */
static int
read_file(const char *path, struct secret_text *raw, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), rc;

	if (fd == -1)
		return refuse_errno(path, f);
	rc = check_file(fd, path, f);
	if (rc == 0)
		rc = read_all(fd, path, raw, f);
	close(fd);
	return rc;
}

static int
run_command(const char *line, struct secret_text *raw, struct fault *f)
{
	const char *lf;

	if (secret_command(line, COMMAND_SECONDS, raw, f) == -1)
		return -1;
	if ((lf = memchr(raw->bytes, '\n', raw->len)) != NULL)
		raw->len = (size_t)(lf - raw->bytes) + 1;
	return 0;
}

/*
 * Drop the last newline, and refuse what a login cannot carry.  `path` is NULL
 * for what a command printed.
 */
static int
settle(struct secret_text *raw, const char *path, struct fault *f)
{
	size_t i;

	if (raw->len > 0 && raw->bytes[raw->len - 1] == '\n')
		raw->len--;
	if (raw->len > 0 && raw->bytes[raw->len - 1] == '\r')
		raw->len--;
	if (raw->len == 0 && path != NULL)
		return refuse_content(path, "is empty", f);
	if (raw->len == 0)
		return refuse(f, "is empty");
	if (path != NULL && raw->len >= strlen(BYTE_ORDER_MARK) &&
	    memcmp(raw->bytes, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		return refuse_file(f, "begins with a byte order mark",
		    "save it without: sed -i '1s/^\\xef\\xbb\\xbf//' %s", path);
	for (i = 0; i < raw->len; i++) {
		unsigned char c = (unsigned char)raw->bytes[i];

		if (c == '\n' && path != NULL)
			return refuse_file(f, "holds more than one line",
			    "keep the first alone: sed -i 2,\\$d %s", path);
		if (c == '\n')
			return refuse(f, "holds more than one line");
		if ((c < ' ' || c == 0x7f) && path != NULL)
			return refuse_content(
			    path, "holds a control character", f);
		if (c < ' ' || c == 0x7f)
			return refuse(f, "holds a control character");
	}
	return 0;
}

/* The path of the systemd credential, allocated; NULL when there is none. */
static char *
credential_path(const char *name)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;
	char *path;

	if (dir == NULL || dir[0] != '/')
		return NULL;
	path = xasprintf("%s/tlsrua.%s", dir, name);
	if (stat(path, &st) == -1) {
		free(path);
		path = NULL;
	}
	return path;
}

/* The name of the option that gives the secret; NULL when none is set. */
static const char *
option_set(const struct config_mailbox *mb)
{
	if (mb->password_file[0] != '\0')
		return "password_file";
	if (mb->password_command[0] != '\0')
		return "password_command";
	return mb->token_command[0] != '\0' ? "token_command" : NULL;
}

static int
refuse_places(const char *option, const char *name, struct fault *f)
{
	if (option != NULL)
		return fault(f, FAULT_SESSION, EX_CONFIG,
		    "%s is set and the credential tlsrua.%s is there as well: "
		    "only one can be",
		    option, name);
	return fault(f, FAULT_SESSION, EX_CONFIG,
	    "no password: set password_file, password_command or "
	    "token_command, or pass the systemd credential tlsrua.%s",
	    name);
}

/* Read the secret; a fault names the file or the option it came from. */
static int
read_raw(const struct config_mailbox *mb, const char *credential,
    struct secret_text *raw, struct fault *f)
{
	const char *option = option_set(mb), *command = mb->password_command;

	if ((option == NULL) == (credential == NULL))
		return refuse_places(option, mb->name, f);
	if (credential != NULL) {
		if (read_file(credential, raw, f) == -1 ||
		    settle(raw, credential, f) == -1)
			return fault_prefix(f, "%s", credential);
		return 0;
	}
	if (mb->password_file[0] != '\0') {
		if (read_file(mb->password_file, raw, f) == -1 ||
		    settle(raw, mb->password_file, f) == -1)
			return fault_prefix(
			    f, "password_file %s", mb->password_file);
		return 0;
	}
	if (command[0] == '\0')
		command = mb->token_command;
	if (run_command(command, raw, f) == -1)
		return fault_prefix(f, "%s", option);
	if (settle(raw, NULL, f) == -1) {
		f->status = EX_NOPERM; /* the command ran, but gave no secret */
		return fault_prefix(f, "%s: what it prints", option);
	}
	return 0;
}

char *
secret_read(const struct config_mailbox *mb, struct fault *f)
{
	struct secret_text *raw = xcalloc(1, sizeof *raw);
	char *credential = credential_path(mb->name), *secret = NULL;

	if (read_raw(mb, credential, raw, f) == 0)
		secret = xstrndup(raw->bytes, raw->len);
	explicit_bzero(raw, sizeof *raw);
	free(raw);
	free(credential);
	return secret;
}

char *
secret_origin(const struct config_mailbox *mb)
{
	const char *option = option_set(mb), *command = mb->password_command;
	char *credential, *text;

	if (option == NULL) {
		credential = credential_path(mb->name);
		text = xasprintf("credential %s",
		    credential != NULL ? credential : "missing");
		free(credential);
		return text;
	}
	if (mb->password_file[0] != '\0')
		return xasprintf("%s %s", option, mb->password_file);
	if (command[0] == '\0')
		command = mb->token_command;
	return xasprintf("%s %.*s", option,
	    (int)(command[0] == '"' ? strcspn(command + 1, "\"") + 2
				    : strcspn(command, " \t")),
	    command);
}

void
secret_free(char *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
