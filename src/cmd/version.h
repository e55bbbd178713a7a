#ifndef CMD_VERSION_H
#define CMD_VERSION_H

/* Print the release, the commit it was built from, and the libraries in use. */
void version_print(void);

#endif
