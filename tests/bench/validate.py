#!/usr/bin/env python3
"""Times `w2c validate` beside `wasm-tools validate --features all`, both on one thread.

  validate.py [--w2c build/w2c] [--wasm-tools PATH] [--runs 10] [--threads N] [MODULE.wasm ...]

Whole processes in turns; a figure is the least user time of the runs, in milliseconds (reading the file and paging it
in is system time, which both have alike). Of modules below 5 MB there are ten times as many runs and the figure is
their mean, since systems that count user time in ticks have no least one that short. Without modules: those of ../shared/modules that are larger than 1 MB.
--threads times w2c with so many threads, too, in elapsed time beside one thread's. Prints a Markdown table; exits 1
when a module is valid for one and invalid for the other.
"""
import argparse
import glob
import os
import statistics
import subprocess
import sys
import time

import common


def run_once(command, env):
    """User milliseconds, elapsed milliseconds, exit code."""
    start = time.monotonic()
    p = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime * 1e3, (time.monotonic() - start) * 1e3, p.returncode


def contenders_of(module, a):
    one = dict(os.environ, RAYON_NUM_THREADS='1')
    yield 'w2c', [a.w2c, 'validate', '-j1', module], one
    yield 'wasm-tools', [a.wasm_tools, 'validate', '--features', 'all', module], one
    if a.threads:
        yield 'threads', [a.w2c, 'validate', f'-j{a.threads}', module], one


def row_of(module, a):
    """By contender: user time, elapsed time, exit code."""
    row, codes = {}, {}
    small = os.path.getsize(module) < 5000000
    for _ in range(a.runs * (10 if small else 1)):
        for name, command, env in contenders_of(module, a):
            user, elapsed, code = run_once(command, env)
            was = row.setdefault(name, ([], []))
            was[0].append(user)
            was[1].append(elapsed)
            codes[name] = code
    pick = statistics.mean if small else min
    return {name: (pick(users), pick(elapsed), codes[name]) for name, (users, elapsed) in row.items()}


def modules_of(a):
    found = a.modules or glob.glob(os.path.join(a.shared, 'modules', '*', '*.wasm'))
    return sorted((m for m in found if a.modules or os.path.getsize(m) > 1000000), key=os.path.getsize)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default='build/w2c')
    p.add_argument('--wasm-tools', default=os.path.join(common.PEERS, 'cargo', 'bin', 'wasm-tools'))
    p.add_argument('--runs', type=int, default=10)
    p.add_argument('--threads', type=int, default=0)
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('modules', nargs='*')
    a = p.parse_args()
    head = ['module', 'bytes', 'w2c (ms)', 'wasm-tools (ms)', 'times as fast']
    print(common.markdown_head(head + [f'-j{a.threads}, elapsed (of -j1)'] * bool(a.threads)))
    ratios, agree = [], True
    for module in modules_of(a):
        row = row_of(module, a)
        ours, theirs = row['w2c'], row['wasm-tools']
        ratios.append(theirs[0] / max(ours[0], 1e-3))
        cells = [os.path.basename(module), str(os.path.getsize(module)), f'{ours[0]:.1f}', f'{theirs[0]:.1f}',
                 f'{ratios[-1]:.2f}']
        if a.threads:
            cells.append(f"{row['threads'][1]:.1f} ms ({row['threads'][1] / ours[1]:.2f})")
        if (ours[2] == 0) != (theirs[2] == 0):
            cells[-1] += f' (exit codes {ours[2]}, {theirs[2]})'
            agree = False
        print(common.markdown_row(cells), flush=True)
    print(common.markdown_row(['**geometric mean** (rows)', '', '', '', common.mean_cell(ratios, 2)]))
    return 0 if ratios and agree else 1


sys.exit(main())
