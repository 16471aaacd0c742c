"""make_frames.py: a module of functions whose frames are large for one reason each, and that call
themselves without end."""
from w2ctest import I32, I64, body, functype, leb, module, name, section, sleb, vec

GET, SET, CALL, DROP, ADD = b"\x20", b"\x21", b"\x10", b"\x1a", b"\x6a"
STORE, LOAD = b"\x36\x02\x00", b"\x28\x02\x00"
MANY = 1000


def const(n):
    return b"\x41" + sleb(n)


def locals_body(me, scale):
    live = min(scale, 300)
    code = b"".join(GET + leb(0) + const(k) + ADD + SET + leb(k * 130 + 1) for k in range(live))
    code += GET + leb(0) + const(1) + ADD + CALL + leb(me)
    code += b"".join(GET + leb(k * 130 + 1) + ADD for k in range(live))
    return body(code, [(40000, I32)])


def stores_body(me, scale):
    code = b"".join(const(4 * k) + const(k) + STORE for k in range(scale))
    return body(code + GET + leb(0) + CALL + leb(me))


def loads_body(me, scale):
    code = GET + leb(0) + b"".join(const(4 * k) + LOAD + ADD for k in range(scale))
    return body(code + CALL + leb(me))


def divides_body(me, scale):
    code = GET + leb(0) + b"".join(GET + leb(0) + b"\x6e" for k in range(scale))
    return body(GET + leb(0) + CALL + leb(me) + code + ADD)


def stack_body(me, scale):
    code = b"".join(GET + leb(0) + const(k) + ADD for k in range(scale))
    return body(code + CALL + leb(me) + ADD * (scale - 1))


def results_body(me, many, scale):
    code = b"".join(GET + leb(0) + CALL + leb(many) + DROP * MANY for _ in range(2))
    return body(code + GET + leb(0) + CALL + leb(me))


def params_body(me, scale):
    code = b"".join(GET + leb(k) for k in range(MANY))
    return body(code + CALL + leb(me))


def floats_body(me, scale):
    code = GET + leb(0) + b"\xb7"  # f64.convert_i32_s
    for k in range(scale):
        code += b"\x44" + bytes([k & 255, k >> 8, 0, 0, 0, 0, 0xf0, 0x3f]) + b"\xa5" + b"\x9e"  # max, nearest
    return body(code + b"\xaa" + CALL + leb(me))  # i32.trunc_f64_s


def make(scale):
    """scale: how many instructions of each kind, about."""
    types = vec([functype([I32], [I32]), functype([I32], [I64] * MANY), functype([I64] * MANY, [I32])])
    exports, types_of, bodies = [], [], []
    for text, make_body in [("locals", locals_body), ("stores", stores_body), ("loads", loads_body),
                            ("divides", divides_body), ("stack", stack_body), ("params", params_body),
                            ("floats", floats_body)]:
        exports.append(name(text) + b"\0" + leb(len(bodies)))
        types_of.append(leb(2 if text == "params" else 0))
        bodies.append(make_body(len(bodies), scale))
    many = len(bodies) + 1
    exports.append(name("results") + b"\0" + leb(len(bodies)))
    types_of.append(leb(0))
    bodies.append(results_body(len(bodies), many, scale))
    types_of.append(leb(1))
    bodies.append(body(b"".join(GET + leb(0) + b"\xac" for _ in range(MANY))))
    return module(section(1, types), section(3, vec(types_of)), section(5, vec([b"\0\1"])),
                  section(7, vec(exports)), section(10, vec(bodies)))
