#!/usr/bin/env python3
"""A table of real programs: what building costs, how large they are, how soon they start, how long they run.

  programs.py [--w2c PATH] [--cc clang-19] [--shared DIR] [--only REGEX] [--runs 3] [--peers DIR] [--skip-build REGEX]

The programs and their outputs are expected.py's. Contenders: `w2c build` (clang, -O2; CPython -O1), `w2c run`, wasmtime (its
Python package, code compiled beforehand and kept: "build" is that) and node, both from $PEERS, else ~/.cache/w2c-peers.
Seconds are processor time (user and system, all threads), because the machine may do other work; the least of the runs,
contenders in turns. "start" is a run that does nothing (--version and the like); for wasmtime and node it contains the start
of Python or node. A wrong output is printed as such, and makes the exit code 1 when it is w2c's.
"""
import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import common
import expected

HERE = common.HERE
START = {'lua': ['-v'], 'zstd': ['-V'], 'bzip2': ['--help'], 'speedtest1': ['--help'], 'icepll': ['-h'], 'boolector': ['--version'],
         'icepack': ['-h'], 'ocamllex': ['-version'], 'cpython312': ['-V'], 'itk-compress': ['--help'], 'itk-decompress': ['--help']}


def timed(command, folder, stdin=b''):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, timeout=1800)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peer_arguments(case):
    dirs = [o[6:] if '::' in o else f'{o[6:]}::{o[6:]}' for o in case.options if o.startswith('--dir=')]
    invoke = [o[9:] for o in case.options if o.startswith('--invoke=')]
    return [case.wasm, invoke[0] if invoke else '', *dirs, '--']


def contenders(case, a, folder):
    """Name -> what to do first (or None), the command in front of arguments."""
    node, python = f'{a.peers}/node/node_modules/node/bin/node', f'{a.peers}/venv/bin/python'
    build = [a.w2c, 'build', case.wasm, '-o', 'program', f'--cc={a.cc}', case.opt or '-O2', '-j2', *case.options]
    if not (a.skip_build and re.search(a.skip_build, case.name)):
        yield 'w2c build', build, ['./program']
    yield 'w2c run', None, [a.w2c, 'run', *case.options, case.wasm]
    if os.path.exists(python):
        peer = [python, f'{HERE}/peer_wasmtime.py', *peer_arguments(case)]
        yield 'wasmtime', [*peer, '--compile'], peer
    if os.path.exists(node):
        yield 'node', None, [node, '--no-warnings', f'{HERE}/peer_node.mjs', *peer_arguments(case)]


def measure(case, a, folder):
    rows, wrong = {}, False
    for name, first, command in contenders(case, a, folder):
        row = rows[name] = {'command': command, 'start': float('inf'), 'run': float('inf')}
        if first:
            result, row['build'] = timed(first, folder)
            if result.returncode:
                row['note'] = 'does not build'
                wrong |= name.startswith('w2c')
    for _ in range(a.runs):
        for name, row in rows.items():
            if 'note' in row:
                continue
            total = 0
            for run in case.runs:
                expected.prepare(case, folder)
                for made in run.files:
                    if os.path.exists(f'{folder}/{made}') and made.startswith('out/'):
                        os.unlink(f'{folder}/{made}')
                result, seconds = timed([*row['command'], *run.args], folder, run.stdin)
                if name not in ('w2c build', 'w2c run') and isinstance(run.stdout, bytes):
                    result.stdout += run.stdout[len(result.stdout):] if '--invoke' in ' '.join(case.options) else b''
                problem = run.problem(result, folder)
                if problem:
                    row['note'] = 'refuses' if not result.stdout else 'differs'
                    wrong |= name.startswith('w2c')
                    print(f'{case.name} {name}: {problem}', file=sys.stderr)
                    break
                total += seconds
            row['run'] = min(row['run'], total)
            if case.name in START and 'note' not in row:
                row['start'] = min(row['start'], timed([*row['command'], *START[case.name]], folder)[1])
    return rows, wrong


def number(value):
    return '' if value is None or value == float('inf') else f'{value:.2f}' if value >= 0.995 else f'{value:.3f}'


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(expected.ROOT, 'build', 'w2c'))
    p.add_argument('--cc', default='clang-19')
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('--only', default='')
    p.add_argument('--skip-build', help='programs that are only interpreted')
    p.add_argument('--runs', type=int, default=3)
    p.add_argument('--peers', default=common.PEERS)
    a = p.parse_args()
    a.w2c, shared, wrong = os.path.abspath(a.w2c), os.path.abspath(a.shared), False
    print('| program | wasm (KB) | | build (s) | size (KB) | start (s) | run (s) |\n|---|---|---|---|---|---|---|', flush=True)
    for case in [*expected.program_cases(f'{shared}/bench/programs'), *expected.module_cases(f'{shared}/modules')]:
        if not os.path.exists(case.wasm) or not re.search(a.only, case.name):
            continue
        folder = tempfile.mkdtemp(prefix='w2c-programs-')
        try:
            rows, bad = measure(case, a, folder)
            wrong |= bad
            label = f'{case.name} | {os.path.getsize(case.wasm) // 1024}'
            for name, row in rows.items():
                made = {'w2c build': 'program', 'wasmtime': 'program.cwasm'}.get(name)
                path = made and os.path.join(folder, made)
                size = str(os.path.getsize(path) // 1024) if path and os.path.exists(path) else ''
                print(f'| {label} | {name} | {number(row.get("build"))} | {size} | {number(row["start"])} | '
                      f'{row.get("note") or number(row["run"])} |', flush=True)
                label = ' | '
        finally:
            shutil.rmtree(folder)
    return int(wrong)


sys.exit(main())
