;; br_table: a switch; entries equal to the default go with it; values for every target.
(module
  (func $plain (param i32) (result i32)
    (block $c (block $b (block $a (br_table $a $b $a $c $b (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30))
  (func $only_default (param i32) (block $a (br_table $a (local.get 0))))
  (func $to_function (param i32) (result i32)
    (block $a (result i32) (br_table $a 1 $a (i32.const 7) (local.get 0)))
    (i32.const 1)
    (i32.add))
  (func $values (param i32) (result i32)
    (block $b (result i32)
      (block $a (result i32) (br_table $a $b $b (i32.add (local.get 0) (i32.const 4)) (local.get 0)))
      (i32.const 100)
      (i32.add)))
  (func $loop_target (param i32) (result i32)
    (block $out
      (loop $again
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_table $again $out $again (i32.and (local.get 0) (i32.const 3)))))
    (local.get 0)))
