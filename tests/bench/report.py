#!/usr/bin/env python3
"""Builds and times the benchmark programs beside the peers, and writes a report of the ratios.

  report.py [--w2c build/w2c] [--out w2c-report] [--groups scalar,simd,sightglass,programs] [--only REGEX] [--runs 5]
            [--c-opt=-O2,-O3] [--switches] [--variant NAME=FLAGS]... [--which ...]
  report.py --from report.json [--out ...]     writes the page and the plot again, from figures that are there

Building and timing are compare.py's (shared folder, bench/): contenders take turns, a figure is the least of the
runs in wall clock. It looks for peers in $PEERS and for native programs in $NATIVE; what is missing is left out. Ratios are to
the native program (clang; -O3, programs/ -O2), in group sightglass, which has none, to wasm2c with clang.

--c-opt    levels for the C of w2c and wasm2c. The first is everybody's; each other one adds w2c-clang and w2c-gcc with that
           level. "w2c-best" is the least of w2c-clang and w2c-gcc at all of these levels.
--switches w2c-clang once more without each optimisation: every option --no-... of `w2c build --help` that turns one off
--variant  w2c-clang with more options of w2c build, --variant bounds=--memory=bounds; --cc=gcc may be one of them

Writes OUT/report.json (seconds, ratios, geometric means, versions, flags), OUT/report.html (tables, bars), OUT/report.png
(needs python3-matplotlib; left out without it), and prints the tables in Markdown. OUT/GROUP/PROGRAM keeps what was built:
`retime.py OUT/GROUP` times it again in processor time. Exit 1 when there is no figure or w2c fails on a program.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shlex
import subprocess
import sys

import charts
import common

GROUPS = {'scalar': 'PolyBench and CoreMark', 'simd': 'PolyBench and CoreMark compiled with vectors',
          'sightglass': 'Sightglass', 'programs': 'Programs'}
WHICH = 'native-clang,native-gcc,w2c-clang,w2c-gcc,wasm2c-clang,wasm2c-gcc,w2c2-clang,wasmtime,node'
NOT_OPTIMISATIONS = {'no-run-env'}


# ---- what is to be timed ------------------------------------------------------------------------------
def modules_of(group, shared):
    """Name and path of each module of the group, as compare.py names them."""
    folder = os.path.join(shared, 'bench', {'scalar': 'wasm', 'simd': 'wasm'}.get(group, group))
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, entry)
        if group == 'sightglass':
            path = os.path.join(path, 'benchmark.wasm')
            if os.path.exists(path):
                yield entry, path
        elif entry.endswith('.wasm') and (group == 'programs' or entry.endswith('-simd.wasm') == (group == 'simd')):
            yield entry[:-5], path


def switches_of(w2c):
    """The options of `w2c build` that turn an optimisation off, without their dashes."""
    said = subprocess.run([w2c, 'build', '--help'], capture_output=True, text=True, check=True).stdout
    found = re.findall(r'^ +--(no-[\w-]+)(?=\s)', said, re.M)
    return [name for name in found if name not in NOT_OPTIMISATIONS]


def variants_of(a):
    """Variant's name -> options; the names that count for w2c-best; the names of switches."""
    variants, best, switches = {}, ['w2c-clang', 'w2c-gcc'], []
    for level in a.c_opt[1:]:
        for name, options in ((f'w2c-clang{level}', level), (f'w2c-gcc{level}', f'--cc=gcc {level}')):
            variants[name] = options
            best.append(name)
    if a.switches:
        switches = switches_of(a.w2c)
        variants.update((name, f'--{name}') for name in switches)
    for given in a.variant:
        name, _, options = given.partition('=')
        variants[name] = options
    return variants, best, switches


# ---- timing -------------------------------------------------------------------------------------------
def compare(name, wasm, folder, variants, a):
    """One module's row, by compare.py: seconds, build_seconds, and what it said beside the figures."""
    result = os.path.join(folder, f'{name}.json')
    if os.path.exists(result):
        os.unlink(result)
    command = [sys.executable, os.path.join(a.shared, 'bench', 'compare.py'), '--w2c', a.w2c, '--runs', str(a.runs),
               '--which', a.which, f'--cflags={a.c_opt[0]} {a.cflags}', '--out', folder, '--json', result,
               *(f'--variant={key}={options}' for key, options in variants.items()),
               common.with_inputs(name, wasm, os.path.join(folder, '.inputs'))]
    env = dict(os.environ, PEERS=common.PEERS, NATIVE=common.NATIVE)
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    notes = [line.strip() for line in done.stdout.splitlines() if line.startswith('  ')]
    row = {'seconds': {}, 'build_seconds': {}}
    if done.returncode == 0 and os.path.exists(result):
        with open(result) as file:
            row = json.load(file)[name]
        os.unlink(result)
    else:
        notes.append(f'compare.py exits {done.returncode}: {done.stderr[-400:]}')
    for note in notes:
        print(f'{name}: {note}', file=sys.stderr)
    return dict(row, notes=notes)


