;; Expression folding: trees stay trees until something with an effect comes between.
(module
  (func $poly (export "poly") (param i32 i32) (result i32)
    (i32.add (i32.mul (local.get 0) (local.get 0)) (i32.sub (i32.mul (i32.const 3) (local.get 1)) (i32.const 7))))
  (func $minus (param i32 i64) (result i64)
    (i64.add (i64.add (local.get 1) (i64.const -16)) (i64.extend_i32_u (i32.add (local.get 0) (i32.const -1)))))
  (func $compare (param i32 i32) (result i32)
    (i32.and (i32.lt_s (local.get 0) (local.get 1)) (i32.eqz (i32.ge_u (local.get 0) (i32.const 10)))))
  (func $not_not (param i32) (result i32) (i32.eqz (i32.eqz (local.get 0))))
  (func $widen (param i32) (result i64)
    (i64.add (i64.extend_i32_s (local.get 0)) (i64.extend_i32_u (i32.wrap_i64 (i64.extend_i32_s (local.get 0))))))
  (func $mean (param f64 f64) (result f64)
    (f64.div (f64.add (local.get 0) (local.get 1)) (f64.const 2)))
  (func $large (param i32) (result i32) ;; more than one tree's worth
    local.get 0 local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or
    local.get 0 i32.sub local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or
    local.get 0 i32.sub local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or
    local.get 0 i32.sub local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or
    local.get 0 i32.sub local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or
    local.get 0 i32.sub local.get 0 i32.add local.get 0 i32.mul local.get 0 i32.xor local.get 0 i32.or))
