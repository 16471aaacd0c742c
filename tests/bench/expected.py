#!/usr/bin/env python3
"""Builds real programs with w2c, runs them, and compares what they print with what they must print.

  expected.py [--w2c PATH] [--cc clang-19,gcc] [-O2] [-j 2] [--shared DIR] [--only REGEX] [--keep DIR]
  expected.py --interp ...                       interprets, by `w2c run`; modules that only export are left out

Programs and their outputs: bench/ and modules/ of the shared folder (--shared, else $W2C_SHARED_DIR, else
../shared beside the project). What is not there is left out. Commands with WASI become programs by `w2c build`;
modules that only export functions are translated and linked with export_host.c.
One line for each program and compiler; the last line is `N passed, N failed, N not yet translated`; exit 1 when
anything failed. A module that w2c refuses to translate as yet (exit 2) has not failed.
"""
import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

import common

HERE, ROOT = common.HERE, common.ROOT
POLYBENCH_MD5 = {
    'gemm': 'b080d70abfe594b20f3d0f435eedd01c', 'jacobi-2d': '4ff3158bb54eb196497196694f12d657',
    'fdtd-2d': '131c9c98d0ad25ed2a0bb464491abebd', 'nussinov': 'c356719128e3041096e7d4c1bf5643e5',
    'floyd-warshall': '172e18d6c18c87a60a407531710773e5', 'correlation': '457f7232575bcf0b6d87ed705b70125d'}
HASHES = {  # name: arguments of Hash_Init, of Hash_Final, bytes, digest
    'md5': ('', '', 16, 'ad7dcec93bbcdcfa13dca4f9b5f0714b'),
    'sha256': ('256', '', 32, '2b552198cd712896ef9f6adb4de62d439adc6d7ca806b057eeea51f423d084a9'),
    'sha512': ('512', '', 64, '558c105a0c6ee9df24a0b6eda6822dd50f93fd9254df03228f03a52d920392384784b83c796808879ccc7d4e2'
                              '44c5d78099a573ed6addee77167977cecfdcd09'),
    'crc32': ('0xEDB88320', '', 4, 'b949713d'),
    'ripemd160': ('', '', 20, 'd806d558a3cc6ddf40aa579661bf049df87e2684'),
    'sm3': ('', '', 32, '187abfe4b95533d8e29cb730fd67436a0d7b17dcf104a85f89c8fcd42344bdab'),
    'whirlpool': ('', '', 64, '4e9ba1b7c5cc1628071a79820995bf21c600eb3cea79a5f820f3c479ca6be8f1ac074adcb0303eb23e5e5b1e82'
                              'fdf09350f961b017d089048d6668569cd889e7'),
    'keccak': ('512', '6', 64, '874121236ca4637009914063f38366f7689a9ba07b5b0993809b33ae9621a2bb87637fcf14c5eed799bfbf2db6'
                               '96c813c9dc4f30bd71ea742bf545516892a7d4')}
SHA256_TWICE = '110009dcee21620b166f3abfecb5eff7a873be729d1c2d53822e7acc5f34eb9b'
ZIG = b'pub fn main() void {const x:u8=1;_=x;}'
ZIG_FORMATTED = b'pub fn main() void {\n    const x: u8 = 1;\n    _ = x;\n}\n'


def md5(data):
    return hashlib.md5(data).hexdigest()


class Run:
    """One execution of a built program. `files`: name -> MD5 of what it leaves in its folder."""

    def __init__(self, args=(), stdin=b'', stdout=None, stderr=None, code=0, files=None, check=None):
        self.args, self.stdin, self.code, self.files = list(args), stdin, code, files or {}
        self.stdout, self.stderr, self.check = stdout, stderr, check

    def problem(self, result, folder):
        err = re.sub(rb'^BENCH [0-9.]+\n', b'', result.stderr, flags=re.M)
        if result.returncode != self.code:
            return f'exit code {result.returncode}, not {self.code}: {err[-200:]!r}'
        for name, want, got in (('stdout', self.stdout, result.stdout), ('stderr', self.stderr, err)):
            if isinstance(want, str) and md5(got) != want:
                return f'{name} has MD5 {md5(got)}, not {want}: {got[:120]!r}'
            if isinstance(want, bytes) and got != want:
                return f'{name} is {got[:200]!r}, not {want[:200]!r}'
        for name, want in self.files.items():
            path = os.path.join(folder, name)
            got = md5(open(path, 'rb').read()) if os.path.exists(path) else 'nothing'
            if got != want:
                return f'{name} has MD5 {got}, not {want}'
        return self.check(result.stdout, err) if self.check else None