def with_ratios(group, rows, best):
    """The group of report.json: ratios and their geometric means added to the rows."""
    base = 'wasm2c-clang' if group == 'sightglass' else 'native-clang'
    means = {}
    for row in rows.values():
        seconds = row['seconds']
        mine = [seconds[c] for c in best if c in seconds]
        if mine:
            seconds['w2c-best'] = min(mine)
        row['ratios'] = {c: t / seconds[base] for c, t in seconds.items()} if seconds.get(base) else {}
        for contender, ratio in row['ratios'].items():
            means.setdefault(contender, []).append(ratio)
    return {'title': GROUPS[group], 'base': base, 'rows': rows,
            'geomeans': {c: {'ratio': common.geomean(r), 'rows': len(r)} for c, r in means.items()}}


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().partition('\n')[0] if done.returncode == 0 else None


def versions(a):
    """What took part, with its version; what is not there is not named."""
    peers = common.PEERS
    asked = {
        'w2c': [a.w2c, '--version'], 'commit': ['git', '-C', common.ROOT, 'describe', '--always', '--dirty'],
        'clang': [os.environ.get('CLANG', 'clang-19'), '--version'], 'gcc': ['gcc', '--version'],
        'wasm2c': [f'{peers}/wabt/build/wasm2c', '--version'],
        'w2c2': ['git', f'--git-dir={peers}/w2c2/.git', 'rev-parse', '--short', 'HEAD'],
        'wasmtime': [f'{peers}/venv/bin/python', '-c', 'import importlib.metadata as m; print(m.version("wasmtime"))'],
        'node': [f'{peers}/node/node_modules/node/bin/node', '--version']}
    said = {name: first_line(*command) for name, command in asked.items()}
    return {name: line for name, line in said.items() if line}


def machine():
    cpu = None
    if os.path.exists('/proc/cpuinfo'):
        with open('/proc/cpuinfo') as file:
            cpu = re.search(r'^model name\s*: (.*)$', file.read(), re.M)
    return {'processor': cpu[1] if cpu else platform.processor(), 'processors': os.cpu_count(),
            'system': f'{platform.system()} {platform.release()}', 'load': os.getloadavg()[0]}


def measure(a):
    variants, best, switches = variants_of(a)
    report = {'made': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'), 'machine': machine(),
              'versions': versions(a), 'runs': a.runs, 'flags': {'cflags': f'{a.c_opt[0]} {a.cflags}', 'variants': variants},
              'contenders': ['w2c-best', *a.which.split(','), *(v for v in variants if v not in switches)],
              'switches': switches, 'groups': {}}
    for group in a.groups:
        rows, folder = {}, os.path.join(a.out, group)
        os.makedirs(folder, exist_ok=True)
        for name, wasm in modules_of(group, a.shared):
            if re.search(a.only, name):
                print(f'{group}: {name}', file=sys.stderr, flush=True)
                rows[name] = compare(name, wasm, folder, variants, a)
                report['groups'][group] = with_ratios(group, rows, best)
                save(report, a.out)  # so that a long run that is stopped leaves its figures
    return report


def save(report, out):
    with open(os.path.join(out, 'report.json'), 'w') as file:
        json.dump(report, file, indent=1)
        file.write('\n')


# ---- tables -------------------------------------------------------------------------------------------
def ratio_table(group, columns):
    """Head and rows of text: seconds of the base, ratios to it, their means."""
    columns = [c for c in columns if c != group['base'] and any(c in row['seconds'] for row in group['rows'].values())]
    yield ['program', f'{group["base"]} (s)', *columns]
    for name, row in group['rows'].items():
        seconds = row['seconds'].get(group['base'])
        # a row without the base: its seconds are all there is to say
        cells = [f'{row["ratios"][c]:.2f}' if c in row['ratios'] else
                 f'{row["seconds"][c]:#.3g} s' if c in row['seconds'] else '' for c in columns]
        yield [name, f'{seconds:#.3g}' if seconds else '', *cells]
    means = [[row['ratios'][c] for row in group['rows'].values() if c in row['ratios']] for c in columns]
    yield ['**geometric mean** (rows)', '', *(common.mean_cell(m) for m in means)]


