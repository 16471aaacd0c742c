;; Small functions over one shared memory, called by test_threads' host threads.
(module
  (import "env" "memory" (memory 1 16 shared))
  (func (export "add32") (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (export "add64") (param i32 i64) (result i64) (i64.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (export "add_n") (param $at i32) (param $n i32)
    (loop $again
      (drop (i32.atomic.rmw.add (local.get $at) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "add8_n") (param $at i32) (param $n i32)
    (loop $again
      (drop (i32.atomic.rmw8.add_u (local.get $at) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "add16_n") (param $at i32) (param $n i32)
    (loop $again
      (drop (i64.atomic.rmw16.add_u (local.get $at) (i64.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "sub_n") (param $at i32) (param $n i32)
    (loop $again
      (drop (i64.atomic.rmw.sub (local.get $at) (i64.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "xor_n") (param $at i32) (param $n i32) (param $bit i32)
    (loop $again
      (drop (i32.atomic.rmw.xor (local.get $at) (local.get $bit)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "or_bit") (param i32 i32) (result i32) (i32.atomic.rmw.or (local.get 0) (local.get 1)))
  (func (export "and_mask") (param i32 i32) (result i32) (i32.atomic.rmw.and (local.get 0) (local.get 1)))
  (func (export "xchg") (param i32 i32) (result i32) (i32.atomic.rmw.xchg (local.get 0) (local.get 1)))
  (func (export "cas") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
  (func (export "cas8") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (export "load_plain") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (export "store_plain") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "fence") (atomic.fence))
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  ;; n times: take a spin lock at $at, add 1 to the plain counter behind it, release
  (func (export "spin_n") (param $at i32) (param $n i32)
    (loop $again
      (loop $take
        (br_if $take (i32.atomic.rmw.cmpxchg (local.get $at) (i32.const 0) (i32.const 1))))
      (i32.store offset=4 (local.get $at) (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1)))
      (i32.atomic.store (local.get $at) (i32.const 0))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; the same with a mutex that sleeps: 0 free, 1 taken, 2 taken and waited for
  (func (export "mutex_n") (param $at i32) (param $n i32)
    (loop $again
      (if (i32.atomic.rmw.cmpxchg (local.get $at) (i32.const 0) (i32.const 1))
        (then
          (loop $sleep
            (if (i32.atomic.rmw.xchg (local.get $at) (i32.const 2))
              (then
                (drop (memory.atomic.wait32 (local.get $at) (i32.const 2) (i64.const -1)))
                (br $sleep))))))
      (i32.store offset=4 (local.get $at) (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1)))
      (if (i32.eq (i32.atomic.rmw.xchg (local.get $at) (i32.const 0)) (i32.const 2))
        (then (drop (memory.atomic.notify (local.get $at) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; store buffering: write mine, read the other's; sequential consistency forbids two zeros
  (func (export "buffering") (param $mine i32) (param $other i32) (result i32)
    (i32.atomic.store (local.get $mine) (i32.const 1))
    (i32.atomic.load (local.get $other)))
  ;; publish: the plain value first, then the flag
  (func (export "publish") (param $at i32) (param $v i32)
    (i32.store offset=4 (local.get $at) (local.get $v))
    (i32.atomic.store (local.get $at) (i32.const 1)))
  (func (export "consume") (param $at i32) (result i32)
    (loop $wait (br_if $wait (i32.eqz (i32.atomic.load (local.get $at)))))
    (i32.load offset=4 (local.get $at)))
  ;; a switch on a value that another thread keeps changing: must stay inside the table
  (func (export "steer") (param $at i32) (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (block $c (block $b (block $a
        (br_table $a $b $c (i32.load (local.get $at))))
        (local.set $sum (i32.add (local.get $sum) (i32.const 1))) (br $c))
        (local.set $sum (i32.add (local.get $sum) (i32.const 2))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
