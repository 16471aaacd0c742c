// exchange.js: the browser's side of what rust_exchange does natively: views, records with CRC-32C, pools; over the
// same module. Nothing here needs a network: data.js has the module and the native program's report.
'use strict';

// ---- memory ---------------------------------------------------------------------------------------
class Guest {
    constructor(instance) {
        this.exports = instance.exports;
        this.memory = instance.exports.memory;
        this.calls = 0; // of its allocator, by us
    }
    alloc(size, align = 8) {
        const at = this.exports.cabi_realloc(0, 0, align, size) >>> 0;
        if (!at || at + size > this.memory.buffer.byteLength) throw new Error(`allocator answered ${at} for ${size} bytes`);
        this.calls++;
        return at;
    }
    free(at, size, align = 8) {
        this.exports.cabi_realloc(at, size, align, 0);
        this.calls++;
    }
    // Views are made anew for each use: growth detaches a JavaScript buffer.
    bytes(at, len) { return new Uint8Array(this.memory.buffer, at, len); }
    floats(at, count) { return new Float32Array(this.memory.buffer, at, count); }
    data() { return new DataView(this.memory.buffer); }
    info() {
        return {
            pages: this.memory.buffer.byteLength / 65536, bytes: this.memory.buffer.byteLength,
            used: this.exports.heap_used() >>> 0, guestAllocations: this.exports.heap_calls() >>> 0, hostCalls: this.calls,
        };
    }
}

// An arena: pieces taken one after the other, given back in one call.
class Arena {
    constructor(guest, size) {
        this.guest = guest;
        this.start = guest.alloc(size, 16);
        this.end = this.start + size;
        this.at = this.start;
    }
    take(size, align = 16) {
        const at = (this.at + align - 1) & -align;
        if (at + size > this.end) throw new Error('the arena is full');
        this.at = at + size;
        return at;
    }
    reset() { this.at = this.start; }
}

// ---- pools ----------------------------------------------------------------------------------------
const CLASSES = [64, 256, 1024, 4096, 16384, 65536];
const KEPT = 10;

class BufferPool {
    constructor(guest) {
        this.guest = guest;
        this.kept = CLASSES.map(() => []);
        this.out = new Set();
        this.stats = {hits: 0, misses: 0, discarded: 0, refused: 0, high: 0};
    }
    get(size) {
        const number = CLASSES.findIndex((c) => c >= size);
        let buffer = number >= 0 ? this.kept[number].pop() : undefined;
        if (buffer) {
            this.stats.hits++;
        } else {
            const bytes = number >= 0 ? CLASSES[number] : size;
            buffer = {at: this.guest.alloc(bytes, 16), size: bytes, number};
            this.stats.misses++;
        }
        this.out.add(buffer);
        this.stats.high = Math.max(this.stats.high, this.out.size);
        return buffer;
    }
    put(buffer) {
        if (!this.out.delete(buffer)) {
            this.stats.refused++;
            return false;
        }
        if (buffer.number >= 0 && this.kept[buffer.number].length < KEPT) {
            this.kept[buffer.number].push(buffer);
        } else {
            this.guest.free(buffer.at, buffer.size, 16);
            this.stats.discarded++;
        }
        return true;
    }
    held() { return this.kept.reduce((n, list) => n + list.length, 0); }
}

class ObjectPool {
    constructor(make, reset, kept = KEPT) {
        Object.assign(this, {make, reset, most: kept, kept: [], out: new Set()});
        this.stats = {hits: 0, misses: 0, discarded: 0, refused: 0};
    }
    get() {
        let object = this.kept.pop();
        if (object) {
            this.stats.hits++;
        } else {
            object = this.make();
            this.stats.misses++;
        }
        this.out.add(object);
        return object;
    }
    put(object) {
        if (!this.out.delete(object)) {
            this.stats.refused++;
            return false;
        }
        this.reset(object);
        if (this.kept.length < this.most) this.kept.push(object);
        else this.stats.discarded++;
        return true;
    }
}

// ---- records --------------------------------------------------------------------------------------
const CRC = Uint32Array.from({length: 256}, (_, i) => {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    return c >>> 0;
});
function crc32c(bytes) {
    let c = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ CRC[(c ^ bytes[i]) & 255];
    return ~c >>> 0;
}

// Head of 16 bytes, length, payload, sum: as w2c_exchange.h has it. The bytes it took.
function putRecord(bytes, {type, flags, sequence, payload}) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), end = 20 + payload.length;
    view.setUint32(0, 0x52433257, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, type, true);
    view.setUint32(8, flags, true);
    view.setUint32(12, sequence, true);
    view.setUint32(16, payload.length, true);
    bytes.set(payload, 20);
    view.setUint32(end, crc32c(bytes.subarray(0, end)), true);
    return end + 4;
}
// Every good record, whatever stands between them.
function* readRecords(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 24 <= bytes.length;) {
        const len = view.getUint32(at + 16, true), end = at + 20 + len;
        if (view.getUint32(at, true) !== 0x52433257 || view.getUint16(at + 4, true) !== 1 || end + 4 > bytes.length ||
            view.getUint32(end, true) !== crc32c(bytes.subarray(at, end))) {
            at++;
            continue;
        }
        yield {type: view.getUint16(at + 6, true), flags: view.getUint32(at + 8, true), sequence: view.getUint32(at + 12, true),
               payload: bytes.subarray(at + 20, end)};
        at = end + 4;
    }
}

function fromHex(hex) {
    const bytes = new Uint8Array(hex.length / 2);
    for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
    return bytes;
}
