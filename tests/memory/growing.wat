;; Grows from 2 pages to 34 in steps, asks for more than it may have, rests, and ends.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2 40)
  (func (export "_start") (local $i i32)
    (loop $more
      (drop (memory.grow (i32.const 4)))
      (i32.store (i32.mul (local.get $i) (i32.const 65536)) (i32.const 1))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
    (drop (memory.grow (i32.const 100)))
    ;; a clock's subscription at 1024: monotonic, 200 ms
    (i32.store (i32.const 1040) (i32.const 1))
    (i64.store (i32.const 1048) (i64.const 200000000))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))))