class Case:
    """A module, how it is built and what is run. `inputs`: files copied beside it, or name -> bytes.
    options: of `w2c build`; 'host' instead: linked with export_host.c; 'stubs': with stubs for its imports."""

    def __init__(self, name, wasm, runs, options=('--dir=.',), inputs=(), opt=None):
        self.name, self.wasm, self.runs, self.options = name, wasm, runs, options
        self.inputs, self.opt = inputs, opt


def text(path):
    with open(path, 'rb') as file:
        return file.read()


def without_code(data):
    """A file of modules/: its last line `rc=N` is the exit code."""
    body, _, code = data.rpartition(b'rc=')
    return body, int(code)


# ---- the programs -------------------------------------------------------------------------------------
def polybench_cases(folder):
    numbers = [str(i) for i in range(1, 44)]
    for name, digest in POLYBENCH_MD5.items():
        for suffix in ('', '-simd'):
            path = f'{folder}/{name}{suffix}.wasm'
            yield Case(f'{name}{suffix}', path, [Run(stdout=b'', stderr=b'')])
            yield Case(f'{name}{suffix} dump', path, [Run(numbers, stdout=b'', stderr=digest)], ['--arg0='])


def coremark_check(out, _):
    for name, want in (('crclist', '0xe714'), ('crcmatrix', '0x1fd7'), ('crcstate', '0x8e3a'),
                       ('crcfinal', '0x25b5')):
        if not re.search(rf'\]{name}\s*: {want}\b'.encode(), out):
            return f'{name} is not {want}: {out[-400:]!r}'
    return None


def sightglass_cases(folder):
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        here = f'{folder}/{name}'
        files = sorted(os.listdir(here))
        outputs = {}
        for stream in ('stdout', 'stderr'):
            found = [f for f in files if f.endswith(f'.{stream}.expected')]
            outputs[stream] = text(f'{here}/{found[0]}') if found else b''
        if name == 'sqlite3':
            outputs['stdout'] = '27e45155cb60b4ebeee88b340b1fad4d'
        inputs = [f'{here}/{f}' for f in files if f.endswith('.input')]
        if name == 'shootout-ackermann':
            inputs = common.ACKERMANN
        yield Case(name, f'{here}/benchmark.wasm', [Run(**outputs)], ['--dir=.'], inputs)


def program_cases(folder):
    def speedtest(out, _):
        hash_line = b'Verification Hash: 826556 2ef302098d252181c4cb98b84a8a332a8e98506910393697'
        return None if out.strip().endswith(hash_line) else f'last lines: {out[-200:]!r}'

    maker = f'{folder}/make_input.py'
    yield Case('lua', f'{folder}/lua.wasm', [Run(['bench.lua'], stdout=b'1346269\t784350156\t51429\t841470.984808\n')],
               inputs=[f'{folder}/bench.lua'])
    yield Case('zstd', f'{folder}/zstd.wasm',
               [Run(['-q', '-f', '-9', 'text.bin', '-o', 'text.zst'],
                    files={'text.zst': '894b35302f96e8b25ee4d75158e3dc29'}),
                Run(['-q', '-f', '-d', 'text.zst', '-o', 'text.back'],
                    files={'text.back': 'cfb69625c65dd8e22c6903e99d0d3604'})], inputs=[maker])
    yield Case('bzip2', f'{folder}/bzip2.wasm',
               [Run(['-k', '-f', '-9', 'text.bin'], files={'text.bin.bz2': '1bc66cf83f7668c0a634405bfa7b285f'}),
                Run(['-d', '-f', 'text.bin.bz2'], files={'text.bin': 'cfb69625c65dd8e22c6903e99d0d3604'})],
               inputs=[maker])
    yield Case('speedtest1', f'{folder}/speedtest1.wasm',
               [Run(['--memdb', '--size', '5', '--verify'], check=speedtest)])


