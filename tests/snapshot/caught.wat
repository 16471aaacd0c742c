;; Throws and catches while it initialises; no exception is left then, so there is nothing to refuse.
(module
  (tag $oops (export "oops") (param i32))
  (global $kept (mut i32) (i32.const 0))
  (global $exception (mut exnref) (ref.null exn))
  (table $exceptions 2 exnref)
  (memory 1)

  (func $throws (param i32) (throw $oops (local.get 0)))

  (func $caught (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $oops $h) (call $throws (local.get 0)))
      (unreachable)))

  (func (export "init")
    (global.set $exception
      (block $h (result exnref) (try_table (catch_all_ref $h) (call $throws (i32.const 5))) (unreachable)))
    (table.set $exceptions (i32.const 1) (global.get $exception))
    (global.set $kept (block $h (result i32)
      (try_table (catch $oops $h) (throw_ref (table.get $exceptions (i32.const 1))))
      (unreachable)))
    (i32.store (i32.const 8) (call $caught (i32.const 70000)))
    (global.set $exception (ref.null exn))
    (table.set $exceptions (i32.const 1) (ref.null exn)))

  (func (export "numbers") (result i32 i32) (global.get $kept) (i32.load (i32.const 8)))
  (func (export "again") (result i32) (call $caught (i32.const 9)))
  (func (export "uncaught") (call $throws (i32.const 1)))
  (func (export "none") (result i32)
    (i32.and (ref.is_null (global.get $exception)) (ref.is_null (table.get $exceptions (i32.const 1))))))
