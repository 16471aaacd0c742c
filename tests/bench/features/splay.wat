;; A splay tree that is always as large: each step inserts a new random key, whose value is a small tree of
;; structures and arrays, and removes another. So objects of every age die, and old ones point to new ones.
;; A wrong count, or keys out of order, end in a trap.
(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (memory (export "memory") 1)
  (type $words (array (mut i32)))
  (type $load (sub (struct (field $left (ref null $load)) (field $right (ref null $load)))))
  (type $leaf (sub final $load (struct (field $left (ref null $load)) (field $right (ref null $load))
    (field $numbers (ref $words)) (field $tag i32))))
  (type $node (struct (field $key f64) (field $value (ref $load))
    (field $left (mut (ref null $node))) (field $right (mut (ref null $node)))))

  (global $root (mut (ref null $node)) (ref.null $node))
  (global $seed (mut i64) (i64.const 88172645463325252))

  (func $random (result f64)
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 13))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shr_u (global.get $seed) (i64.const 7))))
    (global.set $seed (i64.xor (global.get $seed) (i64.shl (global.get $seed) (i64.const 17))))
    (f64.mul (f64.convert_i64_u (i64.shr_u (global.get $seed) (i64.const 11))) (f64.const 0x1p-53)))

  (func $make_load (param $depth i32) (param $tag i32) (result (ref $load))
    (if (i32.eqz (local.get $depth))
      (then
        (return (struct.new $leaf (ref.null $load) (ref.null $load)
          (array.new $words (local.get $tag) (i32.const 10)) (local.get $tag)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $load
      (call $make_load (local.get $depth) (local.get $tag))
      (call $make_load (local.get $depth) (local.get $tag))))

  ;; the sum of the leaves' tags and of one number of each
  (func $sum_load (param $l (ref null $load)) (result i32) (local $leaf (ref null $leaf))
    (if (ref.is_null (local.get $l)) (then (return (i32.const 0))))
    (block $inner (result (ref $load))
      (local.set $leaf (br_on_cast_fail $inner (ref $load) (ref $leaf) (ref.as_non_null (local.get $l))))
      (return (i32.add (struct.get $leaf $tag (local.get $leaf))
        (array.get $words (struct.get $leaf $numbers (local.get $leaf)) (i32.const 9)))))
    (drop)
    (i32.add (call $sum_load (struct.get $load $left (local.get $l)))
             (call $sum_load (struct.get $load $right (local.get $l)))))

  ;; top-down: afterwards the root is the key's node, or its neighbour
  (func $splay (param $key f64)
    (local $head (ref $node)) (local $l (ref null $node)) (local $r (ref null $node))
    (local $t (ref null $node)) (local $c (ref null $node))
    (if (ref.is_null (global.get $root)) (then (return)))
    (local.set $head (struct.new $node (f64.const 0)
      (struct.new $load (ref.null $load) (ref.null $load)) (ref.null $node) (ref.null $node)))
    (local.set $l (local.get $head))
    (local.set $r (local.get $head))
    (local.set $t (global.get $root))
    (block $done
      (loop $again
        (if (f64.lt (local.get $key) (struct.get $node $key (local.get $t)))
          (then
            (br_if $done (ref.is_null (local.tee $c (struct.get $node $left (local.get $t)))))
            (if (f64.lt (local.get $key) (struct.get $node $key (local.get $c)))
              (then
                (struct.set $node $left (local.get $t) (struct.get $node $right (local.get $c)))
                (struct.set $node $right (local.get $c) (local.get $t))
                (local.set $t (local.get $c))
                (br_if $done (ref.is_null (struct.get $node $left (local.get $t))))))
            (struct.set $node $left (local.get $r) (local.get $t))
            (local.set $r (local.get $t))
            (local.set $t (struct.get $node $left (local.get $t)))
            (br $again)))
        (if (f64.gt (local.get $key) (struct.get $node $key (local.get $t)))
          (then
            (br_if $done (ref.is_null (local.tee $c (struct.get $node $right (local.get $t)))))
            (if (f64.gt (local.get $key) (struct.get $node $key (local.get $c)))
              (then
                (struct.set $node $right (local.get $t) (struct.get $node $left (local.get $c)))
                (struct.set $node $left (local.get $c) (local.get $t))
                (local.set $t (local.get $c))
                (br_if $done (ref.is_null (struct.get $node $right (local.get $t))))))
            (struct.set $node $right (local.get $l) (local.get $t))
            (local.set $l (local.get $t))
            (local.set $t (struct.get $node $right (local.get $t)))
            (br $again)))))
    (struct.set $node $right (local.get $l) (struct.get $node $left (local.get $t)))
    (struct.set $node $left (local.get $r) (struct.get $node $right (local.get $t)))
    (struct.set $node $left (local.get $t) (struct.get $node $right (local.get $head)))
    (struct.set $node $right (local.get $t) (struct.get $node $left (local.get $head)))
    (global.set $root (local.get $t)))

  ;; false: the key is there already
  (func $insert (param $key f64) (param $tag i32) (result i32) (local $n (ref $node)) (local $root (ref null $node))
    (call $splay (local.get $key))
    (local.set $root (global.get $root))
    (if (i32.eqz (ref.is_null (local.get $root)))
      (then
        (if (f64.eq (struct.get $node $key (local.get $root)) (local.get $key))
          (then (return (i32.const 0))))))
    (local.set $n (struct.new $node (local.get $key) (call $make_load (i32.const 5) (local.get $tag))
      (ref.null $node) (ref.null $node)))
    (if (i32.eqz (ref.is_null (local.get $root)))
      (then
        (if (f64.gt (local.get $key) (struct.get $node $key (local.get $root)))
          (then
            (struct.set $node $left (local.get $n) (local.get $root))
            (struct.set $node $right (local.get $n) (struct.get $node $right (local.get $root)))
            (struct.set $node $right (local.get $root) (ref.null $node)))
          (else
            (struct.set $node $right (local.get $n) (local.get $root))
            (struct.set $node $left (local.get $n) (struct.get $node $left (local.get $root)))
            (struct.set $node $left (local.get $root) (ref.null $node))))))
    (global.set $root (local.get $n))
    (i32.const 1))

  ;; removes the greatest key up to this one, or the least of all
  (func $remove_near (param $key f64) (local $left (ref null $node)) (local $right (ref null $node))
    (call $splay (local.get $key))
    (local.set $left (struct.get $node $left (global.get $root)))
    (local.set $right (struct.get $node $right (global.get $root)))
    (if (ref.is_null (local.get $left))
      (then (global.set $root (local.get $right)))
      (else
        (global.set $root (local.get $left))
        (call $splay (local.get $key))
        (struct.set $node $right (global.get $root) (local.get $right)))))

  ;; nodes in order; a tree of nothing has 0
  (func $count (param $n (ref null $node)) (param $low f64) (param $high f64) (result i32)
    (if (ref.is_null (local.get $n)) (then (return (i32.const 0))))
    (if (i32.or (f64.lt (struct.get $node $key (local.get $n)) (local.get $low))
                (f64.gt (struct.get $node $key (local.get $n)) (local.get $high)))
      (then (unreachable)))
    (if (i32.rem_u (call $sum_load (struct.get $node $value (local.get $n))) (i32.const 64)) ;; 32 leaves, each twice its tag
      (then (unreachable)))
    (i32.add (i32.const 1)
      (i32.add
        (call $count (struct.get $node $left (local.get $n)) (local.get $low) (struct.get $node $key (local.get $n)))
        (call $count (struct.get $node $right (local.get $n)) (struct.get $node $key (local.get $n)) (local.get $high)))))

  (func $run (param $size i32) (param $steps i32) (local $i i32)
    (loop $fill
      (local.set $i (i32.add (local.get $i) (call $insert (call $random) (local.get $i))))
      (br_if $fill (i32.lt_u (local.get $i) (local.get $size))))
    (loop $step
      (if (call $insert (call $random) (local.get $steps))
        (then (call $remove_near (call $random))))
      (br_if $step (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
    (if (i32.ne (local.get $size) (call $count (global.get $root) (f64.const 0) (f64.const 1)))
      (then (unreachable))))

  (func (export "_start")
    (call $start)
    (call $run (i32.const 8000) (i32.const 200000))
    (call $end)))
