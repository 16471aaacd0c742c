;; fast copies of loops: rolled up, down, left in the middle, by an inner test, and none
(module
  (import "env" "call" (func $call))
  (memory 1)
  (func $rolled_up (param $c i32) (param $b i32) (local $i i32)
    loop $again
      (f64.store (i32.add (local.get $c) (local.get $i))
        (f64.add (f64.load (i32.add (local.get $b) (local.get $i)))
                 (f64.load (i32.add (local.get $c) (local.get $i)))))
      (f64.store offset=8 (i32.add (local.get $c) (local.get $i))
        (f64.add (f64.load offset=8 (i32.add (local.get $b) (local.get $i)))
                 (f64.load offset=8 (i32.add (local.get $c) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br_if $again (i32.ne (local.get $i) (i32.const 8800)))
    end)
  (func $down (param $at i32) (param $n i32) (result i32) (local $sum i32)
    loop $again
      (local.set $sum (i32.add (local.get $sum)
        (i32.load16_s offset=2 (i32.add (local.get $at) (i32.shl (local.get $n) (i32.const 1))))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (i32.ge_s (local.get $n) (i32.const 0)))
    end
    local.get $sum)
  (func $top_tested (param $at i32) (param $end i32)
    block $out
      loop $again
        (br_if $out (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store8 (local.get $at) (i32.const 7))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again)
      end
    end)
  (func $search (param $at i32) (param $end i32) (result i32)
    block $out
      loop $again
        (br_if $out (i32.eq (i32.load (local.get $at)) (i32.const 42)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $again (i32.ne (local.get $at) (local.get $end)))
      end
    end
    local.get $at)
  (func $calls (param $at i32)
    loop $again
      (i32.store (local.get $at) (i32.const 0))
      (call $call)
      (local.set $at (i32.sub (local.get $at) (i32.const 4)))
      (br_if $again (local.get $at))
    end))
