;; Traps in the way that the first argument's first letter says, three calls deep: _start, "outer", "in->ner x".
;;   m load   f memory.fill   u unreachable   d division   i call_indirect of another type   n in a function without a name
;;   t table.get   s runaway recursion   r after calls that returned   x after a call that threw and was caught
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table $t 4 funcref)
  (elem (i32.const 0) $quiet)
  (type $other (func (param f64) (result f64)))
  (tag $e)
  (func $quiet (param i32) (result i32) (i32.add (local.get 0) (i32.load (i32.const 64))))
  (func $thrower (param i32) (throw $e))
  (func $recurse (param i32) (result i32) (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 3)))
  (func (param i32) (result i32) (i32.div_u (i32.const 1) (i32.and (local.get 0) (i32.const 0))))
  (func $inner (@name "in->ner x") (param $what i32) (result i32)
    (if (i32.eq (local.get $what) (i32.const 109)) (then (return (i32.load (i32.const -4)))))
    (if (i32.eq (local.get $what) (i32.const 102)) (then (memory.fill (i32.const 65000) (i32.const 1) (local.get $what))
      (memory.fill (i32.const 65000) (i32.const 1) (i32.const 6000))))
    (if (i32.eq (local.get $what) (i32.const 117)) (then unreachable))
    (if (i32.eq (local.get $what) (i32.const 100)) (then
      (return (i32.rem_s (local.get $what) (i32.load (i32.const 64))))))
    (if (i32.eq (local.get $what) (i32.const 105)) (then
      (drop (call_indirect (type $other) (f64.const 1) (i32.const 0)))))
    (if (i32.eq (local.get $what) (i32.const 110)) (then (return (call 4 (local.get $what)))))
    (if (i32.eq (local.get $what) (i32.const 116)) (then (drop (table.get $t (local.get $what)))))
    (if (i32.eq (local.get $what) (i32.const 115)) (then (return (call $recurse (i32.const 0)))))
    (if (i32.eq (local.get $what) (i32.const 114)) (then
      (drop (call $quiet (call $quiet (local.get $what))))
      (return (i32.load (i32.const -4)))))
    (if (i32.eq (local.get $what) (i32.const 120)) (then
      (block $caught (try_table (catch_all $caught) (call $thrower (i32.const 0))))
      (return (i32.load (i32.const -4)))))
    (i32.const 0))
  (func $outer (param i32) (result i32) (i32.add (i32.const 1) (call $inner (local.get 0))))
  (func (export "_start")
    (drop (call $args (i32.const 32) (i32.const 256)))
    (i32.store (i32.const 0) (call $outer (i32.load8_u (i32.load (i32.const 36)))))))
