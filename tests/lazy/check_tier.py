"""check_tier.py: w2c run --tier does what w2c run does, whatever is compiled and whatever still interpreted: calls in
both directions, through tables, of imports, traps, exhausted stacks, exceptions; and goes on without a compiler."""
import os
import shutil
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import TESTS, check, finish, parallel, temp_dir, w2c

GROUPS = os.path.join(TESTS, "lazy", "groups.wasm")
WARM = os.path.join(TESTS, "snapshot", "warm.wasm")
REFUSED = os.path.join(TESTS, "snapshot", "refused.wasm")
CASES = [(GROUPS, "sum", []), (GROUPS, "sum,sum,sum", []), (GROUPS, "parity", ["1001"]), (GROUPS, "indirect", ["0"]),
         (GROUPS, "indirect", ["1"]), (GROUPS, "indirect", ["2"]), (GROUPS, "fault", ["65532"]),
         (GROUPS, "fault", ["65533"]), (GROUPS, "deep", []), (GROUPS, "never", ["3"])]
CASES += [(os.path.join(TESTS, "eh", "some.wasm"), "run", ["5"])]
CASES += [(WARM, "init," + name, []) for name in (
    "numbers", "vector", "memories", "tables", "refs", "global_func", "passive", "dropped_data", "dropped_elem", "import")]


def told(done):
    """Exit code, results, and the trap without its backtrace, which only interpreted functions have."""
    return done.returncode, done.stdout, (done.stderr.splitlines() or [""])[0]


def same(module, calls, arguments):
    want = told(w2c("run", "--invoke=" + calls, module, *arguments))
    for options in (["--tier-calls=1"], ["--tier-calls=1", "--group-size=1"], ["--tier-calls=3", "--group-size=1"]):
        done = w2c("run", "--tier", "--tier-wait", "-O", "0", "--cc", os.environ["W2C_CC"], *options,
                   "--invoke=" + calls, module, *arguments)
        check(told(done) == want, f"{os.path.basename(module)} {calls} {arguments} {options}: {told(done)}, not {want}")


def compiled(temp):
    """That anything was compiled; and nothing is left in the temporary folder."""
    done = w2c("run", "--tier", "--tier-wait", "--tier-calls=1", "-v", "-O", "0", "--cc", os.environ["W2C_CC"],
               "--group-size=1", "--invoke=sum", GROUPS, env={**os.environ, "TMPDIR": temp})
    check("6 of 16 groups compiled, 6 functions" in done.stderr, f"what is compiled: {done.stderr}")
    check(os.listdir(temp) == [], f"left behind: {os.listdir(temp)}")
    done = w2c("run", "--tier", "--tier-wait", "--tier-calls=1", "-v", "--cc", "no-such-compiler", "--invoke=sum", GROUPS)
    check(done.stdout == "1062\n" and "no C compiler" in done.stderr, f"no compiler: {done.stdout}{done.stderr}")
    done = w2c("run", "--tier", "--tier-wait", "--tier-calls=1", "-v", "--cc", shutil.which("false"), "--invoke=sum", GROUPS)
    check(done.stdout == "1062\n" and "cannot compile" in done.stderr, f"a bad compiler: {done.stdout}{done.stderr}")
    done = w2c("run", "--tier", "--tier-wait", "--tier-calls=1", "-v", "--invoke=first", REFUSED)
    check(done.stdout == "104\n" and "garbage collection" in done.stderr, f"objects: {done.stdout}{done.stderr}")


def main():
    with temp_dir() as temp:
        parallel([lambda c=c: same(*c) for c in CASES])
        compiled(temp)
    finish("tier")


main()