def switch_table(group, switches):
    """Head and rows of text: what each optimisation saves: seconds without it over seconds of w2c-clang."""
    rows = {name: row['seconds'] for name, row in group['rows'].items() if row['seconds'].get('w2c-clang')}
    switches = [s for s in switches if any(s in row for row in rows.values())]
    if not switches:
        return
    yield ['program', 'w2c-clang (s)', *(f'--{s}' for s in switches)]
    for name, row in rows.items():
        cells = [f'{row[s] / row["w2c-clang"]:.2f}' if s in row else '' for s in switches]
        yield [name, f'{row["w2c-clang"]:#.3g}', *cells]
    means = [[row[s] / row['w2c-clang'] for row in rows.values() if s in row] for s in switches]
    yield ['**geometric mean** (rows)', '', *(common.mean_cell(m) for m in means)]


def tables(report):
    """Title and table, one after the other."""
    for group in report['groups'].values():
        yield f'{group["title"]}: time divided by that of {group["base"]}', list(ratio_table(group, report['contenders']))
        off = list(switch_table(group, report['switches']))
        if off:
            yield f'{group["title"]}: time without one optimisation, divided by that of w2c-clang', off


def print_markdown(report):
    for title, (head, *rows) in tables(report):
        print(f'### {title}\n\n{common.markdown_head(head)}')
        for row in rows:
            print(common.markdown_row(row))
        print()
    v, m = report['versions'], report['machine']
    print(f'Least of {report["runs"]} runs in turns, wall clock; C compiled with `{report["flags"]["cflags"]}`. {m["processor"]}, '
          f'{m["processors"]} processors, load {m["load"]:.1f} at the start. ' + '; '.join(f'{k}: {s}' for k, s in v.items()) + '.')


def failures(report):
    """Programs on which a contender that is w2c has no figure though it was asked for."""
    wanted = [c for c in report['contenders'] if c.startswith('w2c-') and c not in ('w2c-best', 'w2c-interp')]
    return [f'{name}: {c}' for group in report['groups'].values() for name, row in group['rows'].items()
            for c in dict.fromkeys([*wanted, *report['flags']['variants']]) if c not in row['seconds']]


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(common.ROOT, 'build', 'w2c'))
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('--out', default='w2c-report')
    p.add_argument('--groups', default=','.join(GROUPS))
    p.add_argument('--only', default='', help='programs that match this expression')
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--which', default=WHICH, help="compare.py's contenders, with commas between")
    p.add_argument('--c-opt', default='-O2', help='-O levels, with commas between: --c-opt=-O2,-O3')
    p.add_argument('--cflags', default='-msse4.2', help='what else the C compilers are given')
    p.add_argument('--switches', action='store_true')
    p.add_argument('--variant', action='append', default=[], metavar='NAME=OPTIONS')
    p.add_argument('--no-png', action='store_true')
    p.add_argument('--from', dest='given', metavar='report.json')
    a = p.parse_args()
    a.groups, a.c_opt = a.groups.split(','), a.c_opt.split(',')
    a.w2c, a.shared, a.out = map(os.path.abspath, (a.w2c, a.shared, a.out))
    unknown = [g for g in a.groups if g not in GROUPS]
    if unknown:
        p.error(f'no such group: {unknown[0]} (there are {", ".join(GROUPS)})')
    if not a.given and not os.path.exists(os.path.join(a.shared, 'bench', 'compare.py')):
        p.error(f'no bench/compare.py in {a.shared}: --shared or W2C_SHARED_DIR names the shared folder')
    return a


def main():
    a = arguments()
    os.makedirs(a.out, exist_ok=True)
    if a.given:
        with open(a.given) as file:
            report = json.load(file)
    else:
        report = dict(measure(a), command=shlex.join(['report.py', *sys.argv[1:]]))
        save(report, a.out)
    if not any(row['seconds'] for group in report['groups'].values() for row in group['rows'].values()):
        print('report.py: nothing was timed', file=sys.stderr)
        return 1
    charts.write_html(report, list(tables(report)), os.path.join(a.out, 'report.html'))
    if not a.no_png and not charts.write_png(report, os.path.join(a.out, 'report.png')):
        print('report.py: no matplotlib (Debian: python3-matplotlib): report.png is left out', file=sys.stderr)
    print_markdown(report)
    failed = failures(report)
    for line in failed:
        print(f'report.py: no figure: {line}', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
