#!/usr/bin/env python3
"""op_counts.py: how many instructions each numeric and SIMD instruction of WebAssembly becomes.

Compiles the inline function of every row of opcodes.def that has one, alone in a function of its own, at -O2, and
counts the machine instructions on the way that is usual: up to the first `ret`, without it, without moves between
registers and without what lies in cold places. Prints a table: instruction, then one column per compiler and flags.

  op_counts.py [--all] [--cc CC]... [--flags FLAGS]... [NAME...]     default: gcc and clang; x86-64's baseline, SSE4.2, AVX2
  --all: also instructions that take one in every column        --asm: print the assembly of the names given instead
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
TYPES = {"i": "u32", "l": "u64", "f": "f32", "d": "f64", "v": "v128"}
FLAGS = ["", "-msse4.2 -mpopcnt", "-mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt -mfma"]


def rows():
    """name, operands, result of every row that is a function over plain values."""
    row = re.compile(r"OP\(\s*\w+,\s*\w+,\s*\w+,\s*(\w+),\s*\"[^\"]*\",\s*(\w+),\s*(\w+),\s*\w+,\s*(FN|LANE)\b")
    with open(os.path.join(SOURCE, "translator", "opcodes.def")) as f:
        for name, imm, sig, _ in row.findall(f.read()):
            operands, result = sig.split("_")
            if imm == "none" and len(result) == 1 and all(c in TYPES for c in operands + result):
                yield name, operands, result


def program(wanted):
    text = ['#include "w2c_rt.h"', '#include "w2c_simd.h"', "_Noreturn void w2c_trap(w2c_status);"]
    for name, operands, result in wanted:
        parameters = ", ".join(f"{TYPES[c]} a{i}" for i, c in enumerate(operands))
        arguments = ", ".join(f"a{i}" for i in range(len(operands)))
        text.append(f"{TYPES[result]} op_{name}({parameters}) {{ return w2c_{name}({arguments}); }}")
    return "\n".join(text) + "\n"


def assemble(cc, flags, wanted, folder):
    """Name -> instructions of its function up to the first return."""
    source = os.path.join(folder, "ops.c")
    with open(source, "w") as f:
        f.write(program(wanted))
    done = subprocess.run([cc, "-std=c11", "-O2", "-S", "-o", "-", "-fno-asynchronous-unwind-tables", "-fcf-protection=none",
                           "-fomit-frame-pointer", "-w", "-I" + os.path.join(SOURCE, "rtlib"), *flags.split(), source],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{cc} {flags}:\n{done.stderr}")
    found, name = {}, None
    for line in done.stdout.splitlines():
        label = re.match(r"op_(\w+):", line)
        if label:
            name = label.group(1)
            found[name] = []
        elif name and re.match(r"\s+[a-z]", line):
            text = line.split("#")[0].strip()
            found[name].append(text)
            if text.startswith(("ret", "jmp")):
                name = None
    return found


def count(instructions):
    return sum(1 for i in instructions if not moves(i) and not re.match(r"ret|endbr|(push|pop)q?\s", i))


def moves(text):
    """A move between registers, or what makes room on the stack."""
    parts = text.split(None, 1)
    if re.fullmatch(r"v?mov(aps|apd|dqa|ups|dqu|l|q)|mov", parts[0]) and len(parts) > 1 and "(" not in parts[1]:
        return "$" not in parts[1]
    return bool(re.match(r"(sub|add)q?\s+\$-?\d+, %rsp", text))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--asm", action="store_true")
    parser.add_argument("--cc", action="append")
    parser.add_argument("--flags", action="append")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    clang = next((c for c in ("clang-19", "clang") if shutil.which(c)), None)
    ccs = args.cc or [c for c in ("gcc", clang) if c and shutil.which(c)]
    wanted = [r for r in rows() if not args.names or r[0] in args.names]
    columns, table = [], []
    with tempfile.TemporaryDirectory() as folder:
        for flags in args.flags if args.flags is not None else FLAGS:
            for cc in ccs:
                columns.append(f"{os.path.basename(cc)} {flags.split()[0] if flags else 'baseline'}")
                table.append(assemble(cc, flags, wanted, folder))
    if args.asm:
        for column, found in zip(columns, table):
            for name in found:
                print(f"--- {name}: {column}\n    " + "\n    ".join(found[name]))
        return
    print("| instruction | " + " | ".join(columns) + " |\n|---|" + "---:|" * len(columns))
    for name, _, _ in wanted:
        counts = [count(found[name]) for found in table]
        if args.all or args.names or max(counts) > 1:
            print(f"| `{name}` | " + " | ".join(str(c) for c in counts) + " |")


if __name__ == "__main__":
    main()
