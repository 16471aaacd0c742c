"""snapshot.py: a costly start, before and after w2c snapshot: ../shared/modules/lua-init, whose initialize makes tables in Lua.

    tests/bench/snapshot.py MODULE.wasm [--cc CC] [--runs N]

Builds the module twice, plain (--invoke=initialize,run) and from its snapshot (--invoke=run), gives both a script of one
line, and prints the shortest times from posix_spawn to the end, in ms; beside them a program that does nothing. Then how long
after execve the snapshot's program calls its guest (first_call.c), and one that does nothing comes to main. Then ten
programs from the snapshot wait for their input: what /proc/PID/smaps says of the pages of the image, in KiB."""
import argparse
import os
import re
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("W2C_BUILD_DIR", os.path.join(HERE, "..", "..", "build"))
W2C = os.path.join(BUILD, "w2c")
SCRIPT = 'print(#words, words[1], words[60000], templates[7](3, 4), index["aaa"])\n'


def seconds(program, stdin):
    with open(stdin) as given, open(os.devnull, "w") as out:
        begin = time.perf_counter()
        child = os.posix_spawn(program, [program], os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, given.fileno(), 0), (os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        os.waitpid(child, 0)
        return time.perf_counter() - begin


def image_pages(pid, program):
    """Of the mappings of the program's file that are writable and not shared: the memory's image."""
    with open(f"/proc/{pid}/smaps") as f:
        blocks = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", f.read())
    total = {}
    for block in blocks:
        head = block.splitlines()[0] if block else ""
        if not head.endswith(program) or " rw-p " not in head:
            continue
        sizes = {k: int(v) for k, v in re.findall(r"(?m)^(\w+): +(\d+) kB", block)}
        if sizes["Size"] > total.get("Size", 0):
            total = sizes
    return total


def first_calls(temp, cc, objects, runs):
    """[ns] from execve to the first call of the guest, and to the main of a program without one."""
    def compile_c(name, *more):
        exe = os.path.join(temp, name)
        subprocess.run([cc, "-O2", "-I" + os.path.join(HERE, "..", "..", "rtlib"), os.path.join(HERE, "first_call.c"), *more,
                        "-o", exe], check=True)
        return exe

    launcher, nothing = compile_c("launcher", "-DLAUNCHER"), compile_c("nothing", "-DNOTHING")
    libraries = [os.path.join(BUILD, f"libw2c{x}.a") for x in ("wasi", "rt")]
    guest = compile_c("first", "-Wl,--wrap=w2c_call", *objects, *libraries, "-lm", "-ldl", "-pthread")
    times = {guest: [], nothing: []}
    for _ in range(runs):
        for program, list_ in times.items():
            done = subprocess.run([launcher, program], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            list_.append(int(done.stderr.split()[0]))
    return sorted(times[guest]), sorted(times[nothing])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--cc", default="clang-19")
    parser.add_argument("--runs", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temp:
        def build(module, name, invoke, *more):
            exe = os.path.join(temp, name)
            subprocess.run([W2C, "build", module, "--cc", args.cc, "--invoke=" + invoke, *more, "-o", exe], check=True,
                           stdout=subprocess.DEVNULL)
            return exe

        warm, kept = os.path.join(temp, "warm.wasm"), os.path.join(temp, "kept")
        begin = time.perf_counter()
        subprocess.run([W2C, "snapshot", args.module, "--call=_initialize,initialize", "-o", warm], check=True,
                       stdout=subprocess.DEVNULL)
        print(f"w2c snapshot: {time.perf_counter() - begin:.2f} s, {os.path.getsize(warm)} bytes of module")
        plain, snap = build(args.module, "plain", "initialize,run"), build(warm, "snap", "run", "--keep=" + kept)
        script, empty = os.path.join(temp, "script"), os.path.join(temp, "empty")
        with open(script, "w") as f:
            f.write(SCRIPT)
        open(empty, "w").close()
        says = [subprocess.run([p], stdin=open(script), capture_output=True, text=True).stdout for p in (plain, snap)]
        lines = [set(text.splitlines()) for text in says]
        assert lines[1] and lines[0] == lines[1], says
        best = {}
        for i in range(args.runs):
            for what, program, stdin in (("plain", plain, script), ("snapshot", snap, script),
                                         ("snapshot, no input", snap, empty), ("nothing", "/bin/true", empty)):
                if what == "plain" and i % 8:
                    continue
                best[what] = min(best.get(what, 1e9), seconds(program, stdin))
        for what, t in best.items():
            print(f"{what:20} {1e3 * t:9.3f} ms")
        print(f"plain / snapshot: {best['plain'] / best['snapshot']:.0f}")
        objects = sorted(os.path.join(kept, f) for f in os.listdir(kept) if f.endswith(".o"))
        for what, ns in zip(("the guest's first instruction", "main of nothing"), first_calls(temp, args.cc, objects, args.runs)):
            print(f"{what:30} {ns[0] / 1e6:9.3f} ms after execve (median {ns[len(ns) // 2] / 1e6:.3f})")
        ten = [subprocess.Popen([snap], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(10)]
        time.sleep(1)
        rows = [image_pages(p.pid, snap) for p in ten]
        keys = ("Size", "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty")
        print("ten processes, the image's pages in KiB: " +
              ", ".join(f"{k} {sum(r.get(k, 0) for r in rows)}" for k in keys))
        for p in ten:
            p.communicate(SCRIPT.encode())


main()
