;; Exceptions and the garbage-collected heap hold each other.
(module
  (type $box (struct (field i32)))
  (type $holder (struct (field (mut exnref))))
  (type $holders (array (mut exnref)))
  (tag $boxed (param (ref $box)))
  (tag $num (param i32))
  (tag $held (param (ref null $holder)))
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
    end)

  ;; n cycles: an exception, and the structure among its values that holds it
  (func (export "cycles") (param $n i32) (local $h (ref null $holder)) (local $x exnref)
    (loop $again
      (local.set $h (struct.new $holder (ref.null exn)))
      (local.set $x
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) (throw $held (local.get $h)))
          (unreachable)))
      (struct.set $holder 0 (local.get $h) (local.get $x))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; the same, and the last of them is kept by the structure alone, then by the exception alone
  (global $x (mut exnref) (ref.null exn))
  (func (export "keep_cycle") (param $n i32) (local $h (ref null $holder)) (local $x exnref)
    (local.set $h (struct.new $holder (ref.null exn)))
    (local.set $x
      (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (throw $held (local.get $h)))
        (unreachable)))
    (struct.set $holder 0 (local.get $h) (local.get $x))
    (if (local.get $n)
      (then (global.set $kept (local.get $h)) (global.set $x (ref.null exn)))
      (else (global.set $x (local.get $x)) (global.set $kept (ref.null $holder)))))
  ;; is what is kept still a cycle?
  (func (export "cycle_kept") (result i32) (local $x exnref) (local $h (ref null $holder))
    (local.set $x (global.get $x))
    (if (ref.is_null (local.get $x))
      (then (local.set $x (struct.get $holder 0 (global.get $kept)))))
    (block $out (result (ref null $holder))
      (try_table (catch $held $out) (throw_ref (local.get $x)))
      (unreachable))
    (local.set $h)
    (i32.or (ref.is_null (global.get $kept)) (ref.eq (local.get $h) (global.get $kept))))
  ;; exceptions that hold exceptions: a chain, the last of which is kept
  (tag $link (param exnref i32))
  (func (export "chain") (param $n i32) (local $i i32)
    (global.set $x (ref.null exn))
    (loop $again
      (global.set $x
        (block $caught (result exnref)
          (try_table (catch_all_ref $caught) (throw $link (global.get $x) (local.get $i)))
          (unreachable)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n)))))
  ;; the sum of its numbers
  (func (export "chain_sum") (result i32) (local $x exnref) (local $sum i32) (local $i i32)
    (local.set $x (global.get $x))
    (loop $again
      (if (ref.is_null (local.get $x)) (then (return (local.get $sum))))
      (block $h (result exnref i32)
        (try_table (catch $link $h) (throw_ref (local.get $x)))
        (unreachable))
      (local.set $i)
      (local.set $x)
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (br $again))
    (unreachable))
  (func (export "forget") (global.set $x (ref.null exn)) (global.set $kept (ref.null $holder))))
