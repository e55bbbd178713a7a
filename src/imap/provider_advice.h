#ifndef IMAP_PROVIDER_ADVICE_H
#define IMAP_PROVIDER_ADVICE_H

/*
 * What to do about a refusal that is known from some provider, by what it says
 * (tlsrua-providers(7)); "" for all others.
 */
const char *advice_for(const char *text);

#endif
