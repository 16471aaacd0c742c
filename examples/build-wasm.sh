#!/usr/bin/env bash
# Makes the examples' modules from their sources: all, or those named. The results are committed: this is
# needed only after a change of the sources.
#   Debian: clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32; for rust_exchange: rustup target add wasm32-unknown-unknown
#   sqlite_sandbox: SQLITE=folder with sqlite3.c (the amalgamation)
set -euo pipefail
cd "$(dirname "$0")"
cc=${CC:-clang-19}
bare=(--target=wasm32 -Os -nostdlib -Wl,--no-entry -Wl,--strip-all)
wasi=(--target=wasm32-wasi -Os -Wl,--strip-all)
make_one() {
    case $1 in
        hello_wasi) "$cc" "${wasi[@]}" hello_wasi/hello.c -o hello_wasi/hello.wasm ;;
        host_import) "$cc" "${bare[@]}" host_import/thermostat.c -o host_import/thermostat.wasm ;;
        many_instances) "$cc" "${bare[@]}" many_instances/tenant.c -o many_instances/tenant.wasm ;;
        freestanding) "$cc" "${bare[@]}" -Wl,-z,stack-size=4096 freestanding/crc.c -o freestanding/crc.wasm ;;
        cpp_host) "$cc" "${bare[@]}" cpp_host/stats.c -o cpp_host/stats.wasm ;;
        image_plugin) "$cc" "${bare[@]}" image_plugin/painting.c -o image_plugin/painting.wasm ;;
        rust_exchange)
            (cd rust_exchange/guest && cargo build --quiet --release --target wasm32-unknown-unknown)
            cp rust_exchange/guest/target/wasm32-unknown-unknown/release/exchange.wasm rust_exchange/exchange.wasm
            ;;
        sqlite_sandbox)
            "$cc" "${wasi[@]}" -mexec-model=reactor -I "${SQLITE:?folder with sqlite3.c}" \
                -DSQLITE_THREADSAFE=0 -DSQLITE_OS_OTHER=1 -DSQLITE_TEMP_STORE=3 -DSQLITE_OMIT_LOAD_EXTENSION \
                -DSQLITE_OMIT_WAL -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_DQS=0 \
                -DSQLITE_OMIT_UTF16 -DSQLITE_DEFAULT_MEMSTATUS=1 \
                sqlite_sandbox/guest.c "$SQLITE/sqlite3.c" -Wl,--export=malloc -Wl,--export=free -o sqlite_sandbox/sqlite.wasm
            ;;
        *) echo "no example $1 with a module" >&2 && exit 3 ;;
    esac
    ls -l "$1"/*.wasm
}
if (($# == 0)); then
    set -- hello_wasi host_import many_instances freestanding cpp_host image_plugin rust_exchange ${SQLITE:+sqlite_sandbox}
fi
for example; do make_one "$example"; done
