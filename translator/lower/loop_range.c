/* loop_range.c: which accesses share a pointer, and the bytes that they cover. */
#include "loop_impl.h"

static bool is64(const LoopRun *r, uint32_t memory) {
    return r->m->memories[memory].limits.is64;
}

static int64_t difference(const LoopRun *r, uint32_t memory, uint64_t a, uint64_t b) {
    return is64(r, memory) ? (int64_t)(a - b) : (int32_t)(uint32_t)(a - b);
}

static bool place(LoopRun *r, LoopAccess *a) {
    Loop *l = r->loop;
    for (a->group = 0; a->group < l->group_count; a->group++) {
        LoopGroup *g = &l->groups[a->group];
        if (g->memory != a->memory || !loop_same_step(r, &g->base, &a->address) ||
            !loop_same_terms(r, &g->base, &a->address))
            continue;
        if (difference(r, g->memory, a->address.c, g->base.c) < 0) g->base.c = a->address.c;
        return true;
    }
    if (l->group_count == LOOP_GROUPS) return loop_refuse(r, LOOP_large, NULL, 0);
    l->groups[l->group_count++] = (LoopGroup){.memory = a->memory, .base = a->address};
    return true;
}

bool loop_group(LoopRun *r) {
    enum { MOST_STEP = 1 << 30 };
    const uint64_t most = (uint64_t)1 << 40;
    Loop *l = r->loop;
    l->group_count = 0;
    for (uint32_t i = 0; i < l->access_count; i++)
        if (!place(r, &l->accesses[i])) return false;
    for (uint32_t i = 0; i < l->access_count; i++) {
        LoopAccess *a = &l->accesses[i];
        LoopGroup *g = &l->groups[a->group];
        uint64_t mask = is64(r, a->memory) ? UINT64_MAX : 0xffffffffu;
        uint64_t delta = (a->address.c - g->base.c) & mask, end = op_access_bytes(a->op);
        a->bytes = (uint8_t)end;
        if (a->offset > most || delta > most) return loop_refuse(r, LOOP_large, NULL, 0);
        a->delta = delta + a->offset;
        end += a->delta;
        if (end > g->extent) g->extent = end;
    }
    for (uint32_t i = 0; i < l->group_count; i++) {
        LoopGroup *g = &l->groups[i];
        if (g->base.by) {
            g->stride = loop_stride_node(r, is64(r, g->memory) ? VT_I64 : VT_I32, &g->base);
            if (!g->stride) return false;
            continue;
        }
        int64_t step = difference(r, g->memory, g->base.step, 0);
        if (step > MOST_STEP || step < -MOST_STEP) return loop_refuse(r, LOOP_large, NULL, 0);
        g->base.step = g->span = (uint64_t)step;
    }
    return l->access_count > 0 || loop_refuse(r, LOOP_idle, NULL, 0);
}
