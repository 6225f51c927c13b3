"""The tracker of a run: its wrapper is led through its steps, and ``trackers.csv`` says how that went.

Whatever a tracker does, the program is run; that a tracker has no sensor, fails or hangs is a result of its
own. Linux only, standard library only: it runs on the system under test.
"""

import csv
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from records.stop_signal import StopSignal
from records.tracker_columns import CONDUCT_COLUMNS, TRACKER_COLUMNS
from records.words import counted
from workload import processes
from workload.wrapper_process import WrapperProcess

STEP_LIMIT_S = 120.0
"""How long each step of a wrapper may take."""

WINDOW_SHARE = 0.01
"""A tracker's own window may differ from the rating interval by this share of it."""

_SETTLE_S = 3.0  # to end after the result
_WARNING = re.compile(r"\b(warning|error|critical)\b", re.IGNORECASE)
_MOST_WARNINGS = 20
_ENERGIES = ("energy_wh", "cpu_wh", "gpu_wh", "ram_wh", "emissions_kg")


@dataclass(frozen=True)
class TrackerTask:
    """What to run.

    Attributes:
        name: of the tracker.
        command: its wrapper and the options of that, without ``--run-dir``.
        interval_s: time between its samples in seconds, for its row.
        limit_s: longest time that each step may take, in seconds.
    """

    name: str
    command: Sequence[str]
    interval_s: float = 1.0
    limit_s: float = STEP_LIMIT_S


