;; 64-bit addresses: explicit checks whatever --memory says.
(module
  (memory i64 1)
  (func $load (param i64) (result i32) (i32.load offset=8 (local.get 0)))
  (func $far (param i64) (result i64) (i64.load offset=0x100000000 (local.get 0)))
  (func $store (param i64 f64) (f64.store (local.get 0) (local.get 1)))
  (func $grow (param i64) (result i64) (i64.add (memory.grow (local.get 0)) (memory.size)))
  (func $fill (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func $copy (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func $apart (param i64) (result i32) ;; one check, from the lowest address on
    (i32.add
      (i32.add (i32.load (i64.add (local.get 0) (i64.const 8))) (i32.load (local.get 0)))
      (i32.add (i32.load8_u offset=1 (i64.sub (local.get 0) (i64.const 4))) (i32.load16_u (i64.add (local.get 0) (i64.const 12)))))))
