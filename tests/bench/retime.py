#!/usr/bin/env python3
"""Times again what compare.py has built, in processor time, for machines that do other work at the same time.

  retime.py [--runs 5] [--which w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc] [--base wasm2c-clang] OUT

OUT is compare.py's --out: a folder for each module, in it one program per contender; NAME.native stands for
native-clang when compare.py's $NATIVE has it. Contenders take turns; a figure is the least user time of the runs, or,
below 0.1 s, the least time between bench.start and bench.end. Prints a Markdown table of seconds of the base and
ratios to it, and each column's geometric mean over the rows that it has.
"""
import argparse
import os
import re
import sys

import common


def programs_of(folder, name, which):
    native = os.path.join(common.NATIVE, f'{name.removesuffix("-simd")}.clang')
    for contender in which:
        path = native if contender == 'native-clang' else os.path.join(folder, contender)
        if os.access(path, os.X_OK):
            yield contender, os.path.abspath(path)


def row_of(folder, name, a):
    runs = {}
    programs = list(programs_of(folder, name, a.which))
    for _ in range(a.runs):
        for contender, path in programs:
            times = common.run_once([path, *common.arguments_of(name, a.shared)], folder)
            if times:
                runs.setdefault(contender, []).append(times)
    row = {c: min(t[0] for t in times) for c, times in runs.items()}
    if row and min(row.values()) < 0.1:
        row = {c: min(t[1] for t in times) for c, times in runs.items()}
    return row


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--which', default='w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc')
    p.add_argument('--base', default='wasm2c-clang')
    p.add_argument('--only', default='')
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('out')
    a = p.parse_args()
    a.which = a.which.split(',')
    print(common.markdown_head(['program', f'{a.base} (s)', *a.which]))
    rows = []
    for name in sorted(os.listdir(a.out)):
        if not re.search(a.only, name):
            continue
        row = row_of(os.path.join(a.out, name), name, a)
        if not row.get(a.base):
            continue
        cells = [f'{row[c] / row[a.base]:.2f}' if c in row else '' for c in a.which]
        print(common.markdown_row([name, f'{row[a.base]:.3f}', *cells]), flush=True)
        rows.append(row)
    cells = [common.mean_cell([row[c] / row[a.base] for row in rows if c in row]) for c in a.which]
    print(common.markdown_row(['**geometric mean** (rows)', '', *cells]))
    return 0 if rows else 1


sys.exit(main())
