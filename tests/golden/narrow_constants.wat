;; Constants that producers widened by their sign lose the bits that nobody looks at.
(module
  (memory 1)
  ;; a checksum of 16 bits: what comes out has them all
  (func $checksum (param i32 i32) (result i32) (local i32)
    (local.set 2 (i32.shr_u (local.get 1) (i32.const 1)))
    (local.set 1 (select (i32.xor (local.get 2) (i32.const 0xffffa001)) (local.get 2)
                         (i32.and (i32.xor (local.get 0) (local.get 1)) (i32.const 1))))
    (local.set 2 (i32.and (i32.shr_u (local.get 1) (i32.const 1)) (i32.const 0x7fff)))
    (select (i32.xor (local.get 2) (i32.const 0xffffa001)) (local.get 2) (i32.and (local.get 1) (i32.const 1))))
  ;; around a loop: sixteen bits are looked at in the end
  (func $around (param i32 i32) (result i32)
    (loop $again
      (local.set 0 (i32.xor (i32.shl (local.get 0) (i32.const 1))
                            (select (i32.const 0) (i32.const 5) (local.get 1))))
      (local.set 0 (i32.or (local.get 0) (i32.const 0xffff8000)))
      (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (i32.and (local.get 0) (i32.const 0xffff)))
  ;; down a loop all bits arrive
  (func $down (param i32 i32) (result i32)
    (loop $again
      (local.set 0 (i32.or (i32.shr_u (local.get 0) (i32.const 1)) (i32.const 0x80000000)))
      (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (i32.and (local.get 0) (i32.const 0xffff)))
  ;; what is stored, what an arm looks at, what waits on the stack
  (func $store (param i32 i64)
    (i32.store8 (local.get 0) (i32.xor (local.get 0) (i32.const -128)))
    (i64.store16 (local.get 0) (i64.or (local.get 1) (i64.const -3))))
  (func $arms (param i32 i32) (result i32)
    (local.set 0 (i32.xor (local.get 0) (i32.const -256)))
    (if (result i32) (local.get 1)
      (then (i32.and (local.get 0) (i32.const 0xfff)))
      (else (i32.extend16_s (local.get 0)))))
  ;; one way looks at eight bits, the other at all
  (func $unless (param i32 i32) (result i32)
    (local.set 0 (i32.xor (local.get 0) (i32.const -4)))
    (if (local.get 1) (then (local.set 0 (i32.and (local.get 0) (i32.const 0xff)))))
    (local.get 0))
  (func $waiting (param i32 i32) (result i32)
    (i32.and (i32.const 0xffff)
      (block $out (result i32)
        (br_if $out (i32.xor (local.get 0) (i32.const -7)) (local.get 1))
        (drop)
        (i32.or (local.get 1) (i32.const -7)))))
  ;; carries go up only; a rotation looks at all
  (func $sums (param i32) (result i32)
    (i32.and (i32.mul (i32.or (local.get 0) (i32.const -16)) (local.get 0)) (i32.const 0xff)))
  (func $rotated (param i32) (result i32)
    (i32.and (i32.rotl (i32.or (local.get 0) (i32.const -16)) (i32.const 3)) (i32.const 0xff)))
  ;; the sign of a shift comes from the top; a shift by a variable may bring any upper bit
  (func $signed (param i32) (result i32)
    (i32.and (i32.shr_s (i32.xor (local.get 0) (i32.const -4)) (i32.const 8)) (i32.const 0xff000001)))
  (func $extended (param i32) (result i32)
    (i32.and (i32.extend8_s (i32.xor (local.get 0) (i32.const -4))) (i32.const 0xff00001)))
  (func $shifted (param i32 i32) (result i32)
    (i32.and (i32.shr_u (i32.xor (local.get 0) (i32.const -4)) (local.get 1)) (i32.const 0xff)))
  (func $wrapped (param i64) (result i32)
    (i32.wrap_i64 (i64.and (local.get 0) (i64.const -4)))))
