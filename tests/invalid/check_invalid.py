"""check_invalid.py: modules that break one rule each, named by the specification's anchor: the exact line
that `w2c validate` prints, and its exit code. Files that are no modules. Counts that promise billions of
things: refused within 1 GiB of address space. Features that were switched off."""
import os
import resource
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import (HEADER, I32, I64, F32, W2C, body, check, finish, functype, leb, module, name, run, section,
                     sleb, temp_dir, vec)

# ---- modules ---------------------------------------------------------------------------------------------
VOID = functype([], [])


def const(n):
    return b"\x41" + sleb(n)


def func(code, params=(), results=(), local_decls=(), extra=()):
    """A module of one function; extra: sections by id, put in their places."""
    parts = dict(extra)
    parts.setdefault(1, vec([functype(params, results)]))
    parts.setdefault(3, vec([b"\0"]))
    parts.setdefault(10, vec([body(code, local_decls)]))
    order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]
    return module(*[section(k, parts[k]) for k in order if k in parts])


MEMORY = {5: vec([b"\0\1"])}
TABLE = {4: vec([b"\x70\0\1"])}
BIG = b"\xff\xff\xff\xff\x0f"  # 4,294,967,295

# anchor, module, message without the file's name, exit code
INVALID = [
    ("binary/modules#binary-magic", b"\0asn\1\0\0\0", ":0x0: magic header not detected", 1),
    ("binary/modules#binary-version", b"\0asm\2\0\0\0", ":0x4: unknown binary version", 1),
    ("binary/modules#binary-magic", b"\0as", ":0x3: unexpected end", 1),
    ("binary/modules#binary-section", module(b"\x1f\0"), None, 1),
    ("binary/modules#binary-section", module(b"\1\5\1\x60\0\0"), None, 1),
    ("binary/modules#binary-typesec", module(section(1, vec([VOID]) + b"\0")), None, 1),
    ("binary/modules#binary-module (order)", module(section(3, vec([])), section(1, vec([]))), None, 1),
    ("binary/modules#binary-codesec (count)", module(section(1, vec([VOID])), section(3, vec([b"\0"]))), None, 1),
    ("binary/values#binary-int (too long)", module(b"\1\x86\x80\x80\x80\x80\0\1\x60\0\0\0\0"), None, 1),
    ("binary/values#binary-int (too large)", module(b"\1\xff\xff\xff\xff\x1f"), None, 1),
    ("binary/values#binary-utf8", module(section(7, vec([name(b"\xc3(") + b"\0\0"]))), None, 1),
    ("binary/types#binary-valtype", module(section(1, vec([b"\x60\1\x40\0"]))), None, 1),
    ("binary/types#binary-limits", module(section(5, vec([b"\x10\1"]))), None, 1),
    ("binary/instructions#binary-expr (no end)", func(b"", extra={10: b"\1\2\0\1", 11: vec([])}), None, 1),
    ("binary/instructions#binary-instr", func(b"\x27"), None, 1),
    ("binary/modules#binary-data", module(section(11, vec([b"\3\0"]))), None, 1),
    ("binary/modules#binary-datacountsec", module(section(12, b"\2")), None, 1),
    ("binary/modules#binary-customsec", module(b"\0\1\5"), None, 1),
    ("valid/instructions#valid-local-get", func(b"\x20\2\x1a", [I32, I32]), None, 1),
    ("valid/instructions#valid-local-set", func(const(1) + b"\x21\1"), None, 1),
    ("valid/instructions#valid-global-get", func(b"\x23\0\x1a"), None, 1),
    ("valid/instructions#valid-global-set (immutable)",
     func(const(1) + b"\x24\0", extra={6: vec([bytes([I32, 0]) + const(0) + b"\x0b"])}), None, 1),
    ("valid/instructions#valid-call", func(b"\x10\7"), None, 1),
    ("valid/instructions#valid-call-indirect (no table)", func(const(0) + b"\x11\0\0"), None, 1),
    ("valid/instructions#valid-call-indirect (type)", func(const(0) + b"\x11\3\0", extra=TABLE), None, 1),
    ("valid/instructions#valid-br", func(b"\x0c\1"), None, 1),
    ("valid/instructions#valid-br-table (arities)",
     func(b"\x02\x40\x02\x7f" + const(1) + const(0) + b"\x0e\1\0\1\x0b\x1a\x0b"), None, 1),
    ("valid/instructions#valid-binop", func(const(1) + b"\x6a\x1a"), None, 1),
    ("valid/instructions#valid-binop (types)", func(const(1) + b"\x42\1\x6a\x1a"), None, 1),
    ("valid/instructions#valid-if", func(b"\x42\0\x04\x40\x0b"), None, 1),
    ("valid/instructions#valid-if (no else)", func(const(1) + b"\x04\x7f" + const(1) + b"\x0b\x1a"), None, 1),
    ("valid/instructions#valid-block (left over)", func(b"\x02\x40" + const(1) + b"\x0b"), None, 1),
    ("valid/instructions#valid-select (types)", func(const(1) + b"\x42\1" + const(1) + b"\x1b\x1a"), None, 1),
    ("valid/instructions#valid-drop", func(b"\x1a"), None, 1),
    ("valid/instructions#valid-load (memory)", func(const(0) + b"\x28\2\0\x1a"), None, 1),
    ("valid/instructions#valid-load (alignment)", func(const(0) + b"\x28\3\0\x1a", extra=MEMORY), None, 1),
    ("valid/instructions#valid-store (offset)",
     func(const(0) + const(0) + b"\x36\2\x80\x80\x80\x80\x10", extra=MEMORY), None, 1),
    ("valid/instructions#valid-memory-init (data count)",
     func(const(0) * 3 + b"\xfc\x08\0\0", extra={**MEMORY, 11: vec([b"\1\0"])}), None, 1),
    ("valid/instructions#valid-memory-init", func(const(0) * 3 + b"\xfc\x08\0\0", extra={**MEMORY, 12: b"\0"}), None, 1),
    ("valid/instructions#valid-table-get", func(const(0) + b"\x25\1\x1a", extra=TABLE), None, 1),
    ("valid/instructions#valid-table-init", func(const(0) * 3 + b"\xfc\x0c\0\0", extra=TABLE), None, 1),
    ("valid/instructions#valid-ref-func", func(b"\xd2\0\x1a"), None, 1),
    ("valid/instructions#valid-return", func(b"\x0f", (), [I32]), None, 1),
    ("valid/modules#valid-func (results)", func(b"", (), [I32]), None, 1),
    ("valid/modules#valid-func (type)", module(section(1, vec([VOID])), section(3, vec([b"\1"])),
                                               section(10, vec([body(b"")]))), None, 1),
    ("valid/modules#valid-module (export twice)", func(b"", extra={7: vec([name("a") + b"\0\0"] * 2)}), None, 1),
    ("valid/modules#valid-export", func(b"", extra={7: vec([name("a") + b"\0\1"])}), None, 1),
    ("valid/modules#valid-start", func(b"", [I32], extra={8: b"\0"}), None, 1),
    ("valid/modules#valid-global (constant)",
     module(section(6, vec([bytes([I32, 0]) + b"\x10\0\x0b"]))), None, 1),
    ("valid/modules#valid-global (type)", module(section(6, vec([bytes([I64, 0]) + const(0) + b"\x0b"]))), None, 1),
    ("valid/modules#valid-data (memory)", module(section(11, vec([b"\0" + const(0) + b"\x0b\0"]))), None, 1),
    ("valid/modules#valid-elem (table)", module(section(9, vec([b"\0" + const(0) + b"\x0b\0"]))), None, 1),
    ("valid/types#valid-memtype", module(section(5, vec([b"\0" + leb(65537)]))), None, 1),
    ("valid/types#valid-limits", module(section(5, vec([b"\1\2\1"]))), None, 1),
    ("valid/types#valid-memtype (shared)", module(section(5, vec([b"\2\1"]))), None, 1),
    ("names in messages", func(b"\x20\1\x1a", extra={7: vec([name('a"b\n\x7f') + b"\0\0"])}), None, 1),
]

