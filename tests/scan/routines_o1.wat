(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 2048)
  (export "memory" (memory 0))
  (export "strlen_pointer" (func 0))
  (export "strlen_index" (func 1))
  (export "strlen_count" (func 2))
  (export "strlen_words" (func 3))
  (export "strnlen_index" (func 4))
  (export "strnlen_down" (func 5))
  (export "memchr_down" (func 6))
  (export "memchr_words" (func 7))
  (export "rawmemchr" (func 8))
  (export "find_wide" (func 9))
  (export "find_signed" (func 10))
  (export "strchrnul_bytes" (func 11))
  (export "strchrnul_words" (func 12))
  (export "skip_spaces" (func 13))
  (export "skip_byte" (func 14))
  (export "memcmp_difference" (func 15))
  (export "memcmp_subtract" (func 16))
  (export "memcmp_sign" (func 17))
  (export "memcmp_words" (func 18))
  (export "strcmp_difference" (func 19))
  (export "strcmp_index" (func 20))
  (export "strcmp_signed" (func 21))
  (export "strncmp_down" (func 22))
  (export "common_prefix" (func 23))
  (export "match_64" (func 24))
  (export "match_16" (func 25))
  (export "set_strcspn" (func 26))
  (export "set_strspn" (func 27))
  (export "set_strpbrk" (func 28))
  (export "set_strcspn_index" (func 29))
  (export "set_strcspn_find" (func 30))
  (export "set_strspn_find" (func 31))
  (export "set_strspn_signed" (func 32))
  (export "set_counted" (func 33))
  (export "set_sized" (func 34))
  (export "loose_count_finds" (func 35))
  (export "set_far" (func 36))
  (export "loose_moving" (func 37))
  (export "loose_next" (func 38))
  (export "loose_goes_on" (func 39))
  (export "loose_store" (func 40))
  (export "loose_sum" (func 41))
  (export "loose_mixed" (func 42))
  (export "copy_bytes" (func 43))
  (export "copy_pointers" (func 44))
  (export "copy_down" (func 45))
  (export "copy_words" (func 46))
  (export "copy_words_down" (func 47))
  (export "copy_either" (func 48))
  (export "copy_three_on" (func 49))
  (export "string_copy" (func 50))
  (export "miss_step" (func 51))
  (export "miss_words_constant" (func 52))
  (export "miss_words_mask" (func 53))
  (export "miss_words_splat" (func 54))
  (export "miss_strides" (func 55))
  (export "miss_case" (func 56))
  (export "miss_less" (func 57))
  (export "miss_backwards" (func 58))
  (export "miss_sum" (func 59))
  (export "miss_last" (func 60))
  (export "miss_store" (func 61))
  (export "miss_mixed" (func 62))
  (export "miss_three" (func 63))
  (func (;0;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 1
      i32.add
      local.tee 3
      local.set 1
      local.get 0
      local.get 2
      i32.add
      i32.load8_u
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -1
    i32.add
  )
  (func (;1;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 1
      i32.add
      local.tee 3
      local.set 1
      local.get 0
      local.get 2
      i32.add
      i32.load8_u
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -1
    i32.add
  )
  (func (;2;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    i32.const 1
    i32.add
    local.set 1
    i32.const 0
    local.set 0
    loop ;; label = @1
      local.get 0
      local.tee 2
      i32.const 1
      i32.add
      local.tee 3
      local.set 0
      local.get 3
      local.set 3
      local.get 1
      local.get 2
      i32.add
      i32.load8_u
      br_if 0 (;@1;)
    end
    local.get 3
  )
  (func (;3;) (type 0) (param i32) (result i32)
    (local i32 i32 i32 i32 i32)
    local.get 0
    local.set 1
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 3
        i32.and
        i32.eqz
        br_if 0 (;@2;)
        block ;; label = @3
          local.get 0
          i32.load8_u
          br_if 0 (;@3;)
          local.get 0
          local.set 2
          br 2 (;@1;)
        end
        local.get 0
        local.set 3
        local.get 0
        i32.const 1
        i32.add
        local.set 4
        block ;; label = @3
          loop ;; label = @4
            local.get 4
            local.set 1
            local.get 3
            i32.const 1
            i32.add
            local.tee 5
            i32.const 3
            i32.and
            i32.eqz
            br_if 1 (;@3;)
            local.get 5
            local.set 3
            local.get 1
            i32.const 1
            i32.add
            local.set 4
            local.get 5
            local.set 2
            local.get 1
            i32.load8_u
            i32.eqz
            br_if 3 (;@1;)
            br 0 (;@4;)
          end
        end
        local.get 1
        local.set 1
      end
      local.get 1
      local.tee 5
      i32.const -4
      i32.add
      local.set 1
      local.get 5
      i32.const -5
      i32.add
      local.set 5
      loop ;; label = @2
        local.get 1
        i32.const 4
        i32.add
        local.tee 2
        local.set 1
        local.get 5
        i32.const 4
        i32.add
        local.tee 4
        local.set 5
        i32.const 16843008
        local.get 2
        i32.load align=1
        local.tee 3
        i32.sub
        local.get 3
        i32.or
        i32.const -2139062144
        i32.and
        i32.const -2139062144
        i32.eq
        br_if 0 (;@2;)
      end
      local.get 4
      local.set 1
      local.get 2
      local.set 5
      loop ;; label = @2
        local.get 1
        i32.const 1
        i32.add
        local.tee 2
        local.set 1
        local.get 5
        local.tee 3
        i32.const 1
        i32.add
        local.set 5
        local.get 2
        local.set 2
        local.get 3
        i32.load8_u
        br_if 0 (;@2;)
      end
    end
    local.get 2
    local.get 0
    i32.sub
  )
  (func (;4;) (type 1) (param i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 1
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    i32.const 0
    local.set 2
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 2
        local.tee 2
        i32.add
        i32.load8_u
        br_if 0 (;@2;)
        local.get 2
        return
      end
      local.get 2
      i32.const 1
      i32.add
      local.tee 3
      local.set 2
      local.get 1
      local.get 3
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;5;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    local.get 0
    local.set 2
    block ;; label = @1
      local.get 1
      i32.eqz
      br_if 0 (;@1;)
      local.get 0
      local.get 1
      i32.add
      local.set 3
      local.get 0
      local.set 2
      local.get 1
      local.set 1
      loop ;; label = @2
        local.get 1
        local.set 1
        block ;; label = @3
          local.get 2
          local.tee 2
          i32.load8_u
          br_if 0 (;@3;)
          local.get 2
          local.set 2
          br 2 (;@1;)
        end
        local.get 2
        i32.const 1
        i32.add
        local.set 2
        local.get 1
        i32.const -1
        i32.add
        local.tee 4
        local.set 1
        local.get 4
        br_if 0 (;@2;)
      end
      local.get 3
      local.set 2
    end
    local.get 2
    local.get 0
    i32.sub
  )
  (func (;6;) (type 2) (param i32 i32 i32) (result i32)
    (local i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      i32.const 255
      i32.and
      local.set 3
      local.get 0
      local.set 1
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 2
        local.set 2
        block ;; label = @3
          local.get 1
          local.tee 1
          i32.load8_u
          local.get 3
          i32.ne
          br_if 0 (;@3;)
          local.get 1
          return
        end
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 2
        i32.const -1
        i32.add
        local.tee 0
        local.set 2
        local.get 0
        br_if 0 (;@2;)
      end
    end
    i32.const 0
  )
  (func (;7;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    local.get 2
    i32.const 0
    i32.ne
    local.set 3
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 3
        i32.and
        i32.eqz
        br_if 0 (;@2;)
        local.get 2
        i32.eqz
        br_if 0 (;@2;)
        local.get 0
        i32.load8_u
        local.get 1
        i32.const 255
        i32.and
        local.tee 4
        i32.eq
        br_if 0 (;@2;)
        local.get 0
        i32.const 1
        i32.add
        local.tee 0
        local.set 3
        local.get 0
        local.set 5
        local.get 2
        i32.const -1
        i32.add
        local.set 6
        block ;; label = @3
          loop ;; label = @4
            local.get 5
            local.set 2
            local.get 6
            local.tee 7
            i32.const 0
            i32.ne
            local.set 0
            local.get 3
            local.tee 3
            i32.const 3
            i32.and
            i32.eqz
            br_if 1 (;@3;)
            local.get 0
            i32.eqz
            br_if 1 (;@3;)
            local.get 3
            i32.const 1
            i32.add
            local.set 3
            local.get 2
            i32.const 1
            i32.add
            local.set 5
            local.get 7
            i32.const -1
            i32.add
            local.set 6
            local.get 7
            local.set 7
            local.get 2
            local.set 8
            local.get 0
            local.set 0
            local.get 2
            i32.load8_u
            local.get 4
            i32.eq
            br_if 3 (;@1;)
            br 0 (;@4;)
          end
        end
        local.get 7
        local.set 7
        local.get 2
        local.set 8
        local.get 0
        local.set 0
        br 1 (;@1;)
      end
      local.get 2
      local.set 7
      local.get 0
      local.set 8
      local.get 3
      local.set 0
    end
    local.get 8
    local.set 2
    local.get 7
    local.set 7
    block ;; label = @1
      block ;; label = @2
        local.get 0
        br_if 0 (;@2;)
        i32.const 0
        local.set 5
        local.get 2
        local.set 3
        br 1 (;@1;)
      end
      block ;; label = @2
        local.get 2
        i32.load8_u
        local.get 1
        i32.const 255
        i32.and
        i32.eq
        br_if 0 (;@2;)
        local.get 7
        i32.const 4
        i32.lt_u
        br_if 0 (;@2;)
        local.get 1
        i32.const 255
        i32.and
        i32.const 16843009
        i32.mul
        local.set 6
        local.get 2
        local.set 0
        local.get 7
        local.set 7
        loop ;; label = @3
          local.get 7
          local.set 2
          block ;; label = @4
            i32.const 16843008
            local.get 0
            local.tee 0
            i32.load align=1
            local.get 6
            i32.xor
            local.tee 7
            i32.sub
            local.get 7
            i32.or
            i32.const -2139062144
            i32.and
            i32.const -2139062144
            i32.eq
            br_if 0 (;@4;)
            local.get 2
            local.set 5
            local.get 0
            local.set 3
            br 3 (;@1;)
          end
          local.get 0
          i32.const 4
          i32.add
          local.tee 3
          local.set 0
          local.get 2
          i32.const -4
          i32.add
          local.tee 2
          local.set 7
          local.get 2
          local.set 5
          local.get 3
          local.set 3
          local.get 2
          i32.const 3
          i32.gt_u
          br_if 0 (;@3;)
          br 2 (;@1;)
        end
      end
      local.get 7
      local.set 5
      local.get 2
      local.set 3
    end
    local.get 3
    local.set 2
    block ;; label = @1
      local.get 5
      local.tee 0
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      i32.const 255
      i32.and
      local.set 3
      local.get 2
      local.set 2
      local.get 0
      local.set 0
      loop ;; label = @2
        local.get 0
        local.set 0
        block ;; label = @3
          local.get 2
          local.tee 2
          i32.load8_u
          local.get 3
          i32.ne
          br_if 0 (;@3;)
          local.get 2
          return
        end
        local.get 2
        i32.const 1
        i32.add
        local.set 2
        local.get 0
        i32.const -1
        i32.add
        local.tee 7
        local.set 0
        local.get 7
        br_if 0 (;@2;)
      end
    end
    i32.const 0
  )
  (func (;8;) (type 1) (param i32 i32) (result i32)
    (local i32)
    local.get 1
    i32.const 255
    i32.and
    local.set 2
    local.get 0
    i32.const -1
    i32.add
    local.set 0
    loop ;; label = @1
      local.get 0
      i32.const 1
      i32.add
      local.tee 1
      local.set 0
      local.get 1
      i32.load8_u
      local.get 2
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;9;) (type 1) (param i32 i32) (result i32)
    (local i32)
    local.get 0
    i32.const -1
    i32.add
    local.set 0
    loop ;; label = @1
      local.get 0
      i32.const 1
      i32.add
      local.tee 2
      local.set 0
      local.get 2
      i32.load8_u
      local.get 1
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;10;) (type 0) (param i32) (result i32)
    (local i32)
    local.get 0
    i32.const -1
    i32.add
    local.set 0
    loop ;; label = @1
      local.get 0
      i32.const 1
      i32.add
      local.tee 1
      local.set 0
      local.get 1
      i32.load8_u
      i32.const 255
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;11;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      local.get 0
      return
    end
    local.get 1
    i32.extend8_s
    local.set 3
    local.get 2
    local.set 1
    local.get 0
    local.set 0
    loop ;; label = @1
      local.get 0
      local.set 0
      block ;; label = @2
        local.get 3
        local.get 1
        i32.extend8_s
        i32.ne
        br_if 0 (;@2;)
        local.get 0
        return
      end
      local.get 0
      i32.load8_u offset=1
      local.tee 2
      local.set 1
      local.get 0
      i32.const 1
      i32.add
      local.tee 4
      local.set 0
      local.get 4
      local.set 4
      local.get 2
      br_if 0 (;@1;)
    end
    local.get 4
  )
  (func (;12;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    local.get 1
    i32.const 255
    i32.and
    local.set 2
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 3
        i32.and
        br_if 0 (;@2;)
        local.get 0
        local.set 3
        br 1 (;@1;)
      end
      local.get 0
      i32.const 1
      i32.add
      local.set 4
      local.get 0
      local.set 5
      loop ;; label = @2
        local.get 4
        local.set 0
        block ;; label = @3
          local.get 5
          local.tee 5
          i32.load8_u
          local.tee 4
          br_if 0 (;@3;)
          local.get 5
          return
        end
        block ;; label = @3
          local.get 4
          local.get 2
          i32.ne
          br_if 0 (;@3;)
          local.get 5
          return
        end
        local.get 0
        i32.const 1
        i32.add
        local.set 4
        local.get 5
        i32.const 1
        i32.add
        local.tee 3
        local.set 5
        local.get 3
        local.set 3
        local.get 0
        i32.const 3
        i32.and
        br_if 0 (;@2;)
      end
    end
    block ;; label = @1
      block ;; label = @2
        i32.const 16843008
        local.get 3
        local.tee 4
        i32.load align=1
        local.tee 0
        i32.sub
        local.get 0
        i32.or
        i32.const -2139062144
        i32.and
        i32.const -2139062144
        i32.eq
        br_if 0 (;@2;)
        local.get 4
        local.set 3
        br 1 (;@1;)
      end
      local.get 2
      i32.const 16843009
      i32.mul
      local.set 2
      local.get 0
      local.set 5
      local.get 4
      local.set 0
      loop ;; label = @2
        local.get 0
        local.set 0
        block ;; label = @3
          i32.const 16843008
          local.get 5
          local.get 2
          i32.xor
          local.tee 4
          i32.sub
          local.get 4
          i32.or
          i32.const -2139062144
          i32.and
          i32.const -2139062144
          i32.eq
          br_if 0 (;@3;)
          local.get 0
          local.set 3
          br 2 (;@1;)
        end
        local.get 0
        i32.load offset=4 align=1
        local.tee 4
        local.set 5
        local.get 0
        i32.const 4
        i32.add
        local.tee 3
        local.set 0
        local.get 3
        local.set 3
        i32.const 16843008
        local.get 4
        i32.sub
        local.get 4
        i32.or
        i32.const -2139062144
        i32.and
        i32.const -2139062144
        i32.eq
        br_if 0 (;@2;)
      end
    end
    local.get 3
    i32.const -1
    i32.add
    local.set 4
    loop ;; label = @1
      block ;; label = @2
        local.get 4
        i32.const 1
        i32.add
        local.tee 0
        i32.load8_u
        local.tee 5
        br_if 0 (;@2;)
        local.get 0
        return
      end
      local.get 0
      local.set 4
      local.get 0
      local.set 0
      local.get 5
      local.get 1
      i32.const 255
      i32.and
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 0
  )
  (func (;13;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 1
      i32.add
      local.tee 3
      local.set 1
      local.get 0
      local.get 2
      i32.add
      i32.load8_u
      i32.const 97
      i32.eq
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -1
    i32.add
  )
  (func (;14;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 255
    i32.and
    local.set 3
    i32.const 0
    local.set 1
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 1
        local.tee 1
        i32.add
        i32.load8_u
        local.get 3
        i32.eq
        br_if 0 (;@2;)
        local.get 1
        return
      end
      local.get 1
      i32.const 1
      i32.add
      local.tee 4
      local.set 1
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;15;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    local.set 1
    local.get 0
    local.set 0
    local.get 2
    local.set 2
    block ;; label = @1
      loop ;; label = @2
        local.get 2
        local.set 2
        local.get 0
        local.tee 0
        i32.load8_u
        local.tee 3
        local.get 1
        local.tee 1
        i32.load8_u
        local.tee 4
        i32.ne
        br_if 1 (;@1;)
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 0
        i32.const 1
        i32.add
        local.set 0
        local.get 2
        i32.const -1
        i32.add
        local.tee 3
        local.set 2
        local.get 3
        br_if 0 (;@2;)
      end
      i32.const 0
      return
    end
    local.get 3
    local.get 4
    i32.sub
  )
  (func (;16;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32)
    local.get 2
    local.set 3
    local.get 0
    local.set 0
    local.get 1
    local.set 4
    loop ;; label = @1
      local.get 2
      local.set 5
      local.get 4
      local.set 2
      local.get 0
      local.set 1
      block ;; label = @2
        local.get 3
        local.tee 3
        br_if 0 (;@2;)
        i32.const 0
        return
      end
      local.get 3
      i32.const -1
      i32.add
      local.set 3
      local.get 1
      i32.const 1
      i32.add
      local.set 0
      local.get 2
      i32.const 1
      i32.add
      local.set 4
      local.get 5
      local.get 1
      i32.load8_u
      local.tee 1
      local.get 2
      i32.load8_u
      local.tee 2
      i32.sub
      local.get 1
      local.get 2
      i32.eq
      local.tee 1
      select
      local.tee 5
      local.set 2
      local.get 5
      local.set 5
      local.get 1
      br_if 0 (;@1;)
    end
    local.get 5
  )
  (func (;17;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    local.set 0
    local.get 1
    local.set 1
    local.get 2
    local.set 2
    block ;; label = @1
      loop ;; label = @2
        local.get 2
        local.set 2
        local.get 0
        local.tee 0
        i32.load8_u
        local.tee 3
        local.get 1
        local.tee 1
        i32.load8_u
        local.tee 4
        i32.ne
        br_if 1 (;@1;)
        local.get 0
        i32.const 1
        i32.add
        local.set 0
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 2
        i32.const -1
        i32.add
        local.tee 3
        local.set 2
        local.get 3
        br_if 0 (;@2;)
      end
      i32.const 0
      return
    end
    i32.const -1
    i32.const 1
    local.get 3
    local.get 4
    i32.lt_u
    select
  )
  (func (;18;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 2
        i32.const 4
        i32.ge_u
        br_if 0 (;@2;)
        local.get 2
        local.set 3
        local.get 0
        local.set 4
        local.get 1
        local.set 5
        br 1 (;@1;)
      end
      local.get 1
      local.set 1
      local.get 0
      local.set 0
      local.get 2
      local.set 6
      loop ;; label = @2
        local.get 6
        local.set 2
        block ;; label = @3
          local.get 0
          local.tee 0
          i32.load align=1
          local.get 1
          local.tee 1
          i32.load align=1
          i32.eq
          br_if 0 (;@3;)
          local.get 2
          local.set 3
          local.get 0
          local.set 4
          local.get 1
          local.set 5
          br 2 (;@1;)
        end
        local.get 1
        i32.const 4
        i32.add
        local.tee 5
        local.set 1
        local.get 0
        i32.const 4
        i32.add
        local.tee 4
        local.set 0
        local.get 2
        i32.const -4
        i32.add
        local.tee 2
        local.set 6
        local.get 2
        local.set 3
        local.get 4
        local.set 4
        local.get 5
        local.set 5
        local.get 2
        i32.const 3
        i32.gt_u
        br_if 0 (;@2;)
      end
    end
    local.get 5
    local.set 2
    local.get 4
    local.set 1
    block ;; label = @1
      local.get 3
      local.tee 0
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 2
    local.set 2
    local.get 1
    local.set 1
    local.get 0
    local.set 0
    block ;; label = @1
      loop ;; label = @2
        local.get 0
        local.set 0
        local.get 1
        local.tee 1
        i32.load8_u
        local.tee 6
        local.get 2
        local.tee 2
        i32.load8_u
        local.tee 5
        i32.ne
        br_if 1 (;@1;)
        local.get 2
        i32.const 1
        i32.add
        local.set 2
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 0
        i32.const -1
        i32.add
        local.tee 6
        local.set 0
        local.get 6
        br_if 0 (;@2;)
      end
      i32.const 0
      return
    end
    local.get 6
    local.get 5
    i32.sub
  )
  (func (;19;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    local.get 1
    i32.load8_u
    local.set 2
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load8_u
        local.tee 3
        br_if 0 (;@2;)
        local.get 3
        local.set 4
        local.get 2
        local.set 5
        br 1 (;@1;)
      end
      local.get 3
      local.set 4
      local.get 2
      local.set 5
      local.get 3
      local.get 2
      i32.const 255
      i32.and
      i32.ne
      br_if 0 (;@1;)
      local.get 0
      i32.const 1
      i32.add
      local.set 0
      local.get 1
      i32.const 1
      i32.add
      local.set 1
      loop ;; label = @2
        local.get 1
        local.tee 1
        i32.load8_u
        local.set 2
        block ;; label = @3
          local.get 0
          local.tee 0
          i32.load8_u
          local.tee 3
          br_if 0 (;@3;)
          local.get 3
          local.set 4
          local.get 2
          local.set 5
          br 2 (;@1;)
        end
        local.get 0
        i32.const 1
        i32.add
        local.set 0
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 3
        local.set 4
        local.get 2
        local.set 5
        local.get 3
        local.get 2
        i32.const 255
        i32.and
        i32.eq
        br_if 0 (;@2;)
      end
    end
    local.get 4
    local.get 5
    i32.const 255
    i32.and
    i32.sub
  )
  (func (;20;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load8_u
        local.tee 2
        br_if 0 (;@2;)
        i32.const 0
        local.set 3
        local.get 2
        local.set 4
        br 1 (;@1;)
      end
      local.get 0
      i32.const 1
      i32.add
      local.set 5
      local.get 2
      local.set 6
      i32.const 0
      local.set 0
      loop ;; label = @2
        block ;; label = @3
          local.get 6
          local.tee 2
          i32.const 255
          i32.and
          local.get 1
          local.get 0
          local.tee 0
          i32.add
          i32.load8_u
          i32.eq
          br_if 0 (;@3;)
          local.get 0
          local.set 3
          local.get 2
          local.set 4
          br 2 (;@1;)
        end
        local.get 5
        local.get 0
        i32.add
        i32.load8_u
        local.tee 2
        local.set 6
        local.get 0
        i32.const 1
        i32.add
        local.tee 3
        local.set 0
        local.get 3
        local.set 3
        local.get 2
        local.set 4
        local.get 2
        br_if 0 (;@2;)
      end
    end
    i32.const -1
    local.get 4
    i32.const 255
    i32.and
    local.tee 0
    local.get 1
    local.get 3
    i32.add
    i32.load8_u
    local.tee 2
    i32.gt_u
    local.get 0
    local.get 2
    i32.lt_u
    select
  )
  (func (;21;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load8_u
        local.tee 2
        br_if 0 (;@2;)
        local.get 1
        local.set 3
        local.get 2
        local.set 4
        br 1 (;@1;)
      end
      local.get 0
      i32.const 1
      i32.add
      local.set 5
      local.get 2
      local.set 2
      local.get 1
      local.set 1
      loop ;; label = @2
        local.get 5
        local.set 0
        block ;; label = @3
          local.get 2
          local.tee 5
          i32.const 255
          i32.and
          local.get 1
          local.tee 1
          i32.load8_u
          i32.eq
          br_if 0 (;@3;)
          local.get 1
          local.set 3
          local.get 5
          local.set 4
          br 2 (;@1;)
        end
        local.get 0
        i32.const 1
        i32.add
        local.set 5
        local.get 0
        i32.load8_u
        local.tee 0
        local.set 2
        local.get 1
        i32.const 1
        i32.add
        local.tee 3
        local.set 1
        local.get 3
        local.set 3
        local.get 0
        local.set 4
        local.get 0
        br_if 0 (;@2;)
      end
    end
    local.get 4
    i32.extend8_s
    local.get 3
    i32.load8_s
    i32.sub
  )
  (func (;22;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load8_u
        local.tee 3
        br_if 0 (;@2;)
        local.get 1
        local.set 0
        local.get 3
        local.set 4
        br 1 (;@1;)
      end
      local.get 0
      i32.const 1
      i32.add
      local.set 5
      local.get 2
      i32.const -1
      i32.add
      local.set 6
      local.get 3
      local.set 3
      local.get 1
      local.set 1
      block ;; label = @2
        loop ;; label = @3
          local.get 6
          local.set 2
          local.get 5
          local.set 0
          local.get 3
          local.tee 6
          i32.const 255
          i32.and
          local.get 1
          local.tee 1
          i32.load8_u
          local.tee 5
          i32.ne
          br_if 1 (;@2;)
          local.get 5
          i32.eqz
          br_if 1 (;@2;)
          local.get 2
          i32.const 0
          i32.eq
          br_if 1 (;@2;)
          local.get 0
          i32.const 1
          i32.add
          local.set 5
          local.get 2
          i32.const -1
          i32.add
          local.set 6
          local.get 0
          i32.load8_u
          local.tee 2
          local.set 3
          local.get 1
          i32.const 1
          i32.add
          local.tee 0
          local.set 1
          local.get 0
          local.set 0
          local.get 2
          local.set 4
          local.get 2
          br_if 0 (;@3;)
          br 2 (;@1;)
        end
      end
      local.get 1
      local.set 0
      local.get 6
      local.set 4
    end
    local.get 4
    i32.const 255
    i32.and
    local.get 0
    i32.load8_u
    i32.sub
  )
  (func (;23;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    i32.const 0
    local.set 3
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 3
        local.tee 3
        i32.add
        i32.load8_u
        local.get 1
        local.get 3
        i32.add
        i32.load8_u
        i32.eq
        br_if 0 (;@2;)
        local.get 3
        return
      end
      local.get 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;24;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    local.set 0
    local.get 1
    local.set 1
    i32.const 0
    local.set 3
    loop ;; label = @1
      local.get 3
      local.set 3
      block ;; label = @2
        local.get 0
        local.tee 0
        i64.load
        local.get 1
        local.tee 1
        i64.load
        i64.eq
        br_if 0 (;@2;)
        local.get 3
        return
      end
      local.get 0
      i32.const 8
      i32.add
      local.set 0
      local.get 1
      i32.const 8
      i32.add
      local.set 1
      local.get 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;25;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    local.set 0
    local.get 1
    local.set 1
    i32.const 0
    local.set 3
    loop ;; label = @1
      local.get 3
      local.set 3
      block ;; label = @2
        local.get 0
        local.tee 0
        i32.load16_u
        local.get 1
        local.tee 1
        i32.load16_u
        i32.eq
        br_if 0 (;@2;)
        local.get 3
        return
      end
      local.get 0
      i32.const 2
      i32.add
      local.set 0
      local.get 1
      i32.const 2
      i32.add
      local.set 1
      local.get 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;26;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    local.get 0
    local.set 2
    loop ;; label = @1
      local.get 2
      local.tee 3
      i32.const 1
      i32.add
      local.set 4
      local.get 3
      i32.load8_u
      i32.const 255
      i32.and
      local.set 5
      local.get 1
      local.set 2
      block ;; label = @2
        loop ;; label = @3
          local.get 2
          local.tee 2
          i32.load8_u
          local.tee 6
          local.get 5
          i32.eq
          br_if 1 (;@2;)
          local.get 2
          i32.const 1
          i32.add
          local.set 2
          local.get 6
          br_if 0 (;@3;)
        end
        local.get 4
        local.set 2
        br 1 (;@1;)
      end
    end
    local.get 3
    local.get 0
    i32.sub
  )
  (func (;27;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    local.get 0
    local.set 2
    loop ;; label = @1
      local.get 2
      local.tee 3
      i32.const 1
      i32.add
      local.set 4
      local.get 3
      i32.load8_u
      i32.const 255
      i32.and
      local.set 5
      local.get 1
      local.set 2
      block ;; label = @2
        loop ;; label = @3
          local.get 2
          local.tee 2
          i32.load8_u
          local.tee 6
          i32.eqz
          br_if 1 (;@2;)
          local.get 2
          i32.const 1
          i32.add
          local.set 2
          local.get 6
          local.get 5
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 4
        local.set 2
        br 1 (;@1;)
      end
    end
    local.get 3
    local.get 0
    i32.sub
  )
  (func (;28;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 2
    local.set 2
    local.get 0
    local.set 0
    loop ;; label = @1
      local.get 0
      local.tee 3
      i32.const 1
      i32.add
      local.set 4
      local.get 2
      i32.const 255
      i32.and
      local.set 5
      local.get 1
      local.set 0
      block ;; label = @2
        loop ;; label = @3
          local.get 0
          local.tee 0
          i32.load8_u
          local.tee 2
          i32.eqz
          br_if 1 (;@2;)
          local.get 0
          i32.const 1
          i32.add
          local.set 0
          local.get 2
          local.get 5
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 3
        return
      end
      local.get 4
      i32.load8_u
      local.tee 5
      local.set 2
      local.get 4
      local.set 0
      local.get 5
      br_if 0 (;@1;)
    end
    i32.const 0
  )
  (func (;29;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    local.get 1
    i32.load8_u
    local.tee 4
    i32.const 255
    i32.and
    local.set 5
    local.get 2
    local.set 2
    i32.const 0
    local.set 6
    block ;; label = @1
      loop ;; label = @2
        local.get 6
        local.set 7
        local.get 2
        local.set 8
        local.get 3
        local.set 2
        local.get 4
        local.set 6
        block ;; label = @3
          local.get 5
          i32.eqz
          br_if 0 (;@3;)
          block ;; label = @4
            loop ;; label = @5
              local.get 2
              local.set 1
              local.get 8
              i32.const 255
              i32.and
              local.get 6
              i32.const 255
              i32.and
              i32.eq
              br_if 1 (;@4;)
              local.get 1
              i32.const 1
              i32.add
              local.set 2
              local.get 1
              i32.load8_u
              local.tee 1
              local.set 6
              local.get 1
              i32.eqz
              br_if 2 (;@3;)
              br 0 (;@5;)
            end
          end
          local.get 7
          local.set 1
          br 2 (;@1;)
        end
        local.get 0
        local.get 7
        i32.const 1
        i32.add
        local.tee 1
        i32.add
        i32.load8_u
        local.tee 8
        local.set 2
        local.get 1
        local.set 6
        local.get 1
        local.set 1
        local.get 8
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
  (func (;30;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    local.get 0
    local.set 2
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 3
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      i32.const 1
      i32.add
      local.set 4
      local.get 1
      i32.load8_u
      local.tee 5
      i32.const 255
      i32.and
      local.set 6
      local.get 3
      local.set 1
      local.get 0
      local.set 3
      loop ;; label = @2
        local.get 3
        local.set 7
        local.get 1
        local.set 2
        block ;; label = @3
          local.get 6
          i32.eqz
          br_if 0 (;@3;)
          local.get 2
          i32.const 255
          i32.and
          local.set 8
          local.get 4
          local.set 1
          local.get 5
          local.set 3
          loop ;; label = @4
            local.get 1
            local.set 2
            block ;; label = @5
              local.get 8
              local.get 3
              i32.const 255
              i32.and
              i32.ne
              br_if 0 (;@5;)
              local.get 7
              local.set 2
              br 4 (;@1;)
            end
            local.get 2
            i32.const 1
            i32.add
            local.set 1
            local.get 2
            i32.load8_u
            local.tee 2
            local.set 3
            local.get 2
            br_if 0 (;@4;)
          end
        end
        local.get 7
        i32.load8_u offset=1
        local.tee 8
        local.set 1
        local.get 7
        i32.const 1
        i32.add
        local.tee 2
        local.set 3
        local.get 2
        local.set 2
        local.get 8
        br_if 0 (;@2;)
      end
    end
    local.get 2
    local.get 0
    i32.sub
  )
  (func (;31;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    local.get 0
    local.set 2
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 3
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      i32.const 1
      i32.add
      local.set 4
      local.get 1
      i32.load8_u
      local.tee 5
      i32.const 255
      i32.and
      local.set 6
      local.get 3
      local.set 1
      local.get 0
      local.set 3
      loop ;; label = @2
        local.get 3
        local.set 7
        local.get 1
        local.set 2
        block ;; label = @3
          local.get 6
          br_if 0 (;@3;)
          local.get 0
          local.set 2
          br 2 (;@1;)
        end
        local.get 2
        i32.const 255
        i32.and
        local.set 8
        local.get 4
        local.set 1
        local.get 5
        local.set 3
        block ;; label = @3
          loop ;; label = @4
            local.get 1
            local.set 2
            local.get 8
            local.get 3
            i32.const 255
            i32.and
            i32.eq
            br_if 1 (;@3;)
            local.get 2
            i32.const 1
            i32.add
            local.set 1
            local.get 2
            i32.load8_u
            local.tee 2
            local.set 3
            local.get 2
            br_if 0 (;@4;)
          end
          local.get 7
          local.set 2
          br 2 (;@1;)
        end
        local.get 7
        i32.load8_u offset=1
        local.tee 8
        local.set 1
        local.get 7
        i32.const 1
        i32.add
        local.tee 2
        local.set 3
        local.get 2
        local.set 2
        local.get 8
        br_if 0 (;@2;)
      end
    end
    local.get 2
    local.get 0
    i32.sub
  )
  (func (;32;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 1
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 2
    i32.eqz
    local.set 3
    local.get 1
    i32.const 1
    i32.add
    local.set 4
    i32.const 0
    local.set 1
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        local.set 5
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 2
              local.get 0
              local.get 1
              local.tee 6
              i32.add
              i32.load8_u
              local.tee 7
              i32.eq
              br_if 0 (;@5;)
              local.get 4
              local.set 1
              loop ;; label = @6
                local.get 1
                local.tee 1
                i32.load8_u
                local.tee 5
                i32.eqz
                br_if 2 (;@4;)
                local.get 1
                i32.const 1
                i32.add
                local.set 1
                local.get 5
                local.get 7
                i32.ne
                br_if 0 (;@6;)
              end
              local.get 5
              i32.eqz
              local.set 5
            end
            local.get 5
            i32.eqz
            br_if 1 (;@3;)
          end
          local.get 6
          local.set 5
          br 2 (;@1;)
        end
        local.get 6
        i32.const 1
        i32.add
        local.tee 5
        local.set 1
        local.get 5
        local.set 5
        local.get 2
        br_if 0 (;@2;)
      end
    end
    local.get 5
  )
  (func (;33;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 2
      i32.const 37
      i32.div_u
      local.tee 3
      i32.const 5000
      i32.rem_u
      local.tee 4
      br_if 0 (;@1;)
      local.get 4
      return
    end
    local.get 2
    local.get 3
    i32.const 37
    i32.mul
    i32.sub
    local.tee 5
    i32.const 0
    i32.ne
    local.set 6
    i32.const 0
    local.set 2
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        local.set 7
        local.get 2
        local.set 8
        block ;; label = @3
          block ;; label = @4
            local.get 5
            br_if 0 (;@4;)
            local.get 6
            local.set 2
            local.get 7
            local.set 3
            br 1 (;@3;)
          end
          local.get 6
          local.set 2
          local.get 8
          local.set 3
          local.get 0
          local.get 8
          i32.add
          i32.load8_u
          local.tee 9
          local.get 1
          i32.load8_u
          i32.eq
          br_if 0 (;@3;)
          i32.const 1
          local.set 3
          block ;; label = @4
            loop ;; label = @5
              block ;; label = @6
                local.get 5
                local.get 3
                local.tee 2
                i32.ne
                br_if 0 (;@6;)
                local.get 7
                local.set 3
                br 2 (;@4;)
              end
              local.get 2
              i32.const 1
              i32.add
              local.set 3
              local.get 9
              local.get 1
              local.get 2
              i32.add
              i32.load8_u
              i32.ne
              br_if 0 (;@5;)
            end
            local.get 8
            local.set 3
          end
          local.get 2
          local.get 5
          i32.lt_u
          local.set 2
          local.get 3
          local.set 3
        end
        local.get 3
        local.set 3
        local.get 2
        br_if 1 (;@1;)
        local.get 8
        i32.const 1
        i32.add
        local.tee 9
        local.set 2
        local.get 3
        local.set 3
        local.get 9
        local.get 4
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 4
      return
    end
    local.get 3
  )
  (func (;34;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32)
    local.get 0
    call 2
    local.set 2
    local.get 1
    call 1
    local.set 3
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      local.get 2
      return
    end
    local.get 3
    i32.const 0
    i32.ne
    local.set 4
    i32.const 0
    local.set 5
    block ;; label = @1
      loop ;; label = @2
        local.get 7
        local.set 6
        local.get 5
        local.set 8
        block ;; label = @3
          block ;; label = @4
            local.get 3
            br_if 0 (;@4;)
            local.get 4
            local.set 5
            local.get 6
            local.set 7
            br 1 (;@3;)
          end
          local.get 4
          local.set 5
          local.get 8
          local.set 7
          local.get 0
          local.get 8
          i32.add
          i32.load8_u
          local.tee 9
          local.get 1
          i32.load8_u
          i32.eq
          br_if 0 (;@3;)
          i32.const 1
          local.set 7
          block ;; label = @4
            loop ;; label = @5
              block ;; label = @6
                local.get 3
                local.get 7
                local.tee 5
                i32.ne
                br_if 0 (;@6;)
                local.get 6
                local.set 7
                br 2 (;@4;)
              end
              local.get 5
              i32.const 1
              i32.add
              local.set 7
              local.get 9
              local.get 1
              local.get 5
              i32.add
              i32.load8_u
              i32.ne
              br_if 0 (;@5;)
            end
            local.get 8
            local.set 7
          end
          local.get 5
          local.get 3
          i32.lt_u
          local.set 5
          local.get 7
          local.set 7
        end
        local.get 7
        local.set 7
        local.get 5
        br_if 1 (;@1;)
        local.get 8
        i32.const 1
        i32.add
        local.tee 9
        local.set 5
        local.get 7
        local.set 7
        local.get 9
        local.get 2
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 2
      return
    end
    local.get 7
  )
  (func (;35;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    local.get 2
    i32.const 0
    i32.ne
    local.set 3
    block ;; label = @1
      block ;; label = @2
        local.get 2
        br_if 0 (;@2;)
        local.get 3
        local.set 4
        i32.const 0
        local.set 5
        br 1 (;@1;)
      end
      local.get 1
      i32.const 1
      i32.add
      local.set 6
      local.get 1
      i32.load8_u
      local.tee 7
      i32.const 255
      i32.and
      local.set 8
      i32.const 0
      local.set 9
      local.get 3
      local.set 3
      i32.const 0
      local.set 10
      loop ;; label = @2
        local.get 3
        local.set 11
        local.get 9
        local.set 12
        i32.const 0
        local.set 5
        block ;; label = @3
          local.get 8
          local.get 0
          local.get 10
          local.tee 4
          i32.add
          i32.load8_u
          local.tee 10
          i32.eq
          br_if 0 (;@3;)
          local.get 7
          local.set 9
          i32.const 0
          local.set 1
          loop ;; label = @4
            local.get 1
            local.set 1
            block ;; label = @5
              local.get 9
              i32.const 255
              i32.and
              br_if 0 (;@5;)
              local.get 11
              local.set 4
              local.get 12
              local.get 1
              i32.add
              local.set 12
              local.get 1
              local.set 5
              br 4 (;@1;)
            end
            local.get 6
            local.get 1
            i32.add
            i32.load8_u
            local.tee 3
            local.set 9
            local.get 1
            i32.const 1
            i32.add
            local.tee 5
            local.set 1
            local.get 5
            local.set 5
            local.get 3
            local.get 10
            i32.ne
            br_if 0 (;@4;)
          end
        end
        local.get 12
        i32.const 64
        i32.add
        local.set 9
        local.get 4
        i32.const 1
        i32.add
        local.tee 1
        local.get 2
        i32.lt_u
        local.tee 12
        local.set 3
        local.get 1
        local.set 10
        local.get 12
        local.set 4
        local.get 5
        local.set 5
        local.get 1
        local.get 2
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 12
    local.get 5
    i32.const 77
    i32.add
    local.get 4
    i32.const 1
    i32.and
    select
  )
  (func (;36;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.const 100
      i32.add
      local.tee 2
      i32.load8_u
      local.tee 0
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 8
    i32.add
    local.set 3
    local.get 1
    i32.const 7
    i32.add
    i32.load8_u
    local.tee 4
    i32.const 255
    i32.and
    local.set 5
    local.get 0
    local.set 0
    i32.const 0
    local.set 6
    block ;; label = @1
      loop ;; label = @2
        local.get 6
        local.set 7
        local.get 0
        local.set 8
        local.get 3
        local.set 0
        local.get 4
        local.set 6
        block ;; label = @3
          local.get 5
          i32.eqz
          br_if 0 (;@3;)
          block ;; label = @4
            loop ;; label = @5
              local.get 0
              local.set 1
              local.get 8
              i32.const 255
              i32.and
              local.get 6
              i32.const 255
              i32.and
              i32.eq
              br_if 1 (;@4;)
              local.get 1
              i32.const 1
              i32.add
              local.set 0
              local.get 1
              i32.load8_u
              local.tee 1
              local.set 6
              local.get 1
              i32.eqz
              br_if 2 (;@3;)
              br 0 (;@5;)
            end
          end
          local.get 7
          local.set 1
          br 2 (;@1;)
        end
        local.get 2
        local.get 7
        i32.const 1
        i32.add
        local.tee 1
        i32.add
        i32.load8_u
        local.tee 8
        local.set 0
        local.get 1
        local.set 6
        local.get 1
        local.set 1
        local.get 8
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
  (func (;37;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    local.get 2
    local.set 4
    i32.const 0
    local.set 5
    block ;; label = @1
      loop ;; label = @2
        local.get 4
        local.set 6
        local.get 3
        local.tee 7
        local.set 3
        local.get 1
        local.get 5
        local.tee 5
        i32.add
        i32.load8_u
        local.tee 2
        local.set 4
        block ;; label = @3
          local.get 2
          i32.eqz
          br_if 0 (;@3;)
          block ;; label = @4
            loop ;; label = @5
              local.get 3
              local.set 2
              local.get 6
              i32.const 255
              i32.and
              local.get 4
              i32.const 255
              i32.and
              i32.eq
              br_if 1 (;@4;)
              local.get 2
              i32.const 1
              i32.add
              local.set 3
              local.get 2
              i32.load8_u
              local.tee 2
              local.set 4
              local.get 2
              i32.eqz
              br_if 2 (;@3;)
              br 0 (;@5;)
            end
          end
          local.get 5
          local.set 2
          br 2 (;@1;)
        end
        local.get 7
        i32.const 1
        i32.add
        local.set 3
        local.get 0
        local.get 5
        i32.const 1
        i32.add
        local.tee 2
        i32.add
        i32.load8_u
        local.tee 6
        local.set 4
        local.get 2
        local.set 5
        local.get 2
        local.set 2
        local.get 6
        br_if 0 (;@2;)
      end
    end
    local.get 2
  )
  (func (;38;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    local.get 1
    i32.load8_u
    local.tee 4
    i32.const 255
    i32.and
    local.set 5
    local.get 2
    local.set 2
    i32.const 0
    local.set 6
    loop ;; label = @1
      local.get 6
      local.set 7
      local.get 2
      local.set 1
      block ;; label = @2
        local.get 5
        i32.eqz
        br_if 0 (;@2;)
        local.get 1
        i32.const 1
        i32.add
        i32.const 255
        i32.and
        local.set 8
        local.get 3
        local.set 2
        local.get 4
        local.set 6
        block ;; label = @3
          loop ;; label = @4
            local.get 2
            local.set 1
            local.get 8
            local.get 6
            i32.const 255
            i32.and
            i32.eq
            br_if 1 (;@3;)
            local.get 1
            i32.const 1
            i32.add
            local.set 2
            local.get 1
            i32.load8_u
            local.tee 1
            local.set 6
            local.get 1
            i32.eqz
            br_if 2 (;@2;)
            br 0 (;@4;)
          end
        end
        local.get 7
        return
      end
      local.get 0
      local.get 7
      i32.const 1
      i32.add
      local.tee 1
      i32.add
      i32.load8_u
      local.tee 8
      local.set 2
      local.get 1
      local.set 6
      local.get 1
      local.set 1
      local.get 8
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;39;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    i32.const 0
    local.set 4
    local.get 2
    local.set 5
    i32.const 0
    local.set 6
    i32.const 0
    local.set 7
    loop ;; label = @1
      local.get 7
      local.set 8
      local.get 5
      local.set 5
      local.get 4
      local.set 9
      block ;; label = @2
        block ;; label = @3
          local.get 1
          local.get 6
          local.tee 2
          i32.add
          i32.load8_u
          local.tee 4
          br_if 0 (;@3;)
          local.get 2
          local.set 6
          br 1 (;@2;)
        end
        local.get 5
        i32.const 255
        i32.and
        local.set 7
        local.get 4
        local.set 4
        local.get 2
        local.set 2
        loop ;; label = @3
          local.get 2
          local.set 2
          block ;; label = @4
            local.get 7
            local.get 4
            i32.const 255
            i32.and
            i32.ne
            br_if 0 (;@4;)
            local.get 9
            local.get 2
            i32.add
            return
          end
          local.get 3
          local.get 2
          i32.add
          i32.load8_u
          local.tee 5
          local.set 4
          local.get 2
          i32.const 1
          i32.add
          local.tee 6
          local.set 2
          local.get 6
          local.set 6
          local.get 5
          br_if 0 (;@3;)
        end
      end
      local.get 9
      i32.const 64
      i32.add
      local.set 4
      local.get 0
      local.get 8
      i32.const 1
      i32.add
      local.tee 2
      i32.add
      i32.load8_u
      local.tee 9
      local.set 5
      local.get 6
      local.set 6
      local.get 2
      local.set 7
      local.get 2
      local.set 2
      local.get 9
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;40;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    local.get 2
    local.set 4
    i32.const 0
    local.set 5
    block ;; label = @1
      loop ;; label = @2
        local.get 5
        local.set 6
        local.get 4
        local.set 7
        local.get 3
        local.set 4
        local.get 1
        i32.load8_u
        local.tee 2
        local.set 5
        block ;; label = @3
          local.get 2
          i32.eqz
          br_if 0 (;@3;)
          block ;; label = @4
            loop ;; label = @5
              local.get 4
              local.set 2
              local.get 7
              i32.const 255
              i32.and
              local.get 5
              i32.const 255
              i32.and
              i32.eq
              br_if 1 (;@4;)
              local.get 2
              i32.const 1
              i32.add
              local.set 4
              local.get 2
              i32.load8_u
              local.tee 2
              local.set 5
              local.get 2
              i32.eqz
              br_if 2 (;@3;)
              br 0 (;@5;)
            end
          end
          local.get 6
          local.set 2
          br 2 (;@1;)
        end
        local.get 1
        local.get 6
        i32.const 15
        i32.and
        i32.add
        local.tee 2
        local.get 2
        i32.load8_u
        i32.const 1
        i32.xor
        i32.store8
        local.get 0
        local.get 6
        i32.const 1
        i32.add
        local.tee 2
        i32.add
        i32.load8_u
        local.tee 7
        local.set 4
        local.get 2
        local.set 5
        local.get 2
        local.set 2
        local.get 7
        br_if 0 (;@2;)
      end
    end
    local.get 2
  )
  (func (;41;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32)
    local.get 1
    i32.const 1
    i32.add
    local.set 2
    local.get 1
    i32.load8_u
    local.tee 3
    i32.eqz
    local.set 4
    i32.const 0
    local.set 5
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.set 6
      local.get 5
      local.set 7
      i32.const 0
      local.set 1
      local.get 4
      local.set 8
      block ;; label = @2
        local.get 3
        i32.eqz
        br_if 0 (;@2;)
        i32.const 0
        local.set 1
        local.get 4
        local.set 8
        local.get 3
        local.get 0
        local.get 7
        i32.add
        i32.load8_u
        local.tee 9
        i32.eq
        br_if 0 (;@2;)
        i32.const 0
        local.set 10
        loop ;; label = @3
          local.get 10
          local.tee 5
          i32.const 1
          i32.add
          local.set 1
          local.get 2
          local.get 5
          i32.add
          i32.load8_u
          local.tee 5
          i32.eqz
          local.set 8
          block ;; label = @4
            local.get 5
            br_if 0 (;@4;)
            local.get 1
            local.set 1
            local.get 8
            local.set 8
            br 2 (;@2;)
          end
          local.get 1
          local.set 10
          local.get 1
          local.set 1
          local.get 8
          local.set 8
          local.get 5
          local.get 9
          i32.ne
          br_if 0 (;@3;)
        end
      end
      local.get 7
      i32.const 1
      i32.add
      local.set 5
      local.get 1
      local.get 6
      i32.const 5
      i32.mul
      i32.add
      local.tee 10
      local.set 1
      local.get 8
      i32.eqz
      br_if 0 (;@1;)
    end
    local.get 10
  )
  (func (;42;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    i32.const 1
    i32.add
    local.set 3
    local.get 1
    i32.load8_u
    local.tee 4
    i32.const 255
    i32.and
    local.set 5
    local.get 2
    local.set 2
    i32.const 0
    local.set 6
    loop ;; label = @1
      local.get 6
      local.set 7
      local.get 2
      local.set 1
      block ;; label = @2
        local.get 5
        i32.eqz
        br_if 0 (;@2;)
        local.get 1
        i32.extend8_s
        local.set 8
        local.get 3
        local.set 2
        local.get 4
        local.set 6
        block ;; label = @3
          loop ;; label = @4
            local.get 2
            local.set 1
            local.get 8
            local.get 6
            i32.const 255
            i32.and
            i32.eq
            br_if 1 (;@3;)
            local.get 1
            i32.const 1
            i32.add
            local.set 2
            local.get 1
            i32.load8_u
            local.tee 1
            local.set 6
            local.get 1
            i32.eqz
            br_if 2 (;@2;)
            br 0 (;@4;)
          end
        end
        local.get 7
        return
      end
      local.get 0
      local.get 7
      i32.const 1
      i32.add
      local.tee 1
      i32.add
      i32.load8_u
      local.tee 8
      local.set 2
      local.get 1
      local.set 6
      local.get 1
      local.set 1
      local.get 8
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;43;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      local.set 1
      local.get 0
      local.set 3
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 3
        local.tee 3
        local.get 1
        local.tee 1
        i32.load8_u
        i32.store8
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 3
        i32.const 1
        i32.add
        local.set 3
        local.get 2
        i32.const -1
        i32.add
        local.tee 4
        local.set 2
        local.get 4
        br_if 0 (;@2;)
      end
    end
    local.get 0
  )
  (func (;44;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      local.get 0
      return
    end
    local.get 0
    local.set 0
    local.get 2
    local.set 2
    local.get 1
    local.set 1
    loop ;; label = @1
      local.get 0
      local.tee 0
      local.get 1
      local.tee 1
      i32.load8_u
      i32.store8
      local.get 0
      i32.const 1
      i32.add
      local.tee 3
      local.set 0
      local.get 2
      i32.const -1
      i32.add
      local.tee 4
      local.set 2
      local.get 1
      i32.const 1
      i32.add
      local.set 1
      local.get 3
      local.set 3
      local.get 4
      br_if 0 (;@1;)
    end
    local.get 3
  )
  (func (;45;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      i32.const -1
      i32.add
      local.set 3
      local.get 0
      i32.const -1
      i32.add
      local.set 4
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 4
        local.get 2
        local.tee 2
        i32.add
        local.get 3
        local.get 2
        i32.add
        i32.load8_u
        i32.store8
        local.get 2
        i32.const -1
        i32.add
        local.tee 1
        local.set 2
        local.get 1
        br_if 0 (;@2;)
      end
    end
    local.get 0
  )
  (func (;46;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      local.set 1
      local.get 0
      local.set 3
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 3
        local.tee 3
        local.get 1
        local.tee 1
        i32.load align=1
        i32.store align=1
        local.get 1
        i32.const 4
        i32.add
        local.set 1
        local.get 3
        i32.const 4
        i32.add
        local.set 3
        local.get 2
        i32.const -1
        i32.add
        local.tee 4
        local.set 2
        local.get 4
        br_if 0 (;@2;)
      end
    end
    local.get 0
  )
  (func (;47;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 1
      local.get 2
      i32.const 2
      i32.shl
      i32.const -4
      i32.add
      local.tee 3
      i32.add
      local.set 1
      local.get 0
      local.get 3
      i32.add
      local.set 3
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 3
        local.tee 3
        local.get 1
        local.tee 1
        i32.load align=1
        i32.store align=1
        local.get 1
        i32.const -4
        i32.add
        local.set 1
        local.get 3
        i32.const -4
        i32.add
        local.set 3
        local.get 2
        i32.const -1
        i32.add
        local.tee 4
        local.set 2
        local.get 4
        br_if 0 (;@2;)
      end
    end
    local.get 0
  )
  (func (;48;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 1
        i32.lt_u
        br_if 0 (;@2;)
        local.get 2
        i32.eqz
        br_if 1 (;@1;)
        local.get 1
        i32.const -1
        i32.add
        local.set 3
        local.get 2
        local.set 1
        loop ;; label = @3
          local.get 1
          local.tee 1
          i32.const -1
          i32.add
          local.tee 2
          local.get 0
          i32.add
          local.get 3
          local.get 1
          i32.add
          i32.load8_u
          i32.store8
          local.get 2
          local.set 1
          local.get 2
          br_if 0 (;@3;)
          br 2 (;@1;)
        end
      end
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 2
      local.set 2
      local.get 1
      local.set 1
      local.get 0
      local.set 0
      loop ;; label = @2
        local.get 0
        local.tee 0
        local.get 1
        local.tee 1
        i32.load8_u
        i32.store8
        local.get 2
        i32.const -1
        i32.add
        local.tee 3
        local.set 2
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        local.get 0
        i32.const 1
        i32.add
        local.tee 4
        local.set 0
        local.get 4
        local.set 4
        local.get 3
        br_if 0 (;@2;)
      end
      local.get 4
      return
    end
    local.get 0
  )
  (func (;49;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      i32.eqz
      br_if 0 (;@1;)
      local.get 0
      local.set 3
      local.get 2
      local.set 2
      loop ;; label = @2
        local.get 3
        local.tee 3
        i32.const 3
        i32.add
        local.get 3
        i32.load8_u
        i32.store8
        local.get 3
        i32.const 1
        i32.add
        local.set 3
        local.get 2
        i32.const -1
        i32.add
        local.tee 4
        local.set 2
        local.get 4
        br_if 0 (;@2;)
      end
    end
    local.get 0
  )
  (func (;50;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 2
    loop ;; label = @1
      local.get 0
      local.get 2
      local.tee 2
      i32.add
      local.get 1
      local.get 2
      i32.add
      i32.load8_u
      local.tee 3
      i32.store8
      local.get 2
      i32.const 1
      i32.add
      local.tee 4
      local.set 2
      local.get 3
      br_if 0 (;@1;)
    end
    local.get 4
    i32.const -1
    i32.add
  )
  (func (;51;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 2
      i32.add
      local.tee 3
      local.set 1
      local.get 0
      local.get 2
      i32.add
      i32.load8_u
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -2
    i32.add
  )
  (func (;52;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 4
      i32.add
      local.tee 3
      local.set 1
      i32.const 16843009
      local.get 0
      local.get 2
      i32.add
      i32.load align=1
      local.tee 2
      i32.sub
      local.get 2
      i32.or
      i32.const -2139062144
      i32.and
      i32.const -2139062144
      i32.eq
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -4
    i32.add
  )
  (func (;53;) (type 0) (param i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 2
      i32.const 4
      i32.add
      local.tee 3
      local.set 1
      i32.const 16843008
      local.get 0
      local.get 2
      i32.add
      i32.load align=1
      local.tee 2
      i32.sub
      local.get 2
      i32.or
      i32.const -2139062272
      i32.and
      i32.const -2139062272
      i32.eq
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const -4
    i32.add
  )
  (func (;54;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    i32.const 0
    local.set 2
    loop ;; label = @1
      local.get 2
      local.tee 3
      i32.const 4
      i32.add
      local.tee 4
      local.set 2
      i32.const 16843008
      local.get 0
      local.get 3
      i32.add
      i32.load align=1
      local.get 1
      i32.xor
      local.tee 3
      i32.sub
      local.get 3
      i32.or
      i32.const -2139062144
      i32.and
      i32.const -2139062144
      i32.eq
      br_if 0 (;@1;)
    end
    local.get 4
    i32.const -4
    i32.add
  )
  (func (;55;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 1
    local.set 1
    i32.const 0
    local.set 3
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 3
        local.tee 3
        i32.add
        i32.load8_u
        local.get 1
        local.tee 1
        i32.load8_u
        i32.eq
        br_if 0 (;@2;)
        local.get 3
        return
      end
      local.get 1
      i32.const 2
      i32.add
      local.set 1
      local.get 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;56;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    i32.const 1
    i32.add
    local.set 3
    local.get 2
    local.set 2
    i32.const 0
    local.set 0
    loop ;; label = @1
      block ;; label = @2
        local.get 1
        local.get 0
        local.tee 0
        i32.add
        i32.load8_u
        local.get 2
        i32.const 255
        i32.and
        i32.xor
        i32.const 1
        i32.le_u
        br_if 0 (;@2;)
        local.get 0
        return
      end
      local.get 3
      local.get 0
      i32.add
      i32.load8_u
      local.tee 4
      local.set 2
      local.get 0
      i32.const 1
      i32.add
      local.tee 5
      local.set 0
      local.get 5
      local.set 5
      local.get 4
      br_if 0 (;@1;)
    end
    local.get 5
  )
  (func (;57;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    local.get 1
    i32.const 255
    i32.and
    local.set 2
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.tee 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 1
      local.get 0
      local.get 3
      i32.add
      i32.load8_u
      local.get 2
      i32.gt_u
      br_if 0 (;@1;)
    end
    local.get 4
    i32.const -1
    i32.add
  )
  (func (;58;) (type 2) (param i32 i32 i32) (result i32)
    (local i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      local.get 2
      return
    end
    local.get 0
    i32.const -1
    i32.add
    local.set 3
    local.get 1
    i32.const 255
    i32.and
    local.set 1
    local.get 2
    local.set 2
    loop ;; label = @1
      block ;; label = @2
        local.get 3
        local.get 2
        local.tee 2
        i32.add
        i32.load8_u
        local.get 1
        i32.ne
        br_if 0 (;@2;)
        local.get 2
        return
      end
      local.get 2
      i32.const -1
      i32.add
      local.tee 0
      local.set 2
      local.get 0
      br_if 0 (;@1;)
    end
    i32.const 0
  )
  (func (;59;) (type 0) (param i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 1
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    i32.const 1
    i32.add
    local.set 0
    local.get 1
    local.set 1
    i32.const 0
    local.set 2
    loop ;; label = @1
      local.get 1
      local.set 3
      local.get 0
      local.tee 1
      i32.const 1
      i32.add
      local.set 0
      local.get 1
      i32.load8_u
      local.tee 4
      local.set 1
      local.get 2
      i32.const 31
      i32.mul
      local.get 3
      i32.const 255
      i32.and
      i32.add
      local.tee 3
      local.set 2
      local.get 3
      local.set 3
      local.get 4
      br_if 0 (;@1;)
    end
    local.get 3
  )
  (func (;60;) (type 1) (param i32 i32) (result i32)
    (local i32 i32)
    local.get 0
    local.set 0
    local.get 1
    local.set 1
    loop ;; label = @1
      local.get 1
      local.set 2
      local.get 0
      local.tee 1
      i32.const 1
      i32.add
      local.set 0
      local.get 1
      i32.load8_u
      local.tee 3
      local.set 1
      local.get 3
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;61;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load8_u
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    local.get 0
    i32.const 1
    i32.add
    local.set 2
    i32.const 0
    local.set 3
    loop ;; label = @1
      local.get 1
      local.get 3
      local.tee 0
      i32.store8
      local.get 0
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 4
      local.set 4
      local.get 2
      local.get 0
      i32.add
      i32.load8_u
      br_if 0 (;@1;)
    end
    local.get 4
  )
  (func (;62;) (type 2) (param i32 i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    i32.const 0
    local.set 3
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        local.get 3
        local.tee 3
        i32.add
        i32.load8_s
        local.get 1
        local.get 3
        i32.add
        i32.load8_u
        i32.eq
        br_if 0 (;@2;)
        local.get 3
        return
      end
      local.get 3
      i32.const 1
      i32.add
      local.tee 4
      local.set 3
      local.get 2
      local.get 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;63;) (type 0) (param i32) (result i32)
    (local i32 i32)
    i32.const 0
    local.set 1
    block ;; label = @1
      loop ;; label = @2
        local.get 0
        local.get 1
        local.tee 1
        i32.add
        i32.load8_u
        local.tee 2
        i32.const -98
        i32.add
        i32.const 2
        i32.lt_u
        br_if 1 (;@1;)
        local.get 2
        i32.eqz
        br_if 1 (;@1;)
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        br 0 (;@2;)
      end
    end
    local.get 1
  )
)
