#!/usr/bin/env python3
"""What each mode of generated code costs or gains, in one table.

  modes.py [--w2c PATH] [--out DIR] [--runs 10] [--only REGEX] [--modes bounds,static,...] [--groups scalar,simd,sightglass,programs] [--cc CC]

Builds the programs of the shared folder's bench/ with `w2c build -O2 -msse4.2` in the default mode (guard pages) and in each mode below,
runs them in turns, and prints seconds of the default and ratios to it: a row for a program, a geometric mean for a group, and last a
line for each mode. A figure is the least processor time (user and system) of the runs, the start of the program included. What
takes more than a second runs at most 3 times. `profile` is trained by the run that it is timed with: the best case.
memory64 is features.py's `wide`: the same C for both address widths. Exit code 1: a build or a run failed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

import common

MODES = {
    'bounds': ['--memory=bounds'],
    'static': ['--memory=static', '--max-memory=256M'],
    'fixed': ['--fixed-base'],
    'interruptible': ['--interruptible'],
    'stop': ['--interruptible=stop'],
    'native': ['--target-cpu=native'],
    'profile': ['--profile-use=train'],
}
SAYS = {
    'bounds': 'comparisons instead of guard pages: no signal handlers, no reserved address space',
    'static': 'the same on a buffer of the program',
    'fixed': 'guard pages at a constant address: one instance at a time',
    'interruptible': 'fuel and a request to stop',
    'stop': 'a request to stop, without fuel',
    'native': "compiled for this machine's processor",
    'profile': "the C compiler's own profile of such a run",
}


def modules(a):
    """(group, name, path) of what there is."""
    found = []
    for place, group in (('wasm', None), ('programs', 'programs')):
        folder = os.path.join(a.shared, 'bench', place)
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if file.endswith('.wasm'):
                name = file[:-5]
                found.append((group or ('simd' if name.endswith('-simd') else 'scalar'), name, os.path.join(folder, file)))
    folder = os.path.join(a.shared, 'bench', 'sightglass')
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        found.append(('sightglass', name, os.path.join(folder, name, 'benchmark.wasm')))
    wanted = [m for m in found if m[0] in a.groups and re.search(a.only, m[1])]
    return sorted(wanted, key=lambda m: a.groups.index(m[0]))


def stage(a, name, path):
    """A folder with the module and the files that it reads."""
    folder = os.path.join(a.out, name)
    os.makedirs(folder, exist_ok=True)
    path = common.with_inputs(name, path, a.out)
    if os.path.dirname(path) != folder:
        shutil.copy(path, folder)
    source = os.path.dirname(path)
    wanted = common.arguments_of(name, a.shared)
    for file in os.listdir(source):
        if (file.endswith('.input') or file in wanted) and source != folder:
            shutil.copy(os.path.join(source, file), folder)
    maker = os.path.join(source, 'make_input.py')
    if 'text.bin' in wanted and not os.path.exists(os.path.join(folder, 'text.bin')):
        subprocess.run([sys.executable, maker], cwd=folder, check=True)
    return folder, os.path.basename(path)


def build(a, folder, module, name, mode, options):
    with open(os.path.join(folder, module), 'rb') as file:
        bench = ['--bench'] if b'\x05bench' in file.read() else []
    command = [a.w2c, 'build', module, '-o', mode, f'--cc={a.cc}', '-O2', '-msse4.2', '--dir=.', *bench]
    if mode == 'profile':
        train = [*command, '--profile-generate=train']
        train[train.index('-o') + 1] = 'training'
        if subprocess.run(train, cwd=folder, capture_output=True).returncode:
            return False
        if common.processor_seconds([os.path.join(folder, 'training'), *common.arguments_of(name, a.shared)], folder) is None:
            return False
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        print(f'{name}, {mode}: {done.stderr[-300:]}', file=sys.stderr)
    return done.returncode == 0


def measure(a, folder, name, which):
    """Least seconds by mode; None for what failed."""
    arguments = common.arguments_of(name, a.shared)
    best = {}
    for i in range(a.runs):
        for mode in which:
            seconds = common.processor_seconds([os.path.join(folder, mode), *arguments], folder)
            if seconds is None:
                print(f'{name}, {mode}: the run failed', file=sys.stderr)
                return None
            best[mode] = min(best.get(mode, seconds), seconds)
        if i >= 2 and best['guard'] > 1:
            break
    return best


def wide(a):
    """The ratios of features.py's `wide` with clang and guard pages."""
    done = subprocess.run([sys.executable, os.path.join(common.HERE, 'features.py'), '--w2c', a.w2c, '--shared', a.shared, '--only', 'wide',
                           '--out', os.path.join(a.out, 'wide')], capture_output=True, text=True)
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith('guard')]
    return [float(row[-1]) for row in rows if 'clang' in row[1]]


def table(a):
    modes = {m: MODES[m] for m in a.modes if m in MODES}
    print(common.markdown_head(['program', 'guard (s)', *modes]))
    ratios, failed, group_before = {m: {} for m in modes}, False, None

    def mean(group):
        cells = [common.mean_cell(ratios[m].get(group, [])) for m in modes]
        print(common.markdown_row([f'**{group}**', '', *cells]), flush=True)

    for group, name, path in modules(a):
        if group_before not in (None, group) and any(ratios[m].get(group_before) for m in modes):
            mean(group_before)
        group_before = group
        folder, module = stage(a, name, path)
        which = [m for m, options in {'guard': [], **modes}.items() if build(a, folder, module, name, m, options)]
        failed |= len(which) <= len(modes)
        best = measure(a, folder, name, which) if 'guard' in which else None
        if not best:
            failed = True
            continue
        for m in modes:
            if m in best:
                ratios[m].setdefault(group, []).append(best[m] / best['guard'])
        cells = [f'{best[m] / best["guard"]:.2f}' if m in best else '' for m in modes]
        print(common.markdown_row([name, f'{best["guard"]:.4f}', *cells]), flush=True)
    if group_before:
        mean(group_before)
    print('\n' + common.markdown_head(['mode', 'time, guard = 1 (programs)', 'what it is']))
    for m in modes:
        everything = [r for group in ratios[m].values() for r in group]
        print(common.markdown_row([f'`{" ".join(MODES[m])}`', common.mean_cell(everything), SAYS[m]]))
    if 'memory64' in a.modes:
        print(common.markdown_row(['a 64-bit memory', common.mean_cell(wide(a)), 'beside the same C with a 32-bit memory; checked by comparisons']))
    return failed


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(common.ROOT, 'build', 'w2c'))
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('--out', default=f'{os.environ.get("TMPDIR", "/tmp")}/w2c-modes')
    p.add_argument('--runs', type=int, default=10)
    p.add_argument('--only', default='')
    p.add_argument('--modes', default=','.join([*MODES, 'memory64']))
    p.add_argument('--groups', default='scalar,simd,sightglass,programs')
    p.add_argument('--cc', default='clang-19')
    a = p.parse_args()
    a.w2c, a.shared, a.out = (os.path.abspath(path) for path in (a.w2c, a.shared, a.out))
    a.modes, a.groups = a.modes.split(','), a.groups.split(',')
    return 1 if table(a) else 0


sys.exit(main())
