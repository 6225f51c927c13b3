"""The bench's side: a Dask worker that offers a bench, and what Dask calls on it."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

from distributed import Worker, get_worker

from lab.fleet.agent import BenchAgent
from lab.fleet.link import Link
from lab.fleet.merge import pack
from lab.fleet.orders import RESOURCE, BlockAnswer, BlockOrder

METRIC = "wattlab"
"""Under this name the state of the bench travels in the worker's heartbeats."""

TOPIC = "wattlab-bench"
"""Under this topic a worker tells the scheduler its bench when it joins."""

_RECONNECT_S = 2.0
_CHILD_ENDS_S = 60.0

_ARCHIVE = "c.tar.gz"
_PART_BYTES = 8 << 20
"""An archive goes through the scheduler in parts of this size, so that no process holds a whole one."""


def run_order(order: BlockOrder) -> BlockAnswer:
    """Run a block on the bench of this worker; what Dask calls."""
    return _agent().run(order)


def packed(campaign_id: str, block: int) -> int:
    """Pack the campaign folder of a block, and return the bytes of the archive; what Dask calls."""
    folder = _agent().folder_of(campaign_id, block)
    return pack(folder / "c", folder / _ARCHIVE)


def part_of(campaign_id: str, block: int, offset: int) -> bytes:
    """Return the next part of a packed block; after the last one the archive is gone. What Dask calls."""
    path = _agent().folder_of(campaign_id, block) / _ARCHIVE
    with open(path, "rb") as file:
        file.seek(offset)
        part = file.read(_PART_BYTES)
        if file.tell() == path.stat().st_size:
            path.unlink()
    return part


def _agent() -> BenchAgent:
    agent = get_worker().plugins[BenchAgent.name]
    assert isinstance(agent, BenchAgent)
    return agent


def serve(agent: BenchAgent, link: Link, say: Callable[[str], None]) -> None:
    """Offer a bench to a scheduler until SIGINT or SIGTERM; a lost scheduler is looked for again.

    Args:
        agent: of the bench.
        link: to the scheduler.
        say: told of what changes.
    """
    asyncio.run(_serve(agent, link, say))


async def _serve(agent: BenchAgent, link: Link, say: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    while not stopped.is_set():
        reason = await offer(agent, link, say, stopped)
        if not stopped.is_set():
            say(f"bench {agent.state.name}: {reason}; trying again")
            await _either(stopped.wait(), asyncio.sleep(_RECONNECT_S))


async def offer(agent: BenchAgent, link: Link, say: Callable[[str], None], stopped: asyncio.Event) -> str:
    """Be a worker until that ends, and return why it did.

    Args:
        agent: of the bench.
        link: to the scheduler.
        say: told of what changes.
        stopped: ends it in order.
    """
    name = agent.state.name
    try:
        worker = await Worker(
            link.scheduler,
            name=name,
            nthreads=2,  # one measures, the other hands out what was measured
            resources={RESOURCE + name: 1},
            metrics={METRIC: lambda _: agent.state.to_json()},
            plugins=(agent,),
            security=link.security(),
            host=link.host,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            local_directory=str(agent.bench.folder),
            silence_logs=logging.WARNING,
            death_timeout=_RECONNECT_S * 5,
        )
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        cause = str(error.__cause__ or error)
        if "name taken" in cause:
            return (
                f"expected that no other worker offers this bench to {link.scheduler}, but one does. End it, "
                f"or correct [bench] name"
            )
        return f"expected a scheduler at {link.scheduler}, but: {cause}"
    worker.log_event(TOPIC, {"worker": worker.address, "bench": agent.state.to_json()})
    say(f"bench {name} ({agent.state.model}) is offered to {link.scheduler}")
    try:
        await _either(stopped.wait(), worker.finished())
        if stopped.is_set():
            agent.stop()
    finally:
        await worker.close(timeout=_CHILD_ENDS_S)
    return "the scheduler was lost"


async def _either(*waits: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
