;; recursion.wat: cycles of calls that close through tail calls: see check_tail.py. Each export takes a depth and
;; gives it back; at great depths it must trap.
(module
  (type $t (func (param i32) (result i32)))
  (table 3 funcref)
  (elem (i32.const 0) $indirect_3 $ref_3)

  ;; $direct calls 2, whose tail call 3 calls $direct: 2 has no other call
  (func $direct (export "direct") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (call $direct_2 (local.get 0))))
  (func $direct_2 (param i32) (result i32)
    (return_call $direct_3 (i32.sub (local.get 0) (i32.const 1))))
  (func $direct_3 (param i32) (result i32)
    (i32.add (call $direct (local.get 0)) (i32.const 0)))

  ;; the same where the tail call goes through a table, and behind a second one; through a reference
  (func $indirect (export "indirect") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (call $indirect_1 (local.get 0))))
  (func $indirect_1 (param i32) (result i32)
    (return_call $indirect_2 (i32.sub (local.get 0) (i32.const 1))))
  (func $indirect_2 (param i32) (result i32)
    (return_call_indirect (type $t) (local.get 0) (i32.const 0)))
  (func $indirect_3 (type $t)
    (i32.xor (call $indirect (local.get 0)) (i32.const 0)))

  (global $ref (mut (ref null $t)) (ref.func $ref_3))
  (func $ref (export "ref") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (call $ref_2 (i32.sub (local.get 0) (i32.const 1)))))
  (func $ref_2 (param i32) (result i32)
    (return_call_ref $t (local.get 0) (global.get $ref)))
  (func $ref_3 (type $t)
    (i32.xor (call $ref (local.get 0)) (i32.const 0)))

  ;; two functions that tail-call each other, of which one also calls the other
  (func $loop (export "loop") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $loop_2 (i32.sub (local.get 0) (i32.const 1))))
  (func $loop_2 (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const -1)) (then (return_call $loop (local.get 0))))
    (i32.add (i32.const 1) (call $loop (local.get 0))))

  ;; no cycle: nothing to check
  (func $quiet (export "quiet") (param i32) (result i32)
    (i32.sub (call $quiet_2 (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func $quiet_2 (param i32) (result i32)
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $quiet_3 (local.get 0))))
    (return_call $quiet_3 (local.get 0)))
  (func $quiet_3 (param i32) (result i32) (local.get 0)))
