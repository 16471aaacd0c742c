/* host.h: what main.c and messages.c share. */
#ifndef HOST_H
#define HOST_H
#include "exchange.h"
#include "w2c_exchange.h"

enum { KINDS = 5, SAMPLES = 200 };

typedef struct Sample {
    uint32_t messages;
    uint64_t bytes, used; /* of the memory; of its heap */
} Sample;

typedef struct Job { /* what a message needs in the host: from a pool of objects */
    uint8_t expected[512];
    size_t len;
    char text[128];
} Job;

typedef struct Host {
    exchange *m;
    w2c_exchange *x;
    w2c_buffer_pool *buffers; /* in the guest's memory */
    w2c_object_pool *jobs;
    double seconds[KINDS];
    uint32_t timed[KINDS];
    Sample samples[SAMPLES];
    size_t sample_count;
    w2c_memory_info warm; /* after the first hundredth */
    uint32_t warm_calls;
} Host;

/* Each sends message number n and checks the answer. False: said why. */
bool exchange_bytes(Host *h, uint32_t n);
bool exchange_floats(Host *h, uint32_t n);
bool exchange_strings(Host *h, uint32_t n);
bool exchange_scene(Host *h, uint32_t n);
bool exchange_records(Host *h, uint32_t n);
bool fail(const char *what, w2c_status status, const char *why);
#endif
