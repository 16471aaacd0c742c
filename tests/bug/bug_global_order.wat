;; A load that traps stayed the same in every turn of a loop and was moved in front of it, over the store of a global that
;; each turn changes: after the trap the global was one turn late.
(module
  (memory (export "m") 1 3)
  (global $g (export "g") (mut i32) (i32.const 30))
  (global $seen (export "seen") (mut i32) (i32.const 0))
  (func (export "f0") (param i64) (result i32)
    (local i32)
    (global.set $g (i32.sub (global.get $g) (i32.const 1)))
    (if (i32.le_s (global.get $g) (i32.const 0)) (then (return (i32.const 1))))
    (loop $again
      (global.set $g (i32.sub (global.get $g) (i32.const 1)))
      (local.set 1 (i32.load8_s offset=6 (i32.const 65534)))
      (br_if $again (i32.and (i32.trunc_f32_s (f32.const -0x1p-26)) (i32.gt_s (global.get $g) (i32.const 0)))))
    (global.set $seen (local.get 1))
    (global.get $seen)))
