"""Real virtual instruments and real loggers for the tests of the meter room."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from meter_processes import Child, prepare, wait_for
from meter_terminals import Answer, answering


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Start modules of ours as processes; whatever is left at the end of the test is killed."""
    children: list[Child] = []

    def begin(module: str, *arguments: object, **options: object) -> Child:
        number = len(children)
        outputs = tmp_path / f"{number}.stdout", tmp_path / f"{number}.stderr"
        with open(outputs[0], "wb") as stdout, open(outputs[1], "wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments), "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                **options,  # type: ignore[call-overload]
            )
        children.append(Child(process, *outputs))
        return children[-1]

    yield begin
    for child in children:
        child.process.kill()
        child.process.wait()
        if child.process.stdin is not None:
            child.process.stdin.close()


@pytest.fixture
def twin(start: Callable[..., Child], tmp_path: Path) -> Callable[..., tuple[str, Child]]:
    """Start a virtual Watts up? PRO; return the port it printed, and the process."""

    def begin(*arguments: object) -> tuple[str, Child]:
        child = start("meter.virtual", "wattsup_pro", *arguments)
        wait_for(lambda: "\n" in child.stdout.read_text() or child.process.poll() is not None, "a port")
        return child.stdout.read_text().strip(), child

    return begin


@pytest.fixture
def logger(start: Callable[..., Child], tmp_path: Path) -> Callable[..., tuple[Child, Path]]:
    """Start the logger on a port; return the process and its folder."""

    def begin(
        port: str,
        driver: str = "wattsup_pro",
        *,
        folder: Path = tmp_path / "run",
        limit: int | None = None,
        raw: bool = False,
        process: dict[str, object] | None = None,
        **meter: object,
    ) -> tuple[Child, Path]:
        prepare(folder, {"driver": driver, "port": port, **meter}, limit=limit, raw=raw)
        return start("meter.recording.logger", folder, **(process or {})), folder

    return begin


@pytest.fixture
def answering_port() -> Iterator[Callable[..., str]]:
    """Make pseudo-terminals behind which something answers or pushes; `meter_terminals.answering`."""
    with contextlib.ExitStack() as stack:

        def begin(answer: bytes | Answer = b"", pushed: bytes = b"") -> str:
            return stack.enter_context(answering(answer, pushed))

        yield begin
