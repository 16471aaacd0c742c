"""check_names.py: names that C cannot spell, or that mean something in C, in libc or in the generated
code itself: of functions, exports, imports, and the module's own (--name). All of it must compile without
warnings as C and as C++, link, and every export must return what it should."""
import os
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import (CXX_FLAGS, I32, F32, F64, RTLIB, WARNINGS, body, check, compile_c, compilers, finish, functype, leb, module,
                     name, name_section, parallel, run, runtime, section, sleb, temp_dir, vec, w2c)

KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if inline
int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile
while _Bool _Atomic _Generic _Noreturn asm class new delete this template typename namespace try catch throw
operator private public virtual bool true false and or not xor alignas constexpr nullptr typeof""".split()
LIBC = """malloc free memcpy memset memcmp strlen main errno stdin stdout printf abort exit longjmp setjmp NULL
EOF assert offsetof signal environ read write _start _init __start_w2c_text""".split()
OURS = """m p0 i0 j0 f0 d0 r0 l0 l1 L1 E1 F1 mem0 memory0 table0 own_memory0 fn res g0 funcs stubs elems datas w2c
instance frame status f_zero f_one f_neg_one d_zero d_one zero one neg_zero neg_one fac fac_2 fac_body x_fac
x_new x_delete x_module x_instance u8 u32 u64 s32 f32 f64 w2c_ref w2c_trap w2c_type_i_i w2c_res_ii W2C_FN W2C_TEXT
W2C_ENTER W2C_OK NAME NAME_new names_new names names_delete names_module names_x_fac new delete module init i_env_log
data elem0 uint32_t size_t __cplusplus linux unix i386 __x86_64__ __LINE__""".split()
ODD = ["", " ", "_", "__", "_x", "_x_x", "_x5f", "x", "0", "9a", "a-b", "a.b", "a b", 'say "hi"', "line\nbreak",
       "tab\t", "back\\slash", "\\", "ends with \\", "*/", "/*", "*/ #error here", "//", "??/", "??)", "%s%n", "$",
       "'", "`rm`", "#include", "é", "日本語", "🙂", "\u202e", "\ufeff", "\x00", "a\x00b", "\x7f", "\x01", "a" * 10000,
       "a" * 10000 + "b", "*/" * 100, "\\" * 99, "é" * 3000, "_x" * 300, "\n", "\r\n#define x", "a\\\n", "<:", "%:"]
ALL = list(dict.fromkeys(KEYWORDS + LIBC + OURS + ODD))

NAMES_OF_MODULES = ["int", "register", "struct", "class", "new", "main", "malloc", "m", "i0", "p0", "l0", "fn", "res", "f_zero", "f",
                                    "i", "x", "u32", "f64", "w2c", "w2c_rt", "instance", "errno", "NULL", "frame",
                                    "bool", "uint32_t", "linux", "mem0", "w2c_module", "env", "a", "r", "s"]


def const(n):
    return b"\x41" + sleb(n)


def many_names(function_names):
    """Function k returns k, is exported as ALL[k], and is called $function_names[k]. `sum` calls all of
    them, has a float local (which needs the compiler's hidden zero) and loops."""
    count = len(ALL)
    bodies = [body(const(k)) for k in range(count)]
    calls = b"".join(b"\x10" + leb(k) + b"\x6a" for k in range(count))
    float_code = b"\x20\0\x9a\x20\0\x44" + bytes(6) + b"\xf0\x3f" + b"\xa2\xa0\xaa\x6a"  # -l0 + l0 * 1.0
    float_code += b"\x20\1\x43" + bytes(2) + b"\x80\x3f" + b"\x94\xa8\x6a"  # l1 * 1.0f
    bodies.append(body(const(0) + calls + float_code, [(1, F64), (1, F32)]))
    exports = [name(n) + b"\0" + leb(k) for k, n in enumerate(ALL)] + [name("the sum") + b"\0" + leb(count)]
    return module(section(1, vec([functype([], [I32])])), section(3, vec([b"\0"] * (count + 1))),
                  section(7, vec(exports)), section(10, vec(bodies)), name_section(function_names))


DRIVER = """
#include "%(name)s.h"
#include <stdio.h>
int main(void) {
    %(type)s *instance;
    int failed = 0;
    if (%(prefix)s_new(&instance, NULL, NULL) != W2C_OK) return 2;
    w2c_instance *const i = (w2c_instance *)instance;
    const size_t count = w2c_export_count(i);
    for (size_t k = 0; k < count; k++) {
        w2c_name name;
        w2c_extern item, again;
        w2c_value result;
        uint32_t want = k + 1 < count ? (uint32_t)k : (uint32_t)((count - 1) * (count - 2) / 2);
        if (!w2c_export_at(i, k, &name, &item) || !w2c_export_find(i, name, &again) || again.func != item.func) failed++;
        if (w2c_call(item.func, NULL, &result) != W2C_OK || result.i32 != want) {
            printf("%%.40s: %%u\\n", name.text, result.i32);
            failed++;
        }
    }
    return failed ? 1 : 0;
}
"""


def try_module(temp, what, data, compiler, cplusplus, options=(), stem="names", module_name=None, driver=DRIVER):
    """Translates, compiles without a warning, runs driver."""
    label = f"{what} {compiler.cxx if cplusplus else compiler.cc} {' '.join(options)}"
    folder = tempfile.mkdtemp(dir=temp)
    wasm = os.path.join(folder, "in.wasm")
    with open(wasm, "wb") as f:
        f.write(data)
    done = w2c(wasm, "-o", os.path.join(folder, stem + ".c"), *options)
    if not check(done.returncode == 0, f"{label}: {done.stderr}"):
        return
    flags = [*(CXX_FLAGS if cplusplus else ["-std=c11"]), "-O1", *WARNINGS]
    cc = compiler.cxx if cplusplus else compiler.cc
    sources = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".c")]
    for source in sources:
        if not check(compile_c(cc, [source], source[:-2] + ".o", *flags), f"{label}: does not compile"):
            return
    header = open(os.path.join(folder, stem + ".h")).read()
    prefix = module_name or header.split("_new(")[0].split()[-1]
    main = os.path.join(folder, "driver.c")
    with open(main, "w") as f:
        f.write(driver % {"name": stem, "prefix": prefix, "type": "struct " + prefix})
    exe = os.path.join(folder, "program")
    if check(compile_c(compiler.cc, [main, *[s[:-2] + ".o" for s in sources], *compiler.runtime], exe, "-std=c11",
                       "-Wall", "-Wextra", "-Werror", "-I" + folder, link=True), f"{label}: does not link"):
        ran = run([exe])
        check(ran.returncode == 0, f"{label}: exit {ran.returncode} {ran.stdout} {ran.stderr}")


