;; A variable that a turn reads before the loop sets it, to the same value in every turn: what the first turn reads is another
;; value than what the later ones do. A fast copy read the first one in all of them.
(module
  (memory (export "memory") 1 1)
  (func $sum (result i64) (local $i i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 512))))
    (local.get $sum))
  (func $constant (param $was i32) (param $later i32) (result i64) (local $i i32)
    (loop $next
      (i32.store8 (local.get $i) (local.get $was))
      (local.set $was (i32.mul (local.get $later) (i32.const 3)))
      (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
    (i64.add (i64.extend_i32_u (local.get $was)) (call $sum)))
  ;; what another one held, which moves on
  (func $behind (param $was i32) (param $later i32) (result i64) (local $i i32)
    (loop $next
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $was))
      (local.set $was (i32.add (local.get $later) (local.get $i)))
      (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
    (i64.add (i64.extend_i32_u (local.get $was)) (call $sum)))
  ;; the loop ends in the middle of a turn, in front of the assignment
  (func $left (param $was i32) (param $end i32) (result i64) (local $i i32)
    (block $out
      (loop $next
        (i32.store8 offset=600 (local.get $i) (local.get $i))
        (br_if $out (i32.eq (i32.load8_u (local.get $i)) (local.get $end)))
        (local.set $was (i32.sub (local.get $i) (local.get $end)))
        (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100)))))
    (i64.add (i64.extend_i32_u (local.get $was)) (call $sum)))
  (func (export "leave at once") (result i64) (call $left (i32.const 7) (i32.const 0)))
  (func (export "leave later") (result i64) (i32.store8 (i32.const 20) (i32.const 9)) (call $left (i32.const 7) (i32.const 9)))
  (func (export "leave last") (result i64) (call $left (i32.const 7) (i32.const 77)))
  (func (export "constant") (result i64) (call $constant (i32.const 7) (i32.const 11)))
  (func (export "behind") (result i64) (call $behind (i32.const 7) (i32.const 11)))
  (func (export "same") (result i64) (call $constant (i32.const 33) (i32.const 11))))
