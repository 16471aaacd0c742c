/* emit_image.c: active data segments as pages that are mapped from the program's file, not copied (--data=image).
 *
 * The blob begins with one run of pages for each memory, from the first that a segment touches to the last; the bytes
 * of passive segments follow. That is exact where instantiation cannot trap before data segments have their turn:
 * everything active has a constant place inside what the module defines itself. Elsewhere, and where segments lie
 * so far apart that most of the pages would be zeros, segments are copied as usual. */
#include "emit.h"

enum { PAGE = 4096 };
#define SLACK ((uint64_t)1 << 20) /* bytes of zeros that are always worth a mapping */

static bool const_place(const Emitter *e, ConstExpr offset, uint64_t *to) {
    Data d = {.offset = offset};
    return emit_data_const_offset(e, &d, to);
}

static bool elems_fit(const Emitter *e) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->elem_count; i++) {
        const Elem *s = &m->elems[i];
        uint64_t to;
        if (s->mode != SEGMENT_ACTIVE) continue;
        if (s->table < m->imported_tables || !const_place(e, s->offset, &to)) return false;
        uint64_t size = m->tables[s->table].limits.min;
        if (to > size || s->count > size - to) return false;
    }
    return true;
}

/* Lets the memory's image reach over the segment. */
static bool cover(const Emitter *e, EmitImage *images, const Data *d) {
    const Module *m = e->m;
    uint64_t to, len = d->bytes.len;
    if (d->memory < m->imported_memories || !emit_data_const_offset(e, d, &to)) return false;
    const Memory *memory = &m->memories[d->memory];
    if (memory->page_log2 != 16 || memory->limits.shared || memory->limits.min > UINT64_MAX >> 16)
        return false;
    uint64_t size = memory->limits.min << 16;
    if (to > size || len > size - to) return false;
    if (!len) return true;
    EmitImage *image = &images[d->memory - m->imported_memories];
    uint64_t begin = to & ~(uint64_t)(PAGE - 1),
             end = (to + len + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    if (image->size) {
        if (image->begin < begin) begin = image->begin;
        if (image->begin + image->size > end) end = image->begin + image->size;
    }
    image->begin = begin;
    image->size = end - begin;
    return true;
}

bool emit_image_plan(Emitter *e) {
    const Module *m = e->m;
    uint32_t own = m->memory_count - m->imported_memories;
    uint64_t bytes = 0, total = 0;
    if (e->options->data != DATA_IMAGE || !own || !elems_fit(e)) return true;
    EmitImage *images = ARENA_ARRAY(e->arena, own, EmitImage);
    if (!images) return diag_nomem(e->ctx);
    memset(images, 0, own * sizeof *images);
    for (uint32_t k = 0; k < m->data_count; k++) {
        if (m->datas[k].mode != SEGMENT_ACTIVE) continue;
        if (!cover(e, images, &m->datas[k])) return true;
        bytes += m->datas[k].bytes.len;
    }
    for (uint32_t i = 0; i < own; i++) {
        images[i].at = total;
        total += images[i].size;
    }
    if (!total || total / 2 > bytes + SLACK) return true;
    e->images = images;
    e->image_bytes = total;
    return true;
}

void emit_image_blob(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (!buffer_reserve(out, e->image_bytes)) return;
    char *at = out->data + out->len;
    memset(at, 0, e->image_bytes);
    out->len += e->image_bytes;
    for (uint32_t k = 0; k < m->data_count; k++) {
        const Data *d = &m->datas[k];
        uint64_t to;
        if (d->mode != SEGMENT_ACTIVE || !d->bytes.len || !emit_data_const_offset(e, d, &to))
            continue;
        const EmitImage *image = &e->images[d->memory - m->imported_memories];
        memcpy(at + image->at + (to - image->begin), d->bytes.ptr, d->bytes.len);
    }
}

void emit_image_table(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    buffer_printf(out, "static w2c_images %s_images;\nstatic const w2c_image_desc %s_given[] = {\n",
                  e->name, e->name);
    for (uint32_t i = 0; i < m->memory_count - m->imported_memories; i++) {
        const EmitImage *image = &e->images[i];
        buffer_printf(out, "    {%u, %lluu, %lluu, %lluu, %s_data + %llu},\n", i,
                      (unsigned long long)m->memories[m->imported_memories + i].limits.min,
                      (unsigned long long)image->begin, (unsigned long long)image->size, e->name,
                      (unsigned long long)image->at);
    }
    buffer_text(out, "};\n");
}
