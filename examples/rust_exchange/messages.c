/* messages.c: one function for each kind of data. All of them put what they send where the guest
 * can see it: in a buffer of the pool, or in the arena, which main.c gives back after each
 * message. */
#include "host.h"
#include <stdio.h>
#include <string.h>

static bool call_failed(Host *h, const char *what, w2c_status status) {
    return fail(what, status, w2c_instance_detail(exchange_instance(h->m)));
}

/* ---- bytes: a buffer of the pool, changed in place ----------------------------------------- */
bool exchange_bytes(Host *h, uint32_t n) {
    static const size_t sizes[] = {40, 200, 1000, 4000};
    size_t len = sizes[n % 4];
    w2c_buffer *b;
    uint32_t sum, expected = 0;
    w2c_status status = w2c_buffer_get(h->buffers, len, &b);
    if (status != W2C_OK) return fail("bytes", status, w2c_exchange_reason(h->x));
    for (size_t i = 0; i < len; i++) {
        b->data[i] = (uint8_t)(n + i);
        expected += b->data[i];
    }
    status = exchange_x_bytes_next(h->m, (uint32_t)b->address, (uint32_t)len, &sum);
    bool same = sum == expected && b->data[len - 1] == (uint8_t)(n + len);
    w2c_buffer_put(h->buffers, b);
    if (status != W2C_OK) return call_failed(h, "bytes", status);
    return same || fail("bytes", W2C_DAMAGED, "another sum");
}

/* ---- floats: two arrays, seen through views
 * ------------------------------------------------------ */
bool exchange_floats(Host *h, uint32_t n) {
    enum { COUNT = 256 };
    uint64_t from, to;
    w2c_view_f32 in, out;
    double mean;
    w2c_status status = w2c_scratch_alloc(h->x, COUNT * sizeof(float), 16, &from);
    if (status == W2C_OK) status = w2c_scratch_alloc(h->x, COUNT * sizeof(float), 16, &to);
    if (status != W2C_OK) return fail("floats", status, w2c_exchange_reason(h->x));
    w2c_instance *instance = exchange_instance(h->m);
    status = w2c_view_f32_of(&in, instance, from, COUNT);
    if (status == W2C_OK) status = w2c_view_f32_of(&out, instance, to, COUNT);
    if (status != W2C_OK) return call_failed(h, "floats", status);
    for (size_t i = 0; i < in.count; i++)
        in.base[i] = (float)(n % 1000 + i);
    status = exchange_x_floats_scale(h->m, (uint32_t)from, (uint32_t)to, COUNT, 0.5f, &mean);
    bool same = status == W2C_OK && mean == (n % 1000 + (COUNT - 1) / 2.0) / 2;
    for (size_t i = 0; same && i < out.count; i++)
        same = out.base[i] == in.base[i] * 0.5f;
    w2c_view_f32_release(&in);
    w2c_view_f32_release(&out);
    if (status != W2C_OK) return call_failed(h, "floats", status);
    return same || fail("floats", W2C_DAMAGED, "other numbers");
}

/* ---- strings ------------------------------------------------------------------------------ */
bool exchange_strings(Host *h, uint32_t n) {
    char text[64], back[128], expected[64];
    uint64_t at, room;
    uint32_t len;
    int in = snprintf(text, sizeof text,
                      "stra\xc3\x9f"
                      "e number %u, gr\xc3\xbc\xc3\x9f"
                      "e",
                      n);
    snprintf(expected, sizeof expected, "STRASSE NUMBER %u, GR\xc3\x9cSSE", n);
    w2c_status status = w2c_string_scratch(h->x, text, (size_t)in, &at);
    if (status == W2C_OK) status = w2c_scratch_alloc(h->x, sizeof back, 1, &room);
    if (status != W2C_OK) return fail("strings", status, w2c_exchange_reason(h->x));
    status = exchange_x_text_shout(h->m, (uint32_t)at, (uint32_t)in, (uint32_t)room,
                                   sizeof back - 1, &len);
    if (status == W2C_OK)
        status = w2c_string_copy(exchange_instance(h->m), room, len, back, sizeof back, NULL);
    if (status != W2C_OK) return call_failed(h, "strings", status);
    return !strcmp(back, expected) || fail("strings", W2C_DAMAGED, back);
}

/* ---- nested structures
 * ---------------------------------------------------------------------------- */
/* As the guest lays them out: 32-bit addresses. */
typedef struct Point {
    float x, y, z;
} Point;
typedef struct Shape {
    uint32_t name, name_len, points, point_count;
} Shape;
typedef struct Scene {
    uint32_t id, shape_count, shapes;
    float low[3], high[3];
    uint32_t letters, points;
} Scene;

/* Room for one in the arena, as a pointer of the host's and an address of the guest's. The
 * memory never moves and the arena keeps it: the pointer stays good until the arena is reset. */
static void *place(Host *h, size_t size, uint32_t *address) {
    uint64_t at;
    w2c_view v;
    w2c_status status = w2c_scratch_alloc(h->x, size, 4, &at);
    if (status == W2C_OK) status = w2c_view_make(&v, exchange_instance(h->m), NULL, at, size, 1, 4);
    if (status != W2C_OK) {
        fail("structures", status, w2c_exchange_reason(h->x));
        return NULL;
    }
    void *p = v.base;
    *address = (uint32_t)at;
    w2c_view_release(&v);
    return p;
}

