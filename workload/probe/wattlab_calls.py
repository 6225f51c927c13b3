"""Record the calls that a program makes of some libraries, the program itself unchanged.

Standard library only, one module next to the probe, Python 3.8 and newer. It is put on the path of the
measured process by Wattlab's runner::

    python -m wattlab_calls --out=calls --libs=tensorflow,keras SCRIPT.py ARGS...
    python -m wattlab_calls --out=calls --libs=numpy NOTEBOOK.ipynb
    python -m wattlab_calls --out=calls --libs=sklearn -m PACKAGE ARGS...

The syntax tree of the program and of its local modules is changed in memory, at import. ``f(a, b)`` becomes
``end(call(f)(a, b))``: ``call`` looks at the object ``f`` itself and returns it as it is unless it belongs
to one of the libraries. Otherwise it returns an object whose call stamps the start and hands over to ``f``
within C: there is no frame of ours between the program and the library, so that tracebacks, warnings and
whatever looks at its caller are as they would be. The stop is stamped, in C too, when that object is
released, which is when the call returns or raises; ``end`` then writes the record.

With sizes it is ``end(sized(f)(argument(a), argument(b)))``; ``argument`` returns what it is given.

Records go into a shared memory map of the file, so that a process that is killed has written all calls
that had ended (see docs/reference/records.md). A failure to write never breaks the measured program.
"""

from __future__ import annotations
import __future__

import ast
import atexit
import builtins
import functools
import importlib.machinery
import importlib.util
import itertools
import json
import linecache
import mmap
import os
import re
import runpy
import select
import struct
import sys
import sysconfig
import threading
import time
import traceback
import types
import warnings
import weakref
from _thread import get_ident
from pathlib import Path
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, NamedTuple

import wattlab_probe  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.machinery import ModuleSpec

SCHEMA = "wattlab.calls/1"
RECORD = struct.Struct("<IIHHqqq")
"""Site, thread or task, depth, flags, start and stop (ns, CLOCK_MONOTONIC), bytes of the arguments."""

RAISED, TRACED, SUSPENDED, DEFERRED, GATE_WAIT, TRUNCATED = 1, 2, 4, 8, 16, 32
_OPTIONS = "WATTLAB_CALLS"
_GATE = "WATTLAB_GATE_FD"
_GATE_LIMIT_S = 3600.0
"""The answer comes earlier, by the limits of the controller's own gate."""

_WINDOW_BITS = 16
_WINDOW_RECORDS = 1 << _WINDOW_BITS  # a whole number of pages, whatever their size
_RECORD_BYTES = RECORD.size
_pack_into = RECORD.pack_into
_MOST_SIZED = 1000
"""Objects that are looked at for the size of one argument."""

_MOST_BYTES = 2**63 - 1  # the record holds no more; views that repeat one element can be larger

_ARRAYS = frozenset(("cupy", "jax", "jaxlib", "numpy", "pandas", "tensorflow", "torch"))
"""Libraries whose arrays tell the bytes of their elements."""

_FAMILIES = {
    "tensorflow": ("tensorflow", "keras", "tf_keras"),
    "keras": ("keras", "tf_keras"),
    "jax": ("jax", "jaxlib"),
}
"""Top-level modules that belong to a library."""

wattlab_probe.OWN_FILES.add(__file__)


class Options(NamedTuple):
    """What is recorded; in the environment as JSON, for processes that the program starts.

    Attributes:
        out: folder of the record.
        root: folder of the project; its modules are instrumented.
        libs: importable names.
        sizes: whether the sizes of arguments are recorded.
        sync_device: whether work queued on an accelerator is awaited at the borders of each call.
        gate: whether each outermost call waits for a stable machine.
    """

    out: str
    root: str
    libs: list[str]
    sizes: bool = False
    sync_device: bool = False
    gate: bool = False


def _options_of_environment() -> Options | None:
    try:
        return Options(**json.loads(os.environ[_OPTIONS]))
    except (KeyError, ValueError, TypeError):
        return None


# --- record ----------------------------------------------------------------------------------------


_PLACE = ("file", "line", "column", "end_line", "cell", "execution_count", "function", "expression", "kind")


