// The same as exceptions.c for node.
import fs from 'node:fs';
const N = 2000000;
const [below, above] = process.argv.slice(2, 4);
const lib = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(below)), {});
const top = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(above)), {thrower: lib.exports});
for (const name of ['thrown', 'quiet', 'plain']) {
    let least = Infinity;
    const n = name === 'thrown' ? N / 10 : N;
    for (let i = 0; i < 5; i++) {
        const begin = performance.now();
        top.exports[name](n);
        least = Math.min(least, performance.now() - begin);
    }
    console.log(name, (least * 1e6 / n).toFixed(2));
}
