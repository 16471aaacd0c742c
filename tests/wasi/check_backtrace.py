#!/usr/bin/env python3
"""A trap prints its kind and the functions that were active: interpreted, compiled without and with inlining, checked by
guard pages and by comparisons, stripped.

Environment: W2C_BUILD_DIR (the build with w2c), W2C_CC. Exit 0 when all is well.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
W2C = os.path.join(os.environ.get('W2C_BUILD_DIR', os.path.join(HERE, '..', '..', 'build')), 'w2c')
CC = os.environ.get('W2C_CC', 'cc')
CHAIN = ['in->ner x', 'outer', '_start']
TRAPS = {'m': 'out of bounds memory access', 'f': 'out of bounds memory access', 'u': 'unreachable',
         'd': 'integer divide by zero', 'i': 'indirect call type mismatch', 'n': 'integer divide by zero',
         't': 'out of bounds table access', 's': 'call stack exhausted', 'r': 'out of bounds memory access',
         'x': 'out of bounds memory access'}
failures = []


def names(command, what):
    """The functions of a run's backtrace, the kind of its trap."""
    p = subprocess.run([*command, what], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    lines = p.stderr.splitlines()
    if p.returncode != 134 or not lines:
        failures.append(f'{command} {what}: exit code {p.returncode}, {p.stderr!r}')
        return [], ''
    frames = [re.sub(r' \(func \d+\)$', '', line[7:]) for line in lines[1:] if line.startswith('    at ')]
    if len(frames) != len(lines) - 1:
        failures.append(f'{command} {what}: {p.stderr!r}')
    return frames, lines[0].split('trap: ', 1)[-1]


def check(label, command, exact):
    for what, kind in TRAPS.items():
        frames, told = names(command, what)
        if told != kind:
            failures.append(f'{label} {what}: {told!r}, expected {kind!r}')
        if what == 's':
            good = len(frames) in range(10 if exact else 1, 65) and set(frames) == {'recurse'}
        elif what == 'n':
            good = len(frames) == 4 and re.fullmatch('func 4|h[0-9a-f]{8}', frames[0]) and frames[1:] == CHAIN if exact else \
                bool(frames)
        elif exact:
            good = frames == CHAIN
        else:  # some are inlined: what is left is in order, and there is something
            good = bool(frames) and [f for f in CHAIN if f in frames] == frames
        if not good:
            failures.append(f'{label} {what}: {frames}')


check('interpreted', [W2C, 'run', f'{HERE}/backtrace.wasm'], True)
with tempfile.TemporaryDirectory(prefix='w2c-backtrace-') as scratch:
    for number, (exact, options) in enumerate(((True, ['-O0']), (True, ['-O0', '--memory=bounds']), (False, ['-O2']))):
        program = f'{scratch}/{number}'
        built = subprocess.run([W2C, 'build', f'{HERE}/backtrace.wasm', '-o', program, '--cc', CC, *options],
                               capture_output=True, text=True)
        if built.returncode:
            failures.append(f'w2c build {options}: {built.stderr}')
            continue
        check(f'compiled {options}', [program], exact)
    if shutil.which('strip'):
        subprocess.run(['strip', program], check=True)
        if names([program], 'm') != ([], TRAPS['m']):
            failures.append('stripped: there are names')
for failure in failures:
    print(failure)
print(f'{len(failures)} failed')
sys.exit(bool(failures))
