#!/usr/bin/env python3
"""Runs the official WASI test programs: each is built by `w2c build`, run as its JSON says, and judged.

Usage: run_suite.py [--w2c W2C] [--interp] [-j N] [-O LEVEL] [--cc CC] [--keep DIR] [-v] FOLDER [PATTERN...]
    --interp by `w2c run` instead: nothing is compiled
    FOLDER   holds the suite's folders of NAME.wasm and NAME.json (its README.md says what they mean)
    PATTERN  only programs whose path contains one of these
Prints what failed and a closing line `N passed, N failed`; exit 1 when any failed.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

# These print a line about what they find even when all is well; without a "stdout" in their JSON the
# suite's own runner does not look at it, and nor do we.
CHATTY = {"poll_oneoff_stdio", "path_open_preopen"}
SECONDS = 120


def programs(folder, patterns):
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(where, name)
            if name.endswith(".wasm") and (not patterns or any(p in path for p in patterns)):
                yield path


def writable(root):
    for where, _, names in os.walk(root):
        os.chmod(where, os.stat(where).st_mode | stat.S_IRWXU)
        for name in names:
            os.chmod(os.path.join(where, name), os.stat(os.path.join(where, name)).st_mode | stat.S_IRUSR | stat.S_IWUSR)


def differs(spec, name, result):
    faults = []
    if result.returncode != spec.get("exit_code", 0):
        faults.append(f"exit code {result.returncode}, expected {spec.get('exit_code', 0)}")
    for stream in ("stdout", "stderr"):
        got = getattr(result, stream)
        if stream not in spec and (stream == "stderr" or name in CHATTY):
            continue
        if got != spec.get(stream, "").encode():
            faults.append(f"{stream} {got[:200]!r}, expected {spec.get(stream, '')!r}")
    return "; ".join(faults)


def run_one(path, args, scratch):
    """None, or what is wrong."""
    name = os.path.basename(path)[:-5]
    spec_path = path[:-5] + ".json"
    spec = {}
    if os.path.exists(spec_path):
        with open(spec_path, encoding="utf-8") as file:
            spec = json.load(file)
    folder = os.path.join(args.keep or scratch, os.path.basename(os.path.dirname(path)), name)
    os.makedirs(folder, exist_ok=True)
    options = [word for key, value in spec.get("env", {}).items() for word in ("--env", f"{key}={value}")]
    if "root" in spec:
        root = os.path.join(folder, "root")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(os.path.join(os.path.dirname(path), spec["root"]), root)
        writable(root)
        options.append(f"--dir={root}::/")
    if args.interp:
        command = [args.w2c, "run", *options, path]
    else:
        command = [os.path.join(folder, name)]
        built = subprocess.run([args.w2c, "build", path, "-o", command[0], "-O" + args.optimize, "-j1",
                                *(["--cc", args.cc] if args.cc else []), *options],
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        if built.returncode != 0:
            return f"w2c build: exit code {built.returncode}: {built.stderr.decode(errors='replace')[-1000:]}"
    environment = {key: value for key, value in os.environ.items() if key != "W2C_RUN"}
    try:
        result = subprocess.run(command + spec.get("args", []), stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=SECONDS, env=environment, cwd=folder)
    except subprocess.TimeoutExpired:
        return f"still running after {SECONDS} s"
    fault = differs(spec, name, result)
    if fault and result.stderr:
        fault += "\n    " + result.stderr.decode(errors="replace").strip()[-600:].replace("\n", "\n    ")
    return fault or None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--w2c", default="w2c")
    parser.add_argument("--interp", action="store_true", help="interpret, by `w2c run`")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-O", "--optimize", default="1")
    parser.add_argument("--cc")
    parser.add_argument("--keep", metavar="DIR", help="leave programs and directories there")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("folder")
    parser.add_argument("patterns", nargs="*")
    args = parser.parse_args()
    args.w2c = os.path.abspath(args.w2c) if os.path.sep in args.w2c else args.w2c
    args.keep = os.path.abspath(args.keep) if args.keep else None
    args.folder = os.path.abspath(args.folder)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="w2c-wasi-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(max(args.jobs, 1)) as pool:
        jobs = [(path, pool.submit(run_one, path, args, scratch)) for path in programs(args.folder, args.patterns)]
        for path, job in jobs:
            try:
                fault = job.result()
            except (OSError, subprocess.TimeoutExpired, ValueError) as error:
                fault = str(error)
            short = os.path.relpath(path, args.folder)
            if fault:
                failed += 1
                print(f"{short}: {fault}", flush=True)
            else:
                passed += 1
                if args.verbose:
                    print(f"{short}: ok", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
