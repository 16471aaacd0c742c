#!/usr/bin/env python3
"""Checks translator/opcodes.def, imms.def and features.def against each other and against the specification's numbers.

Usage: check_opcodes.py [TRANSLATOR_DIR]     exit 1 and one line per fault, or a line of counts.
"""
import os
import re
import sys

ROW = re.compile(
    r'OP\((\w+),\s+0x([0-9A-F]{2}),\s+0x([0-9A-F]{2,3}),\s+(\w+),\s+"([^"]*)",\s+'
    r'(\w+),\s+(\w+),\s+(\w+),\s+(\w+),\s+"([^"]*)"\s*\)\s*(?:/\*[^*]*\*/)?')
FIELDS = ("feature", "prefix", "code", "name", "text", "imm", "sig", "fx", "kind", "c")

# Names that the text does not give: two opcodes share each of these texts.
NAME_EXCEPTIONS = {"select_t": "select", "ref_test_null": "ref.test", "ref_cast_null": "ref.cast"}


def span(first, last):
    return set(range(first, last + 1))


# The specification's opcode index. Every gap is a number that no opcode has.
CODES = {
    # 28 control, call, eh, stack (0x00-0x15 without 0x16, 0x17; 0x18-0x1C; 0x1F); 5 variables; 2 tables; 25 memory;
    # 4 constants; 128 numeric (0x45-0xC4); 7 references
    0x00: span(0x00, 0x15) | span(0x18, 0x1C) | {0x1F} | span(0x20, 0x26) | span(0x28, 0xC4) | span(0xD0, 0xD6),
    0xFB: span(0x00, 0x1E),                       # gc: 6 struct, 14 array, 6 test and cast, 2 convert, 3 i31
    0xFC: span(0x00, 0x11) | span(0x13, 0x16),    # 8 trunc_sat, 10 bulk and table, 4 wide arithmetic
    0xFD: (span(0x00, 0xFF)                       # simd: 256 less 20 gaps
           - {0x9A, 0xA2, 0xA5, 0xA6, 0xAF, 0xB0, 0xB2, 0xB3, 0xB4, 0xBB,
              0xC2, 0xC5, 0xC6, 0xCF, 0xD0, 0xD2, 0xD3, 0xD4, 0xE2, 0xEE}
           | span(0x100, 0x113)),                 # relaxed simd: 20
    0xFE: span(0x00, 0x03) | span(0x10, 0x4E),    # 4 wait, notify, fence; 63 = 9 groups of 7 (load, store, 7 rmw)
}
COUNTS = {0x00: 199, 0xFB: 31, 0xFC: 22, 0xFD: 256, 0xFE: 67}
FEATURE_COUNTS = {
    "mvp": 172, "sign_ext": 5, "sat_float": 8, "bulk": 7, "ref_types": 9, "tail_call": 2, "func_refs": 5, "gc": 32,
    "exceptions": 3, "legacy_eh": 5, "simd": 236, "relaxed_simd": 20, "threads": 67, "wide_arith": 4,
}

EFFECTS = set("PURE TRAP READ WRITE ATOMIC LREAD LWRITE GREAD GWRITE TREAD TWRITE MREAD MWRITE CTRL CALL ALLOC HREAD "
              "HWRITE TRAPREF".split())
BITS = {"u8": 8, "s8": 8, "u16": 16, "s16": 16, "u32": 32, "s32": 32, "u64": 64, "f32": 32, "f64": 64, "v128": 128,
        "8x8_s": 64, "8x8_u": 64, "16x4_s": 64, "16x4_u": 64, "32x2_s": 64, "32x2_u": 64}