def module_cases(folder):
    def command(name, runs, inputs=(), options=(), opt=None):
        dirs = ['--dir=.::/w', '--dir=out::/o']
        return Case(name, f'{folder}/{name}/{name}.wasm', runs, [*dirs, *options],
                    [f'{folder}/{name}/{f}' for f in inputs], opt)

    if not os.path.isdir(folder):
        return
    out, code = without_code(text(f'{folder}/icepll/expected.txt'))
    yield command('icepll', [Run('-i 12 -o 60'.split(), stdout=out, code=code)])
    runs = []
    for n in ('t2', 't3'):
        out, code = without_code(text(f'{folder}/boolector/boolector-{n}.txt'))
        runs.append(Run(['-m', '--smt2', f'/w/{n}.smt2'], stdout=out, code=code))
    yield command('boolector', runs, ['t2.smt2', 't3.smt2'])
    yield command('icepack', [Run(['/w/cnt.asc', '/o/cnt.bin'],
                                  files={'out/cnt.bin': md5(text(f'{folder}/icepack/expected.cnt.bin'))})], ['cnt.asc'])
    lines = text(f'{folder}/ocamllex/expected.txt').splitlines(keepends=True)
    out = b''.join(line for line in lines if not re.match(rb'rc=|[0-9a-f]{32}|lexer\.ml', line))
    yield command('ocamllex', [Run(['-o', '/o/lexer.ml', '/w/lexer.mll'], stdout=out,
                                   files={'out/lexer.ml': 'f9b9108f8074c7a6bda3f4af56b4a474'})], ['lexer.mll'])
    for name, files in (('itk-compress', ('blob.bin', 'blob.zst', 'expected.blob.zst')),
                        ('itk-decompress', ('blob.zst', 'blob.out', 'blob.bin'))):
        given, made, expected = files
        source = f'{folder}/itk-compress/expected.blob.zst' if given == 'blob.zst' else f'{folder}/itk-compress/{given}'
        level = ['--compression-level', '7'] if name == 'itk-compress' else []
        yield Case(name, f'{folder}/{name}/{name}.wasm',
                   [Run([f'/w/{given}', f'/o/{made}', *level],
                        files={f'out/{made}': md5(text(f'{folder}/itk-compress/{expected}'))})],
                   ['--dir=.::/w', '--dir=out::/o', '--invoke=itk_wasm_delayed_start,itk_wasm_delayed_exit'],
                   {given: text(source)})
    # it needs a browser to run: it becomes a program, of which nothing is run
    yield Case('wllama', f'{folder}/wllama/wllama.wasm', [], (), opt='-O0')
    program = b'print(#words, words[1], words[60000], templates[7](3, 4), index["aaa"])\n'
    yield command('lua-init', [Run(stdin=program, stdout=b'60000\tbabazkj\tzyzybcr\t25\tnil\n0\n0\n')],
                  options=['--invoke=initialize,run'])
    out, code = without_code(text(f'{folder}/cpython312/expected.txt'))
    yield command('cpython312', [Run(['/w/bench.py'], stdout=out, code=code),
                                 Run(['-c', 'import sys, json; print(json.dumps([1, "a"])); sys.exit(7)'],
                                     stdout=b'[1, "a"]\n', code=7)], ['bench.py'], opt='-O1')


