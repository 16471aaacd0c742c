;; select evaluates both values and the condition, whatever it chooses.
(module
  (memory 1)
  (func $plain (param i32 i32 i32) (result i32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $compared (param i64 i64) (result i64)
    (select (local.get 0) (local.get 1) (i64.lt_u (local.get 0) (local.get 1))))
  (func $both_load (param i32 i32) (result i32)
    (select (i32.load (local.get 0)) (i32.load (local.get 1)) (local.get 0)))
  (func $divides (param i32 i32) (result i32)
    (select (i32.const 1) (i32.div_u (local.get 0) (local.get 1)) (local.get 1)))
  (func $nested (param f32 f32 i32) (result f32)
    (select (select (local.get 0) (local.get 1) (local.get 2)) (f32.const 1.5) (i32.eqz (local.get 2))))
  (func $ref (param externref externref i32) (result externref)
    (select (result externref) (local.get 0) (local.get 1) (local.get 2))))
