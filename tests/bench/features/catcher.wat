;; Calls thrower.wat from four frames down, n times: eight frames of two modules lie between throw and catch.
(module
  (import "thrower" "t" (tag $t (param i32)))
  (import "thrower" "down" (func $down (param i32 i32) (result i32)))
  (func $outer (param $depth i32) (param $x i32) (result i32)
    (if (i32.eqz (local.get $depth))
      (then (return (i32.add (i32.const 1) (call $down (i32.const 3) (local.get $x))))))
    (i32.add (i32.const 1) (call $outer (i32.sub (local.get $depth) (i32.const 1)) (local.get $x))))
  ;; each throws; the sum of what was caught
  (func (export "thrown") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (block $caught (result i32)
          (try_table (result i32) (catch $t $caught) (call $outer (i32.const 3) (local.get $n))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; none does; the sum of the depths
  (func (export "quiet") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (block $caught (result i32)
          (try_table (result i32) (catch $t $caught) (call $outer (i32.const 3) (i32.const 0))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; nor is there a try
  (func (export "plain") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $outer (i32.const 3) (i32.const 0))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
