;; Loops: labels and gotos; parameters of a loop live in slots.
(module
  (memory 1)
  (func $sum (param $n i32) (result i32) (local $s i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $s (i32.add (local.get $s) (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $s))
  (func $bottom_tested (param $p i32) (param $n i32)
    (loop $next
      (i32.store8 (local.get $p) (i32.const 0))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $with_params (param i32) (result i32)
    (i32.const 1) (local.get 0)
    (loop $next (param i32 i32) (result i32)
      (local.set 0)
      (i32.mul (local.get 0))
      (i32.sub (local.get 0) (i32.const 1))
      (br_if $next (local.get 0))
      (drop)))
  (func $endless (loop (br 0)))
  (func $nested (param i32 i32) (local i32)
    (loop $outer
      (local.set 2 (local.get 1))
      (loop $inner
        (local.set 2 (i32.sub (local.get 2) (i32.const 1)))
        (br_if $inner (local.get 2)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $outer (local.get 0)))))
