#!/usr/bin/env python3
"""Copies a file in memory through WASI and natively, with the same loop and buffer (copy.c), and compares.

  wasi_copy.py [--w2c PATH] [--cc CC] [--bytes 1073741824] [--runs 5] [--dir /dev/shm]

Contenders take turns; a figure is the least processor time (user and system) of the runs, beside it the least
wall-clock time. The last line is the ratio to the native loop. Nothing is asserted about time; that the copies are
equal is.
"""
import argparse
import filecmp
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def timed(command, folder):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=folder, check=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(HERE, '..', '..', 'build', 'w2c'))
    p.add_argument('--cc', default=os.environ.get('W2C_CC', 'cc'))
    p.add_argument('--bytes', type=int, default=1 << 30)
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--dir', default='/dev/shm')
    a = p.parse_args()
    folder = tempfile.mkdtemp(prefix='w2c-copy-', dir=a.dir)
    try:
        part = bytes(range(256)) * 4096
        with open(f'{folder}/in', 'wb') as file:
            for at in range(0, a.bytes, len(part)):
                file.write(part[:a.bytes - at])
        subprocess.run([a.cc, '-O2', '-o', f'{folder}/native', f'{HERE}/copy.c'], check=True)
        subprocess.run([a.w2c, 'build', f'{HERE}/copy.wasm', '-o', f'{folder}/compiled', '--dir=.', '--cc', a.cc],
                       check=True, stdout=subprocess.DEVNULL)
        contenders = {'native': ['./native'], 'w2c build': ['./compiled'],
                      'w2c run': [os.path.abspath(a.w2c), 'run', '--dir=.', f'{HERE}/copy.wasm']}
        least = {name: (float('inf'), float('inf')) for name in contenders}
        for _ in range(a.runs):
            for name, command in contenders.items():
                if os.path.exists(f'{folder}/out'):
                    os.unlink(f'{folder}/out')
                least[name] = tuple(map(min, least[name], timed(command, folder)))
                if not filecmp.cmp(f'{folder}/in', f'{folder}/out', shallow=False):
                    print(f'{name}: the copy differs')
                    return 1
        for name, (cpu, wall) in least.items():
            print(f'{name:10s} {cpu:.3f} s of the processor, {wall:.3f} s')
        print('ratios    ', ', '.join(f'{name} {cpu / least["native"][0]:.3f}' for name, (cpu, _) in least.items()))
        return 0
    finally:
        shutil.rmtree(folder)


sys.exit(main())
