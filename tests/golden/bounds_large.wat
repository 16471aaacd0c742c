;; golden: --memory=bounds
;; A memory that may grow to 4 GiB: where x lies inside, x + 8 may have wrapped and lie inside, too, so each has its check.
(module
  (memory 1)
  (func $apart (param i32) (result i32)
    (i32.add (i32.load (i32.add (local.get 0) (i32.const 8))) (i32.load (local.get 0))))
  (func $covered (param i32) (result i32) ;; the first one shows it of the second
    (i32.add (i64.eqz (i64.load (local.get 0))) (i32.load (i32.add (local.get 0) (i32.const 4))))))
