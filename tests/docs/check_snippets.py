"""check_snippets.py: every piece of C in docs/embedding.md is compiled, and what it prints is compared.

A fenced block of C has a comment in front of it:
  <!-- snippet: program; prints "a", "b" -->   a whole program
  <!-- snippet: top -->                         declarations for the pieces after it
  <!-- snippet: body; prints "a" -->            statements, with `m`, an instance of docs/calc/calc.wasm, and `status`;
                                                 talk.h is there as well
Each line that is printed must be among the program's output, in order. A block without a comment is a failure."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "compile"))
from w2ctest import BUILD, RTLIB, SOURCE, check, finish, run, sanitize_flags, temp_dir, w2c  # noqa: E402

CC = os.environ.get("W2C_CC") or "cc"
PAGE = os.path.join(SOURCE, "docs", "embedding.md")
MODULES = ("calc", "talk")
HEAD = """#include "calc.h"
#include "talk.h"
#include "w2c_exchange.h"
#include "w2c_wasi.h"
#include <stdio.h>
#include <string.h>
"""
BODY = """
int main(void) {
    static const char text[] = "# title";
    calc *m;
    w2c_status status;
    (void)text;
    w2c_init_traps();
    if (calc_new(&m, NULL, NULL) != W2C_OK) return 1;
    status = W2C_OK;
    {
%s
    }
    calc_delete(m);
    (void)status;
    return 0;
}
"""


def blocks(page):
    """(line, kind, printed lines, text) of each block of C"""
    pattern = r'(?:<!-- snippet: (\w+)(?:; prints ((?:"[^"]*"(?:, )?)+))? -->\n)?```c\n(.*?)```'
    for found in re.finditer(pattern, page, re.S):
        line = page.count("\n", 0, found.start(3)) + 1
        yield line, found.group(1), re.findall(r'"([^"]*)"', found.group(2) or ""), found.group(3)


def main():
    with open(PAGE) as file:
        page = file.read()
    with temp_dir() as folder:
        flags = ["-std=c11", "-D_XOPEN_SOURCE=700", "-Wall", "-Wextra", "-Wno-unused-variable", "-Wno-unused-function",
                 "-Werror", "-I" + RTLIB, "-I" + folder, *sanitize_flags()]
        objects = []
        for name in MODULES:
            source = os.path.join(folder, name + ".c")
            objects.append(os.path.join(folder, name + ".o"))
            done = w2c(os.path.join(SOURCE, "docs", "calc", name + ".wasm"), "-o", source)
            check(done.returncode == 0, f"{name}.wasm is not translated: {done.stderr}")
            check(run([CC, *flags, "-c", source, "-o", objects[-1]]).returncode == 0, f"{name}.c does not compile")
        libraries = [os.path.join(BUILD, f"libw2c{name}.a") for name in ("wasi", "exchange", "rt")]
        top = ""
        count = 0
        for line, kind, expected, text in blocks(page):
            name = f"docs/embedding.md:{line}"
            if not check(kind in ("program", "top", "body"), name + ": a block of C without its comment"):
                continue
            if kind == "top":
                top += text + "\n"
                continue
            count += 1
            source, program = os.path.join(folder, f"s{line}.c"), os.path.join(folder, f"s{line}")
            with open(source, "w") as file:
                file.write(text if kind == "program" else HEAD + top + BODY % text)
            done = run([CC, *flags, source, *objects, *libraries, "-lm", "-pthread", "-o", program])
            if not check(done.returncode == 0, name + " does not compile:\n" + done.stderr[:3000]):
                continue
            env = dict(os.environ, ASAN_OPTIONS="detect_stack_use_after_return=0:detect_leaks=1")
            done = run([program], env=env)
            check(done.returncode == 0, f"{name}: exit code {done.returncode}\n{done.stderr[:2000]}")
            check(done.stdout.splitlines() == expected, f"{name} prints {done.stdout!r}, not {expected}")
        check(count >= 10, "hardly any piece was found")
    finish("snippets")


main()
