/* interp_state.c: see interp_state.h. */
#include "interp_state.h"
#include "interp_impl.h"

uint32_t w2c_interp_func_index(w2c_instance *instance, w2c_ref ref) {
    Inst *in = (Inst *)(void *)instance;
    const Interp *it = inst_interp(in);
    const w2c_func *func = ref;
    uintptr_t at = (uintptr_t)func - ((uintptr_t)in + it->records);
    if (at < it->module.func_count * sizeof(w2c_func)) return it->record_funcs[at / sizeof *func];
    const w2c_func *const *bound = INST_AT(in, const w2c_func *, it->imports);
    const w2c_func *stubs = INST_AT(in, w2c_func, it->stubs);
    for (u32 i = 0; i < it->m->imported_funcs; i++)
        if (bound[i] == func || stubs + i == func) return i;
    return NO_FUNC;
}

w2c_value w2c_interp_global(w2c_instance *instance, uint32_t global) {
    Inst *in = (Inst *)(void *)instance;
    const Interp *it = inst_interp(in);
    const void *at = INST_AT(in, void, it->globals[global]);
    w2c_value value;
    unsigned kind = vt_kind(it->m->globals[global].type);
    size_t bytes = kind == VT_V128 ? 16 : kind == VT_I32 || kind == VT_F32 ? 4 : 8;
    if (global < it->m->imported_globals) at = *(void *const *)at;
    memset(&value, 0, sizeof value);
    memcpy(&value, at, bytes);
    return value;
}

w2c_memory *w2c_interp_memory(w2c_instance *instance, uint32_t memory) {
    return inst_memory((Inst *)(void *)instance, memory);
}

w2c_table *w2c_interp_table(w2c_instance *instance, uint32_t table) {
    return inst_table((Inst *)(void *)instance, table);
}

bool w2c_interp_data_dropped(w2c_instance *instance, uint32_t segment) {
    Inst *in = (Inst *)(void *)instance;
    return INST_AT(in, w2c_data, inst_interp(in)->datas)[segment].len == 0;
}

bool w2c_interp_elem_dropped(w2c_instance *instance, uint32_t segment) {
    Inst *in = (Inst *)(void *)instance;
    return INST_AT(in, w2c_elem, inst_interp(in)->elems)[segment].count == 0;
}

const w2c_ref *w2c_interp_elem_refs(w2c_instance *instance, uint32_t segment) {
    Inst *in = (Inst *)(void *)instance;
    return INST_AT(in, w2c_elem, inst_interp(in)->elems)[segment].refs;
}
