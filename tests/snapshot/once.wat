;; A reactor whose _initialize may run once only.
(module
  (memory (export "memory") 1)
  (global $done (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $done) (then unreachable))
    (global.set $done (i32.const 1)))
  (func (export "more") (global.set $done (i32.add (global.get $done) (i32.const 10))))
  (func (export "done") (result i32) (global.get $done)))
