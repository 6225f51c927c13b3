"""Say when things happen inside a measured program: runs, actions, epochs, calls.

Standard library only, one module, Python 3.8 and newer. It is put on the path of the measured
process by Wattlab's runner, which also sets two variables:

- ``WATTLAB_EVENTS``: the ``events.jsonl`` to append to. Unset: every function here does nothing,
  so that an instrumented program runs anywhere.
- ``WATTLAB_PARENT``: id of the enclosing span, which is the run.

Use it in a program::

    import wattlab_probe as probe

    with probe.action("prepare images"):
        ...
    with probe.action("train"):
        model.fit(..., callbacks=[probe.keras_callback()])
    probe.useful_work(val_accuracy=0.81)

or leave the program as it is: ``python -m wattlab_probe SCRIPT.py ARGS...`` runs a script that trains
with Keras, Lightning or the ``Trainer`` of Hugging Face unchanged and records every epoch of every training.

Each event is one line, written with a single append: several processes and threads may write, and
a killed one tears at most its last line. A failure to write never breaks the measured program; it
is said once on standard error, and the missing stop is seen by the analysis.

At the end of the process the probe appends one line to ``modules.jsonl`` next to the event file: the
modules that were imported and their files, without those of Python itself and of installed packages.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import contextvars
import functools
import importlib.machinery
import inspect
import itertools
import json
import math
import os
import re
import signal
import sys
import threading
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import TracebackType

OWN_FILES = {__file__}
"""Files of ours: no part of the program, and their frames are taken out of its tracebacks."""

RUN_ID = 1
"""Id of the ``run`` span, which the runner writes."""

_PID_SHIFT = 20  # ids stay below 2**53, the integers that every JSON reader holds exactly
_numbers = itertools.count(1)
_current: contextvars.ContextVar[Span | None] = contextvars.ContextVar("wattlab_span", default=None)


class EventFile:
    """An ``events.jsonl`` open for appending.

    Args:
        path: the file; made if absent, its folder must exist.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()  # the program may change its folder
        self._fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        size = os.fstat(self._fd).st_size
        self._torn = size > 0 and os.pread(self._fd, 1, size - 1) != b"\n"

    def append(self, event: dict[str, Any]) -> None:
        """Append one event, given as a dictionary.

        Raises:
            OSError: the file did not take the whole line, for example because the disk is full.
        """
        line = json.dumps(event, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if self._torn:  # close the torn line: it stays as evidence and cannot swallow this one
            line = b"\n" + line
        written = os.write(self._fd, line)
        self._torn = 0 < written < len(line)
        if self._torn:  # a disk that fills up takes a part first and refuses the rest
            os.write(self._fd, line[written:])
            self._torn = False


class _Output:
    """The event file of this process as its environment names it; opened at the first event."""

    def __init__(self) -> None:
        self._file: EventFile | None = None
        self._lock = threading.Lock()
        self._silent = not os.environ.get("WATTLAB_EVENTS")
        if hasattr(os, "register_at_fork"):  # a fork must not inherit a lock that a thread holds
            os.register_at_fork(after_in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()

    @property
    def active(self) -> bool:
        return not self._silent

    def append(self, event: dict[str, Any]) -> None:
        if self._silent:
            return
        try:
            with self._lock:
                if self._file is None:
                    self._file = EventFile(os.environ["WATTLAB_EVENTS"])
                self._file.append(event)
        except OSError as error:
            self._silent = True
            print(
                f"wattlab_probe: cannot write to {os.environ['WATTLAB_EVENTS']}: {error}. The program "
                "continues, but this run has no further events; free space there, then repeat the run",
                file=sys.stderr,
            )


_output = _Output()


def _environment_parent() -> int | None:
    """Return the id of the span around this process, or ``None``."""
    value = os.environ.get("WATTLAB_PARENT", "")
    return int(value) if value.isdigit() else None


def _new_id() -> int:
    return (os.getpid() << _PID_SHIFT) | next(_numbers)


def _plain(value: Any) -> Any:
    """Return a value as JSON types. NaN and infinities, which JSON lacks, become ``None``."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):  # a number of an array library
        return _plain(value.item())
    try:
        return _plain(float(value))
    except (TypeError, ValueError):
        return str(value)


def _event(
    kind: str, span: str, name: str, identity: int, parent: int | None, data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "t_utc_s": round(time.time(), 6),
        "t_mono_s": round(time.monotonic(), 6),
        "event": kind,
        "span": span,
        "name": str(name),
        "id": identity,
        "parent": parent,
        "pid": os.getpid(),
        "data": _plain(data),
    }


def _resident_mib() -> float | None:
    """Return the memory that this process holds in RAM in MiB, or ``None`` where /proc does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 3)
    except (OSError, ValueError, IndexError):
        return None


class Span:
    """A stretch of time with a name: starts and stops as a context manager or by hand.

    Items set on it (``span["loss"] = 0.3``) go into its stop. An exception that leaves it is
    recorded as ``error`` and passes through. Spans nest by context: threads and tasks each have
    their own chain; in a new thread it begins at the run. The stop of an epoch carries the resident
    memory of the process as ``rss_mib``.

    Args:
        kind: ``run`` | ``action`` | ``epoch`` | ``call``.
        name: as shown in reports.
        data: JSON data of the start.
        identity: id; a new one unless given.
        output: where events go; the file of ``WATTLAB_EVENTS`` unless given.

    Attributes:
        t_start_utc_s, t_start_mono_s, t_stop_utc_s: the stamps as written; ``None`` before.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        data: dict[str, Any] | None = None,
        identity: int | None = None,
        output: EventFile | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.id = _new_id() if identity is None else identity
        self._data = dict(data or {})
        self._stop_data: dict[str, Any] = {}
        self._output: EventFile | _Output = output or _output
        self._outer: Span | None = None
        self._parent: int | None = None
        self.t_start_utc_s: float | None = None
        self.t_start_mono_s: float | None = None
        self.t_stop_utc_s: float | None = None
        self._pid: int | None = None  # of the process that started it, while it is open

    def __setitem__(self, key: str, value: Any) -> None:
        self._stop_data[key] = value

    def start(self, at: tuple[float, float] | None = None) -> Span:
        """Write the start; spans started from here on lie inside this one.

        Args:
            at: when it began on the wall clock and the monotonic clock in seconds, where that is not now.
        """
        self._outer = _current.get()
        self._parent = _environment_parent() if self._outer is None else self._outer.id
        if self.kind == "run":
            self._parent = None
        self._pid = os.getpid()
        _current.set(self)
        event = _event("start", self.kind, self.name, self.id, self._parent, self._data)
        if at is not None:
            event["t_utc_s"], event["t_mono_s"] = at
        self.t_start_mono_s = event["t_mono_s"]
        self.t_start_utc_s = event["t_utc_s"]
        self._output.append(event)
        return self

    def stop(self, error: BaseException | None = None, at: tuple[float, float] | None = None) -> None:
        """Write the stop, after those of spans inside that were left open; once is enough.

        Args:
            error: the exception that ended it, or ``None``.
            at: when it ended on the wall clock and the monotonic clock in seconds, where that is not now.
        """
        if self._pid != os.getpid():  # never started, stopped already, or a fork's copy of it
            return
        self._pid = None
        inner = _current.get()
        if self._encloses(inner):
            while inner is not None and inner is not self:
                inner.stop(error)
                inner = inner._outer
            _current.set(self._outer)
        if error is not None:
            self._stop_data["error"] = type(error).__name__
        data = self._stop_data
        if self.kind == "epoch":
            data = dict(self._memory(), **self._data, **data)
        event = _event("stop", self.kind, self.name, self.id, self._parent, data)
        if at is not None:
            event["t_utc_s"], event["t_mono_s"] = at
        self.t_stop_utc_s = event["t_utc_s"]
        self._output.append(event)

    def _memory(self) -> dict[str, float]:
        """Return the resident memory, of an epoch of this process; for other processes the runner does."""
        mib = _resident_mib() if self._output is _output and _output.active else None
        return {} if mib is None else {"rss_mib": mib}

    def _encloses(self, span: Span | None) -> bool:
        while span is not None:
            if span is self:
                return True
            span = span._outer
        return False

    def __enter__(self) -> Span:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(error)


def action(name: str, **data: Any) -> Span:
    """Mark an action of the program, such as ``train``: ``with probe.action("train"):``."""
    return Span("action", name, data)


def epoch(number: Any, **data: Any) -> Any:
    """Mark one epoch, counted from 1: ``with probe.epoch(3) as e: e["loss"] = 0.3``.

    As a decorator of a function that trains one epoch (``@probe.epoch``), each of its calls is the next
    epoch; the items of a dictionary that it returns go into the epoch.
    """
    if not callable(number):
        return Span("epoch", "epoch", dict(data, epoch=number))
    numbers = itertools.count(1)
    return _decorated(number, lambda: Span("epoch", "epoch", {"epoch": next(numbers)}), keep_result=True)


def call(name: Any, **data: Any) -> Any:
    """Mark one call of an interface: ``with probe.call("keras.Model.fit"):``.

    As a decorator (``@wattlab_probe.call``) it marks every call of a function by its module and name.
    """
    if not callable(name):
        return Span("call", name, data)
    return _decorated(name, lambda: Span("call", f"{name.__module__}.{name.__qualname__}"))


def _decorated(function: Any, new_span: Callable[[], Span], keep_result: bool = False) -> Any:
    """Return a function, plain or ``async``, with a new span around each of its calls.

    Raises:
        TypeError: it is a generator, whose body runs after its call.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"wattlab_probe: expected a function that returns a result, but {function.__qualname__} is a "
            f"generator, whose body runs after the call. Mark what consumes it, or use `with` within it"
        )

    def keep(span: Span, result: Any) -> Any:
        if keep_result and isinstance(result, dict):
            span._stop_data.update(result)
        return result

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def timed(*args: Any, **kwargs: Any) -> Any:
            with new_span() as span:
                return keep(span, await function(*args, **kwargs))
    else:

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with new_span() as span:
                return keep(span, function(*args, **kwargs))

    return timed


