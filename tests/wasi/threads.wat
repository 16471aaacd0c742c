;; Threads by wasi-threads. The first argument's first letter says what happens:
;;   s  eight threads add to a counter, the first waits for them and prints "8"
;;   e  a thread calls proc_exit(7) while the first waits for ever
;;   t  a thread traps while the first waits for ever
;;   c  a thread calls proc_exit(9) while the first computes for ever
;;   m  the first calls proc_exit(5) while a thread waits for ever and another computes
;;   r  the first returns while threads wait and compute
;;   l  how many threads there may be: prints a letter, 'A' + count, when 'A' + 64 is '\81'
;;   b  a thread blocks in fd_read of stdin, the first calls proc_exit(3)
(module
  (import "env" "memory" (memory 2 16 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  ;; 0 counter, 8 never changes, 16 iovec, 24 result, 32 pointers of arguments, 256 their text, 128 byte to print
  (func $print (param i32)
    (i32.store8 (i32.const 128) (local.get 0))
    (i32.store (i32.const 16) (i32.const 128))
    (i32.store (i32.const 20) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))
  (func $forever (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))
  (func $compute (loop $l (i32.atomic.store (i32.const 64) (i32.add (i32.atomic.load (i32.const 64)) (i32.const 1))) (br $l)))
  (func (export "wasi_thread_start") (param $id i32) (param $what i32)
    (if (i32.eq (local.get $what) (i32.const 115)) (then ;; s
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 100)))
      (return)))
    (if (i32.eq (local.get $what) (i32.const 101)) (then (call $exit (i32.const 7)))) ;; e
    (if (i32.eq (local.get $what) (i32.const 116)) (then (call $fail (i32.const 0)))) ;; t
    (if (i32.eq (local.get $what) (i32.const 99)) (then (call $exit (i32.const 9)))) ;; c
    (if (i32.eq (local.get $what) (i32.const 1)) (then (call $forever)))
    (if (i32.eq (local.get $what) (i32.const 2)) (then (call $compute)))
    (if (i32.eq (local.get $what) (i32.const 98)) (then ;; b
      (i32.store (i32.const 16) (i32.const 128))
      (i32.store (i32.const 20) (i32.const 1))
      (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24))))))
  (func $fail (param i32) (drop (i32.load (i32.const -4))))
  (func $both
    (drop (call $spawn (i32.const 1)))
    (drop (call $spawn (i32.const 2)))
    (loop $wait (br_if $wait (i32.lt_u (i32.atomic.load (i32.const 64)) (i32.const 1000)))))
  (func (export "_start") (local $what i32) (local $i i32)
    (drop (call $args (i32.const 32) (i32.const 256)))
    (local.set $what (i32.load8_u (i32.load (i32.const 36))))
    (if (i32.eq (local.get $what) (i32.const 109)) (then (call $both) (call $exit (i32.const 5)))) ;; m
    (if (i32.eq (local.get $what) (i32.const 114)) (then (call $both) (call $print (i32.const 114)) (return))) ;; r
    (if (i32.eq (local.get $what) (i32.const 108)) (then ;; l
      (block $full (loop $more
        (br_if $full (i32.lt_s (call $spawn (i32.const 1)) (i32.const 0)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more)))
      (call $print (i32.add (local.get $i) (i32.const 48)))
      (return)))
    (if (i32.eq (local.get $what) (i32.const 115)) (then ;; s
      (loop $more
        (if (i32.le_s (call $spawn (i32.const 115)) (i32.const 0)) (then unreachable))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 8))))
      (loop $wait
        (local.set $i (i32.atomic.load (i32.const 0)))
        (if (i32.lt_u (local.get $i) (i32.const 8)) (then
          (drop (memory.atomic.wait32 (i32.const 0) (local.get $i) (i64.const -1)))
          (br $wait))))
      (call $print (i32.add (local.get $i) (i32.const 48)))
      (return)))
    (drop (call $spawn (local.get $what)))
    (if (i32.eq (local.get $what) (i32.const 99)) (then (call $compute)))
    (if (i32.eq (local.get $what) (i32.const 98)) (then (call $exit (i32.const 3))))
    (call $forever)))
