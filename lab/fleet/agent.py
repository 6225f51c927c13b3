"""The bench's side: runs blocks as ``lab run --plan``, one process each, and knows how the bench stands."""

import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from distributed import WorkerPlugin

from lab.conduct.doctor import examine
from lab.conduct.lease import BenchBusy, BenchLease, grant, is_held, read_lease
from lab.conduct.plan import duration
from lab.conduct.suts import sut_of
from lab.config.model import LabConfig
from lab.fleet.bench import BenchFile
from lab.fleet.orders import UNTESTED, BenchState, BlockAnswer, BlockOrder, measuring_code
from lab.fleet.stall import LOOK_S, SLACK_S, end_hung, longest_silence_s, wait
from records.campaign import Campaign, CampaignFolder
from records.documents import build
from records.errors import ConfigurationError, InterruptedCampaign, SutError, WattlabError
from records.files import sha256_of_json
from records.journal import read_journal
from records.journal_events import RunEnded
from records.shard import Shard
from records.times import now_utc_s
from sut.preflight import Subject

_NO_FAULT = (0, 1, ConfigurationError.exit_code, InterruptedCampaign.exit_code)
_LOOK_S = 0.2


class BenchAgent(WorkerPlugin):
    """Runs the orders of one bench and knows how it stands.

    Attributes:
        bench: the bench.
    """

    name = "wattlab-bench"

    def __init__(self, bench: BenchFile) -> None:
        self.bench = bench
        self._one_at_a_time = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._journal: Path | None = None
        self._fault = _unfinished(bench.folder)
        self._state = BenchState(
            name=bench.bench.name,
            model=bench.bench.model,
            simulated=bench.simulated,
            state="faulty" if self._fault else "idle",
            since_utc_s=now_utc_s(),
            reason=self._fault,
            code=measuring_code(),
        )

    @property
    def state(self) -> BenchState:
        """How the bench stands."""
        state = self._state
        if self._journal is None or state.state != "running":
            return state
        return replace(state, completed=_completed(self._journal))

    def run(self, order: BlockOrder) -> BlockAnswer:
        """Run a block, or resume it, or wait for the process that is running it already.

        Returns:
            How it ended; no exception leaves, since Dask would count it.
        """
        what = f"{order.campaign['id']}, block {order.block}"
        with self._one_at_a_time:
            code: int | str
            try:
                code, reason = self._run(order, what)
            except (ConfigurationError, InterruptedCampaign) as error:
                code, reason = error.exit_code, str(error)
            except WattlabError as error:  # 1 would say that the block was attempted to its end
                code, reason = SutError.exit_code, str(error)
            except OSError as error:
                code, reason = SutError.exit_code, f"{self.bench.folder}: {error}"
            self._fault = "" if code in _NO_FAULT else reason
            self._is("faulty" if self._fault else "idle", self._fault)
        return BlockAnswer(self._state.name, order.block, code, reason)

    def folder_of(self, campaign_id: str, block: int) -> Path:
        """Return the folder of a block: ``shard.json``, output of ``lab run``, and its folder ``c``."""
        return self.bench.folder / "shards" / campaign_id / f"block-{block:04d}"

    def stop(self) -> None:
        """Take no more orders, and end the running block in order; it can be resumed."""
        self._stopping = True
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()

    def _run(self, order: BlockOrder, what: str) -> tuple[int | str, str]:
        config = self.bench.configure(order.campaign["config"])
        silence_s = longest_silence_s(config) + SLACK_S
        lease = self._granted(what)
        if self._fault:
            self._is("self-test", self._fault, what, lease.number)
            failed = self_test(config)
            if failed:
                return UNTESTED, failed
        folder = self.folder_of(order.campaign["id"], order.block)
        folder.mkdir(parents=True, exist_ok=True)
        shard = Shard(
            campaign=_of_bench(order, config, self.bench.simulated),
            bench=lease.bench,
            folder=str(lease.folder),
            lease=lease.number,
        )
        shard.write(folder / "shard.json")
        self._journal = CampaignFolder(folder / "c").journal
        self._is("running", "", what, lease.number, len(shard.campaign.plan))
        return self._conduct(folder, silence_s)

    def _granted(self, what: str) -> BenchLease:
        """Return a lease, once the process of an earlier worker has ended; one that hangs is killed."""
        looked_s = time.monotonic()
        while not self._stopping:
            try:
                return grant(self.bench.bench.name, self.bench.folder, what)
            except BenchBusy as busy:
                if self._state.state != "waiting":
                    self._is("waiting", str(busy), what)
                if time.monotonic() - looked_s > LOOK_S:
                    looked_s = time.monotonic()
                    self._end_hung()
                time.sleep(_LOOK_S)
        raise InterruptedCampaign("the worker of the bench was ended by its operator")

    def _end_hung(self) -> None:
        holder = read_lease(self.bench.folder)
        if holder is not None and holder.host == socket.gethostname():
            end_hung(holder, self.bench.folder / "shards")

    def _conduct(self, folder: Path, silence_s: float) -> tuple[int, str]:
        argv = [sys.executable, "-m", "lab", "run", "--plan", str(folder / "shard.json")]
        argv += ["--out", str(folder / "c"), "--json"]
        with open(folder / "outcome.json", "wb") as out, open(folder / "lab.log", "ab") as log:
            began = log.tell()
            # In a session of its own: what has begun is measured to its end when this worker is killed.
            child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True
            )
            self._child = child
            if self._stopping:
                self.stop()
            ended = wait(child, CampaignFolder(folder / "c").journal, silence_s)
        self._child = None
        if not ended:
            return SutError.exit_code, f"`lab run` hung: no entry in its journal for {duration(silence_s)}"
        code = child.returncode
        if code < 0:
            return code, f"`lab run` was ended by signal {-code}"
        if code == 0:
            return code, ""
        missing = _missing(folder / "outcome.json") if code == 1 else None
        if missing is not None:
            return code, missing
        words = (folder / "lab.log").read_bytes()[began:].decode(errors="replace").strip()
        return SutError.exit_code if code == 1 else code, words.rpartition("lab: ")[2]

    def _is(
        self,
        state: str,
        reason: str = "",
        running: str | None = None,
        lease: int | None = None,
        planned: int = 0,
    ) -> None:
        self._state = replace(
            self._state,
            state=state,
            since_utc_s=now_utc_s(),
            reason=reason,
            running=running,
            planned=planned,
            lease=self._state.lease if lease is None else lease,
        )


