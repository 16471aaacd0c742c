;; A function of the tail-call form whose slots have the names of its registers' parameters.
(module
  (func $g (param f64 f64 f64) (result f64)
    (f64.add (local.get 0) (f64.sub (local.get 1) (local.get 2))))
  (func (export "f") (param i32 f64 f64) (result f64)
    (local.get 0)
    (drop)
    (f64.add (local.get 1) (block (result f64) (br_if 0 (local.get 2) (local.get 0)) (drop) (f64.const 2)))
    (local.get 1)
    (block (result f64) (br_if 0 (local.get 2) (local.get 0)) (drop) (f64.const 3))
    (return_call $g)))
