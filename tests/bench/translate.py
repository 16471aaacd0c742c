#!/usr/bin/env python3
"""How fast w2c translates, and in how much memory: `w2c MOD -o DIR/mod.c -j1` for each module.

  translate.py [--w2c PATH] [--runs 5] [--check] [-j 1] [MOD.wasm ...]

Without modules: the larger ones of the shared folder ($W2C_SHARED_DIR, else ../shared beside the project).
Columns: bytes of the module, bytes of C, seconds (wall clock, the best run), MB of module per second, MB of C per
second, and the peak resident set (getrusage of that one process, the worst run; Linux counts the moment before exec
too, so that it is never below this script's own 15 MB). Every run writes into an empty folder in memory where there is
one, so that the disk is not measured.
--check: exit 1 unless CPython 3.12 takes under a second and under 100 MB.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEFAULT = ('modules/cpython312/cpython312.wasm', 'modules/boolector/boolector.wasm',
           'bench/programs/speedtest1.wasm', 'bench/programs/zstd.wasm', 'bench/programs/bzip2.wasm',
           'bench/sightglass/gcc-loops/benchmark.wasm', 'bench/sightglass/regex/benchmark.wasm',
           'bench/sightglass/tinygo-json/benchmark.wasm', 'modules/gofmt-tinygo/gofmt-tinygo.wasm')
LIMIT_SECONDS, LIMIT_BYTES = 1.0, 100e6


def run_once(w2c, wasm, jobs, folder):
    """Seconds, peak bytes, bytes of C; or the exit code alone."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    start = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(w2c, [w2c, wasm, '-o', f'{folder}/mod.c', f'-j{jobs}'], os.environ,
                         file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code:
        return code
    written = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    return seconds, usage.ru_maxrss * (1 if sys.platform == 'darwin' else 1024), written


def name_of(wasm):
    folder, file = os.path.split(os.path.abspath(wasm))
    return os.path.basename(folder) if file == 'benchmark.wasm' else file[:-5]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(ROOT, 'build', 'w2c'))
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('-j', type=int, default=1)
    p.add_argument('--check', action='store_true')
    p.add_argument('wasm', nargs='*')
    a = p.parse_args()
    shared = os.environ.get('W2C_SHARED_DIR', os.path.join(ROOT, '..', 'shared'))
    modules = a.wasm or [f for f in (os.path.join(shared, d) for d in DEFAULT) if os.path.exists(f)]
    memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
    ok, w2c = bool(modules), os.path.abspath(a.w2c)
    print(f'{"module":16s} {"wasm":>10s} {"C":>11s} {"seconds":>8s} {"MB/s":>7s} {"C MB/s":>7s} {"peak":>9s}')
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for wasm in modules:
            runs = [run_once(w2c, wasm, a.j, f'{folder}/out') for _ in range(a.runs)]
            failed = [r for r in runs if isinstance(r, int)]
            if failed:
                print(f'{name_of(wasm):16s} w2c exits {failed[0]}')
                ok = False
                continue
            seconds, peak, written = min(r[0] for r in runs), max(r[1] for r in runs), runs[0][2]
            size = os.path.getsize(wasm)
            print(f'{name_of(wasm):16s} {size:10d} {written:11d} {seconds:8.3f} {size / seconds / 1e6:7.1f} '
                  f'{written / seconds / 1e6:7.1f} {peak / 1e6:6.1f} MB', flush=True)
            if a.check and name_of(wasm) == 'cpython312':
                ok = ok and seconds < LIMIT_SECONDS and peak < LIMIT_BYTES
    return 0 if ok else 1


sys.exit(main())