static bool build_shape(Host *h, Shape *shape, uint32_t n) {
    char name[16];
    uint64_t at;
    int len = snprintf(name, sizeof name, "shape-%u", n % 10);
    w2c_status status = w2c_string_scratch(h->x, name, (size_t)len, &at);
    if (status != W2C_OK) return fail("structures", status, w2c_exchange_reason(h->x));
    shape->name = (uint32_t)at;
    shape->name_len = (uint32_t)len;
    shape->point_count = 8;
    Point *points = (Point *)place(h, 8 * sizeof(Point), &shape->points);
    for (uint32_t i = 0; points && i < 8; i++)
        points[i] = (Point){(float)(i + n), (float)i, -(float)n};
    return points != NULL;
}

bool exchange_scene(Host *h, uint32_t n) {
    enum { SHAPES = 4 };
    uint32_t at, points;
    n %= 1000;
    Scene *scene = (Scene *)place(h, sizeof *scene, &at);
    if (!scene) return false;
    Shape *shapes = (Shape *)place(h, SHAPES * sizeof *shapes, &scene->shapes);
    if (!shapes) return false;
    scene->shape_count = SHAPES;
    for (uint32_t i = 0; i < SHAPES; i++)
        if (!build_shape(h, &shapes[i], n + i)) return false;
    w2c_status status = exchange_x_scene_measure(h->m, at, &points);
    if (status != W2C_OK) return call_failed(h, "structures", status);
    return (points == SHAPES * 8 && scene->points == points && scene->letters == SHAPES * 5 &&
            scene->low[0] == (float)n && scene->high[0] == (float)(n + 10) && scene->high[1] == 7 &&
            scene->low[2] == -(float)(n + 3)) ||
           fail("structures", W2C_DAMAGED, "another box");
}

/* ---- checked records
 * ------------------------------------------------------------------------------ */
static bool write_records(w2c_record_writer *writer, Job *job, uint32_t n) {
    for (uint32_t i = 0; i < 4; i++) {
        job->len = 50 + (n + i * 31) % 200;
        for (size_t k = 0; k < job->len; k++)
            job->expected[k] = (uint8_t)(n + i + k);
        if (w2c_record_write(writer, (uint16_t)(10 * i), n, job->expected, job->len) != W2C_OK)
            return false;
    }
    return true;
}

static bool check_records(w2c_record_reader *reader, uint32_t n, unsigned broken) {
    w2c_record r;
    for (uint32_t i = 0; i < 4; i++) {
        if (i == broken) continue;
        if (w2c_record_next(reader, &r) != W2C_OK || r.sequence != i || r.type != 10 * i + 1 ||
            r.flags != n || r.len != 50 + (n + i * 31) % 200)
            return false;
        for (size_t k = 0; k < r.len; k++) /* reversed */
            if (r.payload[k] != (uint8_t)(n + i + r.len - 1 - k)) return false;
    }
    return w2c_record_next(reader, &r) == W2C_END;
}

/* Every hundredth time one of them is damaged on its way: the others must arrive. */
bool exchange_records(Host *h, uint32_t n) {
    enum { ROOM = 2048 };
    uint64_t from, to;
    uint32_t len = 0;
    void *object;
    w2c_view in, out, answer;
    w2c_record_writer writer;
    w2c_record_reader reader;
    w2c_instance *instance = exchange_instance(h->m);
    unsigned broken = n % 100 == 99 ? 1 : 4;
    w2c_status status = w2c_scratch_alloc(h->x, ROOM, 16, &from);
    if (status == W2C_OK) status = w2c_scratch_alloc(h->x, ROOM, 16, &to);
    if (status == W2C_OK) status = w2c_object_get(h->jobs, &object);
    if (status != W2C_OK) return fail("records", status, w2c_exchange_reason(h->x));
    status = w2c_view_make(&in, instance, NULL, from, ROOM, 1, 1);
    if (status == W2C_OK) status = w2c_view_make(&out, instance, NULL, to, ROOM, 1, 1);
    if (status != W2C_OK) return call_failed(h, "records", status);
    w2c_record_writer_view(&writer, &in);
    bool ok = write_records(&writer, (Job *)object, n);
    w2c_object_put(h->jobs, object);
    if (broken < 4) in.base[24 + 50 + n % 200 + 30] ^= 0x10; /* in the second one's payload */
    status = exchange_x_records_answer(h->m, (uint32_t)from, (uint32_t)writer.used, (uint32_t)to,
                                       ROOM, &len);
    ok = ok && status == W2C_OK && w2c_view_part(&answer, &out, 0, len) == W2C_OK;
    if (ok) {
        w2c_record_reader_view(&reader, &answer, 0);
        ok = check_records(&reader, n, broken);
        w2c_record_reader_free(&reader);
        w2c_view_release(&answer);
    }
    w2c_view_release(&in);
    w2c_view_release(&out);
    if (status != W2C_OK) return call_failed(h, "records", status);
    return ok || fail("records", W2C_DAMAGED, "another answer");
}