NOT_MODULES = [
    ("component", b"\0asm\x0d\0\1\0", ":0x4: unknown binary version: this is a component, not a core module: "
     "'wasm-tools component unbundle' takes its core modules out"),
    ("text", b"(module)", ":0x0: magic header not detected: this is WebAssembly text: "
     "'wat2wasm' or 'wasm-tools parse' makes a module of it"),
    ("text with a comment", b"\n ;; hello\n(module)", ":0x0: magic header not detected: this is WebAssembly text: "
     "'wat2wasm' or 'wasm-tools parse' makes a module of it"),
    ("gzip", b"\x1f\x8b\x08\0\0\0\0\0", ":0x0: magic header not detected: this is gzip data: 'gunzip' it first"),
    ("empty", b"", ":0x0: unexpected end: the file is empty"),
    ("an ELF file", b"\x7fELF\2\1\1\0\0\0\0\0", ":0x0: magic header not detected"),
]

# Counts of 4,294,967,295 things that are not there.
HOSTILE = [
    ("types", module(section(1, BIG))),
    ("recursion group", module(section(1, b"\1\x4e" + BIG))),
    ("params", module(section(1, b"\1\x60" + BIG))),
    ("results", module(section(1, b"\1\x60\0" + BIG))),
    ("fields", module(section(1, b"\1\x5f" + BIG))),
    ("supertypes", module(section(1, b"\1\x50" + BIG))),
    ("imports", module(section(2, BIG))),
    ("import's name", module(section(2, b"\1" + BIG))),
    ("functions", module(section(1, vec([VOID])), section(3, BIG))),
    ("tables", module(section(4, BIG))),
    ("memories", module(section(5, BIG))),
    ("globals", module(section(6, BIG))),
    ("exports", module(section(7, BIG))),
    ("elements", module(section(9, BIG))),
    ("element's items", module(section(4, vec([b"\x70\0\1"])), section(9, b"\1\1\0" + BIG))),
    ("data count", module(section(12, BIG))),
    ("data", module(section(5, vec([b"\0\1"])), section(11, BIG))),
    ("data's bytes", module(section(5, vec([b"\0\1"])), section(11, b"\1\1" + BIG))),
    ("code", module(section(1, vec([VOID])), section(3, vec([b"\0"])), section(10, BIG))),
    ("body's size", module(section(1, vec([VOID])), section(3, vec([b"\0"])), section(10, b"\1" + BIG))),
    ("section's size", module(b"\1" + BIG)),
    ("custom section's name", module(section(0, BIG))),
    ("names", func(b"") + section(0, name("name") + b"\1\5" + BIG)),
    ("locals", func(b"", local_decls=[(0xffffffff, I32)])),
    ("locals in two", func(b"", local_decls=[(0xffffffff, I32), (0xffffffff, F32)])),
    ("a million locals", func(b"", local_decls=[(1000000, I32)])),
    ("50,001 locals", func(b"", local_decls=[(50001, I32)])),
    ("local declarations", func(b"", extra={10: b"\1\6" + BIG + b"\x0b"})),
    ("br_table", func(const(0) + b"\x0e" + BIG + b"\0")),
    ("select's types", func(b"\x1c" + BIG)),
    ("array.new_fixed", func(b"\xfb\x08\0" + BIG)),
    ("try_table's catches", func(b"\x1f\x40" + BIG)),
    ("table's size", module(section(4, vec([b"\x70\0" + BIG])))),
    ("tags", module(section(13, BIG))),
    ("1,001 params", module(section(1, vec([functype([I32] * 1001, [])])))),
    ("1,001 results", module(section(1, vec([functype([], [I32] * 1001)])))),
]
VALID_IN_SPITE = {"table's size", "names"}  # valid modules: they are big when they run, or the names are skipped

