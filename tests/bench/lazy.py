"""lazy.py: what --lazy-groups saves: a program built plainly and with groups that are loaded at their first call.

    tests/bench/lazy.py [--cc CC] [--opt N] [--dir HOST::GUEST] [--runs N] [--keep DIR] MODULE.wasm -- ARGUMENTS...

Prints the share of groups that a run loads, the code of the module that is resident when it ends (KiB, pages of executable
mappings of the program and its groups), the bytes of relocations, the shortest time of a run in ms, and the least
processor time of one. --keep: programs that are there already are measured, and those made stay. The programs get a
stack of 256 MiB (CPython without optimisation needs more than 8), and must end the same way, without a trap."""
import argparse
import glob
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("W2C_BUILD_DIR", os.path.join(HERE, "..", "..", "build"))


def relocations(path):
    text = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True).stdout
    return sum(int(m[1], 16) for m in re.finditer(r"\.rela?r?\.\w+\s+RELA?R?\s+\w+\s+\w+\s+(\w+)", text))


def at_exit(program, arguments):
    """Resident KiB, and the groups opened, when the program is about to exit: strace holds it there."""
    with tempfile.TemporaryDirectory() as temp:
        trace = os.path.join(temp, "trace")
        run = subprocess.Popen(["strace", "-f", "-o", trace, "-e", "trace=openat,exit_group", "-e", "inject=exit_group:delay_enter=2000000",
                                program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        resident = 0
        while run.poll() is None:
            time.sleep(0.2)
            try:
                with open(trace) as f:
                    text = f.read()
                pid = int(text.split()[0])
                if "exit_group" not in text:
                    continue
                with open(f"/proc/{pid}/smaps") as f:
                    blocks = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", f.read())
                resident = sum(int(re.search(r"(?m)^Rss: +(\d+)", b)[1]) for b in blocks
                               if b and " r-xp " in b.splitlines()[0] and program in b.splitlines()[0])
            except (OSError, ValueError, IndexError, TypeError):
                continue
        with open(trace) as f:
            loaded = set(re.findall(r'/(\d+\.so)", [^)]*\) = \d', f.read()))
        return resident, loaded


def processor():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def best(program, arguments, runs):
    shortest = least = 1e9
    for _ in range(runs):
        begin, before = time.perf_counter(), processor()
        ran = subprocess.run([program, *arguments], capture_output=True)
        shortest, least = min(shortest, time.perf_counter() - begin), min(least, processor() - before)
        if ran.returncode >= 124 or ran.returncode < 0:
            sys.exit(f"{program}: exit code {ran.returncode}: {ran.stderr.decode(errors='replace')}")
    return shortest * 1e3, least * 1e3, (ran.returncode, ran.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--cc", default="clang-19")
    parser.add_argument("--opt", default="2")
    parser.add_argument("--dir", default="")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--keep", default="")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_STACK, (256 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    said = set()
    with tempfile.TemporaryDirectory() as temp:
        print(f"{'':8} {'groups':>12} {'resident KiB':>13} {'relocations':>12} {'ms':>9} {'processor':>10}")
        for name, options in (("plain", []), ("lazy", ["--lazy-groups"])):
            program = os.path.join(os.path.abspath(args.keep) if args.keep else temp, name)
            if not os.path.exists(program):
                subprocess.run([os.path.join(BUILD, "w2c"), "build", args.module, "--cc", args.cc, "-O", args.opt,
                                *(["--dir=" + args.dir] if args.dir else []), *options, "-o", program], check=True,
                               stdout=subprocess.DEVNULL)
            groups = glob.glob(program + ".groups/*.so")
            resident, loaded = at_exit(program, args.arguments)
            bytes_there = relocations(program) + sum(relocations(g) for g in groups if os.path.basename(g) in loaded)
            share = f"{len(loaded)} of {len(groups)}" if groups else "-"
            shortest, least, output = best(program, args.arguments, args.runs)
            said.add(output)
            print(f"{name:8} {share:>12} {resident:13} {bytes_there:12} {shortest:9.2f} {least:10.2f}", flush=True)
    if len(said) != 1:
        sys.exit("they say different things")


main()
