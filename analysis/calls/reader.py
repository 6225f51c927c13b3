"""Records of calls on the time of the readings, under one numbering of the sites of a run."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.calls.covers import Indices
from analysis.calls.tally import Calls
from analysis.maths.arrays import Floats
from analysis.run.recorded import RecordedRun
from analysis.run.spans import run_span
from records.calls import CallFlag, CallSite, ProcessCalls
from records.errors import RecordError

GATE = CallSite(
    site=0,
    file="",
    line=0,
    column=0,
    end_line=0,
    cell=None,
    execution_count=None,
    function="",
    expression="",
    api="",
    kind="gate",
)
"""Waits for a stable machine, wherever they were."""

_UNKNOWN = replace(GATE, kind="call")
"""Of a record whose site was lost."""


class CallReader:
    """Turns records of a run into calls on the time of its trace.

    Args:
        recorded: the run.
        length_s: of its rating interval; what lies outside is cut off.

    Attributes:
        numbers: of the sites that were met; the processes of a run share the sites of their program.

    Raises:
        RecordError: nothing says what the monotonic clock of the records is in UTC.
    """

    def __init__(self, recorded: RecordedRun, length_s: float) -> None:
        self.numbers: dict[CallSite, int] = {}
        self._length_s = length_s
        self._clock = recorded.clock
        self._origin_utc_s = recorded.rating_interval[0]
        span = run_span(recorded.events)
        if span is None:
            raise RecordError(
                f"{recorded.path}: expected the span 'run' in events.jsonl, which relates the monotonic "
                f"clock of the record of calls to UTC; there is none. Repeat the run"
            )
        self._mono_s, self._utc_s = span.t_start_mono_s, span.t_start_utc_s

    def calls(self, process: ProcessCalls, records: NDArray[np.void]) -> Calls:
        """Return the calls of records of a process."""
        flags = records["flags"]
        return Calls(
            site=self._sites(process, records["site"], (flags & CallFlag.GATE_WAIT) > 0),
            thread=records["task"].astype(np.int64),
            depth=records["depth"].astype(np.int64),
            start_s=self._trace_s(records["start_ns"]),
            stop_s=self._trace_s(records["stop_ns"]),
            bytes=records["argument_bytes"].astype(np.int64),
            raised=(flags & CallFlag.RAISED) > 0,
            traced=(flags & CallFlag.TRACED) > 0,
            suspended=(flags & CallFlag.SUSPENDED) > 0,
        )

    def _sites(self, process: ProcessCalls, site: NDArray[np.uint32], gate: NDArray[np.bool_]) -> Indices:
        own, inverse = np.unique(np.where(gate, 0, site), return_inverse=True)
        known = [replace(process.sites[n], site=0) if n in process.sites else _UNKNOWN for n in own.tolist()]
        if gate.any():
            known[0] = GATE
        numbers = [self.numbers.setdefault(one, len(self.numbers)) for one in known]
        return np.array(numbers, dtype=np.int64)[inverse]

    def _trace_s(self, mono_ns: NDArray[np.int64]) -> Floats:
        since_s = np.asarray((mono_ns - round(self._mono_s * 1e9)) * 1e-9, dtype=np.float64)
        at_s = self._clock.to_controller_all(self._utc_s + since_s) - self._origin_utc_s
        return np.clip(at_s, 0.0, self._length_s)
