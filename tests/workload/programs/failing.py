"""Fail with a chain of exceptions."""


def inner():
    return 1 / 0


try:
    inner()
except ZeroDivisionError:
    raise KeyError("and this came of it")  # noqa: B904  (the chain is what is tested)
