"""common.py: what retime.py, report.py and expected.py share: where the programs are, means, tables, timing."""
import math
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get('W2C_SHARED_DIR', os.path.join(ROOT, '..', 'shared'))
PEERS = os.environ.get('PEERS', os.path.expanduser('~/.cache/w2c-peers'))
NATIVE = os.path.abspath(os.environ.get('NATIVE', 'native'))
# Sightglass's ackermann reads its two numbers from files, which the shared folder does not have.
ACKERMANN = {'shootout-ackermann.m.input': b'3', 'shootout-ackermann.n.input': b'7'}


def geomean(values):
    """Of positive numbers; None when there are none."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def mean_cell(ratios, digits=3):
    """A table's cell: the geometric mean and over how many rows it goes."""
    return f'**{geomean(ratios):.{digits}f}** ({len(ratios)})' if ratios else ''


def markdown_row(cells):
    return '| ' + ' | '.join(cells) + ' |'


def markdown_head(cells):
    return markdown_row(cells) + '\n|' + '---|' * len(cells)


def arguments_of(name, shared):
    """The arguments with which a program of bench/wasm or bench/programs is timed."""
    for place in ('wasm', 'programs'):
        path = os.path.join(shared, 'bench', place, f'{name}.args')
        if os.path.exists(path):
            with open(path) as file:
                return file.read().split()
    return []


def with_inputs(name, wasm, folder):
    """The module to time: `wasm`, or a copy of it in `folder` beside the input files that it lacks."""
    if name != 'shootout-ackermann':
        return wasm
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    for file, data in ACKERMANN.items():
        with open(os.path.join(folder, name, file), 'wb') as out:
            out.write(data)
    return shutil.copy(wasm, os.path.join(folder, name, 'benchmark.wasm'))


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


def processor_seconds(command, folder):
    """User and system seconds together, which the kernel counts exactly, also of short runs; None when it fails."""
    p = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return None if p.returncode else usage.ru_utime + usage.ru_stime
