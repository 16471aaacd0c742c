"""check_golden.py: the C of every function in these modules is what NAME.expected.c says.

Compared: each function from its provenance comment to its closing brace; neither includes nor the
instance, so that changes elsewhere leave goldens alone. NAME.wasm is made from NAME.wat (make_wasm.sh);
a first line ";; golden: OPTIONS" in it adds options. W2C_GOLDEN_UPDATE=1 rewrites what is expected
(target golden-update): read the difference before you commit it."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import TESTS, check, finish, temp_dir, w2c

FUNCTION = re.compile(r"^/\* [^\n]*: \([^\n]*\) -> \([^\n]*\) \*/\n(?:W2C_(?:FN|COPY) [^\n]*;\n)*W2C_FN .*?^\}\n",
                      re.MULTILINE | re.DOTALL)


def options_of(wat):
    with open(wat) as f:
        first = f.readline()
    return first.split("golden:")[1].split() if first.startswith(";; golden:") else []


def functions(path):
    with open(path) as f:
        text = f.read()
    return "\n".join(FUNCTION.findall(text))


def main():
    folder = os.path.join(TESTS, "golden")
    names = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".wasm"))
    update = os.environ.get("W2C_GOLDEN_UPDATE") == "1"
    with temp_dir() as temp:
        for name in names:
            base = os.path.join(folder, name)
            out = os.path.join(temp, "golden.c")
            done = w2c(base + ".wasm", "-o", out, *options_of(base + ".wat"))
            if not check(done.returncode == 0, f"{name}: {done.stderr}"):
                continue
            got = functions(out)
            check(got.count("\n/* ") + 1 >= 1 and got, f"{name}: no functions found in the output")
            if update:
                with open(base + ".expected.c", "w") as f:
                    f.write(got)
                continue
            try:
                with open(base + ".expected.c") as f:
                    want = f.read()
            except FileNotFoundError:
                want = ""
            if not check(got == want, f"{name}: the C differs; W2C_GOLDEN_UPDATE=1 accepts it:"):
                import difflib
                sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True),
                                                           name + ".expected.c", "now"))
    finish("goldens" + (" (rewritten)" if update else ""))


main()
