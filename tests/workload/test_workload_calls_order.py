"""Any expression is evaluated in the same order, whether its calls are recorded or not."""

import importlib
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workload_processes import PROBE_DIR

from records.calls import iter_chunks

LIBRARY = """
log = []
def give(*values, **named):
    log.append((values, tuple(named.items())))
    return sum(values) + sum(named.values())
def fail(*values, **named):
    log.append("fail")
    raise ArithmeticError(values)
class Layer:
    def __init__(self, units):
        log.append(("layer", units))
        self.units = units
    def __call__(self, x):
        log.append(("called", x))
        return x + self.units
    def method(self, *values, **named):
        return give(self.units, *values, **named)
"""

CALLABLES = ("give", "own", "library.give", "library.Layer(2).method", "(lambda *v, **n: give(*v, **n))")


def _call(arguments):
    return st.builds(
        "{}({})".format,
        st.one_of(st.sampled_from(CALLABLES), arguments.map("Layer({})".format), st.just("fail")),
        st.lists(st.one_of(arguments, arguments.map("*[{}]".format)), max_size=3).flatmap(
            lambda given: arguments.map(lambda last: ", ".join([*given, f"k={last}", f"**{{'z': {last}}}"]))
        )
        | arguments,
    )


def _larger(inner):
    return st.one_of(
        _call(inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("sum([{} for i in range(2) if {}])".format, inner, inner),
        st.builds("[{}, {}][{} % 2]".format, inner, inner, inner),
        st.builds("(lambda x={}: {} + x)()".format, inner, inner),
        st.builds("attempt(lambda: {})".format, inner),
    )


EXPRESSIONS = st.recursive(st.integers(0, 3).map(str), _larger, max_leaves=12)


@pytest.fixture(scope="module")
def recorder(tmp_path_factory):
    """The recorder in this process, with a record of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROBE_DIR))
        module = importlib.import_module("wattlab_calls")
        folder = tmp_path_factory.mktemp("calls")
        yield module, folder
        module._now.set(None)


def outcome(code):
    library = types.ModuleType("library")
    exec(LIBRARY, vars(library))

    def own(*values, **named):
        library.log.append("own")
        return sum(values) + sum(named.values())

    def attempt(function):
        try:
            return function()
        except ArithmeticError as error:
            return len(error.args)

    names = {name: getattr(library, name) for name in ("give", "fail", "Layer")}
    namespace = {"library": library, "own": own, "attempt": attempt, "i": 1, **names}
    try:
        exec(code, namespace)
    except Exception as error:
        return library.log, type(error), str(error)
    return library.log, namespace["result"], ""


@pytest.mark.parametrize("sizes", [False, True])
@given(expression=EXPRESSIONS)
def test_the_order_of_evaluation_stays(recorder, sizes, expression):
    module, folder = recorder
    options = module.Options(out=str(folder), root=str(folder), libs=["library"], sizes=sizes)
    module._now.set(options)
    source = f"result = {expression}\n"
    plain = outcome(compile(source, "program.py", "exec"))
    recorded = outcome(module._instrumented(source, "program.py", "program.py", options))
    assert recorded == plain
    module._truncate()
    calls = sum(len(chunk) for _, chunk in iter_chunks(folder))
    for file in folder.iterdir():
        file.unlink()
    made = [entry for entry in plain[0] if entry != "own"]
    assert calls <= 2 * len(made) and (calls > 0) == any(made)