def mark(name: str, **data: Any) -> None:
    """Record a point in time inside the span that is open."""
    outer = _current.get()
    _mark("run" if outer is None else outer.kind, name, data)


def useful_work(**kinds: Any) -> None:
    """Record what the run achieved, for the efficiency factors.

    Args:
        **kinds: ``val_accuracy``, ``macro_f1``, ``precision``, ``recall`` (shares, 0 to 1),
            ``correct``, ``samples`` (counts) or any further kind of your own.
    """
    _mark("run", "useful_work", kinds)


def provenance(**facts: Any) -> None:
    """Record where data and weights came from: ``dataset``, ``dataset_images``, ``weights``, ..."""
    _mark("run", "provenance", facts)


def _mark(span: str, name: str, data: dict[str, Any]) -> None:
    outer = _current.get()
    parent = _environment_parent() if outer is None else outer.id
    _output.append(_event("mark", span, name, _new_id(), parent, data))


# --- imported modules ------------------------------------------------------------------------------

_main_file = getattr(sys.modules.get("__main__"), "__file__", None)  # Python takes it away before the end


def _imported_files() -> dict[str, str]:
    """Return the file of each imported module that is neither Python's own nor of an installed package."""
    library = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120  (pathlib is slower, and this is timed)
    own = object.__getattribute__  # past the hooks of lazy modules, which would import something now
    found = {}
    for name, module in list(sys.modules.items()):
        try:
            path: Any = own(module, "__dict__").get("__file__")
            path = path or (_main_file if name == "__main__" else "")
            if "/site-packages/" in path or "/dist-packages/" in path or path.startswith(library):
                continue
        except Exception:  # no module, or no file
            continue
        if path and path not in OWN_FILES:
            found[str(name)] = str(path)
    return found


