/* thermostat.c: the guest: a controller without a libc, compiled to thermostat.wasm
 * (../build-wasm.sh). What it imports is declared here. */
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))
IMPORT("read_sensor") double read_sensor(int room);
IMPORT("set_valve") void set_valve(int room, int percent);
IMPORT("log") void host_log(const char *text, unsigned len);
IMPORT("alarm") void sound_alarm(int room); /* rarely called: bound only then */
IMPORT("history") double history(int room, int days);

EXPORT("step") int step(int rooms, double wanted) {
    int changed = 0;
    for (int room = 0; room < rooms; room++) {
        double now = read_sensor(room), gap = wanted - now;
        int percent = gap <= 0 ? 0 : gap >= 5 ? 100 : (int)(gap * 20);
        if (now > 60) sound_alarm(room);
        set_valve(room, percent);
        changed += percent != 0;
    }
    static const char done[] = "all rooms done";
    host_log(done, sizeof done - 1);
    return changed;
}

EXPORT("forecast") double forecast(int room) {
    return history(room, 7);
}
