/* interp_state.h: what an interpreted instance at rest consists of, by the module's indices. For snapshots.
 * Owner: nothing is allocated. Thread: the instance's. */
#ifndef W2C_INTERP_STATE_H
#define W2C_INTERP_STATE_H
#include "interp.h"

/* A function reference's function index in the instance's module; NO_FUNC: it belongs to somebody else. */
uint32_t w2c_interp_func_index(w2c_instance *instance, w2c_ref ref);
/* The global's value as it is now. */
w2c_value w2c_interp_global(w2c_instance *instance, uint32_t global);
w2c_memory *w2c_interp_memory(w2c_instance *instance, uint32_t memory);
w2c_table *w2c_interp_table(w2c_instance *instance, uint32_t table);
/* Is the passive segment empty now, by data.drop or elem.drop, or from the beginning? */
bool w2c_interp_data_dropped(w2c_instance *instance, uint32_t segment);
bool w2c_interp_elem_dropped(w2c_instance *instance, uint32_t segment);
/* The references of a passive segment of expressions that is not dropped. */
const w2c_ref *w2c_interp_elem_refs(w2c_instance *instance, uint32_t segment);
#endif
