#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "model/check_options.h"
#include "net/certificate.h"
#include "probe/probe.h"

enum {
	HOST_NAME = 256
};

/* The name of this machine when it is one that others know: has a dot. */
static char *
own_name(void)
{
	char name[HOST_NAME] = "";

	if (gethostname(name, sizeof name) == -1)
		return xstrdup("");
	name[sizeof name - 1] = '\0';
	return xstrdup(strchr(name, '.') != NULL ? name : "");
}

int
probe_open(struct probe *p, const struct check_options *options,
    const volatile sig_atomic_t *stop, struct fault *f)
{
	*p = (struct probe){ .options = options, .stop = stop };
	p->helo =
	    options->helo[0] != '\0' ? xstrdup(options->helo) : own_name();
	/* all certificates are taken in the handshake and judged behind it */
	if ((p->tls = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_dane_enable(p->tls) != 1)
		out_of_memory();
	SSL_CTX_set_verify(p->tls, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(p->tls, SSL_SESS_CACHE_OFF);
	return certificate_trust(p->tls, options->ca_file, f);
}

void
probe_close(struct probe *p)
{
	SSL_CTX_free(p->tls);
	free(p->helo);
	*p = (struct probe){ 0 };
}