BITS.update({w + str(n): n for w in ("splat", "zero", "lane") for n in (8, 16, 32, 64)})
# kind: immediates, signatures, effects and c that go with it
MEM, AMEM, SIMPLE = r"mem[0-4]|mlane[0-3]", r"amem[0-3]", r"none"
KINDS = {
    "INFIX":        (SIMPLE, r"(ii|ll|ff|dd)_[ilfd]", "PURE", r"[-+*/&|^<>]|[=!<>]="),
    "SINFIX":       (SIMPLE, r"(ii|ll)_i", "PURE", r"[<>]=?"),
    "EQZ":          (SIMPLE, r"[il]_i", "PURE", r""),
    "FN":           (SIMPLE, r"[ilfdv]+_[ilfdv]+", "PURE|TRAP", r""),
    "CONST":        (r"i32|i64|f32|f64|v128", r"_[ilfdv]", "PURE", r""),
    "LOAD":         (MEM, r"av?_[ilfdv]", "READ", r"[us](8|16|32)|u64|f32|f64|v128|\d+x\d_[su]|(splat|zero|lane)\d+"),
    "STORE":        (MEM, r"a[ilfdv]_", "WRITE", r"u(8|16|32|64)|f32|f64|v128|lane\d+"),
    "ATOMIC_LOAD":  (AMEM, r"a_[il]", "ATOMIC", r"u(8|16|32|64)"),
    "ATOMIC_STORE": (AMEM, r"a[il]_", "ATOMIC", r"u(8|16|32|64)"),
    "RMW":          (AMEM, r"ai_i|al_l", "ATOMIC", r"u(8|16|32|64) (add|sub|and|or|xor|xchg)"),
    "CMPXCHG":      (AMEM, r"aii_i|all_l", "ATOMIC", r"u(8|16|32|64)"),
    "LANE":         (r"lane(2|4|8|16)|shuffle", r"v_[ilfd]|v[ilfd]_v|vv_v", "PURE", r""),
    "SPECIAL":      (r"\w+", r"\w+", r"\w+", r""),
}
LETTER = {"i32": "i", "i64": "l", "f32": "f", "f64": "d", "v128": "v"}
MAX_LINE = 139


