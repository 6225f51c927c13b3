"""Fake file trees of a machine, and processes that are ended whatever a test does."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ssh_bench import NAME, SshBench, need_sshd

from sut.remote.host import SshHost

Wait = Callable[[Callable[[], object], str], None]


@pytest.fixture
def machine(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Build a tree of files as /proc, /sys and /etc would hold it; a path ending in / is a folder."""

    def build(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "machine"
        for name, content in files.items():
            path = root / name
            if name.endswith("/"):
                path.mkdir(parents=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return build


@pytest.fixture
def wait_until() -> Wait:
    """Poll until something is true; fail with what was waited for after 30 s."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"waited 30 s in vain for: {what}")
            time.sleep(0.02)

    return wait


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "0001-idle"
    folder.mkdir()
    yield folder


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshBench]:
    """A host behind a real sshd, which the program ``ssh`` on the path knows."""
    need_sshd()
    bench = SshBench(tmp_path / "bench", variables={"TMPDIR": str(tmp_path)})
    monkeypatch.setenv("PATH", bench.environment["PATH"])
    yield bench
    bench.down()


@pytest.fixture
def host(bench: SshBench) -> Iterator[SshHost]:
    """The same, as the lab sees it."""
    host = SshHost(NAME, sys.executable, lost_s=20.0)
    yield host
    host.link.close()
