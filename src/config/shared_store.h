#ifndef CONFIG_SHARED_STORE_H
#define CONFIG_SHARED_STORE_H

struct arena;
struct config;

/*
 * The service (postgresql/service.h) that -d names: what follows "postgresql:".
 * NULL when the store is a file.
 */
const char *shared_store_service(const char *store);

/*
 * The file on this machine that remembers what people were told about the
 * shared store that -d names: who reads a shared store cannot write into it. It
 * lies beside the configuration's store and is named after both,
 * "/var/lib/tlsrua/tlsrua.db.told-SERVICE".  "" when the store is a file.
 */
const char *shared_store_told(const struct config *, struct arena *);

#endif