DISABLED = [
    ("sign-extension", func(const(0) + b"\xc0\x1a")),
    ("saturating-float-to-int", func(b"\x43\0\0\0\0\xfc\0\x1a")),
    ("bulk-memory", func(const(0) * 3 + b"\xfc\x0b\0", extra=MEMORY)),
    ("multi-value", func(const(0) + const(0), (), [I32, I32])),
    ("reference-types", func(b"\xd0\x6f\x1a")),
    ("tail-call", func(b"\x12\0")),
    ("simd", func(b"\xfd\x0c" + bytes(16) + b"\x1a")),
    ("threads", func(const(0) + b"\xfe\x10\2\0\x1a", extra={5: vec([b"\3\1\1"])})),
    ("multi-memory", module(section(5, vec([b"\0\1", b"\0\1"])))),
    ("memory64", module(section(5, vec([b"\4\1"])))),
    ("custom-page-sizes", module(section(5, vec([b"\x08\1\0"])))),
    ("extended-const", module(section(6, vec([bytes([I32, 0]) + const(1) + const(1) + b"\x6a\x0b"])))),
    ("mutable-globals", module(section(6, vec([bytes([I32, 1]) + const(1) + b"\x0b"])), section(7, vec([name("g") + b"\3\0"])))),
    ("gc", module(section(1, vec([b"\x5f\0"])))),
    ("exceptions", func(b"\x1f\x40\0\x0b")),
    ("wide-arithmetic", func((b"\x42\0") * 4 + b"\xfc\x13\x1a\x1a")),
]

