#ifndef CONFIG_SHARED_STORE_H
#define CONFIG_SHARED_STORE_H

struct arena;
struct config;

/*
 * What stands behind "postgresql:" in the name of a store: a section of libpq's
 * service file, or a URI from its "//" on; NULL where the store is a file.
 */
const char *shared_store_service(const char *store);

/*
 * The file that remembers on this machine what people were told of the shared
 * store that -d names, for whoever reads that one may not write there: beside
 * the configuration's store, and named after both,
 * "/var/lib/tlsrua/tlsrua.db.told-SERVICE".  "" where the store is a file.
 */
const char *shared_store_told(const struct config *, struct arena *);

#endif
