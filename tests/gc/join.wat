;; join.wat: imports from two instances, whose heaps become one.
(module
  (import "a" "slot_get" (func $a (param i32) (result anyref)))
  (import "b" "slot_set" (func $b (param i32 anyref)))
  (import "b" "garbage" (func $garbage (param i32)))
  (func (export "over") (param i32)
    (call $b (local.get 0) (call $a (local.get 0)))
    (call $garbage (i32.const 100))))
