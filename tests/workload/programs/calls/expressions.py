"""A docstring."""

from __future__ import annotations

import functools
import wanted
from wanted import Layer, square as sq

print(__doc__, __name__, __annotations__)
order = []


def note(x):
    order.append(x)
    return x


print(note(wanted.join)(note(1), *note([2, 3]), k=note(4), **note({"z": 5})), order[1:])
print(sq(sq(sq(2))), [sq(i) for i in range(3)], {sq(i): sq(-i) for i in range(2)}, {sq(i) for i in (1, 1)})
print(sum(sq(i) for i in range(4)), (lambda y=sq(2): sq(y))(), sq() if sq(0) else sq(1), not sq(0) or sq(9))
print(f"{sq(4)} {sq(5):>{sq(2)}} {sq(6)!r} {sq(7)=}", "%d" % sq(8))
print(wanted.apply(sq, 5), wanted.apply(wanted.apply, sq, 6), (sq if sq(1) else None)(3))
aliased = functools.partial(sq, 4)
table = {"sq": sq, "list": [wanted.join]}
print(aliased(), table["sq"](5), table["list"][0](1, 2), getattr(wanted, "square")(6))
print((n := sq(3)), n, 0 < sq(1) < sq(2), [*map(sq, [1, 2])], sq(3)[0:1] if False else -sq(2), (sq(1), sq(2)))


class Net(Layer):
    size = sq(4)
    sizes = [sq(i) for i in range(2)]

    def __init__(self, units: "Layer(9)" = sq(2)) -> None:
        super().__init__(units)
        self.inner = Layer(sq(3))
        self.__hidden = sq(6)

    def call(self, x):
        print(__class__.__name__, self.__hidden, sorted(locals()))
        return self.inner(x) + super().call(x)

    @property
    def twice(self):
        return sq(self.units)

    @staticmethod
    @wanted.decorator
    def plain(x, *, y=sq(1)):
        return sq(x) + y


net = Net()
print(
    net(1),
    net.fit([1, 2]),
    net.twice,
    Net.plain(3),
    Net.size,
    Net.sizes,
    Net.made().units,
    net.static(1),
    wanted.layer(2),
)


@wanted.decorator
def decorated(a, b=sq(2)):
    """Kept."""
    return a + b


@wanted.decorator_with(sq(3))
@wanted.decorator
@functools.lru_cache(maxsize=None)
def twice(a):
    return a + a


@wanted.decorator_with("class")
class Marked(metaclass=type):
    pass


print(decorated(1), decorated.__doc__, decorated.__name__, twice(4), twice.option, Marked.option)

with wanted.scope("a") as a, wanted.scope("b"), Layer(3) as c:
    print(a, c(2))

for i in wanted.count(3):
    print(i, end=" ")
else:
    print(list(wanted.count(2)), *wanted.count(2))
k = 0
while sq(k) < 5:
    k += 1
total = {}
total[sq(2)] = sq(3)
total[sq(2)] += sq(1)
wanted.layer.units, Layer.made().units = sq(2), sq(3)
del total[sq(2)]
print(k, total, wanted.layer.units)
typed: list[sq(2)] = sq(5)
assert sq(1), sq(0)


def generator():
    got = yield sq(1)
    while got:
        got = yield sq(got)
    yield from wanted.count(2)
    return sq(9)


g = generator()
print(next(g), g.send(2), g.send(3), g.send(0), next(g))
try:
    next(g)
except StopIteration as stop:
    print(stop.value)


def scopes():
    x = sq(2)

    def inner():
        nonlocal x
        global made_here
        made_here = x = sq(x)
        return sorted(locals()), x

    return inner(), x, sorted(locals())


print(scopes(), made_here)
print(eval("sq(3)"), sorted(name for name in globals() if "wattlab" in name))
exec("made = sq(4)")
print(made, sorted(vars()), sorted(globals()) == sorted(vars()))


class Watched(Layer):
    """Tells whatever is asked of its objects."""

    def __getattribute__(self, name):
        print("asked", name)
        return super().__getattribute__(name)

    @property
    def __class__(self):
        raise SystemExit("asked for the class")


watched = Watched(3)
print(watched(2), watched.fit([1]), wanted.join(watched.units, 1), watched.__eq__(3))