# ---- imports -----------------------------------------------------------------------------------------------
IMPORTS = [("env", "a_b"), ("env_a", "b"), ("env_", "a_b"), ("env", "_a_b"), ("", ""), ("", "x"), ("x", ""), ("a", "a"),
           ("a", "a"), ("int", "return"), ("*/", "/*"), ('"', "\n"), ("é", "\x00"), ("a" * 5000, "b" * 5000),
           ("env", "fn"), ("env", "m"), ("env", "new"), ("x", "new"), ("env", "x_new"), ("i", "i"), ("x", "the sum"),
           ("env", "main"), ("env", "memcpy")]


def import_names():
    """Import k is (IMPORTS[k]) of type [] -> [i32]; `a.a` twice, the second time of type [i32] -> [i32].
    Export "call k" returns what import k returns."""
    types = vec([functype([], [I32]), functype([I32], [I32])])
    count, second = len(IMPORTS), [k for k, i in enumerate(IMPORTS) if i == ("a", "a")][1]
    rows = [name(a) + name(b) + b"\0" + (b"\1" if k == second else b"\0") for k, (a, b) in enumerate(IMPORTS)]
    bodies = [body((const(5) if k == second else b"") + b"\x10" + leb(k)) for k in range(count)]
    exports = [name(f"call {k}") + b"\0" + leb(count + k) for k in range(count)]
    return module(section(1, types), section(2, vec(rows)), section(3, vec([b"\0"] * count)), section(7, vec(exports)),
                  section(10, vec(bodies)))


