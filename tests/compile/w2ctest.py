"""w2ctest.py: what the test scripts share: where w2c, the sources and compilers are, making modules
byte by byte, compiling generated C against the runtime, counting failures.

Environment (set by ctest): W2C_BUILD_DIR (has w2c), W2C_SOURCE_DIR (the tree). Scripts exit 1 when a
check failed. The runtime is compiled here, without sanitizers, so that a sanitized w2c can be tested too."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("W2C_SOURCE_DIR") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("W2C_BUILD_DIR") or os.path.join(SOURCE, "build")
W2C = os.path.join(BUILD, "w2c")
RTLIB = os.path.join(SOURCE, "rtlib")
TESTS = os.path.join(SOURCE, "tests")
CXX_FLAGS = ["-x", "c++", "-std=c++17"]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]

failures = []
checks = 0


def check(good, what):
    """Counts a check; what it says is printed when it failed."""
    global checks
    checks += 1
    if not good:
        failures.append(what)
        print("FAILED: " + what, flush=True)
    return good


def finish(title):
    print(f"{title}: {checks} checks, {len(failures)} failed")
    sys.exit(1 if failures or not checks else 0)


def run(command, **more):
    """subprocess.run with text output caught; never raises for an exit code."""
    more.setdefault("timeout", 300)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace", **more)


def w2c(*arguments, **more):
    return run([W2C, *arguments], **more)


def temp_dir():
    folder = tempfile.TemporaryDirectory(prefix="w2c-test-")
    return folder


# ---- compilers ------------------------------------------------------------------------------------------
class Compiler:
    def __init__(self, cc, cxx):
        self.cc, self.cxx, self.runtime = cc, cxx, None

    def __str__(self):
        return self.cc


def compilers(all_of_them=True):
    """gcc and a clang, those that are there; at least one."""
    found = []
    if shutil.which("gcc"):
        found.append(Compiler("gcc", shutil.which("g++") and "g++"))
    for suffix in ("-19", "", "-20", "-21", "-18", "-17", "-16", "-15", "-14"):
        if shutil.which("clang" + suffix):
            found.append(Compiler("clang" + suffix, shutil.which("clang++" + suffix) and "clang++" + suffix))
            break
    if not found:
        sys.exit("no C compiler")
    return found if all_of_them else found[:1]


def sanitize_flags():
    """Of the build tree, whose libraries programs link with."""
    with open(os.path.join(BUILD, "CMakeCache.txt")) as cache:
        found = re.search(r"^W2C_SANITIZE:\w*=(.+)$", cache.read(), re.M)
    return ["-fsanitize=" + found.group(1)] if found else []


def program_compilers():
    """For w2c build, in the order of compilers(); with sanitizers the one that made the libraries has to link."""
    return [os.environ.get("W2C_CC", "cc")] if sanitize_flags() else [c.cc for c in compilers()]


def parallel(jobs):
    """Runs the functions given on as many threads as there are processors; in order of the list."""
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1))) as pool:
        return list(pool.map(lambda job: job(), jobs))


def runtime(compiler, folder):
    """The runtime's objects, compiled once per compiler and script."""
    if not compiler.runtime:
        place = os.path.join(folder, "rt-" + compiler.cc)
        os.makedirs(place, exist_ok=True)
        sources = sorted(f for f in os.listdir(RTLIB) if f.startswith("rt_") and f.endswith(".c"))
        objects = [os.path.join(place, f[:-2] + ".o") for f in sources]
        done = parallel([lambda f=f, o=o: compile_c(compiler.cc, [os.path.join(RTLIB, f)], o, "-O1")
                         for f, o in zip(sources, objects)])
        if not all(done):
            sys.exit("the runtime does not compile")
        compiler.runtime = objects
    return compiler.runtime


def compile_c(cc, sources, out, *flags, link=False, quiet=False):
    """True when it compiled; the output is printed otherwise. Warnings that matter: pass WARNINGS."""
    command = [cc, *flags, "-I" + RTLIB, *([] if link else ["-c"]), *sources, "-o", out]
    if link:
        command += ["-lm", "-lpthread"]
    done = run(command)
    if done.returncode and not quiet:
        print("$ " + " ".join(command) + "\n" + "\n".join((done.stdout + done.stderr).splitlines()[:12]))
    return done.returncode == 0


# ---- modules byte by byte ---------------------------------------------------------------------------------
def leb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7f, n >> 7
        out.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(out)


def sleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7f, n >> 7
        end = (n == 0 and not byte & 0x40) or (n == -1 and byte & 0x40)
        out.append(byte | (0 if end else 0x80))
        if end:
            return bytes(out)


def name(text):
    data = text if isinstance(text, bytes) else text.encode()
    return leb(len(data)) + data


def vec(items):
    return leb(len(items)) + b"".join(items)


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def functype(params, results):
    return b"\x60" + leb(len(params)) + bytes(params) + leb(len(results)) + bytes(results)


def body(code, local_decls=()):
    content = vec([leb(n) + bytes([t]) for n, t in local_decls]) + code + b"\x0b"
    return leb(len(content)) + content


HEADER = b"\0asm\1\0\0\0"
I32, I64, F32, F64 = 0x7f, 0x7e, 0x7d, 0x7c


def module(*sections):
    return HEADER + b"".join(sections)


def name_section(function_names):
    """function_names: index -> text or bytes"""
    sub = vec([leb(i) + name(n) for i, n in sorted(function_names.items())])
    return section(0, name("name") + b"\1" + leb(len(sub)) + sub)
