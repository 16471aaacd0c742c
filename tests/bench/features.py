#!/usr/bin/env python3
"""Times what other translators to C lack, beside what runs it: vectors, garbage collection, tail calls, exceptions.

  features.py [--w2c PATH] [--shared DIR] [--runs 3] [--only simd,gc,tail,eh,wide] [--out DIR]

  simd   the *-simd modules of the shared folder's bench/wasm: w2c (clang, gcc), wasm2c, wasmtime
  gc     kotlin-richards there; trees.wasm, splay.wasm in features/: w2c (clang, gcc), node, wasmtime
  tail   features/tailvm.c: w2c (clang) beside the same C with musttail, compiled by clang; node
  eh     features/thrower.wat and catcher.wat: ns for each throw through eight frames of two modules, for the same calls
         without a throw, and without a try
  wide   features/wide.c with 32-bit and with 64-bit memory: gemm, a stencil, strings; processor time, the least of 20 runs in turns

The first three go through the shared folder's compare.py, which runs everything in turns. Peers that are missing are
left out. Nothing is judged: the figures are for a person who knows what else the machine did meanwhile.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = os.environ.get('PEERS', os.path.expanduser('~/.cache/w2c-peers'))
CLANG = os.environ.get('CLANG', 'clang-19')


def say(command, **kw):
    result = subprocess.run(command, capture_output=True, text=True, **kw)
    if result.returncode:
        sys.exit(f'{" ".join(command)}: {result.stderr[-800:]}')
    return result.stdout


def compare(a, title, which, modules, divide_by):
    print(f'== {title}', flush=True)
    modules = [m for m in modules if os.path.exists(m)]
    if not modules:
        print('(not here)')
        return
    table = os.path.join(a.out, 'table.json')
    subprocess.run([sys.executable, f'{a.shared}/bench/compare.py', '--w2c', a.w2c, '--out', f'{a.out}/build', '--runs', str(a.runs),
                    '--which', which, '--json', table, *modules], check=True, stdout=subprocess.DEVNULL)
    with open(table) as file:
        rows = json.load(file)
    columns = which.split(',')
    print(f'{"seconds / " + divide_by:28s}' + ''.join(f'{c:>14s}' for c in columns))
    for name, row in rows.items():
        seconds = row['seconds']
        base = seconds.get(divide_by)
        cells = []
        for c in columns:
            ratio = f' {seconds[c] / base:5.2f}x' if base and c in seconds else ''
            cells.append(f'{seconds[c]:.3f}{ratio}' if c in seconds else '-')
        print(f'{name:28s}' + ''.join(f'{cell:>14s}' for cell in cells), flush=True)


def simd(a):
    folder = f'{a.shared}/bench/wasm'
    names = sorted(n for n in os.listdir(folder) if n.endswith('-simd.wasm')) if os.path.isdir(folder) else []
    compare(a, 'vectors', 'w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc,wasmtime', [f'{folder}/{n}' for n in names], 'wasm2c-clang')


def gc(a):
    modules = [f'{a.shared}/bench/sightglass/kotlin-richards/benchmark.wasm', f'{HERE}/features/trees.wasm', f'{HERE}/features/splay.wasm']
    compare(a, 'garbage collection', 'w2c-clang,w2c-gcc,node,wasmtime', modules, 'node')


def tail(a):
    stage = f'{a.out}/stage'
    os.makedirs(stage, exist_ok=True)
    shutil.copy(f'{HERE}/features/tailvm.wasm', stage)
    say([CLANG, '-O2', f'{HERE}/features/tailvm.c', '-o', f'{stage}/tailvm.native'])
    compare(a, 'tail calls', 'native-clang,w2c-clang,node', [f'{stage}/tailvm.wasm'], 'native-clang')


def eh(a):
    print('== exceptions: ns', flush=True)
    folder, binary = f'{a.out}/eh', os.path.dirname(a.w2c)
    os.makedirs(folder, exist_ok=True)
    for name in ('thrower', 'catcher'):
        say([a.w2c, f'{HERE}/features/{name}.wasm', '-o', f'{folder}/{name}.c'])
    rows = {}
    for cc in (CLANG, 'gcc'):
        say([cc, '-std=c11', '-D_POSIX_C_SOURCE=200809L', '-O2', '-I', folder, '-I', f'{binary}/include/w2c', f'{HERE}/features/exceptions.c',
             f'{folder}/thrower.c', f'{folder}/catcher.c', f'{binary}/libw2crt.a', '-lm', '-pthread', '-o', f'{folder}/{cc}'])
        rows[cc] = say([f'{folder}/{cc}'])
    node = f'{PEERS}/node/node_modules/node/bin/node'
    if os.path.exists(node):
        rows['node'] = say([node, '--no-warnings', f'{HERE}/features/exceptions.mjs', f'{HERE}/features/thrower.wasm', f'{HERE}/features/catcher.wasm'])
    for who, lines in rows.items():
        values = dict(line.split() for line in lines.splitlines())
        print(f'{who:10s} thrown {values["thrown"]:>8s}   not thrown {values["quiet"]:>6s}   no try {values["plain"]:>6s}   '
              f'the throw alone {float(values["thrown"]) - float(values["quiet"]):.2f}')


def wide(a):
    print('== 64-bit memory: seconds with 32 bits, with 64, ratio', flush=True)
    binary = os.path.dirname(a.w2c)
    for memory in ('guard', 'bounds'):
        folder = f'{a.out}/wide-{memory}'
        os.makedirs(folder, exist_ok=True)
        for name in ('wide32', 'wide64'):
            say([a.w2c, f'{HERE}/features/{name}.wasm', '-o', f'{folder}/{name}.c', f'--memory={memory}'])
        for cc in (CLANG, 'gcc'):
            say([cc, '-std=c11', '-D_POSIX_C_SOURCE=200809L', '-O2', '-I', folder, '-I', f'{binary}/include/w2c',
                 f'{HERE}/features/wide_host.c', f'{folder}/wide32.c', f'{folder}/wide64.c', f'{binary}/libw2crt.a', '-lm', '-pthread',
                 '-o', f'{folder}/{cc}'])
            for line in say([f'{folder}/{cc}', '20']).splitlines():
                kernel, narrow, broad = line.split()
                print(f'{memory:8s}{cc:10s}{kernel:10s}{float(narrow):9.5f} {float(broad):9.5f} {float(broad) / float(narrow):6.2f}', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(ROOT, 'build', 'w2c'))
    p.add_argument('--shared', default=os.environ.get('W2C_SHARED_DIR', os.path.join(ROOT, '..', 'shared')))
    p.add_argument('--runs', type=int, default=3)
    p.add_argument('--only', default='simd,gc,tail,eh,wide')
    p.add_argument('--out', default=f'{os.environ.get("TMPDIR", "/tmp")}/w2c-features')
    a = p.parse_args()
    a.w2c, a.shared, a.out = (os.path.abspath(path) for path in (a.w2c, a.shared, a.out))
    os.makedirs(a.out, exist_ok=True)
    for name in a.only.split(','):
        {'simd': simd, 'gc': gc, 'tail': tail, 'eh': eh, 'wide': wide}[name](a)


main()
