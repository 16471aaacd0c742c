;; Binary trees: many short-lived ones of every depth beside one that lives on, as the well-known benchmark
;; of that name has it. A wrong count ends in a trap.
(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (memory (export "memory") 1)
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree))))

  (func $make (param $depth i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new_default $tree))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $tree (call $make (local.get $depth)) (call $make (local.get $depth))))

  (func $count (param $t (ref null $tree)) (result i32)
    (if (ref.is_null (local.get $t))
      (then (return (i32.const 0))))
    (i32.add (i32.const 1)
      (i32.add (call $count (struct.get $tree $left (local.get $t)))
               (call $count (struct.get $tree $right (local.get $t))))))

  (func $need (param $have i32) (param $want i32)
    (if (i32.ne (local.get $have) (local.get $want)) (then (unreachable))))

  ;; how many trees of a depth, so that every depth makes about as many nodes
  (func $many (param $depth i32) (param $times i32)
    (local $sum i32) (local $i i32)
    (local.set $i (local.get $times))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $count (call $make (local.get $depth)))))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (call $need (local.get $sum)
      (i32.mul (local.get $times)
        (i32.sub (i32.shl (i32.const 2) (local.get $depth)) (i32.const 1)))))

  (func $run (param $most i32)
    (local $long (ref null $tree)) (local $depth i32)
    (call $need (call $count (call $make (i32.add (local.get $most) (i32.const 1))))
      (i32.sub (i32.shl (i32.const 4) (local.get $most)) (i32.const 1)))
    (local.set $long (call $make (local.get $most)))
    (local.set $depth (i32.const 4))
    (loop $again
      (call $many (local.get $depth)
        (i32.shl (i32.const 16) (i32.sub (local.get $most) (local.get $depth))))
      (local.set $depth (i32.add (local.get $depth) (i32.const 4)))
      (br_if $again (i32.le_u (local.get $depth) (local.get $most))))
    (call $need (call $count (local.get $long))
      (i32.sub (i32.shl (i32.const 2) (local.get $most)) (i32.const 1))))

  (func (export "_start")
    (call $start)
    (call $run (i32.const 16))
    (call $end)))
