#!/usr/bin/env python3
"""What instances cost: makes modules with images of several sizes, builds instances.c with them, runs it.

    instances.py --w2c build/w2c [--cc clang-19] [--wasmtime _libwasmtime.so] [cost threads many cycles forks pages]

The last words choose the parts; all of them when none is given. --wasmtime: the shared library of the Python package
`wasmtime`; by default the one in $PEERS/venv.
"""
import argparse, glob, os, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"m4k": 4 << 10, "m64k": 64 << 10, "m128k": 128 << 10, "m1m": 1 << 20, "big": 0}


def leb(n):
    out = bytearray()
    while True:
        out.append(n & 0x7f | (0x80 if n > 0x7f else 0))
        n >>= 7
        if not n:
            return bytes(out)


def sleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7f, n >> 7
        done = n == (-1 if byte & 0x40 else 0)
        out.append(byte | (0 if done else 0x80))
        if done:
            return bytes(out)


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


def module(size):
    """touch(n): writes the first byte of n pages, spread over the image; gives n."""
    stride = size // 4 if size >= 16384 else 4096
    code = (b"\x01\x01\x7f"                                   # one local: k
            b"\x03\x40"                                       # loop
            b"\x20\x01\x20\x00\x49\x04\x40"                     # if k < n
            + b"\x20\x01\x41" + sleb(stride) + b"\x6c"        # address
            + b"\x41\x01\x3a\x00\x00"                        # store 1
            + b"\x20\x01\x41\x01\x6a\x21\x01\x0c\x01\x0b\x0b" # k++, again
            + b"\x20\x00\x0b")
    pages = max(1, size >> 16)
    data = bytes(1 + i * 7 % 255 for i in range(size))
    return (b"\0asm\1\0\0\0" + section(1, b"\x01\x60\x01\x7f\x01\x7f") + section(3, b"\x01\x00")
            + section(5, b"\x01\x01" + leb(pages) + leb(pages + 8192)) + section(7, b"\x01\x05touch\x00\x00")
            + section(10, b"\x01" + leb(len(code)) + code)
            + section(11, b"\x01\x00\x41\x00\x0b" + leb(size) + data))


def table(count):
    """touch(k): calls function k of a table that never changes; each gives its number."""
    def body(code):
        return leb(len(code) + 2) + b"\0" + code + b"\x0b"

    bodies = b"".join(body(b"\x41" + sleb(i)) for i in range(count)) + body(b"\x20\x00\x11\x01\x00")
    return (b"\0asm\1\0\0\0" + section(1, b"\x02\x60\x01\x7f\x01\x7f\x60\x00\x01\x7f")
            + section(3, leb(count + 1) + b"\x01" * count + b"\x00") + section(4, b"\x01\x70\x00" + leb(count))
            + section(5, b"\x01\x01\x01\x01") + section(7, b"\x01\x05touch\x00" + leb(count))
            + section(9, b"\x01\x00\x41\x00\x0b" + leb(count) + b"".join(leb(i) for i in range(count)))
            + section(10, leb(count + 1) + bodies))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--w2c", default="build/w2c")
    parser.add_argument("--cc", default="clang-19")
    peers = os.environ.get("PEERS", os.path.expanduser("~/.cache/w2c-peers"))
    found = glob.glob(peers + "/venv/lib/python3*/site-packages/wasmtime/linux-x86_64/_libwasmtime.so")
    parser.add_argument("--wasmtime", default=found[0] if found else "")
    parser.add_argument("parts", nargs="*", default=[])
    args = parser.parse_args()
    w2c = pathlib.Path(args.w2c).resolve()
    flags = ["-O2", "-std=gnu11", "-I", str(HERE.parent.parent / "rtlib")]
    with tempfile.TemporaryDirectory() as name:
        objects = []
        for stem, size in [*SIZES.items(), ("table", 2000)]:
            path = pathlib.Path(name, stem + ".wasm")
            path.write_bytes(table(size) if stem == "table" else module(size))
            subprocess.run([w2c, path, "-o", path.with_suffix(".c")], check=True, stdout=subprocess.DEVNULL)
            objects.append(str(path.with_suffix(".o")))
            subprocess.run([args.cc, *flags, "-c", path.with_suffix(".c"), "-o", objects[-1]], check=True, cwd=name)
        program = pathlib.Path(name, "instances")
        subprocess.run([args.cc, *flags, HERE / "instances.c", HERE / "instances_wasmtime.c", *objects,
                        w2c.parent / "libw2crt.a", "-lm", "-ldl", "-pthread", "-o", program], check=True)
        for part in args.parts or ["cost", "threads", "many", "cycles", "forks", "pages"]:
            extra = [name, args.wasmtime] if part == "cost" else []
            subprocess.run([program, part, *extra], check=True)
            sys.stdout.flush()


main()