class Tracking:
    """The tracker of one run, built and waiting.

    Args:
        task: what to run.
        run_dir: folder of the run.
        environment: variables of the wrapper.
        stop: of the runner.

    Attributes:
        is_around: whether the tracker itself starts the program, within its own command line.
    """

    def __init__(
        self, task: TrackerTask, run_dir: Path, environment: dict[str, str], stop: StopSignal
    ) -> None:
        self.task = task
        self._run_dir = run_dir
        self._row: dict[str, Any] = {}
        self._failures: list[tuple[str, str]] = []
        self._cpu_s = 0.0
        self._went_utc_s = 0.0
        self._wrapper: WrapperProcess | None = None
        try:
            self._wrapper = WrapperProcess(task.name, task.command, run_dir, environment, task.limit_s, stop)
        except OSError as error:
            self._failures.append(("crashed", f"build: its wrapper cannot be started: {error}"))
        self.is_around = bool(self._step("build").get("around"))

    @property
    def works(self) -> bool:
        """Whether the tracker has done all that was asked of it so far."""
        return self._wrapper is not None and not self._failures

    def start(self) -> None:
        """Start the tracker. When this returns the program is to begin, however that went."""
        if self._wrapper is not None and self.works:
            self._wrapper.send(go=[])
            self._row["t_start_utc_s"] = self._step("start").get("t_to_utc_s")
        self.begin()

    def begin(self) -> None:
        """The program begins now: from here on the CPU time of the tracker counts."""
        if self.works:
            self._cpu_s = self._used_s()
        else:
            self.end()

    def go_around(self, program: Sequence[str]) -> "WrapperProcess | None":
        """Let the tracker start a program within its own command line; return the wrapper to wait for."""
        self._went_utc_s = time.time()
        if self._wrapper is not None and self.works:
            self._wrapper.send(go=list(program))
        return self._wrapper

    def begin_around(self, t_start_utc_s: float) -> None:
        """The program began within the tracker's command line."""
        self._row["start_s"] = round(t_start_utc_s - self._went_utc_s, 6)
        self.begin()

    def take_failure(self, step: str) -> None:
        """Take down what the wrapper says of a step that ended too early, and end the tracker."""
        self._step(step)
        if self.works:
            self._failures.append(("crashed", f"{step}: it ended without starting the program"))
        self.end()

    def program_ended(self, inner_pid: int | None = None, inner_cpu_s: float = 0.0) -> None:
        """Tell the tracker, without waiting for its answer, that the program has ended.

        Args:
            inner_pid: the process of ours that ran the program within the tracker's command line.
            inner_cpu_s: CPU seconds of that and of the program.
        """
        if self._wrapper is None or not self.works:
            return
        used_s = self._used_s(inner_pid) - self._cpu_s
        if inner_pid is not None and not Path(f"/proc/{inner_pid}").exists():  # collected by the tracker
            used_s -= inner_cpu_s
        self._row["tracker_cpu_s"] = round(max(0.0, used_s), 3)
        if not self.is_around:
            self._wrapper.send(stop=True)

    def fail(self, outcome: str, text: str) -> None:
        """Take down that the tracker did not do what it should, and end it."""
        self._failures.append((outcome, text))
        self.end()

    def finish(self, t_start_utc_s: float, t_stop_utc_s: float) -> str:
        """Take the tracker's result, end all of its processes, write its row.

        Args:
            t_start_utc_s: start of the rating interval.
            t_stop_utc_s: its end.

        Returns:
            The outcome.

        Raises:
            OSError: the row cannot be written.
        """
        if self.works:
            stopped = self._step("run" if self.is_around else "stop")
            if self.is_around:
                self._row["stop_s"] = round(max(0.0, stopped.get("t_to_utc_s", 0.0) - t_stop_utc_s), 6)
            else:
                self._row["t_stop_utc_s"] = stopped.get("t_from_utc_s")
        if self.works:
            self._take(self._step("result"), t_stop_utc_s - t_start_utc_s)
        self.end(_SETTLE_S)
        known = {key: value for key, value in self._row.items() if value is not None}
        self._write({"t_start_utc_s": t_start_utc_s, "t_stop_utc_s": t_stop_utc_s} | known)
        return self._failures[0][0] if self._failures else "ok"

    def end(self, settle_s: float = 0.0) -> None:
        """End all processes of the tracker.

        Args:
            settle_s: how long they may take to end by themselves; those still running were left behind.
        """
        wrapper, self._wrapper = self._wrapper, None
        left = wrapper.end(settle_s) if wrapper is not None else 0
        if left and settle_s:
            named = counted(left, "process", "processes")
            text = f"{named} of it still ran {settle_s:g} s after its result and were ended"
            self._failures.append(("orphan", text))

    def _step(self, name: str) -> dict[str, Any]:
        if self._wrapper is None:
            return {}
        message = self._wrapper.hear(name)
        if "failed" in message:
            self._failures.append((message["failed"], message["text"]))
            return {}
        self._row[f"{name}_s"] = message.get("took_s")
        return message

    def _used_s(self, but: int | None = None) -> float:
        return processes.cpu_s_of_tracker(self._wrapper.pid, but) if self._wrapper else 0.0

    def _take(self, message: dict[str, Any], rating_s: float) -> None:
        said = message.get("result")
        if not isinstance(said, dict):
            return
        self._row |= {key: said.get(key) for key in (*_ENERGIES, "version", "window_s")}
        self._row |= {"scope": said.get("scope_parts"), "extent": message.get("extent")}
        self._row |= {key: json.dumps(said.get(key) or {}) for key in ("settings", "method")}
        energy_wh, window_s = said.get("energy_wh"), said.get("window_s")
        if not energy_wh or not energy_wh > 0:
            self._row |= dict.fromkeys(_ENERGIES)
            found = "no energy" if energy_wh is None else f"{energy_wh:g} Wh"
            self._failures.append(("no-sensor", f"result: expected an energy, but it reported {found}"))
        elif window_s is not None and abs(window_s - rating_s) > WINDOW_SHARE * rating_s:
            self._failures.append(
                (
                    "window",
                    f"result: it measured {window_s:.2f} s, the program ran {rating_s:.2f} s: more than "
                    f"{100 * WINDOW_SHARE:g} % apart",
                )
            )

    def _write(self, row: dict[str, Any]) -> None:
        """Write ``trackers.csv`` so that a reader sees all of it or nothing."""
        row |= {
            "tracker": self.task.name,
            "interval_s": self.task.interval_s,
            "outcome": self._failures[0][0] if self._failures else "ok",
            "outcome_text": "; ".join(text for _, text in self._failures),
            "warnings": json.dumps(self._warnings()),
        }
        row |= {key: f"{row[key]:.6f}" for key in ("t_start_utc_s", "t_stop_utc_s")}
        path = self._run_dir / "trackers.csv"
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        with open(beside, "w", newline="", encoding="utf-8") as file:
            columns = (*TRACKER_COLUMNS, *CONDUCT_COLUMNS)
            writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerow(row)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _warnings(self) -> list[str]:
        """Return the different lines of the tracker's output that are warnings or errors."""
        try:
            text = (self._run_dir / "trackers" / self.task.name / "output.log").read_text(errors="replace")
        except OSError:
            return []
        lines = [line.strip()[:300] for line in text.splitlines() if _WARNING.search(line)]
        return list(dict.fromkeys(lines))[:_MOST_WARNINGS]
