;; Serves one connection on descriptor 3, which --tcplisten hands in: waits for it by poll_oneoff, accepts, answers every
;; message with the same bytes plus one until a message begins with 'q', then shuts the sending side down and exits with 4.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $must (param i32) (if (local.get 0) (then (call $exit (i32.add (i32.const 100) (local.get 0))))))
  ;; 0 subscription, 64 event, 128 result, 144 iovec, 256 bytes
  (func $wait (param $fd i32)
    (i32.store8 (i32.const 8) (i32.const 1)) ;; to read
    (i32.store (i32.const 16) (local.get $fd))
    (call $must (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
    (if (i32.ne (i32.load (i32.const 128)) (i32.const 1)) (then unreachable)))
  (func (export "_start") (local $fd i32) (local $len i32) (local $i i32)
    (call $wait (i32.const 3))
    (call $must (call $accept (i32.const 3) (i32.const 0) (i32.const 128)))
    (local.set $fd (i32.load (i32.const 128)))
    (loop $again
      (call $wait (local.get $fd))
      (i32.store (i32.const 144) (i32.const 256))
      (i32.store (i32.const 148) (i32.const 1000))
      (call $must (call $recv (local.get $fd) (i32.const 144) (i32.const 1) (i32.const 0) (i32.const 128) (i32.const 132)))
      (local.set $len (i32.load (i32.const 128)))
      (if (i32.eqz (local.get $len)) (then (call $exit (i32.const 99))))
      (if (i32.eq (i32.load8_u (i32.const 256)) (i32.const 113)) (then
        (call $must (call $shutdown (local.get $fd) (i32.const 2)))
        (call $exit (i32.const 4))))
      (local.set $i (i32.const 0))
      (loop $each
        (i32.store8 (i32.add (local.get $i) (i32.const 256))
          (i32.add (i32.load8_u (i32.add (local.get $i) (i32.const 256))) (i32.const 1)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $each (i32.lt_u (local.get $i) (local.get $len))))
      (i32.store (i32.const 148) (local.get $len))
      (call $must (call $send (local.get $fd) (i32.const 144) (i32.const 1) (i32.const 0) (i32.const 128)))
      (br $again))))
