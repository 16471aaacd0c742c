;; Throws x, if it is not 0, from four frames down.
(module
  (tag $t (export "t") (param i32))
  (func $down (export "down") (param $depth i32) (param $x i32) (result i32)
    (if (i32.eqz (local.get $depth))
      (then
        (if (local.get $x) (then (throw $t (local.get $x))))
        (return (i32.const 0))))
    (i32.add (i32.const 1) (call $down (i32.sub (local.get $depth) (i32.const 1)) (local.get $x)))))
