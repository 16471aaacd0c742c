;; A table of the host's references.
(module (table (export "objects") 3 externref) (memory 1))