def host_cases(folder):
    if not os.path.isdir(folder):
        return
    blocks = bytes((31 * i + 7 * k) & 255 for k in range(64) for i in range(16384))
    for name, (init, final, size, digest) in HASHES.items():
        script = f'call Hash_Init {init}\n'
        for k in range(64):
            script += f'call Hash_GetBuffer\nfile @1 blocks {k * 16384} 16384\ncall Hash_Update 16384\n'
        script += f'call Hash_Final {final}\ncall Hash_GetBuffer\nhex @1 {size}\n'
        yield Case(name, f'{folder}/hash-wasm/{name}.wasm', [Run(stdin=script.encode(), stdout=f'{digest}\n'.encode())],
                   'host', {'blocks': blocks})
    source = text(f'{folder}/gofmt-tinygo/in.go')
    script = (f'call _initialize\ncall alloc {len(source)}\nfile @1 in 0 {len(source)}\ncall format @1 {len(source)}\n'
              'print 1\ncall output_ptr\ncall output_len\ntext @2 @1\n')
    yield Case('gofmt-tinygo', f'{folder}/gofmt-tinygo/gofmt-tinygo.wasm',
               [Run(stdin=script.encode(), stdout=b'1\n' + text(f'{folder}/gofmt-tinygo/expected.go'))],
               'host', {'in': source})
    script = f'call alloc {len(ZIG)}\nfile @1 in 0 {len(ZIG)}\ncall format @1 {len(ZIG)}\ntext @2 @1\n'
    yield Case('zig-fmt', f'{folder}/zig-fmt/zig-fmt.wasm', [Run(stdin=script.encode(), stdout=ZIG_FORMATTED)],
               'host', {'in': ZIG})
    script = 'global input\nfile @1 in 0 512\ncall digest 512\nglobal output\nhex @1 32\n'
    for name in ('as-sha256', 'as-sha256-simd'):
        yield Case(name, f'{folder}/{name}/{name}.wasm', [Run(stdin=script.encode(), stdout=f'{SHA256_TWICE}\n'.encode())],
                   'host', {'in': bytes(range(256)) * 2})
    for name in ('bcrypt', 'scrypt', 'blake3', 'xxh3'):  # no digest is written down: they build and start
        yield Case(f'{name} (starts)', f'{folder}/hash-wasm/{name}.wasm', [Run(stdout=b'')], 'host')


def all_cases(shared):
    yield from polybench_cases(f'{shared}/bench/wasm')
    coremark = f'{shared}/bench/wasm/coremark.wasm'
    args = text(f'{coremark[:-5]}.args').decode().split() if os.path.exists(coremark) else ()
    yield Case('coremark', coremark, [Run(args, check=coremark_check)])
    yield from sightglass_cases(f'{shared}/bench/sightglass')
    yield from program_cases(f'{shared}/bench/programs')
    yield from host_cases(f'{shared}/modules')
    yield from module_cases(f'{shared}/modules')


# ---- building and running -----------------------------------------------------------------------------
class Refused(Exception):
    """w2c cannot translate the module as yet."""


class Broken(Exception):
    """Anything else that went wrong."""


def execute(command, folder, **kw):
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=1800, **kw)
    except subprocess.TimeoutExpired:
        raise Broken(f'{command[0]}: no end after half an hour') from None


def w2c_runs(command, folder):
    result = execute(command, folder)
    said = result.stderr.decode(errors='replace').strip()
    if result.returncode == 2 and 'not yet translated' in said:
        raise Refused(said.split(': ', 1)[-1])
    if result.returncode:
        raise Broken(f'w2c exits {result.returncode}: {said[-600:]}')
    if 'warning: ' in said and 'nothing here supplies' not in said and 'exports no function _start' not in said:
        raise Broken(f'the C compiler warns: {said[:600]}')
    return result


def imports_bench(w2c, wasm):
    return b'bench.start' in subprocess.run([w2c, 'info', '--list-imports', wasm], capture_output=True).stdout


def build_host(case, cc, a, folder):
    source, binary = os.path.join(folder, 'c'), os.path.dirname(os.path.abspath(a.w2c))
    os.makedirs(source, exist_ok=True)
    w2c_runs([a.w2c, case.wasm, '-o', f'{source}/mod.c'], folder)
    sources = sorted(f'{source}/{f}' for f in os.listdir(source) if f.endswith('.c'))
    result = execute([cc, '-std=c11', case.opt or a.O, '-D_POSIX_C_SOURCE=200809L', '-DMODULE=mod_module', '-Wall', '-Wextra',
                      '-Werror', *(['-DSTUBS'] if case.options == 'stubs' else []), '-I', f'{binary}/include/w2c', *sources, f'{HERE}/export_host.c',
                      f'{binary}/libw2crt.a', '-lm', '-pthread', '-o', 'program'], folder)
    if result.returncode:
        raise Broken(f'{cc}: {result.stderr.decode(errors="replace")[:600]}')


