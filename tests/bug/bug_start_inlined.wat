;; A start function that faults in a guarded memory: compilers inline it into its caller.
(module
  (memory 1)
  (func $start (drop (i64.load offset=4294967290 (i32.const -1))))
  (start $start))
