// page.js: runs each section, checks every answer, draws. The document's attribute data-result is "ok" when
// everything was as it must be, else what was not.
'use strict';

const ROUNDS = 2000;
const text = new TextEncoder(), decoder = new TextDecoder('utf-8', {fatal: true});

function need(good, what) {
    if (!good) throw new Error(what);
}

// ---- messages, one kind each: as messages.c has them -------------------------------------------------
const kinds = {
    bytes(host, n) {
        const len = [40, 200, 1000, 4000][n % 4], buffer = host.buffers.get(len), bytes = host.guest.bytes(buffer.at, len);
        for (let i = 0; i < len; i++) bytes[i] = n + i;
        const sum = bytes.reduce((a, b) => a + b, 0);
        need(host.guest.exports.bytes_next(buffer.at, len) >>> 0 === sum, 'bytes: another sum');
        need(host.guest.bytes(buffer.at, len)[len - 1] === ((n + len) & 255), 'bytes: other bytes');
        need(host.buffers.put(buffer) && !host.buffers.put(buffer), 'bytes: the pool took a buffer twice');
    },
    floats(host, n) {
        const count = 256, from = host.arena.take(4 * count), to = host.arena.take(4 * count);
        const input = host.guest.floats(from, count);
        for (let i = 0; i < count; i++) input[i] = n + i;
        const mean = host.guest.exports.floats_scale(from, to, count, 0.5);
        need(mean === (n + (count - 1) / 2) / 2, 'floats: another mean');
        const output = host.guest.floats(to, count);
        for (let i = 0; i < count; i++) need(output[i] === (n + i) / 2, 'floats: other numbers');
    },
    strings(host, n) {
        const bytes = text.encode(`straße number ${n}, grüße`), at = host.arena.take(bytes.length), room = host.arena.take(128);
        host.guest.bytes(at, bytes.length).set(bytes);
        const len = host.guest.exports.text_shout(at, bytes.length, room, 128);
        need(decoder.decode(host.guest.bytes(room, len)) === `STRASSE NUMBER ${n}, GRÜSSE`, 'strings: another text');
    },
    structures(host, n) {
        const shapes = 4, points = 8, scene = host.arena.take(44), list = host.arena.take(16 * shapes);
        const data = host.guest.data();
        data.setUint32(scene + 4, shapes, true);
        data.setUint32(scene + 8, list, true);
        for (let s = 0; s < shapes; s++) {
            const name = text.encode(`shape-${(n + s) % 10}`), at = host.arena.take(name.length), p = host.arena.take(12 * points);
            host.guest.bytes(at, name.length).set(name);
            [at, name.length, p, points].forEach((v, i) => data.setUint32(list + 16 * s + 4 * i, v, true));
            for (let i = 0; i < points; i++)
                [i + n + s, i, -(n + s)].forEach((v, k) => data.setFloat32(p + 12 * i + 4 * k, v, true));
        }
        need(host.guest.exports.scene_measure(scene) === shapes * points, 'structures: other points');
        const box = Array.from({length: 6}, (_, i) => data.getFloat32(scene + 12 + 4 * i, true));
        need(String(box) === String([n, 0, -(n + 3), n + 10, 7, -n].map((v) => v + 0)), `structures: another box ${box}`);
        need(data.getUint32(scene + 36, true) === shapes * 5, 'structures: other letters');
    },
    records(host, n) {
        const room = 2048, from = host.arena.take(room), to = host.arena.take(room), job = host.jobs.get();
        const bytes = host.guest.bytes(from, room), broken = n % 100 === 99 ? 1 : 4;
        let used = 0;
        for (let i = 0; i < 4; i++) {
            job.payload = Uint8Array.from({length: 50 + (n + i * 31) % 200}, (_, k) => n + i + k);
            used += putRecord(bytes.subarray(used), {type: 10 * i, flags: n, sequence: i, payload: job.payload});
        }
        host.jobs.put(job);
        if (broken < 4) bytes[24 + 50 + n % 200 + 30] ^= 16;
        const len = host.guest.exports.records_answer(from, used, to, room);
        need(len >= 0, 'records: no room');
        const answers = [...readRecords(host.guest.bytes(to, len))];
        need(answers.length === (broken < 4 ? 3 : 4), 'records: another number of answers');
        for (const r of answers) {
            const expected = 50 + (n + r.sequence * 31) % 200;
            need(r.sequence !== broken && r.type === 10 * r.sequence + 1 && r.flags === n && r.payload.length === expected,
                 'records: another answer');
            need(r.payload.every((b, k) => b === ((n + r.sequence + expected - 1 - k) & 255)), 'records: another payload');
        }
    },
};

// ---- showing -------------------------------------------------------------------------------------------
const $ = (id) => document.getElementById(id);
function table(id, rows) {
    $(id).innerHTML = rows.map((row, i) => `<tr>${row.map((c) => (i ? `<td>${c}</td>` : `<th>${c}</th>`)).join('')}</tr>`).join('');
}
const percent = (s) => (100 * s.hits / (s.hits + s.misses)).toFixed(2) + ' %';
const kib = (bytes) => (bytes / 1024).toLocaleString('en', {maximumFractionDigits: 1}) + ' KiB';

