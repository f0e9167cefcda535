class Untouchable:
    def __getattribute__(self, name):
        raise SystemExit(name)

    def __eq__(self, other):
        raise SystemExit("==")

    __hash__ = None


def flatten(x):
    return x.reshape(x.shape[0], -1)


first = Untouchable()
second = [Untouchable()] * 6
