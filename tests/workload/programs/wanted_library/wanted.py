"""The library whose calls are recorded: what it can see of its caller, it tells."""

import asyncio
import contextlib
import functools
import inspect
import sys
import warnings


def square(x=3, *more, **named):
    return x * x


def join(*parts, **named):
    return "".join(map(str, parts)) + "".join(f"{key}={value}" for key, value in named.items())


def fail(message="broken"):
    raise ValueError(str(message)[:9])


def apply(function, *args, **kwargs):
    return function(*args, **kwargs)


def caller():
    frame = sys._getframe(1)
    return frame.f_code.co_name, frame.f_lineno, frame.f_globals["__name__"], sorted(frame.f_locals)[:4]


def stack():
    return [
        (entry.function, entry.lineno, entry.code_context)
        for entry in inspect.stack()[1:]
        if entry.filename == sys.argv[0]
    ]


def warn():
    warnings.warn("old", DeprecationWarning, stacklevel=2)


def count(n):
    for i in range(n):
        yield i


async def fetch(x, error=None):
    await asyncio.sleep(0)
    if error is not None:
        raise error
    return x


async def at_once(x):
    return x


@contextlib.contextmanager
def scope(name):
    print("enter", name)
    try:
        yield name
    finally:
        print("exit", name)


def decorator(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return "wrapped", function(*args, **kwargs)

    return wrapper


def decorator_with(option):
    def decorate(thing):
        thing.option = option
        return thing

    return decorate


class Layer:
    """Called like a function, and subclassed."""

    def __init__(self, units=1):
        self.units = units

    def __call__(self, x):
        return self.call(x)

    def call(self, x):
        return x * self.units

    def fit(self, x):
        return [self(item) for item in x]

    @classmethod
    def made(cls):
        return cls(7)

    @staticmethod
    def static(x):
        return x

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


layer = Layer(5)


class ScoredMixin:
    def score(self):
        return 1.0


class Forest(ScoredMixin):
    pass