def _tell_modules(file: str, folder: str) -> None:
    """Append the imported modules to a file; paths that are relative are taken from a folder.

    It happens within the rating interval, so that nothing is read or hashed here: that is the runner's.
    """
    try:
        modules = {name: os.path.join(folder, path) for name, path in _imported_files().items()}  # noqa: PTH118
        line = json.dumps({"pid": os.getpid(), "modules": modules}).encode() + b"\n"
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        print(f"wattlab_probe: cannot say which modules were imported: {error}", file=sys.stderr)


if _output.active and __name__ != "__main__":  # as the launcher this module is there twice
    with contextlib.suppress(OSError):  # the program's folder is gone: nothing can be said of it
        _events = Path(os.environ["WATTLAB_EVENTS"]).absolute()
        atexit.register(_tell_modules, str(_events.with_name("modules.jsonl")), os.getcwd())  # noqa: PTH109


# --- frameworks ------------------------------------------------------------------------------------


def keras_callback(samples: int | None = None, **data: Any) -> Any:
    """Return a Keras callback that records every epoch with what Keras reports about it.

    The span begins at ``on_epoch_begin`` and ends at ``on_epoch_end``, validation included. Epochs
    are counted from 1.

    Args:
        samples: training samples seen in an epoch, where known.
        **data: further data for each epoch.

    Raises:
        ImportError: there is no Keras in this environment.
    """
    given = dict(data) if samples is None else dict(data, samples=samples)
    return _new_callback("keras", _keras().callbacks.Callback, given)


