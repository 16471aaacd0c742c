;; Throws; what it exports is caught in catcher.wat, by the host, and by itself.
(module
  (import "host" "call" (func $host (param i32) (result i32)))
  (tag $num (export "num") (param i32))
  (tag $many (export "many") (param i32 i64 f32 f64 v128 externref i32 i32))
  (tag $empty (export "empty"))
  (tag $hidden (param i32))
  (global $count (export "count") (mut i32) (i32.const 0))
  (global $kept (mut exnref) (ref.null exn))
  (table $kept 4 exnref)
  (table $f (export "functions") 4 funcref)
  (elem (table $f) (i32.const 0) func $throw_num $quiet)
  (type $i (func (param i32)))

  (func $throw_num (export "throw_num") (param i32) (throw $num (local.get 0)))
  (func $quiet (param i32))
  (func (export "throw_empty") (throw $empty))
  (func (export "throw_hidden") (param i32) (throw $hidden (local.get 0)))
  (func $throw_many (export "throw_many") (param i32 externref)
    (throw $many (local.get 0) (i64.const 0x123456789abc) (f32.const 1.5) (f64.const -2.25)
                 (v128.const i32x4 1 2 3 4) (local.get 1) (i32.const 7) (i32.const 8)))

  ;; n frames, then the throw
  (func $deep (export "deep") (param $n i32) (param $v i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (throw $num (local.get $v))))
    (i32.add (call $deep (i32.sub (local.get $n) (i32.const 1)) (local.get $v)) (i32.const 1)))
  (func $catch_deep (export "catch_deep") (param $n i32) (param $v i32) (result i32)
    (block $h (result i32)
      (try_table (result i32) (catch $num $h) (call $deep (local.get $n) (local.get $v)))
      (i32.const -1) (return)))

  ;; a local keeps its value when the call that would set it throws; so does one set before
  (func (export "locals") (result i32) (local $a i32) (local $b i32)
    (local.set $a (i32.const 5))
    (block $h
      (try_table (catch_all $h)
        (local.set $b (i32.const 30))
        (local.set $a (call $deep (i32.const 2) (i32.const 1)))
        (local.set $b (i32.const 1000))))
    (i32.add (local.get $a) (local.get $b)))

  ;; operands below a try outlive what is thrown in it
  (func (export "operands") (param $x i32) (result i32)
    (i32.mul (i32.add (local.get $x) (i32.const 1))
      (block $h (result i32)
        (try_table (catch $num $h)
          (local.set $x (i32.const 100))
          (call $throw_num (i32.const 7)))
        (i32.const 0))))

  ;; the host in between
  (func (export "via_host") (param i32) (result i32)
    (block $h (result i32)
      (try_table (result i32) (catch $num $h) (call $host (local.get 0)))
      (return))
    (i32.add (i32.const 1000)))
  (func (export "through") (param i32) (result i32) (call $host (local.get 0)))

  ;; an indirect call
  (func (export "indirect") (param $i i32) (result i32)
    (block $h (result i32)
      (try_table (catch $num $h) (call_indirect $f (type $i) (i32.const 9) (local.get $i)))
      (i32.const -1)))

  ;; several results of a call that throws, and several values caught
  (func $pair (param i32) (result i32 i64)
    (if (local.get 0) (then (call $throw_many (local.get 0) (ref.null extern))))
    (i32.const 1) (i64.const 2))
  (func (export "pairs") (param i32) (result i64) (local $sum i64)
    (block $h (result i32 i64 f32 f64 v128 externref i32 i32)
      (try_table (result i32 i64) (catch $many $h) (call $pair (local.get 0)))
      (local.set $sum)
      (i64.add (i64.extend_i32_u) (local.get $sum)) (return))
    (i32.add) (local.set 0) (drop)
    (i32x4.extract_lane 3) (local.get 0) (i32.add) (local.set 0)
    (drop) (drop) (local.set $sum)
    (i32.add (local.get 0)) (i64.extend_i32_u) (i64.add (local.get $sum)))
  (func (export "caught_results") (param i32) (result i32 i64 f32 f64 v128 externref i32 i32)
    (try_table (catch $many 0) (call $throw_many (local.get 0) (ref.null extern)))
    (unreachable))

  ;; as `finally` is compiled: the older try
  (func $finally (param i32)
    try (call $throw_num (local.get 0))
    catch_all
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      rethrow 0
    end)
  (func $finally2 (param i32) try (call $finally (local.get 0)) catch_all (call $finally3) rethrow 0 end)
  (func $finally3 ;; throws and catches while another exception is held
    try (call $finally (i32.const 77)) catch $num
      (i32.ne (i32.const 77)) (if (then (unreachable)))
    end)
  (func (export "finally") (param i32) (result i32)
    try (result i32) (call $finally2 (local.get 0)) (i32.const -1)
    catch $empty (i32.const -2)
    catch $num
    end)
  ;; the inner handler rethrows the outer one's exception
  (func (export "rethrow_outer") (result i32)
    try (result i32)
      try (result i32) (call $throw_num (i32.const 1)) (i32.const -1)
      catch $num
        drop
        try (call $throw_num (i32.const 2))
        catch $num
          drop
          rethrow 1
        end
        (i32.const -3)
      end
    catch $num
      (i32.add (i32.const 40))
    end)

  ;; delegates: past a handler that would take it, to a try that is not the next, to the caller
  (func (export "delegates") (param $v i32) (result i32)
    try $outer (result i32)
      try $middle (result i32)
        try $skipped (result i32)
          try
            try (call $throw_num (local.get $v)) delegate $skipped
          delegate $outer
          (i32.const 1)
        catch $num (i32.add (i32.const 200))
        end
      catch $num (i32.add (i32.const 300))
      end
    catch $num (i32.add (i32.const 400))
    end)
  (func (export "delegates_near") (param $v i32) (result i32)
    try $outer (result i32)
      try $middle (result i32)
        try
          try (call $throw_num (local.get $v)) delegate 0
        delegate $middle
        (i32.const 1)
      catch $num (i32.add (i32.const 300))
      end
    catch $num (i32.add (i32.const 400))
    end)
  (func $to_caller (param $v i32)
    try
      try (call $throw_num (local.get $v)) delegate 1
    catch_all
      (unreachable)
    end)
  (func (export "delegates_to_caller") (param $v i32) (result i32)
    try (result i32) (call $to_caller (local.get $v)) (i32.const -1) catch $num end)

  ;; loops of throws
  (func (export "loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $catch_deep (i32.const 6) (i32.const 3))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "loop_ref") (param $n i32)
    (loop $again
      (i32.and (local.get $n) (i32.const 3))
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (call $throw_num (local.get $n)))
        (unreachable))
      (table.set $kept)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "loop_large") (param $n i32)
    (loop $again
      (block $h
        (try_table (catch_all $h) (call $throw_many (local.get $n) (ref.null extern))))
      (block $r (result exnref)
        (try_table (catch_all_ref $r) (call $throw_many (local.get $n) (ref.null extern)))
        (unreachable))
      (drop)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "loop_finally") (param $n i32)
    (loop $again
      try (call $finally2 (local.get $n)) catch_all end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  ;; an exnref that lives in a global, and in a frame, while others come and go
  (func (export "keep") (param i32)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $throw_num (local.get 0)))
      (unreachable))
    (global.set $kept))
  (func $throw_kept (export "throw_kept") (throw_ref (global.get $kept)))
  (func (export "kept_in_frame") (param $n i32) (result i32) (local $x exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $throw_num (i32.const 4711)))
      (unreachable))
    (local.set $x)
    (loop $again
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (call $throw_num (local.get $n)))
        (unreachable))
      (drop)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (block $h (result i32)
      (try_table (catch $num $h) (throw_ref (local.get $x)))
      (unreachable)))
  (func (export "same_ref") (param $x exnref) (result i32)
    (block $h (result i32) (try_table (catch $num $h) (throw_ref (local.get $x))) (unreachable)))
  (func (export "throw_null") (throw_ref (ref.null exn)))

  ;; traps are not caught
  (func $trap (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (export "trap") (result i32)
    (block $h
      (try_table (catch_all $h) (return (call $trap))))
    (i32.const 1))
  (func (export "trap_legacy") (result i32)
    try (result i32) (call $trap) catch_all (i32.const 1) end)
  (func $endless (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (throw $empty)))
    (i32.add (call $endless (i32.add (local.get 0) (i32.const 2))) (i32.const 1)))
  (func (export "exhaust") (result i32)
    try (result i32) (call $endless (i32.const 1)) catch_all (i32.const 1) end))
