#!/usr/bin/env python3
"""Programs that wait, listen and have threads, interpreted and compiled: how they end, and what from.

Environment: W2C_BUILD_DIR (the build with w2c), W2C_CC. Exit 0 when all is well.
"""
import os
import select
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
W2C = os.path.join(os.environ.get('W2C_BUILD_DIR', os.path.join(HERE, '..', '..', 'build')), 'w2c')
CC = os.environ.get('W2C_CC', 'cc')
SECONDS = 60
failures = []


def expect(what, got, want):
    if got != want:
        failures.append(f'{what}: {got!r}, expected {want!r}')


def interpreted(name, options, args):
    return [W2C, 'run', *options, f'{HERE}/{name}.wasm', *args]


class Compiled:
    """Programs are built once; options of a run go through W2C_RUN."""

    def __init__(self, folder):
        self.folder = folder
        for name in ('threads', 'server', 'waiting'):
            built = subprocess.run([W2C, 'build', f'{HERE}/{name}.wasm', '-o', f'{folder}/{name}', '-O1', '--cc', CC],
                                   capture_output=True, text=True)
            expect(f'w2c build {name}', (built.returncode, built.stderr), (0, ''))

    def command(self, name, options, args):
        return [f'{self.folder}/{name}', *args], {**os.environ, 'W2C_RUN': ' '.join(options)}


def run(mode, name, args, options=(), stdin=None):
    """Exit code, output, messages. Standard input is a pipe that says nothing, unless given."""
    command, env = (interpreted(name, options, args), None) if mode is None else mode.command(name, options, args)
    reading, writing = os.pipe()
    try:
        p = subprocess.run(command, stdin=stdin or reading, capture_output=True, env=env, timeout=SECONDS)
        return p.returncode, p.stdout, p.stderr.decode(errors='replace')
    except subprocess.TimeoutExpired:
        return 'no end', b'', ''
    finally:
        os.close(reading)
        os.close(writing)


# ---- threads --------------------------------------------------------------------------------------------
def check_threads(mode, label):
    for what, code, out in (('s', 0, b'8'), ('e', 7, b''), ('t', 134, b''), ('c', 9, b''), ('m', 5, b''), ('r', 0, b'r'),
                            ('l', 0, b'p'), ('b', 3, b'')):
        got = run(mode, 'threads', [what])
        expect(f'{label} threads {what}', got[:2], (code, out))
        told = 'out of bounds memory access' in got[2]
        expect(f'{label} threads {what}: tells of a trap', told, what == 't')
        expect(f'{label} threads {what}: traps told', got[2].count('trap:'), int(what == 't'))


# ---- what waits -------------------------------------------------------------------------------------------
def check_waiting(mode, label):
    for what in 'prc':
        code, out, _ = run(mode, 'waiting', [what], ['--timeout=0.2'])
        expect(f'{label} --timeout of {what}', (code, out), (124, b''))
    code, out, _ = run(mode, 'waiting', ['w'], ['--timeout=0.2', '--stdout=/dev/null'])
    expect(f'{label} --timeout of w', code, 124)
    reading, writing = os.pipe()  # nobody reads
    command, env = (interpreted('waiting', ['--timeout=0.2'], ['w']), None) if mode is None else \
        mode.command('waiting', ['--timeout=0.2'], ['w'])
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.DEVNULL, env=env, timeout=SECONDS)
    expect(f'{label} --timeout of w into a full pipe', p.returncode, 124)
    os.close(reading)
    os.close(writing)
    code, _, _ = run(mode, 'waiting', ['r'], ['--timeout=30'], stdin=subprocess.DEVNULL)
    expect(f'{label} ends before --timeout', code, 1)
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/f', 'w', encoding='ascii'):
            pass
        code, _, _ = run(mode, 'waiting', ['o'], [f'--dir={folder}::/'])
        expect(f'{label} opens files without end', code, 2)
    code, _, _ = run(mode, 'waiting', ['z'])
    expect(f'{label} 4 GiB of random bytes', code, 10)


# ---- sockets ------------------------------------------------------------------------------------------------
def check_sockets(mode, label):
    for place, family in (('127.0.0.1:0', socket.AF_INET), ('[::1]:0', socket.AF_INET6), ('localhost:0', socket.AF_INET)):
        if family == socket.AF_INET6 and not os.path.exists('/proc/net/if_inet6'):
            continue
        command, env = (interpreted('server', [f'--tcplisten={place}'], []), None) if mode is None else \
            mode.command('server', [f"'--tcplisten={place}'"], [])
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=env) as p:
            if not select.select([p.stderr], [], [], SECONDS)[0]:
                failures.append(f'{label} {place}: does not say where it listens')
                p.kill()
                continue
            line = p.stderr.readline().decode()
            try:
                port = int(line.rsplit(':', 1)[-1])
                with socket.create_connection(('::1' if family == socket.AF_INET6 else '127.0.0.1', port), SECONDS) as s:
                    for text, answer in ((b'HAL', b'IBM'), (b'x' * 900, b'y' * 900)):
                        s.sendall(text)
                        got = b''
                        while len(got) < len(answer):
                            part = s.recv(1000)
                            if not part:
                                break
                            got += part
                        expect(f'{label} {place} answers', got, answer)
                    s.sendall(b'q')
                    expect(f'{label} {place} shuts down', s.recv(10), b'')
                expect(f'{label} {place} exits', p.wait(SECONDS), 4)
            except (OSError, ValueError) as error:
                failures.append(f'{label} {place}: {error} after {line!r}')
                p.kill()
    expect(f'{label} nobody connects', run(mode, 'server', [], ['--tcplisten=127.0.0.1:0', '--timeout=0.2'])[0], 124)
    for bad in ('127.0.0.1', 'host.example:80', '127.0.0.1:65536', ':80', '[::1:80'):
        expect(f'{label} --tcplisten={bad}', run(mode, 'server', [], [f"--tcplisten={bad}"])[0], 125)
    taken = socket.create_server(('127.0.0.1', 0))
    code, _, err = run(mode, 'server', [], [f'--tcplisten=127.0.0.1:{taken.getsockname()[1]}'])
    expect(f'{label} a port that is taken', (code, 'in use' in err), (125, True))
    taken.close()


with tempfile.TemporaryDirectory(prefix='w2c-run-') as scratch:
    for how, title in ((None, 'interpreted'), (Compiled(scratch), 'compiled')):
        check_threads(how, title)
        check_waiting(how, title)
        check_sockets(how, title)
for failure in failures:
    print(failure)
print(f'{len(failures)} failed')
sys.exit(bool(failures))
