#!/usr/bin/env python3
"""Times again what compare.py has built, in processor time, for machines that do other work at the same time.

  retime.py [--runs 5] [--which w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc] [--base wasm2c-clang] OUT

OUT is compare.py's --out: a folder for each module, in it one program per contender; NAME.native stands for
native-clang when compare.py's $NATIVE has it. Contenders take turns; a figure is the least user time of the runs, or,
below 0.1 s, the least time between bench.start and bench.end. Prints a Markdown table of seconds of the base and
ratios to it, and each column's geometric mean over the rows that it has.
"""
import argparse
import math
import os
import re
import subprocess
import sys


def run_once(command, folder):
    """User seconds and, between bench.start and bench.end, wall seconds; None when it fails."""
    p = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE)
    err = p.stderr.read()
    p.stderr.close()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    found = re.search(rb'^BENCH ([\d.]+)$', err, re.M)
    if p.returncode:
        return None
    return usage.ru_utime, float(found[1]) if found else usage.ru_utime


def programs_of(folder, name, which):
    native = os.path.join(os.environ.get('NATIVE', 'native'), f'{name}.clang')
    for contender in which:
        path = native if contender == 'native-clang' else os.path.join(folder, contender)
        if os.access(path, os.X_OK):
            yield contender, os.path.abspath(path)


def arguments_of(name, shared):
    for place in ('wasm', 'programs'):
        path = os.path.join(shared, 'bench', place, f'{name}.args')
        if os.path.exists(path):
            with open(path) as file:
                return file.read().split()
    return []


def row_of(folder, name, a):
    runs = {}
    programs = list(programs_of(folder, name, a.which))
    for _ in range(a.runs):
        for contender, path in programs:
            times = run_once([path, *arguments_of(name, a.shared)], folder)
            if times:
                runs.setdefault(contender, []).append(times)
    row = {c: min(t[0] for t in times) for c, times in runs.items()}
    if row and min(row.values()) < 0.1:
        row = {c: min(t[1] for t in times) for c, times in runs.items()}
    return row


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--which', default='w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc')
    p.add_argument('--base', default='wasm2c-clang')
    p.add_argument('--only', default='')
    p.add_argument('--shared', default=os.environ.get('W2C_SHARED_DIR', os.path.join(here, '..', '..', '..', 'shared')))
    p.add_argument('out')
    a = p.parse_args()
    a.which = a.which.split(',')
    print(f'| program | {a.base} (s) | ' + ' | '.join(a.which) + ' |')
    print('|---|---|' + '---|' * len(a.which))
    rows = []
    for name in sorted(os.listdir(a.out)):
        if not re.search(a.only, name):
            continue
        row = row_of(os.path.join(a.out, name), name, a)
        if not row.get(a.base):
            continue
        cells = [f'{row[c] / row[a.base]:.2f}' if c in row else '' for c in a.which]
        print(f'| {name} | {row[a.base]:.3f} | ' + ' | '.join(cells) + ' |', flush=True)
        rows.append(row)
    cells = []
    for c in a.which:
        ratios = [row[c] / row[a.base] for row in rows if c in row]
        cells.append(f'**{math.exp(sum(map(math.log, ratios)) / len(ratios)):.3f}** ({len(ratios)})' if ratios else '')
    print('| **geometric mean** (rows) | | ' + ' | '.join(cells) + ' |')
    return 0 if rows else 1


sys.exit(main())
