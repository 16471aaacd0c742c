;; Imports only WASI and has no tags: no call is tested for an exception.
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (type $f (func (param i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) func $leaf $calls)
  (func $leaf (param i32) (result i32) (i32.load (local.get 0)))
  (func $calls (param i32) (result i32)
    (i32.add (call $leaf (local.get 0)) (call_indirect (type $f) (local.get 0) (i32.const 0))))
  (func (export "_start") (drop (call $calls (call $yield)))))
