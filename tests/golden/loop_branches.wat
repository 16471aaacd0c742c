;; fast copies of loops with branches: ifs, elses, blocks, br_table, an exit inside, a stride that is no constant,
;; a divisor that stays the same, a sum of two turns in one
(module
  (memory 1)
  (func $largest (param $at i32) (param $end i32) (result i32) (local $most i32) (local $now i32)
    loop $again
      (if (i32.gt_s (local.tee $now (i32.load (local.get $at))) (local.get $most))
        (then (local.set $most (local.get $now))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.ne (local.get $at) (local.get $end)))
    end
    local.get $most)
  (func $either (param $at i32) (param $end i32)
    loop $again
      (if (i32.and (i32.load (local.get $at)) (i32.const 1))
        (then (i32.store (local.get $at) (i32.const 0)))
        (else (f32.store offset=4096 (local.get $at) (f32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.lt_u (local.get $at) (local.get $end)))
    end)
  (func $blocks (param $at i32) (param $end i32) (param $key i32) (result i32) (local $count i32)
    block $out
      loop $again
        block $skip
          (br_if $skip (i32.eqz (i32.load8_u (local.get $at))))
          (br_if $out (i32.eq (i32.load8_u (local.get $at)) (local.get $key)))
          (br_if $skip (i32.eq (i32.load8_u (local.get $at)) (i32.const 32)))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
        end
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $again (i32.ne (local.get $at) (local.get $end)))
      end
    end
    local.get $count)
  (func $cases (param $at i32) (param $end i32)
    loop $again
      block $done
        block $one
          block $zero
            (br_table $zero $one $done (i32.load8_u (local.get $at)))
          end
          (i32.store8 (local.get $at) (i32.const 7))
          (br $done)
        end
        (i32.store8 (local.get $at) (i32.const 9))
      end
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $again (i32.ne (local.get $at) (local.get $end)))
    end)
  (func $stride (param $at i32) (param $end i32) (param $by i32)
    loop $again
      (i32.store8 (local.get $at) (i32.const 0))
      (local.set $at (i32.add (local.get $at) (local.get $by)))
      (br_if $again (i32.lt_u (local.get $at) (local.get $end)))
    end)
  (func $divide (param $at i32) (param $end i32) (param $by i32)
    loop $again
      (i32.store (local.get $at) (i32.div_s (i32.load (local.get $at)) (local.get $by)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.ne (local.get $at) (local.get $end)))
    end)
  (func $sum (param $at i32) (param $end i32) (result i32) (local $sum i32)
    loop $again
      (local.set $sum (i32.add (i32.load offset=4 (local.get $at))
        (i32.add (i32.load (local.get $at)) (local.get $sum))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.ne (local.get $at) (local.get $end)))
    end
    local.get $sum))