# ---- running --------------------------------------------------------------------------------------------
EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "messages.txt")


def small_memory():
    if not sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def sanitizes():
    """ASan reserves terabytes: no limit on address space then."""
    with open(W2C, "rb") as f:
        return b"__asan_init" in f.read()


def validate(folder, data, *options):
    path = os.path.join(folder, "m.wasm")
    with open(path, "wb") as f:
        f.write(data)
    return run([W2C, "validate", *options, "m.wasm"], cwd=folder, preexec_fn=small_memory, timeout=20)


def messages(folder):
    """anchor <TAB> message, of messages.txt, or made anew."""
    lines = []
    for i, (anchor, data, text, code) in enumerate(INVALID):
        done = validate(folder, data)
        lines.append(f"{anchor}\t{done.stderr.rstrip()}")
        check(done.returncode == code, f"{anchor}: exit {done.returncode}: {done.stderr}")
        check(done.stdout == "" and done.stderr.count("\n") == 1, f"{anchor}: not one line: {done.stderr!r}")
        if text:
            check(done.stderr == f"m.wasm{text}\n", f"{anchor}: {done.stderr}")
    if os.environ.get("W2C_GOLDEN_UPDATE") == "1":
        with open(EXPECTED, "w") as f:
            f.write("\n".join(lines) + "\n")
    with open(EXPECTED) as f:
        want = f.read().splitlines()
    check(len(want) == len(lines), f"messages.txt has {len(want)} lines for {len(lines)} modules")
    for got, expected in zip(lines, want):
        check(got == expected, f"message:\n  {got}\n  wanted\n  {expected}")


def main():
    with temp_dir() as folder:
        done = validate(folder, func(b""))
        check(done.returncode == 0 and not done.stderr, f"an empty function: {done.stderr}")
        messages(folder)
        for what, data, text in NOT_MODULES:
            done = validate(folder, data)
            check(done.returncode == 1 and done.stderr == f"m.wasm{text}\n", f"{what}: {done.returncode} {done.stderr}")
            done = run([W2C, "m.wasm", "-o", "out.c"], cwd=folder)
            check(done.returncode == 1 and not os.path.exists(os.path.join(folder, "out.c")), f"{what}: translated")
        for what, data in HOSTILE:
            done = validate(folder, data)
            good = (0,) if what in VALID_IN_SPITE else (1, 2)
            check(done.returncode in good, f"4 billion {what}: exit {done.returncode}: {done.stderr}")
            check(done.stderr.count("\n") == (0 if what in VALID_IN_SPITE else 1), f"4 billion {what}: {done.stderr!r}")
            done = run([W2C, "m.wasm", "-o", "out.c"], cwd=folder, preexec_fn=small_memory, timeout=20)
            check(done.returncode in good, f"translating 4 billion {what}: exit {done.returncode}: {done.stderr}")
        for feature, data in DISABLED:
            done = validate(folder, data)
            check(done.returncode == 0, f"{feature}: {done.stderr}")
            done = validate(folder, data, "--disable-" + feature)
            check(done.returncode == 1 and f"needs {feature}" in done.stderr, f"--disable-{feature}: {done.returncode} {done.stderr}")
    finish("invalid modules")


sanitized = sanitizes()
main()
