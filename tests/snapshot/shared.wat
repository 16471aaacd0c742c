;; A shared memory.
(module (memory (export "memory") 1 1 shared))
