;; Exports a global that another module's objects go into.
(module
  (type $box (struct (field i32)))
  (global (export "cell") (mut anyref) (ref.null any))
  (global (export "number") (mut i32) (i32.const 3))
  (func (export "read") (result i32)
    (struct.get $box 0 (ref.cast (ref $box) (global.get 0))))
  (func (export "litter") (param $n i32)
    (loop $again
      (drop (struct.new $box (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
