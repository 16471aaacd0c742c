//! The guest's side: bytes, floats, strings, nested structures, records and streams, both ways.
//!
//! All addresses are 32-bit offsets in this module's memory. The host allocates what it passes with
//! `cabi_realloc`, so the lengths it names are there; nothing here allocates for a message.
use std::alloc::{alloc, dealloc, realloc, GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

mod record;

// ---- memory -----------------------------------------------------------------------------------------
/// Rust's allocator, counted.
struct Counted;
static USED: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let p = System.alloc(layout);
        if !p.is_null() {
            USED.fetch_add(layout.size(), Relaxed);
            CALLS.fetch_add(1, Relaxed);
        }
        p
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        System.dealloc(p, layout)
    }
}
#[global_allocator]
static ALLOCATOR: Counted = Counted;

/// What the component model calls an allocator: one function for all. Null when there is no memory.
#[no_mangle]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(if old_size == 0 { size } else { old_size }, align) else {
        return std::ptr::null_mut();
    };
    match (old_size, size) {
        (0, 0) => align as *mut u8,
        (0, _) => alloc(layout),
        (_, 0) => {
            dealloc(old, layout);
            std::ptr::null_mut()
        }
        _ => realloc(old, layout, size),
    }
}
#[no_mangle]
pub extern "C" fn heap_used() -> usize {
    USED.load(Relaxed)
}
#[no_mangle]
pub extern "C" fn heap_calls() -> usize {
    CALLS.load(Relaxed)
}

// ---- bytes, floats, strings -------------------------------------------------------------------------
/// Every byte plus one; the sum of what they were.
#[no_mangle]
pub unsafe extern "C" fn bytes_next(at: *mut u8, len: usize) -> u32 {
    let mut sum = 0u32;
    for byte in std::slice::from_raw_parts_mut(at, len) {
        sum = sum.wrapping_add(u32::from(*byte));
        *byte = byte.wrapping_add(1);
    }
    sum
}

/// to[i] = factor * from[i]; their mean.
#[no_mangle]
pub unsafe extern "C" fn floats_scale(from: *const f32, to: *mut f32, count: usize, factor: f32) -> f64 {
    let from = std::slice::from_raw_parts(from, count);
    let to = std::slice::from_raw_parts_mut(to, count);
    for (out, x) in to.iter_mut().zip(from) {
        *out = factor * x;
    }
    to.iter().map(|x| f64::from(*x)).sum::<f64>() / count.max(1) as f64
}

/// Upper case of a UTF-8 string into room of the host's; the length, or -1: no room, -2: not UTF-8.
#[no_mangle]
pub unsafe extern "C" fn text_shout(at: *const u8, len: usize, to: *mut u8, cap: usize) -> i32 {
    let Ok(text) = std::str::from_utf8(std::slice::from_raw_parts(at, len)) else { return -2 };
    let room = std::slice::from_raw_parts_mut(to, cap);
    let mut used = 0;
    for c in text.chars().flat_map(char::to_uppercase) {
        if used + c.len_utf8() > cap {
            return -1;
        }
        used += c.encode_utf8(&mut room[used..]).len();
    }
    used as i32
}

// ---- nested structures ------------------------------------------------------------------------------
#[repr(C)]
pub struct Point {
    x: f32,
    y: f32,
    z: f32,
}
#[repr(C)]
pub struct Shape {
    name: *const u8,
    name_len: u32,
    points: *const Point,
    point_count: u32,
}
/// A scene has shapes, which have names and points: addresses all the way down.
#[repr(C)]
pub struct Scene {
    id: u32,
    shape_count: u32,
    shapes: *const Shape,
    low: [f32; 3], // results: the box around all points,
    high: [f32; 3],
    letters: u32, // letters in all names
    points: u32,
}

#[no_mangle]
pub unsafe extern "C" fn scene_measure(scene: *mut Scene) -> u32 {
    let scene = &mut *scene;
    scene.low = [f32::INFINITY; 3];
    scene.high = [f32::NEG_INFINITY; 3];
    scene.letters = 0;
    scene.points = 0;
    for shape in std::slice::from_raw_parts(scene.shapes, scene.shape_count as usize) {
        let name = std::slice::from_raw_parts(shape.name, shape.name_len as usize);
        scene.letters += String::from_utf8_lossy(name).chars().filter(|c| c.is_alphabetic()).count() as u32;
        for p in std::slice::from_raw_parts(shape.points, shape.point_count as usize) {
            for (i, v) in [p.x, p.y, p.z].into_iter().enumerate() {
                scene.low[i] = scene.low[i].min(v);
                scene.high[i] = scene.high[i].max(v);
            }
            scene.points += 1;
        }
    }
    scene.points
}

// ---- records ----------------------------------------------------------------------------------------
/// Reads records and answers each good one with a record of the same sequence: type + 1, its payload
/// reversed. The length of the answers; -1: no room.
#[no_mangle]
pub unsafe extern "C" fn records_answer(at: *const u8, len: usize, to: *mut u8, cap: usize) -> i32 {
    let mut rest = std::slice::from_raw_parts(at, len);
    let room = std::slice::from_raw_parts_mut(to, cap);
    let mut used = 0;
    while let Some((record, after)) = record::next(rest) {
        rest = after;
        let Some(n) = record::put_reversed(&mut room[used..], record.kind + 1, record.flags, record.sequence, record.payload)
        else {
            return -1;
        };
        used += n;
    }
    used as i32
}

// ---- streams ----------------------------------------------------------------------------------------
static mut SUM: u32 = 0;
static mut LEFT: usize = 0;
static mut NEXT: u32 = 0;

#[no_mangle]
pub unsafe extern "C" fn stream_reset(produce: usize) {
    SUM = 0;
    LEFT = produce;
    NEXT = 1;
}
#[no_mangle]
pub unsafe extern "C" fn stream_sum() -> u32 {
    SUM
}
#[no_mangle]
pub unsafe extern "C" fn consume(at: *const u8, len: usize) -> usize {
    SUM = record::crc32c(SUM, std::slice::from_raw_parts(at, len));
    len
}
#[no_mangle]
pub unsafe extern "C" fn produce(at: *mut u8, len: usize) -> usize {
    let n = len.min(LEFT);
    for byte in std::slice::from_raw_parts_mut(at, n) {
        NEXT = NEXT.wrapping_mul(1664525).wrapping_add(1013904223);
        *byte = (NEXT >> 24) as u8;
    }
    SUM = record::crc32c(SUM, std::slice::from_raw_parts(at, n));
    LEFT -= n;
    n
}
