;; golden: --exceptions=jumps
;; Throws, handlers of both proposals, and calls that are tested or not.
(module
  (import "env" "tag" (tag $far (param i32 f64)))
  (tag $near (param i32))
  (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $throws (param i32) (throw $near (call $leaf (local.get 0))))
  (func $throws_far (param i32) (throw $far (local.get 0) (f64.const 1)))
  (func $returns (param i32) (result i32)
    (if (local.get 0) (then (call $throws (local.get 0))))
    (i32.const 5))
  (func $pair (param i32) (result i32 i64)
    (call $throws (local.get 0)) (i32.const 1) (i64.const 2))
  (func $catches (param i32) (result i32) (local $x i32)
    (block $all
      (block $h (result i32)
        (try_table (catch $near $h) (catch_all $all)
          (local.set $x (call $returns (local.get 0)))
          (call $throws_far (local.get $x)))
        (i32.const 0))
      (return))
    (local.get $x))
  (func $catches_ref (param i32) (result i32 exnref)
    (try_table (result i32 exnref) (catch_ref $near 0)
      (drop (call $pair (local.get 0))) (ref.null exn)))
  (func $again (param exnref) (throw_ref (local.get 0)))
  (func $never (param i32) (result i32)
    (block $h
      (try_table (catch_all $h) (return (call $leaf (local.get 0)))))
    (i32.const 1))
  (func $older (param i32) (result i32)
    try (result i32)
      (call $returns (local.get 0))
    catch $near
      try (param i32) (call $throws_far) delegate 1
      (i32.const 3)
    catch_all
      (drop (call $leaf (i32.const 1)))
      rethrow 0
    end)
  (func (export "all") (param i32)
    (drop (call $catches (local.get 0)))
    (call $catches_ref (local.get 0)) (call $again) (drop)
    (drop (call $never (local.get 0)))
    (drop (call $older (local.get 0)))))
