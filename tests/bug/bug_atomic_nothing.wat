;; Atomic operations that change nothing, out of bounds, their results not used: they trap nevertheless.
(module
  (memory 1 1)
  (func (export "sub") (drop (i32.atomic.rmw.sub offset=65536 (i32.const 0) (i32.const 0))))
  (func (export "or") (drop (i64.atomic.rmw.or offset=65536 (i32.const 8) (i64.const 0))))
  (func (export "and") (drop (i32.atomic.rmw8.and_u offset=65536 (i32.const 8) (i32.const 255))))
  (func (export "xchg") (drop (i32.atomic.rmw.xchg offset=65536 (i32.const 8) (i32.const 255))))
  (func (export "cmpxchg") (drop (i32.atomic.rmw.cmpxchg offset=65536 (i32.const 8) (i32.const 255) (i32.const 255)))))