class Check:
    def __init__(self, folder):
        self.folder = folder
        self.faults = []

    def fault(self, where, what):
        self.faults.append("%s: %s" % (where, what))

    def read(self, name):
        """The file with comments blanked, lines kept; OP rows keep their trailing comment out of the way."""
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            text = f.read()
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_LINE:
                self.fault("%s:%d" % (name, number), "%d columns" % len(line))
        return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)

    def read_list(self, name, macro, pattern):
        """Rows MACRO(...) of a closed list, as tuples; the first field is the id."""
        rows = []
        for number, line in enumerate(self.read(name).split("\n"), 1):
            if not line.strip():
                continue
            m = re.fullmatch(macro + pattern, line.strip())
            if m:
                rows.append(m.groups())
            else:
                self.fault("%s:%d" % (name, number), "not a row: " + line.strip())
        ids = [r[0] for r in rows]
        for i in sorted({i for i in ids if ids.count(i) > 1}):
            self.fault(name, "twice: " + i)
        return rows

    def read_opcodes(self):
        rows = []
        for number, line in enumerate(self.read("opcodes.def").split("\n"), 1):
            if not line.strip():
                continue
            m = ROW.fullmatch(line.strip())
            if not m:
                self.fault("opcodes.def:%d" % number, "not a row: " + line.strip())
                continue
            row = dict(zip(FIELDS, m.groups()), line=number)
            row["prefix"], row["code"] = int(row["prefix"], 16), int(row["code"], 16)
            rows.append(row)
        return rows

    def check_row(self, r, imms, features):
        where = "opcodes.def:%d %s" % (r["line"], r["name"])
        if r["imm"] not in imms:
            self.fault(where, "imm %s is not in imms.def" % r["imm"])
        if r["feature"] not in features:
            self.fault(where, "feature %s is not in features.def" % r["feature"])
        if r["name"] in NAME_EXCEPTIONS:
            if r["text"] != NAME_EXCEPTIONS[r["name"]]:
                self.fault(where, "text should be " + NAME_EXCEPTIONS[r["name"]])
        elif r["name"] != r["text"].replace(".", "_"):
            self.fault(where, "name and text differ: " + r["text"])
        if r["fx"] not in EFFECTS:
            self.fault(where, "unknown effect " + r["fx"])
        if r["sig"] != "POLY" and not re.fullmatch("[ilfdva]*_[ilfdva]*", r["sig"]):
            self.fault(where, "bad signature " + r["sig"])
        if "a" in r["sig"] and not re.match("a?mem|mlane", r["imm"]):
            self.fault(where, "address type, but the immediate names no memory")
        if r["sig"] == "POLY" and r["kind"] != "SPECIAL":
            self.fault(where, "POLY, but not SPECIAL")
        if r["kind"] not in KINDS:
            self.fault(where, "unknown kind " + r["kind"])
            return
        for field, pattern in zip(("imm", "sig", "fx", "c"), KINDS[r["kind"]]):
            if not re.fullmatch(pattern, r[field]):
                self.fault(where, "%s %s does not go with kind %s" % (field, r[field], r["kind"]))
        self.check_types(where, r)

    def check_types(self, where, r):
        """What the text says about types must be what sig, imm and c say."""
        accesses = re.fullmatch(r"a?mem([0-4])|mlane([0-3])", r["imm"])
        if accesses and r["kind"] != "SPECIAL":
            bits = BITS.get(r["c"].split(" ")[0])
            if bits != 8 << int(accesses.group(1) or accesses.group(2)):
                self.fault(where, "imm %s and c %s differ in size" % (r["imm"], r["c"]))
        kind, _, op = r["text"].partition(".")
        if r["kind"] in ("SPECIAL", "LANE") or kind not in LETTER and "x" not in kind:
            return
        operands, results = r["sig"].split("_")
        want = LETTER.get(kind, "v")
        if re.match(r"(eqz?|ne|[lg][te])(_|$)", op) and want != "v" or op in ("any_true", "all_true", "bitmask"):
            if results != "i" or operands.strip(want):
                self.fault(where, "signature %s of a test of %s" % (r["sig"], kind))
        elif r["kind"] in ("STORE", "ATOMIC_STORE"):
            if operands != "a" + want:
                self.fault(where, "signature %s of a store of %s" % (r["sig"], kind))
        elif not results or results.strip(want):
            self.fault(where, "result of signature %s is not %s" % (r["sig"], kind))
        source = re.search(r"(?:wrap|trunc|trunc_sat|extend|convert|demote|promote|reinterpret)_([if]\d\d)(_[su])?$", op)
        if source and want != "v" and operands != LETTER[source.group(1)]:
            self.fault(where, "operand of signature %s is not %s" % (r["sig"], source.group(1)))

    def run(self):
        imms = [r[0] for r in self.read_list("imms.def", "IMM", r'\((\w+),\s+"([^"]+)"\)')]
        rows = self.read_list("features.def", "FEATURE", r'\((\w+),\s+"([a-z0-9-]*)",\s+"([^"]+)"\)')
        features = [r[0] for r in rows]
        names = [r[1] for r in rows]
        if len(set(names)) != len(names) or [r[0] for r in rows if not r[1]] != ["mvp"]:
            self.fault("features.def", "cli_name must be unique, and empty for mvp only")
        ops = self.read_opcodes()
        for r in ops:
            self.check_row(r, imms, features)
        seen_code, seen_name = {}, {}
        for r in ops:
            for seen, key in ((seen_code, (r["prefix"], r["code"])), (seen_name, r["name"])):
                if key in seen:
                    self.fault("opcodes.def:%d %s" % (r["line"], r["name"]), "repeats line %d" % seen[key])
                seen.setdefault(key, r["line"])
        self.check_counts(ops)
        for i in imms:
            if not any(r["imm"] == i for r in ops):
                self.fault("imms.def", "no opcode has " + i)
        return ops

    def check_counts(self, ops):
        for r in ops:
            if r["prefix"] not in CODES:
                self.fault("opcodes.def:%d" % r["line"], "unknown prefix 0x%02X" % r["prefix"])
        for prefix, codes in CODES.items():
            have = [r["code"] for r in ops if r["prefix"] == prefix]
            assert len(codes) == COUNTS[prefix], "this file contradicts itself at 0x%02X" % prefix
            for code in sorted(codes - set(have)):
                self.fault("opcodes.def", "missing 0x%02X 0x%02X" % (prefix, code))
            for code in sorted(set(have) - codes):
                self.fault("opcodes.def", "not in the specification: 0x%02X 0x%02X" % (prefix, code))
            if len(have) != COUNTS[prefix]:
                self.fault("opcodes.def", "prefix 0x%02X: %d rows, not %d" % (prefix, len(have), COUNTS[prefix]))
        for feature, count in FEATURE_COUNTS.items():
            have = sum(r["feature"] == feature for r in ops)
            if have != count:
                self.fault("opcodes.def", "feature %s: %d rows, not %d" % (feature, have, count))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    check = Check(sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "..", "translator"))
    ops = check.run()
    for f in check.faults:
        print(f, file=sys.stderr)
    if check.faults:
        return 1
    print("%d opcodes: %s" % (len(ops), ", ".join("0x%02X %d" % (p, COUNTS[p]) for p in sorted(COUNTS))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