// Two series of values side by side, as bars with their numbers.
function bars(id, names, series, unit) {
    const canvas = $(id), c = canvas.getContext('2d'), most = Math.max(...series.flatMap((s) => s.values));
    const left = 90, width = canvas.width - left - 90, step = (canvas.height - 30) / names.length;
    c.font = '13px sans-serif';
    names.forEach((name, i) => {
        c.fillStyle = '#222';
        c.fillText(name, 4, 30 + i * step + step / 2 - 2);
        series.forEach((s, k) => {
            const y = 24 + i * step + k * step * 0.42, w = Math.max(1, s.values[i] / most * width);
            c.fillStyle = s.colour;
            c.fillRect(left, y, w, step * 0.38);
            c.fillStyle = '#222';
            c.fillText(s.values[i].toLocaleString('en', {maximumFractionDigits: 1}) + unit, left + w + 5, y + step * 0.3);
        });
    });
    series.forEach((s, k) => {
        c.fillStyle = s.colour;
        c.fillRect(left + k * 110, 4, 12, 12);
        c.fillStyle = '#222';
        c.fillText(s.name, left + 17 + k * 110, 15);
    });
}

function curve(id, series) {
    const canvas = $(id), c = canvas.getContext('2d'), left = 70, bottom = canvas.height - 24;
    const most = Math.max(...series.flatMap((s) => s.points.map((p) => p[1]))) * 1.1;
    const right = canvas.width - 12;
    c.font = '13px sans-serif';
    c.strokeStyle = '#bbb';
    c.strokeRect(left, 8, right - left, bottom - 8);
    c.fillStyle = '#222';
    c.fillText(kib(most), 2, 18);
    c.fillText('0', 56, bottom);
    c.fillText('messages, as a part of all', left + 6, canvas.height - 6);
    series.forEach((s, k) => {
        const last = s.points[s.points.length - 1][0] || 1;
        c.strokeStyle = c.fillStyle = s.colour;
        c.lineWidth = 2;
        c.beginPath();
        let before = null;
        for (const [n, bytes] of s.points) {
            const x = left + n / last * (right - left), y = bottom - bytes / most * (bottom - 8);
            if (before !== null) c.lineTo(x, before);
            c.lineTo(x, y);
            before = y;
        }
        c.stroke();
        c.fillText(`${s.name}: baseline ${kib(s.points[s.points.length - 1][1])}`, left + 10, bottom - 40 + k * 18);
    });
}

// ---- the whole ---------------------------------------------------------------------------------------------
function runAll(host) {
    const ns = {}, points = [];
    for (const kind of Object.keys(kinds)) ns[kind] = 0;
    let warm = null;
    for (let n = 0; n < ROUNDS; n++) {
        if (n % 20 === 0) points.push([n * 5, host.guest.info().bytes]);
        if (n === ROUNDS / 100) warm = host.guest.info();
        for (const [name, exchange] of Object.entries(kinds)) {
            const start = performance.now();
            exchange(host, n);
            ns[name] += (performance.now() - start) * 1e6;
            host.arena.reset();
        }
    }
    points.push([ROUNDS * 5, host.guest.info().bytes]);
    for (const kind of Object.keys(ns)) ns[kind] /= ROUNDS;
    return {ns, points, warm};
}

async function main() {
    const {instance} = await WebAssembly.instantiate(fromHex(MODULE_HEX), {});
    const guest = new Guest(instance);
    const host = {guest, arena: new Arena(guest, 65536), buffers: new BufferPool(guest),
                  jobs: new ObjectPool(() => ({payload: null}), (job) => { job.payload = null; })};
    const first = guest.info(), run = runAll(host), last = guest.info();
    need(last.guestAllocations === run.warm.guestAllocations && last.bytes === run.warm.bytes,
         'messages allocate in the steady state');

    table('memory', [['', 'at the beginning', 'after the warm-up', 'at the end'],
                     ...['pages', 'bytes', 'used', 'guestAllocations'].map((k) => [k, first[k], run.warm[k], last[k]])]);
    const names = Object.keys(kinds), rate = (ns) => 1e6 / ns;
    const row = (name) => [name, run.ns[name].toFixed(0), NATIVE.ns[name].toFixed(0)];
    const head = ['message', 'here (ns)', 'native program (ns)'];
    table('buffers', [head, row('bytes'), row('floats'), row('strings')]);
    table('structures', [head, row('structures')]);
    table('records', [head, row('records')]);
    table('bufferpool', [['', 'hits', 'misses', 'rate', 'kept'],
                         ['here', host.buffers.stats.hits, host.buffers.stats.misses, percent(host.buffers.stats), host.buffers.held()],
                         ['native program', NATIVE.buffers.hits, NATIVE.buffers.misses, percent(NATIVE.buffers), '']]);
    table('objectpool', [['', 'hits', 'misses', 'rate'],
                         ['here', host.jobs.stats.hits, host.jobs.stats.misses, percent(host.jobs.stats)],
                         ['native program', NATIVE.objects.hits, NATIVE.objects.misses, percent(NATIVE.objects)]]);
    const here = {name: 'this browser', colour: '#3b7dd8'}, native = {name: 'native program', colour: '#e08a2e'};
    bars('rate', names, [{...here, values: names.map((k) => rate(run.ns[k]))},
                         {...native, values: names.map((k) => rate(NATIVE.ns[k]))}], '/ms');
    bars('hits', ['buffers', 'objects'],
         [{...here, values: [host.buffers.stats, host.jobs.stats].map((s) => 100 * s.hits / (s.hits + s.misses))},
          {...native, values: [NATIVE.buffers, NATIVE.objects].map((s) => 100 * s.hits / (s.hits + s.misses))}], ' %');
    curve('curve', [{...here, points: run.points}, {...native, points: NATIVE.curve}]);
    need(host.buffers.stats.misses === 4 && host.jobs.stats.misses === 1, 'the pools do not keep what they should');
}

main().then(() => { document.body.dataset.result = 'ok'; })
    .catch((error) => { document.body.dataset.result = String(error); })
    .finally(() => { $('result').textContent = document.body.dataset.result; });
