"""Runs a WASI module by wasmtime's Python package: peer_wasmtime.py MOD.wasm INVOKE DIR::GUEST... -- ARGS. See programs.py.

INVOKE: exports to call after _initialize, with commas between; "" for _start. Compiled code is kept beside the module.
"""
import os
import sys

import wasmtime as w

module, invoke = sys.argv[1], sys.argv[2]
split = sys.argv.index('--')
config = w.Config()
config.strategy = 'cranelift'
for feature in ('wasm_gc', 'wasm_function_references', 'wasm_tail_call', 'wasm_exceptions'):
    setattr(config, feature, True)
engine = w.Engine(config)
kept = 'program.cwasm'
if not os.path.exists(kept):
    with open(kept, 'wb') as file:
        file.write(w.Module.from_file(engine, module).serialize())
    if sys.argv[split + 1:] == ['--compile']:
        sys.exit(0)
compiled = w.Module.deserialize_file(engine, kept)
store, wasi, linker = w.Store(engine), w.WasiConfig(), w.Linker(engine)
wasi.argv = ['program'] + sys.argv[split + 1:]
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()
for place in sys.argv[3:split]:
    wasi.preopen_dir(*place.split('::'))
store.set_wasi(wasi)
linker.define_wasi()
exports = linker.instantiate(store, compiled).exports(store)
try:
    if invoke:
        result = None
        exports['_initialize'](store)
        for name in invoke.split(','):
            function = exports[name]
            takes = len(function.type(store).params)
            result = function(store, *([result] if takes else []))
    else:
        exports['_start'](store)
except w.ExitTrap as end:
    sys.exit(end.code)