IMPORT_DRIVER = """
#include "%(name)s.h"
#include <stdio.h>
#include <string.h>
/* answers with a number that depends on both names and on the type */
static w2c_status answer(void *env, w2c_instance *importer, const w2c_value *args, w2c_value *results) {
    (void)importer, (void)args;
    results[0].i32 = (uint32_t)(size_t)env;
    return W2C_OK;
}
static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    size_t sum = wanted->module.len * 1000 + wanted->name.len + (wanted->letters[0] == 'i' ? 500 : 0);
    (void)user;
    *out = w2c_extern_host_any(wanted->letters, answer, (void *)sum);
    return wanted->kind == W2C_FUNC;
}
int main(void) {
    %(type)s *instance;
    w2c_imports imports;
    static const size_t want[] = {WANT};
    int failed = 0;
    memset(&imports, 0, sizeof imports);
    imports.resolve = resolve;
    if (%(prefix)s_new(&instance, &imports, NULL) != W2C_OK) return 2;
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        w2c_name name;
        w2c_extern item;
        w2c_value result;
        if (!w2c_export_at((w2c_instance *)instance, k, &name, &item) || w2c_call(item.func, NULL, &result) != W2C_OK ||
            result.i32 != want[k]) {
            printf("import %%zu: %%u, wanted %%zu\\n", k, result.i32, want[k]);
            failed++;
        }
    }
    return failed ? 1 : 0;
}
"""


def import_driver():
    second = [k for k, i in enumerate(IMPORTS) if i == ("a", "a")][1]
    want = [len(a.encode()) * 1000 + len(b.encode()) + (500 if k == second else 0) for k, (a, b) in enumerate(IMPORTS)]
    return IMPORT_DRIVER.replace("WANT", ", ".join(map(str, want)))


def mangling():
    """No two exports or functions share a symbol, and mangled names are plain identifiers."""
    import re
    with temp_dir() as temp:
        wasm = os.path.join(temp, "in.wasm")
        with open(wasm, "wb") as f:
            f.write(many_names({}))
        done = w2c(wasm, "-o", os.path.join(temp, "names.c"))
        check(done.returncode == 0, done.stderr)
        header = open(os.path.join(temp, "names.h")).read()
        symbols = re.findall(r"^w2c_status (\S+)\(names \*m", header, re.MULTILINE)
        check(len(symbols) == len(ALL) + 1, f"{len(symbols)} exports in the header for {len(ALL) + 1}")
        check(len(set(symbols)) == len(symbols), "two exports have one symbol")
        check(all(re.fullmatch(r"names_x_[A-Za-z0-9_]{1,250}", s) for s in symbols), "a symbol is no identifier")
        check(all(ord(c) < 127 for c in header), "the header is not ASCII")


def main():
    mangling()
    small = module(section(1, vec([functype([], [I32])])), section(3, vec([b"\0", b"\0"])),
                   section(7, vec([name("new") + b"\0\0", name("x") + b"\0\1"])),
                   section(10, vec([body(const(0)), body(const(0) + b"\x10\0\x6a")])))
    with temp_dir() as temp:
        jobs = []
        same_names = {k: n for k, n in enumerate(ALL)}
        turned = {k: ALL[-1 - k] for k in range(len(ALL))}
        equal = {k: "f" for k in range(len(ALL))}
        for compiler in compilers():
            runtime(compiler, temp)
            for cplusplus in (False, True) if compiler.cxx else (False,):
                def add(*arguments, c=compiler, cpp=cplusplus, **more):
                    jobs.append(lambda: try_module(temp, *arguments[:2], c, cpp, *arguments[2:], **more))
                add("names as exports and functions", many_names(same_names))
                add("names the other way round", many_names(turned), ["--groups=2"])
                add("no names, many equal bodies", many_names({}))
                add("one name for all", many_names(equal))
                add("imports", import_names(), driver=import_driver())
                if compiler.cc == "gcc":
                    for n in NAMES_OF_MODULES + ["f_new", "i_x", "p0", "int_t", "a-b", "é", "_A", "memory_of"]:
                        add("a module called " + n, small, ["--name=" + n])
                        if not n.startswith("w2c"):  # the runtime's headers
                            add("a file called " + n, small, stem=n)
                    add("a file called 1-2.3", small, stem="1-2.3")
                    add("a file in C's way", small, stem="a b")
        parallel(jobs)
        done = w2c(os.path.join(RTLIB, "w2c.h"), "-o", os.path.join(temp, "x.c"))
        check(done.returncode == 1, "a header is no module")
        wasm = os.path.join(temp, "small.wasm")
        with open(wasm, "wb") as f:
            f.write(small)
        done = w2c(wasm, "-o", os.path.join(temp, "w2c_rt.c"))
        check(done.returncode == 2 and "w2c_rt" in done.stderr, f"an output over the runtime's header: {done.stderr}")
    finish("names")


main()
