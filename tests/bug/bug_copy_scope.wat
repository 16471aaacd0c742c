;; A loop whose last statement is an `if` that leaves the loop in one arm and goes on in the other: in the loop's
;; fast copy, values made in the arm that goes on are used where its braces have ended.
(module
  (memory (export "memory") 1 1)
  (data (i32.const 16) "\81\82\83\84\85\86\87\88\89\8a\8b\8c\8d\8e\8f\90\91\92\93\41\81\82")
  (func $digits (param $p i32) (param $end i32) (param $value i32) (result i32)
    (local $b i32)
    (block $out
      (drop
        (loop $next (result i32)
          (br_if $out (i32.eq (local.get $p) (local.get $end)))
          (local.set $b (i32.load8_u (local.get $p)))
          (if (result i32) (i32.ne (i32.and (local.get $b) (i32.const 192)) (i32.const 128))
            (then (local.get $p))
            (else
              (local.set $value
                (i32.or (i32.and (local.get $b) (i32.const 63)) (i32.shl (local.get $value) (i32.const 6))))
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (br $next))))))
    (i32.xor (i32.mul (local.get $value) (i32.const 31)) (i32.add (local.get $p) (local.get $b))))
  (func (export "whole") (result i32) (call $digits (i32.const 16) (i32.const 35) (i32.const 1)))
  (func (export "stops") (result i32) (call $digits (i32.const 16) (i32.const 38) (i32.const 2)))
  (func (export "traps") (result i32)
    (i32.store8 (i32.const 65535) (i32.const 129))
    (memory.fill (i32.const 65000) (i32.const 130) (i32.const 536))
    (call $digits (i32.const 65000) (i32.const 70000) (i32.const 3)))
  (func (export "any") (param i32 i32 i32) (result i32)
    (call $digits (local.get 0) (local.get 1) (local.get 2))))
