;; Two doubles are read at p, p + 16, two written at q, q + 8, p moves by 32, q by 16, and both lie in one another's way. gcc 12 does
;; both of a turn at once when the accesses are members of structs, of which it believes that they are the same or apart.
(module
  (memory (export "memory") 1 1)
  (func $fill (local $p i32)
    (loop $next
      (i32.store8 (local.get $p) (i32.add (i32.const 62) (i32.and (i32.popcnt (i32.mul (local.get $p) (i32.const 37))) (i32.const 1))))
      (br_if $next (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 4096)))))
  (func $walk (param $a i32) (param $i i32) (param $n i32) (result f64) (local $p i32) (local $q i32)
    (call $fill)
    (loop $next
      (local.set $q (i32.add (local.get $a) (local.get $i)))
      (local.set $p (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 1))))
      (f64.store offset=28 (local.get $q)
        (f64.add (f64.mul (f64.load (local.get $p)) (f64.const 0.5)) (f64.load offset=28 (local.get $q))))
      (f64.store offset=36 (local.get $q)
        (f64.add (f64.mul (f64.load offset=16 (local.get $p)) (f64.const 0.25)) (f64.load offset=36 (local.get $q))))
      (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $n))))
    (f64.load (i32.const 1100)))
  (data (i32.const 8000) "\e8\03\00\00\0c\00\00\00\bc\00\00\00")
  (func (export "near") (result f64)
    (call $walk (i32.load (i32.const 8000)) (i32.load (i32.const 8004)) (i32.load (i32.const 8008)))))
