/* wasi_listen.c: see wasi_listen.h. Addresses are numbers: no name service is asked. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "wasi_listen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static bool read_port(const char *text, in_port_t *out) {
    char *end;
    if (*text < '0' || *text > '9') return false;
    unsigned long n = strtoul(text, &end, 10);
    *out = htons((uint16_t)n);
    return !*end && n <= 65535;
}

static bool read_address(const char *text, address *out, socklen_t *size) {
    char host[64];
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    memset(out, 0, sizeof *out);
    if (!len || len >= sizeof host) return false;
    memcpy(host, text, len);
    host[len] = 0;
    if (host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = 0;
        out->v6.sin6_family = AF_INET6;
        *size = sizeof out->v6;
        return inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1 &&
               read_port(colon + 1, &out->v6.sin6_port);
    }
    out->v4.sin_family = AF_INET;
    *size = sizeof out->v4;
    const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    return inet_pton(AF_INET, number, &out->v4.sin_addr) == 1 &&
           read_port(colon + 1, &out->v4.sin_port);
}

bool wasi_listen_check(const char *text) {
    address a;
    socklen_t size;
    return read_address(text, &a, &size);
}

static void print_place(int fd, char *place, size_t size) {
    char host[INET6_ADDRSTRLEN] = "?";
    address a = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof a;
    if (getsockname(fd, &a.any, &len) != 0) len = 0;
    if (a.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof host);
        snprintf(place, size, "[%s]:%u", host, ntohs(a.v6.sin6_port));
    } else {
        inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof host);
        snprintf(place, size, "%s:%u", host, ntohs(a.v4.sin_port));
    }
}

int wasi_listen(const char *text, char *place, size_t size) {
    address a;
    socklen_t len;
    int on = 1;
    if (!read_address(text, &a, &len)) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(a.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0) return -1;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &a.any, len) != 0 || listen(fd, SOMAXCONN) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    print_place(fd, place, size);
    return fd;
}
