;; Its element segment traps, when the table that it imports is small: before the data segments.
(module
  (import "host" "table" (table 2 funcref))
  (memory (export "memory") 4)
  (data (i32.const 0) "data")
  (data (i32.const 200000) "more data")
  (elem (i32.const 0) func $peek)
  (elem (i32.const 3) func $peek)
  (func $peek (result i32) (i32.or (i32.load (i32.const 0)) (i32.load (i32.const 200000)))))
