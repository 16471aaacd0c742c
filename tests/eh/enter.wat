;; The same call in a try and without: entering a try is nothing.
(module
  (import "env" "f" (func $f (param i32) (result i32)))
  (func (export "with") (param i32) (result i32)
    (block $h
      (try_table (catch_all $h)
        (return (i32.mul (call $f (i32.add (local.get 0) (i32.const 5))) (i32.const 3)))))
    (i32.const -1))
  (func (export "without") (param i32) (result i32)
    (i32.mul (call $f (i32.add (local.get 0) (i32.const 5))) (i32.const 3)))
  (func (export "legacy") (param i32) (result i32)
    try (result i32)
      (i32.mul (call $f (i32.add (local.get 0) (i32.const 5))) (i32.const 3))
    catch_all
      (i32.const -1)
    end))
