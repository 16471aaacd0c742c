#!/usr/bin/env python3
"""memory.py: the three figures of a program's memory (its curve, how often it grows, its baseline), and their page.

    tests/bench/memory.py [--w2c build/w2c] [--page OUT.html] [--png OUT.png] MODULE.wasm -- ARGUMENTS...

Runs the module in the interpreter with --memory-report, prints what the page says, and has headless Chromium draw it, when
there is one: exit code 1 when something is not drawn, or the page wants something from elsewhere. --png: as a picture."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def megabytes(n):
    return f"{n / (1 << 20):.1f} MiB"


def tell(data):
    grown = [s for s in data["samples"] if s["kind"] == "growth"]
    marks = [data["elapsed_ns"] * k // 4 for k in range(1, 5)]
    sizes = [max([s["bytes"] for s in data["samples"] if s["kind"] != "failed" and s["ns"] <= ns]) for ns in marks]
    print(f"curve      begins at {megabytes(data['samples'][0]['bytes'])}; after each quarter of {data['elapsed_ns'] / 1e9:.2f} s: "
          + ", ".join(megabytes(s) for s in sizes))
    print(f"growth     {data['growths']} times, {data['failed_growths']} failed; {sum(s['ns'] <= marks[0] for s in grown)} in the first quarter, "
          f"{sum(s['ns'] > marks[2] for s in grown)} in the last, the last one after {data['last_growth_ns'] / 1e9:.2f} s")
    print(f"baseline   {megabytes(data['baseline'])}, {data['since_baseline']} growths since the first one; "
          f"{megabytes(data['resident'])} in RAM at the end")


def drawn(browser, page, data):
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    dom = subprocess.run([*command, "--dump-dom", "file://" + page], capture_output=True, text=True, timeout=120).stdout
    wanted = ["size", "resident"] + ["baseline"] * (data["baseline"] > 0)
    missing = [name for name in wanted if f'id="{name}"' not in dom]
    grown = sum(s["kind"] == "growth" for s in data["samples"])
    if dom.count('class="growth"') != grown:
        missing.append(f"{grown} growths, but {dom.count('class=growth')}")
    return missing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--w2c", default="build/w2c")
    parser.add_argument("--page", default="")
    parser.add_argument("--png", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temp:
        page = os.path.abspath(args.page or os.path.join(temp, "report.html"))
        subprocess.run([args.w2c, "run", "--memory-report=" + page, args.module, *args.arguments], check=True, stdout=subprocess.DEVNULL)
        with open(page) as f:
            text = f.read()
        data = json.loads(re.search(r"const data = (\{.*?\n\});?\n", text, re.S)[1])
        tell(data)
        if re.search(r"(src|href)=|@import|url\(|fetch\(", text):
            sys.exit("the page wants something from elsewhere")
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not browser:
            print("page       drawn by nobody: no Chromium here")
            return
        missing = drawn(browser, page, data)
        if missing:
            sys.exit(f"the page does not show: {missing}")
        print("page       drawn by", browser)
        if args.png:
            subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=960,760",
                            "--screenshot=" + os.path.abspath(args.png), "file://" + page], check=True, stderr=subprocess.DEVNULL)


main()
