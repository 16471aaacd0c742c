;; Several memories, one imported: each access names its own.
(module
  (import "env" "shared" (memory $in 1))
  (memory $a 1)
  (memory $b 2 8)
  (data $d "bytes")
  (func $move (param i32) (i32.store $b (local.get 0) (i32.load $a (local.get 0))))
  (func $imported (param i32) (result i32) (i32.load8_u $in (local.get 0)))
  (func $copy (param i32 i32) (memory.copy $a $b (local.get 0) (local.get 1) (i32.const 16)))
  (func $init (param i32) (memory.init $b $d (local.get 0) (i32.const 0) (i32.const 5)))
  (func $sizes (result i32) (i32.add (memory.size $a) (memory.size $b)))
  (func $grow (result i32) (memory.grow $b (i32.const 1))))
