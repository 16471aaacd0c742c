;; Waits in the way that the first argument's first letter says, and exits with 1 if that ever ends:
;;   p poll_oneoff of an hour   r fd_read of stdin   c computing   w fd_write to stdout for ever
;;   o path_open of "f" for ever, closing nothing: exits with 2 when it is refused   z random bytes, 4 GiB: 10 when refused
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 600) "f")
  (func (export "_start") (local $what i32) (local $e i32)
    (drop (call $args (i32.const 32) (i32.const 256)))
    (local.set $what (i32.load8_u (i32.load (i32.const 36))))
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 100000))
    (if (i32.eq (local.get $what) (i32.const 112)) (then
      (i32.store (i32.const 528) (i32.const 1))
      (i64.store (i32.const 536) (i64.const 3600000000000))
      (drop (call $poll (i32.const 512) (i32.const 640) (i32.const 1) (i32.const 24)))))
    (if (i32.eq (local.get $what) (i32.const 114)) (then
      (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))))
    (if (i32.eq (local.get $what) (i32.const 99)) (then (loop $l (br $l))))
    (if (i32.eq (local.get $what) (i32.const 119)) (then
      (loop $more (br_if $more (i32.eqz (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))))))
    (if (i32.eq (local.get $what) (i32.const 111)) (then
      (loop $more
        (local.set $e (call $open (i32.const 3) (i32.const 0) (i32.const 600) (i32.const 1) (i32.const 0) (i64.const 2)
          (i64.const 0) (i32.const 0) (i32.const 24)))
        (br_if $more (i32.eqz (local.get $e))))
      (if (i32.eq (local.get $e) (i32.const 33)) (then (call $exit (i32.const 2)))))) ;; MFILE
    (if (i32.eq (local.get $what) (i32.const 122)) (then
      (if (i32.eq (call $random (i32.const 0) (i32.const -1)) (i32.const 21)) (then (call $exit (i32.const 10)))))) ;; FAULT
    (call $exit (i32.const 1))))
