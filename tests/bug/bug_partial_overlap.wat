;; A loop that loads words at p and p + 1, stores one at p, and moves on by one byte: what the next turn loads at its p has been
;; written in part since it was loaded. gcc 12 keeps the old one in a register (predictive commoning).
(module
  (memory (export "memory") 1 1)
  (func $fill (local $p i32)
    (loop $next
      (i32.store8 (local.get $p) (i32.and (i32.mul (local.get $p) (i32.const 37)) (i32.const 63)))
      (br_if $next (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 128)))))
  (func $walk (param $p i32) (param $turns i32) (local $a i32) (local $b i32)
    (loop $next
      (local.set $a (i32.load (local.get $p)))
      (local.set $b (i32.add (i32.load offset=1 (local.get $p)) (i32.const 25)))
      (i32.store (local.get $p)
        (select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))
  (func (export "walk") (result i32)
    (call $fill)
    (call $walk (i32.const 0) (i32.const 40))
    (i32.load (i32.const 38))))
