#!/usr/bin/env python3
"""Counts instructions that programs execute, by valgrind's callgrind: the same in every run, which times on a shared machine are not.

  instructions.py [--beside PROGRAM] [--top 25] [--function NAME] PROGRAM -- ARGUMENTS

Prints PROGRAM's functions by what they execute themselves. --beside runs another program with the same arguments, a native build for
example, and puts the function next to each that is called as often, though its name is another: what executes more than its
counterpart comes first. --function prints one function's code with the count of each instruction (needs objdump, nm).
W2C_RUN in the environment gives guests their directories. Programs made with --fixed-base may find their address taken.
"""
import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile


class Profile:
    """own: instructions of each function without its callees; calls: how often it was called; at: counts by address."""

    def __init__(self, lines):
        self.own, self.calls, self.at = collections.Counter(), collections.Counter(), collections.defaultdict(collections.Counter)
        name, callee, of_call = None, None, False
        for line in lines:
            key, _, value = line.rstrip("\n").partition("=")
            if key == "fn":
                name = value.split("'")[0]
            elif key == "cfn":
                callee = value.split("'")[0]
            elif key == "calls":
                self.calls[callee] += int(value.split()[0])
                of_call = True
            elif line.startswith("0x"):
                if not of_call:  # the line behind "calls" is the callee's whole cost
                    words = line.split()
                    self.own[name] += int(words[-1])
                    self.at[name][int(words[0], 16)] += int(words[-1])
                of_call = False


def run(program, arguments):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        try:
            done = subprocess.run(["valgrind", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no", "--compress-strings=no",
                                   "--callgrind-out-file=" + out, os.path.abspath(program), *arguments],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        except FileNotFoundError:
            sys.exit("instructions.py: valgrind is not installed (Debian: apt-get install valgrind)")
        if done.returncode:
            sys.exit(f"instructions.py: {program} ended with {done.returncode}:\n{done.stderr}")
        with open(out, errors="replace") as file:
            return Profile(file)


def pair(own, other):
    """(more than the counterpart, own, counterpart's, calls, name, counterpart's name), most first."""
    by_calls = collections.defaultdict(list)
    for name, calls in other.calls.items():
        by_calls[calls].append(name)
    rows, used = [], set()
    for name, count in own.own.most_common():
        same = [n for n in by_calls[own.calls[name]] if n not in used] if own.calls[name] > 50 else []
        best = min(same, key=lambda n: abs(other.own[n] - count), default=None)
        used.add(best)
        rows.append((count - other.own[best], count, other.own[best], own.calls[name], name, best or "?"))
    rows += [(-count, 0, count, other.calls[name], "?", name) for name, count in other.own.items() if name not in used]
    return sorted(rows, reverse=True)


def print_code(program, profile, name):
    names = subprocess.run(["nm", program], capture_output=True, text=True).stdout
    found = re.search(rf"^([0-9a-f]+) \w {re.escape(name)}$", names, re.M)
    if not found or name not in profile.at:
        sys.exit(f"instructions.py: {program} has no function {name}, or it was not executed")
    counts, begin = profile.at[name], int(found[1], 16)
    shift = (min(counts) - begin) & ~0xfff  # where the program was loaded
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", f"--start-address={begin}", f"--stop-address={max(counts) - shift + 16}",
                           program], capture_output=True, text=True).stdout
    for line in code.splitlines():
        found = re.match(r"\s*([0-9a-f]+):\t(.*)", line)
        if found:
            print(f"{counts.get(int(found[1], 16) + shift, 0):>12} {found[1]} {found[2]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside")
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--function")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    profile = run(options.program, options.arguments)
    if options.function:
        print_code(options.program, profile, options.function)
        return
    total = sum(profile.own.values())
    if not options.beside:
        print(f"{total / 1e6:.1f} million instructions")
        for name, count in profile.own.most_common(options.top):
            print(f"{count / 1e6:10.2f} {100 * count / total:5.1f} % {profile.calls[name]:>10} calls  {name}")
        return
    other = run(options.beside, options.arguments)
    theirs = sum(other.own.values())
    print(f"{total / 1e6:.1f} million instructions, {options.beside}: {theirs / 1e6:.1f}, {total / theirs:.3f} times as many")
    print(f"{'more':>10} {'own':>10} {'beside':>10}      calls")
    for more, own, beside, calls, name, counterpart in pair(profile, other)[:options.top]:
        print(f"{more / 1e6:10.2f} {own / 1e6:10.2f} {beside / 1e6:10.2f} {calls:>10}  {name}  {counterpart}")


main()
