;; One call in a try, and many outside: exceptions jump where nothing else says how they go.
(module
  (tag $a)
  (func $raise (param i32) (if (local.get 0) (then (throw $a))))
  (func $calls (param i32)
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0))
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0))
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0))
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0))
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0))
    (call $raise (local.get 0)) (call $raise (local.get 0)) (call $raise (local.get 0)))
  (func (export "_start")
    (block $h
      (try_table (catch_all $h) (call $calls (i32.const 1)))
      (unreachable))))
