;; gcc moved the load, which faults, over the stores before it: at the trap they had not been done. In f1 the place is a
;; global's, in f2 a table's.
(module
  (memory (export "m0") 1 1)
  (global (export "g0") (mut i32) (i32.const 0))
  (global (export "g1") (mut i64) (i64.const 0))
  (table (export "t0") 4 funcref)
  (elem declare func 0)
  (func (export "f0")
    (i64.store offset=24 (i32.const 0) (i64.const 4))
    (drop (v128.load32x2_s offset=65532 (i32.const 48))))
  (func (export "f1")
    (global.set 1 (i64.const 5))
    (drop (v128.load32x2_s offset=65532 (i32.const 48))))
  (func (export "f2") (param i32)
    (table.set (i32.const 2) (ref.func 0))
    (drop (v128.load32x2_s offset=65532 (i32.const 48))))
)
