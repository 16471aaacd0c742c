// Runs a WASI module by node: peer_node.mjs MOD.wasm INVOKE DIR::GUEST... -- ARGS. See programs.py and peer_wasmtime.py.
import {WASI} from 'node:wasi';
import fs from 'node:fs';

const [path, invoke, ...rest] = process.argv.slice(2);
const split = rest.indexOf('--');
const preopens = Object.fromEntries(rest.slice(0, split).map(place => place.split('::').reverse()));
const wasi = new WASI({version: 'preview1', args: ['program', ...rest.slice(split + 1)], env: {}, preopens, returnOnExit: true});
const module = await WebAssembly.compile(fs.readFileSync(path));
const instance = await WebAssembly.instantiate(module, {wasi_snapshot_preview1: wasi.wasiImport});
let code = 0;
if (invoke) {
    wasi.initialize(instance);
    let result;
    for (const name of invoke.split(','))
        result = instance.exports[name](result);
} else {
    code = wasi.start(instance);
}
process.exit(code || 0);
