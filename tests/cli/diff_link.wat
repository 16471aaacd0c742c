;; Nothing supplies its memory. By check_diff.sh.
(module
  (import "env" "memory" (memory 1))
  (func (export "_start")))