def interpreted(case, a, folder):
    """The command that interprets the case."""
    os.symlink(case.wasm, f'{folder}/program')
    return [a.w2c, 'run', *case.options, *a.build_option, f'{folder}/program']


def build_program(case, cc, a, folder):
    bench = ['--bench'] if imports_bench(a.w2c, case.wasm) else []
    w2c_runs([a.w2c, 'build', case.wasm, '-o', 'program', f'--cc={cc}', case.opt or a.O, f'-j{a.j}', *bench,
              *a.build_option, *case.options], folder)


def prepare(case, folder):
    os.makedirs(f'{folder}/out', exist_ok=True)
    if isinstance(case.inputs, dict):
        for name, data in case.inputs.items():
            with open(f'{folder}/{name}', 'wb') as file:
                file.write(data)
        return
    for path in case.inputs:
        shutil.copy(path, folder)
        os.chmod(f'{folder}/{os.path.basename(path)}', 0o644)
        if path.endswith('make_input.py'):
            subprocess.run([sys.executable, path], cwd=folder, check=True)


def case_run(case, cc, a):
    """Returns what was measured, or raises Refused or Broken."""
    folder = os.path.join(a.keep, cc, re.sub(r'[^\w.-]', '_', case.name))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    prepare(case, folder)
    start = time.time()
    command = ['./program']
    if a.interp:
        command = interpreted(case, a, folder)
    else:
        (build_host if case.options in ('host', 'stubs') else build_program)(case, cc, a, folder)
    built = time.time()
    for run in case.runs:
        result = execute([*command, *run.args], folder, input=run.stdin)
        problem = run.problem(result, folder)
        if problem:
            raise Broken(f'{" ".join(run.args)[:40]}: {problem}' if run.args else problem)
    if not a.keep_given:
        shutil.rmtree(folder)
    ran = f'ran in {time.time() - built:.2f} s'
    return ran if a.interp else f'built in {built - start:.1f} s, {ran}'


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--w2c', default=os.path.join(ROOT, 'build', 'w2c'))
    p.add_argument('--cc', default='clang-19,gcc', help='compilers, with commas between')
    p.add_argument('-O', default='2', help="level for all but the largest, which are built with -O1")
    p.add_argument('-j', default='2')
    p.add_argument('--build-option', action='append', default=[], help='a further option of w2c build')
    p.add_argument('--interp', action='store_true', help='interpret instead of building')
    p.add_argument('--shared', default=common.SHARED)
    p.add_argument('--only', default='', help='names that match this expression')
    p.add_argument('--skip', help='not those that match this expression')
    p.add_argument('--keep', help='build in this folder and leave everything there')
    a = p.parse_args()
    a.O, a.keep_given = f'-O{a.O}', a.keep
    a.w2c = os.path.abspath(a.w2c)
    a.keep = os.path.abspath(a.keep or f'{os.environ.get("TMPDIR", "/tmp")}/w2c-expected.{os.getpid()}')
    if a.interp:
        a.cc = 'interp'
    passed = failed = refused = 0
    for case in all_cases(os.path.abspath(a.shared)):
        if a.interp and (case.options in ('host', 'stubs') or imports_bench(a.w2c, case.wasm)):
            continue
        if not re.search(a.only, case.name) or (a.skip and re.search(a.skip, case.name)) or not os.path.exists(case.wasm):
            continue
        for cc in a.cc.split(','):
            try:
                line = case_run(case, cc, a)
                passed += 1
            except Refused as e:
                refused += 1
                line = f'not yet translated: {e}'
                print(f'{case.name:24s} {line}', flush=True)
                break  # whatever the compiler
            except Broken as e:
                failed += 1
                line = f'FAILED: {e}'
            print(f'{case.name:24s} {cc:9s} {line}', flush=True)
    if not a.keep_given:
        shutil.rmtree(a.keep, ignore_errors=True)
    print(f'{passed} passed, {failed} failed, {refused} not yet translated')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
