;; What every thread's group has beside `group`: it counts in the shared memory, and throws at every seventh.
(module
  (import "env" "memory" (memory 1 16 shared))
  (tag $seventh (export "seventh") (param i32))
  (func (export "bump") (param $at i32) (result i32) (local $old i32)
    (local.set $old (i32.atomic.rmw.add (local.get $at) (i32.const 1)))
    (if (i32.eqz (i32.rem_u (local.get $old) (i32.const 7))) (then (throw $seventh (local.get $old))))
    (local.get $old)))