class _Record:
    """The two files of this process; they are made with the first site.

    Attributes:
        silent: whether nothing is written (any more).
    """

    def __init__(self, options: Options | None) -> None:
        self.silent = options is None
        self._options = options
        self._lock = threading.RLock()
        self._slots = itertools.count()
        self._windows: dict[int, mmap.mmap] = {}
        self._sites_path = self._calls_path = ""
        self._sites = self._tasks = 0
        self._pid = os.getpid()

    def new_site(self, place: str, api: str) -> int:
        """Write a site, and return its number."""
        site = dict(zip(_PLACE, json.loads(place)), api=api)  # noqa: B905  (strict= needs Python 3.10)
        site["expression"] = _as_unparsed(site["expression"])
        with self._lock:
            self._sites += 1
            self._tell(dict({"site": self._sites}, **site))
            return self._sites

    def new_task(self, name: str, of: str) -> int:
        """Write a thread or asynchronous task, and return its number."""
        with self._lock:
            self._tasks += 1
            self._tell({"task": self._tasks - 1, "name": name, "of": of})
            return self._tasks - 1

    def note(self, text: str) -> None:
        """Write what is missing from the record."""
        with self._lock:
            self._tell({"note": text})

    def write(
        self, site: int, task: int, depth: int, flags: int, start_ns: int, stop_ns: int, size: int
    ) -> None:
        """Write the record of a call."""
        if self.silent:
            return
        slot = next(self._slots)
        try:
            area = self._windows.get(slot >> _WINDOW_BITS) or self._new_window(slot >> _WINDOW_BITS)
            place = (slot & (_WINDOW_RECORDS - 1)) * _RECORD_BYTES
            _pack_into(area, place, site, task, depth & 0xFFFF, flags, start_ns, stop_ns, size)
        except (OSError, ValueError) as error:
            self._give_up(error)

    def close(self) -> None:
        """Cut the file to what was written, and say that this is all."""
        if self.silent or not self._sites_path or self._pid != os.getpid():
            return
        with self._lock:
            self.silent = True
            records = next(self._slots)
            windows, self._windows = self._windows, {}
            for area in windows.values():
                area.close()  # before the file is cut: to write beyond its end would kill the process
            try:
                if windows:
                    os.truncate(self._calls_path, records * RECORD.size)
                self._append({"records": records, "t_mono_ns": monotonic_ns()})
            except OSError as error:
                self._give_up(error)

    def _new_window(self, window: int) -> mmap.mmap:
        with self._lock:
            area = self._windows.get(window)
            if area is not None:
                return area
            size = _WINDOW_RECORDS * RECORD.size
            descriptor = os.open(self._calls_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:  # reserved, as a full disk would otherwise kill the process that writes into the map
                os.posix_fallocate(descriptor, window * size, size)
                area = mmap.mmap(descriptor, size, offset=window * size)
            finally:
                os.close(descriptor)
            self._windows[window] = area
            self._windows.pop(window - 2, None)  # a slow thread may still write into the one before
            return area

    def _tell(self, line: dict[str, Any]) -> None:
        if self.silent:
            return
        try:
            if not self._sites_path:
                self._open()
            self._append(line)
        except (OSError, ValueError) as error:
            self._give_up(error)

    def _open(self) -> None:
        options = self._options
        assert options is not None
        os.makedirs(options.out, exist_ok=True)  # noqa: PTH103  (pathlib is slower, and this is timed)
        for again in itertools.count(1):
            name = str(self._pid) if again == 1 else f"{self._pid}.{again}"
            path = os.path.join(options.out, f"sites-{name}.jsonl")  # noqa: PTH118
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
            except FileExistsError:  # its id came again
                continue
            break
        self._sites_path = path
        self._calls_path = os.path.join(options.out, f"calls-{name}.bin")  # noqa: PTH118
        self._append(
            {
                "schema": SCHEMA,
                "pid": self._pid,
                "parent_pid": os.getppid(),
                "t_utc_s": round(time.time(), 6),
                "t_mono_ns": monotonic_ns(),
                "python": sys.version.split()[0],
                "argv": [str(argument) for argument in getattr(sys, "argv", [])],
                "root": options.root,
                "options": {
                    key: value for key, value in options._asdict().items() if key not in ("out", "root")
                },
            }
        )

    def _append(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        descriptor = os.open(self._sites_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)

    def _give_up(self, error: Exception) -> None:
        if self.silent:
            return
        self.silent = True
        print(
            f"wattlab_calls: cannot write to {self._options and self._options.out}: {error}. The program "
            "continues, but this run has no further calls; free space there, then repeat the run",
            file=sys.stderr,
        )


def _as_unparsed(text: str) -> str:
    """Return an expression as ``ast.unparse`` writes it, which needs Python 3.9."""
    if "\\" in text:  # an escape that Python does not know would be warned of once more
        return " ".join(text.split())
    mark = "@" if text.startswith("@") else ""
    try:
        return mark + ast.unparse(ast.parse(f"({text[len(mark) :]}\n)", mode="eval"))
    except (AttributeError, SyntaxError, ValueError, RecursionError):
        return " ".join(text.split())


# --- who is calling --------------------------------------------------------------------------------


class _Task:
    """A thread or an asynchronous task.

    Args:
        name, of: what it is called, and whether it is a ``thread`` or a ``task``.

    Attributes:
        number: in the record, ``None`` before the first call.
        depth: recorded calls that are open in it.
        running: open calls, of a thread those of its tasks too, as they end in reverse order.
        awaited: awaited calls that are open.
    """

    __slots__ = ("__weakref__", "awaited", "depth", "name", "number", "of", "running")

    def __init__(self, name: str, of: str) -> None:
        self.name, self.of = name, of
        self.number: int | None = None
        self.depth = 0
        self.running: list[_Call] = []
        self.awaited: list[_Call] = []


class _Site:
    """A place and an API.

    Attributes:
        number: in the record.
        traced: tells whether the library is tracing a graph, ``None`` for one that never does.
        constant_bytes: size of the arguments that are written as constants.
    """

    __slots__ = ("constant_bytes", "number", "traced")

    def __init__(self, number: int, traced: Callable[[], bool] | None, constant_bytes: int) -> None:
        self.number = number
        self.traced = traced
        self.constant_bytes = constant_bytes


class _Recording:
    """What is recorded now, and by whom.

    Attributes:
        options: ``None`` where nothing is recorded.
        gate: of the process that the runner has started, as the options say, else ``None``. It answers
            one process only; and next to another that works, the machine is not at rest.
        synchronise: as the options say, else ``None``.
        asynchronous: whether the program has coroutines.
        shared: whether its functions may be pickled by value, with the names that they use.
        local: has the `_Task` of each thread as ``task``; ``threads`` by their ident, ``tasks`` of asyncio.
        plain: whether a call has but to be stamped: there is no gate, device or coroutine.
        sites: by place and callable; ``functions``: the last function of a library at a place, and its site.
    """

    def __init__(self) -> None:
        self.asynchronous = False
        self.plain = True
        self.shared = False
        self.set(_options_of_environment())

    def set(self, options: Options | None, gate: _Gate | None = None) -> None:
        """Record from now on as the options say."""
        _wanted.clear()
        _classes.clear()
        self.options = options
        self.gate = gate
        self.synchronise = _synchronise_devices if options is not None and options.sync_device else None
        self.plain = not self.asynchronous and self.gate is None and self.synchronise is None
        self.begin()

    def begin_fork(self) -> None:
        """Begin a record in a forked process; calls that are open belong to the one it was forked from."""
        self.gate = None
        self.begin()

    def begin(self) -> None:
        """Begin a record of this process."""
        _ended.clear()
        self.record = _Record(self.options)
        self.local = threading.local()
        self.threads: dict[int, _Task] = {}
        self.tasks: weakref.WeakKeyDictionary[Any, _Task] = weakref.WeakKeyDictionary()
        self.sites: dict[tuple[str, Any], _Site] = {}
        self.functions: dict[str, tuple[Any, _Site]] = {}


def _number(task: _Task) -> int:
    """Give a thread or task its number and tell its name."""
    task.number = number = _now.record.new_task(task.name, task.of)
    return number


def _thread() -> _Task:
    try:
        task: _Task = _now.local.task
    except AttributeError:
        task = _now.local.task = _new_thread(get_ident())
    return task


def _new_thread(me: int) -> _Task:
    """Begin a thread, and write the calls that raised last in one that has ended, if its ident came again."""
    before = _now.threads.get(me)
    for entry in _ended.copy():
        if entry[1] == me:
            _ended.remove(entry)
            if before is not None and before.running:
                before.running.pop().write(RAISED, entry[0])
    _now.threads[me] = task = _Task(threading.current_thread().name, "thread")
    return task


def _running_task() -> Any:
    asyncio = sys.modules.get("asyncio") if _now.asynchronous else None
    if asyncio is None:
        return None
    try:
        return asyncio.current_task()
    except (RuntimeError, AttributeError):  # no loop runs here; asyncio is being imported
        return None


def _task() -> _Task:
    """Return what is running now: a task of asyncio, or else the thread."""
    running = _running_task()
    if running is None:
        return _thread()
    task = _now.tasks.get(running)
    if task is None:
        task = _now.tasks[running] = _Task(running.get_name(), "task")
    while task.awaited and task.awaited[-1].released:  # what it awaited has raised
        open_call = task.awaited.pop()
        open_call.write(SUSPENDED | RAISED, open_call.released[0])
    return task


# --- what runs around a call -----------------------------------------------------------------------

_ended: list[tuple[int, int]] = []
"""Stop (ns) and thread of calls that have ended and have not been written."""

_release = map(_ended.append, zip(iter(monotonic_ns, None), iter(get_ident, None)))  # noqa: B905


class _Running(functools.partial):  # type: ignore[type-arg]
    """Lives while a call runs. Releasing it stamps the stop within C, where no signal can get in between."""

    __slots__ = ()
    __del__ = _release.__next__


class _Call:
    """Stands in for a callable of a library, for one call. There is no ``__init__``: it would take its time.

    Attributes:
        function, site: what is called, and where.
        place: see `_Instrument._place`.
        size: of the arguments in bytes, -1 where it is not asked for.
        awaiting, measured: the calls of its thread whose arguments are measured, and its entry among them.
        task, depth, flags, start_ns: once it has begun; see `RECORD`.
        released: stamps of the end of what was awaited, by the finalizer ``weak``.
    """

    __slots__ = (
        *("__weakref__", "awaiting", "depth", "flags", "function", "measured", "place", "released", "site"),
        *("size", "start_ns", "task", "weak"),
    )
    awaiting: list[weakref.ref[_Call]]
    depth: int
    flags: int
    function: Any
    measured: weakref.ref[_Call] | None
    place: str
    released: list[int]
    site: _Site
    size: int
    start_ns: int
    task: _Task
    weak: Any

    @property
    def __call__(self) -> Any:
        if self.measured is not None:
            self.awaiting.remove(self.measured)
            self.measured = None
        if _now.plain and self.site.traced is None:
            task = self.task = _thread()
            self.flags = 0
            self.depth = task.depth
            task.depth += 1
            task.running.append(self)
        else:
            _begin(self)
        function = _Running(self.function)
        self.start_ns = monotonic_ns()
        return function

    __module__ = property(lambda self: self.function.__module__)

    def __getattr__(self, name: str) -> Any:  # messages about wrong arguments name the callable
        return getattr(self.function, name)

    def write(self, flags: int, stop_ns: int) -> None:
        """Write its record."""
        task = self.task
        task.depth = self.depth
        number = task.number
        if number is None:
            number = _number(task)
        _now.record.write(
            self.site.number, number, self.depth, self.flags | flags, self.start_ns, stop_ns, self.size
        )


_awaiting_arguments: dict[int, list[weakref.ref[_Call]]] = {}
"""Calls whose arguments are being evaluated, and measured, by thread."""


def _begin(call: _Call) -> None:
    """Begin a call where there is more to do than to stamp it."""
    now = _now
    task = call.task = _task() if now.asynchronous else _thread()
    site = call.site
    call.flags = TRACED if site.traced is not None and site.traced() else 0
    if not call.flags:
        if now.gate is not None and task.depth == 0:
            now.gate.wait(task, site)
        if now.synchronise is not None:
            now.synchronise(None)
    call.depth = task.depth
    task.depth += 1
    (_thread() if now.asynchronous else task).running.append(call)


def _call(function: Any, place: str) -> Any:
    """Return what is called in the place of a callable: itself, if it is of no library."""
    if _ended:
        _settle(None, "")
    known = _now.functions.get(place)
    if known is not None and known[0] is function:
        site = known[1]
    else:
        found = _site_of(function, place)
        if found is None:
            return function
        site = found
    call = _Call()
    call.function = function
    call.site = site
    call.place = place
    call.size = -1
    call.measured = None
    return call


def _site_of(function: Any, place: str) -> _Site | None:
    """Return the site of a callable at a place, or ``None`` for one of no library."""
    try:
        key = _key(function)
    except RecursionError:
        raise
    except Exception:  # whatever it is, it is none of a library
        return None
    if key is None:
        return None
    site = _now.sites.get((place, key)) or _new_site(place, key, function)
    if type(function) is _Function and "<locals>" not in function.__qualname__:  # it lives on anyway
        _now.functions[place] = (function, site)
    return site


def _sized_call(function: Any, place: str) -> Any:
    """The same where the arguments are measured."""
    call = _call(function, place)
    if type(call) is _Call:
        call.size = call.site.constant_bytes
        call.awaiting = _awaiting_arguments.setdefault(get_ident(), [])
        call.measured = weakref.ref(call, call.awaiting.remove)
        call.awaiting.append(call.measured)
    return call


def _argument(value: Any, place: str) -> Any:
    """Return an argument, measured if the call at the place is one of a library."""
    awaiting = _awaiting_arguments.get(get_ident())
    if awaiting:
        _measure(value, place, awaiting)
    return value


def _measure(value: Any, place: str, awaiting: list[weakref.ref[_Call]]) -> None:
    for reference in reversed(awaiting.copy()):
        call = reference()
        if call is not None and call.place == place:
            call.size = min(call.size + _tried(_bytes, value), _MOST_BYTES)
            return


def _end(result: Any, place: str | None = None) -> Any:
    """Write the call that has returned, if it was one of a library."""
    if _ended:
        _settle(result, place)
    return result


def _settle(result: Any, place: str | None, awaiting: bool = False) -> None:
    """Write the calls of this thread that have ended.

    Args:
        result: of the last of them, if that is the call at the place.
        place: of the call that has just returned, ``None`` for a decorator; calls elsewhere have raised.
        awaiting: whether the result is about to be awaited.
    """
    running = _thread().running
    mine = _ended.copy()
    me = get_ident()
    if len(mine) != 1 or mine[0][1] != me:
        mine = [entry for entry in mine if entry[1] == me]
    for entry in mine:
        _ended.remove(entry)
        if not running:  # begun before a fork
            continue
        ended = running.pop()
        if entry is not mine[-1] or (place is not None and ended.place != place):
            ended.write(RAISED, entry[0])
        elif awaiting and ended.task.of == "task":  # without asyncio nothing tells who goes on when
            _awaits(ended, result)
        else:
            stop_ns = entry[0]
            if _now.synchronise is not None and not ended.flags & TRACED:
                _now.synchronise(result)
                stop_ns = monotonic_ns()
            kind = type(result)  # told by identity, as a metaclass may be without a hash
            deferred = kind is _Generator or kind is _Coroutine or kind is types.AsyncGeneratorType
            ended.write(DEFERRED if deferred else 0, stop_ns)


_Generator = types.GeneratorType
_Coroutine = types.CoroutineType


def _awaits(begun: _Call, result: Any) -> None:
    """Keep a call open while its result is awaited."""
    begun.released = []
    begun.task.awaited.append(begun)
    if type(result) is _Coroutine:  # released when it has returned or raised
        stamps = map(begun.released.append, iter(monotonic_ns, None))
        begun.weak = weakref.ref(result, functools.partial(next, stamps))


def _await(result: Any, place: str) -> Any:
    """Like `_end`, for a call that is awaited."""
    if _ended:
        _settle(result, place, awaiting=True)
    return result


def _awaited(result: Any, place: str) -> Any:
    """Write the awaited call at a place, which has ended; those that it was to await within have raised."""
    running = _running_task() if _now.tasks else None
    task = None if running is None else _now.tasks.get(running)
    while task is not None and any(begun.place == place for begun in task.awaited):
        begun = task.awaited.pop()
        stop_ns = begun.released[0] if begun.released else monotonic_ns()
        begun.write(SUSPENDED | (0 if begun.place == place else RAISED), stop_ns)
        if begun.place == place:
            break
    return result


def _truncate() -> None:
    """Write the calls that have raised last, and those that are still open at the end of the process."""
    for stop_ns, thread in _ended.copy():
        running = _now.threads[thread].running if thread in _now.threads else []
        if running:
            running.pop().write(RAISED, stop_ns)
    now_ns = monotonic_ns()
    waiting = [begun for task in list(_now.tasks.values()) for begun in task.awaited]
    for begun in reversed(
        waiting + [begun for task in list(_now.threads.values()) for begun in task.running]
    ):
        begun.write(TRUNCATED, now_ns)
    _now.record.close()


_NAMES: dict[str, Callable[..., Any]] = {
    "__wattlab_call__": _call,
    "__wattlab_sized__": _sized_call,
    "__wattlab_argument__": _argument,
    "__wattlab_end__": _end,
    "__wattlab_await__": _await,
    "__wattlab_awaited__": _awaited,
}
"""What the changed program calls, found among the builtins: its own names stay as they are."""


# --- which callables, and what they are called -----------------------------------------------------


class _Wanted(dict):  # type: ignore[type-arg]
    """Tells of the name of a module whether it is of one of the libraries."""

    def __missing__(self, module: Any) -> bool:
        libs = _now.options.libs if _now.options is not None else []
        names = [name for lib in libs for name in _FAMILIES.get(lib, (lib,))]
        known = isinstance(module, str) and any(
            module == name or module.startswith(f"{name}.") for name in names
        )
        self[module] = known
        return known


_wanted = _Wanted()
_classes: dict[type, bool] = {}

_OF_CYTHON = ("cython_function_or_method", "fused_cython_function")
"""Types of compiled functions; each version of Cython has its own, in a module that is not the library's."""

_Function = types.FunctionType
_Method = types.MethodType
_Builtin = types.BuiltinFunctionType


def _key(function: Any) -> Any:
    """Return what tells an API from the others at one place, or ``None`` for what is of no library."""
    kind = type(function)
    if kind is _Function:
        module = function.__module__
        return (module, function.__qualname__) if _wanted[module] else None
    if kind is _Method:
        owner, inner = function.__self__, function.__func__
        cls = _class_of(owner)
        module = inner.__module__ if type(inner) is _Function else type(inner).__module__
        return (cls, function.__name__) if _wanted[module] or _wanted[cls.__module__] else None
    if kind is _Builtin or kind is types.MethodWrapperType:
        module = None if kind is types.MethodWrapperType else function.__module__
        owner = function.__self__
        if module is None:
            cls = _class_of(owner)
            module = cls.__module__
            return (cls, function.__name__) if _wanted[module] else None
        return (module, function.__qualname__) if _wanted[module] else None
    if issubclass(kind, type):
        known = _classes.get(function)
        if known is None:
            known = _classes[function] = _wanted[_constructor_module(function)]
        return function if known else None
    if kind is functools.partial:
        return _key(function.func)
    if kind is functools._lru_cache_wrapper or kind.__name__ in _OF_CYTHON:
        return (function.__module__, function.__qualname__) if _wanted[function.__module__] else None
    known = _classes.get(kind)
    if known is None:
        known = _classes[kind] = (
            _wanted[kind.__module__] or _wanted[getattr(_found(kind, "__call__"), "__module__", None)]
        )
    return (kind, None) if known else None


def _class_of(owner: Any) -> type:
    """Return the class of what a method belongs to; ``isinstance`` would run code of the program."""
    return owner if issubclass(type(owner), type) else type(owner)


def _constructor_module(cls: type) -> Any:
    """Return the module whose code makes objects of a class."""
    if _wanted[cls.__module__]:
        return cls.__module__
    own = next((base for base in cls.__mro__ if "__init__" in vars(base) or "__new__" in vars(base)), object)
    return own.__module__


def _found(cls: type, name: str) -> Any:
    """Return what a class has under a name, unbound."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


def _new_site(place: str, key: Any, function: Any) -> _Site:
    try:
        api = _api(function)
    except Exception:  # no name is worth breaking the program
        api = ""
    number = _now.record.new_site(place, api)
    site = _Site(number, _tracing(api.partition(".")[0]), json.loads(place)[-1])
    return _now.sites.setdefault((place, key), site)


def _api(function: Any) -> str:
    """Return the canonical name of a callable of a library."""
    kind = type(function)
    if kind is functools.partial:
        return _api(function.func)
    if issubclass(kind, type):
        return _class_api(function)
    owner = function.__self__ if kind in _BOUND else None
    if type(owner) not in (types.ModuleType, type(None)):
        public = _public(function, function.__module__, function.__name__) if kind is _Builtin else None
        return public or _method_api(_class_of(owner), function.__name__)
    if kind.__module__ == "numpy" and kind.__name__ == "ufunc":
        return f"numpy.{function.__name__}"
    if type(_found(kind, "__call__")) is _Function:  # an object of the library, or of a class of the program
        return _method_api(kind, "__call__")
    name = getattr(function, "__qualname__", None)
    return _function_api(function, function.__module__, name) if name else _method_api(kind, "__call__")


_BOUND = (types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType)


def _function_api(function: Any, module: str, name: str) -> str:
    outer, _, inner = name.partition(".<locals>")
    if inner:  # made by a public function, such as a decorator with arguments
        maker = vars(sys.modules[module]).get(outer)
        return (
            maker is not None and (_exported(maker) or _public(maker, module, outer))
        ) or f"{module}.{name}"
    public = _exported(function) or _public(function, module, name)
    cls, _, method = name.rpartition(".")
    owner = vars(sys.modules[module]).get(cls) if cls and public is None else None
    return _method_api(owner, method) if isinstance(owner, type) else public or f"{module}.{name}"


def _method_api(cls: type, name: str) -> str:
    """Name a method by the most general public class that has it, `__call__` and the like by its own.

    A mixin lends methods to classes of many kinds, and tells nothing of the one that is used.
    """
    public = [api for api in map(_public_class, cls.__mro__) if api is not None]
    owners = (c for c in cls.__mro__ if hasattr(c, name) and not c.__name__.endswith("Mixin"))
    having = [api for api in map(_public_class, owners) if api is not None]
    if not public:
        wanted = next((base for base in cls.__mro__ if _wanted[base.__module__]), cls)
        return f"{wanted.__module__}.{wanted.__qualname__}.{name}"
    api = having[-1] if having and not name.startswith("__") else public[0]
    return f"{_ALIASES.get(api, api)}.{name}"


_ALIASES = {
    "tensorflow.types.experimental.PolymorphicFunction": "tensorflow.function",
    "keras.Function": "keras.Model",  # the first public base of a functional model
}


def _class_api(cls: type) -> str:
    api = _public_class(cls)
    if api is None and not _wanted[cls.__module__]:  # of the program, without a constructor of its own
        api = next((name for name in map(_public_class, cls.__mro__) if name is not None), None)
    return api or f"{cls.__module__}.{cls.__qualname__}"


def _public_class(cls: type) -> str | None:
    if not _wanted[cls.__module__]:
        return None
    return _exported(cls) or _public(cls, cls.__module__, cls.__qualname__)


def _exported(symbol: Any) -> str | None:
    """Return the name under which TensorFlow or Keras says to export a symbol."""
    while True:
        own = getattr(symbol, "__dict__", {})
        path = own.get("_api_export_path")
        if path:
            path = str(path if isinstance(path, str) else path[0])
            root, last = path.partition(".")[0], path.rpartition(".")[2]
            return f"{root}.{last}" if vars(sys.modules[root]).get(last) is symbol else path
        names = [name for name in own.get("_tf_api_names", ()) if not name.startswith("__internal__")]
        if names:
            return f"tensorflow.{min(names, key=lambda name: name.count('.'))}"
        if "__wrapped__" not in own:
            return None
        symbol = own["__wrapped__"]


def _public(symbol: Any, module: Any, name: str) -> str | None:
    """Return the shortest public path at which a package shows a symbol; nothing is imported for it."""
    parts = module.split(".") if isinstance(module, str) else []
    for n in range(1, len(parts) + 1):
        if parts[n - 1].startswith("_") or ".".join(parts[:n]) in _PRIVATE:
            return None
        found = sys.modules.get(".".join(parts[:n]))
        if found is not None and vars(found).get(name) is symbol:
            return ".".join([*parts[:n], name])
    return None


_PRIVATE = frozenset(("keras.src", "tensorflow.python"))


def _tracing(library: str) -> Callable[[], bool] | None:
    """Return what tells whether a library is tracing a graph, or ``None``."""
    try:
        if library in ("tensorflow", "keras") and "tensorflow" in sys.modules:
            return sys.modules["tensorflow"].inside_function  # type: ignore[no-any-return]
        if library == "torch":
            return sys.modules["torch"].jit.is_tracing  # type: ignore[no-any-return]
        if library == "jax":
            clean = sys.modules["jax._src.core"].trace_state_clean
            return lambda: not clean()
    except (AttributeError, KeyError):
        pass
    return None


def _bytes(value: Any) -> int:
    """Return the size of a value in bytes: of an array its elements, of a container also what it holds.

    No code of the program is run for it: only plain containers are entered.
    """
    kind = type(value)
    if kind not in _CONTAINERS:
        return (_measures.get(kind) or _new_measure(kind))(value)
    total, waiting, left = 0, [value], _MOST_SIZED
    seen: set[int] = set()
    while waiting and left:
        left -= 1
        item = waiting.pop()
        kind = type(item)
        if id(item) in seen:
            continue
        seen.add(id(item))
        if kind in _CONTAINERS:
            waiting += itertools.islice(item.values() if kind is dict else item, left)
        total += (_measures.get(kind) or _new_measure(kind))(item)
    return total


_CONTAINERS = frozenset((dict, list, tuple, set, frozenset))
_measures: dict[type, Callable[[Any], int]] = {}


def _new_measure(kind: type) -> Callable[[Any], int]:
    """Return what tells the bytes of objects of a type."""
    library = kind.__module__.partition(".")[0]
    measure: Callable[[Any], int] = object.__sizeof__
    if kind.__module__ == "builtins":
        measure = sys.getsizeof
    elif library == "tensorflow" and hasattr(kind, "dtype"):
        measure = functools.partial(_tried, lambda tensor: tensor.shape.num_elements() * tensor.dtype.size)
    elif library in _ARRAYS and hasattr(kind, "memory_usage"):
        measure = functools.partial(_tried, lambda frame: frame.memory_usage(index=True).sum())
    elif library in _ARRAYS and hasattr(kind, "nbytes"):
        measure = functools.partial(_tried, lambda array: array.nbytes)
    _measures[kind] = measure
    return measure


def _tried(measure: Callable[[Any], Any], value: Any) -> int:
    try:
        return int(measure(value))
    except Exception:  # of unknown size, such as a symbolic tensor, or of a class without a hash
        return 0


# --- device and gate -------------------------------------------------------------------------------


def _synchronise_devices(result: Any) -> None:
    """Wait until the accelerators have done what was queued."""
    try:
        torch = sys.modules.get("torch")
        if torch is not None and torch.cuda.is_initialized():
            torch.cuda.synchronize()
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is not None:
            tensorflow.test.experimental.sync_devices()
        jax = sys.modules.get("jax")
        if jax is not None and result is not None:
            jax.block_until_ready(result)
    except Exception:  # the program meets it by itself
        pass


class _Gate:
    """Asks the controller before each outermost call whether the machine is stable.

    Args:
        answers, questions: descriptors inherited from the runner.
    """

    def __init__(self, answers: int, questions: int) -> None:
        self._answers, self._questions = answers, questions
        self._lock = threading.Lock()

    def wait(self, task: _Task, site: _Site) -> None:
        """Ask, wait for the answer, and record the wait."""
        with self._lock:
            start_ns = monotonic_ns()
            try:
                os.write(self._questions, f"gate {site.number}\n".encode())
                ready, _, _ = select.select([self._answers], [], [], _GATE_LIMIT_S)
                answer = os.read(self._answers, 4096) if ready else b""
            except (OSError, ValueError):
                answer = b""
            number = _number(task) if task.number is None else task.number
            _now.record.write(site.number, number, 0, GATE_WAIT, start_ns, monotonic_ns(), -1)
        if not answer:
            _now.gate = None
            _now.record.note("calls no longer wait for a stable machine: the controller did not answer")


def _new_gate() -> _Gate | None:
    try:
        answers, questions = map(int, os.environ[_GATE].split(","))
        os.fstat(answers)
        os.fstat(questions)
    except (KeyError, ValueError, OSError):  # not started by the runner
        return None
    return _Gate(answers, questions)


_now = _Recording()


# --- changing the program --------------------------------------------------------------------------

_COMPILED_BY = frozenset(
    ("njit", "jit", "vectorize", "guvectorize", "stencil", "cfunc", "script", "compile", "ignore", "unused")
)
"""Last part of decorators whose functions are compiled from bytecode or source by somebody else."""

_NEVER_CALLED = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Lambda)
"""What is no callable of a library; Python warns of some of these, and shall still."""


class _Cell(NamedTuple):
    number: int | None = None
    execution_count: int | None = None


_NO_CELL = _Cell()


class _Instrument(ast.NodeTransformer):
    """Changes the calls of a program.

    Args:
        lines: of the source.
        file: as it is named in the record.
        cell: of a notebook.
        sizes: whether the sizes of arguments are recorded.
        known: names of builtins that mean these builtins throughout.
    """

    def __init__(self, lines: list[str], file: str, cell: _Cell, sizes: bool, known: frozenset[str]) -> None:
        self._lines = lines
        self._file = file
        self._cell = cell
        self._sizes = sizes
        self._known = known
        self._scopes: list[str] = []
        self._kinds: dict[int, str] = {}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return self._changed(node, "end")

    def visit_Await(self, node: ast.Await) -> ast.AST:
        if not isinstance(node.value, ast.Call) or not self._may_be_of_library(node.value.func):
            return self.generic_visit(node)
        changed: Any = self._changed(node.value, "await")
        node.value = changed
        return self._hook("awaited", node, changed.args[1].value, node)

    def visit_With(self, node: Any) -> ast.AST:
        for item in node.items:
            self._kinds[id(item.context_expr)] = "with"
        return self.generic_visit(node)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        node.decorator_list, compiled = self._decorators(node)
        for name in ("defaults", "kw_defaults"):
            setattr(node.args, name, [part and self.visit(part) for part in getattr(node.args, name)])
        if not compiled:
            self._scopes += [node.name, "<locals>"]
            node.body = self._statements(node.body)
            del self._scopes[-2:]
        return node  # type: ignore[no-any-return]

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: Any) -> ast.AST:
        node.decorator_list, _ = self._decorators(node)
        node.bases = [self.visit(base) for base in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self._scopes.append(node.name)
        node.body = self._statements(node.body)
        self._scopes.pop()
        return node  # type: ignore[no-any-return]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._scopes += ["<lambda>", "<locals>"]
        self.generic_visit(node)
        del self._scopes[-2:]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.target = self.visit(node.target)  # the annotation may be kept as text
        node.value = node.value and self.visit(node.value)
        return node

    def visit_TypeAlias(self, node: ast.AST) -> ast.AST:
        return node

    def _statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [self.visit(statement) for statement in body]

    def _decorators(self, node: Any) -> tuple[list[ast.expr], bool]:
        changed: list[ast.expr] = []
        compiled = False
        for decorator in node.decorator_list:
            named = decorator.func if isinstance(decorator, ast.Call) else decorator
            last = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
            compiled = compiled or last in _COMPILED_BY
            if not self._may_be_of_library(decorator):
                changed.append(self.visit(decorator))
                continue
            place = self._place(decorator, decorator, "decorator")
            end = ast.copy_location(ast.Name(id="__wattlab_end__", ctx=ast.Load()), decorator)
            changed += [end, self._hook("call", self.visit(decorator), place, decorator)]
        return changed, compiled

    def _changed(self, node: ast.Call, end: str) -> ast.AST:
        if not self._may_be_of_library(node.func):
            return self.generic_visit(node)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        constant_bytes = sum(sys.getsizeof(value.value) for value in given if isinstance(value, ast.Constant))
        place = self._place(node, node.func, self._kinds.pop(id(node), "call"), constant_bytes)
        attribute = node.func if isinstance(node.func, ast.Attribute) else None
        function = node.func
        self.generic_visit(node)
        node.func = self._hook("sized" if self._sizes else "call", node.func, place, function)
        if attribute is not None:
            _locate(node, attribute)
        if self._sizes:
            self._measure_arguments(node, place)
        return self._hook(end, node, place, node)

    def _measure_arguments(self, node: ast.Call, place: str) -> None:
        for n, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                argument.value = self._hook("argument", argument.value, place, argument.value)
            elif not isinstance(argument, ast.Constant):
                node.args[n] = self._hook("argument", argument, place, argument)
        for keyword in node.keywords:
            if not isinstance(keyword.value, ast.Constant):
                keyword.value = self._hook("argument", keyword.value, place, keyword.value)

    def _hook(self, name: str, value: Any, place: str, where: ast.AST) -> ast.expr:
        function = ast.copy_location(ast.Name(id=f"__wattlab_{name}__", ctx=ast.Load()), where)
        constant = ast.copy_location(ast.Constant(value=place, kind=None), where)
        return ast.copy_location(ast.Call(func=function, args=[value, constant], keywords=[]), where)

    def _may_be_of_library(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id not in self._known
        return not isinstance(function, _NEVER_CALLED)

    def _place(self, node: Any, function: Any, kind: str, constant_bytes: int = 0) -> str:
        """Return all that is known of a call before it is made, as JSON: it is kept in the code itself.

        So it is known in every process to which the code gets, also pickled by value.
        """
        scopes = [*self._scopes]
        if scopes and scopes[-1] == "<locals>":
            scopes.pop()
        text = ("@" if kind == "decorator" else "") + self._text(function)
        place = [
            self._file,
            node.lineno,
            node.col_offset + 1,
            node.end_lineno,
            *self._cell,
            ".".join(scopes),
            text,
            kind,
            constant_bytes,
        ]
        return json.dumps(place)

    def _text(self, node: Any) -> str:
        first, last = node.lineno - 1, node.end_lineno - 1
        lines = [line.encode() for line in self._lines[first : last + 1]]
        if not lines:
            return ""
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"".join(lines).decode(errors="replace")


def _locate(call: Any, attribute: Any) -> None:
    """Place the call of a method where Python would: at its name, if the chain goes over several lines."""
    if sys.version_info >= (3, 10) and call.lineno != attribute.end_lineno:
        call.lineno = attribute.end_lineno
        call.col_offset = max(attribute.end_col_offset - len(attribute.attr), 0)


def _bound_names(tree: ast.AST) -> Iterator[str]:
    """Give every name that a program binds anywhere; ``*`` where it imports unknown ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.Global):
            yield from node.names
        else:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                yield name


def _instrumented(
    source: bytes | str, path: str, file: str, options: Options, cell: _Cell = _NO_CELL, flags: int = 0
) -> types.CodeType:
    """Return the code of a changed program.

    Args:
        source: its text, or the bytes of its file.
        path: file name of the code, as in tracebacks.
        file: as it is named in the record.
        options: what is recorded.
        cell: of a notebook.
        flags: of `compile`.

    Raises:
        SyntaxError: as Python itself raises it.
    """
    tree = compile(source, path, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    bound = set(_bound_names(tree))
    builtin = frozenset(() if "*" in bound or "builtins" in options.libs else vars(builtins))
    text = source if isinstance(source, str) else importlib.util.decode_source(source)
    changer = _Instrument(text.split("\n"), file, cell, options.sizes, builtin - bound)
    if any(isinstance(node, (ast.AsyncFunctionDef, ast.Await)) for node in ast.walk(tree)):
        _now.asynchronous, _now.plain = True, False
    try:
        changed = changer.visit(tree)
        code: types.CodeType = compile(changed, path, "exec", flags, dont_inherit=True)
    except (RecursionError, ValueError, TypeError, KeyError) as error:
        _now.record.note(f"{file}: its calls are not recorded: {type(error).__name__}: {error}")
        code = compile(source, path, "exec", flags, dont_inherit=True)
    return code


class _Finder:
    """Instruments the modules of the project as they are imported; nothing is written next to them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._busy = threading.local()
        paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
        self._others = tuple(f"{path}{os.sep}" for path in [*paths, os.path.dirname(__file__)] if path)  # noqa: PTH120

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find a module with the other finders; a module of the project gets changed code."""
        busy = self._busy.__dict__.setdefault("names", set())
        if name in busy:  # another finder asks all others, too
            return None
        busy.add(name)
        try:
            finders = [
                finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")
            ]
            found = (finder.find_spec(name, path, target) for finder in finders)
            spec = next((spec for spec in found if spec is not None), None)
        finally:
            busy.discard(name)
        if spec is not None and spec.loader is not None:
            self._prepare(name, spec)
        return spec

    def _prepare(self, name: str, spec: ModuleSpec) -> None:
        loader: Any = spec.loader
        if name == "multiprocessing.spawn":
            wattlab_probe._wrap_after(loader, _follow_spawned)
        elif name.rpartition(".")[2] in ("cloudpickle", "dill") or name.endswith("cloudpickle.cloudpickle"):
            _share_names()
        elif type(loader) is importlib.machinery.SourceFileLoader and self._is_of_project(loader.path):
            code = _code_of_file(loader.path, loader.path, self._options)
            if code is not None:
                vars(loader)["get_code"] = functools.partial(_give_code, code)

    def _is_of_project(self, path: str) -> bool:
        real = os.path.realpath(path)
        return (
            real.startswith(os.path.join(self._options.root, ""))  # noqa: PTH118
            and "/site-packages/" not in real
            and "/dist-packages/" not in real
            and not real.startswith(self._others)
        )


def _code_of_file(file: str, path: str, options: Options) -> types.CodeType | None:
    """Return the changed code of a file; ``None`` where Python shall say itself what is wrong with it."""
    try:
        source = Path(file).read_bytes()
        return _instrumented(source, path, _named(file, options), options)
    except (OSError, SyntaxError, ValueError):
        return None


def _named(file: str, options: Options) -> str:
    real = os.path.realpath(file)
    inside = os.path.join(options.root, "")  # noqa: PTH118
    return real[len(inside) :] if real.startswith(inside) else real


def _give_code(code: types.CodeType, name: str) -> types.CodeType:
    if _now.shared and name in sys.modules:
        vars(sys.modules[name]).update(_NAMES)
    return code


def _share_names() -> None:
    """Let functions that are pickled by value take along what they call, as a reference to this module."""
    _now.shared = True
    for module in list(sys.modules.values()):
        loader = getattr(module, "__loader__", None)
        if module is sys.modules.get("__main__") or "get_code" in getattr(loader, "__dict__", {}):
            vars(module).update(_NAMES)


class _Follower:
    """Starts the recording in a process that `multiprocessing` has spawned, as it is unpickled there."""

    def __reduce__(self) -> Any:
        folder = os.path.dirname(__file__)  # noqa: PTH120
        code = (
            f"import sys\nsys.path.append({folder!r})\nimport wattlab_calls\nwattlab_calls._start_spawned()\n"
        )
        return exec, (code, {})


def _follow_spawned(spawn: Any) -> None:
    prepared = spawn.get_preparation_data

    @functools.wraps(prepared)
    def get_preparation_data(name: str) -> Any:
        return dict(prepared(name), wattlab_calls=_Follower())

    spawn.get_preparation_data = get_preparation_data


def _start_spawned() -> None:
    """Instrument the main module and the others as a spawned process imports them."""
    options = _now.options
    if options is None:
        return
    sys.meta_path.insert(0, _Finder(options))
    original = runpy._get_code_from_file  # type: ignore[attr-defined]

    @functools.wraps(original)
    def get_code_from_file(*args: Any) -> Any:
        found = original(*args)  # the code, or in Python 3.12 and before with the path
        code = _code_of_file(args[-1], args[-1], options) if args[-1].endswith(".py") else None
        if code is None:
            return found
        return (code, *found[1:]) if isinstance(found, tuple) else code

    runpy._get_code_from_file = get_code_from_file  # type: ignore[attr-defined]


# --- launcher --------------------------------------------------------------------------------------

_MAGIC = re.compile(r"^(\s*)(?:[%!?]|(?:[\w.]+(?:\[.*\])?\?{1,2}\s*$)).*$")
_ASSIGNED = re.compile(r"^(\s*[\w., ]+=\s*)[%!].*$")
_OTHER_LANGUAGE = re.compile(r"^\s*%%(?!time|timeit|capture|prun)\w+")
_LINE_END = re.compile(r"\r\n?|\n")


def _cells(document: Any) -> Iterator[tuple[_Cell, str]]:
    """Give the code cells of a notebook (nbformat 3 and 4) as Python, magics and shell lines blanked out."""
    raw = document.get("cells")
    if raw is None:
        raw = [cell for sheet in document.get("worksheets") or [] for cell in sheet.get("cells", [])]
    numbers = itertools.count(1)
    for cell in raw:
        if cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        lines = _python_lines(source if isinstance(source, str) else "".join(source))
        count = cell.get("execution_count", cell.get("prompt_number"))
        yield _Cell(next(numbers), count if isinstance(count, int) else None), "\n".join([*lines, ""])


def _python_lines(cell: str) -> list[str]:
    """Return the lines of a cell, magics and shell lines blanked out.

    These are the ones at which Python stumbles: ``% (a, b)`` may go on a line, ``!x`` be one of a text.
    """
    lines = _LINE_END.split(cell)
    if _OTHER_LANGUAGE.match(lines[0]):
        return ["pass"] * len(lines)
    blanked = [_ASSIGNED.sub(r"\1None", _MAGIC.sub(r"\1pass", line)) for line in lines]
    wrong = _wrong_line(lines)
    while wrong is not None and lines[wrong] != blanked[wrong]:
        lines[wrong] = blanked[wrong]
        wrong = _wrong_line(lines)
    return lines if wrong is None else blanked


def _wrong_line(lines: list[str]) -> int | None:
    """Return the index of the line that is not Python, or ``None`` where all are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they come when the cell is run
        try:
            compile("\n".join(lines), "cell", "exec", _CELL | ast.PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError as error:
            return min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
        except (ValueError, RecursionError, MemoryError):  # said when the cell is run
            pass
    return None


_CELL = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def _run_notebook(argv: list[str], options: Options) -> int:
    """Run the code cells of a notebook one after the other in one ``__main__``."""
    path = argv[0]
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        cells = list(_cells(document))
    except OSError as error:
        print(f"{sys.executable}: can't open file {path!r}: {error}", file=sys.stderr)
        return 2
    except (ValueError, AttributeError, TypeError) as error:
        print(f"wattlab_calls: expected a notebook (JSON with cells) in {path}: {error}", file=sys.stderr)
        return 2
    module = types.ModuleType("__main__")
    vars(module).update(__builtins__=builtins, display=_display)
    sys.modules["__main__"] = module
    sys.argv = list(argv)
    sys.path[0] = os.path.dirname(os.path.realpath(path))  # noqa: PTH120
    sys.excepthook = traceback.print_exception  # the interpreter's own reads the lines from a file
    return int(wattlab_probe.run_whole(lambda: _run_cells(cells, path, vars(module), options)))


def _run_cells(
    cells: list[tuple[_Cell, str]], path: str, namespace: dict[str, Any], options: Options
) -> None:
    flags = _CELL
    for cell, source in cells:
        name = f"{path} (cell {cell.number})"
        linecache.cache[name] = (len(source), None, [f"{line}\n" for line in source.split("\n")], name)
        code = _instrumented(source, name, _named(path, options), options, cell, flags)
        flags |= code.co_flags & _FUTURE
        result = eval(code, namespace)
        if code.co_flags & _COROUTINE:
            import asyncio

            asyncio.run(result)


_COROUTINE = 0x80  # inspect.CO_COROUTINE
_FUTURE = functools.reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)


def _display(*values: Any, **_: Any) -> None:
    """Stand in for what IPython gives every notebook."""
    for value in values:
        print(repr(value))


def _run_module(argv: list[str]) -> int:
    """Run ``python -m PACKAGE ARGS...``."""
    module = types.ModuleType("__main__")
    vars(module)["__builtins__"] = builtins
    sys.modules["__main__"] = module
    sys.argv = ["-m", *argv[1:]]
    run_as_main = runpy._run_module_as_main  # type: ignore[attr-defined]
    return int(wattlab_probe.run_whole(lambda: run_as_main(argv[0])))


_USAGE = """usage: python -m wattlab_calls --out=DIR --libs=NAME,... [--root=DIR] [--sizes] [--sync-device]
                               [--gate] SCRIPT.py|NOTEBOOK.ipynb|-m PACKAGE [ARGS...]"""


def _parse(argv: list[str]) -> tuple[Options, list[str]]:
    """Tell the options from the command.

    Raises:
        ValueError: an option is missing or unknown.
    """
    given: dict[str, Any] = {}
    place = 0
    while place < len(argv) and argv[place].startswith("--"):
        name, _, value = argv[place][2:].partition("=")
        given[name.replace("-", "_")] = value or True
        place += 1
    for name in ("out", "libs"):
        if not isinstance(given.get(name), str):
            raise ValueError(f"expected --{name}=VALUE before the program")
    command = argv[place:]
    if not command or (command[0] == "-m" and len(command) < 2):
        raise ValueError("expected a script, a notebook or -m PACKAGE")
    default = os.getcwd() if command[0] == "-m" else os.path.dirname(os.path.realpath(command[0]))  # noqa: PTH109, PTH120
    given["root"] = os.path.realpath(given.get("root", default))
    given["out"] = os.path.abspath(given["out"])  # noqa: PTH100  (the program may change its folder)
    given["libs"] = [name for name in given["libs"].split(",") if name]
    return Options(**given), command


def _record_calls(options: Options) -> None:
    """Begin to record in this process and in those that it starts."""
    os.environ[_OPTIONS] = json.dumps(options._asdict())
    _now.set(options, _new_gate() if options.gate else None)
    if options.gate and _now.gate is None:
        _now.record.note(f"calls do not wait for a stable machine: {_GATE} names no open descriptors")
    sys.meta_path.insert(0, _Finder(options))
    if "multiprocessing.spawn" in sys.modules:
        _follow_spawned(sys.modules["multiprocessing.spawn"])


vars(builtins).update(_NAMES)
atexit.register(_truncate)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_now.begin_fork)


def _main() -> int:
    try:
        options, command = _parse(sys.argv[1:])
    except (ValueError, TypeError, KeyError) as error:
        print(f"{_USAGE}\nwattlab_calls: {error}", file=sys.stderr)
        return 2
    _record_calls(options)
    if command[0] == "-m":
        return _run_module(command[1:])
    if command[0].endswith(".ipynb"):
        return _run_notebook(command, options)
    return int(
        wattlab_probe.run_file(
            command, lambda source, path: _instrumented(source, path, _named(path, options), options)
        )
    )


if __name__ == "__main__":
    # The program's processes may import this too: both must be the same module.
    import wattlab_calls  # type: ignore[import-not-found]

    sys.exit(wattlab_calls._main())
