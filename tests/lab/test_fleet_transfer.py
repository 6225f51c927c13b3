"""What benches hand over: in parts, side by side, and told apart where it does not come."""

import asyncio
import os
import tarfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest
from distributed import Scheduler
from lab_bench import wait_for

from lab.fleet.agent import BenchAgent
from lab.fleet.bench import load_bench
from lab.fleet.blocks import DaskBenches
from lab.fleet.cluster import Cluster, wait_for_kind
from lab.fleet.link import Link
from lab.fleet.orders import LOST, BlockAnswer, BlockOrder, Kind, measuring_code
from lab.fleet.worker import offer
from records.errors import ConfigurationError, SutError

BENCH = '[bench]\nname = "{name}"\nmodel = "{model}"\n[meter]\ndriver = "wattsup_pro"\nport = "virtual"\n'
MORE_THAN_A_PART = 17 << 20


class Measured(BenchAgent):
    """A bench that has measured already, and hands it over when the test lets it."""

    def __init__(self, folder: Path, name: str) -> None:
        path = folder / f"{name}.toml"
        path.write_text(BENCH.format(name=name, model=f"model of {name}"))
        super().__init__(load_bench(path))
        self.may_hand_over = threading.Event()
        self.may_hand_over.set()

    def run(self, order: BlockOrder) -> BlockAnswer:
        return BlockAnswer(self.state.name, order.block, 0)

    def folder_of(self, campaign_id: str, block: int) -> Path:
        self.may_hand_over.wait(60)
        return super().folder_of(campaign_id, block)

    def measured(self, readings: bytes) -> None:
        folder = super().folder_of("c", 1) / "c"
        folder.mkdir(parents=True)
        (folder / "meter.csv").write_bytes(readings)


class Yard:
    """Two benches on a scheduler, all of them in a thread of this process."""

    def __init__(self, folder: Path) -> None:
        self.archives = folder / "archives"
        self.agents = {name: Measured(folder, name) for name in ("a", "b")}
        self._stopped = {name: asyncio.Event() for name in self.agents}
        self._loop, self._address = asyncio.new_event_loop(), ""
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    async def _serve(self) -> None:
        async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as scheduler:
            self._address = scheduler.address
            await asyncio.gather(*map(self._offer, self.agents))

    async def _offer(self, name: str) -> str:
        return await offer(self.agents[name], Link(self._address), lambda _: None, self._stopped[name])

    def __enter__(self) -> Self:
        self._thread.start()
        wait_for("the scheduler", lambda: self._address)
        self.cluster = Cluster(Link(self._address))
        self.benches = DaskBenches(self.cluster, lambda bench, _: self.archives / f"{bench}.tar.gz")
        wait_for("the benches", lambda: len(self.benches.present()) == 2)
        return self

    def __exit__(self, *_: object) -> None:
        self.cluster.close()
        for name, agent in self.agents.items():
            agent.may_hand_over.set()
            self.leave(name)
        self._thread.join(60)
        self._loop.close()

    def leave(self, name: str) -> None:
        self._loop.call_soon_threadsafe(self._stopped[name].set)

    def offer_again(self, name: str) -> str:
        """Offer a bench from a second worker, and return why that ended."""
        return asyncio.run_coroutine_threadsafe(self._offer(name), self._loop).result(60)

    def give(self, *names: str) -> None:
        for name in names:
            self.benches.start(name, BlockOrder({"id": "c"}, 1))

    def answers(self, number: int) -> Sequence[BlockAnswer]:
        found: list[BlockAnswer] = []

        def enough() -> bool:
            found.extend(self.benches.answers())
            return len(found) >= number

        wait_for("the answers", enough)
        return found


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """The benches of a test."""
    with Yard(tmp_path) as yard:
        yield yard


def test_a_large_block_comes_whole_in_parts(tmp_path: Path, yard: Yard) -> None:
    readings = os.urandom(MORE_THAN_A_PART)
    yard.agents["a"].measured(readings)
    yard.give("a")
    assert yard.answers(1) == [BlockAnswer("a", 1, 0)]
    with tarfile.open(yard.archives / "a.tar.gz") as tar:
        file = tar.extractfile("./meter.csv")
        assert file is not None
        assert file.read() == readings


def test_a_bench_that_takes_long_to_hand_over_keeps_no_other_waiting(yard: Yard) -> None:
    for agent in yard.agents.values():
        agent.measured(b"readings")
    yard.agents["a"].may_hand_over.clear()
    yard.give("a", "b")
    assert yard.answers(1) == [BlockAnswer("b", 1, 0)]
    yard.agents["a"].may_hand_over.set()
    assert yard.answers(1) == [BlockAnswer("a", 1, 0)]


def test_a_bench_that_cannot_hand_over_says_why(yard: Yard) -> None:
    yard.give("a")
    (answer,) = yard.answers(1)
    assert answer.code == SutError.exit_code
    assert "FileNotFoundError" in answer.reason
    assert list(yard.archives.iterdir()) == []


def test_a_bench_that_leaves_while_it_hands_over_is_lost(yard: Yard) -> None:
    yard.agents["a"].measured(b"readings")
    yard.agents["a"].may_hand_over.clear()
    yard.give("a")
    wait_for("the transfer", lambda: list(yard.benches.answers()) or list(yard.archives.glob("a.*")))
    yard.leave("a")
    (answer,) = yard.answers(1)
    assert answer.code == LOST
    assert list(yard.archives.iterdir()) == []


def test_where_benches_of_several_models_have_joined_one_is_to_be_named(yard: Yard) -> None:
    with pytest.raises(ConfigurationError, match=r"--model.*'model of a', 'model of b'"):
        wait_for_kind(yard.cluster, 1.0, None)
    assert wait_for_kind(yard.cluster, 1.0, "model of b") == Kind("model of b", True, measuring_code())
    with pytest.raises(SutError, match="model of c"):
        wait_for_kind(yard.cluster, 0.0, "model of c")


def test_a_bench_on_this_machine_has_the_code_that_is_here(yard: Yard) -> None:
    kind = wait_for_kind(yard.cluster, 1.0, "model of a")
    assert [name for name, state in yard.benches.present().items() if not kind.misfit(state)] == ["a"]


def test_a_second_worker_of_a_bench_is_told_that_there_is_one(yard: Yard) -> None:
    assert "[bench] name" in yard.offer_again("a")
