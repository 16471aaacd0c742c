#!/usr/bin/env python3
"""--memory-report of w2c run and of a built program: JSON, CSV, and the page, in Chromium where there is one."""
import csv, json, os, pathlib, shutil, subprocess, sys, tempfile

here = pathlib.Path(__file__).resolve().parent
build = pathlib.Path(os.environ.get("W2C_BUILD_DIR", here.parent.parent / "build"))
cc = os.environ.get("W2C_CC", "cc")
wasm = here / "growing.wasm"
KIB64 = 65536
failed = 0


def need(good, what):
    global failed
    if not good:
        failed += 1
        print("FAILED:", what)


def check_json(path, title):
    data = json.loads(path.read_text())
    need(data["title"] == title, "title")
    need(data["current"] == 34 * KIB64, "current")
    need(data["peak"] == data["current"], "peak")
    need(data["limit"] == 40 * KIB64, "limit")
    need((data["growths"], data["failed_growths"], data["refused"]) == (8, 1, 0), "growths")
    need(data["baseline"] == data["current"], "baseline after a rest")
    if data["pages_known"]:
        need(9 <= data["touched"] <= 34 * KIB64 // data["page"], "touched pages")
        need(data["resident"] >= 9 * data["page"], "resident bytes")
    samples = data["samples"]
    need(samples[0]["kind"] == "start" and samples[0]["bytes"] == 2 * KIB64, "first sample")
    sizes = [s["bytes"] for s in samples if s["kind"] == "growth"]
    need(sizes == [(2 + 4 * (i + 1)) * KIB64 for i in range(8)], "growths by sample")
    need([s["bytes"] for s in samples if s["kind"] == "failed"] == [134 * KIB64], "failed growth")
    need(all(a["ns"] <= b["ns"] for a, b in zip(samples, samples[1:])), "order of samples")
    need(any(s["kind"] == "look" for s in samples), "looks")
    need(samples[-1]["ns"] <= data["elapsed_ns"], "elapsed")


def check_csv(path):
    rows = list(csv.DictReader(path.open()))
    need(sum(r["kind"] == "growth" for r in rows) == 8, "growths in CSV")
    need(rows[0]["kind"] == "start" and int(rows[0]["bytes"]) == 2 * KIB64, "first row")


def check_page(path, browser):
    text = path.read_text()
    need("http://" not in text.replace("http://www.w3.org/2000/svg", "") and "https://" not in text, "fetches nothing")
    need("</script><" not in text.split("const data")[1].split(";\nconst $")[0], "data stays inside its script")
    if not browser:
        return
    dom = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()],
                         capture_output=True, text=True, timeout=120).stdout
    for piece in ('id="size"', 'id="baseline"', 'id="resident"', 'class="failed"', "2.1 MiB", "8</b>"):
        need(piece in dom, f"the drawn page has {piece}")
    need(dom.count('class="growth"') == 8, "eight growths drawn")


with tempfile.TemporaryDirectory() as name:
    dir = pathlib.Path(name)
    program = dir / "a&b<c>"  # a name that a page must escape
    subprocess.run([build / "w2c", "build", wasm, "-o", program, "--cc", cc, "-O0",
                    f"--memory-report={dir}/built.json"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program], check=True)
    check_json(dir / "built.json", "a&b<c>")
    for suffix in ("html", "csv"):
        subprocess.run([program], check=True, env={**os.environ, "W2C_RUN": f"--memory-report={dir}/again.{suffix}"})
    check_csv(dir / "again.csv")
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    check_page(dir / "again.html", browser)
    print("drawn by", browser if browser else "nobody: no Chromium here")
    subprocess.run([build / "w2c", "run", f"--memory-report={dir}/run.json", wasm], check=True)
    check_json(dir / "run.json", "growing.wasm")
    wrong = subprocess.run([build / "w2c", "run", f"--memory-report={dir}/run.txt", wasm], capture_output=True, text=True)
    need(wrong.returncode != 0 and ".html" in wrong.stderr, "another suffix is refused")
    wrong = subprocess.run([build / "w2c", "run", f"--memory-report={dir}/no/run.csv", wasm], capture_output=True,
                           text=True)
    need(wrong.returncode == 0 and "--memory-report" in wrong.stderr, "a file that cannot be written is named")
sys.exit(failed != 0)
