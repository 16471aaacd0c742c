/* rt_meter.c: fuel and interruption: what embedders call, and where runs end. */
#include "rt_internal.h"

/* A meter that is set for the first time holds anything; a request that is there stays. */
void w2c_meter_set(w2c_meter *meter, uint64_t fuel) {
    int64_t stopped = __atomic_load_n(&meter->stopped, __ATOMIC_RELAXED);
    if (stopped != INT64_MAX)
        __atomic_compare_exchange_n(&meter->stopped, &stopped, 0, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
    int64_t units = fuel > INT64_MAX ? INT64_MAX : (int64_t)fuel;
    __atomic_store_n(&meter->fuel, units, __ATOMIC_RELAXED);
}

uint64_t w2c_meter_left(const w2c_meter *meter) {
    int64_t units = __atomic_load_n(&meter->fuel, __ATOMIC_RELAXED);
    return units < 0 ? 0 : (uint64_t)units;
}

void w2c_interrupt(w2c_meter *meter) {
    __atomic_store_n(&meter->stopped, INT64_MAX, __ATOMIC_RELAXED);
}

/* Nothing was charged. Of several units that were to be charged at once, fuel paid for those that it could. */
void w2c_meter_ended(w2c_meter *meter) {
    bool stopped = __atomic_exchange_n(&meter->stopped, 0, __ATOMIC_RELAXED) != 0;
    if (!stopped) __atomic_store_n(&meter->fuel, 0, __ATOMIC_RELAXED);
    w2c_trap(stopped ? W2C_TRAP_INTERRUPTED : W2C_TRAP_FUEL);
}

void w2c_meter_stopped(w2c_meter *meter) {
    __atomic_store_n(&meter->stopped, 0, __ATOMIC_RELAXED);
    w2c_trap(W2C_TRAP_INTERRUPTED);
}