def lightning_callback(**data: Any) -> Any:
    """Return a callback of Lightning that records every epoch with the metrics that were logged in it.

    The span begins at ``on_train_epoch_start`` and ends at ``on_train_epoch_end``, validation included.
    Epochs are counted from 1.

    Args:
        **data: further data for each epoch.

    Raises:
        ImportError: there is neither ``lightning`` nor ``pytorch_lightning`` in this environment.
    """
    try:
        callbacks = importlib.import_module("lightning.pytorch.callbacks")
    except ModuleNotFoundError:
        callbacks = importlib.import_module("pytorch_lightning.callbacks")
    return _new_callback("lightning", callbacks.Callback, data)


def transformers_callback(**data: Any) -> Any:
    """Return a callback for the ``Trainer`` of Hugging Face that records every epoch with its logs.

    The span begins at ``on_epoch_begin``. It ends at ``on_epoch_end`` or, where the epoch is followed by an
    evaluation or a checkpoint, after that. Metrics named ``eval_...`` become ``val_...``, as Keras has
    them. Epochs are counted from 1.

    Args:
        **data: further data for each epoch.

    Raises:
        ImportError: there is no ``transformers`` in this environment.
    """
    return _new_callback("transformers", importlib.import_module("transformers").TrainerCallback, data)


def _keras() -> Any:
    """Import the Keras that ``tf.keras`` means here: a script may ask for the old one."""
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true"):
        return importlib.import_module("tf_keras")
    try:
        return importlib.import_module("keras")
    except ModuleNotFoundError as error:
        if error.name != "keras":
            raise
        return importlib.import_module("tensorflow").keras


class _EpochTimer:
    """The epochs of one training, one after the other."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.span: Span | None = None

    def begin(self, number: int) -> None:
        self.span = Span("epoch", "epoch", dict(self.data, epoch=number)).start()

    def note(self, metrics: dict[str, Any] | None) -> None:
        for name, value in (metrics or {}).items():
            if self.span is not None:
                self.span[name] = _plain(value)

    def end(self) -> None:
        if self.span is not None:
            self.span.stop()
        self.span = None


class _Epochs:
    _wattlab: _EpochTimer


class _KerasEpochs(_Epochs):
    """What a Keras callback does."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._wattlab.begin(epoch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._wattlab.note(logs)
        self._wattlab.end()


class _LightningEpochs(_Epochs):
    """What a callback of Lightning does."""

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        self._wattlab.begin(trainer.current_epoch + 1)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        self._wattlab.note(trainer.callback_metrics)
        self._wattlab.end()


