/* wasi_listen.h: listening sockets for --tcplisten. */
#ifndef WASI_LISTEN_H
#define WASI_LISTEN_H
#include <stdbool.h>
#include <stddef.h>

/* ADDR:PORT: an IPv4 address, an IPv6 address in brackets, or "localhost"; 0 lets the system choose
 * the port. Judges the text only. */
bool wasi_listen_check(const char *text);
/* A listening socket, or -1 with errno. place gets its address and port, in the same form. */
int wasi_listen(const char *text, char *place, size_t size);
#endif
