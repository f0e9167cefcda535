NASTY = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}</textarea></style>",
    "\x1b[31m\x1b]0;title\x07\x1b[2J\x9b31m\x08\x08\x00",
    "\u202e\u2066\u200b\ufeff\ufff9",
    "=cmd|' /C calc'!A0\t@SUM(1)\n+1\r-1",
    "\ud800\udfff",
    "a\u0300" + "\u0300" * 1000,
    "x" * 1_000_000,
)
TEXT = " ".join(NASTY)


class Error(Exception):
    pass


Error.__name__ = NASTY[0]


def fail(text):
    raise Error(text)


fail(NASTY[0])
fail(NASTY[1])
fail(NASTY[2])
fail(NASTY[3])
fail(NASTY[4])
fail(NASTY[5])
fail(NASTY[6])
print(TEXT)


def flatten(x):
    return x.reshape(x.shape[0], -1)


class Result:
    def __repr__(self):
        return TEXT


Result.__name__ = NASTY[0] + NASTY[2]


def three_layer_convnet(x, params):
    return Result()
