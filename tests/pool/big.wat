;; A memory of 1 MiB that begins with an image as large.
(module
  (memory (export "memory") 16 64)
  (data (i32.const 0) "the beginning")
  (data (i32.const 1048570) "end")
  (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "peek") (param i32) (result i32) (i32.load (local.get 0))))
