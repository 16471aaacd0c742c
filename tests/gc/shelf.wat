;; Puts objects into a global of cell.wat, and takes them out.
(module
  (type $box (struct (field i32)))
  (import "cell" "cell" (global $cell (mut anyref)))
  (func (export "put") (param i32) (global.set $cell (struct.new $box (local.get 0))))
  (func (export "get") (result i32) (struct.get $box 0 (ref.cast (ref $box) (global.get $cell)))))
