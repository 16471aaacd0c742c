;; Loops that search: a string's end, bytes compared, and a nested search: for a byte of a set, or outside it.
(module
  (memory 1)
  (func $length (param $s i32) (result i32) (local $p i32)
    (local.set $p (local.get $s))
    (block $end
      (loop $next
        (br_if $end (i32.eqz (i32.load8_u (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $p) (local.get $s)))
  (func $compare (param $a i32) (param $b i32) (param $n i32) (result i32)
    (block $end
      (loop $next
        (br_if $end (i32.eqz (local.get $n)))
        (br_if $end (i32.ne (i32.load8_u (local.get $a)) (i32.load8_u (local.get $b))))
        (local.set $a (i32.add (local.get $a) (i32.const 1)))
        (local.set $b (i32.add (local.get $b) (i32.const 1)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $n))
  ;; strcspn of a text of $n bytes and a set of $m
  (func $outside (param $s i32) (param $n i32) (param $set i32) (param $m i32) (result i32)
    (local $i i32) (local $k i32) (local $c i32)
    (block $end
      (loop $next
        (br_if $end (i32.eq (local.get $i) (local.get $n)))
        (local.set $c (i32.load8_u (i32.add (local.get $s) (local.get $i))))
        (local.set $k (i32.const 0))
        (block $none
          (loop $other
            (br_if $none (i32.eq (local.get $k) (local.get $m)))
            (br_if $end (i32.eq (local.get $c) (i32.load8_u (i32.add (local.get $set) (local.get $k)))))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br $other)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $i))
  ;; strspn of strings
  (func $inside (param $s i32) (param $set i32) (result i32)
    (local $i i32) (local $p i32) (local $c i32) (local $x i32)
    (block $end
      (loop $next
        (local.set $c (i32.load8_u (i32.add (local.get $s) (local.get $i))))
        (local.set $p (local.get $set))
        (loop $other
          (br_if $end (i32.eqz (local.tee $x (i32.load8_u (local.get $p)))))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br_if $other (i32.ne (local.get $x) (local.get $c))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $i)))
