/* main.c: the three ways to give a module its functions, and what happens to one that nobody gives.
 *
 *   read_sensor, set_valve   in a list, typed: checked when the instance is made
 *   log                      by its name: thermostat.h declares thermostat_i_env_log, this file
 *                            defines it
 *   alarm                    by a resolver, which is asked when the guest calls it first
 *   history                  by nobody: its first call is a trap that says so */
#include "thermostat.h"
#include "w2c_exchange.h"
#include <stdio.h>
#include <string.h>

typedef struct House {
    double temperature[3];
    uint32_t valve[3];
    int asked; /* how often the resolver was */
} House;

static w2c_status read_sensor(void *env, w2c_instance *importer, uint32_t room, double *result) {
    const House *house = (const House *)env;
    (void)importer;
    if (room >= 3) return W2C_TRAP_HOST; /* ends the guest's call */
    *result = house->temperature[room];
    return W2C_OK;
}

static w2c_status set_valve(void *env, w2c_instance *importer, uint32_t room, uint32_t percent) {
    (void)importer;
    if (room >= 3) return W2C_TRAP_HOST;
    ((House *)env)->valve[room] = percent;
    return W2C_OK;
}

w2c_status thermostat_i_env_log(void *env, w2c_instance *importer, uint32_t text, uint32_t len) {
    w2c_view_u8 view;
    w2c_status status = w2c_string_view(&view, importer, text, len);
    (void)env;
    if (status != W2C_OK) return status; /* not in its memory, or no UTF-8: it traps */
    printf("guest says: %.*s\n", (int)view.count, (const char *)view.base);
    w2c_view_u8_release(&view);
    return W2C_OK;
}

static w2c_status sound_alarm(void *env, w2c_instance *importer, uint32_t room) {
    (void)env, (void)importer;
    printf("ALARM in room %u\n", room);
    return W2C_OK;
}

static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    printf("asked for %.*s, a %s\n", (int)wanted->name.len, wanted->name.text, wanted->type);
    ((House *)user)->asked++;
    if (strncmp(wanted->name.text, "alarm", wanted->name.len)) return false;
    *out = w2c_extern_host("i_", (w2c_host_fn)sound_alarm, NULL);
    return true;
}

int main(void) {
    House house = {{18, 21.5, 75}, {0}, 0};
    const w2c_import list[] = {
        {"env", "read_sensor", w2c_extern_host("i_d", (w2c_host_fn)read_sensor, &house)},
        {"env", "set_valve", w2c_extern_host("ii_", (w2c_host_fn)set_valve, &house)}};
    w2c_imports imports = {.list = list, .count = 2, .resolve = resolve, .user = &house};
    w2c_error error;
    w2c_config config = {.error = &error};
    thermostat *t;
    uint32_t changed;
    double forecast;
    w2c_init_traps();
    if (thermostat_new(&t, &imports, &config) != W2C_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("made; the resolver was asked %d times\n", house.asked);
    for (int i = 0; i < 2; i++) {
        w2c_status status = thermostat_x_step(t, 3, 22.0, &changed);
        if (status != W2C_OK) return fprintf(stderr, "%s\n", w2c_status_text(status)), 1;
    }
    printf("valves: %u %u %u; the resolver was asked %d times\n", house.valve[0], house.valve[1],
           house.valve[2], house.asked);
    w2c_status status = thermostat_x_step(t, 4, 22.0, &changed); /* there is no fourth room */
    printf("four rooms: %s\n", w2c_status_text(status));
    status = thermostat_x_forecast(t, 0, &forecast);
    printf("forecast: %s: %s\n", w2c_status_text(status),
           w2c_instance_detail(thermostat_instance(t)));
    status = thermostat_x_step(t, 2, 22.0, &changed); /* a trap ends a call, not the instance */
    printf("and again: %s\n", w2c_status_text(status));
    thermostat_delete(t);
    return 0;
}
