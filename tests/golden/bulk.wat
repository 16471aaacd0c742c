;; Bulk operations on memory and data segments.
(module
  (memory 1)
  (data $passive "passive")
  (data (i32.const 16) "active")
  (func $fill (param i32) (memory.fill (local.get 0) (i32.const 255) (i32.const 64)))
  (func $copy (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func $init (memory.init $passive (i32.const 0) (i32.const 1) (i32.const 3)) (data.drop $passive))
  (func $load_before_fill (param i32) (result i32)
    (i32.load (local.get 0))
    (memory.fill (local.get 0) (i32.const 0) (i32.const 4)))
  (func $operands (param i32)
    (memory.fill (i32.load (local.get 0)) (i32.div_u (local.get 0) (i32.const 3)) (i32.load (i32.const 4)))))
