#!/usr/bin/env python3
"""report.py on a shared folder with a compare.py that times nothing: its groups, means, switches, files, exit codes."""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
W2C = os.path.abspath(os.path.join(os.environ.get('W2C_BUILD_DIR', os.path.join(HERE, '..', '..', 'build')), 'w2c'))

# Says what it was given; seconds are made of names, so that every ratio is known.
FAKE = '''import argparse, json, os
p = argparse.ArgumentParser()
for name in ('--w2c', '--runs', '--which', '--cflags', '--out', '--json'):
    p.add_argument(name)
p.add_argument('--variant', action='append', default=[])
p.add_argument('wasm')
a = p.parse_args()
folder = os.path.dirname(os.path.abspath(a.wasm))
name = os.path.basename(a.wasm)[:-5]
name = os.path.basename(folder) if name == 'benchmark' else name
if name == 'broken':
    raise SystemExit('cannot')
known = {'native-clang': 2.0, 'w2c-clang': 2.2, 'w2c-gcc': 3.0, 'wasm2c-clang': 4.0}
if os.path.basename(os.path.dirname(folder)) in ('sightglass', '.inputs'):
    del known['native-clang']
seconds = {c: known[c] for c in a.which.split(',') if c in known}
for text in a.variant:
    variant, options = text.split('=', 1)
    seconds[variant] = 1.9 if options == '-O3' else 4.4
if name == 'second':
    seconds = {c: s * (4 if c == 'w2c-clang' else 1) for c, s in seconds.items()}
print(f'  {name} node: run failed: <because>')
json.dump({name: {'seconds': seconds, 'build_seconds': {}, 'cflags': a.cflags, 'variants': a.variant,
                  'inputs': sorted(f for f in os.listdir(folder) if f.endswith('.input'))}}, open(a.json, 'w'))
'''


def check(what, *ok):
    if not all(ok):
        print(f'check_report: {what}', file=sys.stderr)
        sys.exit(1)


def put(path, text=''):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def run(folder, *options):
    command = [sys.executable, f'{HERE}/report.py', '--w2c', W2C, '--shared', f'{folder}/shared', *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def near(a, b):
    return abs(a - b) < 1e-9


def check_full(folder):
    done = run(folder, '--out', 'all', '--switches', '--c-opt=-O2,-O3', '--variant', 'bounds=--memory=bounds')
    check(f'exit {done.returncode}: {done.stderr}', done.returncode == 0)
    with open(f'{folder}/all/report.json') as file:
        report = json.load(file)
    groups = report['groups']
    check('groups', {g: list(groups[g]['rows']) for g in groups} == {
        'scalar': ['first', 'second'], 'simd': ['first-simd'], 'sightglass': ['shootout-ackermann'], 'programs': ['lua']})
    row, means = groups['scalar']['rows']['second'], groups['scalar']['geomeans']
    check('ratios', near(row['ratios']['w2c-clang'], 4.4), near(row['ratios']['w2c-best'], 0.95))
    check('means', near(means['w2c-clang']['ratio'], (1.1 * 4.4) ** 0.5), means['w2c-clang']['rows'] == 2,
          near(means['native-clang']['ratio'], 1))
    check('flags', row['cflags'] == '-O2 -msse4.2', 'w2c-gcc-O3=--cc=gcc -O3' in row['variants'])
    said = subprocess.run([W2C, 'build', '--help'], capture_output=True, text=True).stdout
    off = set(re.findall(r'^ +--(no-[\w-]+)\s', said, re.M)) - {'no-run-env'}
    check(f'switches {report["switches"]}', 'no-copies' in off, set(report['switches']) == off,
          all(f'{s}=--{s}' in row['variants'] for s in off))
    check('the base without a native program', groups['sightglass']['base'] == 'wasm2c-clang',
          near(groups['sightglass']['rows']['shootout-ackermann']['ratios']['w2c-clang'], 0.55))
    check("ackermann's inputs", len(groups['sightglass']['rows']['shootout-ackermann']['inputs']) == 2)
    check('versions', report['versions']['w2c'].startswith('w2c '))
    check('table', '| first | 2.00 | 0.95 | 1.10 | 1.50 | 2.00 | 0.95 | 2.20 | 2.20 |' in done.stdout,
          '| first | 2.20 |' + ' 2.00 |' * len(off) in done.stdout, '**2.200** (2)' in done.stdout)
    with open(f'{folder}/all/report.html') as file:
        page = file.read()
    for drawing in re.findall('<svg.*?</svg>', page, re.S):
        xml.etree.ElementTree.fromstring(drawing)
    check('page', page.count('<svg') == 4, '&lt;because&gt;' in page, '<because>' not in page,
          not re.search(r'(src|href)=', page))
    png = f'{folder}/all/report.png'
    check('plot', os.path.exists(png) != ('no matplotlib' in done.stderr))
    return done.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = f'{folder}/shared/bench'
        put(f'{bench}/compare.py', FAKE)
        for name in ('wasm/first', 'wasm/second', 'wasm/first-simd', 'programs/lua', 'sightglass/shootout-ackermann/benchmark'):
            put(f'{bench}/{name}.wasm')
        table = check_full(folder)
        again = run(folder, '--from', 'all/report.json', '--out', 'again', '--no-png')
        check('--from', again.returncode == 0, again.stdout == table, os.path.exists(f'{folder}/again/report.html'))
        put(f'{bench}/programs/broken.wasm')
        done = run(folder, '--out', 'some', '--groups', 'programs', '--no-png')
        check('a program that cannot be timed', done.returncode == 1, 'no figure: broken: w2c-clang' in done.stderr,
              '| lua |' in done.stdout)
        check('nothing to time', run(folder, '--out', 'none', '--only', 'absent').returncode == 1)
        check('a group that is not there', run(folder, '--groups', 'scala').returncode == 2)
        check('no shared folder', run(folder, '--shared', f'{folder}/nowhere').returncode == 2)


main()
