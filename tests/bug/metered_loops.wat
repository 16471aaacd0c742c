;; Loops with fast copies: what they are charged is what the literal loop would be: whole ones, those left early,
;; those that go on literally behind the copy, and unrolled ones.
(module
  (memory (export "m0") 1 1)
  (data (i32.const 600) "\01")
  (func (export "whole") (local i32)
    (loop $l (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 3)))
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400)))))
  (func (export "search") (result i32) (local i32)
    (block $b (loop $l
      (br_if $b (i32.load8_u offset=500 (local.get 0)))
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 2000)))))
    (local.get 0))
  (func (export "two") (result i32) (local i32 i32)
    (local.set 1 (i32.const 40))
    (block $b (loop $l
      (i32.store offset=2000 (local.get 0) (local.get 1))
      (br_if $b (i32.eqz (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
      (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 1000)))))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "unrolled") (param i32) (result i32) (local i32 i32)
    (loop $l
      (local.set 2 (i32.add (local.get 2) (i32.load (local.get 1))))
      (local.set 2 (i32.add (local.get 2) (i32.load offset=4 (local.get 1))))
      (local.set 2 (i32.add (local.get 2) (i32.load offset=8 (local.get 1))))
      (local.set 2 (i32.add (local.get 2) (i32.load offset=12 (local.get 1))))
      (br_if $l (i32.ne (local.tee 1 (i32.add (local.get 1) (i32.const 16))) (i32.const 1600))))
    (local.get 2))
  (func (export "long") (local i32)
    (loop $l (i32.store8 (local.get 0) (local.get 0))
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3000))))))
