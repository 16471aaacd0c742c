/* string.h: what the runtime's headers use; see tiny_rt.c. */
#ifndef TINY_STRING_H
#define TINY_STRING_H
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);
#endif
