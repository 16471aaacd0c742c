;; 64-bit addresses: explicit checks whatever --memory says.
(module
  (memory i64 1)
  (func $load (param i64) (result i32) (i32.load offset=8 (local.get 0)))
  (func $far (param i64) (result i64) (i64.load offset=0x100000000 (local.get 0)))
  (func $store (param i64 f64) (f64.store (local.get 0) (local.get 1)))
  (func $grow (param i64) (result i64) (i64.add (memory.grow (local.get 0)) (memory.size)))
  (func $fill (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func $copy (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2))))
