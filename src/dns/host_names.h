#ifndef DNS_HOST_NAMES_H
#define DNS_HOST_NAMES_H

struct arena;
struct resolver;

/*
 * The names of the host with an address (IPv4 or IPv6, as text), separated by
 * blanks, in the arena: those that DNS gives for the address (PTR, RFC 1035
 * §3.5) and that have that address themselves.  Whoever runs the network of an
 * address can name it as he likes, but only who runs a name can lead it to an
 * address.  "" without any, or when nobody answers.  Names are in lower case,
 * without the final dot.
 */
const char *host_names_find(
    struct resolver *, const char *address, struct arena *);

#endif
