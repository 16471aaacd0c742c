;; Exceptions and the garbage-collected heap hold each other.
(module
  (type $box (struct (field i32)))
  (type $holder (struct (field (mut exnref))))
  (type $holders (array (mut exnref)))
  (tag $boxed (param (ref $box)))
  (tag $num (param i32))
  (global $kept (mut (ref null $holder)) (ref.null $holder))

  (func $throw_box (param i32) (throw $boxed (struct.new $box (local.get 0))))
  (func $caught (param i32) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $throw_box (local.get 0)))
      (unreachable)))
  ;; n exceptions that nobody keeps, and n structures
  (func $litter (param $n i32)
    (loop $again
      (drop (call $caught (local.get $n)))
      (drop (struct.new $box (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $open (param exnref) (result i32)
    (block $h (result (ref $box))
      (try_table (catch $boxed $h) (throw_ref (local.get 0)))
      (unreachable))
    (struct.get $box 0))

  ;; an exnref in a structure, whose exception holds a structure
  (func (export "in_struct") (param $n i32) (result i32)
    (global.set $kept (struct.new $holder (call $caught (i32.const 1234))))
    (call $litter (local.get $n))
    (call $open (struct.get $holder 0 (global.get $kept))))
  ;; in an array that only a local holds
  (func (export "in_array") (param $n i32) (result i32) (local $a (ref null $holders))
    (local.set $a (array.new_default $holders (i32.const 3)))
    (array.set $holders (local.get $a) (i32.const 1) (call $caught (i32.const 55)))
    (array.set $holders (local.get $a) (i32.const 2) (call $caught (i32.const 66)))
    (call $litter (local.get $n))
    (i32.add (call $open (array.get $holders (local.get $a) (i32.const 1)))
             (call $open (array.get $holders (local.get $a) (i32.const 2)))))
  ;; a structure that only a thrown exception holds, while its handler allocates
  (func (export "in_flight") (param $n i32) (result i32)
    try (result i32)
      (call $throw_box (i32.const 77)) (i32.const 0)
    catch_all
      (call $litter (local.get $n))
      try (result i32)
        rethrow 1
      catch $boxed
        (struct.get $box 0)
      end
    end))
