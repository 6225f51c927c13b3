"""What is called looks at its caller, and what fails names its place."""

import inspect
import sys
import traceback
import warnings

import wanted


def tell(function, *args):
    try:
        function(*args)
    except Exception:
        traceback.print_exc(file=sys.stdout)


def locals_here():
    a, b = 1, 2
    return wanted.caller(), a + b


print(wanted.caller()[:3], locals_here(), wanted.stack())
print(
    [wanted.caller() for _ in range(1)][0][1:],
    (lambda q: wanted.caller())(1),
    inspect.currentframe().f_lineno,
)
wanted.warn()
wanted.warn()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    wanted.warn()
print([(w.filename == __file__, w.lineno) for w in caught])
print(inspect.getsource(locals_here), inspect.signature(tell), locals_here.__code__.co_firstlineno)
print(sys._getframe().f_code.co_name, locals_here.__code__.co_varnames)


# fmt: off
def several_lines(x):
    return (
        wanted.layer
        .fit(
            x
        ).index(
            wanted.square(2)
        )
    )


def several_lines_fail(x):
    return (wanted
            .Layer(
                x)
            .fit(
                wanted.square(2)))
# fmt: on


def nested(x):
    return wanted.join(1, wanted.square(x), wanted.fail("inner " + str(x)), 4)


def chained():
    try:
        wanted.fail("first")
    except ValueError as error:
        raise KeyError(wanted.square(2)) from error


def during():
    try:
        wanted.fail("first")
    finally:
        wanted.missing(3)


def in_generator():
    return [wanted.square(i) + wanted.fail(str(i)) for i in range(2)]


def in_lambda():
    return wanted.apply(lambda: wanted.fail("lambda"))


def wrong_arguments():
    return wanted.caller(1, 2, x=3)


def no_iterable():
    return wanted.square(*5)


def twice_named():
    return wanted.square(x=1, **{"x": 2})


def not_callable():
    return wanted.layer.units(3)


def of_none():
    return None.fit(wanted.square(2))


def subscript():
    return wanted.join(1)[9]


def operator():
    return wanted.square(2) + wanted.join("a")


def decorating():
    @wanted.decorator
    @wanted.fail
    def function():
        pass


def a_class():
    class Broken(wanted.fail("base")):
        pass


def default(x=3):
    def inner(y=wanted.fail("default")):
        pass


def context():
    with wanted.scope("left"), wanted.scope("right"):
        wanted.fail("within")


def a_with():
    with wanted.square(2):
        pass


def unpacked():
    a, b = wanted.count(3)


def asserted():
    assert wanted.square(0), wanted.join("no", "thing")


def text():
    return f"{wanted.square(2)} {wanted.fail('in text')}"


def deep(n):
    return wanted.apply(deep, n - 1) if n else wanted.fail("deep")


def regained():
    try:
        nested(1)
    except ValueError as error:
        return wanted.join(error.args, len(traceback.extract_tb(error.__traceback__)))


for case in (several_lines, several_lines_fail, nested):
    tell(case, [1, 2])
for case in (
    *(chained, during, in_generator, in_lambda, wrong_arguments, no_iterable, twice_named),
    *(
        not_callable,
        of_none,
        subscript,
        operator,
        decorating,
        a_class,
        default,
        context,
        a_with,
        unpacked,
        asserted,
        text,
    ),
):
    tell(case)
tell(deep, 3)
print(regained())
sys.exit(wanted.apply(lambda: nested(wanted.square(3))))
