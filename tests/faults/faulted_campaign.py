"""One campaign under faults: started, gone on with after every end of its controller, judged at its end."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from campaign_processes import CONDUCTOR, find, inheriting
from far_sut import FAR_SUT
from lab_program import LAB, rejected
from short_campaign import config
from stepped_clock import SteppedClock
from true_energy import counted_runs, deviations, garbled

from records.errors import RecordError
from records.files import hash_tree
from records.journal import read_journal
from records.journal_events import OrphanAborted, RunEnded, RunStarted

sys.path.append(str(Path(__file__).parents[1]))
from ssh_bench import SshBench

_LEFT_S = 15.0
_FAR_LEFT_S = 90.0  # the shared connection of a killed controller stays for a minute
_MAX_STARTS = 200


class FaultedCampaign:
    """A campaign that goes on until all of its runs are completed.

    Args:
        folder: gets ``lab.toml`` and the campaign.
        words: folder that gets what the controllers print; its disk is never full.
        clock: the wall clock of its processes.
        chance: draws when the meter's line is garbled.
        repeats: of each scenario.
        bench: where the SUT is, behind ssh; this machine if ``None``.
        garbled: whether the meter's line is garbled at times.

    Attributes:
        path: the campaign's folder.
        starts: how often a controller was started.
        problems: what was lost, damaged or broken, in words.
    """

    def __init__(
        self,
        folder: Path,
        words: Path,
        clock: SteppedClock,
        chance: random.Random,
        repeats: int,
        bench: SshBench | None = None,
        garbled: bool = True,
    ) -> None:
        self.path = folder / "c"
        self._words, self._clock = words / "words.txt", clock
        self._config = folder / "lab.toml"
        self.bench = bench
        self._config.write_text(config(chance, repeats, "" if bench is None else FAR_SUT, garbled))
        self._completed: dict[str, dict[str, str]] = {}
        self.problems: list[str] = []
        self.starts = 0
        self._start()

    def _start(self) -> None:
        self.starts += 1
        again = (self.path / "campaign.json").exists()
        if not again:
            shutil.rmtree(self.path, ignore_errors=True)
        words = ["resume", self.path] if again else ["run", "--config", self._config, "--out", self.path]
        with open(self._words, "w") as output:
            self.controller = subprocess.Popen(
                [LAB, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # The lock of the machine is in its own folder: several jobs run at once.
                env={
                    **os.environ,
                    **({} if self.bench is None else self.bench.environment),
                    **self._clock.environment,
                    "TMPDIR": str(self._words.parent),
                },
            )

    def goes_on(self) -> bool:
        """Take note of what was completed, start the next controller; ``False`` at the end."""
        self._note_completed()
        if (code := self.controller.poll()) is None:
            return True
        text = self._words.read_text()
        if "Traceback" in text or code not in (0, 1, 3, -signal.SIGKILL):
            self.problems.append(f"controller {self.starts} ended with {code}: {text[-1500:]}")
        if code == 0 or self.starts >= _MAX_STARTS:
            return False
        self._start()
        return True

    def rest(self, seconds: float) -> None:
        """Let it run for a while, taking note of what is completed, but start nothing."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._note_completed()
            time.sleep(min(0.1, left))

    def under_way(self) -> str | None:
        """Return the folder of the run that is under way."""
        run = None
        for entry in self._entries():
            if isinstance(entry, RunStarted):
                run = entry.run_dir
            elif isinstance(entry, RunEnded | OrphanAborted) and entry.run_dir == run:
                run = None
        return run

    def process(self, role: str) -> int | None:
        """Return the id of one of its processes, if there is one now."""
        if role == CONDUCTOR:
            return self.controller.pid if self.controller.poll() is None else None
        return find(role, self._clock.mark)

    def status(self, run: str | None) -> str:
        """Return what became of a run, or of the moment where there was none."""
        if run is None:
            return "none"
        try:
            record = json.loads((self.path / "runs" / run / "run.json").read_text())
        except (OSError, ValueError):
            return "damaged"
        return str(record["status"])

    def garbled_runs(self) -> list[str]:
        """Return the runs whose readings came garbled, once for each time."""
        runs = sorted((self.path / "runs").glob("*"))
        return [run.name for run in runs for _ in range(garbled(run))]

    def judge(self) -> dict[str, float]:
        """Look for everything that must hold at the end; return the deviations of the energies counted."""
        self._expect(self.controller.returncode == 0, f"not complete after {self.starts} starts")
        self._judge_processes()
        for name, hashes in self._completed.items():
            now = hash_tree(self.path / "runs" / name)
            self._expect(now == hashes, f"{name}: completed once, and changed since")
        plan = json.loads((self.path / "campaign.json").read_text())["plan"]
        slots = Counter(name.partition(".")[0] for name in self._completed)
        self._expect(len(slots) == len(plan), f"{len(slots)} of {len(plan)} slots are completed")
        self._expect(set(slots.values()) <= {1}, f"completed more than once: {slots}")
        self.problems += rejected(self.path)
        counted = [row["run_dir"] for row in counted_runs(self.path)]
        self._expect(sorted(counted) == sorted(self._completed), f"counted: {counted}")
        found = deviations(self.path, self._clock)
        for name, share in found.items():
            self._expect(share <= 1, f"{name}: counted with an energy {share:.2f} limits from the true one")
        return found

    def _judge_processes(self) -> None:
        deadline = time.monotonic() + (_LEFT_S if self.bench is None else _FAR_LEFT_S)
        while (left := inheriting(self._clock.mark)) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._expect(not left, f"processes left: {left}")

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def _note_completed(self) -> None:
        for entry in self._entries():
            new = isinstance(entry, RunEnded) and entry.run_dir not in self._completed
            if new and entry.status == "completed":
                self._completed[entry.run_dir] = hash_tree(self.path / "runs" / entry.run_dir)

    def _entries(self) -> list[object]:
        try:
            return list(read_journal(self.path / "journal.jsonl")[0])
        except (RecordError, OSError):
            return []
