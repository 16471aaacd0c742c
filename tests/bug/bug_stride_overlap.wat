;; A fast copy whose stride is a parameter, smaller than what it loads and stores: each turn reads bytes that the turn before has
;; written. gcc vectorises such loops after a test that the stride is not 0, and no other.
(module
  (memory (export "memory") 1 1)
  (func $fill (local $p i32)
    (loop $next
      (i32.store8 (local.get $p) (i32.and (i32.mul (local.get $p) (i32.const 37)) (i32.const 63)))
      (br_if $next (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 4096)))))
  (func $walk (param $p i32) (param $turns i32) (param $stride i32) (result i64)
    (local $sum i64) (local $i i32)
    (call $fill)
    (loop $next
      (f64.store (local.get $p)
        (f64.add (f64.mul (f64.load (local.get $p)) (f64.const 0.5)) (f64.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (local.get $stride)))
      (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $turns))))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 4096))))
    (local.get $sum))
  (func (export "back") (result i64) (call $walk (i32.const 2048) (i32.const 20) (i32.const -4)))
  (func (export "forth") (result i64) (call $walk (i32.const 2048) (i32.const 21) (i32.const 4)))
  (func (export "past") (result i64) (call $walk (i32.const 2048) (i32.const 22) (i32.const -8)))
  (func (export "odd") (result i64) (call $walk (i32.const 1024) (i32.const 23) (i32.const 3)))
  (func (export "still") (result i64) (call $walk (i32.const 1024) (i32.const 24) (i32.const 0))))
