/* emit_data.c: the bytes of data segments: one blob, and a table of where its parts go. */
#include "emit.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t emit_data_bytes(const Emitter *e) {
    uint64_t total = e->image_bytes;
    for (uint32_t i = 0; i < e->m->data_count; i++)
        if (emit_data_in_turn(e, &e->m->datas[i])) total += e->m->datas[i].bytes.len;
    return total;
}

uint64_t emit_data_hash(const Emitter *e) {
    uint64_t hash = e->m->data_count + e->image_bytes;
    for (uint32_t i = 0; i < e->m->data_count; i++)
        hash = XXH3_64bits_withSeed(e->m->datas[i].bytes.ptr, e->m->datas[i].bytes.len, hash);
    return hash;
}

bool emit_data_const_offset(const Emitter *e, const Data *d, uint64_t *offset) {
    /* i32.const or i64.const and end: anything else is evaluated at instantiation */
    Reader r = {.pos = d->offset.bytes.ptr, .base = e->m->bytes.ptr};
    r.end = r.pos + d->offset.bytes.len;
    uint8_t op = reader_u8(&r);
    if (op == op_info[OP_i32_const].code)
        *offset = (uint32_t)reader_s32leb(&r);
    else if (op == op_info[OP_i64_const].code)
        *offset = (uint64_t)reader_s64leb(&r);
    else
        return false;
    return reader_u8(&r) == op_info[OP_end].code && r.error == READER_OK;
}

uint32_t emit_data_active(const Emitter *e, bool *is_all) {
    uint32_t first = 0;
    uint64_t to;
    *is_all = true;
    if (e->images) return 0;
    for (uint32_t i = 0; i < e->m->data_count && *is_all; i++) {
        if (e->m->datas[i].mode != SEGMENT_ACTIVE) continue;
        *is_all = emit_data_const_offset(e, &e->m->datas[i], &to);
        if (*is_all) first++;
    }
    return first;
}

static void literal_blob(const Emitter *e, Buffer *out) {
    buffer_printf(out, "static const u8 %s_data[%llu + 1] =", e->name,
                  (unsigned long long)emit_data_bytes(e));
    for (uint32_t i = 0; i < e->m->data_count; i++) {
        if (e->m->datas[i].bytes.len == 0) continue;
        buffer_text(out, "\n    ");
        emit_string(out, e->m->datas[i].bytes);
    }
    buffer_text(out, ";\n");
}

static void active_table(const Emitter *e, Buffer *out) {
    uint64_t from = 0, to;
    bool any = false;
    for (uint32_t i = 0; i < e->m->data_count; i++) {
        const Data *d = &e->m->datas[i];
        if (d->mode == SEGMENT_ACTIVE && emit_data_const_offset(e, d, &to)) {
            if (!any) buffer_printf(out, "static const w2c_active_data %s_active[] = {\n", e->name);
            any = true;
            buffer_printf(out, "    {%u, %lluu, %lluu, %zuu},\n", d->memory, (unsigned long long)to,
                          (unsigned long long)from, d->bytes.len);
        }
        from += d->bytes.len;
    }
    if (any) buffer_text(out, "};\n");
}

void emit_data(const Emitter *e, Buffer *out, const char *blob_file) {
    bool is_all;
    if (e->m->data_count == 0) return;
    buffer_text(out, "\n/* ---- data segments ---- */\n");
    if (emit_data_bytes(e) == 0) {
        buffer_printf(out, "static const u8 %s_data[1] = {0};\n", e->name);
    } else if (blob_file) {
        buffer_printf(
            out,
            "/* compile in this folder, or pass -Wa,-I and its path */\n"
            "__asm__(\".pushsection .rodata\\n.balign %d\\n.global %s_data\\n.hidden %s_data\\n"
            "%s_data:\\n.incbin \\\"%s\\\"\\n.popsection\");\n"
            "extern const u8 %s_data[] W2C_HIDDEN;\n",
            e->images ? 4096 : 16, e->name, e->name, e->name, blob_file, e->name);
    } else {
        literal_blob(e, out);
    }
    if (e->images)
        emit_image_table(e, out);
    else
        active_table(e, out);
    if (emit_data_active(e, &is_all)) buffer_printf(out, "static w2c_images %s_images;\n", e->name);
}
