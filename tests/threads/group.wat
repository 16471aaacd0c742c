;; One thread's work, with an instance of lib.wat in the same group: calls across, exceptions, objects.
;;   0 workers that have ended     4 what lib counts    8 exceptions caught    12 depth of trees
(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))
  (type $step (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory 1 16 shared))
  (import "env" "spawn" (func $spawn (param i32) (result i32)))
  (import "lib" "seventh" (tag $seventh (param i32)))
  (import "lib" "bump" (func $bump (param i32) (result i32)))
  (table $steps 2 funcref)
  (elem (table $steps) (i32.const 0) func $even $odd)

  (func (export "count") (param $n i32)
    (loop $again
      (block $caught (result i32)
        (try_table (catch $seventh $caught)
          (drop (call $bump (i32.const 4)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
          (return))
        (unreachable))
      (drop (i32.rem_u (i32.const 7)))
      (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  (func $make (param $depth i32) (result (ref null $tree))
    (if (i32.eqz (local.get $depth)) (then (return (ref.null $tree))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $tree (call $make (local.get $depth)) (call $make (local.get $depth))))
  (func $size (param $t (ref null $tree)) (result i32)
    (if (ref.is_null (local.get $t)) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (i32.add (call $size (struct.get $tree 0 (local.get $t)))
                                    (call $size (struct.get $tree 1 (local.get $t))))))
  ;; n trees, one of which lives on; the nodes of all of them
  (func (export "trees") (param $n i32) (param $depth i32) (result i32)
    (local $sum i32) (local $kept (ref null $tree))
    (local.set $kept (call $make (local.get $depth)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $size (call $make (local.get $depth)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (local.get $sum) (call $size (local.get $kept))))

  ;; tail calls through a table: how often until 0, from an even number
  (func $even (type $step)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call_indirect $steps (type $step) (i32.sub (local.get 0) (i32.const 1))
      (i32.add (local.get 1) (i32.const 1)) (i32.const 1)))
  (func $odd (type $step)
    (return_call_indirect $steps (type $step) (i32.sub (local.get 0) (i32.const 1))
      (i32.add (local.get 1) (i32.const 1)) (i32.const 0)))
  (func (export "steps") (param $n i32) (result i32)
    (return_call $even (local.get $n) (i32.const 0)))

  ;; as wasi-threads has it: the host makes a thread with a group of its own, which calls "worker"
  (func (export "spawn_all") (param $n i32) (result i32) (local $i i32)
    (loop $again
      (if (i32.lt_s (call $spawn (local.get $i)) (i32.const 0)) (then (return (i32.const -1))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (loop $wait
      (local.set $i (i32.atomic.load (i32.const 0)))
      (if (i32.lt_u (local.get $i) (local.get $n))
        (then
          (drop (memory.atomic.wait32 (i32.const 0) (local.get $i) (i64.const 100000000)))
          (br $wait))))
    (i32.atomic.load (i32.const 4)))
  (func (export "worker") (param $id i32) (local $n i32)
    (local.set $n (i32.const 500))
    (loop $again
      (drop (i32.atomic.rmw.add (i32.const 4) (local.get $id)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (func (export "sleep") (param $at i32) (result i32)
    (memory.atomic.wait32 (local.get $at) (i32.const 0) (i64.const -1)))
  (func (export "trap") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
  (func (export "seen") (param $at i32) (result i32) (i32.atomic.load (local.get $at))))
