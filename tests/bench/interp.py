#!/usr/bin/env python3
"""Times `w2c run` beside the interpreters wasmi and wasm3, and native builds of the same sources.

  interp.py [--w2c build/w2c] [--runs 3] [--which w2c,wasmi,wasm3,native-clang] [--only REGEX] [MODULE.wasm ...]

Whole processes in turns, each with the module's own arguments; a figure is the least user time of the runs, in
seconds, and start-up and lazy translation are in it. Without modules: those of ../shared/bench/wasm and
../shared/bench/programs. Modules that import bench.start are left out: the other interpreters have no such import.
What a contender cannot run is an empty cell. Prints a Markdown table of seconds, the ratio of each contender to
wasmi, and their geometric means over the rows that both have.
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import common


def commands_of(name, wasm, a):
    native = os.path.join(common.NATIVE, f'{name.removesuffix("-simd")}')
    for contender in a.which:
        kind, _, cc = contender.partition('-')
        command = {
            'w2c': [os.path.abspath(a.w2c), 'run', '--dir=.', *a.w2c_option, 'mod.wasm'],
            'wasmi': [os.path.join(common.PEERS, 'cargo', 'bin', 'wasmi'), '--dir', '.', 'mod.wasm'],
            'wasm3': [os.path.join(common.PEERS, 'wasm3', 'build', 'wasm3'), 'mod.wasm'],
            'native': [f'{native}.{cc}' if os.path.exists(f'{native}.{cc}') else f'{wasm[:-5]}.native'],
        }.get(kind, [contender, 'run', '--dir=.', 'mod.wasm'])
        if os.access(command[0], os.X_OK):
            yield contender, [os.path.abspath(command[0]), *command[1:]]


def prepare(wasm, arguments, folder):
    """The module and the files that its arguments name, in `folder`."""
    shutil.copy(wasm, os.path.join(folder, 'mod.wasm'))
    source = os.path.dirname(os.path.abspath(wasm))
    for argument in arguments:
        if os.path.isfile(os.path.join(source, argument)):
            shutil.copy(os.path.join(source, argument), folder)
    if 'text.bin' in arguments and not os.path.exists(os.path.join(folder, 'text.bin')):
        subprocess.run(['python3', os.path.join(source, 'make_input.py')], cwd=folder, check=True)


def row_of(name, wasm, a):
    row = {}
    with tempfile.TemporaryDirectory(dir='/dev/shm' if os.path.isdir('/dev/shm') else None) as folder:
        arguments = common.arguments_of(name, a.shared)
        prepare(wasm, arguments, folder)
        commands = dict(commands_of(name, wasm, a))
        for _ in range(a.runs):
            for contender, command in list(commands.items()):
                times = common.run_once([*command, *arguments], folder)
                if times:
                    row[contender] = min(row.get(contender, times[0]), times[0])
                else:
                    del commands[contender]
                    row.pop(contender, None)
    return row


def modules_of(a):
    found = a.modules or sorted(glob.glob(os.path.join(a.shared, 'bench', 'wasm', '*.wasm')) +
                                glob.glob(os.path.join(a.shared, 'bench', 'programs', '*.wasm')))
    for wasm in found:
        with open(wasm, 'rb') as file:
            if re.search(a.only, wasm) and b'\x05bench\x05start' not in file.read():
                yield os.path.basename(wasm)[:-5], wasm


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default='build/w2c')
    p.add_argument('--w2c-option', action='append', default=[])
    p.add_argument('--runs', type=int, default=3)
    p.add_argument('--which', default='w2c,wasmi,wasm3,native-clang')
    p.add_argument('--base', default='wasmi')
    p.add_argument('--only', default='')
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('modules', nargs='*')
    a = p.parse_args()
    a.which = a.which.split(',')
    others = [c for c in a.which if c != a.base]
    print(common.markdown_head(['program', *(f'{c} (s)' for c in a.which), *(f'{c} / {a.base}' for c in others)]))
    rows = []
    for name, wasm in modules_of(a):
        row = row_of(name, wasm, a)
        rows.append(row)
        cells = [f'{row[c]:.3f}' if c in row else '' for c in a.which]
        ratios = [f'{row[c] / row[a.base]:.2f}' if c in row and a.base in row else '' for c in others]
        print(common.markdown_row([name, *cells, *ratios]), flush=True)
    means = [common.mean_cell([r[c] / r[a.base] for r in rows if c in r and r.get(a.base)]) for c in others]
    print(common.markdown_row(['**geometric mean** (rows)', *[''] * len(a.which), *means]))
    return 0 if rows else 1


sys.exit(main())
