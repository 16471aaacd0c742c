;; Init that has to run for every tenant: an object in a global, a start function, a table that is imported.
(module
  (type $box (struct (field (mut i64))))
  (import "host" "table" (table $shared 2 funcref))
  (memory (export "memory") 1 4)
  (data (i32.const 8) "\07\00\00\00")
  (global $object (ref $box) (struct.new $box (i64.const 41)))
  (global $runs (mut i32) (i32.const 0))
  (elem (table $shared) (i32.const 0) func $answer)
  (func $answer (result i32) (i32.add (i32.load (i32.const 8)) (i32.wrap_i64 (struct.get $box 0 (global.get $object)))))
  (func $start
    (struct.set $box 0 (global.get $object) (i64.add (i64.const 1) (struct.get $box 0 (global.get $object))))
    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
    (i32.store (i32.const 8) (i32.sub (i32.load (i32.const 8)) (i32.const 1))))
  (start $start)
  (func (export "runs") (result i32) (global.get $runs))
  (func (export "answer") (result i32) (call $answer)))
