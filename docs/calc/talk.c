/* talk.c: the module with an import of docs/embedding.md; compiled like calc.c. */
__attribute__((import_module("env"), import_name("log"))) void host_log(const char *text,
                                                                        unsigned len);
__attribute__((export_name("greet"))) void greet(void) {
    host_log("hello from inside", 17);
}
