;; ifs nested beyond 40 are printed with gotos: compilers recurse over braces. Blocks and loops in them too.
(module
  (func $deep (param i32) (result i32)
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 0)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 1)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 2)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 3)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 4)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 5)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 6)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 7)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 8)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 9)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 10)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 11)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 12)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 13)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 14)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 15)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 16)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 17)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 18)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 19)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 20)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 21)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 22)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 23)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 24)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 25)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 26)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 27)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 28)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 29)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 30)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 31)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 32)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 33)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 34)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 35)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 36)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 37)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 38)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 39)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 40)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 41)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 42)) (then
    (if (result i32) (i32.gt_u (local.get 0) (i32.const 43)) (then
    (i32.const 1000)
    ) (else (i32.const 43)))
    ) (else (i32.const 42)))
    ) (else (i32.const 41)))
    ) (else (i32.const 40)))
    ) (else (i32.const 39)))
    ) (else (i32.const 38)))
    ) (else (i32.const 37)))
    ) (else (i32.const 36)))
    ) (else (i32.const 35)))
    ) (else (i32.const 34)))
    ) (else (i32.const 33)))
    ) (else (i32.const 32)))
    ) (else (i32.const 31)))
    ) (else (i32.const 30)))
    ) (else (i32.const 29)))
    ) (else (i32.const 28)))
    ) (else (i32.const 27)))
    ) (else (i32.const 26)))
    ) (else (i32.const 25)))
    ) (else (i32.const 24)))
    ) (else (i32.const 23)))
    ) (else (i32.const 22)))
    ) (else (i32.const 21)))
    ) (else (i32.const 20)))
    ) (else (i32.const 19)))
    ) (else (i32.const 18)))
    ) (else (i32.const 17)))
    ) (else (i32.const 16)))
    ) (else (i32.const 15)))
    ) (else (i32.const 14)))
    ) (else (i32.const 13)))
    ) (else (i32.const 12)))
    ) (else (i32.const 11)))
    ) (else (i32.const 10)))
    ) (else (i32.const 9)))
    ) (else (i32.const 8)))
    ) (else (i32.const 7)))
    ) (else (i32.const 6)))
    ) (else (i32.const 5)))
    ) (else (i32.const 4)))
    ) (else (i32.const 3)))
    ) (else (i32.const 2)))
    ) (else (i32.const 1)))
    ) (else (i32.const 0)))
  )
  (func $deep_no_else (param i32) (result i32) (local i32)
    (if (i32.gt_u (local.get 0) (i32.const 0)) (then (local.set 1 (i32.const 1))
    (if (i32.gt_u (local.get 0) (i32.const 1)) (then (local.set 1 (i32.const 2))
    (if (i32.gt_u (local.get 0) (i32.const 2)) (then (local.set 1 (i32.const 3))
    (if (i32.gt_u (local.get 0) (i32.const 3)) (then (local.set 1 (i32.const 4))
    (if (i32.gt_u (local.get 0) (i32.const 4)) (then (local.set 1 (i32.const 5))
    (if (i32.gt_u (local.get 0) (i32.const 5)) (then (local.set 1 (i32.const 6))
    (if (i32.gt_u (local.get 0) (i32.const 6)) (then (local.set 1 (i32.const 7))
    (if (i32.gt_u (local.get 0) (i32.const 7)) (then (local.set 1 (i32.const 8))
    (if (i32.gt_u (local.get 0) (i32.const 8)) (then (local.set 1 (i32.const 9))
    (if (i32.gt_u (local.get 0) (i32.const 9)) (then (local.set 1 (i32.const 10))
    (if (i32.gt_u (local.get 0) (i32.const 10)) (then (local.set 1 (i32.const 11))
    (if (i32.gt_u (local.get 0) (i32.const 11)) (then (local.set 1 (i32.const 12))
    (if (i32.gt_u (local.get 0) (i32.const 12)) (then (local.set 1 (i32.const 13))
    (if (i32.gt_u (local.get 0) (i32.const 13)) (then (local.set 1 (i32.const 14))
    (if (i32.gt_u (local.get 0) (i32.const 14)) (then (local.set 1 (i32.const 15))
    (if (i32.gt_u (local.get 0) (i32.const 15)) (then (local.set 1 (i32.const 16))
    (if (i32.gt_u (local.get 0) (i32.const 16)) (then (local.set 1 (i32.const 17))
    (if (i32.gt_u (local.get 0) (i32.const 17)) (then (local.set 1 (i32.const 18))
    (if (i32.gt_u (local.get 0) (i32.const 18)) (then (local.set 1 (i32.const 19))
    (if (i32.gt_u (local.get 0) (i32.const 19)) (then (local.set 1 (i32.const 20))
    (if (i32.gt_u (local.get 0) (i32.const 20)) (then (local.set 1 (i32.const 21))
    (if (i32.gt_u (local.get 0) (i32.const 21)) (then (local.set 1 (i32.const 22))
    (if (i32.gt_u (local.get 0) (i32.const 22)) (then (local.set 1 (i32.const 23))
    (if (i32.gt_u (local.get 0) (i32.const 23)) (then (local.set 1 (i32.const 24))
    (if (i32.gt_u (local.get 0) (i32.const 24)) (then (local.set 1 (i32.const 25))
    (if (i32.gt_u (local.get 0) (i32.const 25)) (then (local.set 1 (i32.const 26))
    (if (i32.gt_u (local.get 0) (i32.const 26)) (then (local.set 1 (i32.const 27))
    (if (i32.gt_u (local.get 0) (i32.const 27)) (then (local.set 1 (i32.const 28))
    (if (i32.gt_u (local.get 0) (i32.const 28)) (then (local.set 1 (i32.const 29))
    (if (i32.gt_u (local.get 0) (i32.const 29)) (then (local.set 1 (i32.const 30))
    (if (i32.gt_u (local.get 0) (i32.const 30)) (then (local.set 1 (i32.const 31))
    (if (i32.gt_u (local.get 0) (i32.const 31)) (then (local.set 1 (i32.const 32))
    (if (i32.gt_u (local.get 0) (i32.const 32)) (then (local.set 1 (i32.const 33))
    (if (i32.gt_u (local.get 0) (i32.const 33)) (then (local.set 1 (i32.const 34))
    (if (i32.gt_u (local.get 0) (i32.const 34)) (then (local.set 1 (i32.const 35))
    (if (i32.gt_u (local.get 0) (i32.const 35)) (then (local.set 1 (i32.const 36))
    (if (i32.gt_u (local.get 0) (i32.const 36)) (then (local.set 1 (i32.const 37))
    (if (i32.gt_u (local.get 0) (i32.const 37)) (then (local.set 1 (i32.const 38))
    (if (i32.gt_u (local.get 0) (i32.const 38)) (then (local.set 1 (i32.const 39))
    (if (i32.gt_u (local.get 0) (i32.const 39)) (then (local.set 1 (i32.const 40))
    (if (i32.gt_u (local.get 0) (i32.const 40)) (then (local.set 1 (i32.const 41))
    (if (i32.gt_u (local.get 0) (i32.const 41)) (then (local.set 1 (i32.const 42))
    (if (i32.gt_u (local.get 0) (i32.const 42)) (then (local.set 1 (i32.const 43))
    (if (i32.gt_u (local.get 0) (i32.const 43)) (then (local.set 1 (i32.const 44))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    ))
    (local.get 1))
)