class _TransformersEpochs(_Epochs):
    """What a callback of Hugging Face's ``Trainer`` does.

    After ``on_epoch_end`` the trainer logs, evaluates and saves in this order, as ``control`` then says.
    """

    _awaited = ""

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._finish("")
        self._epoch = math.floor(state.epoch or 0.0) + 1
        self._wattlab.begin(self._epoch)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        named = {re.sub("^eval_", "val_", name): value for name, value in (logs or {}).items()}
        named.pop("epoch", None)  # a fraction, and counted from 0
        self._wattlab.note(named)
        self._finish("log")

    def on_epoch_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        steps = [step for step in ("log", "evaluate", "save") if getattr(control, f"should_{step}")]
        self._awaited = steps[-1] if steps else ""
        if not steps:
            self._finish("")

    def on_evaluate(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._finish("evaluate")

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._finish("save")

    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._finish("")

    def _finish(self, step: str) -> None:
        """End the epoch if this step is the last that belongs to it; any step is, where none is named."""
        if step in ("", self._awaited):
            self._awaited = ""
            self._wattlab.end()


_EPOCHS = {"keras": _KerasEpochs, "lightning": _LightningEpochs, "transformers": _TransformersEpochs}


def _new_callback(framework: str, base: Any, data: dict[str, Any]) -> Any:
    """Return a callback of a framework, a subclass of its own base class."""
    callback = _callback_class(framework, base)()
    callback._wattlab = _EpochTimer(data)
    return callback


@functools.lru_cache(maxsize=None)  # noqa: UP033  (Python 3.8 has no functools.cache)
def _callback_class(framework: str, base: Any) -> Any:
    def reduce(
        callback: Any,
    ) -> Any:  # where a trainer is sent to other processes: classes made here have no name
        return _new_callback, (framework, base, callback._wattlab.data)

    return type("WattlabCallback", (_EPOCHS[framework], base), {"__reduce__": reduce})


# --- launcher --------------------------------------------------------------------------------------


class _TrainingHook:
    """Wrap what trains in each framework right after the program itself has imported that."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find such a module with the other finders, and arrange for its training to be wrapped."""
        if name not in _TRAINED_BY:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            _wrap_after(spec.loader, _TRAINED_BY[name])
        return spec


def _wrap_after(loader: Any, wrap: Callable[[Any], None]) -> None:
    """Let a module's loader wrap what trains once the module has been executed."""
    execute: Callable[[types.ModuleType], None] = loader.exec_module

    def exec_module(module: types.ModuleType) -> None:
        execute(module)
        wrap(module)

    loader.exec_module = exec_module


def _wrap(owner: Any, name: str, run: Callable[..., Any]) -> None:
    """Replace a method of a class, once, by one that gets the original method first."""
    original = getattr(owner, name, None)
    if original is None or hasattr(original, "_wattlab"):
        return

    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:
        return run(original, *args, **kwargs)

    method._wattlab = True  # type: ignore[attr-defined]
    setattr(owner, name, method)


def _wrap_keras(keras: Any) -> None:
    model, callback = getattr(keras, "Model", None), getattr(keras, "callbacks", None)
    if model is None or callback is None:
        return
    signature = inspect.signature(model.fit)

    def fit(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return original(*args, **kwargs)  # the program's mistake: let Keras say so
        samples = _samples(bound.arguments)
        data = {} if samples is None else {"samples": samples}
        added = _new_callback("keras", callback.Callback, data)
        given = bound.arguments.get("callbacks")
        if isinstance(given, callback.CallbackList):  # used by Keras as it is, not copied
            given.append(added)
        else:
            given_list = list(given) if isinstance(given, (list, tuple)) else [given]
            bound.arguments["callbacks"] = [item for item in given_list if item is not None] + [added]
        try:
            with action("train"):
                return original(*bound.args, **bound.kwargs)
        finally:
            if isinstance(given, callback.CallbackList):
                given.callbacks.remove(added)

    _wrap(model, "fit", fit)


def _wrap_lightning(module: Any) -> None:
    def fit(original: Callable[..., Any], trainer: Any, *args: Any, **kwargs: Any) -> Any:
        added = _new_callback("lightning", module.Callback, {})
        trainer.callbacks.append(added)
        try:
            with action("train"):
                return original(trainer, *args, **kwargs)
        finally:
            if added in trainer.callbacks:
                trainer.callbacks.remove(added)

    _wrap(module.Trainer, "fit", fit)


def _wrap_transformers(module: Any) -> None:
    def train(original: Callable[..., Any], trainer: Any, *args: Any, **kwargs: Any) -> Any:
        added = _new_callback("transformers", module.TrainerCallback, {})
        trainer.add_callback(added)
        try:
            with action("train"):
                return original(trainer, *args, **kwargs)
        finally:
            trainer.remove_callback(added)

    _wrap(module.Trainer, "train", train)


_TRAINED_BY: dict[str, Callable[[Any], None]] = {
    "keras": _wrap_keras,
    "tf_keras": _wrap_keras,
    "lightning.pytorch.trainer.trainer": _wrap_lightning,
    "pytorch_lightning.trainer.trainer": _wrap_lightning,
    "transformers.trainer": _wrap_transformers,
}
"""What wraps the training of a framework, by the module that defines it."""


def _samples(arguments: dict[str, Any]) -> int | None:
    """Return how many samples an epoch of ``fit`` sees, or ``None`` where its input does not say."""
    x = arguments.get("x")
    if isinstance(x, dict):
        x = next(iter(x.values()), None)
    if isinstance(x, (list, tuple)):
        x = x[0] if x else None
    shape = getattr(x, "shape", None)
    if arguments.get("steps_per_epoch") is not None or not shape or not isinstance(shape[0], int):
        return None
    return math.floor(shape[0] * (1.0 - (arguments.get("validation_split") or 0.0)))


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename in OWN_FILES:
        trace = trace.tb_next
    if trace is not None:
        trace.tb_next = _without_own_frames(trace.tb_next)
    return trace


def _clean_tracebacks(error: BaseException) -> None:
    """Take the frames of this module out of an exception and of those that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            found.__traceback__ = _without_own_frames(found.__traceback__)
            waiting += [found.__cause__, found.__context__]


def _main_module(script: str) -> types.ModuleType:
    """Make the ``__main__`` that Python itself would make for a script."""
    path = script if sys.version_info < (3, 9) else str(Path(script).absolute())
    module = types.ModuleType("__main__")
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    module.__dict__.update(
        __file__=path, __builtins__=builtins, __loader__=loader, __cached__=None, __package__=None
    )
    if sys.version_info < (3, 14):  # later it comes with the first annotation
        module.__annotations__ = {}
    return module


def run_script(argv: list[str]) -> int:
    """Run a script as ``python SCRIPT ARGS...`` would, recording each epoch of each training.

    Args:
        argv: the script and its arguments.

    Returns:
        as `run_whole`.
    """
    if _output.active:
        sys.meta_path.insert(0, _TrainingHook())
        for name, wrap in _TRAINED_BY.items():
            if name in sys.modules:
                wrap(sys.modules[name])
    return run_file(argv, _compiled)


def _compiled(source: bytes, path: str) -> types.CodeType:
    code: types.CodeType = compile(source, path, "exec", dont_inherit=True)
    return code


def run_file(argv: list[str], compiled: Callable[[bytes, str], types.CodeType]) -> int:
    """Run a script as ``python SCRIPT ARGS...`` would.

    Args:
        argv: the script and its arguments.
        compiled: makes the code of its source and path.

    Returns:
        as `run_whole`; 2 where the script cannot be read.
    """
    script = argv[0]
    module = _main_module(script)
    sys.argv = list(argv)
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = str(Path(script).resolve().parent)
    sys.modules["__main__"] = module
    try:
        with open(script, "rb") as file:
            source = file.read()
    except OSError as error:
        print(
            f"{sys.executable}: can't open file {script!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        return 2
    return run_whole(lambda: exec(compiled(source, str(module.__file__)), module.__dict__))


def run_whole(program: Callable[[], object]) -> int:
    """Run a program, and say of an uncaught exception what Python would.

    Returns:
        The exit code of an ended program or of an uncaught exception; ``SystemExit`` passes through.
    """
    try:
        program()
    except SystemExit as error:
        _clean_tracebacks(error)
        raise
    except BaseException as error:
        _clean_tracebacks(error)
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, KeyboardInterrupt):  # end by the signal, as Python does
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def _main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print("usage: python -m wattlab_probe SCRIPT.py [ARGS...]", file=sys.stderr)
        return 2
    return run_script(sys.argv[1:])


if __name__ == "__main__":
    # The program may import the probe too: both must be the same module, or ids would repeat.
    import wattlab_probe  # type: ignore[import-not-found]

    sys.exit(wattlab_probe._main())
