#include <idn2.h>
#include <json_c_version.h>
#include <libetpan/libetpan_version.h>
#include <libpsl.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unbound.h>
#include <zip.h>
#include <zlib.h>

#include "cmd/version.h"

#ifndef TLSRUA_COMMIT
#define TLSRUA_COMMIT "unknown"
#endif

void
version_print(void)
{
	printf("tlsrua %s (%s)\n", TLSRUA_VERSION, TLSRUA_COMMIT);
	printf("libetpan %d.%d, %s, zlib %s, json-c %s, SQLite %s, libidn2 %s, "
	       "libzip %s, libpsl %s, unbound %s\n",
	    libetpan_get_version_major(), libetpan_get_version_minor(),
	    OpenSSL_version(OPENSSL_VERSION), zlibVersion(), json_c_version(),
	    sqlite3_libversion(), idn2_check_version(NULL),
	    zip_libzip_version(), psl_get_version(), ub_version());
}