def self_test(config: LabConfig) -> str:
    """Return what `lab doctor` finds wrong with meter, link or configuration, or an empty text.

    What state the SUT is in, such as its load, is the matter of each run's stability gate.
    """
    checks = examine(config, sut_of(config))
    failed = [check for check in checks if check.ok is False and check.subject is not Subject.SUT]
    return "; ".join(f"{check.name}: {check.message}" for check in failed)


def _of_bench(order: BlockOrder, config: LabConfig, simulated: bool) -> Campaign:
    campaign: Campaign = build(
        Campaign, {key: value for key, value in order.campaign.items() if key != "schema"}, "order"
    )
    resolved = config.to_json()
    return replace(campaign, config=resolved, config_sha256=sha256_of_json(resolved), simulated=simulated)


def _completed(journal: Path) -> int:
    """Return the number of runs that a block has completed so far."""
    entries = read_journal(journal)[0] if journal.exists() else []
    return sum(isinstance(entry, RunEnded) and entry.status == "completed" for entry in entries)


def _missing(outcome_json: Path) -> str | None:
    """Return what `lab run` says is missing; ``None`` where it has not come to an outcome."""
    try:
        outcome = json.loads(outcome_json.read_bytes())
    except ValueError:
        return None
    reasons = [f"{slot['scenario']} ({slot['reason']})" for slot in outcome["missing"]]
    return "; ".join(reasons) or str(outcome["stopped"])


def _unfinished(folder: Path) -> str:
    """Say that the last process on a bench was killed, if so; then the bench is tested first."""
    lease = read_lease(folder)
    if lease is None or lease.pid is None or is_held(folder):
        return ""
    return f"process {lease.pid} ended in the middle of {lease.owner}"
